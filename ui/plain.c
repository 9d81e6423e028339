/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/plain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "ui/signals.h"

static void plain_done(struct plain *p)
{
	wiz_view_done(&p->view);
	free(p->item);
	free(p->progress);
}

/* ---- lines of the person ---- */

static void say(const struct plain *p, const char *sentence)
{
	(void)fprintf(p->out, "%s\n", sentence);
}

/* The next line without its end, borrowed until the one after it; NULL: there is none. */
static char *next_line(struct plain *p, char line[static sizeof(p->in)])
{
	char *end;

	while (!(end = memchr(p->in, '\n', p->n_in)) && p->n_in < sizeof(p->in)) {
		ssize_t n = ui_signals_wait(p->fd, -1) ?
			    read(p->fd, p->in + p->n_in, sizeof(p->in) - p->n_in) : 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			p->ended = true;
			return NULL;
		}
		p->n_in += (size_t)n;
	}
	if (!end)
		end = p->in + sizeof(p->in) - 1; /* too long: its start */
	memcpy(line, p->in, (size_t)(end - p->in));
	line[end - p->in] = '\0';
	p->n_in -= (size_t)(end + 1 - p->in);
	memmove(p->in, end + 1, p->n_in);
	return line;
}

/* ---- pages ---- */

/* The page as it stands; the place on it is kept where it is the one of before. */
static int build(struct plain *p, const char *before)
{
	struct wiz_view fresh PG_CLEANUP(wiz_view_done) = { 0 };
	int r = wiz_build(p->w, &fresh);

	if (r < 0)
		return r;
	if (!before || !fresh.page || strcmp(before, fresh.page) != 0) {
		free(p->item);
		p->item = NULL;
		p->told = 0;
	}
	wiz_view_done(&p->view);
	p->view = fresh;
	fresh = (struct wiz_view){ 0 };
	if (p->item && !ui_plain_item(p)) {
		free(p->item);
		p->item = NULL;
	}
	return 0;
}

static bool is_last_line(const struct wiz_lines *lines, const char *text)
{
	return lines->n && lines->v[lines->n - 1].text && strcmp(lines->v[lines->n - 1].text, text) == 0;
}

/* What runs is told as it comes: lines that were not told yet, and each step once. */
static void on_refresh(void *ctx)
{
	struct plain *p = ctx;
	pg_autofree char *page = p->view.page ? strdup(p->view.page) : NULL;
	const char *progress;

	if (build(p, page) < 0 || p->view.shape != WIZ_SHAPE_RUN)
		return;
	if (p->told > p->view.lines.n)
		p->told = 0;
	ui_plain_lines(p->out, &p->view.lines, p->told, p->view.lines.n);
	p->told = p->view.lines.n;
	progress = p->view.progress_text;
	if (progress && !is_last_line(&p->view.lines, progress) &&
	    (!p->progress || strcmp(progress, p->progress) != 0)) {
		(void)fprintf(p->out, _("Step %zu of %zu: %s\n"), p->view.progress, p->view.progress_of, progress);
		free(p->progress);
		p->progress = strdup(progress);
	}
	(void)fflush(p->out);
}

static bool on_cancelled(void *ctx)
{
	(void)ctx;
	return ui_signals_seen(UI_SIGNAL_INT) || ui_signals_seen(UI_SIGNAL_TERM);
}

/* Of what ran the lines were told as they came; of a page that changed a little, that is told. */
static void tell_change(struct plain *p, const struct wiz_view *old, enum wiz_follow follow)
{
	if (p->view.shape == WIZ_SHAPE_RUN && p->told && p->told <= p->view.lines.n) {
		on_refresh(p);
		ui_plain_choices(p);
	} else if (follow == WIZ_MOVED) {
		ui_plain_page(p);
	} else if (p->view.shape == WIZ_SHAPE_LIST) {
		ui_plain_changes(p, old);
	} else if (p->view.question.kind == WIZ_ASK_NONE && p->view.intro) {
		(void)fprintf(p->out, "%s\n", p->view.intro);
	}
}

