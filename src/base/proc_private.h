/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What proc_start.c offers to proc.c. For no one else.
 */
#pragma once

#include <sys/types.h>

#include "src/base/proc.h"

/* Finds the program, so that "there is no such command" is known before anything starts. A
 * name with a slash is taken as it is. Returns 0, -ENOENT or -ENOMEM. */
int pg_proc_find(const char *name, const char *path, char **ret);
/* Starts the program; *ret_out is then the end of a pipe, not blocking, that gives its
 * output. Returns 0, or a negative errno where it could not be started (the child is then
 * gone). */
int pg_proc_start(const char *program, char *const argv[], const struct pg_proc_opts *opts,
		  pid_t *ret_pid, int *ret_out);
