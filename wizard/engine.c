/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizard/wizard.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "wizard/ctx.h"

static const struct wiz_page_ops *const pages[WIZ_N_PAGES] = {
	[WIZ_PAGE_HOME] = &wiz_page_home,     [WIZ_PAGE_HOST] = &wiz_page_host,
	[WIZ_PAGE_DEVICE] = &wiz_page_device, [WIZ_PAGE_BINDING] = &wiz_page_binding,
	[WIZ_PAGE_VM] = &wiz_page_vm,	      [WIZ_PAGE_REVIEW] = &wiz_page_review,
	[WIZ_PAGE_APPLY] = &wiz_page_apply,   [WIZ_PAGE_REBOOT] = &wiz_page_reboot,
	[WIZ_PAGE_VERIFY] = &wiz_page_verify, [WIZ_PAGE_STATUS] = &wiz_page_status,
	[WIZ_PAGE_HISTORY] = &wiz_page_history, [WIZ_PAGE_USB] = &wiz_page_usb,
	[WIZ_PAGE_MAPPING] = &wiz_page_mapping, [WIZ_PAGE_TROUBLE] = &wiz_page_trouble,
	[WIZ_PAGE_DOCTOR] = &wiz_page_doctor,
	[WIZ_PAGE_SRIOV] = &wiz_page_sriov,
	[WIZ_PAGE_VGPU] = &wiz_page_vgpu,
};

const struct wiz_page_ops *wiz_page_ops(enum wiz_page page)
{
	return pages[page];
}

/* No step about devices that leave the node. */
static bool is_vm_only(const struct wiz *w)
{
	return w->usb_only || wiz_vgpu_is_chosen(w);
}

static bool is_relevant(const struct wiz *w, enum wiz_page page)
{
	/* a repair asks nothing, nor does an entry of a mapping, or a number of virtual functions: only
	 * what is done is shown */
	if ((w->choices->repair || w->choices->map_task || w->choices->sriov.wanted) && pages[page]->step && page < WIZ_PAGE_REVIEW)
		return false;
	if (is_vm_only(w) && page < WIZ_PAGE_VM && pages[page]->step)
		return false;
	return !pages[page]->relevant || pages[page]->relevant(w);
}

/* ---- life ---- */

int wiz_new(const struct wiz_opts *opts, struct wiz **ret, struct pg_err *err)
{
	struct wiz *w PG_CLEANUP(wiz_freep) = calloc(1, sizeof(*w));
	enum wiz_follow follow;
	int r;

	if (!w)
		return -ENOMEM;
	w->opts = *opts;
	w->page = WIZ_PAGE_HOME;
	w->choices = pg_choices_new();
	if (!w->choices)
		return -ENOMEM;
	r = wiz_begin(w, err);
	if (r == 0)
		r = wiz_read_recovered(w);
	if (r < 0)
		return r;
	/* a folder never boots, so that nothing could be confirmed there */
	if (!wiz_can_reboot(w))
		w->choices->trial = PG_NO;
	if (wiz_trial_waits(w))
		r = wiz_go_from_home(w, WIZ_PAGE_VERIFY, &follow);
	if (r < 0)
		return r;
	*ret = PG_STEAL(w);
	return 0;
}

static void forget_question(struct wiz *w)
{
	free(w->question.title);
	free(w->question.text);
	free(w->question.initial);
	free(w->asked_item);
	w->question = (struct wiz_question){ 0 };
	w->asked_item = NULL;
	w->asking = WIZ_ASKING_NOTHING;
}

void wiz_free(struct wiz *w)
{
	if (!w)
		return;
	pg_facts_free(w->facts);
	free(w->stamp);
	pg_findings_done(&w->host);
	pg_choices_free(w->choices);
	pg_plan_free(w->plan);
	free(w->diff_why_not);
	pg_history_free(w->tx, w->n_tx);
	free(w->tx_why_not);
	free(w->recovered);
	free(w->busy);
	pg_trial_free(w->trial);
	pg_trial_free(w->waiting);
	pg_strv_done(&w->flipped);
	forget_question(w);
	wiz_run_done(&w->run);
	wiz_doctor_done(&w->doctor);
	free(w);
}

void wiz_freep(struct wiz **w)
{
	wiz_free(*w);
}

void wiz_set_frontend(struct wiz *w, const struct wiz_frontend *frontend)
{
	w->opts.frontend = *frontend;
}

bool wiz_wants_reboot(const struct wiz *w)
{
	return w->reboot;
}

/* ---- moving ---- */

int wiz_go(struct wiz *w, enum wiz_page page, enum wiz_follow *ret)
{
	int r;

	if (w->n_back == WIZ_BACK_MAX)
		return -ENOBUFS;
	r = pages[page]->enter ? pages[page]->enter(w) : 0;
	if (r < 0)
		return r;
	w->back[w->n_back++] = w->page;
	w->page = page;
	*ret = WIZ_MOVED;
	return 0;
}

int wiz_next(struct wiz *w, enum wiz_follow *ret)
{
	for (enum wiz_page p = w->page + 1; p < WIZ_N_PAGES && pages[p]->step; p++)
		if (is_relevant(w, p))
			return wiz_go(w, p, ret);
	return 0;
}

