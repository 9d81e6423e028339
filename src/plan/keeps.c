/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/keeps.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/effects.h"
#include "src/plan/planner.h"

enum { DEPTH_MAX = 64 };

enum state {
	UNSEEN,
	ON_THE_WAY,	/* a circle ends here, and counts as what does not work */
	WORKS,
	FAILS,
};

void pg_keeps_done(struct pg_keeps *keeps)
{
	free(keeps->taken);
	free(keeps->state);
	*keeps = (struct pg_keeps){ 0 };
}

/* ---- what works ---- */

/* A VM's start takes the whole group. */
static bool is_in_vm_group(const struct pg_facts *facts, const struct pg_dev *dev)
{
	const struct pg_group *group = pg_facts_group(facts, dev->group);

	for (size_t i = 0; group && i < group->n_dev; i++)
		if (facts->dev[group->dev[i]].n_vmid)
			return true;
	return false;
}

/* Nobody can count on it: why; NULL: it stays. */
static const char *why_gone(const struct pg_keeps *k, size_t i)
{
	const struct pg_dev *dev = &k->facts->dev[i];

	if (k->taken[i])
		return _("it is taken");
	if (dev->n_vmid || is_in_vm_group(k->facts, dev))
		return _("a VM takes it when it starts");
	if (pg_by_ids(k->facts, dev) || pg_bind_conf_has(k->facts, dev))
		return _("vfio-pci takes it at boot");
	return NULL;
}

static const char *device_gone(const struct pg_keeps *k, const struct pg_support *s)
{
	const char *why = NULL;

	for (size_t i = 0; !why && i < s->n_dev; i++)
		why = why_gone(k, s->dev[i]);
	return why;
}

static bool works(struct pg_keeps *k, size_t i, unsigned depth)
{
	const struct pg_support *s = &k->facts->support[i];
	size_t n = 0;

	if (k->state[i] != UNSEEN || depth > DEPTH_MAX)
		return k->state[i] == WORKS;
	k->state[i] = ON_THE_WAY;
	for (size_t m = 0; m < s->n_below; m++)
		n += works(k, s->below[m], depth + 1);
	k->state[i] = n >= s->need && !s->down && !device_gone(k, s) ? WORKS : FAILS;
	return k->state[i] == WORKS;
}

int pg_keeps_make(const struct pg_facts *facts, const struct pg_effects *effects,
		  struct pg_keeps *ret)
{
	struct pg_keeps k = { .facts = facts, .taken = calloc(facts->n_dev + 1, 1),
			      .state = calloc(facts->n_support + 1, 1) };

	if (!k.taken || !k.state) {
		pg_keeps_done(&k);
		return -ENOMEM;
	}
	for (size_t i = 0; i < effects->n; i++) {
		const struct pg_dev *dev = pg_facts_dev(facts, effects->v[i].addr);

		if (dev)
			k.taken[dev - facts->dev] = 1;
	}
	for (size_t i = 0; i < facts->n_support; i++)
		(void)works(&k, i, 0);
	*ret = k;
	return 0;
}

bool pg_keeps_use(const struct pg_keeps *keeps, const struct pg_use *use)
{
	for (size_t i = 0; i < use->n_on; i++)
		if (keeps->state[use->on[i]] != WORKS)
			return false;
	return use->n_on && !use->alone;
}

/* ---- the set that matters ---- */

/* Why a member goes, from what it stands on; NULL: it does not, whatever its own state. */
static const char *why_member(const struct pg_keeps *k, const struct pg_support *m)
{
	const char *gone = device_gone(k, m);

	for (size_t depth = 0, i = 0; !gone && i < m->n_below && depth < DEPTH_MAX; i++) {
		if (k->state[m->below[i]] == WORKS)
			continue;
		m = &k->facts->support[m->below[i]];
		gone = device_gone(k, m);
		i = SIZE_MAX;
		depth++;
	}
	return gone;
}

/* Does the set go on, short of a member that works by itself? Or does it not go on, or is there
 * something else to say of why not? */
