/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Addresses as the kernel's lists have them: IPv4 as a number in the machine's order, IPv6 as four of
 * them (tcp6) or as 32 digits in the order of the network (if_inet6, ipv6_route).
 */
#include "src/plan/mask.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "src/base/text.h"

static const struct {
	const char *path;
	unsigned word[2];	/* those that are addresses */
	bool in_order;
} files[] = {
	{ "tcp", { 1, 2 }, false },	 { "tcp6", { 1, 2 }, false },
	{ "route", { 1, 2 }, false },	 { "if_inet6", { 0, 0 }, true },
	{ "ipv6_route", { 0, 4 }, true },
};

static int find(const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	if (pg_text_starts(path, "/proc/") && strstr(path, "/net/"))
		for (size_t i = 0; i < PG_ARRAY_SIZE(files); i++)
			if (strcmp(files[i].path, name) == 0)
				return (int)i;
	return -1;
}

bool pg_mask_is_net(const char *path)
{
	return find(path) >= 0;
}

/* Digits to bytes in the order of the network, and back: turned by fours where they are numbers. */
static bool to_bytes(const char *hex, size_t n, bool in_order, unsigned char *ret)
{
	for (size_t i = 0; i < n / 2; i++) {
		const char digits[] = { hex[2 * i], hex[2 * i + 1], '\0' };
		uint64_t byte;

		if (pg_text_number(digits, 16, 0xff, &byte) < 0)
			return false;
		ret[in_order ? i : (i & ~(size_t)3) + 3 - (i & 3)] = (unsigned char)byte;
	}
	return true;
}

static void add_hex(struct pg_strbuf *b, const unsigned char *p, size_t n, bool in_order)
{
	for (size_t i = 0; i < n; i++)
		pg_strbuf_addf(b, in_order ? "%02x" : "%02X", p[in_order ? i : (i & ~(size_t)3) + 3 - (i & 3)]);
}

static bool is_zero(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

/* Its own words in the mask are those of the text: an address is the same one in interfaces(5). */
static int mask_bytes(struct pg_mask *mask, unsigned char *p, size_t n)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool v4 = n == 4 || memcmp(p, mapped, sizeof(mapped)) == 0;
	unsigned char *at = n == 16 && v4 ? p + 12 : p;
	char text[INET6_ADDRSTRLEN];
	pg_autofree char *masked = NULL;

	if (is_zero(p, n) || !inet_ntop(v4 ? AF_INET : AF_INET6, at, text, sizeof(text)))
		return 0;
	masked = pg_mask_text(mask, text);
	if (!masked)
		return -ENOMEM;
	(void)inet_pton(v4 ? AF_INET : AF_INET6, masked, at);
	return 0;
}

/* One word: digits, and with tcp a colon and the port. */
static int mask_word(struct pg_mask *mask, const char *word, size_t n, bool in_order, struct pg_strbuf *b)
{
	size_t digits = strspn(word, "0123456789abcdefABCDEF");
	unsigned char bytes[16];

	digits = digits < n ? digits : n;
	if ((digits != 8 && digits != 32) || !to_bytes(word, digits, in_order, bytes)) {
		pg_strbuf_addn(b, word, n);
		return 0;
	}
	if (mask_bytes(mask, bytes, digits / 2) < 0)
		return -ENOMEM;
	add_hex(b, bytes, digits / 2, in_order);
	pg_strbuf_addn(b, word + digits, n - digits);
	return 0;
}

static int mask_line(struct pg_mask *mask, int file, const char *line, size_t n, struct pg_strbuf *b)
{
	const char *end = line + n, *s = line;
	int r = 0;

	for (unsigned word = 0; r == 0 && s < end; word++) {
		const char *space = s;
		size_t len = 0;

		while (s < end && strchr(" \t", *s))
			s++;
		pg_strbuf_addn(b, space, (size_t)(s - space));
		while (s + len < end && !strchr(" \t", s[len]))
			len++;
		if (word == files[file].word[0] || word == files[file].word[1])
			r = mask_word(mask, s, len, files[file].in_order, b);
		else
			pg_strbuf_addn(b, s, len);
		s += len;
	}
	return r;
}

int pg_mask_net(struct pg_mask *mask, const char *path, const struct pg_bytes *in, struct pg_bytes *ret)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	size_t pos = 0, len, full;
	const char *line;
	int file = find(path), r = file < 0 ? -EINVAL : 0;

	while (r == 0 && pg_text_line(in->p, in->n, &pos, &line, &len, &full)) {
		r = mask_line(mask, file, line, len, &b);
		pg_strbuf_addn(&b, line + len, full - len);
	}
	return r < 0 ? r : pg_strbuf_steal_bytes(&b, ret);
}
