/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the person decided: made by the wizard, the command line or an answer file, and read
 * by the planner. Plain data; nothing here is checked against a host (the planner does, and
 * says what it found as findings).
 */
#pragma once

#include "src/base/err.h"
#include "src/base/macro.h"
#include "src/host/bdf.h"
#include "src/host/settings.h"
#include "src/host/usb.h"

enum pg_bind {
	PG_BIND_AUTO,		/* the least that is enough: the planner decides */
	PG_BIND_EARLY,		/* options vfio-pci ids=…, softdep; by address where ids are shared */
	PG_BIND_ADDRESS,	/* driver_override in the initramfs */
	PG_BIND_AT_START,	/* Proxmox binds when the VM starts; nothing is written */
};

/* A device as the person named it. */
struct pg_pick {
	struct pg_bdf addr;
	bool slot;		/* all functions of the slot; addr.fn is 0 */
	/* Those of one number become one device of the VM, in this order ("a;b"); 0: functions of
	 * one slot become one. */
	unsigned joined;
};

/* What is done to this node's entry of a resource mapping. */
enum pg_map_task {
	PG_MAP_NOTHING,
	PG_MAP_GIVE,		/* it is made, added to the mapping, or put right */
	PG_MAP_REPLACE,		/* the same, whatever other device it named before */
	PG_MAP_ADD,		/* a further entry of this node: Proxmox takes the first that is free */
	PG_MAP_REMOVE,
	PG_MAP_N_TASKS,
};

/* The ids that the guest is to see instead of the card's own. */
enum pg_pci_id { PG_VENDOR_ID, PG_DEVICE_ID, PG_SUB_VENDOR_ID, PG_SUB_DEVICE_ID, PG_N_PCI_IDS };

/*
 * Settings of hostpciN beside the device (PVE::QemuServer::PCI, $hostpci_fmt). What is unknown
 * is left to Proxmox's default in a new entry, and as it is in one that is there.
 */
struct pg_pci_opts {
	enum pg_tri rombar;
	enum pg_tri legacy_igd;
	enum pg_tri keep_driver;	/* driver=keep: Proxmox neither binds nor resets it */
	int32_t id[PG_N_PCI_IDS];	/* -1: unknown */
};

#define PG_MAC_LEN 17 /* "02:11:22:33:44:55" */

/* Settings of one virtual function of a network card (ip-link(8), "ip link set DEVICE vf"). */
struct pg_vf_opts {
	unsigned n;		/* its number on the card, from 0 */
	char mac[PG_MAC_LEN + 1];	/* lower case; empty: not chosen */
	int vlan;		/* 0: none; -1: not chosen */
	enum pg_tri trust, spoofchk;
};

/* How many virtual functions a device is to have, now and whenever the node starts. */
struct pg_sriov_want {
	bool wanted;
	struct pg_bdf pf;
	unsigned count;		/* 0: none any more */
	/* Do the host's drivers take them? Unknown: as it was set up before, else not. */
	enum pg_tri host_driver;
	struct pg_vf_opts *vf;
	size_t n_vf;
};

struct pg_choices {
	struct pg_pick *pick;
	size_t n_pick;
	uint32_t vmid;		/* 0: prepare the host only */
	enum pg_bind bind;
	bool primary;		/* the VM's only display: x-vga=1 */
	enum pg_tri pcie;	/* pcie=1; unknown: where the machine is or becomes q35 */
	bool iommu_pt;		/* iommu=pt for the devices that stay with the host */
	struct pg_pci_opts pci;
	bool separate;		/* each function an entry of its own, not those of a slot one */
	char *replace;		/* "hostpci0": the device takes the place of this entry, written anew */
	struct pg_strv remove;	/* entries to be taken from the VM: "hostpci0" */
	char *mapping;		/* use (or create) this resource mapping instead of host= */
	/* A part of the card for the VM (mdev=), by its type: no device leaves the host then. Without a
	 * VM it may be empty: the card is prepared to be divided. NULL: the device as a whole. */
	char *mdev;
	char *romfile;		/* name below /usr/share/kvm */
	char *efi_storage;	/* for a new EFI disk; NULL: the storage of the VM's first disk */
	bool secure_boot;	/* a new EFI disk has the keys of Secure Boot (pre-enrolled-keys=1) */
	char *vga, *cpu;	/* values of these keys of the VM; NULL: as they are, or the planner's */
	char *hugepages;	/* "any", "2", "1024" (MiB), or "off"; NULL: as it is */
	bool no_balloon;	/* balloon: 0 */
	bool guest_reachable;	/* the person says that the guest can be reached without a screen */
	bool change_machine;	/* also where a disk with a system is there already */
	bool change_firmware;
	/* Devices whose loss to the host the person accepts: what would block because of them
	 * only warns. Whole addresses, each once. */
	struct pg_bdf *accept;
	size_t n_accept;
	/* Is the change final only when it is confirmed after the reboot? Unknown: where the plan
	 * sees a risk (pg_plan.trial_why). */
	enum pg_tri trial;
	unsigned trial_minutes;	/* 0: as the node's settings say */
	bool pin_nics;		/* keep the names of network cards that stay with the host */
	/* Nothing but to put right what names a device by an address that it has no more; no
	 * device is picked then. */
	bool repair;
	/* Nothing but this node's entry of the mapping, for the picked device or the one in usb; no
	 * VM then. Of removal both mapping and usb_mapping may be given: the PCI one goes first. */
	enum pg_map_task map_task;
	/* Virtual functions; no device is picked then, and a VM gets the next one that is free. */
	struct pg_sriov_want sriov;
	/* USB devices that the VM is to have; a whole controller is a device like others. */
	struct pg_usb_spec *usb;
	size_t n_usb;
	char *usb_mapping;	/* use (or create) this mapping for the one in usb */
	struct pg_strv usb_remove;	/* entries to be taken from the VM: "usb0" */
	struct pg_strv usb_accept;	/* ports of devices whose loss to the host is accepted */
};


