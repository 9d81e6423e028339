/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/keys.h"

#include <string.h>
#include <strings.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

/* In the order of the key bar and of the help. */
static const struct ui_binding bindings[] = {
	{ UI_ACT_UP, "up", { UI_KEY_UP, 'k' }, "↑", NULL,
	  N_("one row up"), 0, 0 },
	{ UI_ACT_DOWN, "down", { UI_KEY_DOWN, 'j' }, "↑↓", N_("move"),
	  N_("one row down"), 0, 8 },
	{ UI_ACT_PAGE_UP, "page-up", { UI_KEY_PAGE_UP, UI_CTRL('b') }, N_("PgUp"), NULL,
	  N_("one page up"), 0, 0 },
	{ UI_ACT_PAGE_DOWN, "page-down", { UI_KEY_PAGE_DOWN, UI_CTRL('f') }, N_("PgDn"), NULL,
	  N_("one page down"), 0, 0 },
	{ UI_ACT_FIRST, "first", { UI_KEY_HOME, 'g' }, N_("Home"), NULL,
	  N_("to the first row"), 0, 0 },
	{ UI_ACT_LAST, "last", { UI_KEY_END, 'G' }, N_("End"), NULL,
	  N_("to the last row"), 0, 0 },
	{ UI_ACT_LEFT, "left", { UI_KEY_LEFT, 'h' }, "←", NULL,
	  N_("fold the group, or scroll a long line sideways"), 0, 0 },
	{ UI_ACT_RIGHT, "right", { UI_KEY_RIGHT, 'l' }, "→", NULL,
	  N_("unfold the group, or scroll a long line sideways"), 0, 0 },
	{ UI_ACT_TOGGLE, "select", { ' ' }, N_("Space"), N_("select"),
	  N_("select the row under the cursor, or take the selection back"), WIZ_CAN_TOGGLE, 2 },
	{ UI_ACT_NEXT, "next", { UI_KEY_ENTER }, N_("Enter"), N_("next"),
	  N_("go on, or open the row under the cursor"), WIZ_CAN_NEXT, 2 },
	{ UI_ACT_RUN, "run", { 'r' }, "r", N_("run"),
	  N_("run the commands that the page shows"), WIZ_CAN_RUN, 4 },
	{ UI_ACT_SAVE, "save", { 's' }, "s", N_("save"),
	  N_("save the commands as a script"), WIZ_CAN_SAVE, 5 },
	{ UI_ACT_TRIAL, "trial", { 't' }, "t", N_("trial"),
	  N_("the next time of a trial boot: 10, 30, 60 or 5 minutes, or none"), WIZ_CAN_TRIAL, 3 },
	{ UI_ACT_PIN, "pin", { 'p' }, "p", N_("pin"),
	  N_("keep the names of the node's network cards, or leave them"), WIZ_CAN_PIN, 6 },
	{ UI_ACT_CANCEL, "cancel", { UI_KEY_INTERRUPT }, "Ctrl-C", N_("stop and put back"),
	  N_("stop what runs and put everything back; elsewhere: quit"), WIZ_CAN_CANCEL, 1 },
	{ UI_ACT_BACK, "back", { UI_KEY_ESC }, N_("Esc"), N_("back"),
	  N_("go back, or close what lies over the page"), WIZ_CAN_BACK, 3 },
	{ UI_ACT_SEARCH, "search", { '/' }, "/", N_("search"),
	  N_("search for a text; Enter keeps the place, Esc goes back to where you were"),
	  WIZ_CAN_SEARCH, 7 },
	{ UI_ACT_SEARCH_NEXT, "next-match", { 'n' }, "n", NULL,
	  N_("to the next place found"), WIZ_CAN_SEARCH, 0 },
	{ UI_ACT_SEARCH_PREV, "previous-match", { 'N' }, "N", NULL,
	  N_("to the place found before"), WIZ_CAN_SEARCH, 0 },
	{ UI_ACT_DETAILS, "details", { 'd' }, "d", N_("details"),
	  N_("everything that is known of the row under the cursor"), WIZ_CAN_DETAILS, 6 },
	{ UI_ACT_PANE, "pane", { UI_KEY_TAB }, N_("Tab"), NULL,
	  N_("to the other pane and back"), 0, 0 },
	{ UI_ACT_HELP, "help", { '?', UI_KEY_F1 }, "?", N_("help"),
	  N_("explain this screen"), 0, 1 },
	{ UI_ACT_REDRAW, "redraw", { UI_CTRL('l') }, "Ctrl-L", NULL,
	  N_("draw the screen again"), 0, 0 },
	{ UI_ACT_QUIT, "quit", { 'q' }, "q", N_("quit"),
	  N_("leave; nothing is changed that was not applied"), 0, 1 },
};