static bool tells(const struct pg_keeps *k, size_t i, bool kept)
{
	const struct pg_support *s = &k->facts->support[i];

	if (!kept)
		return k->state[i] != WORKS && (s->why || (s->is_set && s->n_below > 1));
	for (size_t m = 0; s->is_set && k->state[i] == WORKS && m < s->n_below; m++) {
		const struct pg_support *member = &k->facts->support[s->below[m]];

		if (k->state[s->below[m]] != WORKS && (!member->down || why_member(k, member)))
			return true;
	}
	return false;
}

static const struct pg_support *find(const struct pg_keeps *k, size_t i, bool kept, unsigned depth,
				     unsigned char *seen)
{
	const struct pg_support *s = &k->facts->support[i], *found = NULL;

	if (seen[i] || depth > DEPTH_MAX)
		return NULL;
	seen[i] = 1;
	if (tells(k, i, kept))
		return s;
	for (size_t m = 0; !found && m < s->n_below; m++)
		found = find(k, s->below[m], kept, depth + 1, seen);
	return found;
}

static const struct pg_support *find_of(const struct pg_keeps *k, const struct pg_use *use)
{
	pg_autofree unsigned char *seen = calloc(k->facts->n_support + 1, 1);
	const struct pg_support *found = NULL;
	bool kept = pg_keeps_use(k, use);

	for (size_t i = 0; seen && !found && i < use->n_on; i++)
		found = find(k, use->on[i], kept, 0, seen);
	return found;
}

const struct pg_use *pg_keeps_first(const struct pg_keeps *keeps, const struct pg_dev *dev)
{
	for (size_t i = 0; i < dev->n_use; i++)
		if (pg_keeps_use(keeps, &dev->use[i]) && find_of(keeps, &dev->use[i]))
			return &dev->use[i];
	return NULL;
}

const struct pg_use *pg_keeps_vital(const struct pg_keeps *keeps, const struct pg_dev *dev)
{
	for (size_t i = 0; i < dev->n_use; i++)
		if (dev->use[i].vital && !pg_keeps_use(keeps, &dev->use[i]))
			return &dev->use[i];
	return NULL;
}

/* ---- words ---- */

static void add_members(const struct pg_keeps *k, const struct pg_support *s, bool kept,
			struct pg_strbuf *b)
{
	bool any = false;

	for (size_t i = 0; i < s->n_below; i++) {
		const struct pg_support *m = &k->facts->support[s->below[i]];

		if ((k->state[s->below[i]] == WORKS) != kept)
			continue;
		pg_strbuf_addf(b, "%s%s", any ? kept ? ", " : "; " : "", m->name);
		if (!kept)
			pg_strbuf_addf(b, ": %s", m->down ? m->down :
						  why_member(k, m) ? why_member(k, m) :
						  _("what it stands on does not work"));
		any = true;
	}
}

static size_t count(const struct pg_keeps *k, const struct pg_support *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_below; i++)
		n += k->state[s->below[i]] == WORKS;
	return n;
}

int pg_keeps_words(const struct pg_keeps *keeps, const struct pg_use *use, char **ret)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	const struct pg_support *s = find_of(keeps, use);
	bool kept = pg_keeps_use(keeps, use);

	if (s && !kept && s->why) {
		pg_strbuf_add(&b, s->why);
	} else if (s && kept) {
		pg_strbuf_addf(&b, _("%s keeps "), s->name);
		add_members(keeps, s, true, &b);
		pg_strbuf_addf(&b, _(" (%zu of %zu)"), count(keeps, s), s->n_below);
	} else if (s) {
		pg_strbuf_addf(&b, _("Of %s %zu of %zu members would be left, and %zu must be ("), s->name,
			       count(keeps, s), s->n_below, s->need);
		add_members(keeps, s, false, &b);
		pg_strbuf_add(&b, ").");
	}
	if (pg_strbuf_error(&b) < 0)
		return -ENOMEM;
	*ret = s ? pg_strbuf_steal(&b) : NULL;
	return 0;
}

const char *pg_keeps_look(const struct pg_keeps *keeps, const struct pg_use *use)
{
	const struct pg_support *s = find_of(keeps, use);

	return s ? s->look : NULL;
}
