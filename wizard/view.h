/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a page shows, without a word on how: plain data between the wizard's engine and its
 * frontends (curses, the batch mode, the test recorder). No curses here.
 *
 * Every string in a view is safe to show: it went through pg_text_clean().
 */
#pragma once

#include "src/base/macro.h"

/* How a piece of text is meant; a theme maps it to colour or attributes, never to colour
 * alone (the text itself says what it is). */
enum wiz_style {
	WIZ_PLAIN,
	WIZ_STRONG,
	WIZ_FAINT,
	WIZ_GOOD,
	WIZ_WARN,
	WIZ_BAD,
	WIZ_ADDED,	/* a diff's + line */
	WIZ_REMOVED,	/* a diff's - line */
	WIZ_HEADING,
	WIZ_COMMAND,
};

struct wiz_line {
	enum wiz_style style;
	char *label;		/* left column ("driver"), or NULL */
	char *text;		/* wrapped by the frontend unless it is preformatted */
	bool preformatted;	/* a diff, a command, output: cut and scrolled sideways, not wrapped */
};

struct wiz_lines {
	struct wiz_line *v;
	size_t n;
	bool failed;		/* memory ran out somewhere: asked once, at the end */
};

enum wiz_mark {
	WIZ_MARK_NONE,
	WIZ_MARK_OFF,		/* [ ] */
	WIZ_MARK_ON,		/* [x] */
	WIZ_MARK_RADIO_OFF,	/* ( ) */
	WIZ_MARK_RADIO_ON,	/* (*) */
	WIZ_MARK_ALERT,		/*  !  the host needs it */
};

struct wiz_item {
	char *id;		/* stable while the page lives: "dev/0000:01:00.0" */
	unsigned depth;		/* 0: group, 1: below it; the frontend draws the branches */
	bool can_fold, folded;
	enum wiz_mark mark;
	enum wiz_style style;
	char *text;		/* "01:00.0 GPU   GeForce RTX 4090" */
	char *note;		/* at the right or after the text: "vmbr0", "shared with the host !" */
	char *also;		/* what a search finds too, though the row does not show it; or NULL */
	char *detail_title;	/* over the right pane while the cursor is here; NULL: the view's */
	bool enabled;		/* can be toggled or entered */
	char *why_not;		/* why it cannot, a sentence; NULL where enabled */
};

enum wiz_step_state { WIZ_STEP_TODO, WIZ_STEP_CURRENT, WIZ_STEP_DONE, WIZ_STEP_SKIPPED };

struct wiz_step {
	char *label;		/* "Host", "Device", … */
	enum wiz_step_state state;
};

enum wiz_shape {
	WIZ_SHAPE_LIST,		/* items at the left, the detail of the one under the cursor at the right */
	WIZ_SHAPE_TEXT,		/* lines, scrolled */
	WIZ_SHAPE_RUN,		/* lines that grow while something runs; progress below them */
};

/* What can be done on a page; the frontend shows a key for each. */
enum wiz_can {
	WIZ_CAN_TOGGLE = 1 << 0,
	WIZ_CAN_NEXT = 1 << 1,
	WIZ_CAN_BACK = 1 << 2,
	WIZ_CAN_FOLD = 1 << 3,
	WIZ_CAN_SEARCH = 1 << 4,
	WIZ_CAN_DETAILS = 1 << 5,
	WIZ_CAN_SAVE = 1 << 6,		/* save the VM commands as a script */
	WIZ_CAN_RUN = 1 << 7,		/* run what the page shows (the VM commands, the apply) */
	WIZ_CAN_CANCEL = 1 << 8,	/* stop what runs */
	WIZ_CAN_TRIAL = 1 << 9,		/* choose how long a change is on trial */
	WIZ_CAN_PIN = 1 << 10,		/* keep the names of network cards, or not */
};

/* A question over the page. The answer comes back as WIZ_EVENT_ANSWER. */
enum wiz_ask { WIZ_ASK_NONE, WIZ_ASK_YESNO, WIZ_ASK_TEXT, WIZ_ASK_NOTE };

struct wiz_question {
	enum wiz_ask kind;
	char *title;
	char *text;
	char *initial;		/* of a text field */
	bool yes_default;	/* else "no" */
};

