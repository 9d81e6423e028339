/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where remembered devices are now. What tells, from the surest on: the serial number; the place
 * in the machine, which stays when buses are numbered anew; another function of the same
 * card; and that no other of its make is left to be it. Two equal cards without serial numbers
 * that changed places cannot be told apart: each is taken for the one whose place it has.
 *
 * A virtual function is where its card has the one of its number, so that its card is what is looked for.
 */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/host/sriov.h"
#include "src/plan/memory.h"

/* The device and the bridges above it, which a broken tree may have in a ring. */
enum { DEPTH_MAX = 32 };

char *pg_dev_path(const struct pg_facts *facts, const struct pg_dev *dev)
{
	const struct pg_dev *chain[DEPTH_MAX];
	struct pg_strbuf b = { 0 };
	size_t n = 0;

	for (; dev && n < DEPTH_MAX; n++) {
		chain[n] = dev;
		dev = dev->has_parent ? pg_facts_dev(facts, dev->parent) : NULL;
	}
	if (n)
		pg_strbuf_addf(&b, "%04x:%02x", chain[n - 1]->addr.domain, chain[n - 1]->addr.bus);
	while (n-- > 0)
		pg_strbuf_addf(&b, "/%02x.%x", chain[n]->addr.dev, chain[n]->addr.fn);
	return pg_strbuf_steal(&b);
}

bool pg_card_is_free(const struct pg_facts *facts, const struct pg_dev *dev)
{
	for (size_t i = 0; i < facts->n_dev; i++) {
		const struct pg_dev *other = &facts->dev[i];

		if (pg_bdf_same_slot(other->addr, dev->addr) &&
		    (other->n_use || pg_dev_is_console(other)))
			return false;
	}
	return true;
}

struct match {
	const struct pg_facts *facts;
	struct pg_memory *memory;
	struct pg_strv path;	/* of each device */
	bool *taken;		/* each device: one of the remembered is it */
};

static void match_done(struct match *m)
{
	pg_strv_done(&m->path);
	free(m->taken);
}

/* Serials of one kind ("mac=", "dsn="): 1 the same, 0 others, -1 they cannot be compared. */
static int same_serial(const char *a, const char *b)
{
	size_t n = a && b ? strcspn(a, "=") : 0;

	if (!n || strncmp(a, b, n + 1) != 0)
		return -1;
	return strcmp(a, b) == 0;
}

/* Where the device was that is looked for. */
static struct pg_bdf was_at(const struct pg_known *k)
{
	return k->is_vf ? k->card : k->addr;
}

static bool fits(const struct pg_known *k, const struct pg_dev *dev)
{
	if (k->vendor != dev->vendor || k->device != dev->device || dev->is_bridge || dev->is_vf)
		return false;
	if (k->has_subsystem && dev->has_subsystem &&
	    (k->subvendor != dev->subvendor || k->subdevice != dev->subdevice))
		return false;
	return same_serial(k->serial, dev->serial) != 0;
}

static void settle(struct match *m, size_t i, size_t d, const char *by)
{
	const struct pg_dev *dev = &m->facts->dev[d];
	bool same = pg_bdf_equal(m->memory->known[i].addr, dev->addr);

	m->memory->found[i] = (struct pg_found){ same ? PG_PLACE_SAME : PG_PLACE_MOVED, dev, dev, by };
	m->taken[d] = true;
}

/* Settles it if just one device passes the test. */
static bool settle_one(struct match *m, size_t i, const char *by,
		       bool (*is)(const struct match *m, const struct pg_known *k, size_t d))
{
	const struct pg_known *k = &m->memory->known[i];
	size_t n = 0, last = 0;

	for (size_t d = 0; d < m->facts->n_dev; d++) {
		if (!fits(k, &m->facts->dev[d]) || !is(m, k, d))
			continue;
		last = d;
		n++;
	}
	if (n == 1)
		settle(m, i, last, by);
	return n == 1;
}

static bool by_serial(const struct match *m, const struct pg_known *k, size_t d)
{
	const struct pg_dev *dev = &m->facts->dev[d];

	return was_at(k).fn == dev->addr.fn && same_serial(k->serial, dev->serial) == 1;
}

static bool by_path(const struct match *m, const struct pg_known *k, size_t d)
{
	return k->path && strcmp(k->path, m->path.v[d]) == 0;
}

/* A function goes where another of its card went. */
static bool by_sibling(const struct match *m, const struct pg_known *k, size_t d)
{
	struct pg_bdf addr = m->facts->dev[d].addr;

	for (size_t i = 0; i < m->memory->n; i++) {
		const struct pg_found *f = &m->memory->found[i];

		if (f->card && addr.fn == was_at(k).fn && pg_bdf_same_slot(f->card->addr, addr) &&
		    pg_bdf_same_slot(was_at(&m->memory->known[i]), was_at(k)))
			return true;
	}
	return false;
}

