/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a loader offers to boot, as its generated files say it: grub.cfg (grub-mkconfig's
 * 10_linux) and the entries of the Boot Loader Specification. Read by line; what is no entry
 * with a kernel is passed over.
 */
#pragma once

#include "src/host/facts.h"

struct pg_boot_entries {
	struct pg_boot_entry *v;
	size_t n;
};

void pg_boot_entry_done(struct pg_boot_entry *entry);
void pg_boot_entries_done(struct pg_boot_entries *entries);
/* Adds the menuentries of a grub.cfg that load a Linux kernel, in the order of the menu.
 * Returns 0 or -ENOMEM. */
int pg_boot_entries_grub(const char *path, const struct pg_bytes *text,
			 struct pg_boot_entries *ret);
/* Adds the entry of one loader/entries/NAME.conf. Returns 0 or -ENOMEM. */
int pg_boot_entries_bls(const char *path, const struct pg_bytes *text,
			struct pg_boot_entries *ret);
/* Reads a grub.cfg, or every loader/entries/ *.conf below `dir`. Returns 0, -ENOENT (there is
 * none), another negative errno of reading, or -ENOMEM. */
int pg_boot_entries_read_grub(const struct pg_root *root, const char *path,
			      struct pg_boot_entries *ret);
int pg_boot_entries_read_bls(const struct pg_root *root, const char *dir,
			     struct pg_boot_entries *ret);
