/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything that is known of a host: plain data, read once, through a root handle, by
 * pg_facts_collect(). Nothing above this layer looks at the host again.
 *
 * What could not be read is unknown (PG_UNKNOWN, -1, NULL), never guessed; why is in
 * pg_facts.unread. All strings are the host's own bytes: whoever shows them cleans them.
 */
#pragma once

#include <sys/types.h>
#include <time.h>

#include "src/base/err.h"
#include "src/base/root.h"
#include "src/base/strbuf.h"
#include "src/base/vec.h"
#include "src/host/bdf.h"
#include "src/host/mdev.h"
#include "src/host/settings.h"
#include "src/host/support.h"
#include "src/host/usb.h"

/* ---- files that a plan may edit or must respect ---- */

/*
 * One text file as found. Read are: /etc/default/grub, /etc/default/grub.d/ *.cfg,
 * /etc/kernel/cmdline, *.conf of modprobe.d and modules-load.d (all their folders, those hidden by
 * a file of the same name left out), /etc/modules, /etc/initramfs-tools/{initramfs.conf,
 * modules}, our scripts below /etc/initramfs-tools, all of /etc/pve-gpu, *.link of the
 * folders of systemd.link(5), the rules below /etc/udev, sysfsutils' /etc/sysfs.conf and
 * /etc/sysfs.d, /etc/pve/sriov.conf, and our unit that makes virtual functions.
 */
struct pg_file {
	char *path;		/* "/etc/default/grub", links not resolved */
	struct pg_bytes bytes;
	mode_t mode;		/* permission bits */
	bool is_link;		/* the last part is a symbolic link */
	/* When its content or its place last changed: the later of mtime and ctime, since undo
	 * and `cp -p` set mtime back, and nobody sets ctime. Only the running system's are to be
	 * believed (pg_system.live): a copied tree has those of the copying. */
	struct timespec changed;
	int error;		/* negative errno where it exists but could not be read, else 0 */
};

/* ---- the machine ---- */

enum pg_cpu_vendor { PG_CPU_UNKNOWN, PG_CPU_INTEL, PG_CPU_AMD, PG_CPU_OTHER };

struct pg_system {
	char *node;		/* host name, as Proxmox names the node; NULL: unknown */
	char *pve_version;	/* "9.0.3" of pve-manager, from dpkg's status; NULL: no Proxmox */
	char *qemu_server;	/* "9.0.16", of the package of that name; NULL: not known */
	char *kernel;		/* running release: /proc/sys/kernel/osrelease */
	enum pg_cpu_vendor cpu;
	char *cpu_model;
	bool arm;		/* an aarch64 node: /proc/cpuinfo has "CPU implementer" */
	enum pg_tri hypervisor;	/* the host is itself a virtual machine (cpu flag) */
	uint64_t mem_total;	/* bytes; 0: unknown */
	uint64_t mem_free;	/* MemAvailable: what programs can have without swap; 0: unknown */
	unsigned phys_bits;	/* of addresses: "address sizes" of /proc/cpuinfo; 0: unknown */
	enum pg_tri pages_2m, pages_1g;	/* /sys/kernel/mm/hugepages has that size */
	unsigned numa_nodes;	/* node0, node1, ... in a row; 0: unknown */
	char *boot_id;		/* /proc/sys/kernel/random/boot_id: another after each boot; or NULL */
	bool live;		/* the running system itself, or what was captured of it; no tree */
	bool is_demo;		/* the bundled demo node: /etc/pve-gpu/demo exists */
};

/* ---- PCI ---- */

enum pg_kind {
	PG_KIND_OTHER,
	PG_KIND_GPU,		/* class 03 */
	PG_KIND_AUDIO,		/* 0401, 0403 */
	PG_KIND_USB,		/* 0c03 */
	PG_KIND_NIC,		/* 02 */
	PG_KIND_STORAGE,	/* 01 */
	PG_KIND_BRIDGE,		/* 06 */
	PG_KIND_SERIAL,		/* 0c80 (UCSI of a GPU) and the rest of 0c */
	PG_KIND_ACCELERATOR,	/* 12 */
};

enum pg_use_what {
	PG_USE_NETWORK,
	PG_USE_STORAGE,
	PG_USE_DISPLAY,
	PG_USE_INPUT,		/* a keyboard on the local screen */
	PG_USE_USB_STORAGE,
	PG_USE_UPS,
};

