/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/plain.h"

#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "ui/list.h"

#define PAGE_LINES 60

const struct wiz_item *ui_plain_item(const struct plain *p)
{
	for (size_t i = 0; p->item && i < p->view.n_item; i++)
		if (strcmp(p->view.item[i].id, p->item) == 0)
			return &p->view.item[i];
	return NULL;
}

const struct wiz_item *ui_plain_next(const struct plain *p)
{
	const struct wiz_item *item = ui_plain_item(p);

	return item || p->view.cursor >= p->view.n_item ? item : &p->view.item[p->view.cursor];
}

/* What a mark says, in words. */
static const char *mark_words(enum wiz_mark mark)
{
	switch (mark) {
	case WIZ_MARK_ON:
	case WIZ_MARK_RADIO_ON:
		return _("chosen: ");
	case WIZ_MARK_OFF:
	case WIZ_MARK_RADIO_OFF:
		return _("not chosen: ");
	case WIZ_MARK_ALERT:
		return _("attention: ");
	default:
		return "";
	}
}

static void tell_line(FILE *out, const struct wiz_line *line)
{
	(void)fprintf(out, "%s%s%s\n", line->label ? line->label : "", line->label && *line->label ? ": " : "",
		      line->text ? line->text : "");
}

void ui_plain_lines(FILE *out, const struct wiz_lines *lines, size_t from, size_t to)
{
	for (size_t i = from; i < to && i < lines->n; i++)
		tell_line(out, &lines->v[i]);
}

static void tell_item(const struct plain *p, size_t i)
{
	const struct wiz_item *item = &p->view.item[i];

	(void)fprintf(p->out, _("%zu. %s%s%s%s%s%s\n"), i + 1, item->depth ? "- " : "", mark_words(item->mark),
		      item->text ? item->text : "", item->note && *item->note ? "; " : "",
		      item->note ? item->note : "", item->can_fold && item->folded ? _("; more is folded in") : "");
}

static bool has(const char *text, const char *word)
{
	return text && strcasestr(text, word);
}

void ui_plain_find(const struct plain *p, const char *word)
{
	pg_autofree char *safe = pg_text_clean(word, strlen(word));
	size_t n = 0;

	for (size_t i = 0; i < p->view.n_item; i++)
		if (ui_item_has(&p->view.item[i], word)) {
			tell_item(p, i);
			n++;
		}
	for (size_t i = 0; p->view.shape != WIZ_SHAPE_LIST && i < p->view.lines.n; i++)
		if (has(p->view.lines.v[i].text, word) || has(p->view.lines.v[i].label, word)) {
			tell_line(p->out, &p->view.lines.v[i]);
			n++;
		}
	if (!n)
		(void)fprintf(p->out, _("Nothing here has \"%s\" in it.\n"), safe ? safe : "");
}

/* All but those that are folded in. */
static void tell_items(const struct plain *p)
{
	bool folded = false;

	for (size_t i = 0; i < p->view.n_item; i++) {
		const struct wiz_item *item = &p->view.item[i];

		if (!item->depth)
			folded = item->can_fold && item->folded;
		if (!item->depth || !folded)
			tell_item(p, i);
	}
}

static bool same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool is_same(const struct wiz_item *a, const struct wiz_item *b)
{
	return a->mark == b->mark && same_text(a->text, b->text) && same_text(a->note, b->note);
}

static const struct wiz_item *find(const struct wiz_view *view, const char *id)
{
	for (size_t i = 0; i < view->n_item; i++)
		if (strcmp(view->item[i].id, id) == 0)
			return &view->item[i];
	return NULL;
}

void ui_plain_changes(const struct plain *p, const struct wiz_view *old)
{
	bool unfolded = false;

	for (size_t i = 0; i < p->view.n_item; i++) {
		const struct wiz_item *item = &p->view.item[i], *was = find(old, item->id);

		if (!item->depth)
			unfolded = item->can_fold && !item->folded && was && was->folded;
		if (!was || !is_same(was, item) || was->folded != item->folded || unfolded)
			tell_item(p, i);
	}
}

void ui_plain_more(struct plain *p)
{
	size_t to = p->told + PAGE_LINES;

	ui_plain_lines(p->out, &p->view.lines, p->told, to);
	p->told = to < p->view.lines.n ? to : p->view.lines.n;
	if (p->told < p->view.lines.n)
		(void)fprintf(p->out, _("%zu more lines: m tells them.\n"), p->view.lines.n - p->told);
}

