/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Editors of single files: pure functions from old bytes to new bytes. What they do not
 * change stays byte for byte: comments, order, quoting, line ends, a missing final newline
 * (unless something is appended after it). All return 0, -ENOMEM, or -EINVAL with err
 * (path and line) where the file cannot be edited safely.
 */
#pragma once

#include "src/base/err.h"
#include "src/base/strbuf.h"
#include "src/base/vec.h"
#include "src/host/facts.h"

/* ---- kernel options (edit_cmdline.c) ---- */

/* One wanted option. */
struct pg_option {
	const char *key;	/* "intel_iommu" */
	const char *value;	/* "on"; NULL: the bare word */
	/* How an existing option of this key is treated. */
	enum {
		PG_OPTION_SET,		/* one such option with just this value */
		PG_OPTION_LIST_ADD,	/* comma list: value is added if it is not in it */
		PG_OPTION_LIST_DROP,	/* comma list: value is taken out; empty: the option goes */
	} how;
};

/* Options split as the kernel does it (spaces, double quotes protect them): words, owned. */
int pg_cmdline_split(const char *cmdline, struct pg_strv *ret);
/* Value of the last `key` or `key=value`: "" for the bare word, NULL if missing. Borrowed
 * from words. '-' and '_' in keys are the same, as for the kernel. */
const char *pg_cmdline_get(const struct pg_strv *words, const char *key);
/* Applies wanted options to one command line. Unrelated words and spaces stay. Equal result: *ret
 * equals the input. */
int pg_cmdline_apply(const char *cmdline, const struct pg_option *want, size_t n,
		     char **ret);

/* ---- /etc/kernel/cmdline (edit_cmdline.c) ---- */

/* Edits line 1 only. -EINVAL where it has no root=. */
int pg_kernel_cmdline_edit(const char *path, const struct pg_bytes *in,
			   const struct pg_option *want, size_t n, struct pg_bytes *ret,
			   struct pg_err *err);

/* ---- GRUB (grub_file.c reads, edit_grub.c edits) ---- */

/*
 * The value that GRUB_CMDLINE_LINUX_DEFAULT (or another variable) has after `files` were sourced in this
 * order by a shell: /etc/default/grub, then grub.d/ *.cfg. `*ret_file` is the index of the file with the
 * assignment that an edit must change (the last that does not extend itself), or -1 where
 * there is none. Where a value depends on something that only a running shell knows
 * (command substitution, a condition), returns -EINVAL with err naming the line.
 */
int pg_grub_value(const struct pg_file *const *files, size_t n, const char *variable,
		  char **ret, int *ret_file, struct pg_err *err);
/* Edits the assignment in files[*ret_file] of pg_grub_value so that the value after all files has
 * the wanted options; appends an assignment to `in` where there is none. */
int pg_grub_edit(const struct pg_file *const *files, size_t n, const char *variable,
		 const struct pg_option *want, size_t n_want, int *ret_file,
		 struct pg_bytes *ret, struct pg_err *err);

/* ---- modprobe.d, modules-load.d (edit_modprobe.c) ---- */

/* Words of a vfio-pci ids= list, as "10de:2684[:sub:sub[:class[:mask]]]". */
/* Adds ids to the first `options vfio-pci … ids=` line there is (or a new marked line at the end), those
 * that any line has already left out. ids are "vvvv:dddd". */
int pg_vfio_conf_add_ids(const char *path, const struct pg_bytes *in, const struct pg_strv *ids,
			 struct pg_bytes *ret, struct pg_err *err);
/* Adds whole lines (without line ends) that are not there yet in meaning (white space and '-'/'_' in module names
 * aside), under our mark. in->p may be NULL for a new file. */
int pg_conf_add_lines(const struct pg_bytes *in, const struct pg_strv *lines,
		      struct pg_bytes *ret);
