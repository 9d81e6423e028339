/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices that can have virtual functions: how many they have is planned from here, and one that is there
 * goes on to a VM like any other device. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/host/sriov.h"
#include "src/plan/sriov.h"
#include "wizard/ctx.h"

#define PF "pf/"
#define VF "vf/"

static const struct pg_dev *dev_of(const struct wiz *w, const char *item, const char *prefix)
{
	struct pg_bdf addr;

	if (!item || !pg_text_starts(item, prefix) || pg_bdf_parse(item + strlen(prefix), &addr) < 0)
		return NULL;
	return pg_facts_dev(w->facts, addr);
}

bool wiz_sriov_is_there(const struct wiz *w)
{
	for (size_t i = 0; i < w->facts->n_dev; i++)
		if (w->facts->dev[i].total_vfs)
			return true;
	return false;
}

/* ---- rows ---- */

static struct wiz_item *add_item(struct wiz_view *view, const char *prefix, const struct pg_dev *dev)
{
	pg_autofree char *id = pg_strf("%s%s", prefix, pg_bdf_str(dev->addr).s);
	struct wiz_item *item = id ? wiz_view_add_item(view, id) : NULL;

	if (!item) {
		view->failed = true;
		return NULL;
	}
	wiz_view_set(view, &item->detail_title, "%s", pg_bdf_str(dev->addr).s);
	return item;
}

static void vf_row(struct wiz_view *view, const struct pg_dev *vf, unsigned n)
{
	struct wiz_item *item = add_item(view, VF, vf);

	if (!item)
		return;
	item->depth = 1;
	wiz_view_set(view, &item->text, "%s no. %u", pg_bdf_short(vf->addr).s, n);
	if (vf->n_vmid)
		wiz_view_set(view, &item->note, "VM %u", (unsigned)vf->vmid[0]);
	else
		wiz_view_set(view, &item->note, "%s", vf->n_use ? wiz_use_label(wiz_dev_use(vf)).s : _("free"));
	if (!vf->n_vmid && !vf->n_use)
		return;
	item->enabled = false;
	wiz_view_set(view, &item->why_not, "%s", vf->n_vmid ? _("A VM has it already.") :
							      _("The node uses it itself."));
}

static void pf_row(const struct wiz *w, struct wiz_view *view, const struct pg_dev *pf)
{
	struct wiz_item *item = add_item(view, PF, pf);

	if (!item)
		return;
	item->can_fold = pf->n_vf > 0;
	item->folded = wiz_is_folded(w, item->id, false);
	wiz_view_set(view, &item->text, "%s %s", pg_bdf_short(pf->addr).s, wiz_dev_name(pf).s);
	wiz_view_set(view, &item->note, "%u of %u", pf->num_vfs, pf->total_vfs);
	for (unsigned n = 0; n < pf->n_vf; n++) {
		const struct pg_dev *vf = pg_facts_dev(w->facts, pf->vf[n]);

		if (vf)
			vf_row(view, vf, n);
	}
}

static void build(struct wiz *w, struct wiz_view *view)
{
	view->shape = WIZ_SHAPE_LIST;
	view->can |= WIZ_CAN_NEXT | WIZ_CAN_FOLD | WIZ_CAN_SEARCH | WIZ_CAN_TOGGLE;
	wiz_view_set(view, &view->list_title, "Virtual functions");
	wiz_view_set(view, &view->detail_title, "Device");
	wiz_view_set(view, &view->next_label, "plan");
	for (size_t i = 0; i < w->facts->n_dev; i++)
		if (w->facts->dev[i].total_vfs)
			pf_row(w, view, &w->facts->dev[i]);
	if (!view->n_item)
		wiz_view_set(view, &view->intro, "No device of this node can have virtual functions.");
}

/* Its texts say nothing of that. */
static void refold(struct wiz *w, struct wiz_view *view, struct wiz_item *item)
{
	(void)w;
	(void)view;
	(void)item;
}

/* ---- the right pane ---- */

