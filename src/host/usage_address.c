/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which interface has an address: by interfaces(5), where it is static; else by the kernel's
 * own lists, which know DHCP's too. */
#include "src/host/usage.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "src/base/text.h"

struct ip {
	int family;		/* 0: no address */
	uint8_t b[16];
};

static struct ip parse(const char *text)
{
	char bare[INET6_ADDRSTRLEN] = "";
	size_t n = strcspn(text, "/%");
	struct ip ip = { 0 };

	if (n >= sizeof(bare))
		return ip;
	memcpy(bare, text, n);
	if (inet_pton(AF_INET, bare, ip.b) == 1)
		ip.family = AF_INET;
	else if (inet_pton(AF_INET6, bare, ip.b) == 1)
		ip.family = AF_INET6;
	return ip;
}

static bool equal(const struct ip *a, const struct ip *b)
{
	return a->family && a->family == b->family &&
	       memcmp(a->b, b->b, a->family == AF_INET ? 4 : 16) == 0;
}

static const char *in_conf(const struct pg_ifaces *conf, const struct ip *ip)
{
	for (size_t i = 0; i < conf->n; i++)
		for (size_t k = 0; k < conf->v[i].addresses.n; k++) {
			struct ip has = parse(conf->v[i].addresses.v[k]);

			if (equal(&has, ip))
				return conf->v[i].name;
		}
	return NULL;
}

/* /proc/net/route: the network that an interface is connected to (no gateway), and how long
 * its mask is; -1: it does not hold the address. Words are in the order of the machine. */
static int holds_ipv4(const struct pg_strv *w, const struct ip *ip)
{
	uint64_t dest, gateway, mask;
	uint32_t addr;

	memcpy(&addr, ip->b, sizeof(addr));
	if (w->n < 8 || pg_text_number(w->v[1], 16, UINT32_MAX, &dest) < 0 ||
	    pg_text_number(w->v[2], 16, UINT32_MAX, &gateway) < 0 ||
	    pg_text_number(w->v[7], 16, UINT32_MAX, &mask) < 0 || gateway || !mask)
		return -1;
	return (addr & mask) == dest ? __builtin_popcountll(mask) : -1;
}

/* /proc/net/if_inet6: the address as 32 digits, …, the interface as sixth. */
static int holds_ipv6(const struct pg_strv *w, const struct ip *ip)
{
	if (w->n < 6 || strlen(w->v[0]) != 32)
		return -1;
	for (size_t i = 0; i < 16; i++) {
		char digits[3] = { w->v[0][2 * i], w->v[0][2 * i + 1], '\0' };
		uint64_t byte;

		if (pg_text_number(digits, 16, 0xff, &byte) < 0 || byte != ip->b[i])
			return -1;
	}
	return 128;
}

/* Several hold it alike where two cards are in one network: the last best ones. */
static int note_best(struct pg_strv *found, const char *name, int fits, int *best)
{
	if (fits < 0 || fits < *best)
		return 0;
	if (fits > *best)
		pg_strv_done(found);
	*best = fits;
	return pg_strv_has(found, name) ? 0 : pg_strv_add(found, name);
}

int pg_ifaces_of_address(const struct pg_root *root, struct pg_facts *facts,
			 const struct pg_ifaces *conf, const char *address, struct pg_strv *ret)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	struct ip ip = parse(address);
	bool v4 = ip.family == AF_INET;
	const char *name = in_conf(conf, &ip), *line;
	size_t pos = 0, len, full;
	int r = 0, best = -1;

	if (name)
		return pg_strv_add(ret, name);
	if (ip.family)
		r = pg_usage_read(root, facts, v4 ? "/proc/net/route" : "/proc/net/if_inet6",
				  &text);
	while (r == 0 && pg_text_line(text.p, text.n, &pos, &line, &len, &full)) {
		struct pg_strv w PG_CLEANUP(pg_strv_done) = { 0 };
		pg_autofree char *copy = strndup(line, len);

		r = copy ? pg_strv_split(copy, " \t", &w) : -ENOMEM;
		if (r == 0 && w.n >= 6)
			r = note_best(ret, v4 ? w.v[0] : w.v[5],
				      (v4 ? holds_ipv4 : holds_ipv6)(&w, &ip), &best);
	}
	return r;
}
