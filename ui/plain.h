/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wizard on ordinary lines, for screen readers, very slow lines and terminals that are none: a page is
 * told once, its choices numbered; an answer is a line. What plain.c (the loop) and plain_say.c (the
 * telling) share.
 */
#pragma once

#include <stdio.h>

#include "wizard/wizard.h"

struct plain {
	struct wiz *w;
	FILE *out;
	int fd;			/* where the answers come from */
	char in[4096];		/* what was read of them */
	size_t n_in;
	bool ended;		/* there are no more */
	struct wiz_view view;
	char *item;		/* where the person is; NULL: nowhere yet */
	size_t told;		/* lines that were told already */
	char *progress;		/* told last */
	bool quit;
};

/* The wizard: pages are told to `out`, and each answer is a line of `fd`, whose end leaves the wizard. Ctrl-C
 * stops what runs. 0 or a negative errno. */
int ui_plain_run(struct wiz *w, FILE *out, int fd, struct pg_err *err);

/* The item where the person is, or NULL. */
const struct wiz_item *ui_plain_item(const struct plain *p);
/* The item that "n" takes, or NULL: where the person is, else where the page begins. */
const struct wiz_item *ui_plain_next(const struct plain *p);
/* The page; of a long text the start. */
void ui_plain_page(struct plain *p);
/* What of a long text comes next. */
void ui_plain_more(struct plain *p);
/* Items that are not as they were. */
void ui_plain_changes(const struct plain *p, const struct wiz_view *old);
/* Items with their numbers, and lines of a text, that have a word in them. */
void ui_plain_find(const struct plain *p, const char *word);
void ui_plain_lines(FILE *out, const struct wiz_lines *lines, size_t from, size_t to);
/* Does a number open what it stands for? Else it goes there and tells about it. */
bool ui_plain_opens(const struct plain *p);
/* What can be written here, in a line or two. */
void ui_plain_choices(const struct plain *p);
/* A question over the page. */
void ui_plain_question(const struct plain *p);