/* What of the host hangs on a device. */
struct pg_use {
	enum pg_use_what what;
	char *detail;		/* "vmbr0 192.168.1.10/24, default route": the person's own names */
	bool vital;		/* losing it loses the node: way in, root, boot, swap, pool */
	/* What it stands on: it is there as long as all of these work (indexes into
	 * pg_facts.support). Where that is not known it is lost with the device. */
	size_t *on;
	size_t n_on;
	bool alone;		/* what a part of it stands on is not known */
};

/* A module that the kernel would load for the device, from the host's modules.alias; or one in
 * the kernel whose driver has it. */
struct pg_claim {
	char *module;		/* underscores, as the kernel writes it */
	bool builtin;
	bool unnamed;		/* the kernel does not say which module its driver is of: module is
				 * the driver's name, and it is built in */
	bool blacklisted;	/* by a blacklist line that is in force */
};

struct pg_dev {
	struct pg_bdf addr;
	uint16_t vendor, device;
	bool has_subsystem;
	uint16_t subvendor, subdevice;
	uint32_t class;		/* 24 bits: base class, subclass, interface */
	uint8_t revision;
	bool dead;		/* ids or configuration space read as all ones */
	char *name;		/* "GeForce RTX 4090" (device name), or NULL */
	char *vendor_name;	/* "NVIDIA Corporation", or NULL */
	char *driver;		/* bound now, or NULL */
	char *driver_override;	/* NULL: none */
	char *modalias;
	int group;		/* IOMMU group number, -1: none */
	enum pg_tri boot_vga;	/* unknown where the attribute is missing */
	bool is_bridge;		/* has a pci_bus folder or header type 1: Proxmox skips it */
	enum pg_kind kind;
	uint64_t bar_size[6];	/* bytes; 0: not there */
	uint64_t rom_size;	/* of the expansion ROM's window; 0: none */
	bool bar_known;
	/* A BAR where the kernel's framebuffer of the boot lies: what /proc/iomem calls it, "BOOTFB"; or
	 * NULL. */
	char *framebuffer;
	bool msix_outside;	/* MSI-X says that its PBA lies outside of the BAR that has it */
	struct pg_strv reset;	/* reset_method, in the kernel's order */
	enum pg_tri can_reset;	/* the attribute `reset` is there */
	char *power;		/* power_state, "D0", "D3cold", "unknown"; NULL: not told */
	bool has_parent;
	struct pg_bdf parent;	/* the bridge above, from the sysfs path */
	bool is_vf;
	struct pg_bdf physfn;
	unsigned total_vfs, num_vfs;	/* of a PF; total 0: no SR-IOV */
	unsigned vf_offset, vf_stride;	/* where its VFs come (pg_vf_addr of sriov.h); 0: not known */
	uint16_t vf_device;		/* the device id that they have; 0: not known */
	enum pg_tri vf_probe;	/* sriov_drivers_autoprobe: the host's drivers take new VFs */
	/* Has any VF BAR of the SR-IOV capability an address? No: there is no room for their memory.
	 * Filled with the identity, since root alone can read it. */
	enum pg_tri vf_memory;
	bool vf_param;		/* the module of its driver has a parameter max_vfs */
	struct pg_bdf *vf;	/* virtfn0, virtfn1, … */
	size_t n_vf;
	unsigned last_bus;	/* of a bridge: the last bus below it; 0: not known */
	bool has_mdev;		/* mdev_supported_types or nvidia/ */
	bool has_nvidia;	/* nvidia/: NVIDIA's driver since 6.8, one vGPU for each function */
	struct pg_use *use;
	size_t n_use;
	struct pg_claim *claim;
	size_t n_claim;
	enum pg_tri claim_known;	/* modules.alias could be read */
	uint32_t *vmid;		/* VMs of this node whose active configuration names it */
	size_t n_vmid;
	bool render;		/* a render node of DRM hangs on it (/dev/dri/renderD128) */
	/* What tells it from another of its make: "dsn=…" (Device Serial Number capability of the
	 * extended configuration space, which root alone can read), else "mac=…"; or NULL. */
	char *serial;
};

