/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/bdf.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static char *put_hex(char *to, uint32_t value, unsigned digits)
{
	while (digits < 8 && value >> 4 * digits)
		digits++;
	for (unsigned i = digits; i-- > 0;)
		*to++ = "0123456789abcdef"[value >> 4 * i & 0xf];
	return to;
}

/* By hand, since ten thousand devices are shown and looked up by it. */
struct pg_bdf_str pg_bdf_str(struct pg_bdf a)
{
	struct pg_bdf_str str;
	char *to = put_hex(str.s, a.domain, 4);

	*to++ = ':';
	to = put_hex(to, a.bus, 2);
	*to++ = ':';
	to = put_hex(to, a.dev & 31U, 2);
	*to++ = '.';
	to = put_hex(to, a.fn & 7U, 1);
	*to = '\0';
	return str;
}

struct pg_bdf_str pg_bdf_slot_str(struct pg_bdf a)
{
	struct pg_bdf_str str = pg_bdf_str(a);

	*strrchr(str.s, '.') = '\0';
	return str;
}

struct pg_bdf_str pg_bdf_short(struct pg_bdf a)
{
	struct pg_bdf_str str;

	if (a.domain != 0)
		return pg_bdf_str(a);
	(void)snprintf(str.s, sizeof(str.s), "%02x:%02x.%x", a.bus, a.dev & 31U, a.fn & 7U);
	return str;
}

/* Reads `least` to `most` hexadecimal digits and moves on. */
static bool hex(const char **s, size_t least, size_t most, uint32_t *ret)
{
	uint32_t value = 0;
	size_t n = 0;

	for (; n < most && isxdigit((unsigned char)**s); n++, (*s)++) {
		int c = tolower((unsigned char)**s);

		value = value << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	*ret = value;
	return n >= least;
}

static bool skip(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

/* bus:device and, if there, .function, to the end of the string */
static int parse_rest(const char *s, uint32_t domain, struct pg_bdf *ret, bool *ret_slot)
{
	uint32_t bus, dev, fn = 0;
	bool slot;

	if (!hex(&s, 2, 2, &bus) || !skip(&s, ':') || !hex(&s, 2, 2, &dev) || dev > 31)
		return -EINVAL;
	slot = !*s;
	if (!slot && (!skip(&s, '.') || !hex(&s, 1, 1, &fn) || fn > 7 || *s))
		return -EINVAL;
	*ret = (struct pg_bdf){ domain, (uint8_t)bus, (uint8_t)dev, (uint8_t)fn };
	*ret_slot = slot;
	return 0;
}

int pg_bdf_parse_loose(const char *s, struct pg_bdf *ret, bool *ret_slot)
{
	const char *rest = s;
	uint32_t domain = 0;
	size_t colons = 0;

	for (const char *p = s; *p; p++)
		colons += *p == ':';
	if (colons == 2 && (!hex(&rest, 4, 8, &domain) || !skip(&rest, ':')))
		return -EINVAL;
	return parse_rest(rest, domain, ret, ret_slot);
}

int pg_bdf_parse(const char *s, struct pg_bdf *ret)
{
	struct pg_bdf addr;
	bool slot;

	if (pg_bdf_parse_loose(s, &addr, &slot) < 0 || slot)
		return -EINVAL;
	if (strcmp(pg_bdf_str(addr).s, s) != 0)
		return -EINVAL; /* no domain, upper case, superfluous zeros */
	*ret = addr;
	return 0;
}

int pg_bdf_cmp(struct pg_bdf a, struct pg_bdf b)
{
	if (a.domain != b.domain)
		return a.domain < b.domain ? -1 : 1;
	if (a.bus != b.bus)
		return a.bus - b.bus;
	if (a.dev != b.dev)
		return a.dev - b.dev;
	return a.fn - b.fn;
}

bool pg_bdf_equal(struct pg_bdf a, struct pg_bdf b)
{
	return pg_bdf_cmp(a, b) == 0;
}

bool pg_bdf_same_slot(struct pg_bdf a, struct pg_bdf b)
{
	return a.domain == b.domain && a.bus == b.bus && a.dev == b.dev;
}
