/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stand-in for what Proxmox does with VM commands: `qm set` and `pvesh` on mappings as its
 * parser reads them (PVE::JSONSchema, PVE::QemuServer), then the start of the VM. Written from
 * the facts about Proxmox alone, so that it shares no mistake with the planner; it may use
 * nothing but src/base. Memory that runs out ends the test.
 */
#pragma once

#include "src/base/strbuf.h"
#include "src/base/vec.h"

struct pve_dev {
	char addr[32];			/* "0000:01:00.0" */
	char id[16], sub[16];		/* "10de:2684"; sub empty: sysfs has none */
	unsigned class;
	int group;			/* -1: none */
	bool mdev;			/* mdev_supported_types or nvidia/ */
	bool nvidia;			/* nvidia/: one vGPU for the function */
	bool render;			/* /dev/dri/renderD… is of it */
	struct pg_strv type;		/* mdev types */
	unsigned used_by;		/* a running VM, or 0 */
};

struct pve_usb {
	char port[32], id[16];		/* "1-2.3", "046d:c52b" */
};

struct pve_storage {
	char *id;
	struct pg_strv content;
};

struct pve_node {
	char *name;
	char *user;			/* NULL: root@pam */
	bool iommu;
	struct pve_dev *dev;		/* sorted */
	size_t n_dev;
	struct pve_usb *usb;
	size_t n_usb;
	struct pve_storage *storage;
	size_t n_storage;
	struct pg_strv rom;		/* in /usr/share/kvm */
	bool rom_unknown;		/* that folder could not be listed */
	unsigned numa;			/* nodes; 0: not known */
	bool pages_known, pages_2m, pages_1g;
	bool render_known, render_other;	/* other: a render node on no PCI device */
	char *pci_cfg, *usb_cfg;	/* texts; NULL: empty */
};

struct pve_vm {
	unsigned vmid;
	bool running;
	char *conf;			/* the file's text */
};

enum pve_kind { PVE_REJECT, PVE_START, PVE_WARN };

struct pve_complaint {
	enum pve_kind kind;
	char *text;
};

struct pve_out {
	struct pve_complaint *v;
	size_t n;
};

/* ---- check.c: the node and the complaints ---- */

void pve_say(struct pve_out *out, enum pve_kind kind, const char *fmt, ...) PG_PRINTF(3, 4);
const char *pve_kind_name(enum pve_kind kind);
/* Is there one that is no warning? */
bool pve_refused(const struct pve_out *out);
void pve_out_done(struct pve_out *out);
void pve_node_done(struct pve_node *node);
void pve_vm_done(struct pve_vm *vm);
/* A line that describes the node (see the head of pvecases.c). False: not understood. */
bool pve_node_line(struct pve_node *node, const char *line);
/* Ends the test where memory ran out; else gives p back. */
void *pve_must(void *p);

/* ---- conf.c: the grammar of a VM's file ---- */

struct pve_line {
	char *section;			/* "" or lower-case PENDING as "PENDING" */
	char *key, *value;
};

struct pve_conf {
	struct pve_line *v;
	size_t n;
	struct pg_strv notes;		/* descriptions, "section\ttext" */
};

void pve_conf_done(struct pve_conf *c);
/* Reads the text; what Proxmox would warn of is said. */
void pve_conf_read(const char *text, struct pve_conf *c, struct pve_out *out);
char *pve_conf_write(const struct pve_conf *c);
const char *pve_conf_get(const struct pve_conf *c, const char *section, const char *key);
/* value NULL: removes */
void pve_conf_set(struct pve_conf *c, const char *section, const char *key, const char *value);
/* Takes [PENDING] over into the main section, as a start does. */
void pve_conf_apply_pending(struct pve_conf *c);

/* ---- schema.c: options and property strings ---- */

struct pve_props {
	struct pve_line *v;		/* section unused */
	size_t n;
};

void pve_props_done(struct pve_props *p);
const char *pve_props_get(const struct pve_props *p, const char *key);
/* A boolean of the properties; without it, or not understood: dflt. */
bool pve_props_bool(const struct pve_props *p, const char *key, bool dflt);
/* -1: not a boolean */
int pve_boolean(const char *s);
bool pve_match(const char *pattern, const char *s);
/* Takes a value apart by the schema of `what` ("hostpci", "usb", "pcimap", …). Returns NULL, or
 * why Proxmox refuses it; the caller frees that. */
char *pve_props_parse(const char *what, const char *value, struct pve_props *ret);
/* Is it an option of a VM's configuration? */
bool pve_option_known(const char *key);
/* Returns NULL, or why the value is refused. */
char *pve_option_check(const char *key, const char *value);

/* ---- command.c, mapping.c, start.c ---- */

/* Runs one command. False: refused (it has been said), nothing has changed. */
bool pve_command(struct pve_node *node, struct pve_vm *vm, const struct pg_strv *argv,
		 struct pve_out *out);
bool pve_pvesh(struct pve_node *node, const struct pg_strv *argv, struct pve_out *out);
/* The map lines of a mapping for this node; -1: no such mapping. mdev: of the section. */
int pve_mapping_find(const struct pve_node *node, const char *kind, const char *id,
		     struct pg_strv *maps, bool *mdev);
/* Plays the start of the VM with its pending changes applied. */
void pve_start(const struct pve_node *node, const struct pve_vm *vm, struct pve_out *out);
/* memory.c: its memory. Returns NULL, or what the start dies of. */
char *pve_start_memory(const struct pve_node *node, const struct pve_conf *conf);
/* usb.c: its USB part. Returns NULL, or what the start dies of. */
char *pve_start_usb(const struct pve_node *node, const struct pve_conf *conf);