/* A network interface on a PCI device; those on USB and virtual ones are none. */
struct pg_nic {
	char *name;		/* "enp3s0" */
	struct pg_bdf addr;
	bool wlan;
	char *mac;		/* the one it was made with, lower case; NULL: not known */
};

enum pg_verdict {
	PG_GROUP_EMPTY,		/* nothing but bridges (class 06, host and ISA too), or nothing */
	PG_GROUP_CLEAN,		/* the functions of one slot, bridges aside */
	PG_GROUP_SHARED,	/* devices of several slots */
};

struct pg_group {
	int id;
	size_t *dev;		/* indexes into pg_facts.dev, in order of address */
	size_t n_dev;
	char *type;		/* "DMA", "DMA-FQ", "identity", or NULL */
	bool rmrr;		/* reserved_regions has a "direct" region: firmware uses the device */
	enum pg_verdict verdict;
};

/* ---- IOMMU ---- */

enum pg_iommu_table { PG_TABLE_NONE, PG_TABLE_DMAR, PG_TABLE_IVRS };

struct pg_iommu {
	enum pg_tri active;		/* /sys/class/iommu has entries */
	enum pg_iommu_table table;	/* /sys/firmware/acpi/tables */
	bool table_known;		/* that folder could be listed */
	enum pg_tri remapping;		/* IR- chips in /proc/interrupts; else ecap bit 3 */
	char *option;			/* the options of the running kernel that concern it, or NULL */
	/* Bits of address that the narrowest unit translates: MGAW, bits 16 to 21 of `cap`, and
	 * one (Intel VT-d specification, 11.4.2); 0: unknown, as on AMD. */
	unsigned address_bits;
};

/* ---- modules ---- */

enum pg_modconf_kind { PG_MODCONF_BLACKLIST, PG_MODCONF_OPTIONS, PG_MODCONF_SOFTDEP,
		       PG_MODCONF_INSTALL };

/* One directive of modprobe.d that is in force, in the order in which kmod reads them. */
struct pg_modconf {
	enum pg_modconf_kind kind;
	char *module;		/* underscores */
	char *value;		/* what follows the module's name; may be empty */
	char *path;
	unsigned line;
};

struct pg_modules {
	struct pg_strv loaded;		/* /proc/modules */
	enum pg_tri loaded_known;
	struct pg_modconf *conf;
	size_t n_conf;
	enum pg_tri vfio_builtin;	/* vfio_pci in modules.builtin of the running kernel */
	enum pg_tri vfio_there;		/* vfio_pci known to the running kernel at all */
};

/* ---- boot ---- */

enum pg_loader { PG_LOADER_UNKNOWN, PG_LOADER_GRUB, PG_LOADER_SYSTEMD_BOOT };

/*
 * One entry of what the loader reads: a menuentry of /boot/grub/grub.cfg, or a
 * loader/entries/ *.conf on a mounted ESP (Boot Loader Specification).
 */
struct pg_boot_entry {
	char *path;		/* the file that it stands in */
	/* "1234-ABCD": the EFI system partition of proxmox-boot-tool that it stands on. These are
	 * known only after pg_verify_probe() or pg_proof() of src/exec has looked. NULL: elsewhere. */
	char *esp;
	char *title;
	char *id;		/* "gnulinux-simple-…", "proxmox-6.8.12-1-pve.conf"; or NULL */
	char *kernel;		/* its file, "/boot/vmlinuz-6.14.8-2-pve"; NULL: not named */
	char *options;		/* behind the kernel's file */
	bool recovery;		/* single user: without GRUB_CMDLINE_LINUX_DEFAULT on purpose */
	bool off;		/* pve-gpu.off is among the options: the way back */
};

/*
 * The initramfs of an installed kernel: /boot/initrd.img-RELEASE (initramfs-tools). What it
 * holds is known only after pg_verify_probe() of src/exec has looked.
 */
struct pg_initrd {
	char *release;
	char *path;
	struct timespec changed;	/* its mtime */
	/* Older than a configuration file of which it holds a copy; unknown where times tell
	 * nothing, or where update-initramfs does not keep it. */
	enum pg_tri stale;
	char *newer;		/* the first such file, or NULL */
	bool looked;		/* its content is known: */
	bool has_vfio;		/* the module vfio-pci */
	bool has_script;	/* scripts/init-top/pve-gpu and its table */
	struct pg_strv differ;	/* configuration files that differ from the copies in it */
};

