/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mediated devices, as sysfs shows them. */
#include "src/host/mdev_private.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/host/collect.h"
#include "src/host/pci_private.h"

#define BUS "/sys/class/mdev_bus"
#define INSTANCES "/sys/bus/mdev/devices"
#define TYPES "mdev_supported_types"
#define TYPES_MAX 4096	/* of one device: no driver has that many */

/* ---- freeing, looking up ---- */

void pg_mdev_type_done(struct pg_mdev_type *t)
{
	free(t->id);
	free(t->name);
	free(t->description);
	free(t->api);
	pg_strv_done(&t->instance);
}

void pg_mdev_parent_done(struct pg_mdev_parent *p)
{
	free(p->name);
	for (size_t i = 0; i < p->n_type; i++)
		pg_mdev_type_done(&p->type[i]);
	free(p->type);
}

void pg_mdev_done(struct pg_mdev *m)
{
	free(m->uuid);
	free(m->parent);
	free(m->type);
}

const struct pg_mdev_parent *pg_mdev_at(const struct pg_facts *facts, struct pg_bdf addr)
{
	for (size_t i = 0; i < facts->n_mdev_parent; i++)
		if (facts->mdev_parent[i].is_pci && pg_bdf_equal(facts->mdev_parent[i].addr, addr))
			return &facts->mdev_parent[i];
	return NULL;
}

const struct pg_mdev_type *pg_mdev_type_of(const struct pg_mdev_parent *parent, const char *id)
{
	for (size_t i = 0; parent && i < parent->n_type; i++)
		if (strcmp(parent->type[i].id, id) == 0)
			return &parent->type[i];
	return NULL;
}

/* ---- one attribute ---- */

/* A folder of sysfs that is read. */
struct src {
	const struct pg_root *root;
	struct pg_facts *facts;
	const char *dir;
};

/* *ret stays NULL where it is not there or cannot be read, of which a note is made. */
static int attr(const struct src *s, const char *name, char **ret)
{
	pg_autofree char *path = pg_strf("%s/%s", s->dir, name);
	int r = path ? pg_root_read_attr(s->root, path, ret) : -ENOMEM;

	return r < 0 ? (path ? pg_note_unread(s->facts, path, r) : -ENOMEM) : 0;
}

/* ---- mdev_supported_types ---- */

static int instances(const struct src *s, struct pg_mdev_type *type)
{
	pg_autofree char *path = pg_strf("%s/devices", s->dir);
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = path ? pg_root_list(s->root, path, &names) : -ENOMEM;

	if (r < 0)
		return path ? pg_note_unread(s->facts, path, r) : -ENOMEM;
	for (size_t i = 0; r == 0 && i < names.n; i++)
		if (pg_mdev_is_uuid(names.v[i]))
			r = pg_strv_add(&type->instance, names.v[i]);
	return r;
}

static int read_type(const struct src *s, struct pg_mdev_type *type)
{
	pg_autofree char *available = NULL;
	uint64_t n;
	int r = attr(s, "name", &type->name);

	if (r == 0)
		r = attr(s, "description", &type->description);
	if (r == 0)
		r = attr(s, "device_api", &type->api);
	if (r == 0)
		r = attr(s, "available_instances", &available);
	if (r < 0)
		return r;
	type->available = -1;
	if (available && pg_text_number(available, 10, INT32_MAX, &n) == 0)
		type->available = (int64_t)n;
	type->framebuffer = pg_mdev_framebuffer(type->description);
	if (!type->framebuffer && pg_mdev_nvidia_id(type->id))
		type->framebuffer = pg_mdev_nvidia_framebuffer(type->name);
	return instances(s, type);
}

static int read_types(const struct src *s, struct pg_mdev_parent *parent)
{
	pg_autofree char *top = pg_strf("%s/" TYPES, s->dir);
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = top ? pg_root_list(s->root, top, &names) : -ENOMEM;

	if (r < 0)
		return top ? pg_note_unread(s->facts, top, r) : -ENOMEM;
	for (size_t i = 0; r == 0 && i < names.n && i < TYPES_MAX; i++) {
		pg_autofree char *dir = pg_strf("%s/%s", top, names.v[i]);
		struct pg_mdev_type *type =
			dir ? pg_vec_add(&parent->type, &parent->n_type, sizeof(*type)) : NULL;

		if (!type)
			return -ENOMEM;
		type->id = strdup(names.v[i]);
		r = type->id ? read_type(&(struct src){ s->root, s->facts, dir }, type) : -ENOMEM;
	}
	return r;
}

/* ---- nvidia/ ---- */

static int by_id(const void *a, const void *b)
{
	return strverscmp(((const struct pg_mdev_type *)a)->id,
			  ((const struct pg_mdev_type *)b)->id);
}

