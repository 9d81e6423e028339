/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of this layer share with each other. Private to src/plan.
 */
#pragma once

#include "src/plan/edit.h"
#include "src/plan/plan.h"

#define PG_PATH_GRUB "/etc/default/grub"
#define PG_PATH_GRUB_D "/etc/default/grub.d/"
#define PG_PATH_CMDLINE "/etc/kernel/cmdline"
#define PG_PATH_VFIO_CONF "/etc/modprobe.d/vfio.conf"
#define PG_PATH_BLACKLIST "/etc/modprobe.d/pve-gpu-blacklist.conf"
#define PG_PATH_MODULES "/etc/modules-load.d/vfio.conf"
#define PG_PATH_BIND_CONF "/etc/pve-gpu/bind.conf"
#define PG_PATH_DEVICES "/etc/pve-gpu/devices.conf"
#define PG_PATH_HOOK "/etc/initramfs-tools/hooks/pve-gpu"
#define PG_PATH_SCRIPT "/etc/initramfs-tools/scripts/init-top/pve-gpu"
#define PG_PATH_WAYBACK_GRUB "/etc/grub.d/42_pve-gpu"
#define PG_PATH_WAYBACK_ESP "/etc/kernel/postinst.d/zz-pve-gpu"
#define PG_PATH_KERNEL_WATCH "/etc/kernel/postinst.d/zz-pve-gpu-watch"

/* A plan in the making. */
struct pg_planner {
	const struct pg_facts *facts;
	const struct pg_choices *choices;
	const struct pg_templates *templates;	/* may be NULL */
	const struct pg_dev **dev;		/* the chosen functions, sorted */
	size_t n_dev;
	enum pg_bind *how;			/* of each: early, address or at-start */
	struct pg_plan *plan;
};

/* ---- plan.c ---- */

/* The bytes of a file as the plan leaves it so far; empty where there is none. Borrowed. */
struct pg_bytes pg_planner_bytes(const struct pg_planner *p, const char *path);
/*
 * Plans the new bytes of a file, which it owns from now on, also on failure; does nothing
 * where they are what is there. A file that cannot be replaced safely (a link, unreadable)
 * becomes a block. `why` is a sentence. Returns 0 or -ENOMEM.
 */
int pg_planner_put(struct pg_planner *p, const char *path, struct pg_bytes *after, mode_t mode,
		   const char *why);
/* Plans that the file goes; nothing where there is none. Returns 0 or -ENOMEM. */
int pg_planner_remove(struct pg_planner *p, const char *path, const char *why);
/* Does the plan change a file that the node boots with? */
bool pg_plan_changes_boot(const struct pg_plan *plan);
/* A block whose evidence is err. Returns 0 or -ENOMEM. */
int pg_planner_refuse(struct pg_planner *p, const char *id, const struct pg_err *err,
		      const char *text, const char *advice);

/* ---- plan_mapping.c ---- */

/* A name that Proxmox takes for a mapping (PVE::JSONSchema, pve-configid). */
bool pg_is_config_id(const char *id);

/* ---- plan_bind.c ---- */

/* Plans one of our own scripts as a whole; one of another version is renewed, one that we did
 * not write is left alone with a warning. Returns 0 or -ENOMEM. */
int pg_planner_install(struct pg_planner *p, const char *path, const struct pg_bytes *bytes,
		       mode_t mode, const char *why);

/* ---- the parts of a plan; each returns 0 or -ENOMEM ---- */

int pg_plan_boot_options(struct pg_planner *p);		/* plan_boot.c */
/* Would it change the kernel options so that the IOMMU is on? */
bool pg_plans_iommu(const struct pg_facts *facts);
int pg_plan_decide(struct pg_planner *p);		/* plan_bind.c: fills how */
int pg_plan_address_files(struct pg_planner *p);	/* plan_bind.c */
int pg_plan_modules(struct pg_planner *p);		/* plan_modules.c */
int pg_plan_guest(struct pg_planner *p);		/* plan_guest.c */
int pg_plan_wayback(struct pg_planner *p);		/* plan_wayback.c: after all other files */
int pg_plan_effects(struct pg_planner *p);		/* effects.c */
int pg_plan_rebuild(struct pg_planner *p);		/* plan_rebuild.c: the commands */
int pg_plan_trial(struct pg_planner *p);		/* plan_trial.c */
int pg_plan_remember(struct pg_planner *p);		/* remember.c: devices.conf */
int pg_plan_nics(struct pg_planner *p);			/* plan_nic.c */
int pg_repair_decide(struct pg_planner *p);		/* plan_repair.c: fills how */
int pg_plan_repair(struct pg_planner *p);		/* plan_repair.c: instead of the others */