struct pg_choices *pg_choices_new(void);
void pg_choices_free(struct pg_choices *choices);
void pg_choices_freep(struct pg_choices **choices);
int pg_choices_copy(const struct pg_choices *choices, struct pg_choices **ret);
/* Adds a device unless it is there. Returns 0 or -ENOMEM. */
int pg_choices_pick(struct pg_choices *choices, struct pg_bdf addr, bool slot);
/* "01:00.0", "0000:01:00", or several with ';' between them: one device. Returns 0, -EINVAL or
 * -ENOMEM. */
int pg_choices_pick_text(struct pg_choices *choices, const char *text);
void pg_choices_unpick(struct pg_choices *choices, struct pg_bdf addr);
/* Accepts the loss of a device. Returns 0 or -ENOMEM. */
int pg_choices_accept(struct pg_choices *choices, struct pg_bdf addr);
bool pg_choices_accepts(const struct pg_choices *choices, struct pg_bdf addr);
/* Is the function chosen, by itself or with its slot? */
bool pg_choices_has(const struct pg_choices *choices, struct pg_bdf addr);

/* Is anything about the VM chosen that needs no device: entries that go? */
bool pg_choices_has_vm_only(const struct pg_choices *choices);
/* The numbers of hostpci entries that are taken away or replaced, a bit each. */
unsigned pg_choices_leaving(const struct pg_choices *choices);
/* "hostpci0" to "hostpci15": its number, else -1. */
int pg_hostpci_key(const char *s);
/* "vendor-id" and its like, as in hostpciN. */
const char *pg_pci_id_name(enum pg_pci_id id);

/* Adds a USB device unless it is there; it is copied. Returns 0 or -ENOMEM. */
int pg_choices_usb(struct pg_choices *choices, const struct pg_usb_spec *spec);
void pg_choices_no_usb(struct pg_choices *choices, const struct pg_usb_spec *spec);
/* Forgets all about USB. */
void pg_choices_clear_usb(struct pg_choices *choices);
/* Is there anything about USB among them? */
bool pg_choices_has_usb(const struct pg_choices *choices);
/* "usb0" to "usb13" */
bool pg_is_usb_key(const char *s);

/* ---- choices_sriov.c ---- */

struct pg_vf_opts pg_vf_opts_none(unsigned n);
/* Takes one setting, "mac=02:…", "vlan=10", "trust=on", "spoofchk=off". Returns 0 or -EINVAL. */
int pg_vf_opts_take(struct pg_vf_opts *vf, const char *word);
/* What `over` has goes over what vf has. */
void pg_vf_opts_merge(struct pg_vf_opts *vf, const struct pg_vf_opts *over);
bool pg_vf_opts_equal(const struct pg_vf_opts *a, const struct pg_vf_opts *b);
/* Adds settings of a virtual function. Returns 0 or -ENOMEM. */
int pg_choices_vf(struct pg_choices *choices, const struct pg_vf_opts *vf);
/* "2,vlan=10,trust=on". Returns 0, -EINVAL or -ENOMEM. */
int pg_choices_vf_text(struct pg_choices *choices, const char *text);
int pg_choices_sriov_copy(const struct pg_choices *from, struct pg_choices *to);

/* "give", "replace", "add", "remove". Returns 0 or -EINVAL. */
int pg_map_task_parse(const char *s, enum pg_map_task *ret);

/* "auto", "early", "address", "at-start". Returns 0 or -EINVAL. */
int pg_bind_parse(const char *s, enum pg_bind *ret);
const char *pg_bind_name(enum pg_bind bind);
