/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small node for the tests of transactions: a tree, a plan with every kind of change, and
 * commands that are scripts of our own.
 */
#pragma once

#include "tests/unit/tree.h"

#include "src/exec/exec.h"

#define GRUB "/etc/default/grub"
#define VFIO "/etc/modprobe.d/vfio.conf"
#define OLD "/etc/modprobe.d/old.conf"
#define TABLE "/etc/pve-gpu/deep/bind.conf"

struct node {
	struct tree *tree;
	char bin[PATH_MAX];		/* folder of the commands */
	char *path;			/* search path with it in front */
	char *old;			/* the tree as it was */
	struct pg_plan plan;
	struct pg_exec_opts opts;
	struct pg_outcome out;
	struct pg_strbuf seen;		/* events, a line each */
	size_t cancel_at;		/* cancel when asked for the Nth time; 0: never */
	size_t asked;
};

int node_setup(void **state);
int node_teardown(void **state);
#define node_test(f) cmocka_unit_test_setup_teardown(f, node_setup, node_teardown)

/* What the tree holds, but for /var/lib/pve-gpu, the times of folders, and /var/lib itself:
 * type, mode, owner, time and content of each. The caller frees it. */
char *node_snapshot(const struct node *n);
/* The same, but for the times: of a tree after a change. */
char *node_contents(const struct node *n);
void node_assert_old(const struct node *n);
/* The files' new contents are in place. */
void node_assert_new(const struct node *n);

/* Makes a command: a script whose body this is. Each call is logged as "NAME ARGS". */
void node_command(const struct node *n, const char *name, const char *body);
/* What was called, a line each; the caller frees it. */
char *node_log(const struct node *n);

void node_apply(struct node *n);
void node_undo(struct node *n, const char *id);
void node_recover(struct node *n);
void node_assert_outcome(const struct node *n, enum pg_outcome_kind kind, int status);
void node_assert_text(const struct node *n, const char *part);
/* State of the newest transaction, as history shows it. */
void node_assert_state(const struct node *n, const char *state);
