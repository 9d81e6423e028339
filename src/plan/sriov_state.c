/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the cards of sriov.conf stand: the same for the unit that makes their virtual functions and
 * for `status`. */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/host/sriov.h"
#include "src/plan/sriov.h"
#include "src/plan/why.h"

void pg_sriov_states_done(struct pg_sriov_states *states)
{
	free(states->v);
	pg_sriov_conf_done(&states->conf);
	*states = (struct pg_sriov_states){ 0 };
}

/* ---- is it the same card ---- */

static bool same_subsystem(const struct pg_known *k, const struct pg_dev *dev)
{
	return !k->has_subsystem || !dev->has_subsystem ||
	       (k->subvendor == dev->subvendor && k->subdevice == dev->subdevice);
}

bool pg_sriov_is_it(const struct pg_facts *facts, const struct pg_sriov_card *card,
		    const struct pg_dev **ret_dev, char **ret_why)
{
	const struct pg_known *k = &card->id;
	const struct pg_dev *dev = pg_facts_dev(facts, k->addr);
	struct pg_bdf_str addr = pg_bdf_str(k->addr);

	*ret_dev = dev;
	*ret_why = NULL;
	if (!dev)
		*ret_why = pg_strf(_("There is no device at %s."), addr.s);
	else if (dev->vendor != k->vendor || dev->device != k->device || !same_subsystem(k, dev))
		*ret_why = pg_strf(_("At %s there is another device: %04x:%04x, not %04x:%04x as in %s."),
				   addr.s, dev->vendor, dev->device, k->vendor, k->device,
				   PG_PATH_SRIOV);
	else if (k->serial && !dev->serial)
		*ret_why = pg_strf(_("Whether the card at %s is the one of %s cannot be told: its serial "
				     "number or MAC address cannot be read, and %s is wanted."),
				   addr.s, PG_PATH_SRIOV, k->serial);
	else if (k->serial && strcmp(k->serial, dev->serial) != 0)
		*ret_why = pg_strf(_("At %s there is another card of the same make: %s, not %s as in %s."),
				   addr.s, dev->serial, k->serial, PG_PATH_SRIOV);
	else
		return true;
	return false;
}

/* ---- where the cards are ---- */

/* As the memory of devices finds what has moved. */
static int find_moved(const struct pg_facts *facts, struct pg_sriov_states *s)
{
	struct pg_memory memory = { 0 };
	int r;

	memory.known = calloc(s->n + 1, sizeof(*memory.known));
	if (!memory.known)
		return -ENOMEM;
	memory.n = s->n;
	for (size_t i = 0; i < s->n; i++)
		memory.known[i] = s->conf.card[i].id; /* borrowed */
	r = pg_memory_match(facts, &memory);
	for (size_t i = 0; r == 0 && i < s->n; i++) {
		if (s->v[i].place == PG_SRIOV_HERE || memory.found[i].place != PG_PLACE_MOVED)
			continue;
		s->v[i].place = PG_SRIOV_MOVED;
		s->v[i].dev = memory.found[i].dev;
		s->v[i].by = memory.found[i].by;
	}
	free(memory.known);
	free(memory.found);
	return r;
}

static int find(const struct pg_facts *facts, struct pg_sriov_states *s)
{
	s->n = s->conf.n;
	s->v = calloc(s->n + 1, sizeof(*s->v));
	if (!s->v)
		return -ENOMEM;
	for (size_t i = 0; i < s->n; i++) {
		const struct pg_dev *dev;
		pg_autofree char *why = NULL;
		bool here = pg_sriov_is_it(facts, &s->conf.card[i], &dev, &why);

		if (!here && !why)
			return -ENOMEM;
		s->v[i].card = &s->conf.card[i];
		s->v[i].place = here ? PG_SRIOV_HERE : PG_SRIOV_GONE;
		s->v[i].dev = here ? dev : NULL;
	}
	return find_moved(facts, s);
}

int pg_sriov_states(const struct pg_facts *facts, struct pg_sriov_states *ret)
{
	const struct pg_file *file = pg_facts_file(facts, PG_PATH_SRIOV);
	struct pg_sriov_states s PG_CLEANUP(pg_sriov_states_done) = { 0 };
	int r = file && !file->error ? pg_sriov_conf_read(&file->bytes, &s.conf) : 0;

	if (r == 0)
		r = find(facts, &s);
	if (r < 0)
		return r;
	*ret = s;
	s = (struct pg_sriov_states){ 0 };
	return 0;
}

