/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizard/view.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/strbuf.h"
#include "src/base/text.h"
#include "src/base/vec.h"

void wiz_lines_done(struct wiz_lines *lines)
{
	for (size_t i = 0; i < lines->n; i++) {
		free(lines->v[i].label);
		free(lines->v[i].text);
	}
	free(lines->v);
	*lines = (struct wiz_lines){ 0 };
}

static void item_done(struct wiz_item *item)
{
	free(item->id);
	free(item->text);
	free(item->note);
	free(item->also);
	free(item->detail_title);
	free(item->why_not);
}

void wiz_view_done(struct wiz_view *v)
{
	free(v->page);
	free(v->title);
	free(v->host);
	free(v->place);
	for (size_t i = 0; i < v->n_step; i++)
		free(v->step[i].label);
	free(v->step);
	free(v->intro);
	free(v->list_title);
	free(v->detail_title);
	for (size_t i = 0; i < v->n_item; i++)
		item_done(&v->item[i]);
	free(v->item);
	wiz_lines_done(&v->lines);
	free(v->next_label);
	free(v->why_not_next);
	free(v->question.title);
	free(v->question.text);
	free(v->question.initial);
	free(v->progress_text);
	*v = (struct wiz_view){ 0 };
}

/* "%-7s %-*s %s" is no text that could be translated. Thousands of rows are made of such. */
static bool has_words(const char *fmt)
{
	for (; *fmt; fmt++) {
		if (*fmt == '%')
			fmt += 1 + strspn(fmt + 1, "-+ #0123456789.*hlzjt");
		else if (*fmt >= 'A' || *fmt < 0)
			return true;
		if (!*fmt)
			break;
	}
	return false;
}

static char *clean_format(const char *fmt, va_list ap) PG_PRINTF(1, 0);

static char *clean_format(const char *fmt, va_list ap)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	if (strcmp(fmt, "%s") == 0) {
		const char *s = va_arg(ap, const char *);

		return pg_text_clean(s, strlen(s));
	}
	pg_strbuf_vaddf(&b, has_words(fmt) ? _(fmt) : fmt, ap);
	if (pg_strbuf_error(&b) < 0)
		return NULL;
	return pg_text_clean(b.s ? b.s : "", b.len);
}

char *wiz_text(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = clean_format(fmt, ap);
	va_end(ap);
	return s;
}

/* Takes the text over. */
static int add_line(struct wiz_lines *lines, enum wiz_style style, const char *label,
		    char *text, bool preformatted)
{
	struct wiz_line *line = text ? pg_vec_add(&lines->v, &lines->n, sizeof(*line)) : NULL;

	if (!line) {
		free(text);
		lines->failed = true;
		return -ENOMEM;
	}
	line->style = style;
	line->text = text;
	line->preformatted = preformatted;
	line->label = label ? strdup(_(label)) : NULL;
	if (!label || line->label)
		return 0;
	lines->failed = true;
	return -ENOMEM;
}

int wiz_lines_add(struct wiz_lines *lines, enum wiz_style style, const char *label,
		  const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = clean_format(fmt, ap);
	va_end(ap);
	return add_line(lines, style, label, text, false);
}

int wiz_lines_add_cut(struct wiz_lines *lines, enum wiz_style style, const char *label,
		      const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = clean_format(fmt, ap);
	va_end(ap);
	return add_line(lines, style, label, text, true);
}

int wiz_lines_add_raw(struct wiz_lines *lines, enum wiz_style style, const char *text)
{
	return add_line(lines, style, NULL, pg_text_clean(text, strlen(text)), true);
}

void wiz_view_set(struct wiz_view *view, char **field, const char *fmt, ...)
{
	va_list ap;

	free(*field);
	va_start(ap, fmt);
	*field = clean_format(fmt, ap);
	va_end(ap);
	if (!*field)
		view->failed = true;
}

struct wiz_item *wiz_view_add_item(struct wiz_view *view, const char *id)
{
	struct wiz_item *item = pg_vec_add(&view->item, &view->n_item, sizeof(*item));

	if (item)
		item->id = strdup(id);
	if (item && item->id) {
		item->enabled = true;
		return item;
	}
	if (item)
		view->n_item--;
	view->failed = true;
	return NULL;
}