static int send(struct plain *p, struct wiz_event event)
{
	pg_autofree char *id = event.item ? strdup(event.item) : NULL;
	struct wiz_view old PG_CLEANUP(wiz_view_done) = { 0 };
	enum wiz_follow follow = WIZ_STAY;
	int r;

	event.item = id;
	ui_signals_clear(UI_SIGNAL_INT);
	r = wiz_handle(p->w, &event, &follow);
	ui_signals_clear(UI_SIGNAL_INT);
	if (r < 0)
		return r;
	p->quit = follow == WIZ_QUIT;
	if (p->quit || follow == WIZ_STAY)
		return 0;
	old = p->view;
	p->view = (struct wiz_view){ 0 };
	r = build(p, old.page);
	if (r < 0)
		return r;
	tell_change(p, &old, follow);
	return 0;
}

static int detail(const struct plain *p, const char *id, int (*of)(struct wiz *w, const char *item,
								     struct wiz_lines *ret))
{
	struct wiz_lines lines PG_CLEANUP(wiz_lines_done) = { 0 };
	int r = of(p->w, id, &lines);

	if (r == 0)
		ui_plain_lines(p->out, &lines, 0, lines.n);
	return r;
}

/* ---- what is written ---- */

/* The item of a number, or that where the person is; NULL, said: there is none. */
static const struct wiz_item *item_of(struct plain *p, const char *number)
{
	uint64_t n;

	if (!*number && ui_plain_item(p))
		return ui_plain_item(p);
	if (pg_text_number(number, 10, p->view.n_item, &n) == 0 && n > 0)
		return &p->view.item[n - 1];
	say(p, *number ? _("There is no such number here.") : _("Which one? Write its number too."));
	return NULL;
}

static int go_to(struct plain *p, const struct wiz_item *item)
{
	free(p->item);
	p->item = strdup(item->id);
	if (!p->item)
		return -ENOMEM;
	if (ui_plain_opens(p)) {
		if (item->enabled)
			return send(p, (struct wiz_event){ .kind = WIZ_EVENT_NEXT, .item = p->item });
		say(p, item->why_not ? item->why_not : _("This cannot be opened."));
		return 0;
	}
	return detail(p, item->id, wiz_detail);
}

static int toggle(struct plain *p, const struct wiz_item *item)
{
	if (!item->enabled) {
		say(p, item->why_not ? item->why_not : _("This cannot be chosen."));
		return 0;
	}
	free(p->item);
	p->item = strdup(item->id);
	return p->item ? send(p, (struct wiz_event){ .kind = WIZ_EVENT_TOGGLE, .item = p->item }) : -ENOMEM;
}

static int next(struct plain *p)
{
	const struct wiz_item *item = ui_plain_next(p);

	if (p->view.why_not_next) {
		say(p, p->view.why_not_next);
		return 0;
	}
	return send(p, (struct wiz_event){ .kind = WIZ_EVENT_NEXT, .item = item ? item->id : NULL });
}

static int help(const struct plain *p)
{
	struct wiz_lines lines PG_CLEANUP(wiz_lines_done) = { 0 };
	int r = wiz_help(p->w, &lines);

	if (r == 0)
		ui_plain_lines(p->out, &lines, 0, lines.n);
	ui_plain_choices(p);
	return r;
}

/* With an item: x, f, d. */
static int act_on_item(struct plain *p, char what, const char *number)
{
	const struct wiz_item *item = item_of(p, number);

	if (!item)
		return 0;
	if (what == 'x')
		return toggle(p, item);
	if (what == 'd')
		return detail(p, item->id, wiz_details);
	return send(p, (struct wiz_event){ .kind = WIZ_EVENT_FOLD, .item = item->id });
}

