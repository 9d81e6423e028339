/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * holdlock DIR COMMAND...: runs the command while this process holds the lock of the node below
 * DIR, as one that applies a change does. Ends with the status of the command.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/exec/lock.h"

int main(int argc, char **argv)
{
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	pg_autoclose int fd = -1;
	int status = 0;
	pid_t pid;

	if (argc < 3 || pg_root_open(argv[1], &root, &err) < 0 ||
	    pg_store_lock(root, PG_DOING_APPLY, &fd, &err) < 0) {
		(void)fprintf(stderr, "holdlock: %s\n", err.what ? err.what : "DIR COMMAND...");
		return 125;
	}
	pid = fork();
	if (pid == 0) {
		(void)execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 126;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}