/* What was chosen here of the device, else what is set up. */
static bool takes_host(const struct wiz *w, const struct pg_dev *pf, const struct pg_sriov_card *card)
{
	const struct pg_sriov_want *want = &w->choices->sriov;

	if (want->host_driver != PG_UNKNOWN && pg_bdf_equal(want->pf, pf->addr))
		return want->host_driver == PG_YES;
	return card && card->host_driver;
}

static void add_makers(const struct wiz *w, const struct pg_dev *pf, struct wiz_lines *lines)
{
	const struct pg_vf_maker *m = pg_vf_maker_of(w->facts, pf);
	const struct pg_vf_maker *inert = pg_vf_inert_of(w->facts, pf);

	if (m)
		(void)wiz_lines_add(lines, WIZ_WARN, NULL, "They are made by %s: %s. pve-gpu leaves that.",
				    pg_vf_maker_words(m->kind), m->path);
	if (inert)
		(void)wiz_lines_add(lines, WIZ_WARN, NULL, "%s:%u asks for %u, but nothing reads that file.",
				    inert->path, inert->line, inert->count);
}

static void add_state(const struct wiz *w, const struct pg_sriov_state *st, struct wiz_lines *lines)
{
	struct pg_status s = { 0 };

	if (pg_sriov_judge(w->facts, st, &s) < 0)
		lines->failed = true;
	else if (s.verdict != PG_STATUS_OK)
		(void)wiz_lines_add(lines, WIZ_BAD, NULL, "%s", s.why);
	free(s.why);
	free(s.evidence);
	free(s.fix);
}

static void pf_detail(const struct wiz *w, const struct pg_dev *pf, struct wiz_lines *lines)
{
	struct pg_sriov_states states PG_CLEANUP(pg_sriov_states_done) = { 0 };
	const struct pg_sriov_state *st;

	if (pg_sriov_states(w->facts, &states) < 0) {
		lines->failed = true;
		return;
	}
	st = pg_sriov_state_of(&states, pf);
	(void)wiz_lines_add(lines, WIZ_STRONG, NULL, "%s", wiz_dev_name(pf).s);
	(void)wiz_lines_add(lines, WIZ_PLAIN, "driver", "%s", pf->driver ? pf->driver : _("none"));
	(void)wiz_lines_add(lines, WIZ_PLAIN, "now", "%u of %u", pf->num_vfs, pf->total_vfs);
	if (st && st->place == PG_SRIOV_HERE)
		(void)wiz_lines_add(lines, WIZ_PLAIN, "at boot", "%u", st->card->count);
	else
		(void)wiz_lines_add(lines, WIZ_PLAIN, "at boot", "%s", _("none by pve-gpu"));
	(void)wiz_lines_add(lines, WIZ_PLAIN, "for", "%s",
			    takes_host(w, pf, st ? st->card : NULL) ?
				    _("the host: its drivers take them") : _("VMs: no driver of the host takes them"));
	if (wiz_dev_use(pf))
		(void)wiz_lines_add(lines, WIZ_PLAIN, "used by", "%s", wiz_dev_use(pf)->detail);
	add_makers(w, pf, lines);
	if (st)
		add_state(w, st, lines);
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "Enter asks how many it shall have, now and whenever the "
			    "node starts. Space changes who takes them.");
}

static void vf_detail(const struct wiz *w, const struct pg_dev *vf, struct wiz_lines *lines)
{
	wiz_dev_detail(w, vf, lines);
	if (vf->n_vmid || vf->n_use)
		return;
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "Enter gives it to a VM.");
}

static void detail(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	const struct pg_dev *pf = dev_of(w, item, PF), *vf = dev_of(w, item, VF);

	if (pf)
		pf_detail(w, pf, lines);
	if (vf)
		vf_detail(w, vf, lines);
}

/* ---- to the plan ---- */

/* What was chosen on other ways is over. */
static int fresh(struct wiz *w)
{
	struct pg_choices *c = pg_choices_new();

	if (!c)
		return -ENOMEM;
	if (!wiz_can_reboot(w))
		c->trial = PG_NO;
	pg_choices_free(w->choices);
	w->choices = c;
	w->usb = w->usb_only = w->vm_chosen = false;
	wiz_changed(w);
	return 0;
}