const struct pg_sriov_state *pg_sriov_state_of(const struct pg_sriov_states *states,
					       const struct pg_dev *dev)
{
	for (size_t i = 0; i < states->n; i++)
		if (states->v[i].dev == dev)
			return &states->v[i];
	return NULL;
}

/* ---- in words ---- */

static int line_of(const struct pg_sriov_state *st, struct pg_status *s)
{
	return pg_why_evidence(s, "%s:%u: %u virtual functions for %s; %u are there", PG_PATH_SRIOV,
			       st->card->line, st->card->count, pg_bdf_str(st->card->id.addr).s,
			       st->dev ? st->dev->num_vfs : 0);
}

static int judge_gone(const struct pg_facts *facts, const struct pg_sriov_state *st,
		      struct pg_status *s)
{
	const struct pg_dev *dev;
	pg_autofree char *why = NULL;

	if (!pg_sriov_is_it(facts, st->card, &dev, &why) && !why)
		return -ENOMEM;
	if (pg_why_set(s, PG_STATUS_WRONG, "vfs-declined",
		       "No virtual functions are made for it: %s", why ? why : "") < 0 ||
	    pg_why_evidence(s, PG_PATH_SRIOV ":%u", st->card->line) < 0)
		return -ENOMEM;
	return pg_why_fix(s, "Put the card back; or take its lines out of %s, and plan the card that is "
			     "there now (`pve-gpu sriov`).", PG_PATH_SRIOV);
}

static int judge_moved(const struct pg_facts *facts, const struct pg_sriov_state *st,
		       struct pg_status *s)
{
	const struct pg_dev *at;
	pg_autofree char *why = NULL;

	if (!pg_sriov_is_it(facts, st->card, &at, &why) && !why)
		return -ENOMEM;
	if (pg_why_set(s, PG_STATUS_WRONG, "vfs-declined",
		       "No virtual functions are made for it: the card has moved to %s, which %s tells. "
		       "%s", pg_bdf_str(st->dev->addr).s, st->by, why ? why : "") < 0 ||
	    pg_why_evidence(s, PG_PATH_SRIOV ":%u: %s", st->card->line,
			    pg_bdf_str(st->card->id.addr).s) < 0)
		return -ENOMEM;
	return pg_why_fix(s, "`pve-gpu sriov %s %u --apply` takes its settings over to the new place.",
			  pg_bdf_str(st->dev->addr).s, st->card->count);
}

static int judge_number(const struct pg_facts *facts, const struct pg_sriov_state *st,
			struct pg_status *s)
{
	const struct pg_dev *pf = st->dev;
	bool none = pf->num_vfs == 0, off = facts->boot.off;
	int r;

	if (none && off)
		r = pg_why_set(s, PG_STATUS_PENDING, "off",
			       "The node was booted with pve-gpu.off: no virtual functions are made.");
	else if (none && !pf->driver)
		r = pg_why_set(s, PG_STATUS_WRONG, "vfs-missing",
			       "It has no driver, and without one there are no virtual functions.");
	else
		r = pg_why_set(s, PG_STATUS_WRONG, none ? "vfs-missing" : "vfs-differ",
			       "It has %u virtual functions and should have %u.", pf->num_vfs,
			       st->card->count);
	if (r == 0)
		r = line_of(st, s);
	return r < 0 ? r : pg_why_fix(s, "`systemctl restart pve-gpu-sriov.service` makes them, or fails; "
					 "`systemctl status pve-gpu-sriov.service` shows what was tried, and `journalctl -k` what the kernel said.");
}

int pg_sriov_judge(const struct pg_facts *facts, const struct pg_sriov_state *st,
		   struct pg_status *s)
{
	if (st->place == PG_SRIOV_GONE)
		return judge_gone(facts, st, s);
	if (st->place == PG_SRIOV_MOVED)
		return judge_moved(facts, st, s);
	if (st->dev->num_vfs != st->card->count)
		return judge_number(facts, st, s);
	return pg_why_set(s, PG_STATUS_OK, "vfs", "It has its %u virtual functions.",
			  st->card->count);
}