static int note_bad(const struct src *s, const struct pg_strv *bad)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < bad->n; i++)
		if (!pg_text_starts(bad->v[i], "ID"))
			r = pg_strv_addf(&s->facts->unread, _("%s/nvidia/creatable_vgpu_types: not "
					 "understood: %s"), s->dir, bad->v[i]);
	return r;
}

static int read_vendor(const struct src *s, struct pg_mdev_parent *parent)
{
	struct pg_strv bad PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *types = NULL, *current = NULL;
	uint64_t id = 0;
	int r = attr(s, "nvidia/creatable_vgpu_types", &types);

	if (r == 0)
		r = attr(s, "nvidia/current_vgpu_type", &current);
	if (r == 0 && types)
		r = pg_mdev_read_creatable(types, parent, &bad);
	if (r == 0 && current && pg_text_number(current, 10, UINT32_MAX, &id) == 0)
		parent->current = (uint32_t)id;
	if (parent->n_type)
		qsort(parent->type, parent->n_type, sizeof(*parent->type), by_id);
	return r < 0 ? r : note_bad(s, &bad);
}

/* ---- parents ---- */

static struct pg_mdev_parent *add_parent(struct pg_facts *facts, const char *name)
{
	struct pg_mdev_parent *p = pg_vec_add(&facts->mdev_parent, &facts->n_mdev_parent,
					      sizeof(*p));

	if (!p)
		return NULL;
	p->name = strdup(name);
	return p->name ? p : NULL;
}

static int pci_parent(const struct pg_root *root, struct pg_facts *facts,
		      const struct pg_dev *dev)
{
	struct pg_bdf_str addr = pg_bdf_str(dev->addr);
	pg_autofree char *dir = pg_strf(PG_PCI_DEVICES "/%s", addr.s);
	pg_autofree char *types = dir ? pg_strf("%s/" TYPES, dir) : NULL;
	struct pg_mdev_parent *p = types ? add_parent(facts, addr.s) : NULL;
	const struct src src = { root, facts, dir };

	if (!p)
		return -ENOMEM;
	p->is_pci = true;
	p->addr = dev->addr;
	p->way = pg_root_exists(root, types) ? PG_MDEV_TYPES : PG_MDEV_VENDOR;
	return p->way == PG_MDEV_TYPES ? read_types(&src, p) : read_vendor(&src, p);
}

/* What is no PCI device: of those that are, all was read already. */
static int other_parents(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(root, BUS, &names);

	if (r < 0)
		return pg_note_unread(facts, BUS, r);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		pg_autofree char *dir = pg_strf(BUS "/%s", names.v[i]);
		struct pg_mdev_parent *p;
		struct pg_bdf addr;

		if (pg_bdf_parse(names.v[i], &addr) == 0 && pg_facts_dev(facts, addr))
			continue;
		p = dir ? add_parent(facts, names.v[i]) : NULL;
		r = p ? read_types(&(struct src){ root, facts, dir }, p) : -ENOMEM;
	}
	return r;
}

/* ---- instances ---- */

/* Its folder lies in that of its parent; its type is a link. */
static int read_instance(const struct pg_root *root, struct pg_facts *facts, const char *uuid)
{
	pg_autofree char *dir = pg_strf(INSTANCES "/%s", uuid);
	pg_autofree char *link = dir ? pg_strf("%s/mdev_type", dir) : NULL;
	pg_autofree char *where = NULL;
	struct pg_mdev *m = link ? pg_vec_add(&facts->mdev, &facts->n_mdev, sizeof(*m)) : NULL;
	char *last;
	int r;

	if (!m)
		return -ENOMEM;
	m->uuid = strdup(uuid);
	if (!m->uuid)
		return -ENOMEM;
	(void)pg_mdev_is_proxmox(uuid, &m->vmid, &m->index);
	r = pg_root_readlink_name(root, link, &m->type);
	if (r == 0)
		r = pg_root_resolve(root, dir, &where);
	if (r < 0)
		return pg_note_unread(facts, dir, r);
	last = strrchr(where, '/');
	if (last)
		*last = '\0';
	last = strrchr(where, '/');
	m->parent = last ? strdup(last + 1) : NULL;
	return last && !m->parent ? -ENOMEM : 0;
}

static int all_instances(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(root, INSTANCES, &names);

	if (r < 0)
		return pg_note_unread(facts, INSTANCES, r);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		if (pg_mdev_is_uuid(names.v[i]))
			r = read_instance(root, facts, names.v[i]);
	return r;
}

int pg_collect_mdev(const struct pg_root *root, struct pg_facts *facts)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_dev; i++)
		if (facts->dev[i].has_mdev)
			r = pci_parent(root, facts, &facts->dev[i]);
	if (r == 0)
		r = other_parents(root, facts);
	if (r == 0)
		r = all_instances(root, facts);
	return r < 0 ? r : pg_collect_vgpu(root, facts);
}