/* A module that did not come with the kernel's package (dkms), in /lib/modules/RELEASE. */
struct pg_kernel_module {
	char *name;		/* with underscores */
	char *path;		/* "updates/dkms/nvidia.ko" */
	enum pg_tri is_signed;	/* looked at with Secure Boot on; unknown where it is compressed */
};

/* An installed kernel: what of it can be compared with the running one before it is booted. */
struct pg_kernel {
	char *release;
	bool bootable;		/* /boot/vmlinuz-RELEASE is there */
	bool dep_known, builtin_known;
	struct pg_strv module;	/* of its package, by name */
	struct pg_kernel_module *extra;
	size_t n_extra;
	struct pg_strv builtin;
	struct pg_strv config;	/* "VFIO_PCI=m", "VFIO_PCI_VGA=n"; empty: not known */
};

struct pg_boot {
	enum pg_loader loader;
	char *evidence;		/* a sentence: what decided it */
	bool disputed;		/* evidence disagrees: both files are to be edited */
	enum pg_tri efi;
	enum pg_tri secure_boot;
	bool pbt;		/* proxmox-boot-tool keeps the ESPs */
	char *running;		/* /proc/cmdline, or NULL */
	bool off;		/* pve-gpu.off is on it: booted by the entry "without passthrough" */
	struct pg_strv kernels;	/* releases with a folder in /lib/modules, sorted */
	struct pg_kernel *kernel;	/* the newest of these, and the running one; sorted */
	size_t n_kernel;
	char *pinned;		/* release that proxmox-boot-tool has pinned; or NULL */
	char *pinned_once;	/* for the next boot alone; or NULL */
	time_t since;		/* when the running kernel started: btime of /proc/stat; 0: unknown */
	struct pg_boot_entry *entry;	/* in the order of the menu; what could not be read: none */
	size_t n_entry;
	bool waits;		/* pve-gpu changed how the node boots, and it was not rebooted since; of
				 * pg_verify_probe() */
	bool dracut;		/* dracut makes the initramfs: it is there, update-initramfs is not */
	struct pg_initrd *initrd;	/* sorted as kernels */
	size_t n_initrd;
};

/* ---- the kernel's log ---- */

/*
 * A message of this boot about a PCI device. Filled by pg_verify_probe() of src/exec, from the
 * journal, for devices that are not where they should be.
 */
struct pg_klog_line {
	bool of_dev;		/* about this device: */
	struct pg_bdf addr;
	uint64_t usec;		/* since the kernel's start */
	char *text;
};

struct pg_klog {
	bool known;		/* it was read */
	struct pg_klog_line *line;	/* of each device in order of time */
	size_t n_line;
};

/* ---- guests ---- */

#define PG_HOSTPCI_MAX 16

/* One `key: value` line, with its place. Keys of the main section have section "". */
struct pg_guest_line {
	char *section;		/* "", "PENDING", a snapshot's name, "special:cloudinit" */
	char *key;
	char *value;
	unsigned line;
};

/* A hostpciN of the main section or of [PENDING], taken apart (PVE::QemuServer::PCI). */
struct pg_hostpci {
	unsigned index;
	bool pending;
	bool leaving;		/* [PENDING] deletes it: at the next start the VM is without */
	/* The value breaks the format: Proxmox warns, and reads on as if the line were not there. It
	 * names nothing then. */
	bool dropped;
	char *value;		/* as written */
	struct pg_bdf *addr;	/* host=, ';' taken apart; a slot has its `slot` flag set */
	bool *slot;
	size_t n_addr;
	char *mapping;		/* or NULL */
	char *mdev;
	char *romfile;		/* or NULL */
	bool pcie, xvga, legacy_igd;
	bool no_rombar;		/* rombar=0 */
	bool keep_driver;	/* driver=keep */
};