/* ---- generated.c: what the running kernel was, or will be, started with ---- */

/* The entry that is booted by itself, where it lacks an option about passthrough that is among
 * the words (*ret_word); NULL: it has all, or is not known. Borrowed. */
const struct pg_boot_entry *pg_entry_lacking(const struct pg_facts *facts,
					     const struct pg_strv *words, const char **ret_word);
/* A file that is newer than the running kernel's initramfs, or of which that holds another
 * copy; NULL: none is known. Borrowed. */
const char *pg_initrd_old(const struct pg_facts *facts);
/* What the device needs of it that it does not hold; NULL: nothing, or not known. */
const char *pg_initrd_lacks(const struct pg_facts *facts, const struct pg_dev *dev);

/* ---- configured.c: what the files on disk ask for ---- */

/* Has any option of this key the item in its comma list (or is just it)? */
bool pg_words_have(const struct pg_strv *words, const char *key, const char *item);
/* The word with that key and item, for evidence; NULL: none. Borrowed. */
const char *pg_words_find(const struct pg_strv *words, const char *key, const char *item);
/* Is the item in the comma list? */
bool pg_list_has(const char *list, const char *item);
/* Is the file GRUB's: /etc/default/grub or a drop-in? */
bool pg_is_grub_file(const char *path);
/* What GRUB's files set a variable to; *ret is NULL where they do not, and where there are none.
 * -EINVAL with err (or NULL) where only a running shell could tell. The caller frees it. */
int pg_grub_setting(const struct pg_facts *facts, const char *variable, char **ret,
		    struct pg_err *err);
/* The module is loaded at boot by /etc/modules or modules-load.d. */
bool pg_is_loaded_at_boot(const struct pg_facts *facts, const char *module);
/* The same name, '-' and '_' being one (modprobe.d(5)). */
bool pg_same_module(const char *a, const char *b);
/* Is every installed kernel at least major.minor? False where none is known. */
bool pg_kernels_from(const struct pg_facts *facts, unsigned major, unsigned minor);
/* Is every installed kernel older? False where none is known. */
bool pg_kernels_before(const struct pg_facts *facts, unsigned major, unsigned minor);

/* ---- ids.c: who vfio-pci will claim ---- */

/*
 * The list of ids that vfio-pci gets. It is one string parameter, so that the last ids=
 * counts alone (drivers/vfio/pci/vfio_pci.c, module_param_string), and kmod puts options of
 * the kernel command line behind those of modprobe.d. *ret_line is the directive, or NULL
 * where the command line has it; *ret NULL: there is none. Returns 0 or -ENOMEM.
 */
int pg_ids_in_effect(const struct pg_facts *facts, char **ret, const struct pg_modconf **ret_line);
/* The value of ids= among a module's options, or NULL. The caller frees it. */
char *pg_options_ids(const char *options);
/* One item, "10de:2684[:sub:sub[:class[:mask]]]": does it match? Malformed ones do not. */
bool pg_ids_item_match(const char *item, const struct pg_dev *dev);
/* Can the kernel read the item at all: at least vendor:device? */
bool pg_ids_item_valid(const char *item);
bool pg_ids_match(const char *ids, const struct pg_dev *dev);
/* Will vfio-pci claim the device by ids= as configured now? */
bool pg_by_ids(const struct pg_facts *facts, const struct pg_dev *dev);
bool pg_bind_conf_has(const struct pg_facts *facts, const struct pg_dev *dev);

/* ---- softdep.c: who comes before whom ---- */

/* Does the softdep that is in effect load vfio-pci before the module? */
bool pg_has_softdep(const struct pg_facts *facts, const char *module);
/* The softdep that is in effect for the module and does not: one of ours would not count
 * beside it, or would put it out of effect. NULL: none. */