int wiz_go_from_home(struct wiz *w, enum wiz_page page, enum wiz_follow *ret)
{
	w->n_back = 0;
	w->page = WIZ_PAGE_HOME;
	*ret = WIZ_MOVED;
	return page == WIZ_PAGE_HOME ? 0 : wiz_go(w, page, ret);
}

static int go_back(struct wiz *w, enum wiz_follow *ret)
{
	if (w->n_back == 0)
		return 0;
	w->page = w->back[--w->n_back];
	*ret = WIZ_MOVED;
	return 0;
}

/* ---- asking ---- */

int wiz_ask(struct wiz *w, enum wiz_asking what, enum wiz_ask kind, const char *item,
	    const char *title, const char *fmt, ...)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	va_list ap;

	forget_question(w);
	va_start(ap, fmt);
	pg_strbuf_vaddf(&b, _(fmt), ap);
	va_end(ap);
	w->question.title = wiz_text("%s", _(title));
	w->question.text = pg_strbuf_error(&b) == 0 ? pg_text_clean(b.s, b.len) : NULL;
	w->asked_item = item ? strdup(item) : NULL;
	if (!w->question.title || !w->question.text || (item && !w->asked_item)) {
		forget_question(w);
		return -ENOMEM;
	}
	w->question.kind = kind;
	w->asking = what;
	return 0;
}

int wiz_note(struct wiz *w, const char *title, const char *text)
{
	return wiz_ask(w, WIZ_ASKING_NOTE, WIZ_ASK_NOTE, NULL, title, "%s", _(text));
}

/* ---- showing ---- */

static enum wiz_step_state step_state(const struct wiz *w, enum wiz_page page)
{
	if (page == w->page)
		return WIZ_STEP_CURRENT;
	if (!is_relevant(w, page))
		return WIZ_STEP_SKIPPED;
	return page < w->page ? WIZ_STEP_DONE : WIZ_STEP_TODO;
}

/* Steps that only some ways have are not shown in the others. */
static bool is_hidden(const struct wiz *w, enum wiz_page page)
{
	if (page == WIZ_PAGE_USB)
		return !w->usb;
	return !pages[page]->step || (is_vm_only(w) && page < WIZ_PAGE_VM);
}

static void build_steps(const struct wiz *w, struct wiz_view *view)
{
	for (enum wiz_page p = 0; pages[w->page]->step && p < WIZ_N_PAGES; p++) {
		struct wiz_step *step;

		if (is_hidden(w, p))
			continue;
		step = pg_vec_add(&view->step, &view->n_step, sizeof(*step));
		if (!step) {
			view->failed = true;
			return;
		}
		wiz_view_set(view, &step->label, "%s", _(pages[p]->step));
		step->state = step_state(w, p);
	}
}

static void build_question(const struct wiz *w, struct wiz_view *view)
{
	const struct wiz_question *q = &w->question;

	view->question.kind = q->kind;
	view->question.yes_default = q->yes_default;
	if (q->title)
		wiz_view_set(view, &view->question.title, "%s", q->title);
	if (q->text)
		wiz_view_set(view, &view->question.text, "%s", q->text);
	if (q->initial)
		wiz_view_set(view, &view->question.initial, "%s", q->initial);
}

int wiz_build(struct wiz *w, struct wiz_view *ret)
{
	const struct wiz_page_ops *ops = pages[w->page];
	struct wiz_view view PG_CLEANUP(wiz_view_done) = { 0 };

	if (!w->run.running && wiz_read_busy(w) < 0)
		return -ENOMEM;
	wiz_view_set(&view, &view.page, "%s", ops->id);
	wiz_view_set(&view, &view.title, "%s",
		     !ops->step		  ? _(ops->title) :
		     w->choices->repair	  ? _("Repair what has moved") :
		     w->choices->map_task ? _("Resource mapping") :
		     w->choices->sriov.wanted ? _("Virtual functions") :
		     wiz_vgpu_is_chosen(w) ? _("A part of a card") :
					    _(ops->title));
	wiz_build_node(w, &view);
	build_steps(w, &view);
	build_question(w, &view);
	view.can = w->n_back ? WIZ_CAN_BACK : 0;
	ops->build(w, &view);
	view.enters = ops->enters && view.shape == WIZ_SHAPE_LIST;
	if (view.failed || view.lines.failed)
		return -ENOMEM;
	*ret = view;
	view = (struct wiz_view){ 0 };
	return 0;
}

static int give_lines(struct wiz_lines *lines, struct wiz_lines *ret)
{
	if (lines->failed) {
		wiz_lines_done(lines);
		return -ENOMEM;
	}
	*ret = *lines;
	return 0;
}

int wiz_detail(struct wiz *w, const char *item, struct wiz_lines *ret)
{
	struct wiz_lines lines = { 0 };

	if (pages[w->page]->detail && item)
		pages[w->page]->detail(w, item, &lines);
	return give_lines(&lines, ret);
}