struct pg_guest {
	uint32_t vmid;
	char *node;		/* whose folder it lies in */
	bool local;		/* on this node */
	char *name;		/* or NULL */
	char *path;		/* /etc/pve/nodes/NODE/qemu-server/VMID.conf */
	enum pg_tri running;	/* /run/qemu-server/VMID.pid; unknown for other nodes */
	bool template;
	char *lock;		/* "backup", …; NULL: not locked */
	char *ha;		/* its state in ha/resources.cfg, "started"; NULL: HA leaves it alone */
	char *ha_group;		/* of ha/resources.cfg, until Proxmox VE 8; or NULL */
	bool ha_here;		/* HA starts it on its node alone: a strict rule, or a restricted group */
	char *backup_job;	/* of jobs.cfg: the first that saves it; NULL: none, as far as is known */
	bool q35, ovmf;
	bool has_disk;		/* a disk that may hold an installed system */
	struct pg_guest_line *lines;
	size_t n_lines;
	struct pg_hostpci *hostpci;
	size_t n_hostpci;
	struct pg_guest_usb *usb;
	size_t n_usb;
	struct pg_strv bad;	/* "line 7: …": what did not fit the grammar */
	int error;		/* negative errno where the file could not be read */
};

/*
 * A file of /usr/share/kvm, which romfile= may name (PVE::QemuServer::PCI), and what is in it
 * by the PCI Firmware Specification.
 */
enum pg_rom_look {
	PG_ROM_UNREAD,		/* not read: too large for a card's ROM, or not readable */
	PG_ROM_NO_SIGNATURE,	/* does not begin with 55 AA */
	PG_ROM_NO_PCIR,		/* 55 AA, and no structure that says what it is for */
	PG_ROM_GOOD,
};

struct pg_rom {
	char *name;
	enum pg_rom_look look;
	bool legacy, uefi;	/* has an image of code type 0, 3 */
	uint16_t vendor, device;	/* of the first image; 0 where there is none */
	size_t begins;		/* where a ROM begins that is not at the start; 0: nowhere */
};

/* A storage that may hold an EFI disk: /etc/pve/storage.cfg. */
struct pg_storage {
	char *id;
	char *type;
	bool images;		/* content has `images` (or type's default has) */
	bool disabled;
	bool here;		/* no `nodes`, or this node is among them */
};

/* One `map` line of a mapping: which device it stands for on one node. */
struct pg_map {
	char *value;		/* as written: "id=…,node=…,path=a;b" */
	char *node;		/* NULL: missing */
	bool here;		/* for this node */
	char *path;		/* as written; NULL: missing */
	struct pg_bdf *addr;	/* path= */
	bool *slot;
	size_t n_addr;
	char *ids, *subsystem, *group;	/* id=, subsystem-id=, iommugroup=; NULL: missing */
};

/* A resource mapping of /etc/pve/mapping/pci.cfg (PVE::Mapping::PCI). */
struct pg_mapping {
	char *id;
	struct pg_map *map;	/* all of its lines, in order */
	size_t n_map;
	bool here;		/* has a map line for this node */
	struct pg_bdf *addr;	/* path= of this node's map lines, all of them, ';' taken apart */
	bool *slot;
	size_t n_addr;
	bool mdev;
	bool live_migration;	/* live-migration-capable */
	char *description;	/* or NULL */
};

/* A node of the cluster, or the only one there is. */
struct pg_node {
	char *name;
	bool here;
	/* In the node list of corosync.conf, or there is no such file. A node that was taken out of
	 * the cluster leaves its folder in /etc/pve/nodes behind. */
	bool member;
	enum pg_tri online;	/* /etc/pve/.members; unknown where that does not say */
};

/*
 * A device that Proxmox keeps for a VM: a line of /run/qemu-server/pci-id-reservations
 * (PVE::QemuServer::PCI, reserve_pci_usage).
 */
struct pg_reserved {
	struct pg_bdf addr;
	uint32_t vmid;
	bool starting;		/* "time:": a start has begun, and QEMU does not run yet; else "pid:" */
};

/* ---- virtual functions ---- */

enum pg_vf_maker_kind {
	PG_VF_SYSFSUTILS,	/* /etc/sysfs.conf, /etc/sysfs.d/ *.conf */
	PG_VF_NVIDIA,		/* pve-nvidia-sriov@ of pve-nvidia-vgpu-helper is enabled */
	PG_VF_PVE_CONF,		/* /etc/pve/sriov.conf, of command sheets: nothing of Proxmox reads it */
};

/* What makes virtual functions of a device when the node starts, beside pve-gpu. */
struct pg_vf_maker {
	enum pg_vf_maker_kind kind;
	char *path;		/* the file, or the link that enables the unit */
	unsigned line;		/* 0: a unit */
	bool all;		/* of all of NVIDIA's */
	struct pg_bdf addr;
	unsigned count;		/* of a line */
};

