/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/facts.h"

#include <errno.h>
#include <string.h>

#include "src/host/collect.h"
#include "src/host/entries.h"

/* ---- collecting ---- */

/* Has a wanted device no link to its group, where a tree may have lost it? */
static bool has_unlinked(const struct pg_root *root, unsigned want, const struct pg_facts *facts)
{
	bool any = false;

	for (size_t i = 0; !any && !pg_root_is_whole(root) && i < facts->n_dev; i++)
		any = facts->dev[i].group < 0 &&
		      (!(want & PG_WANT_ONLY_GPUS) || pg_dev_is_gpu(&facts->dev[i]));
	return any;
}

/* One part; -ENODATA behind the last. In this order each may use what the ones before it filled. */
static int collect_part(const struct pg_root *root, unsigned want, unsigned part,
			struct pg_facts *facts, struct pg_err *err)
{
	switch (part) {
	case 0:
		return pg_collect_settings(root, facts);
	case 1:
		return pg_collect_system(root, want, facts);
	case 2:
		return pg_collect_pci(root, want, facts, err);
	case 3:
		return want & PG_WANT_GROUPS || has_unlinked(root, want, facts) ?
			       pg_collect_groups(root, want, facts) : 0;
	case 4:
		return want & PG_WANT_GROUPS ? pg_collect_iommu(root, facts) : 0;
	case 5:
		return want & PG_WANT_DETAILS ? pg_collect_iomem(root, facts) : 0;
	case 6:
		return want & PG_WANT_IDENTITY ? pg_collect_identity(root, facts) : 0;
	case 7:
		return want & PG_WANT_NAMES ? pg_collect_names(want, facts) : 0;
	case 8:
		return want & PG_WANT_BOOT ? pg_collect_files(root, facts) : 0;
	case 9:
		return want & PG_WANT_BOOT ? pg_collect_vf_makers(root, facts) : 0;
	case 10:
		return want & PG_WANT_BOOT ? pg_collect_boot(root, facts) : 0;
	case 11:
		return want & PG_WANT_BOOT ? pg_collect_entries(root, facts) : 0;
	case 12:
		return want & PG_WANT_BOOT ? pg_collect_initrds(root, facts) : 0;
	case 13:
		return want & PG_WANT_BOOT ? pg_collect_kernels(root, facts) : 0;
	case 14:
		return want & PG_WANT_MODULES ? pg_collect_modules(root, facts) : 0;
	case 15:
		return want & PG_WANT_MDEV ? pg_collect_mdev(root, facts) : 0;
	case 16:
		return want & PG_WANT_GUESTS ? pg_collect_guests(root, want, facts) : 0;
	case 17:
		return want & PG_WANT_GUESTS && want & PG_WANT_DETAILS ? pg_collect_render(root, facts) : 0;
	case 18:
		return want & PG_WANT_USB ? pg_collect_usb(root, facts) : 0;
	case 19:
		return want & PG_WANT_USAGE ? pg_collect_usage(root, want, facts) : 0;
	case 20:
		return want & PG_WANT_USAGE ? pg_collect_usb_use(root, facts) : 0;
	default:
		return -ENODATA;
	}
}

struct pg_facts *pg_facts_new(void)
{
	return calloc(1, sizeof(struct pg_facts));
}

int pg_facts_read_on(const struct pg_root *root, unsigned want, unsigned *part,
		     struct pg_facts *facts, struct pg_err *err)
{
	int r = collect_part(root, want, *part, facts, err);

	if (r == 0)
		(*part)++;
	return r == 0 ? 1 : r == -ENODATA ? 0 : r;
}

int pg_facts_collect(const struct pg_root *root, unsigned want, struct pg_facts **ret,
		     struct pg_err *err)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = pg_facts_new();
	unsigned part = 0;
	int r = facts ? 1 : -ENOMEM;

	while (r > 0)
		r = pg_facts_read_on(root, want, &part, facts, err);
	if (r < 0)
		return r;
	*ret = PG_STEAL(facts);
	return 0;
}

int pg_facts_collect_guests(const struct pg_root *root, struct pg_facts **ret)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = calloc(1, sizeof(*facts));
	int r = facts ? pg_collect_guests(root, PG_WANT_ALL, facts) : -ENOMEM;

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

static int stands_on(struct pg_use *use, size_t on)
{
	size_t *at;

	if (on == PG_ON_NOTHING)
		use->alone = true;
	if (on == PG_ON_NOTHING || (use->n_on && use->on[use->n_on - 1] == on))
		return 0;
	at = pg_vec_add(&use->on, &use->n_on, sizeof(*at));
	if (!at)
		return -ENOMEM;
	*at = on;
	return 0;
}

