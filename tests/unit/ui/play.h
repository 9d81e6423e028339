/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the frontend over the fake engine with scripted keys; the dumps come back as text. */
#pragma once

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/test.h"
#include "tests/unit/ui/fake_wiz.h"
#include "ui/ui.h"

struct play {
	char *screen;	/* all dumps */
	int r;
	char *why;	/* of a failure */
};

static inline void play_done(struct play *p)
{
	free(p->screen);
	free(p->why);
}

static inline struct play play_with(struct fake *fake, struct ui_opts opts, const char *keys)
{
	char path[] = "/tmp/pve-gpu-keys-XXXXXX";
	int fd = mkstemp(path);
	struct pg_err err = { 0 };
	struct play p = { 0 };
	size_t size;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, keys, strlen(keys)), (ssize_t)strlen(keys));
	(void)close(fd);
	opts.script = path;
	opts.dump = open_memstream(&p.screen, &size);
	assert_non_null(opts.dump);
	p.r = ui_run(fake_wiz(fake), &opts, &err);
	(void)fclose(opts.dump);
	(void)unlink(path);
	p.why = err.what ? strdup(err.what) : NULL;
	pg_err_done(&err);
	return p;
}

static inline struct play play(struct fake *fake, int cols, int rows, const char *keys)
{
	struct ui_opts opts = { .color = PG_UNKNOWN, .rows = rows, .cols = cols };

	return play_with(fake, opts, keys);
}

/* The rows of a dump that hold s, counted. */
static inline unsigned count_of(const char *screen, const char *s)
{
	unsigned n = 0;

	for (const char *p = screen; (p = strstr(p, s)); p += strlen(s))
		n++;
	return n;
}
