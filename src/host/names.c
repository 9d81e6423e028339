/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of devices and vendors: from udev's hardware database (sd_hwdb_get(3)), and from
 * libpci's pci.ids where that is missing or has no name. Each pair of ids is looked up once.
 */
#include "src/host/collect.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-hwdb.h>

#include <pci/pci.h>

#define NAME_BYTES 1024

struct names {
	sd_hwdb *hwdb;			/* NULL: not installed */
	struct pci_access *libpci;	/* NULL until it is needed */
	bool libpci_broken;
};

/* ---- libpci ---- */

/* Its error callback gets no context and must not return (its own ends the program), so the
 * way back is here while a call into it lasts. */
static _Thread_local jmp_buf *way_back;

static void __attribute__((noreturn)) libpci_failed(char *msg, ...)
{
	(void)msg;
	longjmp(*way_back, 1);
}

static void libpci_silent(char *msg, ...)
{
	(void)msg;
}

/* Not pci_init(): it looks for a bus, and names need none. */
static struct pci_access *libpci_open(void)
{
	struct pci_access *access = pci_alloc();

	access->error = libpci_failed;
	access->warning = libpci_silent;
	access->debug = libpci_silent;
	access->id_lookup_mode = 0; /* neither the network nor its cache in $HOME */
	return access;
}

/* -ENOENT: no name; -EBADMSG: libpci gave up, over a damaged pci.ids for one. */
static int libpci_name(struct pci_access *access, int what, const struct pg_dev *dev,
		       char *buf, int size)
{
	const char *found;
	jmp_buf here;

	way_back = &here;
	if (setjmp(here) != 0) {
		way_back = NULL;
		return -EBADMSG;
	}
	found = pci_lookup_name(access, buf, size,
				what | PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB, dev->vendor,
				dev->device);
	way_back = NULL;
	return found ? 0 : -ENOENT;
}

static int name_by_libpci(struct names *n, int what, const struct pg_dev *dev, char **ret)
{
	char buf[NAME_BYTES];
	int r;

	if (n->libpci_broken)
		return 0;
	if (!n->libpci)
		n->libpci = libpci_open();
	r = libpci_name(n->libpci, what, dev, buf, (int)sizeof(buf));
	n->libpci_broken = r == -EBADMSG;
	if (r < 0)
		return 0;
	*ret = strdup(buf);
	return *ret ? 0 : -ENOMEM;
}

/* ---- both ---- */

static int look_up(struct names *n, const struct pg_dev *dev, const char *key, int what,
		   char **ret)
{
	char alias[64];
	const char *found = NULL;

	if (n->hwdb) {
		(void)snprintf(alias, sizeof(alias), "pci:v%08Xd%08X", dev->vendor, dev->device);
		if (sd_hwdb_get(n->hwdb, alias, key, &found) >= 0 && found) {
			*ret = strdup(found);
			return *ret ? 0 : -ENOMEM;
		}
	}
	return name_by_libpci(n, what, dev, ret);
}

static int name_dev(struct names *n, struct pg_dev *dev)
{
	int r = look_up(n, dev, "ID_MODEL_FROM_DATABASE", PCI_LOOKUP_DEVICE, &dev->name);

	if (r < 0)
		return r;
	return look_up(n, dev, "ID_VENDOR_FROM_DATABASE", PCI_LOOKUP_VENDOR, &dev->vendor_name);
}

static int copy_names(const struct pg_dev *from, struct pg_dev *to)
{
	to->name = from->name ? strdup(from->name) : NULL;
	to->vendor_name = from->vendor_name ? strdup(from->vendor_name) : NULL;
	return !to->name == !from->name && !to->vendor_name == !from->vendor_name ? 0 : -ENOMEM;
}

static bool same_ids(const struct pg_dev *a, const struct pg_dev *b)
{
	return a->vendor == b->vendor && a->device == b->device;
}

static int by_ids(const void *pa, const void *pb)
{
	const struct pg_dev *a = *(struct pg_dev *const *)pa, *b = *(struct pg_dev *const *)pb;

	if (a->vendor != b->vendor)
		return a->vendor - b->vendor;
	return a->device - b->device;
}

static void names_done(struct names *n)
{
	(void)sd_hwdb_unref(n->hwdb);
	if (n->libpci)
		pci_cleanup(n->libpci);
}

int pg_collect_names(struct pg_facts *facts)
{
	struct names n PG_CLEANUP(names_done) = { 0 };
	pg_autofree struct pg_dev **dev = NULL;
	int r = 0;

	if (!facts->n_dev)
		return 0;
	dev = calloc(facts->n_dev, sizeof(*dev));
	if (!dev)
		return -ENOMEM;
	for (size_t i = 0; i < facts->n_dev; i++)
		dev[i] = &facts->dev[i];
	qsort(dev, facts->n_dev, sizeof(struct pg_dev *), by_ids);
	if (sd_hwdb_new(&n.hwdb) < 0)
		n.hwdb = NULL;
	for (size_t i = 0; r == 0 && i < facts->n_dev; i++)
		r = i && same_ids(dev[i - 1], dev[i]) ? copy_names(dev[i - 1], dev[i]) :
							name_dev(&n, dev[i]);
	return r;
}
