/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The node of node.h with a change on trial, its clock, its boots and its addresses. */
#pragma once

#include "tests/unit/exec/node.h"

#define BOOT "/proc/sys/kernel/random/boot_id"

struct trial {
	struct node *n;
	unsigned up;			/* seconds since the start */
	unsigned confirm_at, reboots;
	bool fail_reboot;
	const char *told;		/* what is announced while it waits; NULL: not looked at */
	int lock;			/* held by another; -1: by none */
	char data[4096];
};

/* Makes the node ready for a trial of ten minutes, in its boot "one". */
void trial_begin(struct trial *t, struct node *n);
void trial_set_uptime(const struct trial *t);
/* Another boot, ten seconds ago; what was in /run is gone. */
void trial_boot(struct trial *t, const char *id);
/* What `ip` says that the node has: this, or one address on vmbr0. */
void trial_set_links(const struct trial *t, const char *json);
void trial_set_address(const struct trial *t, const char *address);
