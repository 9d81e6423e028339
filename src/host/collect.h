/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of pg_facts_collect(): one function and one file each. Private to src/host.
 * Each fills its own fields of facts, may use what the ones before it filled (the order is
 * that below), notes what it could not read with pg_note_unread(), and fails on -ENOMEM or
 * as its comment says.
 */
#pragma once

#include "src/host/facts.h"

/* settings.c: settings */
int pg_collect_settings(const struct pg_root *root, struct pg_facts *facts);
/* pci.c: dev[] but for names, use, claim, vmid; of the fields those that are wanted. -ENOENT (with err)
 * without /sys/bus/pci, -EACCES where it may not be read. */
int pg_collect_pci(const struct pg_root *root, unsigned want, struct pg_facts *facts,
		   struct pg_err *err);
/* groups.c: group[]; and the group of devices that do not tell it themselves */
int pg_collect_groups(const struct pg_root *root, unsigned want, struct pg_facts *facts);
/* iommu.c: iommu */
int pg_collect_iommu(const struct pg_root *root, struct pg_facts *facts);
/* iomem.c: framebuffer of every device */
int pg_collect_iomem(const struct pg_root *root, struct pg_facts *facts);
/* system.c: system; but for the node's name only where details are wanted */
int pg_collect_system(const struct pg_root *root, unsigned want, struct pg_facts *facts);
/* names.c: name and vendor_name of every device that is wanted */
int pg_collect_names(unsigned want, struct pg_facts *facts);
/* files.c: file[] */
int pg_collect_files(const struct pg_root *root, struct pg_facts *facts);
/* sriov_makers.c: vf_maker[], of the files and the interfaces */
int pg_collect_vf_makers(const struct pg_root *root, struct pg_facts *facts);
/* boot.c: boot */
int pg_collect_boot(const struct pg_root *root, struct pg_facts *facts);
/* entries.c: boot.entry[] */
int pg_collect_entries(const struct pg_root *root, struct pg_facts *facts);
/* initrd.c: boot.initrd[], but for what is in them */
int pg_collect_initrds(const struct pg_root *root, struct pg_facts *facts);
/* kernels.c: boot.kernel[], boot.pinned, boot.pinned_once */
int pg_collect_kernels(const struct pg_root *root, struct pg_facts *facts);
/* modules.c: modules, and claim of every device */
int pg_collect_modules(const struct pg_root *root, struct pg_facts *facts);
/* mdev.c: mdev_parent[], mdev[]; and by vgpu.c vgpu */
int pg_collect_mdev(const struct pg_root *root, struct pg_facts *facts);
int pg_collect_vgpu(const struct pg_root *root, struct pg_facts *facts);
/* guests.c: guest[], mapping[], and vmid of every device (mappings resolved); where details are wanted also
 * whether VMs run, and all else that comes with them */
int pg_collect_guests(const struct pg_root *root, unsigned want, struct pg_facts *facts);
/* render.c: render of every device, n_render_other, render_known */
int pg_collect_render(const struct pg_root *root, struct pg_facts *facts);
/* usb_read.c: usb[], but for what of the host hangs on it; and usb_mapping[] */
int pg_collect_usb(const struct pg_root *root, struct pg_facts *facts);
/* usage.c and its kin usage_net.c, usage_disk.c, usage_usb.c: use[] of every device */
int pg_collect_usage(const struct pg_root *root, unsigned want, struct pg_facts *facts);
/* identity.c: serial of every device, nic[], has_pin_tool */
int pg_collect_identity(const struct pg_root *root, struct pg_facts *facts);

/* usb_use.c: what is left of use[] of USB devices */
int pg_collect_usb_use(const struct pg_root *root, struct pg_facts *facts);

/* "path: reason" into facts->unread; -ENOENT is no reason and is left out. Returns 0 or
 * -ENOMEM. */
int pg_note_unread(struct pg_facts *facts, const char *path, int code);
/* The device of an address, to be filled. */
struct pg_dev *pg_facts_dev_mut(struct pg_facts *facts, struct pg_bdf addr);
/* What a use stands on is not known. */
#define PG_ON_NOTHING SIZE_MAX
/* Adds a use, unless the device has one of the same words; `on` is an index into facts->support
 * or PG_ON_NOTHING. Takes `detail` over, also on failure; NULL is -ENOMEM. */
int pg_dev_add_use(struct pg_dev *dev, enum pg_use_what what, char *detail, bool vital,
		   size_t on);
int pg_usb_add_use(struct pg_usb_dev *usb, enum pg_use_what what, char *detail, bool vital);
