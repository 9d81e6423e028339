/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Editors of single files: pure functions from old bytes to new bytes. What they do not
 * change stays byte for byte: comments, order, quoting, line ends, a missing final newline
 * (unless something is appended after it). All return 0, -ENOMEM, or -EINVAL with err
 * (path and line) where the file cannot be edited safely. Where nothing is to be changed
 * they return 0 with bytes equal to the old ones.
 */
#pragma once

#include "src/base/err.h"
#include "src/base/strbuf.h"
#include "src/base/vec.h"
#include "src/host/facts.h"

/* ---- kernel options (edit_cmdline.c) ---- */

/* What the kernel reads of its command line: COMMAND_LINE_SIZE of x86 is 2048 with the NUL
 * (arch/x86/include/asm/setup.h); the rest is cut off without a word. */
#define PG_CMDLINE_MAX 2047u

/* One wanted option. */
struct pg_option {
	const char *key;	/* "intel_iommu" */
	const char *value;	/* "on"; NULL: the bare word */
	/*
	 * How an existing option of this key is treated. List items count wherever the option
	 * appears (the kernel reads intel_iommu=, amd_iommu=, iommu= and pcie_acs_override= item
	 * by item each time); of a module's parameter (a key with a dot: "vfio-pci.ids") only
	 * the last counts. Of contradicting items (off, on) the last wins, so drop the one
	 * before adding the other.
	 */
	enum {
		PG_OPTION_SET,		/* one such option with just this value */
		PG_OPTION_LIST_ADD,	/* comma list: value is added if it is not in it */
		PG_OPTION_LIST_DROP,	/* comma list: value is taken out; empty: the option goes */
	} how;
};

/* Options split as next_arg() of the kernel's lib/cmdline.c does it (white space separates,
 * double quotes protect it and are taken off): words, owned. What follows "--" is in the
 * list too, but is init's. */
int pg_cmdline_split(const char *cmdline, struct pg_strv *ret);
/* Value of the last `key` or `key=value` before "--": "" for the bare word, NULL if
 * missing. Borrowed from words. '-' and '_' in keys are the same, as for the kernel. */
const char *pg_cmdline_get(const struct pg_strv *words, const char *key);
/* Applies wanted options to one command line, one after the other. Unrelated words and
 * spaces stay; a word that goes takes one separator with it; a new word goes behind the
 * last one (before "--"). Nothing to do: *ret equals the input. */
int pg_cmdline_apply(const char *cmdline, const struct pg_option *want, size_t n,
		     char **ret);

/* ---- /etc/kernel/cmdline (edit_cmdline.c) ---- */

/* Edits line 1 only. -EINVAL where it has no root=, or where it would become longer than
 * the kernel reads. */
int pg_kernel_cmdline_edit(const char *path, const struct pg_bytes *in,
			   const struct pg_option *want, size_t n, struct pg_bytes *ret,
			   struct pg_err *err);

/* ---- GRUB (grub_file.c reads, edit_grub.c edits) ---- */

/*
 * The value that GRUB_CMDLINE_LINUX_DEFAULT (or another variable) has after `files` were
 * sourced in this order by a shell: /etc/default/grub, then grub.d/ *.cfg. `*ret_file` is
 * the index of the file with the assignment that an edit must change (the last that does
 * not extend itself), or -1 where there is none. Where a value depends on something that
 * only a running shell knows (command substitution, a condition), returns -EINVAL with err
 * naming the line.
 */
int pg_grub_value(const struct pg_file *const *files, size_t n, const char *variable,
		  char **ret, int *ret_file, struct pg_err *err);
/*
 * Edits the assignment in files[*ret_file] of pg_grub_value so that the value after all
 * files has the wanted options. An option that stands in a drop-in which extends the value
 * is changed there, and *ret_file says so. Where there is no assignment, one is appended to
 * files[0] (*ret_file is 0); without any file *ret_file is -1 and *ret the content of a new
 * one. GRUB puts GRUB_CMDLINE_LINUX before GRUB_CMDLINE_LINUX_DEFAULT (10_linux), so for
 * the latter an option that stands in the former is not repeated, and a list item that is to
 * go is taken out of both. Also -EINVAL: the option comes from another variable; two files
 * would have to change; the value would become longer than the kernel reads.
 */
int pg_grub_edit(const struct pg_file *const *files, size_t n, const char *variable,
		 const struct pg_option *want, size_t n_want, int *ret_file,
		 struct pg_bytes *ret, struct pg_err *err);

/* ---- modprobe.d, modules-load.d (edit_modprobe.c) ---- */

/*
 * Only ONE ids= list of vfio-pci is in effect. libkmod joins all `options vfio-pci` lines in
 * reading order and hands them to the kernel (kmod_module_get_options); `ids` is a
 * module_param_string there (drivers/vfio/pci/vfio_pci.c), and each further ids= is copied
 * over the one before (param_set_copystring in kernel/params.c): the last one wins, and one
 * longer than 1023 bytes keeps the module from loading. vfio-pci.ids= on the kernel command
 * line comes after all files (kmod_config_new), so it overrides them: where it is there,
 * edit it instead (key "vfio-pci.ids", PG_OPTION_LIST_ADD).
 *
 * An item is vendor:device[:subvendor[:subdevice[:class[:mask]]]]. One with a subsystem or a
 * class claims less than plain vendor:device and so does not count as the same.
 */

/*
 * Adds ids ("vvvv:dddd") that are not in effect to the list that is: the last ids= of
 * `files`, all files of modprobe.d in kmod's reading order (facts have them so). Lists that
 * are not in effect stay as they are. *ret_file is the file that holds the list, or -1 with
 * *ret empty where there is none: then add a line with pg_vfio_conf_add_ids() to a file
 * of yours. -EINVAL: a malformed id among ids; the list would become too long; it stands
 * in a file that is not below /etc/modprobe.d, or in a link.
 */
int pg_vfio_ids_edit(const struct pg_file *const *files, size_t n, const struct pg_strv *ids,
		     int *ret_file, struct pg_bytes *ret, struct pg_err *err);
/* The same for one file by itself, below /etc/modprobe.d: adds to its last ids= list, or
 * appends a marked `options vfio-pci ids=…` line. in->p may be NULL for a new file. */
int pg_vfio_conf_add_ids(const char *path, const struct pg_bytes *in, const struct pg_strv *ids,
			 struct pg_bytes *ret, struct pg_err *err);
/* The ids in effect, as they are written ("10de:2684", "10DE:1aeb:1458:40bf"). */
int pg_vfio_ids(const struct pg_file *const *files, size_t n, struct pg_strv *ret);

/*
 * Adds whole lines (without line ends) that are not there yet in meaning (white space and
 * '-'/'_' in names aside), under our mark: a comment line, for the person only. in->p may
 * be NULL for a new file.
 */
int pg_conf_add_lines(const struct pg_bytes *in, const struct pg_strv *lines,
		      struct pg_bytes *ret);