static int add_use(struct pg_use **all, size_t *n, enum pg_use_what what, char *detail,
		   bool vital, size_t on)
{
	struct pg_use *use;

	if (!detail)
		return -ENOMEM;
	for (size_t i = 0; i < *n; i++) {
		if ((*all)[i].what == what && strcmp((*all)[i].detail, detail) == 0) {
			(*all)[i].vital |= vital;
			free(detail);
			return stands_on(&(*all)[i], on);
		}
	}
	use = pg_vec_add(all, n, sizeof(*use));
	if (!use) {
		free(detail);
		return -ENOMEM;
	}
	*use = (struct pg_use){ .what = what, .detail = detail, .vital = vital };
	return stands_on(use, on);
}

int pg_dev_add_use(struct pg_dev *dev, enum pg_use_what what, char *detail, bool vital,
		   size_t on)
{
	return add_use(&dev->use, &dev->n_use, what, detail, vital, on);
}

int pg_usb_add_use(struct pg_usb_dev *usb, enum pg_use_what what, char *detail, bool vital)
{
	return add_use(&usb->use, &usb->n_use, what, detail, vital, PG_ON_NOTHING);
}

/* ---- freeing ---- */

static void system_done(struct pg_system *s)
{
	free(s->node);
	free(s->boot_id);
	free(s->pve_version);
	free(s->qemu_server);
	free(s->kernel);
	free(s->cpu_model);
}

static void dev_done(struct pg_dev *d)
{
	free(d->name);
	free(d->vendor_name);
	free(d->driver);
	free(d->driver_override);
	free(d->power);
	free(d->modalias);
	pg_strv_done(&d->reset);
	free(d->vf);
	for (size_t i = 0; i < d->n_use; i++) {
		free(d->use[i].detail);
		free(d->use[i].on);
	}
	free(d->use);
	for (size_t i = 0; i < d->n_claim; i++)
		free(d->claim[i].module);
	free(d->claim);
	free(d->vmid);
	free(d->serial);
	free(d->framebuffer);
}

static void nic_done(struct pg_nic *nic)
{
	free(nic->name);
	free(nic->mac);
}

static void vf_maker_done(struct pg_vf_maker *m)
{
	free(m->path);
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

static void kernel_done(struct pg_kernel *k)
{
	free(k->release);
	pg_strv_done(&k->module);
	for (size_t i = 0; i < k->n_extra; i++) {
		free(k->extra[i].name);
		free(k->extra[i].path);
	}
	free(k->extra);
	pg_strv_done(&k->builtin);
	pg_strv_done(&k->config);
}

static void boot_done(struct pg_boot *b)
{
	for (size_t i = 0; i < b->n_kernel; i++)
		kernel_done(&b->kernel[i]);
	free(b->kernel);
	free(b->pinned);
	free(b->pinned_once);
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
	free(g->ha);
	free(g->ha_group);
	free(g->backup_job);
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

static void rom_done(struct pg_rom *rom)
{
	free(rom->name);
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
		free(m->map[i].node);
		free(m->map[i].path);
		free(m->map[i].addr);
		free(m->map[i].slot);
		free(m->map[i].ids);
		free(m->map[i].subsystem);
		free(m->map[i].group);
	}
	free(m->map);
	free(m->addr);
	free(m->slot);
	free(m->description);
}

static void node_done(struct pg_node *n)
{
	free(n->name);
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
	pg_settings_done(&f->settings);
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
	FREE_ALL(f->support, f->n_support, pg_support_done);
	free(f->reserved);
	FREE_ALL(f->node, f->n_node, node_done);
	FREE_ALL(f->nic, f->n_nic, nic_done);
	FREE_ALL(f->vf_maker, f->n_vf_maker, vf_maker_done);
	FREE_ALL(f->usb, f->n_usb, pg_usb_dev_done);
	FREE_ALL(f->usb_mapping, f->n_usb_mapping, pg_usb_mapping_done);
	FREE_ALL(f->mdev_parent, f->n_mdev_parent, pg_mdev_parent_done);
	FREE_ALL(f->mdev, f->n_mdev, pg_mdev_done);
	pg_vgpu_done(&f->vgpu);
	FREE_ALL(f->file, f->n_file, file_done);
	FREE_ALL(f->rom, f->n_rom, rom_done);
	pg_strv_done(&f->unread);
	pg_strv_done(&f->unread_net);
	pg_strv_done(&f->unread_disk);
	free(f);
}

void pg_facts_freep(struct pg_facts **facts)
{
	pg_facts_free(*facts);
}

bool pg_facts_is_unread(const struct pg_facts *facts, const char *path)
{
	size_t n = strlen(path);

	for (size_t i = 0; i < facts->unread.n; i++)
		if (strncmp(facts->unread.v[i], path, n) == 0 &&
		    (facts->unread.v[i][n] == '/' || facts->unread.v[i][n] == ':'))
			return true;
	return false;
}