const struct pg_modconf *pg_softdep_other(const struct pg_facts *facts, const char *module);
/* Adds every module that may take the device and must come after vfio-pci; one that is
 * blacklisted only if it has the device now. Returns 0 or -ENOMEM. */
int pg_softdep_modules(const struct pg_facts *facts, const struct pg_dev *dev,
		       struct pg_strv *ret);
/* pg_softdep_other() of the first of these that has one; *ret is NULL where none has. */
int pg_softdep_in_the_way(const struct pg_facts *facts, const struct pg_dev *dev,
			  const struct pg_modconf **ret);

/* ---- small questions about devices (devices.c) ---- */

bool pg_dev_on_vfio(const struct pg_dev *dev);
/* The first use that is vital, else NULL. */
const struct pg_use *pg_dev_vital(const struct pg_dev *dev);
/* "vmbr0, default route; /dev/sda": all its uses. NULL on -ENOMEM, "" for none. */
char *pg_dev_uses(const struct pg_dev *dev);
bool pg_dev_is_vga(const struct pg_dev *dev);
bool pg_planner_has(const struct pg_dev *const *dev, size_t n, const struct pg_dev *which);
/* "vm/100", a finding's scope; `number` is the part behind the slash. */
struct pg_vm_scope {
	char s[16];
	const char *number;
};
/* Does the entry name it, or its mapping on this node, perhaps beside others? */
bool pg_hostpci_may_take(const struct pg_facts *facts, const struct pg_hostpci *hp,
			 struct pg_bdf addr);
void pg_vm_scope(uint32_t vmid, struct pg_vm_scope *ret);
/* VMs of this node whose active or pending configuration names the device. */
bool pg_guest_names(const struct pg_guest *guest, const struct pg_dev *dev);
/* plan_guest.c: the value of a key as it will be at the next start, [PENDING] applied; NULL: none. */
const char *pg_vm_value(const struct pg_guest *guest, const char *key);
/* The same of the machine's type and the firmware. */
bool pg_vm_is_q35(const struct pg_guest *guest);
bool pg_vm_is_ovmf(const struct pg_guest *guest);

/* ---- the parts of pg_check(); each returns 0 or -ENOMEM ---- */

struct pg_drifts;

struct pg_checker {
	const struct pg_facts *facts;
	const struct pg_choices *choices;	/* NULL: doctor */
	const struct pg_dev **dev;		/* chosen */
	size_t n_dev;
	struct pg_effects effects;		/* of the choices */
	const struct pg_drifts *drifts;		/* what names other devices than are meant */
	struct pg_findings *f;
};

int pg_check_iommu(struct pg_checker *c);	/* check_iommu.c */
int pg_check_boot(struct pg_checker *c);	/* check_boot.c */
int pg_check_vfio(struct pg_checker *c);	/* check_vfio.c: can its modules load? */
int pg_check_modules(struct pg_checker *c);	/* check_modules.c */
int pg_check_kernel(struct pg_checker *c);	/* check_kernel.c: the one of the next boot */
int pg_check_system(struct pg_checker *c);	/* check_host.c */
int pg_check_devices(struct pg_checker *c);	/* check_device.c */
int pg_check_mdev(struct pg_checker *c);	/* check_mdev.c */
int pg_check_losses(struct pg_checker *c);	/* guard.c: what the host loses */
int pg_check_guest(struct pg_checker *c);	/* check_guest.c: the chosen VM */
int pg_check_usb(struct pg_checker *c);		/* check_usb.c: what was chosen */
int pg_check_usb_guests(struct pg_checker *c);	/* check_usb_vm.c: all VMs with USB */
int pg_check_guests(struct pg_checker *c);	/* lint.c: all with a device */
int pg_check_drift(struct pg_checker *c);	/* check_drift.c */
int pg_check_nics(struct pg_checker *c);	/* check_nic.c */
int pg_check_cluster(struct pg_checker *c);	/* check_cluster.c */
/* May the VM be changed at all? Adds why not. */
int pg_check_changeable(struct pg_checker *c, const struct pg_guest *g);
