/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one door to commands.
 *
 * A command is an argv array and never passes through a shell. The child gets a clean
 * environment (PATH, LC_ALL=C.UTF-8, HOME, and no more), no descriptors but its own three and those
 * that are named, default signals, and a process group of its own, so that Ctrl-C at the
 * terminal reaches this program and not the command.
 */
#pragma once

#include "src/base/err.h"
#include "src/base/macro.h"
#include "src/base/strbuf.h"

#define PG_PROC_PATH "/usr/sbin:/usr/bin:/sbin:/bin"

struct pg_proc_opts {
	const char *path;		/* search path; NULL: PG_PROC_PATH */
	const struct pg_bytes *input;	/* standard input; NULL: /dev/null */
	/* Files that the command may read as /dev/fd/3, /dev/fd/4, … in this order. */
	const struct pg_bytes *files;
	size_t n_files;
	/* Called for each line of output (stdout and stderr together, as they come; without
	 * the line end; not yet made safe for a terminal). NULL: the output is collected. */
	void (*line)(void *ctx, const char *line, size_t n);
	void *ctx;
	/* Asked about ten times a second; true: the command is ended (SIGTERM, then SIGKILL). */
	bool (*cancelled)(void *ctx);
	unsigned timeout_s;		/* 0: none */
	size_t max_output;		/* collected output; 0: 1 MiB; what is beyond is dropped */
	bool split_stderr;		/* stderr is dropped rather than mixed in */
};

struct pg_proc_result {
	int status;		/* exit status, or 128 + signal */
	bool timed_out;
	bool cancelled;
	struct pg_bytes output;	/* where opts->line is NULL */
};

void pg_proc_result_done(struct pg_proc_result *result);

/*
 * Runs argv[0] (a name is searched in the path) with its arguments, argv NULL-terminated,
 * and waits for it. Returns 0 once the command has run, whatever its status; a negative
 * errno where it could not be started (-ENOENT: there is no such command), with err filled.
 */
int pg_proc_run(char *const argv[], const struct pg_proc_opts *opts,
		struct pg_proc_result *ret, struct pg_err *err);

/* The command as a person could type it, quoted where needed. The caller frees it. */
char *pg_proc_quote(char *const argv[]);
