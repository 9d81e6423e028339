/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys become actions at the edge, through one table. The same table feeds the key bar, the
 * help screen and the manual page, so that they cannot differ.
 */
#pragma once

#include <stdio.h>

#include "wizard/view.h"

/* A key is a Unicode character, or one of these. */
enum ui_key {
	UI_KEY_NONE = 0,
	UI_KEY_SPECIAL = 0x110000,
	UI_KEY_UP, UI_KEY_DOWN, UI_KEY_LEFT, UI_KEY_RIGHT,
	UI_KEY_PAGE_UP, UI_KEY_PAGE_DOWN, UI_KEY_HOME, UI_KEY_END,
	UI_KEY_ENTER, UI_KEY_ESC, UI_KEY_TAB, UI_KEY_BACKSPACE, UI_KEY_DELETE, UI_KEY_F1,
	UI_KEY_RESIZE,		/* the size changed */
	UI_KEY_INTERRUPT,	/* Ctrl-C */
	UI_KEY_CLICK,		/* of the mouse; ui/input.h has where */
	UI_KEY_WHEEL_UP, UI_KEY_WHEEL_DOWN,	/* come as arrow keys */
	UI_KEY_OTHER,		/* known to the terminal, not to us */
};

#define UI_CTRL(c) ((c) & 0x1f)

enum ui_action {
	UI_ACT_NONE,
	UI_ACT_UP, UI_ACT_DOWN, UI_ACT_PAGE_UP, UI_ACT_PAGE_DOWN, UI_ACT_FIRST, UI_ACT_LAST,
	UI_ACT_LEFT, UI_ACT_RIGHT,
	UI_ACT_TOGGLE, UI_ACT_NEXT, UI_ACT_BACK, UI_ACT_RUN, UI_ACT_SAVE, UI_ACT_TRIAL,
	UI_ACT_PIN,
	UI_ACT_CANCEL,
	UI_ACT_SEARCH, UI_ACT_SEARCH_NEXT, UI_ACT_SEARCH_PREV,
	UI_ACT_DETAILS, UI_ACT_PANE, UI_ACT_HELP, UI_ACT_REDRAW, UI_ACT_QUIT,
};

struct ui_binding {
	enum ui_action action;
	const char *name;	/* "next-match": for the manual page */
	int key[4];
	const char *shown;	/* in the key bar and the help: "↑↓" */
	const char *label;	/* in the key bar, one word; NULL: not there */
	const char *help;	/* a sentence without its stop */
	unsigned can;		/* shown and active only where the page can one of these; 0: always */
	int rank;		/* what goes first when the key bar is too narrow: the highest */
};

const struct ui_binding *ui_bindings(size_t *n);
/* The action of a key, or UI_ACT_NONE. */
enum ui_action ui_keys_action(int key);
/* Does the page offer the binding? */
bool ui_keys_offered(const struct ui_binding *b, unsigned can);
/* A key by its name ("Down", "Esc", "Ctrl-L", "q"), or UI_KEY_NONE. */
int ui_keys_by_name(const char *name);
/* The keys as lines for the help screen. 0 or -ENOMEM. */
int ui_keys_help(unsigned can, struct wiz_lines *ret);
/* The keys as a list in the manual page's language (mdoc(7)). */
void ui_keys_print_man(FILE *f);