/* "Step 2 of 7: Device." */
static void tell_step(const struct plain *p)
{
	for (size_t i = 0; i < p->view.n_step; i++)
		if (p->view.step[i].state == WIZ_STEP_CURRENT)
			(void)fprintf(p->out, _("Step %zu of %zu: %s.\n"), i + 1, p->view.n_step, p->view.step[i].label);
}

bool ui_plain_opens(const struct plain *p)
{
	return p->view.can & WIZ_CAN_NEXT && p->view.next_label && strcmp(p->view.next_label, _("open")) == 0;
}

void ui_plain_page(struct plain *p)
{
	const struct wiz_view *v = &p->view;

	(void)fprintf(p->out, "\n== %s%s", v->title ? v->title : "", v->demo ? _(" (demo node)") : "");
	if (v->place)
		(void)fprintf(p->out, " (%s)", v->place);
	(void)fputs(" ==\n", p->out);
	tell_step(p);
	if (v->intro)
		(void)fprintf(p->out, "%s\n", v->intro);
	p->told = 0;
	if (v->shape != WIZ_SHAPE_LIST)
		ui_plain_more(p);
	if (v->n_item && v->list_title)
		(void)fprintf(p->out, "%s%s\n", v->list_title, strchr(v->list_title, '?') ? "" : ":");
	tell_items(p);
	ui_plain_choices(p);
}

static void tell_choice(const struct plain *p, enum wiz_can can, const char *words)
{
	if (p->view.can & can)
		(void)fprintf(p->out, "%s, ", words);
}

/* Where it opens or takes a row, which one: no cursor is seen here. */
static void tell_next(const struct plain *p)
{
	const char *label = p->view.next_label ? p->view.next_label : _("next");
	const struct wiz_item *item = p->view.enters ? ui_plain_next(p) : NULL;

	if (!(p->view.can & WIZ_CAN_NEXT) || p->view.why_not_next)
		return;
	if (item)
		(void)fprintf(p->out, _("n: %s %zu (%s), "), label, (size_t)(item - p->view.item) + 1,
			      item->text ? item->text : "");
	else
		(void)fprintf(p->out, _("n: %s, "), label);
}

void ui_plain_choices(const struct plain *p)
{

	if (p->view.n_item)
		(void)fprintf(p->out, ui_plain_opens(p) ? _("A number opens it, ") : _("A number tells about it, "));
	tell_choice(p, WIZ_CAN_TOGGLE, _("x and a number chooses it or not"));
	tell_choice(p, WIZ_CAN_FOLD, _("f and a number folds it"));
	tell_choice(p, WIZ_CAN_DETAILS, _("d and a number tells all about it"));
	tell_choice(p, WIZ_CAN_SEARCH, _("/ and a word tells what has it"));
	tell_choice(p, WIZ_CAN_SAVE, _("s saves it"));
	tell_choice(p, WIZ_CAN_RUN, _("r runs it"));
	tell_choice(p, WIZ_CAN_TRIAL, _("t changes the trial boot"));
	tell_choice(p, WIZ_CAN_PIN, _("p pins the network cards' names"));
	tell_next(p);
	tell_choice(p, WIZ_CAN_BACK, _("b goes back"));
	(void)fprintf(p->out, _("l tells the page again, ? helps, q quits.\n"));
}

void ui_plain_question(const struct plain *p)
{
	const struct wiz_question *q = &p->view.question;

	(void)fprintf(p->out, "\n%s%s%s\n", q->title ? q->title : "", q->title ? ": " : "", q->text ? q->text : "");
	if (q->kind == WIZ_ASK_YESNO)
		(void)fprintf(p->out, _("Write yes or no; an empty line is %s.\n> "), q->yes_default ? _("yes") : _("no"));
	else if (q->kind == WIZ_ASK_TEXT && q->initial && *q->initial)
		(void)fprintf(p->out, _("An empty line is \"%s\"; a dot alone leaves the question.\n> "), q->initial);
	else if (q->kind == WIZ_ASK_TEXT)
		(void)fprintf(p->out, _("A dot alone leaves the question.\n> "));
	else
		(void)fprintf(p->out, _("An empty line goes on.\n> "));
}
