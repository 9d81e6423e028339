/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The linter: every VM of this node that has a passed device, as it is, against this node. What
 * Proxmox would refuse at the start, what it would lose, and what it does that nobody expects.
 * A rule is a function that adds findings; lint.c has the tables of them. Private to src/plan.
 *
 * Of an entry counts what the next start finds: [PENDING] is applied first (PVE::QemuServer,
 * vm_start_nolock), so that what it replaces or deletes is not looked at.
 */
#pragma once

#include "src/plan/planner.h"

/* One VM that is looked at. */
struct pg_lint {
	struct pg_checker *c;
	const struct pg_guest *g;
	struct pg_vm_scope scope;
};

/* ---- lint.c: saying it ---- */

/* A finding about the VM; NULL: no memory. */
struct pg_finding *pg_lint_add(const struct pg_lint *l, const char *id, enum pg_level level,
			       const char *fmt, ...) PG_PRINTF(4, 5);
/* "/etc/pve/…/100.conf:7: [PENDING] hostpci0: …" as its evidence: the line that counts at the next
 * start, or that of a section; "bios is not set" where there is none. Returns 0 or -ENOMEM. */
int pg_lint_key(const struct pg_lint *l, struct pg_finding *f, const char *key);
int pg_lint_line(const struct pg_lint *l, struct pg_finding *f, const char *section,
		 const char *key);
int pg_lint_entry(const struct pg_lint *l, struct pg_finding *f, const struct pg_hostpci *hp);
/*
 * Its fix: `pve-gpu passthrough VMID ADDRESS --bind at-start OPTIONS`, with the device of the entry;
 * hp NULL: of the first that names one which is there. None where there is no such, or where the VM
 * cannot be changed now. Returns 0 or -ENOMEM.
 */
int pg_lint_fix(const struct pg_lint *l, struct pg_finding *f, const struct pg_hostpci *hp,
		const char *options);
/* Planning the device anew for the VM that has it, bound so: "address", "early". */
int pg_lint_fix_bind(struct pg_checker *c, struct pg_finding *f, const struct pg_dev *dev, const char *bind);
/* As pg_lint_fix for the node: of the first VM that has such a device. */
int pg_lint_fix_first(struct pg_checker *c, struct pg_finding *f, const char *options);
/* Its fix: the entry is taken from the VM. */
int pg_lint_fix_remove(const struct pg_lint *l, struct pg_finding *f,
		       const struct pg_hostpci *hp);

/* ---- lint.c, lint_entry.c: asking ---- */

/* Is nothing known of the mappings, since their file could not be read? */
bool pg_lint_mappings_unread(const struct pg_facts *facts);

/* Is the key set to something that is true? */
bool pg_lint_is_on(const struct pg_guest *guest, const char *key);
/* Has the VM a passed device at its next start? */
bool pg_lint_has_device(const struct pg_guest *guest);
/* Does the VM start with the node: by onboot, or by HA? */
bool pg_lint_starts_itself(const struct pg_guest *guest);
/* The device of an entry, by address or by its mapping: the first that is there. NULL: none. */
const struct pg_dev *pg_lint_dev(const struct pg_facts *facts, const struct pg_hostpci *hp);
/* The mapping of an entry; NULL: it names none, or there is none. */
const struct pg_mapping *pg_lint_mapping(const struct pg_facts *facts,
					 const struct pg_hostpci *hp);
/* Does the entry stand for just this function? Not by mdev=, nor by a mapping with alternatives. */
bool pg_lint_entry_takes(const struct pg_facts *facts, const struct pg_hostpci *hp,
			 const struct pg_dev *dev);
/* Does the next start of the VM take just this function, so that no other VM can have it: not by
 * mdev=, and not by a mapping with alternatives? */
bool pg_lint_takes(const struct pg_facts *facts, const struct pg_guest *guest,
		   const struct pg_dev *dev);

/* ---- the rules; each returns 0 or -ENOMEM ---- */

/* lint_entry.c: one hostpciN */
int pg_lint_entry_rules(const struct pg_lint *l, const struct pg_hostpci *hp);
/* lint_twice.c: two entries for one device */
int pg_lint_twice(const struct pg_lint *l);
/* lint_igd.c: the conditions of legacy-igd (parse_hostpci_devices) */
int pg_lint_igd(const struct pg_lint *l, const struct pg_hostpci *hp);
/* lint_state.c: what of the file is not in force, and what was */
int pg_lint_pending(const struct pg_lint *l);
int pg_lint_snapshots(const struct pg_lint *l);
int pg_lint_lock(const struct pg_lint *l);
int pg_lint_args(const struct pg_lint *l);
int pg_lint_template(const struct pg_lint *l);
/* lint_settings.c: firmware, memory, processor */
int pg_lint_firmware(const struct pg_lint *l);
int pg_lint_memory(const struct pg_lint *l);
int pg_lint_processor(const struct pg_lint *l);
/* lint_machine.c: the machine around the devices */
int pg_lint_machine(const struct pg_lint *l);
/* lint_display.c: the VM's own display */
int pg_lint_display(const struct pg_lint *l);
/* lint_cluster.c: other nodes, and what starts VMs unasked */
int pg_lint_ha(const struct pg_lint *l);
int pg_lint_moving(const struct pg_lint *l);
int pg_lint_backup(const struct pg_lint *l);
/* lint_shared.c: one device, several VMs */
int pg_lint_shared(struct pg_checker *c);
/* lint_device.c: the devices of VMs themselves */
int pg_lint_devices(struct pg_checker *c);
