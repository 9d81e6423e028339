/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Facts made by hand. A failure here fails the test.
 */
#pragma once

#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "src/plan/plan.h"

static inline struct pg_facts *make_facts(void)
{
	struct pg_facts *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->iommu.active = PG_YES;
	f->iommu.table = PG_TABLE_DMAR;
	f->iommu.table_known = true;
	f->iommu.remapping = PG_YES;
	f->system.cpu = PG_CPU_INTEL;
	f->system.node = strdup("pve1");
	f->system.pve_version = strdup("9.0.3");
	f->boot.loader = PG_LOADER_GRUB;
	f->boot.running = strdup("BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 ro quiet");
	f->modules.vfio_there = PG_YES;
	f->modules.loaded_known = PG_YES;
	assert_int_equal(pg_strv_add(&f->boot.kernels, "6.14.8-2-pve"), 0);
	return f;
}

/* Devices are added in order of address, each into the group. */
static inline struct pg_dev *make_dev(struct pg_facts *f, const char *addr, unsigned vendor,
				      unsigned device, uint32_t class, const char *driver,
				      int group)
{
	struct pg_dev *d = pg_vec_add(&f->dev, &f->n_dev, sizeof(*d));
	struct pg_group *g = NULL;
	size_t *index;

	assert_non_null(d);
	assert_int_equal(pg_bdf_parse(addr, &d->addr), 0);
	d->vendor = (uint16_t)vendor;
	d->device = (uint16_t)device;
	d->class = class;
	d->kind = class >> 16 == 3 ? PG_KIND_GPU :
		  class >> 16 == 2 ? PG_KIND_NIC :
		  class >> 8 == 0x0403 ? PG_KIND_AUDIO :
		  class >> 16 == 6 ? PG_KIND_BRIDGE : PG_KIND_OTHER;
	d->is_bridge = d->kind == PG_KIND_BRIDGE;
	d->driver = driver ? strdup(driver) : NULL;
	d->boot_vga = PG_NO;
	d->can_reset = PG_YES;
	d->claim_known = PG_YES;
	d->group = group;
	if (group < 0)
		return d;
	if (f->n_group && f->group[f->n_group - 1].id == group)
		g = &f->group[f->n_group - 1];
	else
		g = pg_vec_add(&f->group, &f->n_group, sizeof(*g));
	assert_non_null(g);
	g->id = group;
	index = pg_vec_add(&g->dev, &g->n_dev, sizeof(*index));
	assert_non_null(index);
	*index = f->n_dev - 1;
	return d;
}

static inline void make_claim(struct pg_dev *d, const char *module, bool builtin)
{
	struct pg_claim *claim = pg_vec_add(&d->claim, &d->n_claim, sizeof(*claim));

	assert_non_null(claim);
	claim->module = strdup(module);
	claim->builtin = builtin;
}

static inline void make_use(struct pg_dev *d, enum pg_use_what what, const char *detail,
			    bool vital)
{
	struct pg_use *use = pg_vec_add(&d->use, &d->n_use, sizeof(*use));

	assert_non_null(use);
	*use = (struct pg_use){ .what = what, .detail = strdup(detail), .vital = vital };
}

/* Files are added in order of path. */
static inline void make_file(struct pg_facts *f, const char *path, const char *text)
{
	struct pg_file *file = pg_vec_add(&f->file, &f->n_file, sizeof(*file));

	assert_non_null(file);
	file->path = strdup(path);
	file->mode = 0644;
	assert_int_equal(pg_bytes_copy(text, strlen(text), &file->bytes), 0);
}

static inline void make_conf(struct pg_facts *f, enum pg_modconf_kind kind, const char *module,
			     const char *value, const char *path)
{
	struct pg_modconf *conf =
		pg_vec_add(&f->modules.conf, &f->modules.n_conf, sizeof(*conf));

	assert_non_null(conf);
	*conf = (struct pg_modconf){ kind, strdup(module), strdup(value), strdup(path), 1 };
}

/* A VM of this node: its main section as "key: value" lines. */
static inline struct pg_guest *make_guest(struct pg_facts *f, uint32_t vmid)
{
	struct pg_guest *g = pg_vec_add(&f->guest, &f->n_guest, sizeof(*g));

	assert_non_null(g);
	g->vmid = vmid;
	g->node = strdup("pve1");
	g->local = true;
	g->path = pg_strf("/etc/pve/nodes/pve1/qemu-server/%u.conf", vmid);
	return g;
}

static inline void make_key(struct pg_guest *g, const char *section, const char *key,
			    const char *value)
{
	struct pg_guest_line *line = pg_vec_add(&g->lines, &g->n_lines, sizeof(*line));

	assert_non_null(line);
	*line = (struct pg_guest_line){ strdup(section), strdup(key), strdup(value),
					(unsigned)g->n_lines };
}

/* hostpciN with one address or slot, its line included. */
static inline void make_hostpci(struct pg_guest *g, unsigned index, const char *value)
{
	struct pg_hostpci *hp = pg_vec_add(&g->hostpci, &g->n_hostpci, sizeof(*hp));
	char key[16];
	char host[32];

	assert_non_null(hp);
	(void)snprintf(key, sizeof(key), "hostpci%u", index);
	make_key(g, "", key, value);
	hp->index = index;
	hp->value = strdup(value);
	hp->addr = calloc(1, sizeof(*hp->addr));
	hp->slot = calloc(1, sizeof(*hp->slot));
	hp->n_addr = 1;
	(void)snprintf(host, sizeof(host), "%.*s", (int)strcspn(value, ","), value);
	assert_int_equal(pg_bdf_parse_loose(host, hp->addr, hp->slot), 0);
	hp->pcie = strstr(value, "pcie=1") != NULL;
	hp->xvga = strstr(value, "x-vga=1") != NULL;
}

static inline struct pg_choices *make_choices(const char *address, uint32_t vmid)
{
	struct pg_choices *c = pg_choices_new();
	struct pg_bdf addr;
	bool slot;

	assert_non_null(c);
	assert_int_equal(pg_bdf_parse_loose(address, &addr, &slot), 0);
	assert_int_equal(pg_choices_pick(c, addr, slot), 0);
	c->vmid = vmid;
	return c;
}

static inline const struct pg_finding *find_finding(const struct pg_findings *f, const char *id)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->v[i].id, id) == 0)
			return &f->v[i];
	return NULL;
}

/* Level of the finding; -1: there is none. */
static inline int level_of(const struct pg_findings *f, const char *id)
{
	const struct pg_finding *finding = find_finding(f, id);

	return finding ? (int)finding->level : -1;
}
