/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cards that are divided into mediated devices or vGPUs: what there is, who has it, and why there
 * is none. Pure functions of the facts (PG_WANT_MDEV, and for the reasons boot, modules, guests).
 */
#pragma once

#include "src/plan/finding.h"

/* ---- vgpu_table.c: what there is ---- */

/* Who has a part of a card. */
struct pg_vgpu_user {
	uint32_t vmid;		/* 0: it was made by somebody else (mdevctl) */
	unsigned index;		/* of hostpciN */
	const char *uuid;	/* of the instance; NULL: there is none now */
	bool configured;	/* the VM's configuration asks for it; else it was left over */
};

struct pg_vgpu_type {
	const char *id;
	const char *name;	/* NULL: only its number is known, of what is in use */
	const char *description, *api;	/* or NULL */
	uint64_t framebuffer;	/* MiB; 0: not known */
	/* How many more can be made; of a card with virtual functions, on how many of these it can, of
	 * which some other limit may leave fewer. -1: not known. */
	int64_t available;
	struct pg_vgpu_user *user;
	size_t n_user;
};

/* A card: the device itself is a parent, or virtual functions of it are. Or one that could be. */
struct pg_vgpu_card {
	const struct pg_dev *dev;	/* NULL: it is no PCI device */
	const char *name;		/* of what is no PCI device, "mtty"; else NULL */
	const struct pg_mdev_parent **part;	/* none: nothing can be made of it now */
	size_t n_part;
	struct pg_vgpu_type *type;	/* sorted by id */
	size_t n_type;
};

struct pg_vgpu_table {
	struct pg_vgpu_card *v;		/* PCI devices by address, then the others */
	size_t n;
};

/* GPUs that are no virtual functions, and whatever else can be divided. All is borrowed from facts.
 * Returns 0 or -ENOMEM. */
int pg_vgpu_table_make(const struct pg_facts *facts, struct pg_vgpu_table *ret);
void pg_vgpu_table_done(struct pg_vgpu_table *table);
/* "types", "nvidia", or "none" for a card without a part. */
const char *pg_vgpu_way_name(const struct pg_vgpu_card *card);

/* ---- vgpu_cards.c: what is known of cards by their ids and names ---- */

/* The generation of an Intel GPU that has GVT-g, "Kaby Lake"; NULL: it has none, by all that is
 * known. */
const char *pg_gvt_generation(const struct pg_dev *dev);
/* Does NVIDIA's vGPU software support the card? Unknown for most that are neither in the list of its
 * data centre and workstation cards, nor GeForce or TITAN. */
enum pg_tri pg_nvidia_card(const struct pg_dev *dev);

/* ---- vgpu_why.c: why there is none ---- */

/* Why nothing can be made of a card that is no parent, with evidence and what to do; level: of what
 * is added. Nothing is added for a card that is one. Returns 0 or -ENOMEM. */
int pg_vgpu_why(const struct pg_facts *facts, const struct pg_dev *dev, enum pg_level level,
		struct pg_findings *f);
/* Is GVT-g only not switched on: the generation has it, and nothing that cannot be planned is in
 * the way? */
bool pg_gvt_can_be_planned(const struct pg_facts *facts, const struct pg_dev *dev);
/* Do the files on disk switch it on at the next boot? */
bool pg_gvt_is_configured(const struct pg_facts *facts);

/* ---- check_mdev.c ---- */

/* All of it for a person who looks at the list: the IOMMU, cards with nothing, parents and instances
 * that Proxmox has nothing to do with, VMs that will not start. Sorted. Returns 0 or -ENOMEM. */
int pg_vgpu_findings(const struct pg_facts *facts, struct pg_findings *ret);
