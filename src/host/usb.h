/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USB: what is plugged in, what VMs have of it, and the resource mappings of it. Included by
 * facts.h, which is to be used.
 */
#pragma once

#include "src/base/vec.h"
#include "src/host/bdf.h"

struct pg_facts;
struct pg_guest;
struct pg_use;

/* How a device is named, in a VM's configuration (PVE::QemuServer::USB, host= and mapping=) and
 * by the person. */
enum pg_usb_by {
	PG_USB_BY_NOTHING,	/* what is written there names none */
	PG_USB_BY_ID,		/* vendor:product, at whatever port */
	PG_USB_BY_PORT,		/* bus-port[.port…], whatever is plugged in there */
	PG_USB_BY_MAPPING,
	PG_USB_BY_SPICE,	/* what the SPICE client redirects: no device of the node */
};

struct pg_usb_spec {
	enum pg_usb_by by;
	uint16_t vendor, product;	/* BY_ID */
	char *name;			/* BY_PORT: "1-2.3"; BY_MAPPING: its id; else NULL */
};

void pg_usb_spec_done(struct pg_usb_spec *spec);
int pg_usb_spec_copy(const struct pg_usb_spec *spec, struct pg_usb_spec *ret);
bool pg_usb_spec_equal(const struct pg_usb_spec *a, const struct pg_usb_spec *b);
/* "046d:c31c" (0x before either is taken), "1-2.3", "spice", "mapping=NAME". Returns 0, -EINVAL
 * or -ENOMEM. */
int pg_usb_spec_parse(const char *s, struct pg_usb_spec *ret);
/* As Proxmox takes it: "host=046d:c31c", "host=1-2.3", "spice", "mapping=NAME". NULL on -ENOMEM. */
char *pg_usb_spec_value(const struct pg_usb_spec *spec);
/* As the person writes it: the same without "host=". */
char *pg_usb_spec_words(const struct pg_usb_spec *spec);
/* A port as sysfs writes it: "1-2", "1-2.3". */
bool pg_usb_is_port(const char *s);

/* What a device is, by the classes of its interfaces. */
enum pg_usb_kind {
	PG_USB_OTHER,
	PG_USB_HUB,
	PG_USB_KEYBOARD,
	PG_USB_MOUSE,
	PG_USB_INPUT,
	PG_USB_DISK,
	PG_USB_NETWORK,
	PG_USB_SERIAL,
	PG_USB_UPS,		/* HID Usage Tables: usage page 84, Power Device */
	PG_USB_AUDIO,
	PG_USB_VIDEO,
	PG_USB_PRINTER,
	PG_USB_BLUETOOTH,
	PG_USB_SMARTCARD,
};

/* "keyboard", "disk", … */
const char *pg_usb_kind_name(enum pg_usb_kind kind);

/* A device of /sys/bus/usb/devices (Documentation/ABI/stable/sysfs-bus-usb). */
struct pg_usb_dev {
	char *name;		/* "1-2.3", as Proxmox names the port; a root hub: "usb1" */
	bool is_root;
	unsigned bus;
	bool has_ids;
	uint16_t vendor, product;
	char *speed;		/* in Mbit/s: "1.5", "12", "480", "5000"; or NULL */
	int class;		/* bDeviceClass; -1: unknown */
	char *manufacturer, *product_name, *serial;	/* the device's own strings, or NULL */
	bool is_hub;
	enum pg_usb_kind kind;
	bool has_controller;
	struct pg_bdf controller;	/* the PCI device that it hangs on */
	struct pg_strv driver;		/* of its interfaces, each once */
	struct pg_strv node;		/* what the kernel makes of it: "ttyUSB0", "enx00e04c680001" */
	struct pg_use *use;		/* what of the host hangs on it */
	size_t n_use;
};

/* A usbN of a VM's main section or of [PENDING], taken apart (PVE::QemuServer::USB). */
struct pg_guest_usb {
	unsigned index;
	bool pending;
	bool leaving;		/* [PENDING] deletes it */
	char *value;		/* as written */
	struct pg_usb_spec spec;
	bool usb3;
};

#define PG_USB_MAX 14

/* One `map` line of a mapping. */
struct pg_usb_map {
	char *value;		/* as written: "id=046d:c52b,node=pve1,path=1-2" */
	char *node, *ids, *port;	/* node=, id=, path=; NULL: missing */
	bool here;
};

/* A resource mapping of /etc/pve/mapping/usb.cfg (PVE::Mapping::USB). */
struct pg_usb_mapping {
	char *id;
	struct pg_usb_map *map;	/* all of its lines, in order */
	size_t n_map;
	char *description;	/* or NULL */
	size_t n_here;		/* map lines for this node; Proxmox takes one only */
	bool has_ids;
	uint16_t vendor, product;	/* id= of this node's first one */
	char *port;		/* path= of it, or NULL: any port */
};

void pg_usb_dev_done(struct pg_usb_dev *dev);
void pg_guest_usb_done(struct pg_guest_usb *usb);
void pg_usb_mapping_done(struct pg_usb_mapping *m);

/* ---- looking up; NULL where there is none; borrowed ---- */

/* By port, or "usb1". */
const struct pg_usb_dev *pg_usb_at(const struct pg_facts *facts, const char *name);
const struct pg_usb_mapping *pg_usb_mapping_find(const struct pg_facts *facts, const char *id);
/* Does it stand for this device on this node, a mapping taken apart? Root hubs never. */
bool pg_usb_names(const struct pg_facts *facts, const struct pg_usb_spec *spec,
		  const struct pg_usb_dev *dev);
/* The first device that it stands for; *ret_n (or NULL) is how many do. */
const struct pg_usb_dev *pg_usb_first(const struct pg_facts *facts,
				      const struct pg_usb_spec *spec, size_t *ret_n);
/* The hub that it is plugged into; NULL for a root hub. */
const struct pg_usb_dev *pg_usb_parent(const struct pg_facts *facts,
				       const struct pg_usb_dev *dev);
/* Is the one plugged into the other, which is no root hub? */
bool pg_usb_is_child(const struct pg_usb_dev *hub, const struct pg_usb_dev *dev);
/* Devices with the same ids, itself included. */
size_t pg_usb_twins(const struct pg_facts *facts, const struct pg_usb_dev *dev);
/* "Logitech USB Keyboard", "Ultra Fit", or "" where it has no names. NULL on -ENOMEM. */
char *pg_usb_title(const struct pg_usb_dev *dev);
/* The entry of its number that counts at the next start: a pending one hides the active. */
bool pg_guest_usb_counts(const struct pg_guest *guest, const struct pg_guest_usb *usb);
/* The first such entry that stands for the device; NULL: the VM does not have it. */
const struct pg_guest_usb *pg_guest_usb_of(const struct pg_facts *facts,
					   const struct pg_guest *guest,
					   const struct pg_usb_dev *dev);
