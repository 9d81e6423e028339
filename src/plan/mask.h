/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text without what is nobody's business: hardware addresses, IP addresses, UUIDs, serial numbers, and
 * the names of nodes and VMs. The same thing becomes the same word everywhere, so that a text can still
 * be understood: 02:00:00:00:00:01, 192.0.2.1 (RFC 5737), 2001:db8::1 (RFC 3849), node1, vm-100.
 */
#pragma once

#include "src/host/facts.h"

struct pg_mask_word {
	char *from, *to;
};

struct pg_mask {
	struct pg_mask_word *v;
	size_t n;
	size_t n_mac, n_ip, n_uuid;	/* that were met so far */
};

void pg_mask_done(struct pg_mask *mask);
/* With the names and serials of the facts. Returns 0 or -ENOMEM. */
int pg_mask_make(const struct pg_facts *facts, struct pg_mask *ret);
/* A copy without them; the mask remembers what it met. NULL when memory ran out. The caller frees it. */
char *pg_mask_text(struct pg_mask *mask, const char *text);
