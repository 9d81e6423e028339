/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/sriov.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

static const char header[] =
	"# Virtual functions that pve-gpu makes when the node starts, a card below the other:\n"
	"# card ADDRESS VENDOR:DEVICE SUBSYSTEM PLACE SERIAL COUNT host|none\n"
	"# vf NUMBER [mac=…] [vlan=…] [trust=on|off] [spoofchk=on|off]\n"
	"# Where the card is another one by now, nothing is made. See pve-gpu(8).\n";

struct edit {
	const struct pg_sriov_card *old, *card;	/* card NULL: it goes */
	unsigned last;				/* the last line of the old one */
	struct pg_strbuf b;
	bool failed;
};

static void add_line(struct edit *e, char *text)
{
	if (!text) {
		e->failed = true;
		return;
	}
	pg_strbuf_addf(&e->b, "%s\n", text);
	free(text);
}

static bool same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same_card(const struct pg_sriov_card *a, const struct pg_sriov_card *b)
{
	return pg_bdf_equal(a->id.addr, b->id.addr) && a->id.vendor == b->id.vendor &&
	       a->id.device == b->id.device && a->id.has_subsystem == b->id.has_subsystem &&
	       a->id.subvendor == b->id.subvendor && a->id.subdevice == b->id.subdevice &&
	       same_text(a->id.path, b->id.path) && same_text(a->id.serial, b->id.serial) &&
	       a->count == b->count && a->host_driver == b->host_driver;
}

static bool is_missing(const struct edit *e, size_t i)
{
	return !e->old || !pg_sriov_vf(e->old, e->card->vf[i].n);
}

static bool any_missing(const struct edit *e)
{
	for (size_t i = 0; e->card && i < e->card->n_vf; i++)
		if (is_missing(e, i))
			return true;
	return false;
}

/* Functions that have no line yet. */
static void add_missing(struct edit *e)
{
	for (size_t i = 0; e->card && i < e->card->n_vf; i++)
		if (is_missing(e, i))
			add_line(e, pg_sriov_vf_text(&e->card->vf[i]));
}

/* A line of the old card. True: it stays as it is. */
static bool own_line(struct edit *e, enum pg_sriov_line what, int n)
{
	const struct pg_vf_opts *was = n < 0 ? NULL : pg_sriov_vf(e->old, (unsigned)n);
	const struct pg_vf_opts *vf = e->card && n >= 0 ? pg_sriov_vf(e->card, (unsigned)n) : NULL;

	if (what == PG_SRIOV_CARD && e->card && same_card(e->old, e->card))
		return true;
	if (what == PG_SRIOV_CARD && e->card)
		add_line(e, pg_sriov_card_text(e->card));
	if (what == PG_SRIOV_CARD)
		return false;
	if (!was) /* it could not be read; or there was no such function */
		return e->card && !vf && n < (int)e->old->count && n < (int)e->card->count;
	if (vf && pg_vf_opts_equal(vf, was))
		return true;
	if (vf)
		add_line(e, pg_sriov_vf_text(vf));
	return false;
}

/* Where the card's last line is: those of others, and comments below it, are not its own. */
static unsigned find_last(const struct pg_bytes *in, unsigned from)
{
	size_t pos = 0, len, full;
	const char *line;
	unsigned at = 0, last = from;
	int n;

	while (in->n && pg_text_line(in->p, in->n, &pos, &line, &len, &full)) {
		enum pg_sriov_line what = pg_sriov_line(line, len, &n);

		if (++at <= from)
			continue;
		if (what == PG_SRIOV_CARD)
			break;
		if (what == PG_SRIOV_VF)
			last = at;
	}
	return last;
}

static void keep(struct edit *e, const char *line, size_t len, size_t full, bool more)
{
	pg_strbuf_addn(&e->b, line, full);
	if (full == len && more)
		pg_strbuf_addc(&e->b, '\n');
}

static void replace(struct edit *e, const struct pg_bytes *in)
{
	size_t pos = 0, len, full;
	const char *line;
	unsigned at = 0;

	e->last = find_last(in, e->old->line);
	while (pg_text_line(in->p, in->n, &pos, &line, &len, &full)) {
		int n = -1;
		enum pg_sriov_line what = pg_sriov_line(line, len, &n);
		bool own = ++at >= e->old->line && at <= e->last && what != PG_SRIOV_OTHER;

		if (!own || own_line(e, what, n))
			keep(e, line, len, full, at == e->last && any_missing(e));
		if (at == e->last)
			add_missing(e);
	}
}

static void append(struct edit *e, const struct pg_bytes *in)
{
	if (in->n) {
		pg_strbuf_addn(&e->b, in->p, in->n);
		if (e->card && in->p[in->n - 1] != '\n')
			pg_strbuf_addc(&e->b, '\n');
	} else if (e->card) {
		pg_strbuf_add(&e->b, header);
	}
	if (e->card)
		add_line(e, pg_sriov_card_text(e->card));
	add_missing(e);
}

static int edit_once(const struct pg_bytes *in, unsigned old, const struct pg_sriov_card *card,
		     struct pg_bytes *ret)
{
	struct pg_sriov_conf was PG_CLEANUP(pg_sriov_conf_done) = { 0 };
	struct edit e = { .card = card->count ? card : NULL };
	int r = pg_sriov_conf_read(in, &was);

	if (r < 0)
		return r;
	for (size_t i = 0; old && i < was.n; i++)
		if (was.card[i].line == old)
			e.old = &was.card[i];
	if (e.old)
		replace(&e, in);
	else
		append(&e, in);
	if (e.failed) {
		pg_strbuf_done(&e.b);
		return -ENOMEM;
	}
	return pg_strbuf_steal_bytes(&e.b, ret);
}

/* The line of the card at this address; 0: none. */
static int line_at(const struct pg_bytes *in, struct pg_bdf addr, unsigned *ret)
{
	struct pg_sriov_conf conf PG_CLEANUP(pg_sriov_conf_done) = { 0 };
	int r = pg_sriov_conf_read(in, &conf);

	*ret = 0;
	for (size_t i = 0; r == 0 && i < conf.n; i++)
		if (pg_bdf_equal(conf.card[i].id.addr, addr))
			*ret = conf.card[i].line;
	return r;
}

int pg_sriov_edit(const struct pg_bytes *in, unsigned old, const struct pg_sriov_card *card,
		  struct pg_bytes *ret)
{
	struct pg_bytes out = { 0 };
	unsigned again = 0;
	int r = edit_once(in, old, card, &out);

	/* One that was named twice was in force once: the other must not take its place. */
	while (r == 0 && !card->count) {
		struct pg_bytes less = { 0 };

		r = line_at(&out, card->id.addr, &again);
		if (r < 0 || !again)
			break;
		r = edit_once(&out, again, card, &less);
		pg_bytes_done(&out);
		out = less;
	}
	if (r < 0) {
		pg_bytes_done(&out);
		return r;
	}
	*ret = out;
	return 0;
}
