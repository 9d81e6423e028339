/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of the host hangs on its devices: the parts of pg_collect_usage(). Private to
 * src/host.
 *
 * Which device a thing hangs on is read from where its folder lies in /sys/devices: every
 * PCI address on the way down that is no bridge carries it (a VMD controller with the
 * disk behind it; a USB controller with all that is plugged in). What hangs on a virtual
 * function hangs on the physical one too.
 */
#pragma once

#include "src/host/collect.h"

/* Indexes into pg_facts.dev; behind those, into pg_facts.usb. */
struct pg_devset {
	size_t *v;
	size_t n;
};

void pg_devset_done(struct pg_devset *set);
/* Adds the devices that a folder ("/sys/class/net/eth0", links are followed) hangs on.
 * A folder that is not there adds none. Returns 0 or -ENOMEM. */
int pg_devset_add_path(const struct pg_root *root, const struct pg_facts *facts,
		       const char *path, struct pg_devset *set);
/* The same for a path with its links resolved already. */
int pg_devset_add_resolved(const struct pg_facts *facts, const char *path,
			   struct pg_devset *set);
/* Notes a use with each device of the set, which stands on facts->support[on] or PG_ON_NOTHING.
 * Takes `detail` over, also on failure; NULL is -ENOMEM. */
int pg_devset_use(struct pg_facts *facts, const struct pg_devset *set,
		  enum pg_use_what what, char *detail, bool vital, size_t on);

/* Reads a file that may be missing (then *ret is empty). Returns 0 or -ENOMEM. */
int pg_usage_read(const struct pg_root *root, struct pg_facts *facts, const char *path,
		  struct pg_bytes *ret);

/* ---- support.c: what stands on what (facts->support) ---- */

/* Each returns 0 or -ENOMEM. Words are taken over, also on failure; NULL is -ENOMEM. */
int pg_support_new(struct pg_facts *facts, const char *name, size_t *ret);
/* It stands on the other too, which it needs unless it is a set. */
int pg_support_below(struct pg_facts *facts, size_t of, size_t below);
int pg_support_devs(struct pg_facts *facts, size_t of, const struct pg_devset *devs);
/* It is a set, of which `need` members are enough; before any is added. */
int pg_support_set(struct pg_facts *facts, size_t which, size_t need, char *look);
int pg_support_down(struct pg_facts *facts, size_t which, char *words);
int pg_support_why(struct pg_facts *facts, size_t which, char *words);

/* ---- usage_net.c, usage_disk.c, usage_usb.c ---- */

/* *mounts is /proc/mounts, once that was read. */
int pg_usage_net(const struct pg_root *root, struct pg_facts *facts, struct pg_bytes *mounts);
int pg_usage_disk(const struct pg_root *root, struct pg_facts *facts, struct pg_bytes *mounts);
int pg_usage_usb(const struct pg_root *root, struct pg_facts *facts);

/* ---- usage_ifaces.c: interfaces(5) ---- */

struct pg_iface {
	char *name;
	struct pg_strv addresses;	/* "192.168.1.10/24", "DHCP" */
	struct pg_strv below;		/* bridge ports, bond members, what a VLAN is on */
	bool gateway;
	char *ovs_bridge;		/* that it is a port of; or NULL */
	bool ovs_internal;		/* a port of the node, which stands on the bridge */
};

struct pg_ifaces {
	struct pg_iface *v;
	size_t n;
};

void pg_ifaces_done(struct pg_ifaces *all);
/* Adds what one file of interfaces(5) says, as Proxmox writes it (PVE::INotify,
 * ifupdown2). Returns 0 or -ENOMEM. */
int pg_ifaces_parse(const struct pg_bytes *text, struct pg_ifaces *all);
const struct pg_iface *pg_ifaces_find(const struct pg_ifaces *all, const char *name);

/* ---- usage_ways.c: addresses of this node that somebody depends on ---- */

struct pg_way {
	char *address;		/* "192.168.1.10", "fd00::5" */
	char *words;		/* "SSH session from 10.0.0.5", "corosync link 0 (10.9.0.1)" */
	const char *kind;
	bool cluster;		/* a link of corosync */
	struct pg_strv ifaces;	/* that has the address, or all that may have it; none: not known */
};

struct pg_ways {
	struct pg_way *v;
	size_t n;
};