struct wiz_view {
	char *page;		/* id of the page: home, host, device, binding, vm, review, apply, sriov, mapping,
				 * reboot, verify, status, vgpu, history, trouble, doctor */
	char *title;		/* "Set up passthrough" */
	char *host;		/* "pve1  PVE 9.0  Linux 6.14.8-2-pve" */
	bool demo;
	char *place;		/* "FOLDER: old-node": why it is not the running system; NULL: it is, or the demo */
	struct wiz_step *step;	/* empty on Home, Status, History */
	size_t n_step;
	enum wiz_shape shape;
	char *intro;		/* a paragraph above, or NULL */
	char *list_title, *detail_title;
	struct wiz_item *item;
	size_t n_item;
	size_t cursor;		/* where the page wants the cursor when it is first shown */
	struct wiz_lines lines;
	unsigned can;		/* enum wiz_can */
	bool enters;		/* NEXT enters the item that it is sent with */
	char *next_label;	/* "next", "apply", "reboot later" for the key bar; NULL: "next" */
	char *why_not_next;	/* a sentence; NULL: the page can be left forwards */
	struct wiz_question question;
	size_t progress, progress_of;	/* WIZ_SHAPE_RUN: steps done, of; 0: none */
	char *progress_text;
	bool poll;		/* it changes by itself: to be built again every second */
	bool running;		/* WIZ_SHAPE_RUN: still going on */
	bool failed;		/* memory ran out somewhere: asked once, at the end */
};

void wiz_view_done(struct wiz_view *view);
void wiz_lines_done(struct wiz_lines *lines);
/* Adds a line; the format's result is made safe. Returns 0 or -ENOMEM, which lines->failed
 * remembers: whoever adds many asks once. */
int wiz_lines_add(struct wiz_lines *lines, enum wiz_style style, const char *label,
		  const char *fmt, ...) PG_PRINTF(4, 5);
/* The same, cut where it has no room: one row each in a column of many. */
int wiz_lines_add_cut(struct wiz_lines *lines, enum wiz_style style, const char *label,
		      const char *fmt, ...) PG_PRINTF(4, 5);
/* Adds a preformatted line. */
int wiz_lines_add_raw(struct wiz_lines *lines, enum wiz_style style, const char *text);
/* Adds an item and returns it to be filled (strings through wiz_text), or NULL on -ENOMEM. */
struct wiz_item *wiz_view_add_item(struct wiz_view *view, const char *id);
/* Puts a text, made safe, into a field of the view or of one of its items; what it held is
 * freed. view->failed remembers where memory ran out. */
void wiz_view_set(struct wiz_view *view, char **field, const char *fmt, ...) PG_PRINTF(3, 4);
/* Formatted and made safe; NULL on -ENOMEM. The caller frees it. */
char *wiz_text(const char *fmt, ...) PG_PRINTF(1, 2);

/* ---- what the person does ---- */

enum wiz_event_kind {
	WIZ_EVENT_TOGGLE,	/* Space on an item */
	WIZ_EVENT_NEXT,		/* Enter: leave forwards, or enter the item (Home) */
	WIZ_EVENT_BACK,
	WIZ_EVENT_FOLD,		/* fold or unfold an item */
	WIZ_EVENT_SAVE,
	WIZ_EVENT_RUN,
	WIZ_EVENT_TRIAL,	/* the next of the times that a change can be on trial */
	WIZ_EVENT_PIN,		/* keep the names of network cards, or leave them */
	WIZ_EVENT_ANSWER,	/* to the view's question */
	WIZ_EVENT_QUIT,
};

struct wiz_event {
	enum wiz_event_kind kind;
	const char *item;	/* id of the item under the cursor, or NULL */
	bool yes;		/* ANSWER: confirmed */
	const char *text;	/* ANSWER: of a text field */
	/* TOGGLE: the page as it was built last, which then need not be built to see whether it allows that. */
	const struct wiz_view *view;
};

/* What must follow an event. */
enum wiz_follow {
	WIZ_STAY,		/* nothing changed */
	WIZ_REBUILD,		/* same page, build it again, keep the cursor */
	WIZ_MOVED,		/* another page: build it, take its cursor */
	WIZ_QUIT,		/* the wizard is over */
};
