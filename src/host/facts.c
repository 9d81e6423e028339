/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/facts.h"

#include <errno.h>
#include <string.h>

#include "src/host/collect.h"
#include "src/host/entries.h"

/* ---- collecting ---- */

static int collect_all(const struct pg_root *root, unsigned want, struct pg_facts *facts,
		       struct pg_err *err)
{
	int r = pg_collect_pci(root, facts, err);

	if (r == 0)
		r = pg_collect_iommu(root, facts);
	if (r == 0)
		r = pg_collect_system(root, facts);
	if (r == 0 && want & PG_WANT_IDENTITY)
		r = pg_collect_identity(root, facts);
	if (r == 0 && want & PG_WANT_NAMES)
		r = pg_collect_names(facts);
	if (r == 0 && want & PG_WANT_BOOT)
		r = pg_collect_files(root, facts);
	if (r == 0 && want & PG_WANT_BOOT)
		r = pg_collect_boot(root, facts);
	if (r == 0 && want & PG_WANT_BOOT)
		r = pg_collect_entries(root, facts);
	if (r == 0 && want & PG_WANT_BOOT)
		r = pg_collect_initrds(root, facts);
	if (r == 0 && want & PG_WANT_MODULES)
		r = pg_collect_modules(root, facts);
	if (r == 0 && want & PG_WANT_GUESTS)
		r = pg_collect_guests(root, facts);
	if (r == 0 && want & PG_WANT_USB)
		r = pg_collect_usb(root, facts);
	if (r == 0 && want & PG_WANT_USAGE)
		r = pg_collect_usage(root, facts);
	if (r == 0 && want & PG_WANT_USAGE)
		r = pg_collect_usb_use(root, facts);
	return r;
}

int pg_facts_collect(const struct pg_root *root, unsigned want, struct pg_facts **ret,
		     struct pg_err *err)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = calloc(1, sizeof(*facts));
	int r;

	if (!facts)
		return -ENOMEM;
	r = collect_all(root, want, facts, err);
	if (r < 0)
		return r;
	*ret = PG_STEAL(facts);
	return 0;
}

int pg_note_unread(struct pg_facts *facts, const char *path, int code)
{
	if (code == -ENOENT || code == -ENOTDIR)
		return 0;
	if (code == -ENOMEM)
		return code;
	return pg_strv_addf(&facts->unread, "%s: %s", path, pg_err_reason(code));
}

static int add_use(struct pg_use **all, size_t *n, enum pg_use_what what, char *detail,
		   bool vital)
{
	struct pg_use *use;

	if (!detail)
		return -ENOMEM;
	for (size_t i = 0; i < *n; i++) {
		if ((*all)[i].what == what && strcmp((*all)[i].detail, detail) == 0) {
			(*all)[i].vital |= vital;
			free(detail);
			return 0;
		}
	}
	use = pg_vec_add(all, n, sizeof(*use));
	if (!use) {
		free(detail);
		return -ENOMEM;
	}
	*use = (struct pg_use){ .what = what, .detail = detail, .vital = vital };
	return 0;
}

int pg_dev_add_use(struct pg_dev *dev, enum pg_use_what what, char *detail, bool vital)
{
	return add_use(&dev->use, &dev->n_use, what, detail, vital);
}

int pg_usb_add_use(struct pg_usb_dev *usb, enum pg_use_what what, char *detail, bool vital)
{
	return add_use(&usb->use, &usb->n_use, what, detail, vital);
}

/* ---- freeing ---- */

static void system_done(struct pg_system *s)
{
	free(s->node);
	free(s->boot_id);
	free(s->pve_version);
	free(s->kernel);
	free(s->cpu_model);
}

static void dev_done(struct pg_dev *d)
{
	free(d->name);
	free(d->vendor_name);
	free(d->driver);
	free(d->driver_override);
	free(d->modalias);
	pg_strv_done(&d->reset);
	free(d->vf);
	for (size_t i = 0; i < d->n_use; i++)
		free(d->use[i].detail);
	free(d->use);
	for (size_t i = 0; i < d->n_claim; i++)
		free(d->claim[i].module);
	free(d->claim);
	free(d->vmid);
	free(d->serial);
}

static void nic_done(struct pg_nic *nic)
{
	free(nic->name);
	free(nic->mac);
}

static void group_done(struct pg_group *g)
{
	free(g->dev);
	free(g->type);
}

static void modules_done(struct pg_modules *m)
{
	pg_strv_done(&m->loaded);
	for (size_t i = 0; i < m->n_conf; i++) {
		free(m->conf[i].module);
		free(m->conf[i].value);
		free(m->conf[i].path);
	}
	free(m->conf);
}

