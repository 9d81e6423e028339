/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plan: a pure function of facts, choices and templates. It holds the complete new
 * bytes of every file, the commands as argv arrays, and what must be true afterwards. Nothing
 * in this layer reads or writes anything.
 */
#pragma once

#include <sys/types.h>

#include "src/base/strbuf.h"
#include "src/base/vec.h"
#include "src/host/facts.h"
#include "src/plan/choices.h"
#include "src/plan/effects.h"
#include "src/plan/finding.h"

enum pg_change { PG_CHANGE_CREATE, PG_CHANGE_EDIT, PG_CHANGE_REMOVE };

struct pg_plan_file {
	char *path;
	enum pg_change change;
	struct pg_bytes before;		/* empty for create */
	struct pg_bytes after;		/* empty for remove */
	mode_t mode;			/* of a file that is created */
	struct pg_strv why;		/* sentences */
	char *diff;			/* unified; filled in by pg_diff_plan() of src/exec */
};

struct pg_plan_cmd {
	struct pg_strv argv;
	struct pg_strv undo;		/* inverse; empty: none needed, or run again after files are back */
	char *why;
};

struct pg_expect {
	struct pg_bdf addr;
	char *driver;
};

struct pg_plan {
	struct pg_findings findings;
	struct pg_effect *effect;	/* what is with vfio-pci already is left out */
	size_t n_effect;
	struct pg_plan_file *file;	/* sorted by path */
	size_t n_file;
	struct pg_plan_cmd *cmd;	/* host commands, in order: rebuilds, once, last */
	size_t n_cmd;			/* also where no file changes: what was never rebuilt */
	struct pg_plan_cmd *vm_cmd;	/* qm, pvesh */
	size_t n_vm_cmd;
	bool reboot;
	bool repair;		/* it puts right what has moved */
	char *summary;		/* what the history calls it; NULL: made of the devices and the VM */
	/* Seconds that the change waits for its confirmation after the reboot, and is taken back
	 * without it; 0: it is final. */
	unsigned trial;
	char *trial_why;	/* a sentence: what may cut the person off; NULL: nothing is seen */
	struct pg_expect *expect;
	size_t n_expect;
};

/* Our own files that a plan may install: the bytes of those in data/, read by the caller. An
 * empty one is not installed. */
struct pg_templates {
	struct pg_bytes initramfs_hook;		/* /etc/initramfs-tools/hooks/pve-gpu */
	struct pg_bytes initramfs_script;	/* /etc/initramfs-tools/scripts/init-top/pve-gpu */
	struct pg_bytes grub_entry;		/* /etc/grub.d/42_pve-gpu */
	struct pg_bytes loader_entry;		/* /etc/kernel/postinst.d/zz-pve-gpu */
	struct pg_bytes kernel_watch;		/* /etc/kernel/postinst.d/zz-pve-gpu-watch */
	struct pg_bytes sriov_unit;		/* pve-gpu-sriov.service, with @PROGRAM@ in it */
	/* Where the running program lies, for units and commands; why it would not be there after a
	 * reboot (a sentence), or NULL. */
	char *program, *program_why_not;
};

/*
 * Plans. What is wrong with the choices (no such device, no such VM, a locked one, …) is a
 * finding of level block; the plan then holds no file and no command. Planning on a host
 * where everything is done gives an empty plan. Returns 0 or -ENOMEM.
 */
int pg_plan_make(const struct pg_facts *facts, const struct pg_choices *choices,
		 const struct pg_templates *templates, struct pg_plan **ret);
void pg_plan_free(struct pg_plan *plan);
void pg_plan_freep(struct pg_plan **plan);
bool pg_plan_is_blocked(const struct pg_plan *plan);
/* Does a file that a plan writes change how the node boots? Not the list of devices, nor what makes
 * virtual functions, which is done at once and takes no rebuild. */
bool pg_plan_is_boot_file(const char *path);
/* Nothing to write, nothing to run. */
bool pg_plan_is_empty(const struct pg_plan *plan);

/* The functions that the choices mean on this host: slots taken apart, unknown addresses
 * left out, each once, sorted. The caller frees *ret. */
int pg_plan_devices(const struct pg_facts *facts, const struct pg_choices *choices,
		    const struct pg_dev ***ret, size_t *ret_n);
/* The binding that AUTO stands for here (early, address or at-start), with a sentence why. */
enum pg_bind pg_plan_bind(const struct pg_facts *facts, const struct pg_choices *choices,
			  const char **ret_why);

/* How many network cards that stay have a name that may change and could be pinned. */
size_t pg_plan_nics_offered(const struct pg_facts *facts, const struct pg_choices *choices);

/* What configuration on disk will make of a device at the next boot: "vfio-pci" (by ids or
 * by address), the module that would claim it, or NULL where nothing is known. Borrowed
 * from facts or static. */
const char *pg_plan_expected_driver(const struct pg_facts *facts, const struct pg_dev *dev);
/* Is it in /etc/pve-gpu/bind.conf, with its own ids, and the script in place? */
bool pg_by_address(const struct pg_facts *facts, const struct pg_dev *dev);

/*
 * The kernel options that the loader's file asks for: GRUB_CMDLINE_LINUX and
 * GRUB_CMDLINE_LINUX_DEFAULT in this order (grub-mkconfig, 10_linux), or line 1 of
 * /etc/kernel/cmdline. *ret is NULL where there is no such file. -EINVAL with err where only
 * a running shell could tell.
 */
int pg_configured_cmdline(const struct pg_facts *facts, enum pg_loader loader, char **ret,
			  struct pg_err *err);

/* generated.c: an entry of grub.cfg, else one of the Boot Loader Specification. */
bool pg_entry_is_grub(const struct pg_boot_entry *e);
/* Does this loader read it: with proxmox-boot-tool, GRUB reads the menu on its partitions. */
bool pg_entry_is_of(const struct pg_facts *facts, const struct pg_boot_entry *e,
		    enum pg_loader loader);
/*
 * Is the entry made of the loader's file, so that it must have its options: of an installed
 * kernel, by 10_linux (ids "gnulinux-…"), proxmox-boot-tool or kernel-install; neither recovery
 * nor the way back. Those of os-prober and 40_custom are not.
 */
bool pg_entry_is_made(const struct pg_facts *facts, const struct pg_boot_entry *e);
/* A kernel option about passthrough, as a plan writes it. */
bool pg_is_own_option(const char *word);

/* render.c: the plan document of DESIGN.md section 3 as JSON text, ending in a newline; and
 * the findings of `doctor`. NULL when memory ran out. The caller frees it. */
char *pg_plan_json(const struct pg_plan *plan);
struct pg_json;
struct pg_json *pg_findings_array(const struct pg_findings *findings);
char *pg_findings_json(const struct pg_findings *findings);
