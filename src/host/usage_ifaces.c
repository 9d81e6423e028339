/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/usage.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

#define IFACES_MAX 4096
#define VALUES_MAX 256

static void iface_done(struct pg_iface *f)
{
	free(f->name);
	free(f->ovs_bridge);
	pg_strv_done(&f->addresses);
	pg_strv_done(&f->below);
}

void pg_ifaces_done(struct pg_ifaces *all)
{
	for (size_t i = 0; i < all->n; i++)
		iface_done(&all->v[i]);
	free(all->v);
	*all = (struct pg_ifaces){ 0 };
}

const struct pg_iface *pg_ifaces_find(const struct pg_ifaces *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->v[i].name, name) == 0)
			return &all->v[i];
	return NULL;
}

/* One interface may have several stanzas: inet and inet6. */
static struct pg_iface *find_or_add(struct pg_ifaces *all, const char *name)
{
	struct pg_iface *f;

	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->v[i].name, name) == 0)
			return &all->v[i];
	f = pg_vec_add(&all->v, &all->n, sizeof(*f));
	if (!f)
		return NULL;
	f->name = strdup(name);
	if (f->name)
		return f;
	all->n--;
	return NULL;
}

static int add_once(struct pg_strv *sv, const char *s)
{
	return pg_strv_has(sv, s) || sv->n >= VALUES_MAX ? 0 : pg_strv_add(sv, s);
}

/* "255.255.255.0" to 24; 0 where it is no mask. */
static unsigned mask_bits(const char *mask)
{
	struct pg_strv parts PG_CLEANUP(pg_strv_done) = { 0 };
	unsigned bits = 0;
	uint64_t byte;

	if (pg_strv_split(mask, ".", &parts) < 0 || parts.n != 4)
		return 0;
	for (size_t i = 0; i < 4; i++) {
		if (pg_text_number(parts.v[i], 10, 255, &byte) < 0)
			return 0;
		bits += (unsigned)__builtin_popcountll(byte);
	}
	return bits;
}

/* An address line without a length gets it from the netmask line after it. */
static int add_mask(struct pg_iface *f, const char *value)
{
	char **last = f->addresses.n ? &f->addresses.v[f->addresses.n - 1] : NULL;
	unsigned bits = strchr(value, '.') ? mask_bits(value) : 0;
	char *full;

	if (!last || !bits || strchr(*last, '/'))
		return 0;
	full = pg_strf("%s/%u", *last, bits);
	if (!full)
		return -ENOMEM;
	free(*last);
	*last = full;
	return 0;
}

/* Names after bridge-ports and its kin; a word like "regex" matches no interface. */
static int add_below(struct pg_iface *f, const struct pg_strv *words)
{
	int r = 0;

	for (size_t i = 1; r == 0 && i < words->n; i++)
		if (strcmp(words->v[i], "none") != 0)
			r = add_once(&f->below, words->v[i]);
	return r;
}

static int set_ovs_bridge(struct pg_iface *f, const char *name)
{
	free(f->ovs_bridge);
	f->ovs_bridge = strdup(name);
	return f->ovs_bridge ? 0 : -ENOMEM;
}

static int read_option(struct pg_iface *f, const struct pg_strv *words)
{
	static const char *const below[] = { "bridge-ports", "bond-slaves",
					     "slaves",	     "ovs-ports",
					     "ovs-bonds",    "vlan-raw-device" };
	pg_autofree char *key = strdup(words->v[0]);

	if (!key)
		return -ENOMEM;
	for (char *s = key; *s; s++)
		if (*s == '_')
			*s = '-';
	if (strcmp(key, "address") == 0)
		return add_once(&f->addresses, words->v[1]);
	if (strcmp(key, "netmask") == 0)
		return add_mask(f, words->v[1]);
	if (strcmp(key, "gateway") == 0)
		f->gateway = true;
	if (strcmp(key, "ovs-type") == 0)
		f->ovs_internal = strcmp(words->v[1], "OVSIntPort") == 0;
	if (strcmp(key, "ovs-bridge") == 0)
		return set_ovs_bridge(f, words->v[1]);
	for (size_t i = 0; i < PG_ARRAY_SIZE(below); i++)
		if (strcmp(key, below[i]) == 0)
			return add_below(f, words);
	return 0;
}

/* iface NAME [FAMILY] [METHOD]. A name with a dot is a VLAN on what stands before it. */
static int open_stanza(struct pg_ifaces *all, const struct pg_strv *words,
		       struct pg_iface **ret)
{
	const char *name = words->v[1], *dot = strrchr(name, '.');
	struct pg_iface *f = all->n < IFACES_MAX ? find_or_add(all, name) : NULL;

	*ret = f;
	if (!f)
		return all->n < IFACES_MAX ? -ENOMEM : 0;
	if (words->n > 3 && strcmp(words->v[3], "dhcp") == 0 &&
	    add_once(&f->addresses, "DHCP") < 0)
		return -ENOMEM;
	if (dot && dot > name && !f->below.n)
		return pg_strv_addn(&f->below, name, (size_t)(dot - name));
	return 0;
}

static int read_line(struct pg_ifaces *all, const char *line, struct pg_iface **cur)
{
	static const char *const other[] = { "auto",   "mapping",
					     "source", "source-directory",
					     "rename", "no-auto-down" };
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_strv_split(line, " \t", &words);

	if (r < 0 || !words.n || *words.v[0] == '#')
		return r;
	if (strcmp(words.v[0], "iface") == 0 && words.n > 1)
		return open_stanza(all, &words, cur);
	for (size_t i = 0; i < PG_ARRAY_SIZE(other); i++)
		if (strcmp(words.v[0], other[i]) == 0)
			*cur = NULL;
	if (pg_text_starts(words.v[0], "allow-"))
		*cur = NULL;
	return *cur && words.n > 1 ? read_option(*cur, &words) : 0;
}

int pg_ifaces_parse(const struct pg_bytes *text, struct pg_ifaces *all)
{
	struct pg_iface *cur = NULL;
	size_t pos = 0, len, full;
	const char *line;
	int r = 0;

	while (r == 0 && pg_text_line(text->p, text->n, &pos, &line, &len, &full)) {
		pg_autofree char *copy = strndup(line, len);

		r = copy ? read_line(all, copy, &cur) : -ENOMEM;
	}
	return r;
}
