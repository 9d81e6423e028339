/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bond lives as long as one of its members does (Documentation/networking/bonding.rst). Which
 * members work is asked of the kernel: what interfaces(5) says of them may never have been so. */
#include "src/host/usage.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

#define NET "/sys/class/net"

/* An attribute of an interface; NULL: it could not be read. */
static char *attr(const struct pg_root *root, const char *iface, const char *name)
{
	pg_autofree char *path = pg_strf(NET "/%s/%s", iface, name);
	char *text = NULL;

	if (path)
		(void)pg_root_read_attr(root, path, &text);
	return text;
}

static bool is(const char *value, const char *wanted)
{
	return value && strcmp(value, wanted) == 0;
}

bool pg_iface_is_up(const struct pg_root *root, const char *iface)
{
	pg_autofree char *state = attr(root, iface, "operstate");

	return is(state, "up");
}

/* Why the member does not carry the bond now; NULL: it does. */
static const char *why_down(const struct pg_root *root, const char *bond, const char *member,
			    bool lacp)
{
	pg_autofree char *mii = attr(root, member, "bonding_slave/mii_status");
	pg_autofree char *active = attr(root, bond, "bonding/ad_aggregator");
	pg_autofree char *own = attr(root, member, "bonding_slave/ad_aggregator_id");

	if (!pg_iface_is_up(root, member) || (mii && !is(mii, "up")))
		return _("its link is not up");
	if (lacp && (!active || !is(own, active)))
		return _("the switch does not bundle it with the others (802.3ad)");
	return NULL;
}

static int add_member(const struct pg_root *root, struct pg_facts *facts, size_t bond,
		      size_t member, bool lacp)
{
	const char *name = facts->support[member].name;
	const char *down = why_down(root, facts->support[bond].name, name, lacp);
	int r = 0;

	if (!down && !facts->support[member].n_dev)
		down = _("it is no network card");
	if (down)
		r = pg_support_down(facts, member, strdup(down));
	return r < 0 ? r : pg_support_below(facts, bond, member);
}

/* How many members it needs: min_links, which counts for 802.3ad, and at least one. */
static size_t needed(const struct pg_root *root, const char *bond)
{
	pg_autofree char *text = attr(root, bond, "bonding/min_links");
	uint64_t n = 0;

	if (text && pg_text_number(text, 10, UINT16_MAX, &n) < 0)
		return SIZE_MAX;
	return n ? (size_t)n : 1;
}

int pg_bond_support(const struct pg_root *root, struct pg_facts *facts,
		    const struct pg_strv *names, size_t first, size_t bond)
{
	const char *name = facts->support[bond].name;
	pg_autofree char *slaves = attr(root, name, "bonding/slaves");
	pg_autofree char *mode = attr(root, name, "bonding/mode");
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	int r = slaves && mode ? pg_strv_split(slaves, " ", &words) : 0;

	if (r < 0 || !words.n)
		return r;
	r = pg_support_set(facts, bond, needed(root, name), pg_strf("cat /proc/net/bonding/%s", name));
	for (size_t i = 0; r == 0 && i < names->n; i++)
		if (pg_strv_has(&words, names->v[i]))
			r = add_member(root, facts, bond, first + i, pg_text_starts(mode, "802.3ad"));
	return r;
}
