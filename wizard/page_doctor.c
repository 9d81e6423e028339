/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The known causes of what the person sees, each with how it stands; those that hold come first. */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "wizard/ctx.h"

#define RULE "rule/"
#define REPORT "report"

/* In the order of the rows; the report stands before STATE_UNKNOWN. */
enum state { STATE_HOLDS, STATE_ASK, STATE_SAID_NO, STATE_UNKNOWN, STATE_NOT, N_STATES };

static const struct {
	const char *word;
	enum wiz_style style;
	const char *title;	/* of the right pane */
} states[N_STATES] = {
	[STATE_HOLDS] = { N_("found"), WIZ_BAD, N_("The cause") },
	[STATE_ASK] = { "?", WIZ_STRONG, N_("Only you can tell") },
	[STATE_SAID_NO] = { N_("no"), WIZ_FAINT, N_("Only you can tell") },
	[STATE_UNKNOWN] = { N_("unknown"), WIZ_FAINT, N_("Cannot be told from here") },
	[STATE_NOT] = { N_("no"), WIZ_FAINT, N_("Not so on this node") },
};

/* A log told it: then nothing is left to be asked. */
static bool is_heard(const struct wiz *w, const struct pg_rule *rule)
{
	for (size_t i = 0; i < w->doctor.findings.n; i++)
		if (w->doctor.findings.v[i].rule == rule && w->doctor.findings.v[i].heard.n)
			return true;
	return false;
}

/* Is there a question, answered or not? Returns 0 or -ENOMEM, as the next. */
static int asks(const struct wiz *w, const struct pg_rule *rule, enum pg_rule_state *ret_state, bool *ret)
{
	int r = pg_rule_ask(rule, w->facts, &w->doctor.findings, ret_state);

	*ret = r == 0 && pg_rule_asks(rule, *ret_state) && !is_heard(w, rule);
	return r;
}

static int state_of(const struct wiz *w, const struct pg_rule *rule, enum state *ret)
{
	static const enum state by_facts[] = {
		[PG_RULE_SILENT] = STATE_NOT,
		[PG_RULE_UNKNOWN] = STATE_UNKNOWN,
		[PG_RULE_HOLDS] = STATE_HOLDS,
	};
	enum pg_tri answer = wiz_doctor_answer(w, rule);
	enum pg_rule_state state = PG_RULE_UNKNOWN;
	bool asked;
	int r = asks(w, rule, &state, &asked);

	*ret = !asked ? by_facts[state] :
	       answer == PG_YES ? STATE_HOLDS :
	       answer == PG_NO	? STATE_SAID_NO :
				  STATE_ASK;
	return r;
}

/* Up to where the first sentence ends. */
static int first_sentence(const char *text)
{
	const char *end = strstr(text, ". ");

	return (int)(end ? end - text + 1 : (long)strlen(text));
}

static void add_row(const struct wiz *w, const struct pg_rule *rule, enum state state,
		    struct wiz_view *view)
{
	const struct pg_finding *f = wiz_doctor_finding(w, rule);
	const char *text = rule->title	       ? rule->title :
			   f		       ? f->text :
			   state == STATE_ASK ? rule->ask :
						rule->text;
	pg_autofree char *id = pg_strf(RULE "%s", rule->id);
	struct wiz_item *item = id ? wiz_view_add_item(view, id) : NULL;

	if (!item)
		return;
	item->style = f && state == STATE_HOLDS ? wiz_level_style(f->level) : states[state].style;
	wiz_view_set(view, &item->detail_title, "%s", _(states[state].title));
	wiz_view_set(view, &item->text, "%-*s%.*s", pg_text_pad(_(states[state].word), 8),
		     _(states[state].word), first_sentence(text), text);
}

static const struct pg_rule *rule_of(const struct wiz *w, const char *item)
{
	return item && pg_text_starts(item, RULE) ?
		       pg_rules_find(&w->doctor.rules, item + strlen(RULE)) : NULL;
}

/* The end of the way, whatever was found. */
static void add_report(struct wiz_view *view)
{
	struct wiz_item *item = wiz_view_add_item(view, REPORT);

	if (!item)
		return;
	wiz_view_set(view, &item->detail_title, "The report");
	wiz_view_set(view, &item->text, "%-*s%s", pg_text_pad(_("end"), 8), _("end"), _("A report to take along"));
}

