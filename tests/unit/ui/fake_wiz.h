/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An engine made of canned views, behind the functions of wizard/wizard.h. It writes down
 * what the frontend asks and hands over.
 */
#pragma once

#include "wizard/wizard.h"

struct fake {
	/* What wiz_build() shows. */
	void (*page)(const struct fake *fake, struct wiz_view *view);
	size_t n_items;			/* for pages that have many */
	unsigned built;
	unsigned details;		/* calls of wiz_detail */
	char events[2048];		/* "TOGGLE dev/3;NEXT;" */
	char marks[64];			/* of the items of page_tree: 'x' or ' ' */
	bool folded;			/* the first group of page_tree */
	const char *ask_on;		/* an event that makes the page ask: "NEXT" */
	enum wiz_ask ask;
	bool asking;
	bool run_on_next;		/* NEXT runs something: see fake_run() */
	bool was_cancelled;
	unsigned hold_at;		/* the line at which the run stands still; 0: none */
	int hold_tell, hold_wait;	/* it says so with a byte, and waits for one */
	unsigned lines;			/* that the run has shown */
	struct wiz_frontend frontend;
};

struct wiz *fake_wiz(struct fake *fake);

void page_tree(const struct fake *fake, struct wiz_view *view);
void page_many(const struct fake *fake, struct wiz_view *view);
void page_home(const struct fake *fake, struct wiz_view *view);
void page_text(const struct fake *fake, struct wiz_view *view);
void page_run(const struct fake *fake, struct wiz_view *view);
