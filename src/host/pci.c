/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/collect.h"

#include <errno.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/host/pci_private.h"

int pg_pci_note(const struct pg_pci_src *src, const char *name, int code)
{
	pg_autofree char *path = pg_strf("%s/%s", src->dir->path, name);

	return path ? pg_note_unread(src->facts, path, code) : -ENOMEM;
}

int pg_pci_number(const struct pg_pci_src *src, const char *name, unsigned base, uint64_t max,
		  uint64_t *ret)
{
	pg_autofree char *text = NULL;
	int r = pg_root_read_attr_at(src->dir, name, &text);

	if (r < 0)
		return r;
	return pg_text_number(text, base, max, ret) < 0 ? -EBADMSG : 0;
}

static int read_dev(const struct pg_pci_src *src, struct pg_bdf addr)
{
	struct pg_dev *dev = pg_vec_add(&src->facts->dev, &src->facts->n_dev, sizeof(*dev));
	int r;

	if (!dev)
		return -ENOMEM;
	dev->addr = addr;
	dev->group = -1;
	dev->boot_vga = PG_UNKNOWN;
	dev->claim_known = PG_UNKNOWN;
	r = pg_pci_read_attrs(src, dev);
	return r ? (r < 0 ? r : 0) : pg_pci_read_links(src, dev);
}

/* One name in the folder of devices. What is no device, or went meanwhile, is noted. */
static int read_entry(const struct pg_dir *folder, unsigned want, struct pg_facts *facts,
		      const char *name)
{
	pg_autofree char *path = pg_strf("%s/%s", PG_PCI_DEVICES, name);
	struct pg_dir dir PG_CLEANUP(pg_dir_done) = { .fd = -1 };
	struct pg_bdf addr;
	int r;

	if (!path)
		return -ENOMEM;
	if (pg_bdf_parse(name, &addr) < 0)
		return pg_strv_addf(&facts->unread, _("%s: not a PCI address, left out"), path);
	r = pg_root_open_dir_at(folder, name, &dir);
	if (r == -ENOENT || r == -ENOTDIR)
		return pg_strv_addf(&facts->unread, _("%s: leads nowhere, left out"), path);
	facts->n_unread_dev += r < 0;
	if (r < 0)
		return pg_note_unread(facts, path, r);
	return read_dev(&(struct pg_pci_src){ facts, &dir, want }, addr);
}

static int by_addr(const void *a, const void *b)
{
	return pg_bdf_cmp(((const struct pg_dev *)a)->addr, ((const struct pg_dev *)b)->addr);
}

int pg_collect_pci(const struct pg_root *root, unsigned want, struct pg_facts *facts,
		   struct pg_err *err)
{
	struct pg_dir folder PG_CLEANUP(pg_dir_done) = { .fd = -1 };
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	struct stat st;
	int r = pg_root_stat(root, "/sys/bus/pci", &st);

	if (r == -EACCES)
		return pg_err_set(err, r, pg_root_prefix(root), 0,
				  "/sys/bus/pci cannot be read: %s.", pg_err_reason(r));
	if (r < 0)
		return pg_err_set(err, -ENOENT, pg_root_prefix(root), 0,
				  "This folder has no /sys/bus/pci: it is not a host's root, "
				  "or sysfs is not mounted.");
	r = pg_root_list(root, PG_PCI_DEVICES, &names);
	if (r == 0)
		r = pg_root_open_dir(root, PG_PCI_DEVICES, &folder);
	if (r < 0)
		return pg_note_unread(facts, PG_PCI_DEVICES, r);
	for (size_t i = 0; i < names.n; i++) {
		r = read_entry(&folder, want, facts, names.v[i]);
		if (r < 0)
			return r;
	}
	/* names come sorted, and are in the order of addresses unless a domain has five digits */
	for (size_t i = 1; i < facts->n_dev; i++) {
		if (by_addr(&facts->dev[i - 1], &facts->dev[i]) <= 0)
			continue;
		qsort(facts->dev, facts->n_dev, sizeof(*facts->dev), by_addr);
		break;
	}
	return 0;
}