void pg_boot_entry_done(struct pg_boot_entry *e)
{
	free(e->path);
	free(e->esp);
	free(e->title);
	free(e->id);
	free(e->kernel);
	free(e->options);
}

static void initrd_done(struct pg_initrd *rd)
{
	free(rd->release);
	free(rd->path);
	free(rd->newer);
	pg_strv_done(&rd->differ);
}

static void boot_done(struct pg_boot *b)
{
	free(b->evidence);
	free(b->running);
	pg_strv_done(&b->kernels);
	for (size_t i = 0; i < b->n_entry; i++)
		pg_boot_entry_done(&b->entry[i]);
	free(b->entry);
	for (size_t i = 0; i < b->n_initrd; i++)
		initrd_done(&b->initrd[i]);
	free(b->initrd);
}

static void klog_done(struct pg_klog *log)
{
	for (size_t i = 0; i < log->n_line; i++)
		free(log->line[i].text);
	free(log->line);
}

static void hostpci_done(struct pg_hostpci *hp)
{
	free(hp->value);
	free(hp->addr);
	free(hp->slot);
	free(hp->mapping);
	free(hp->mdev);
	free(hp->romfile);
}

static void guest_done(struct pg_guest *g)
{
	free(g->node);
	free(g->name);
	free(g->path);
	free(g->lock);
	for (size_t i = 0; i < g->n_lines; i++) {
		free(g->lines[i].section);
		free(g->lines[i].key);
		free(g->lines[i].value);
	}
	free(g->lines);
	for (size_t i = 0; i < g->n_hostpci; i++)
		hostpci_done(&g->hostpci[i]);
	free(g->hostpci);
	for (size_t i = 0; i < g->n_usb; i++)
		pg_guest_usb_done(&g->usb[i]);
	free(g->usb);
	pg_strv_done(&g->bad);
}

static void storage_done(struct pg_storage *s)
{
	free(s->id);
	free(s->type);
}

static void mapping_done(struct pg_mapping *m)
{
	free(m->id);
	for (size_t i = 0; i < m->n_map; i++) {
		free(m->map[i].value);
		free(m->map[i].addr);
		free(m->map[i].slot);
		free(m->map[i].ids);
		free(m->map[i].subsystem);
		free(m->map[i].group);
	}
	free(m->map);
	free(m->addr);
	free(m->slot);
}

static void file_done(struct pg_file *f)
{
	free(f->path);
	pg_bytes_done(&f->bytes);
}

#define FREE_ALL(array, n, done)                 \
	do {                                     \
		for (size_t i = 0; i < (n); i++) \
			done(&(array)[i]);       \
		free(array);                     \
	} while (0)

void pg_facts_free(struct pg_facts *f)
{
	if (!f)
		return;
	system_done(&f->system);
	free(f->iommu.option);
	FREE_ALL(f->dev, f->n_dev, dev_done);
	FREE_ALL(f->group, f->n_group, group_done);
	modules_done(&f->modules);
	boot_done(&f->boot);
	klog_done(&f->klog);
	FREE_ALL(f->guest, f->n_guest, guest_done);
	FREE_ALL(f->storage, f->n_storage, storage_done);
	FREE_ALL(f->mapping, f->n_mapping, mapping_done);
	FREE_ALL(f->nic, f->n_nic, nic_done);
	FREE_ALL(f->usb, f->n_usb, pg_usb_dev_done);
	FREE_ALL(f->usb_mapping, f->n_usb_mapping, pg_usb_mapping_done);
	FREE_ALL(f->file, f->n_file, file_done);
	pg_strv_done(&f->rom);
	pg_strv_done(&f->unread);
	free(f);
}

void pg_facts_freep(struct pg_facts **facts)
{
	pg_facts_free(*facts);
}

/* ---- looking up ---- */

static int dev_by_addr(const void *key, const void *elem)
{
	return pg_bdf_cmp(*(const struct pg_bdf *)key, ((const struct pg_dev *)elem)->addr);
}

struct pg_dev *pg_facts_dev_mut(struct pg_facts *facts, struct pg_bdf addr)
{
	if (!facts->n_dev)
		return NULL;
	return bsearch(&addr, facts->dev, facts->n_dev, sizeof(*facts->dev), dev_by_addr);
}

const struct pg_dev *pg_facts_dev(const struct pg_facts *facts, struct pg_bdf addr)
{
	if (!facts->n_dev)
		return NULL;
	return bsearch(&addr, facts->dev, facts->n_dev, sizeof(*facts->dev), dev_by_addr);
}

