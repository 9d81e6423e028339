/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * meter ROUNDS COMMAND... [-- COMMAND...]...: runs the commands by turns, their output thrown away, and prints for
 * each run a line: which, its wall time and its processor time in microseconds, its peak memory in KiB. It is small,
 * since a process begins with the peak memory of the one that started it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long long micro(struct timeval t)
{
	return t.tv_sec * 1000000LL + t.tv_usec;
}

static int run(int which, char **argv)
{
	struct timespec a, b;
	struct rusage u;
	posix_spawn_file_actions_t to;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&to);
	posix_spawn_file_actions_addopen(&to, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&to, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&to, 1, 2);
	clock_gettime(CLOCK_MONOTONIC, &a);
	if (posix_spawnp(&pid, argv[0], &to, NULL, argv, environ) != 0)
		return -1;
	if (wait4(pid, &status, 0, &u) < 0)
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &b);
	posix_spawn_file_actions_destroy(&to);
	if (!WIFEXITED(status) || WEXITSTATUS(status) == 127)
		return -1;
	printf("%d %lld %lld %ld\n", which,
	       (b.tv_sec - a.tv_sec) * 1000000LL + (b.tv_nsec - a.tv_nsec) / 1000,
	       micro(u.ru_utime) + micro(u.ru_stime), u.ru_maxrss);
	return 0;
}

int main(int argc, char **argv)
{
	char **start[64];
	int n = 0, rounds = argc > 2 ? atoi(argv[1]) : 0;

	if (!rounds)
		return 2;
	start[n++] = argv + 2;
	for (int i = 2; i < argc && n < 64; i++)
		if (strcmp(argv[i], "--") == 0) {
			argv[i] = NULL;
			start[n++] = argv + i + 1;
		}
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			if (run(i, start[i]) < 0) {
				fprintf(stderr, "meter: %s could not be run\n", start[i][0]);
				return 1;
			}
	return 0;
}
