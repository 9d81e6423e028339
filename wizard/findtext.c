/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizard/ctx.h"

#include <string.h>

#include "src/base/i18n.h"

enum wiz_style wiz_level_style(enum pg_level level)
{
	static const enum wiz_style styles[] = {
		[PG_LEVEL_OK] = WIZ_GOOD,
		[PG_LEVEL_NOTE] = WIZ_PLAIN,
		[PG_LEVEL_WARN] = WIZ_WARN,
		[PG_LEVEL_BLOCK] = WIZ_BAD,
	};

	return styles[level];
}

/* Not by colour alone. */
static const char *level_words(enum pg_level level)
{
	return level == PG_LEVEL_BLOCK ? "Blocker: " : level == PG_LEVEL_WARN ? "Warning: " : "";
}

/* An empty line between one finding and the next. */
static void set_apart(struct wiz_lines *lines)
{
	const struct wiz_line *last = lines->n ? &lines->v[lines->n - 1] : NULL;

	if (last && last->style != WIZ_HEADING && *last->text)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", "");
}

void wiz_finding_lines(const struct pg_finding *finding, struct wiz_lines *lines)
{
	set_apart(lines);
	(void)wiz_lines_add(lines, wiz_level_style(finding->level), NULL, "%s%s",
			    level_words(finding->level), finding->text);
	if (finding->evidence)
		(void)wiz_lines_add(lines, WIZ_FAINT, NULL, "Seen: %s", finding->evidence);
	if (finding->advice)
		(void)wiz_lines_add(lines, WIZ_PLAIN, NULL, "%s", finding->advice);
}

/* ---- several: what one id has to say is said in one place, and nothing twice ---- */

static const char *text_of(const struct pg_finding *f)
{
	return f->text;
}

static const char *evidence_of(const struct pg_finding *f)
{
	return f->evidence;
}

static const char *advice_of(const struct pg_finding *f)
{
	return f->advice;
}

static bool is_like(const struct pg_finding *a, const struct pg_finding *b)
{
	return a->level == b->level && strcmp(a->id, b->id) == 0;
}

static bool is_said(const struct pg_findings *all, size_t i,
		    const char *(*of)(const struct pg_finding *f))
{
	for (size_t k = 0; k < i; k++) {
		const char *before = is_like(&all->v[k], &all->v[i]) ? of(&all->v[k]) : NULL;

		if (before && strcmp(before, of(&all->v[i])) == 0)
			return true;
	}
	return false;
}

/* One field of all that are like the first. */
static void say(const struct pg_findings *all, size_t first,
		const char *(*of)(const struct pg_finding *f), enum wiz_style style,
		const char *before, struct wiz_lines *lines)
{
	for (size_t i = first; i < all->n; i++)
		if (is_like(&all->v[i], &all->v[first]) && of(&all->v[i]) && !is_said(all, i, of))
			(void)wiz_lines_add(lines, style, NULL, "%s%s", before, of(&all->v[i]));
}

static bool is_first(const struct pg_findings *all, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (is_like(&all->v[k], &all->v[i]))
			return false;
	return true;
}

void wiz_findings_lines(const struct pg_findings *all, enum pg_level level,
			struct wiz_lines *lines)
{
	for (size_t i = 0; i < all->n; i++) {
		if (all->v[i].level != level || !is_first(all, i))
			continue;
		set_apart(lines);
		say(all, i, text_of, wiz_level_style(level), "", lines);
		say(all, i, evidence_of, WIZ_FAINT, _("Seen: "), lines);
		say(all, i, advice_of, WIZ_PLAIN, "", lines);
	}
}