static int ask_count(struct wiz *w, const struct pg_dev *pf, const char *item)
{
	int r = wiz_ask(w, WIZ_ASKING_VFS, WIZ_ASK_TEXT, item, "Virtual functions",
			"How many shall %s have, from 0 to %u? With the number of a VM behind it, like "
			"`%u 100`, that VM gets the next one that is free.", pg_bdf_short(pf->addr).s,
			pg_vf_max_by_bus(w->facts, pf), pf->total_vfs < 4 ? pf->total_vfs : 4);

	if (r < 0)
		return r;
	w->question.initial = pg_strf("%u", pf->num_vfs);
	return w->question.initial ? 0 : -ENOMEM;
}

/* "4", "4 100" */
static bool read_answer(const char *text, unsigned *ret_count, uint32_t *ret_vmid)
{
	struct pg_strv word PG_CLEANUP(pg_strv_done) = { 0 };
	uint64_t count, vmid = 0;

	if (pg_strv_split(text ? text : "", " ,", &word) < 0 || word.n < 1 || word.n > 2 ||
	    pg_text_number(word.v[0], 10, UINT16_MAX, &count) < 0 ||
	    (word.n == 2 && pg_text_number(word.v[1], 10, 999999999, &vmid) < 0))
		return false;
	*ret_count = (unsigned)count;
	*ret_vmid = (uint32_t)vmid;
	return true;
}

static int answer(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	const struct pg_dev *pf = dev_of(w, w->asked_item, PF);
	enum pg_tri host = pf && pg_bdf_equal(w->choices->sriov.pf, pf->addr) ?
				   w->choices->sriov.host_driver : PG_UNKNOWN;
	unsigned count;
	uint32_t vmid;
	int r;

	*ret = WIZ_REBUILD;
	if (w->asking != WIZ_ASKING_VFS || !pf)
		return 0;
	if (!read_answer(e->text, &count, &vmid))
		return wiz_note(w, "Not possible", "That is no number of virtual functions.");
	r = fresh(w);
	if (r < 0)
		return r;
	w->choices->sriov = (struct pg_sriov_want){ .wanted = true, .pf = pf->addr, .count = count,
						    .host_driver = host };
	w->choices->vmid = vmid;
	return wiz_go(w, WIZ_PAGE_REVIEW, ret);
}

static int give(struct wiz *w, const struct pg_dev *vf, enum wiz_follow *ret)
{
	int r = fresh(w);

	if (r == 0)
		r = pg_choices_pick(w->choices, vf->addr, false);
	return r < 0 ? r : wiz_go(w, WIZ_PAGE_VM, ret);
}

static int turn(struct wiz *w, const struct pg_dev *pf)
{
	struct pg_sriov_states states PG_CLEANUP(pg_sriov_states_done) = { 0 };
	int r = pg_sriov_states(w->facts, &states);
	const struct pg_sriov_state *st = r == 0 ? pg_sriov_state_of(&states, pf) : NULL;
	bool host = takes_host(w, pf, st ? st->card : NULL);

	w->choices->sriov.pf = pf->addr;
	w->choices->sriov.host_driver = host ? PG_NO : PG_YES;
	return r;
}

static int event(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	const struct pg_dev *pf = dev_of(w, e->item, PF), *vf = dev_of(w, e->item, VF);

	if (e->kind == WIZ_EVENT_ANSWER)
		return answer(w, e, ret);
	*ret = WIZ_REBUILD;
	if (e->kind == WIZ_EVENT_TOGGLE && pf)
		return turn(w, pf);
	if (e->kind == WIZ_EVENT_NEXT && pf)
		return ask_count(w, pf, e->item);
	return e->kind == WIZ_EVENT_NEXT && vf ? give(w, vf, ret) : 0;
}

const struct wiz_page_ops wiz_page_sriov = {
	.id = "sriov",
	.title = N_("Virtual functions"),
	.enters = true,
	.build = build,
	.event = event,
	.detail = detail,
	.refold = refold,
};
