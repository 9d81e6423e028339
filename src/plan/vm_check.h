/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is checked of a VM both while it is planned and by doctor. Private to src/plan.
 */
#pragma once

#include "src/plan/planner.h"

/* ---- plan_resources.c ---- */

/* Of the value of cpu:; NULL: not set. */
bool pg_cpu_is_host(const char *cpu);
/* Does the guest see more address bits than the 40 of kvm64? */
bool pg_cpu_has_bits(const char *cpu);
uint64_t pg_dev_largest_bar(const struct pg_dev *dev);
/* Of the value of memory: ("8192", "current=8192"); NULL: Proxmox's default; 0: not understood. */
uint64_t pg_memory_mib(const char *value);
/* Is there enough of it: memory that is passed through is all taken at the start. Returns 0 or
 * -ENOMEM. */
int pg_check_memory(const struct pg_facts *facts, const struct pg_guest *guest, const char *value,
		    struct pg_findings *f);

/* Do the guest's address bits suit a device with a large window, under OVMF: enough of them, and no
 * more than the IOMMU translates? *ret is the finding, or NULL. Returns 0 or -ENOMEM. */
int pg_check_address_bits(const struct pg_facts *facts, const struct pg_guest *guest,
			  const struct pg_dev *dev, const char *cpu, struct pg_findings *f,
			  struct pg_finding **ret);
/* "--cpu host,guest-phys-bits=39": no more than the IOMMU translates. */
struct pg_cpu_option {
	char s[48];
};
struct pg_cpu_option pg_cpu_fix_width(const struct pg_facts *facts);

/* A BAR from which on OVMF needs a guest with more address bits than kvm64 has. */
#define PG_LARGE_BAR ((uint64_t)8 << 30)

/* ---- vm_machine.c ---- */

/* Is this value of machine: one with which Proxmox starts the VM, as far as its IOMMU goes? *ret is
 * the finding, or NULL. Returns 0 or -ENOMEM. */
int pg_check_viommu(const struct pg_guest *guest, const char *machine, struct pg_findings *f,
		    struct pg_finding **ret);
/* Has the EFI disk the keys of Secure Boot? */
bool pg_efi_has_keys(const char *disk);

/* ---- plan_arm.c ---- */

bool pg_guest_is_arm(const struct pg_facts *facts, const struct pg_guest *guest);

/* ---- vm_numa.c ---- */

/* Can the VM start with these values of hugepages: and numa: (NULL: not set), and what memory:,
 * sockets:, hotplug: and its NUMA nodes are (PVE::QemuServer::Memory)? Returns 0 or -ENOMEM. */
int pg_check_numa(const struct pg_facts *facts, const struct pg_guest *guest, const char *hugepages,
		  const char *numa, struct pg_findings *f);

/* ---- vm_display.c ---- */

/* "serial0" of "type=serial0,memory=16"; "" where it is not set. */
struct pg_vga {
	char s[16];
};
struct pg_vga pg_vga_type(const char *vga);
/* The key of the serial port that is the display, "serial0"; NULL: none is. */
const char *pg_vga_serial(const char *vga);
/* Is the guest agent switched on (PVE::QemuServer, $agent_fmt)? */
bool pg_vm_has_agent(const struct pg_guest *guest);
/* With this display, is there a render node when those devices have left (PVE::QemuServer,
 * print_vga_device)? *ret is the finding, or NULL. Returns 0 or -ENOMEM. */
int pg_check_render(const struct pg_facts *facts, const struct pg_guest *guest, const char *vga,
		    const struct pg_effects *effects, struct pg_findings *f, struct pg_finding **ret);

/* ---- check_hostpci.c ---- */

/* Known not to be there; of a name with a folder in it nothing is known. */
bool pg_rom_missing(const struct pg_facts *facts, const char *name);
/* Is the file there, a ROM, and for this card (or NULL) under this firmware? Returns 0 or -ENOMEM. */
int pg_check_rom(struct pg_checker *c, const struct pg_guest *guest, const char *name,
		 const struct pg_dev *dev, bool ovmf);
/* An entry that names no device, or one in two ways: the start dies of it (PVE::QemuServer::PCI,
 * parse_hostpci). *ret is the finding without its evidence, or NULL. Returns 0 or -ENOMEM. */
int pg_check_entry_form(const struct pg_guest *guest, const struct pg_hostpci *hp,
			struct pg_findings *f, struct pg_finding **ret);
/* The settings of hostpciN among the choices. Returns 0 or -ENOMEM. */
int pg_check_hostpci(struct pg_checker *c, const struct pg_guest *guest);

/* ---- check_hardware.c ---- */

/* What the device itself brings along. Returns 0 or -ENOMEM. */
int pg_check_hardware(struct pg_checker *c, const struct pg_dev *dev);

/* ---- check_keys.c ---- */

/* What Proxmox would lose with any change of the VM. Returns 0 or -ENOMEM. */
int pg_check_keys(struct pg_checker *c, const struct pg_guest *guest);
