/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The configuration of Proxmox, read as Proxmox reads it. Private to src/host: guests.c
 * finds the files, the others take them apart and do no I/O.
 */
#pragma once

#include "src/host/facts.h"

/* ---- guests_parse.c ---- */

/*
 * Takes a VM's file apart (PVE::QemuServer parse_vm_config): fills lines[] and bad. Of two
 * lines with the same key in one section the later counts. Returns 0 or -ENOMEM.
 */
int pg_guest_parse(const struct pg_bytes *text, struct pg_guest *guest);
/* Notes "line N: why: what" for the line, unless there are too many already. */
int pg_guest_note(struct pg_guest *guest, unsigned line, const char *why, const char *what,
		  size_t n);

/* ---- guests_props.c ---- */

/* What the lines say: name, template, lock, q35, ovmf, has_disk. Returns 0 or -ENOMEM. */
int pg_guest_read_props(struct pg_guest *guest);

/* ---- hostpci.c ---- */

/*
 * Fills hostpci[] from the main section and [PENDING] (PVE::QemuServer::PCI, $hostpci_fmt).
 * A value that Proxmox would refuse is noted in bad and names no device. Returns 0 or
 * -ENOMEM.
 */
int pg_guest_read_hostpci(struct pg_guest *guest);
/* Adds an address to the arrays of a hostpci entry or a mapping. Only Proxmox's own
 * spelling: lower case. Returns 0, -EINVAL or -ENOMEM. */
int pg_addr_add(struct pg_bdf **addr, bool **slot, size_t *n, const char *text);

/* ---- rom.c ---- */

/* Fills all but the name. */
void pg_rom_look(const struct pg_bytes *bytes, struct pg_rom *rom);

/* ---- section.c ---- */

struct pg_section_prop {
	char *key;
	char *value;	/* may be empty */
};

/* A section of storage.cfg or mapping/pci.cfg (PVE::SectionConfig). */
struct pg_section {
	char *type;	/* "" where the file has no types (mappings) */
	char *id;
	struct pg_section_prop *prop;
	size_t n_prop;
};

struct pg_sections {
	struct pg_section *v;
	size_t n;
};

void pg_sections_done(struct pg_sections *s);
/* `typed`: headers are "type: id", else "id" alone. Lines that do not fit are skipped, as
 * Proxmox does. Returns 0 or -ENOMEM. */
int pg_sections_parse(const struct pg_bytes *text, bool typed, struct pg_sections *ret);
/* The first value of a key, or NULL. */
const char *pg_section_get(const struct pg_section *s, const char *key);

/* ---- storage.c ---- */

/* Fills storage[] from storage.cfg; node NULL: unknown. Returns 0 or -ENOMEM. */
int pg_storage_parse(const struct pg_bytes *text, const char *node, struct pg_facts *facts);

/* ---- mapping.c ---- */

/* Fills mapping[] from mapping/pci.cfg (PVE::Mapping::PCI); node NULL: unknown, no mapping
 * is here then. Returns 0 or -ENOMEM. */
int pg_mappings_parse(const struct pg_bytes *text, const char *node, struct pg_facts *facts);

/* ---- guests_kept.c: what else of Proxmox starts, moves or holds VMs ---- */

/* Fill ha and backup_job of every VM from ha/resources.cfg and jobs.cfg (PVE::HA::Resources,
 * PVE::Jobs), and reserved[] from pci-id-reservations. Return 0 or -ENOMEM. */
int pg_ha_parse(const struct pg_bytes *text, struct pg_facts *facts);
/* Fill ha_here: from ha/groups.cfg (PVE::HA::Groups), and from ha/rules.cfg (PVE::HA::Rules::NodeAffinity). */
int pg_ha_groups_parse(const struct pg_bytes *text, struct pg_facts *facts);
int pg_ha_rules_parse(const struct pg_bytes *text, struct pg_facts *facts);
int pg_jobs_parse(const struct pg_bytes *text, struct pg_facts *facts);
int pg_reserved_parse(const struct pg_bytes *text, struct pg_facts *facts);
