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
	bool exact;	/* for what is read again by programs: pg_mask_make_exact */
};

void pg_mask_done(struct pg_mask *mask);
/* With the names and serials of the facts. Returns 0 or -ENOMEM. */
int pg_mask_make(const struct pg_facts *facts, struct pg_mask *ret);
/*
 * The same for files that are read again, where a word has to keep its form: serial numbers of devices stay
 * numbers, a name is one only where it stands alone ("pve" is none in pve-manager), and VMs' names are
 * left to pg_mask_file.
 */
int pg_mask_make_exact(const struct pg_facts *facts, struct pg_mask *ret);
/* Forgets a name: it is a word like another. */
void pg_mask_forget(struct pg_mask *mask, const char *from);
/* mask_file.c: a file of a node, with such a mask. Returns 0 or -ENOMEM. */
int pg_mask_file(struct pg_mask *mask, const char *path, const struct pg_bytes *in, struct pg_bytes *ret);
/* mask_net.c: /proc/net/tcp and its kin, whose addresses are hexadecimal numbers. */
bool pg_mask_is_net(const char *path);
int pg_mask_net(struct pg_mask *mask, const char *path, const struct pg_bytes *in, struct pg_bytes *ret);
/* mask_storage.c: a line of storage.cfg, of mounts or fstab without names of servers, shares and users; of
 * other files as it is. NULL: no memory. The caller frees it. */
char *pg_mask_storage(const char *path, const char *line);
/* A copy without them; the mask remembers what it met. NULL when memory ran out. The caller frees it. */
char *pg_mask_text(struct pg_mask *mask, const char *text);