static int group_by_id(const void *key, const void *elem)
{
	int a = *(const int *)key, b = ((const struct pg_group *)elem)->id;

	return (a > b) - (a < b);
}

const struct pg_group *pg_facts_group(const struct pg_facts *facts, int id)
{
	if (!facts->n_group)
		return NULL;
	return bsearch(&id, facts->group, facts->n_group, sizeof(*facts->group), group_by_id);
}

static int file_by_path(const void *key, const void *elem)
{
	return strcmp(key, ((const struct pg_file *)elem)->path);
}

const struct pg_file *pg_facts_file(const struct pg_facts *facts, const char *path)
{
	if (!facts->n_file)
		return NULL;
	return bsearch(path, facts->file, facts->n_file, sizeof(*facts->file), file_by_path);
}

const struct pg_guest *pg_facts_guest(const struct pg_facts *facts, uint32_t vmid)
{
	for (size_t i = 0; i < facts->n_guest; i++)
		if (facts->guest[i].vmid == vmid)
			return &facts->guest[i];
	return NULL;
}

const struct pg_initrd *pg_facts_initrd(const struct pg_facts *facts)
{
	for (size_t i = 0; facts->system.kernel && i < facts->boot.n_initrd; i++)
		if (strcmp(facts->boot.initrd[i].release, facts->system.kernel) == 0)
			return &facts->boot.initrd[i];
	return NULL;
}

/* '-' and '_' are the same in module names (modprobe.d(5)). */
static bool same_module(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b))
			return false;
	return *a == *b;
}

bool pg_facts_loaded(const struct pg_facts *facts, const char *module)
{
	for (size_t i = 0; i < facts->modules.loaded.n; i++)
		if (same_module(facts->modules.loaded.v[i], module))
			return true;
	return false;
}

const char *pg_guest_get_in(const struct pg_guest *guest, const char *section,
			    const char *key)
{
	for (size_t i = 0; i < guest->n_lines; i++)
		if (strcmp(guest->lines[i].section, section) == 0 &&
		    strcmp(guest->lines[i].key, key) == 0)
			return guest->lines[i].value;
	return NULL;
}

const char *pg_guest_get(const struct pg_guest *guest, const char *key)
{
	return pg_guest_get_in(guest, "", key);
}

bool pg_hostpci_names(const struct pg_hostpci *hp, struct pg_bdf addr)
{
	for (size_t i = 0; i < hp->n_addr; i++)
		if (hp->slot[i] ? pg_bdf_same_slot(hp->addr[i], addr) :
				  pg_bdf_equal(hp->addr[i], addr))
			return true;
	return false;
}

bool pg_dev_is_console(const struct pg_dev *dev)
{
	if (dev->boot_vga == PG_YES)
		return true;
	for (size_t i = 0; i < dev->n_use; i++)
		if (dev->use[i].what == PG_USE_DISPLAY)
			return true;
	return false;
}

/* ---- words ---- */

const char *pg_kind_name(enum pg_kind kind)
{
	static const char *const names[] = {
		[PG_KIND_OTHER] = "other",     [PG_KIND_GPU] = "gpu",
		[PG_KIND_AUDIO] = "audio",     [PG_KIND_USB] = "usb",
		[PG_KIND_NIC] = "nic",	       [PG_KIND_STORAGE] = "storage",
		[PG_KIND_BRIDGE] = "bridge",   [PG_KIND_SERIAL] = "serial",
		[PG_KIND_ACCELERATOR] = "accelerator",
	};

	return names[kind];
}

const char *pg_verdict_name(enum pg_verdict verdict)
{
	static const char *const names[] = {
		[PG_GROUP_EMPTY] = "empty",
		[PG_GROUP_CLEAN] = "clean",
		[PG_GROUP_SHARED] = "shared",
	};

	return names[verdict];
}

const char *pg_loader_name(enum pg_loader loader)
{
	static const char *const names[] = {
		[PG_LOADER_UNKNOWN] = "unknown",
		[PG_LOADER_GRUB] = "grub",
		[PG_LOADER_SYSTEMD_BOOT] = "systemd-boot",
	};

	return names[loader];
}

const char *pg_use_name(enum pg_use_what what)
{
	static const char *const names[] = {
		[PG_USE_NETWORK] = "network",	      [PG_USE_STORAGE] = "storage",
		[PG_USE_DISPLAY] = "display",	      [PG_USE_INPUT] = "input",
		[PG_USE_USB_STORAGE] = "usb-storage", [PG_USE_UPS] = "ups",
	};

	return names[what];
}