/* ---- all together ---- */

struct pg_facts {
	struct pg_settings settings;	/* always filled */
	struct pg_system system;
	struct pg_iommu iommu;
	struct pg_dev *dev;		/* sorted by address */
	size_t n_dev;
	size_t n_unread_dev;		/* there, and not among them: they could not be read */
	struct pg_group *group;		/* sorted by number */
	size_t n_group;
	struct pg_modules modules;
	struct pg_boot boot;
	struct pg_klog klog;
	struct pg_guest *guest;		/* sorted by VM number */
	size_t n_guest;
	struct pg_storage *storage;
	size_t n_storage;
	struct pg_mapping *mapping;	/* in the order of the file; filled with the guests */
	size_t n_mapping;
	struct pg_support *support;	/* filled with the uses */
	size_t n_support;
	struct pg_reserved *reserved;	/* in the order of the file */
	size_t n_reserved;
	struct pg_node *node;		/* sorted by name; filled with the guests */
	size_t n_node;
	/* /etc/pve/.members says that this node is without the cluster's quorum: nothing of
	 * /etc/pve can be written. */
	bool no_quorum;
	struct pg_nic *nic;		/* sorted by name */
	size_t n_nic;
	struct pg_vf_maker *vf_maker;	/* in the order in which they are read; with the files */
	size_t n_vf_maker;
	bool has_pin_tool;		/* Proxmox's pve-network-interface-pinning is installed */
	/* Render nodes on no PCI device; unknown where /sys/class/drm could not be listed. Both and
	 * pg_dev.render are filled with the guests. */
	unsigned n_render_other;
	enum pg_tri render_known;
	struct pg_usb_dev *usb;		/* by bus, hubs before what is plugged into them */
	size_t n_usb;
	struct pg_usb_mapping *usb_mapping;
	size_t n_usb_mapping;
	struct pg_mdev_parent *mdev_parent;	/* PCI devices by address, then the others by name */
	size_t n_mdev_parent;
	struct pg_mdev *mdev;		/* sorted by uuid */
	size_t n_mdev;
	struct pg_vgpu vgpu;
	struct pg_rom *rom;		/* regular files in /usr/share/kvm; read with the guests */
	size_t n_rom;
	enum pg_tri rom_known;		/* PG_YES: that folder could be listed; else unknown */
	struct pg_file *file;		/* sorted by path */
	size_t n_file;
	struct pg_strv unread;		/* "/sys/…: permission was denied": what stayed unknown */
	struct pg_strv unread_net;	/* that of it which tells what hangs on network cards, */
	struct pg_strv unread_disk;	/* and on disks; and what should be there and is not */
};

/* What a face needs, so that `list` reads no more than it shows. */
enum pg_want {
	/* Of each device its address, ids, class and kind, driver, IOMMU group; whether it is a bridge,
	 * a virtual function, the boot display. Always read. */
	PG_WANT_DEVICES = 1 << 0,
	PG_WANT_NAMES = 1 << 1,
	PG_WANT_USAGE = 1 << 2,
	PG_WANT_MODULES = 1 << 3,
	PG_WANT_BOOT = 1 << 4,		/* and the editable files */
	PG_WANT_GUESTS = 1 << 5,
	PG_WANT_IDENTITY = 1 << 6,	/* serials and network interfaces */
	PG_WANT_USB = 1 << 7,		/* and what of the host hangs on it, with PG_WANT_USAGE */
	PG_WANT_MDEV = 1 << 8,		/* mediated devices, and the drivers that make them */
	PG_WANT_GROUPS = 1 << 9,	/* groups with their devices; the IOMMU */
	PG_WANT_REGIONS = 1 << 10,	/* of groups: rmrr */
	PG_WANT_TRAITS = 1 << 11,	/* of devices: revision, subsystem, reset methods, how many VFs */
	PG_WANT_DETAILS = 1 << 12,	/* all else of devices and groups; the system */
	PG_WANT_PCI = PG_WANT_DEVICES | PG_WANT_GROUPS | PG_WANT_REGIONS | PG_WANT_TRAITS |
		      PG_WANT_DETAILS,
	PG_WANT_ALL = (1 << 13) - 1,
	/* Less than all: what is no GPU (pg_dev_is_gpu) has address, class and kind only. */
	PG_WANT_ONLY_GPUS = 1 << 13,
};

