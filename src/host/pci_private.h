/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One device's folder in /sys/bus/pci/devices, while it is read: between pci.c, pci_attr.c
 * and pci_links.c (Documentation/ABI/testing/sysfs-bus-pci).
 */
#pragma once

#include "src/host/collect.h"

#define PG_PCI_DEVICES "/sys/bus/pci/devices"

struct pg_pci_src {
	struct pg_facts *facts;		/* takes the notes */
	const struct pg_dir *dir;
	unsigned want;			/* enum pg_want */
};

/* "PATH/NAME: reason" into the facts. Returns 0 or -ENOMEM. */
int pg_pci_note(const struct pg_pci_src *src, const char *name, int code);
/* A decimal or hexadecimal attribute. -ENOENT; -EBADMSG where it is no number up to max. */
int pg_pci_number(const struct pg_pci_src *src, const char *name, unsigned base, uint64_t max,
		  uint64_t *ret);

/* The device at the end of a link. -ENOENT; -EBADMSG where it is none. */
int pg_pci_link_addr(const struct pg_pci_src *src, const char *name, struct pg_bdf *ret);

/* pci_attr.c: ids, class, revision, BARs, boot_vga, reset. Returns 0 or -ENOMEM; 1: it is none of
 * those that are wanted, and no more is to be read of it. */
int pg_pci_read_attrs(const struct pg_pci_src *src, struct pg_dev *dev);
/* pci_uevent.c: class and ids, all of them, and the driver; false: its file does not tell, and some may be set. */
bool pg_pci_read_uevent(const struct pg_pci_src *src, struct pg_dev *dev);
/* pci_msix.c: pg_dev.msix_outside, of the configuration space and the BARs. */
bool pg_pci_msix_outside(const struct pg_bytes *config, const struct pg_dev *dev);
/* pci_links.c: driver, override, IOMMU group, parent, SR-IOV, mdev. Returns 0 or -ENOMEM. */
int pg_pci_read_links(const struct pg_pci_src *src, struct pg_dev *dev);
/* sriov.c: is it a virtual function, which has it; and pg_dev.vf_memory, of the extended configuration space. */
int pg_pci_read_physfn(const struct pg_pci_src *src, struct pg_dev *dev);
int pg_pci_read_sriov(const struct pg_pci_src *src, struct pg_dev *dev);
void pg_pci_vf_memory(const struct pg_bytes *config, struct pg_dev *dev);
/* identity.c: four bytes of it; and where an extended capability begins, 0: there is none (PCI
 * Express Base Specification, 7.6.3). */
uint32_t pg_pci_dword(const struct pg_bytes *config, size_t at);
size_t pg_pci_ext_cap(const struct pg_bytes *config, uint16_t id);
