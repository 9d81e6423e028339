/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the doctor reads besides facts: its rules, and what was logged. */
#pragma once

#include "src/exec/exec.h"
#include "src/plan/rule.h"

/*
 * rules.c: the rules of rules.d in the data folder, then the person's own of /etc/pve-gpu/rules.d, which
 * are among the facts; files in the order of their names. One that cannot be read is left out whole,
 * and is a finding. Returns 0, -ENOMEM, or negative where our own rules cannot be read, with err.
 */
int pg_rules_load(const char *data_dir, const struct pg_facts *facts, struct pg_rules *ret,
		  struct pg_findings *bad, struct pg_err *err);

/* Where a captured tree has the kernel's messages of its node, in /var/lib/pve-gpu/capture: of that
 * boot, and of the one before. */
#define PG_KERNEL_LOG "kernel.log"
#define PG_KERNEL_LOG_BEFORE "kernel-before.log"

/*
 * logs.c: the kernel's messages of this boot and of the one before (journalctl, else dmesg; as root,
 * where commands are run; of a captured tree the files above), and Proxmox's logs of starts of VMs that
 * failed, unless a later one of the VM did not. What cannot be read is left out. Returns 0 or -ENOMEM.
 */
int pg_logs_collect(struct pg_root *root, const struct pg_exec_opts *opts, struct pg_log *ret);
/* tasklog.c: that part of it. Source: PVE::RESTEnvironment, PVE::Tools::upid_decode. */
int pg_tasks_collect(const struct pg_root *root, struct pg_log *ret);
/* The lines of a text, each of them `where`; "{n}" in that is the number of the line. */
int pg_log_text(struct pg_log *log, const char *where, const struct pg_bytes *text);
