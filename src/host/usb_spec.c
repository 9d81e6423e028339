/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/usb.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "src/base/strbuf.h"
#include "src/base/text.h"

/* USB 2.0, 4.1.1: seven tiers; a bus has at most three digits, a port as well. */
#define PORT_MAX 32

void pg_usb_spec_done(struct pg_usb_spec *spec)
{
	free(spec->name);
	*spec = (struct pg_usb_spec){ 0 };
}

int pg_usb_spec_copy(const struct pg_usb_spec *spec, struct pg_usb_spec *ret)
{
	char *name = spec->name ? strdup(spec->name) : NULL;

	if (spec->name && !name)
		return -ENOMEM;
	*ret = *spec;
	ret->name = name;
	return 0;
}

bool pg_usb_spec_equal(const struct pg_usb_spec *a, const struct pg_usb_spec *b)
{
	if (a->by != b->by)
		return false;
	if (a->by == PG_USB_BY_ID)
		return a->vendor == b->vendor && a->product == b->product;
	return !a->name || !b->name ? a->name == b->name : strcmp(a->name, b->name) == 0;
}

static size_t digits(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return n <= 3 ? n : 0;
}

bool pg_usb_is_port(const char *s)
{
	size_t n = digits(s);

	if (!n || s[n] != '-' || strlen(s) > PORT_MAX)
		return false;
	do {
		s += n + 1;
		n = digits(s);
		if (!n)
			return false;
	} while (s[n] == '.');
	return !s[n];
}

/* Four hexadecimal digits, "0x" before them or not. */
static bool parse_id(const char *s, size_t n, uint16_t *ret)
{
	char four[5] = "";
	uint64_t value;

	if (n == 6 && s[0] == '0' && s[1] == 'x') {
		s += 2;
		n -= 2;
	}
	if (n != 4)
		return false;
	memcpy(four, s, 4);
	if (strspn(four, "0123456789abcdefABCDEF") != 4 ||
	    pg_text_number(four, 16, 0xffff, &value) < 0)
		return false;
	*ret = (uint16_t)value;
	return true;
}

static bool parse_ids(const char *s, struct pg_usb_spec *ret)
{
	const char *colon = strchr(s, ':');

	return colon && parse_id(s, (size_t)(colon - s), &ret->vendor) &&
	       parse_id(colon + 1, strlen(colon + 1), &ret->product);
}

static int named(enum pg_usb_by by, const char *name, struct pg_usb_spec *ret)
{
	ret->by = by;
	ret->name = strdup(name);
	return ret->name ? 0 : -ENOMEM;
}

int pg_usb_spec_parse(const char *s, struct pg_usb_spec *ret)
{
	static const char mapping[] = "mapping=";
	struct pg_usb_spec spec = { .by = PG_USB_BY_ID };
	int r = 0;

	if (strcasecmp(s, "spice") == 0)
		spec.by = PG_USB_BY_SPICE;
	else if (pg_text_starts(s, mapping) && s[strlen(mapping)])
		r = named(PG_USB_BY_MAPPING, s + strlen(mapping), &spec);
	else if (pg_usb_is_port(s))
		r = named(PG_USB_BY_PORT, s, &spec);
	else if (!parse_ids(s, &spec))
		r = -EINVAL;
	if (r == 0)
		*ret = spec;
	return r;
}

char *pg_usb_spec_words(const struct pg_usb_spec *spec)
{
	if (spec->by == PG_USB_BY_ID)
		return pg_strf("%04x:%04x", spec->vendor, spec->product);
	if (spec->by == PG_USB_BY_MAPPING)
		return pg_strf("mapping=%s", spec->name);
	return strdup(spec->by == PG_USB_BY_SPICE ? "spice" : spec->name ? spec->name : "");
}

char *pg_usb_spec_value(const struct pg_usb_spec *spec)
{
	if (spec->by == PG_USB_BY_ID)
		return pg_strf("host=%04x:%04x", spec->vendor, spec->product);
	if (spec->by == PG_USB_BY_PORT)
		return pg_strf("host=%s", spec->name);
	return pg_usb_spec_words(spec);
}