static const struct {
	const char *name;
	int key;
} names[] = {
	{ N_("Up"), UI_KEY_UP }, { N_("Down"), UI_KEY_DOWN },
	{ N_("Left"), UI_KEY_LEFT }, { N_("Right"), UI_KEY_RIGHT },
	{ N_("PgUp"), UI_KEY_PAGE_UP }, { N_("PgDn"), UI_KEY_PAGE_DOWN },
	{ N_("Home"), UI_KEY_HOME }, { N_("End"), UI_KEY_END },
	{ N_("Enter"), UI_KEY_ENTER }, { N_("Esc"), UI_KEY_ESC }, { N_("Tab"), UI_KEY_TAB },
	{ N_("Space"), ' ' }, { N_("Backspace"), UI_KEY_BACKSPACE }, { N_("Delete"), UI_KEY_DELETE },
	{ "F1", UI_KEY_F1 }, { "Ctrl-C", UI_KEY_INTERRUPT },
};

const struct ui_binding *ui_bindings(size_t *n)
{
	*n = PG_ARRAY_SIZE(bindings);
	return bindings;
}

enum ui_action ui_keys_action(int key)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(bindings); i++)
		for (size_t k = 0; k < PG_ARRAY_SIZE(bindings[i].key); k++)
			if (bindings[i].key[k] != UI_KEY_NONE && bindings[i].key[k] == key)
				return bindings[i].action;
	return UI_ACT_NONE;
}

bool ui_keys_offered(const struct ui_binding *b, unsigned can)
{
	return b->can == 0 || (b->can & can) != 0;
}

int ui_keys_by_name(const char *name)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(names); i++)
		if (strcasecmp(names[i].name, name) == 0)
			return names[i].key;
	if (pg_text_starts(name, "Ctrl-") && name[5] && !name[6])
		return UI_CTRL(name[5]);
	return name[0] > ' ' && name[0] < 0x7f && !name[1] ? name[0] : UI_KEY_NONE;
}

static const char *key_name(int key)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(names); i++)
		if (names[i].key == key)
			return names[i].name;
	return NULL;
}

/* "Up, k": all keys of a binding. */
static void print_keys(const struct ui_binding *b, char *buf, size_t size)
{
	size_t at = 0;

	buf[0] = '\0';
	for (size_t k = 0; k < PG_ARRAY_SIZE(b->key) && b->key[k] && at < size; k++) {
		const char *name = key_name(b->key[k]);
		const char *sep = k ? ", " : "";
		int n;

		if (name)
			n = snprintf(buf + at, size - at, "%s%s", sep, _(name));
		else if (b->key[k] < ' ')
			n = snprintf(buf + at, size - at, "%sCtrl-%c", sep, b->key[k] + '@');
		else
			n = snprintf(buf + at, size - at, "%s%c", sep, b->key[k]);
		at += n > 0 ? (size_t)n : 0;
	}
}

int ui_keys_help(unsigned can, struct wiz_lines *ret)
{
	char keys[64];
	int r = wiz_lines_add(ret, WIZ_HEADING, NULL, "Keys");

	for (size_t i = 0; i < PG_ARRAY_SIZE(bindings) && r == 0; i++) {
		if (!ui_keys_offered(&bindings[i], can))
			continue;
		print_keys(&bindings[i], keys, sizeof(keys));
		r = wiz_lines_add(ret, WIZ_PLAIN, keys, "%s", _(bindings[i].help));
	}
	return r;
}

/* mdoc(7): a backslash means something, and so does a word of its own on a macro's line. */
static void print_man_text(FILE *f, const char *s)
{
	for (; *s; s++) {
		if (*s == '-' || *s == '\\')
			(void)fputc('\\', f);
		(void)fputc(*s, f);
	}
}

void ui_keys_print_man(FILE *f)
{
	char keys[64];

	(void)fputs(".Bl -tag -width Ds\n", f);
	for (size_t i = 0; i < PG_ARRAY_SIZE(bindings); i++) {
		print_keys(&bindings[i], keys, sizeof(keys));
		(void)fputs(".It Ic \"", f);
		print_man_text(f, keys);
		(void)fputs("\"\n", f);
		print_man_text(f, bindings[i].help);
		(void)fputs(".\n", f);
	}
	(void)fputs(".El\n", f);
}