/* A card that the host uses goes to no VM; but its virtual functions may. */
static bool is_left(const struct match *m, const struct pg_known *k, size_t d)
{
	const struct pg_dev *dev = &m->facts->dev[d];

	return !m->taken[d] && (k->is_vf || pg_card_is_free(m->facts, dev) ||
				pg_bdf_equal(k->addr, dev->addr));
}

/* Another remembered one that is not found yet and could be the same device. */
static bool has_rival(const struct match *m, size_t i)
{
	const struct pg_known *k = &m->memory->known[i];

	for (size_t o = 0; o < m->memory->n; o++) {
		const struct pg_known *other = &m->memory->known[o];

		if (o != i && !m->memory->found[o].card && other->vendor == k->vendor &&
		    other->device == k->device && !pg_bdf_equal(was_at(other), was_at(k)))
			return true;
	}
	return false;
}

/* What is left: one settled at a time, since its functions follow it. */
static bool settle_rest(struct match *m)
{
	for (size_t i = 0; i < m->memory->n; i++)
		if (!m->memory->found[i].card &&
		    settle_one(m, i, _("another function of the same card"), by_sibling))
			return true;
	for (size_t i = 0; i < m->memory->n; i++)
		if (!m->memory->found[i].card && !has_rival(m, i) &&
		    settle_one(m, i, _("its ids, which no other device has that it could be"), is_left))
			return true;
	return false;
}

static enum pg_place unsettled(const struct match *m, const struct pg_known *k)
{
	for (size_t d = 0; d < m->facts->n_dev; d++)
		if (!m->taken[d] && fits(k, &m->facts->dev[d]))
			return PG_PLACE_UNSURE;
	return PG_PLACE_GONE;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Are they functions of one card, of which the same is known? */
static bool is_same_card(const struct pg_known *a, const struct pg_known *b)
{
	return a->is_vf && b->is_vf && pg_bdf_equal(a->card, b->card) && a->vendor == b->vendor &&
	       a->device == b->device && a->has_subsystem == b->has_subsystem &&
	       a->subvendor == b->subvendor && a->subdevice == b->subdevice &&
	       same_text(a->path, b->path) && same_text(a->serial, b->serial);
}

/* A card has many virtual functions: what was found for one goes for those behind it. */
static bool settle_as_before(struct match *m, size_t i)
{
	struct pg_memory *memory = m->memory;

	for (size_t o = i; o-- > 0;) {
		if (!is_same_card(&memory->known[i], &memory->known[o]))
			continue;
		memory->found[i] = memory->found[o];
		return true;
	}
	return false;
}

/* From the card to its function. */
static void place_vf(const struct pg_facts *facts, const struct pg_known *k, struct pg_found *f)
{
	const struct pg_dev *dev = NULL;
	struct pg_bdf addr;

	if (pg_vf_addr(f->card, k->vf, &addr))
		dev = pg_facts_dev(facts, addr);
	f->dev = dev && dev->is_vf && pg_bdf_equal(dev->physfn, f->card->addr) ? dev : NULL;
	f->place = !f->dev ? PG_PLACE_UNMADE :
		   pg_bdf_equal(f->dev->addr, k->addr) ? PG_PLACE_SAME :
							 PG_PLACE_MOVED;
}

int pg_memory_match(const struct pg_facts *facts, struct pg_memory *memory)
{
	struct match m PG_CLEANUP(match_done) = { .facts = facts, .memory = memory };

	memory->found = calloc(memory->n + 1, sizeof(*memory->found));
	m.taken = calloc(facts->n_dev + 1, sizeof(*m.taken));
	if (!memory->found || !m.taken)
		return -ENOMEM;
	for (size_t d = 0; memory->n && d < facts->n_dev; d++)
		if (pg_strv_take(&m.path, pg_dev_path(facts, &facts->dev[d])) < 0)
			return -ENOMEM;
	for (size_t i = 0; i < memory->n; i++)
		if (!settle_as_before(&m, i) && !settle_one(&m, i, _("its serial number"), by_serial))
			(void)settle_one(&m, i, _("its place in the machine"), by_path);
	while (settle_rest(&m))
		;
	for (size_t i = 0; i < memory->n; i++)
		if (!memory->found[i].card)
			memory->found[i].place = unsettled(&m, &memory->known[i]);
		else if (memory->known[i].is_vf)
			place_vf(facts, &memory->known[i], &memory->found[i]);
	return 0;
}
