/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts in the person's language. Functions that take a text for a person (pg_err_set,
 * pg_findings_add, wiz_lines_add, …; po/Makemodule.am lists them) translate it themselves:
 * a literal in that place needs no mark. Elsewhere: _() where the text is used, N_() where it
 * stands in a table and is translated when it is shown, P_() where it counts.
 */
#pragma once

#include <libintl.h>
#include <stdbool.h>
#include <string.h>

#include "src/base/i18n.h"

#define N_(text) text
#define _(text) pg_translated(text)
/* P_("%u file", "%u files", n) */
#define P_(one, many, n) ngettext(one, many, n)

/* gettext() of nothing is the catalogue's head. */
static inline __attribute__((format_arg(1))) const char *pg_translated(const char *text)
{
	return text && *text ? gettext(text) : text;
}

/* Does it begin like a yes, in the person's language or in English? */
static inline bool pg_is_yes(const char *answer)
{
	return *answer && (strchr("yY", *answer) || strchr(_("yY"), *answer));
}