/* The letters, with what must be possible on the page. */
static const struct {
	char letter;
	unsigned can;
	enum wiz_event_kind kind;
} letters[] = {
	{ 'b', WIZ_CAN_BACK, WIZ_EVENT_BACK }, { 's', WIZ_CAN_SAVE, WIZ_EVENT_SAVE },
	{ 'r', WIZ_CAN_RUN, WIZ_EVENT_RUN },   { 't', WIZ_CAN_TRIAL, WIZ_EVENT_TRIAL },
	{ 'p', WIZ_CAN_PIN, WIZ_EVENT_PIN },   { 'q', 0, WIZ_EVENT_QUIT },
};

static int act(struct plain *p, const char *line)
{
	const struct wiz_item *item = ui_plain_item(p);
	const char *rest = *line ? line + 1 + strspn(line + 1, " \t") : line;

	for (size_t i = 0; !*rest && i < PG_ARRAY_SIZE(letters); i++)
		if (*line == letters[i].letter && (!letters[i].can || p->view.can & letters[i].can))
			return send(p, (struct wiz_event){ .kind = letters[i].kind, .item = item ? item->id : NULL });
	if ((*line == 'x' && p->view.can & WIZ_CAN_TOGGLE) || (*line == 'd' && p->view.can & WIZ_CAN_DETAILS) ||
	    (*line == 'f' && p->view.can & WIZ_CAN_FOLD))
		return act_on_item(p, *line, rest);
	if (*line == '/' && *rest)
		ui_plain_find(p, rest);
	else if (*line == 'l' && !*rest)
		ui_plain_page(p);
	else if (*line == 'm' && !*rest && p->told < p->view.lines.n)
		ui_plain_more(p);
	else if (*line == '?')
		return help(p);
	else if (*line == 'n' && !*rest && p->view.can & WIZ_CAN_NEXT)
		return next(p);
	else if (*line >= '0' && *line <= '9' && (item = item_of(p, line)))
		return go_to(p, item);
	else if (*line && (*line < '0' || *line > '9'))
		say(p, _("This is not one of the choices here."));
	return 0;
}

static int answer(struct plain *p, const char *line)
{
	struct wiz_event event = { .kind = WIZ_EVENT_ANSWER, .yes = true };
	const struct wiz_question *q = &p->view.question;
	pg_autofree char *text = NULL;

	if (q->kind == WIZ_ASK_YESNO) {
		event.yes = *line ? pg_is_yes(line) : q->yes_default;
		if (*line && !pg_is_yes(line) && !strchr("nN", *line)) {
			say(p, _("Write yes or no."));
			return 0;
		}
	} else if (q->kind == WIZ_ASK_TEXT) {
		event.yes = strcmp(line, ".") != 0;
		text = strdup(*line || !q->initial ? line : q->initial);
		if (!text)
			return -ENOMEM;
		event.text = text;
	}
	return send(p, event);
}

static int loop(struct plain *p)
{
	int r = build(p, NULL);

	if (r == 0)
		ui_plain_page(p);
	while (r == 0 && !p->quit) {
		bool asks = p->view.question.kind != WIZ_ASK_NONE;
		char line[sizeof(p->in)];

		if (asks)
			ui_plain_question(p);
		else
			(void)fprintf(p->out, "> ");
		(void)fflush(p->out);
		if (!next_line(p, line))
			break;
		r = asks ? answer(p, line) : act(p, line);
	}
	return r;
}

int ui_plain_run(struct wiz *w, FILE *out, int fd, struct pg_err *err)
{
	struct plain p PG_CLEANUP(plain_done) = { .w = w, .out = out, .fd = fd };
	struct wiz_frontend frontend = { on_refresh, on_cancelled, &p };
	int r;

	wiz_set_frontend(w, &frontend);
	ui_signals_take(-1);
	r = loop(&p);
	ui_signals_release();
	(void)fprintf(out, "\n");
	if (r < 0)
		return pg_err_set(err, r, NULL, 0, "The page cannot be told: %s.", pg_err_reason(r));
	return 0;
}
