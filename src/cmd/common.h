/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the subcommands share. Private to src/cmd. */
#pragma once

#include <getopt.h>

#include "src/cmd/cmd.h"
#include "src/cmd/out.h"
#include "src/exec/exec.h"
#include "src/host/facts.h"

/* The subcommands, for table.c. */
int pg_cmd_list(const struct pg_cmd_env *env, int argc, char **argv);
int pg_cmd_iommu(const struct pg_cmd_env *env, int argc, char **argv);
int pg_cmd_status(const struct pg_cmd_env *env, int argc, char **argv);
int pg_cmd_passthrough(const struct pg_cmd_env *env, int argc, char **argv);
int pg_cmd_usb(const struct pg_cmd_env *env, int argc, char **argv);
int pg_cmd_sriov(const struct pg_cmd_env *env, int argc, char **argv);
int pg_cmd_mapping(const struct pg_cmd_env *env, int argc, char **argv);
int pg_cmd_vgpu(const struct pg_cmd_env *env, int argc, char **argv);
int pg_cmd_capture(const struct pg_cmd_env *env, int argc, char **argv);
int pg_cmd_report(const struct pg_cmd_env *env, int argc, char **argv);
int pg_cmd_doctor(const struct pg_cmd_env *env, int argc, char **argv);
int pg_cmd_complete(const struct pg_cmd_env *env, int argc, char **argv);
int pg_cmd_history(const struct pg_cmd_env *env, int argc, char **argv);
int pg_cmd_confirm(const struct pg_cmd_env *env, int argc, char **argv);
int pg_cmd_undo(const struct pg_cmd_env *env, int argc, char **argv);
int pg_cmd_recover(const struct pg_cmd_env *env, int argc, char **argv);

/* usb without arguments. */
int pg_cmd_usb_list(const struct pg_cmd_env *env);
/* sriov without arguments. */
int pg_cmd_sriov_list(const struct pg_cmd_env *env);
/* vgpu without arguments. */
int pg_cmd_vgpu_list(const struct pg_cmd_env *env);

/* What a subcommand looked at. facts is NULL where they could not be read. */
struct pg_cmd_host {
	struct pg_root *root;
	struct pg_facts *facts;
	char *stamp;		/* of pg_exec_stamp(), before the facts of a plan, or NULL */
	struct pg_err err;	/* why they could not; also in the JSON document */
};

void pg_cmd_host_done(struct pg_cmd_host *host);
/*
 * Opens the root; reads what is wanted as well. Both mention a change that was interrupted.
 * They return 0, or a negative errno: complained about already, and kept in host->err.
 */
int pg_cmd_open(const struct pg_cmd_env *env, struct pg_cmd_host *host);
int pg_cmd_look(const struct pg_cmd_env *env, unsigned want, struct pg_cmd_host *host);
/* The document, with "error" in it where the host could not be read; frees it. Returns the
 * exit status: that given, or PG_EXIT_REFUSED. */
int pg_cmd_document(const struct pg_cmd_env *env, const struct pg_cmd_host *host,
		    struct pg_json *doc, int status);

/* Says where VMs or mappings may be missing from what is shown, since /etc/pve could not be read whole. */
void pg_cmd_say_unread(const struct pg_cmd_env *env, const struct pg_facts *facts);

/* Findings from the worst on, with evidence and advice; those that are ok where `all`. */
void pg_cmd_print_findings(const struct pg_cmd_env *env, const struct pg_findings *f, bool all);

/* Options of a command that takes none, and at most `max` operands. Returns 0 or
 * PG_EXIT_USAGE. *ret_operand is the index of the first operand. */
int pg_cmd_operands(const struct pg_cmd_env *env, int argc, char **argv, int max,
		    int *ret_operand);
/* getopt_long without a message of its own; starts afresh where *begun is false. Complains
 * and returns '?' for what is no option. */
int pg_cmd_getopt(const struct pg_cmd_env *env, int argc, char **argv,
		  const struct option *options, bool *begun);

/* "NVIDIA Corporation AD102 [GeForce RTX 4090]", on a narrow terminal "GeForce RTX 4090", or
 * "unknown device". NULL when memory ran out. */
char *pg_cmd_dev_name(const struct pg_cmd_env *env, const struct pg_dev *dev);
/* "vmbr0; default route; VM 100". NULL when memory ran out. */
char *pg_cmd_dev_users(const struct pg_dev *dev);
