/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proxmox's index of ended tasks, and after a byte 0x01 the log of one of them. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/folder.h"

#include "src/exec/logs.h"

#define FOLDER "/var/log/pve/tasks"
#define TASK "UPID:pve1:0000ABCD:00AB1234:692C1230:qmstart:100:root@pam:"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct fuzz_folder *task = fuzz_folder(FOLDER "/0");
	struct pg_log log PG_CLEANUP(pg_log_done) = { 0 };
	const char *all = (const char *)data;
	const char *line = size ? memchr(all, 1, size) : NULL;
	size_t n = line ? (size_t)(line - all) : size;

	fuzz_folder_write("../index", all ? all : "", n);
	fuzz_folder_write(TASK, line ? line + 1 : "", line ? size - n - 1 : 0);
	FUZZ_ASSERT(pg_tasks_collect(task->root, &log) == 0);
	for (size_t i = 0; i < log.n; i++)
		FUZZ_ASSERT(log.v[i].vmid && *log.v[i].where && *log.v[i].text && !log.v[i].pasted);
	return 0;
}
