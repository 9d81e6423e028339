/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The node list of corosync.conf(5), taken from bytes. Private to src/host. */
#pragma once

#include "src/base/strbuf.h"
#include "src/base/vec.h"

struct pg_corosync_node {
	char *name;		/* NULL: it has none */
	struct pg_strv links;	/* "0ADDRESS": the number of the link, what ringN_addr says */
};

struct pg_corosync {
	struct pg_corosync_node *v;
	size_t n;
};

void pg_corosync_done(struct pg_corosync *all);
/*
 * Lines as corosync takes them (exec/coroparse.c parse_section): one that has a `{` opens a
 * section, whatever blanks are around it, one with a `:` is a key, one with a `}` closes. Returns
 * 0 or -ENOMEM.
 */
int pg_corosync_parse(const struct pg_bytes *text, struct pg_corosync *ret);