static void say_result(const struct wiz *w, const size_t *n, size_t all, struct wiz_view *view)
{
	if (w->doctor.why_not)
		wiz_view_set(view, &view->intro, "%s", w->doctor.why_not);
	else if (n[STATE_HOLDS])
		wiz_view_set(view, &view->intro,
			     P_("%zu of %zu known causes holds. Enter plans what mends it, where pve-gpu can; "
				"nothing is changed before you have seen it and said yes.%s",
				"%zu of %zu known causes hold. Enter plans what mends it, where pve-gpu can; "
				"nothing is changed before you have seen it and said yes.%s", n[STATE_HOLDS]),
			     n[STATE_HOLDS], all,
			     n[STATE_ASK] ? _(" Those marked ? only you can tell: Enter asks.") : "");
	else if (n[STATE_ASK])
		wiz_view_set(view, &view->intro,
			     "What can be seen from here shows none of the known causes (%zu). Those marked ? "
			     "only you can tell: Enter asks.", all);
	else
		wiz_view_set(view, &view->intro,
			     "Not found: none of the known causes (%zu) holds here. Enter writes a report "
			     "with what a forum will ask for.", all);
}

static void add_rows(const struct wiz *w, enum state state, size_t *n, struct wiz_view *view)
{
	for (size_t i = 0; i < w->doctor.rules.n; i++) {
		const struct pg_rule *rule = &w->doctor.rules.v[i];

		enum state is;

		if (!pg_rule_has_symptom(rule, w->doctor.symptom->id))
			continue;
		view->failed |= state_of(w, rule, &is) < 0;
		if (is != state)
			continue;
		add_row(w, rule, state, view);
		n[state]++;
	}
}

static void build(struct wiz *w, struct wiz_view *view)
{
	size_t n[N_STATES] = { 0 }, all = 0;

	view->shape = WIZ_SHAPE_LIST;
	view->can |= WIZ_CAN_TOGGLE | WIZ_CAN_NEXT | WIZ_CAN_SEARCH | WIZ_CAN_DETAILS;
	wiz_view_set(view, &view->list_title, "%s", _(w->doctor.symptom->text));
	wiz_view_set(view, &view->detail_title, "%s", _(states[STATE_HOLDS].title));
	for (enum state s = STATE_HOLDS; s < N_STATES; s++) {
		if (s == STATE_UNKNOWN)
			add_report(view);
		add_rows(w, s, n, view);
		all += n[s];
	}
	wiz_view_set(view, &view->next_label, n[STATE_HOLDS] ? _("mend") : _("next"));
	say_result(w, n, all, view);
}

/* ---- mending ---- */

/* What pve-gpu cannot plan, or only when the person chooses. */
static int by_hand(struct wiz *w, const char *fix, enum wiz_follow *ret)
{
	if (fix && strcmp(fix, PG_FIX_CHOOSE) == 0)
		return wiz_go_from_home(w, WIZ_PAGE_HOST, ret);
	return wiz_note(w, "By hand",
			fix ? fix : N_("pve-gpu cannot mend this by itself. What to do stands at the right."));
}

static int mend(struct wiz *w, const struct pg_finding *f, enum wiz_follow *ret)
{
	struct pg_choices *choices PG_CLEANUP(pg_choices_freep) = NULL;
	int r = f->fix ? wiz_fix_choices(f->fix, &choices) : -EINVAL;

	if (r == -EINVAL)
		return by_hand(w, f->fix, ret);
	if (r < 0)
		return r;
	if (!wiz_can_reboot(w))
		choices->trial = PG_NO;
	wiz_take_choices(w, PG_STEAL(choices));
	return wiz_go(w, WIZ_PAGE_REVIEW, ret);
}

static int enter(struct wiz *w, const struct pg_rule *rule, const char *item, enum wiz_follow *ret)
{
	const struct pg_finding *f = wiz_doctor_finding(w, rule);
	enum pg_rule_state state;
	bool asked;

	if (asks(w, rule, &state, &asked) < 0)
		return -ENOMEM;
	if (asked && wiz_doctor_answer(w, rule) != PG_YES)
		return wiz_ask(w, WIZ_ASKING_CAUSE, WIZ_ASK_YESNO, item, "Only you can tell", "%s", rule->ask);
	if (f)
		return mend(w, f, ret);
	return asked ? by_hand(w, NULL, ret) :
		       wiz_note(w, "Nothing to mend", "This was not found on this node.");
}

