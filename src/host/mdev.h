/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mediated devices and vGPUs: which devices can be divided, into what, and what there is of it.
 * Included by facts.h, which is to be used.
 *
 * There are two interfaces of the kernel. The old one is a folder `mdev_supported_types` with a
 * folder for each type (Documentation/driver-api/vfio-mediated-device.rst); the other is NVIDIA's
 * from Linux 6.8 on: a folder `nvidia` in each virtual function, whose `creatable_vgpu_types` has
 * lines "ID : NAME", and whose `current_vgpu_type` is 0 or the ID (PVE::QemuServer::PCI::Mdev).
 */
#pragma once

#include "src/base/strbuf.h"
#include "src/base/vec.h"
#include "src/host/bdf.h"

struct pg_facts;

/* What a device can be divided into. */
struct pg_mdev_type {
	char *id;		/* as mdev= of a VM names it: "i915-GVTg_V5_4", "nvidia-63" */
	char *name;		/* "GRID T4-4Q"; or NULL */
	char *description;	/* the driver's own words, of several lines perhaps; or NULL */
	char *api;		/* device_api: "vfio-pci"; or NULL */
	int64_t available;	/* how many more can be made; -1: not known */
	uint64_t framebuffer;	/* MiB, by the description or NVIDIA's name; 0: not known */
	struct pg_strv instance;	/* the ids (UUID) of those there are */
};

enum pg_mdev_way {
	PG_MDEV_TYPES,		/* mdev_supported_types: made by an id, one after the other */
	PG_MDEV_VENDOR,		/* nvidia/: the device itself becomes the one vGPU */
};

/* A device that can be divided: of PCI, or (the kernel's samples) of no bus at all. */
struct pg_mdev_parent {
	char *name;		/* "0000:00:02.0"; of others the name in /sys/class/mdev_bus */
	bool is_pci;
	struct pg_bdf addr;
	enum pg_mdev_way way;
	struct pg_mdev_type *type;	/* sorted by id */
	size_t n_type;
	uint32_t current;	/* PG_MDEV_VENDOR: current_vgpu_type; 0: none */
};

/* An instance: /sys/bus/mdev/devices/UUID. */
struct pg_mdev {
	char *uuid;
	char *parent;		/* name of the device that it is a part of; NULL: not known */
	char *type;		/* NULL: not known */
	/* The VM it was made for by Proxmox, whose ids are "%08d-0000-0000-0000-%012d" of the
	 * number of hostpciN and the VM's (generate_mdev_uuid); 0: made by somebody else. */
	uint32_t vmid;
	unsigned index;
};

/* What of the node's drivers lets a GPU be divided, or does not. */
struct pg_vgpu {
	enum pg_tri gvt;	/* i915.enable_gvt of the running kernel; unknown: i915 is not there, or
				 * was built without */
	char *guc;		/* i915.enable_guc as the driver has it, "3"; NULL: not known */
	enum pg_tri kvmgt;	/* the running kernel has the module kvmgt */
	char *nvidia;		/* /sys/module/nvidia/version, "550.90.05"; NULL: not loaded */
	enum pg_tri nvidia_there;	/* the running kernel has the module nvidia, */
	enum pg_tri nvidia_host;	/* and nvidia_vgpu_vfio, which only the vGPU host driver has */
	enum pg_tri nvidia_signed;	/* nvidia-vgpu-vfio.ko ends with a signature */
	char *nvidia_other;	/* an installed kernel that has nvidia_vgpu_vfio while the running one
				 * has not; NULL: none */
};

void pg_mdev_type_done(struct pg_mdev_type *type);
void pg_mdev_parent_done(struct pg_mdev_parent *parent);
void pg_mdev_done(struct pg_mdev *mdev);
void pg_vgpu_done(struct pg_vgpu *vgpu);

/* The parent at that address, or NULL. Borrowed. */
const struct pg_mdev_parent *pg_mdev_at(const struct pg_facts *facts, struct pg_bdf addr);
/* Its type of that id, or NULL. Borrowed. */
const struct pg_mdev_type *pg_mdev_type_of(const struct pg_mdev_parent *parent, const char *id);
/* "nvidia-63": 63; 0: it is no such type. */
uint32_t pg_mdev_nvidia_id(const char *type);
/* An id that Proxmox made: fills both. */
bool pg_mdev_is_proxmox(const char *uuid, uint32_t *ret_vmid, unsigned *ret_index);
