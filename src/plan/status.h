/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How passthrough stands: every device that a VM of this node names, or that vfio-pci has or
 * is to have. Shared by `status` and by the wizard's Status page.
 */
#pragma once

#include "src/host/facts.h"

enum pg_status_verdict {
	PG_STATUS_OK,
	PG_STATUS_PENDING,	/* right after the next reboot of the node */
	PG_STATUS_WRONG,	/* the VM will not start, or runs without it */
};

struct pg_status {
	struct pg_bdf addr;
	const struct pg_dev *dev;	/* borrowed; NULL: a VM names it, but it is not there */
	const char *expected;		/* driver after the next boot, or NULL; borrowed */
	enum pg_status_verdict verdict;
	const char *reason;		/* "stale-initramfs": stable, static storage; why.h has all */
	char *why;			/* a sentence: what it is like, and why */
	char *evidence;			/* the file, the line, the message; or NULL */
	char *fix;			/* what to do: a sentence, with the command in `…`; or NULL */
	uint32_t *vmid;
	size_t n_vmid;
};

/* Sorted by address. Returns 0 or -ENOMEM; the caller frees with pg_status_free(). */
int pg_status_list(const struct pg_facts *facts, struct pg_status **ret, size_t *ret_n);
void pg_status_free(struct pg_status *status, size_t n);
/* "ok", "pending-reboot", "wrong" */
const char *pg_status_verdict_name(enum pg_status_verdict verdict);