/* ---- what the person does ---- */

static int answer(struct wiz *w, const struct wiz_event *e)
{
	const struct pg_rule *rule = rule_of(w, w->asked_item);

	if (w->asking == WIZ_ASKING_CAUSE && rule)
		return wiz_doctor_set_answer(w, rule, e->yes ? PG_YES : PG_NO);
	return w->asking == WIZ_ASKING_REPORT && e->yes ? wiz_doctor_save_report(w, e->text) : 0;
}

static int toggle(struct wiz *w, const struct pg_rule *rule)
{
	enum pg_rule_state state;
	bool asked;
	int r = asks(w, rule, &state, &asked);

	return r < 0 || !asked ? r :
				 wiz_doctor_set_answer(w, rule, wiz_doctor_answer(w, rule) == PG_YES ?
									PG_UNKNOWN : PG_YES);
}

static int event(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	const struct pg_rule *rule = rule_of(w, e->item);

	*ret = WIZ_REBUILD;
	if (e->kind == WIZ_EVENT_ANSWER)
		return answer(w, e);
	if (e->kind == WIZ_EVENT_NEXT && e->item && strcmp(e->item, REPORT) == 0)
		return wiz_doctor_ask_report(w);
	if (!rule)
		return 0;
	if (e->kind == WIZ_EVENT_NEXT)
		return enter(w, rule, e->item, ret);
	return e->kind == WIZ_EVENT_TOGGLE ? toggle(w, rule) : 0;
}

/* ---- the right pane ---- */

/* The question, and how what follows is to be taken. */
static void question(const struct wiz *w, const struct pg_rule *rule, struct wiz_lines *lines)
{
	enum pg_tri answer = wiz_doctor_answer(w, rule);
	enum pg_rule_state state;
	bool asked;

	if (asks(w, rule, &state, &asked) < 0)
		lines->failed = true;
	else if (asked)
		(void)wiz_lines_add(lines, WIZ_STRONG, NULL, "%s %s", rule->ask,
				    answer == PG_YES ? _("You said yes.") :
				    answer == PG_NO  ? _("You said no. Yes would mean:") :
						       _("Space says yes. It would mean:"));
}

static void of_rule(const struct pg_rule *rule, struct wiz_lines *lines)
{
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", rule->text);
	if (rule->advice)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", rule->advice);
}

static void of_report(struct wiz_lines *lines)
{
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s",
			    _("Enter writes down what a forum will ask for: the node, its kernel options, what was "
			    "found, devices and groups, options of modules, and VMs that have devices. Names, "
			    "addresses and serial numbers are masked."));
	(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s",
			    _("What is not found here may still be: a cable, the setup of the firmware, the guest, "
			    "or a cause that nobody has written down yet."));
	(void)wiz_lines_add(lines, WIZ_FAINT, NULL, "%s", _("The same on a shell: pve-gpu report"));
}

static void detail(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	const struct pg_rule *rule = rule_of(w, item);
	bool any = false;

	if (strcmp(item, REPORT) == 0)
		of_report(lines);
	if (rule)
		question(w, rule, lines);

	for (size_t i = 0; rule && i < w->doctor.findings.n; i++) {
		const struct pg_finding *f = &w->doctor.findings.v[i];

		if (f->rule != rule)
			continue;
		any = true;
		wiz_finding_lines(f, lines);
		for (size_t k = 0; k < f->heard.n; k++)
			(void)wiz_lines_add(lines, WIZ_FAINT, NULL, "%s", f->heard.v[k]);
		if (f->fix)
			(void)wiz_lines_add(lines, WIZ_COMMAND, NULL, "%s", f->fix);
	}
	if (rule && !any)
		of_rule(rule, lines);
	if (rule && rule->source)
		(void)wiz_lines_add(lines, WIZ_FAINT, NULL, "Known from: %s", rule->source);
}

const struct wiz_page_ops wiz_page_doctor = {
	.id = "doctor",
	.title = N_("Something is broken"),
	.hears_no = true,
	.enter = wiz_doctor_look,
	.build = build,
	.event = event,
	.detail = detail,
};