/* Could something at the path or below it ("/etc/pve") not be read? What facts tell of it is then not all. */
bool pg_facts_is_unread(const struct pg_facts *facts, const char *path);
/*
 * Reads the host. What a part could not read is noted in facts->unread; the whole fails
 * only where there is no sense in going on: -ENOENT where the root has no /sys/bus/pci
 * (err says so), -EACCES, -ENOMEM. The caller frees *ret.
 */
int pg_facts_collect(const struct pg_root *root, unsigned want, struct pg_facts **ret,
		     struct pg_err *err);
/* VMs and mappings alone, as they are now; what could not be read is noted. Returns 0 or -ENOMEM. */
int pg_facts_collect_guests(const struct pg_root *root, struct pg_facts **ret);
/*
 * The same in pieces, for who has something else to do meanwhile: facts begin empty (NULL: no memory) and
 * *part with 0. 1: there is more; 0: that was all. What is read first is `settings` and `system`.
 */
struct pg_facts *pg_facts_new(void);
#define PG_FACTS_BEGUN 2	/* *part behind these two */
int pg_facts_read_on(const struct pg_root *root, unsigned want, unsigned *part,
		     struct pg_facts *facts, struct pg_err *err);
/* Only that of it: was the node booted with pve-gpu.off? 0, or why it cannot be read. */
int pg_boot_is_off(const struct pg_root *root, bool *ret);
void pg_facts_free(struct pg_facts *facts);
void pg_facts_freep(struct pg_facts **facts);

/* Lookups; NULL where there is none. Borrowed. */
const struct pg_dev *pg_facts_dev(const struct pg_facts *facts, struct pg_bdf addr);
const struct pg_group *pg_facts_group(const struct pg_facts *facts, int id);
const struct pg_file *pg_facts_file(const struct pg_facts *facts, const char *path);
const struct pg_guest *pg_facts_guest(const struct pg_facts *facts, uint32_t vmid);
/* An installed kernel that was looked at; NULL: there is none. */
const struct pg_kernel *pg_facts_kernel(const struct pg_facts *facts, const char *release);
/* The initramfs of the running kernel. */
const struct pg_initrd *pg_facts_initrd(const struct pg_facts *facts);
/* A graphics card, or a processing accelerator: one without a display connector. */
bool pg_dev_is_gpu(const struct pg_dev *dev);
/* Does the node's own screen hang on it: the boot display, or a text console? */
bool pg_dev_is_console(const struct pg_dev *dev);
bool pg_facts_loaded(const struct pg_facts *facts, const char *module);
/* By its name; NULL: there is none. */
const struct pg_rom *pg_facts_rom(const struct pg_facts *facts, const char *name);
/* "1", "yes", "on", "true", as PVE::JSONSchema parse_boolean reads them: unknown where it
 * is neither these nor their opposites. */
enum pg_tri pg_pve_boolean(const char *s);
/*
 * Of a property string ("q35,viommu=intel"): the value of a key, or what stands there without one
 * where that is the default key. Its start, and its length in *n; NULL: not there.
 */
const char *pg_pve_part(const char *value, const char *key, bool is_default, size_t *n);
/* Value of a key in the main section of a VM, or NULL. */
const char *pg_guest_get(const struct pg_guest *guest, const char *key);
/* The same in another section ("PENDING"). */
const char *pg_guest_get_in(const struct pg_guest *guest, const char *section,
			    const char *key);
/* Does the device belong to the hostpci entry (slots match all their functions)? */
bool pg_hostpci_names(const struct pg_hostpci *hp, struct pg_bdf addr);
/* Does a pending entry of the same number take its place at the next start of the VM? */
bool pg_hostpci_is_hidden(const struct pg_guest *guest, const struct pg_hostpci *hp);
/* Words for JSON and tables: "gpu", "clean", "grub", "network". */
const char *pg_kind_name(enum pg_kind kind);
const char *pg_verdict_name(enum pg_verdict verdict);
const char *pg_loader_name(enum pg_loader loader);
const char *pg_use_name(enum pg_use_what what);