int wiz_details(struct wiz *w, const char *item, struct wiz_lines *ret)
{
	struct wiz_lines lines = { 0 };

	if (!pages[w->page]->details)
		return wiz_detail(w, item, ret);
	if (item)
		pages[w->page]->details(w, item, &lines);
	return give_lines(&lines, ret);
}

int wiz_help(struct wiz *w, struct wiz_lines *ret)
{
	struct wiz_lines lines = { 0 };

	wiz_help_lines(w->page, &lines);
	return give_lines(&lines, ret);
}

/* ---- handling ---- */

static const struct wiz_item *find_item(const struct wiz_view *view, const char *id)
{
	for (size_t i = 0; id && i < view->n_item; i++)
		if (strcmp(view->item[i].id, id) == 0)
			return &view->item[i];
	return NULL;
}

static unsigned needs(enum wiz_event_kind kind)
{
	static const unsigned can[] = {
		[WIZ_EVENT_TOGGLE] = WIZ_CAN_TOGGLE, [WIZ_EVENT_NEXT] = WIZ_CAN_NEXT,
		[WIZ_EVENT_BACK] = WIZ_CAN_BACK,     [WIZ_EVENT_FOLD] = WIZ_CAN_FOLD,
		[WIZ_EVENT_SAVE] = WIZ_CAN_SAVE,     [WIZ_EVENT_RUN] = WIZ_CAN_RUN,
		[WIZ_EVENT_TRIAL] = WIZ_CAN_TRIAL,   [WIZ_EVENT_PIN] = WIZ_CAN_PIN,
		[WIZ_EVENT_ANSWER] = 0,		     [WIZ_EVENT_QUIT] = 0,
	};

	return can[kind];
}

/* Does the view allow it? If not, *ret_why is the sentence to say, or NULL. Borrowed. */
static bool allowed(const struct wiz *w, const struct wiz_view *view,
		    const struct wiz_event *event, const char **ret_why)
{
	const struct wiz_item *item = find_item(view, event->item);
	bool enters = pages[w->page]->enters && view->shape == WIZ_SHAPE_LIST;
	bool on_item = event->kind == WIZ_EVENT_TOGGLE || event->kind == WIZ_EVENT_FOLD ||
		       (event->kind == WIZ_EVENT_NEXT && enters);

	*ret_why = NULL;
	if (event->kind == WIZ_EVENT_NEXT && view->why_not_next) {
		*ret_why = view->why_not_next;
		return false;
	}
	if ((view->can & needs(event->kind)) != needs(event->kind))
		return false;
	if (!on_item)
		return true;
	if (!item || (event->kind == WIZ_EVENT_FOLD && !item->can_fold))
		return false;
	if (event->kind != WIZ_EVENT_FOLD)
		*ret_why = item->why_not;
	return item->enabled || event->kind == WIZ_EVENT_FOLD;
}

static int handle_answer(struct wiz *w, const struct wiz_event *event, enum wiz_follow *ret)
{
	enum wiz_asking asking = w->asking;
	int r = 0;

	if (asking == WIZ_ASKING_NOTHING)
		return 0;
	*ret = WIZ_REBUILD;
	w->question.kind = WIZ_ASK_NONE;
	if (asking != WIZ_ASKING_NOTE && (event->yes || pages[w->page]->hears_no) && pages[w->page]->event)
		r = pages[w->page]->event(w, event, ret);
	/* unless the page asked something else meanwhile */
	if (w->question.kind == WIZ_ASK_NONE)
		forget_question(w);
	return r;
}

static int dispatch(struct wiz *w, const struct wiz_event *event, enum wiz_follow *ret)
{
	if (event->kind == WIZ_EVENT_BACK)
		return go_back(w, ret);
	if (event->kind == WIZ_EVENT_FOLD)
		return wiz_flip(w, event->item, ret);
	if (pages[w->page]->event)
		return pages[w->page]->event(w, event, ret);
	return event->kind == WIZ_EVENT_NEXT ? wiz_next(w, ret) : 0;
}

int wiz_handle(struct wiz *w, const struct wiz_event *event, enum wiz_follow *ret)
{
	struct wiz_view view PG_CLEANUP(wiz_view_done) = { 0 };
	/* To choose is harmless; for all else the page is what it is now. */
	const struct wiz_view *shown = event->view && event->kind == WIZ_EVENT_TOGGLE ? event->view : &view;
	const char *why;
	int r;

	*ret = WIZ_STAY;
	if (w->run.running)
		return 0;
	if (event->kind == WIZ_EVENT_QUIT) {
		*ret = WIZ_QUIT;
		return 0;
	}
	if (event->kind == WIZ_EVENT_ANSWER)
		return handle_answer(w, event, ret);
	if (w->asking != WIZ_ASKING_NOTHING)
		return 0;
	r = wiz_read_all(w, NULL);
	if (r == 0 && shown == &view)
		r = wiz_build(w, &view);
	if (r < 0)
		return r;
	if (allowed(w, shown, event, &why))
		return dispatch(w, event, ret);
	if (!why)
		return 0;
	*ret = WIZ_REBUILD;
	return wiz_note(w, "Not possible", why);
}
