/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The known causes of what the person sees, each with how it stands; those that hold come first. */
#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "wizard/ctx.h"

#define RULE "rule/"

enum state { STATE_HOLDS, STATE_ASK, STATE_UNKNOWN, STATE_NOT };

static const struct {
	const char *word;
	enum wiz_style style;
} states[] = {
	[STATE_HOLDS] = { "found", WIZ_BAD },
	[STATE_ASK] = { "?", WIZ_STRONG },
	[STATE_UNKNOWN] = { "unknown", WIZ_FAINT },
	[STATE_NOT] = { "no", WIZ_FAINT },
};

static enum state state_of(const struct wiz *w, const struct pg_rule *rule, struct wiz_view *view)
{
	enum pg_rule_state state = PG_RULE_UNKNOWN;

	if (pg_rule_ask(rule, w->facts, &w->doctor.findings, &state) < 0)
		view->failed = true;
	if (state == PG_RULE_HOLDS || pg_strv_has(&w->doctor.yes, rule->id))
		return STATE_HOLDS;
	if (rule->ask)
		return STATE_ASK;
	return state == PG_RULE_SILENT ? STATE_NOT : STATE_UNKNOWN;
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
	item->style = f ? wiz_level_style(f->level) : states[state].style;
	if (rule->ask && !f)
		item->mark = pg_strv_has(&w->doctor.yes, rule->id) ? WIZ_MARK_ON : WIZ_MARK_OFF;
	wiz_view_set(view, &item->text, "%-8s%.*s", states[state].word, first_sentence(text), text);
}

static const struct pg_rule *rule_of(const struct wiz *w, const char *item)
{
	return item && pg_text_starts(item, RULE) ?
		       pg_rules_find(&w->doctor.rules, item + strlen(RULE)) : NULL;
}

static void build(struct wiz *w, struct wiz_view *view)
{
	size_t n[PG_ARRAY_SIZE(states)] = { 0 }, all = 0;

	view->shape = WIZ_SHAPE_LIST;
	view->can |= WIZ_CAN_TOGGLE | WIZ_CAN_NEXT | WIZ_CAN_SEARCH | WIZ_CAN_DETAILS;
	wiz_view_set(view, &view->list_title, "%s", w->doctor.symptom->text);
	wiz_view_set(view, &view->detail_title, "The cause");
	wiz_view_set(view, &view->next_label, "mend");
	for (enum state s = STATE_HOLDS; s <= STATE_NOT; s++)
		for (size_t i = 0; i < w->doctor.rules.n; i++) {
			const struct pg_rule *rule = &w->doctor.rules.v[i];

			if (!pg_rule_has_symptom(rule, w->doctor.symptom->id) ||
			    state_of(w, rule, view) != s)
				continue;
			add_row(w, rule, s, view);
			n[s]++;
			all++;
		}
	if (w->doctor.why_not)
		wiz_view_set(view, &view->intro, "%s", w->doctor.why_not);
	else if (n[STATE_HOLDS])
		wiz_view_set(view, &view->intro,
			     "%zu of %zu known causes %s. Enter plans what mends it, where pve-gpu can; "
			     "nothing is changed before you have seen it and said yes.",
			     n[STATE_HOLDS], all, n[STATE_HOLDS] == 1 ? "holds" : "hold");
	else
		wiz_view_set(view, &view->intro,
			     "None of the known causes (%zu) was found here.%s `pve-gpu report` writes down what "
			     "a forum will ask for.", all,
			     n[STATE_ASK] ? " Those marked ? only you can tell: Space says yes." : "");
}

/* ---- mending ---- */

static int mend(struct wiz *w, const struct pg_finding *f, enum wiz_follow *ret)
{
	struct pg_choices *choices PG_CLEANUP(pg_choices_freep) = NULL;
	int r = f && f->fix ? wiz_fix_choices(f->fix, &choices) : -EINVAL;

	*ret = WIZ_REBUILD;
	if (!f)
		return wiz_note(w, "Nothing to mend", "This was not found on this node.");
	if (r == -EINVAL)
		return wiz_note(w, "By hand",
				f->fix ? f->fix :
					      "pve-gpu cannot mend this by itself. What to do stands at "
					      "the right.");
	if (r < 0)
		return r;
	if (!wiz_can_reboot(w))
		choices->trial = PG_NO;
	wiz_take_choices(w, PG_STEAL(choices));
	return wiz_go(w, WIZ_PAGE_REVIEW, ret);
}

static int event(struct wiz *w, const struct wiz_event *e, enum wiz_follow *ret)
{
	const struct pg_rule *rule = rule_of(w, e->item);
	const struct pg_finding *f = rule ? wiz_doctor_finding(w, rule) : NULL;

	if (!rule)
		return 0;
	if (e->kind == WIZ_EVENT_NEXT)
		return mend(w, f, ret);
	if (e->kind != WIZ_EVENT_TOGGLE || f || !rule->ask)
		return 0;
	*ret = WIZ_REBUILD;
	return wiz_doctor_answer(w, rule);
}

/* ---- the right pane ---- */

static void of_rule(const struct wiz *w, const struct pg_rule *rule, struct wiz_lines *lines)
{
	bool yes = pg_strv_has(&w->doctor.yes, rule->id);

	if (rule->ask)
		(void)wiz_lines_add(lines, WIZ_STRONG, NULL, "%s", rule->ask);
	if (rule->ask && !yes)
		(void)wiz_lines_add(lines, WIZ_FAINT, NULL, "Space says yes. It would mean:");
	(void)wiz_lines_add(lines, yes ? WIZ_PLAIN : WIZ_FAINT, NULL, "%s", rule->text);
	if (rule->advice)
		(void)wiz_lines_add(lines, yes ? WIZ_PLAIN : WIZ_FAINT, NULL, "%s", rule->advice);
}

static void detail(struct wiz *w, const char *item, struct wiz_lines *lines)
{
	const struct pg_rule *rule = rule_of(w, item);
	bool any = false;

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
		of_rule(w, rule, lines);
	if (rule && rule->source)
		(void)wiz_lines_add(lines, WIZ_FAINT, NULL, "Known from: %s", rule->source);
}

const struct wiz_page_ops wiz_page_doctor = {
	.id = "doctor",
	.title = "Something is broken",
	.enter = wiz_doctor_look,
	.build = build,
	.event = event,
	.detail = detail,
};
