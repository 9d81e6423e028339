/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which module wants which device, and what modprobe.d says of it. Private to src/host:
 * modules.c collects and asks libkmod; modalias.c and modconf.c read bytes and do no I/O.
 */
#pragma once

#include "src/host/facts.h"

/* ---- modalias.c ---- */

/* A modalias that devices have, and the modules that want it (underscores, in order). */
struct pg_alias {
	const char *modalias;	/* borrowed from a device */
	struct pg_strv modules;
};

/* The distinct ones of all devices, sorted. */
struct pg_aliases {
	struct pg_alias *v;
	size_t n;
};

void pg_aliases_done(struct pg_aliases *a);
/* Gathers those of the devices that begin with "pci:". Returns 0 or -ENOMEM. */
int pg_aliases_gather(const struct pg_facts *facts, struct pg_aliases *ret);
const struct pg_alias *pg_aliases_find(const struct pg_aliases *a, const char *modalias);
/* Notes that the module wants the modalias. Returns 0 or -ENOMEM. */
int pg_alias_add(struct pg_alias *alias, const char *module, size_t n);

/*
 * Three places that tell (depmod(8)); each adds what it finds and returns 0 or -ENOMEM:
 * modules.alias, lines "alias PATTERN MODULE"; modules.alias.bin, the same as a trie
 * (-EBADMSG where it is broken); modules.builtin.modinfo, "MODULE.alias=PATTERN" and a NUL.
 */
int pg_aliases_from_text(const struct pg_bytes *text, struct pg_aliases *a);
int pg_aliases_from_index(const struct pg_bytes *index, struct pg_aliases *a);
int pg_aliases_from_builtin(const struct pg_bytes *modinfo, struct pg_aliases *a);

/* ---- modconf.c ---- */

/* A copy with '-' made '_', as the kernel writes modules. NULL: no memory. */
char *pg_module_name(const char *s, size_t n);
/* Fills modules.conf from facts->file, in kmod's order. Returns 0 or -ENOMEM. */
int pg_modconf_from_files(const struct pg_file *file, size_t n, struct pg_modules *modules);
/* Adds the blacklists of the kernel command line. Returns 0 or -ENOMEM. */
int pg_modconf_from_cmdline(const char *cmdline, struct pg_modules *modules);

/* ---- modules.c ---- */

/* Asks libkmod, over a folder held open that holds the .bin indexes. Returns 0 or
 * a negative errno. */
int pg_aliases_from_kmod(const struct pg_dir *folder, struct pg_aliases *a);