void pg_ways_done(struct pg_ways *all);
/*
 * Established connections to sshd and to Proxmox's web interface (/proc/net/tcp, tcp6: what
 * the kernel says, so that a captured tree answers as its node did, and nothing is taken from
 * the caller's environment), and this node's links of corosync.conf. Returns 0 or -ENOMEM.
 */
int pg_ways_collect(const struct pg_root *root, struct pg_facts *facts, struct pg_bytes *mounts,
		    struct pg_ways *ret);

/* ---- usage_link.c, usage_bond.c: what interfaces stand on ---- */

/* `upper` stands on `lower`: bridge on port, bond on member, VLAN on interface. */
struct pg_edge {
	char *lower, *upper;
};

struct pg_port {
	struct pg_devset devs;
	bool card;		/* `device` is there: it is no interface of the kernel's own */
	bool bond;
};

struct pg_links {
	struct pg_strv names;	/* of /sys/class/net, sorted */
	struct pg_port *port;	/* of each: what it hangs on, and what its folder has */
	struct pg_edge *edge;
	size_t n_edge;
	size_t support;		/* index in facts->support of the first name, the others behind it */
	size_t cluster;		/* of the cluster's links together */
};

void pg_links_done(struct pg_links *links);
/* Once names, edges and the ways' interfaces are known. Returns 0 or -ENOMEM. */
int pg_net_support(const struct pg_root *root, struct pg_facts *facts, struct pg_links *links,
		   const struct pg_ways *ways);
/* PG_ON_NOTHING: there is no such interface. */
size_t pg_links_support(const struct pg_links *links, const char *iface);
/* The link of an interface is up. */
bool pg_iface_is_up(const struct pg_root *root, const char *iface);
/*
 * Makes facts->support[bond] a set where that is a bond whose members the kernel shows: among
 * the interfaces `names`, of which names->v[i] is facts->support[first + i] and has its devices.
 * Returns 0 or -ENOMEM.
 */
int pg_bond_support(const struct pg_root *root, struct pg_facts *facts,
		    const struct pg_strv *names, size_t first, size_t bond);

/* ---- usage_address.c: which interface has an address ---- */

/* Adds to *ret: none where that is not known, several where the kernel's routes do not tell which
 * of them has it. Returns 0 or -ENOMEM. */
int pg_ifaces_of_address(const struct pg_root *root, struct pg_facts *facts,
			 const struct pg_ifaces *conf, const char *address, struct pg_strv *ret);

/* ---- usage_block.c: what lies on what ---- */

/* A disk, a partition, a device-mapper or md device. */
struct pg_block {
	char *name;		/* "sda1", "dm-0" */
	char *dm_name;		/* "pve-root", or NULL */
	bool multipath;		/* of dm-multipath */
	char *vg;		/* volume group of a logical volume, or NULL */
	char *fs_type, *fs_uuid, *fs_label, *part_uuid;	/* of udev, or NULL */
	struct pg_strv links;	/* "disk/by-id/…": udev's, below /dev */
	struct pg_devset devs;	/* what the disk itself hangs on */
	struct pg_strv below;	/* names: slaves, the whole disk of a partition */
	struct pg_strv paths;	/* NVMe's own multipath: folders of the controllers that lead to it */
	size_t support;		/* its index in facts->support; of pg_blocks_support() */
	bool usb;
	bool md;		/* an array of md RAID */
	bool visited;
};

struct pg_blocks {
	struct pg_block *v;
	size_t n;
};

void pg_blocks_done(struct pg_blocks *all);
int pg_blocks_collect(const struct pg_root *root, struct pg_facts *facts,
		      struct pg_blocks *ret);
/* usage_array.c: what they stand on, once they are collected. Returns 0 or -ENOMEM. */
int pg_blocks_support(const struct pg_root *root, struct pg_facts *facts, struct pg_blocks *all);
struct pg_block *pg_blocks_find(const struct pg_blocks *all, const char *name);
/* All devices below a block device, through every layer; *ret_usb: a USB disk is among
 * them. Returns 0 or -ENOMEM. */
int pg_blocks_devs(const struct pg_blocks *all, struct pg_block *block,
		   struct pg_devset *ret, bool *ret_usb);
/* The block device of a mount source, a swap or a root= value: "/dev/mapper/pve-root",
 * "UUID=…", "/dev/disk/by-uuid/…". NULL: none. */
struct pg_block *pg_blocks_source(const struct pg_root *root, const struct pg_blocks *all,
				  const char *source);
