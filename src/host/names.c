/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of devices and vendors: from udev's hardware database, which is mapped, and where that is
 * missing or has no name from pci.ids: of its text, or by libpci where it is packed. Each pair of ids is
 * looked up once.
 */
#include "src/host/collect.h"
#include "src/host/names.h"

#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <libudev.h>
#include <pci/pci.h>

#include "src/base/text.h"

#define NAME_BYTES 1024
#define IDS_MAX ((size_t)16 << 20)

struct names {
	struct udev_hwdb *hwdb;		/* NULL: not installed */
	locale_t ascii;			/* its patterns are matched in: in UTF-8 it takes ten times as long */
	struct pci_access *libpci;	/* NULL until it is needed */
	bool libpci_broken;
	struct pg_bytes ids;		/* pci.ids; empty: by libpci */
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

	if (n->libpci_broken || *ret)
		return 0;
	r = libpci_name(n->libpci, what, dev, buf, (int)sizeof(buf));
	n->libpci_broken = r == -EBADMSG;
	if (r < 0)
		return 0;
	*ret = strdup(buf);
	return *ret ? 0 : -ENOMEM;
}

/* Where it is, libpci knows: "…/pci.ids.gz", or without the ending where that is not there. */
static void read_ids(struct names *n)
{
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;
	pg_autofree char *path = NULL;

	n->libpci = libpci_open();
	path = strdup(n->libpci->id_file_name ? n->libpci->id_file_name : "");
	if (!path || !*path || pg_root_open("/", &root, NULL) < 0)
		return;
	if (pg_text_ends(path, ".gz") && pg_root_exists(root, path))
		return;
	if (pg_text_ends(path, ".gz"))
		path[strlen(path) - strlen(".gz")] = '\0';
	(void)pg_root_read(root, path, IDS_MAX, &n->ids);
}

static int name_by_ids(struct names *n, struct pg_dev *dev)
{
	int r;

	if (dev->name && dev->vendor_name)
		return 0;
	if (!n->libpci)
		read_ids(n);
	if (n->ids.n)
		return pg_pci_ids_names(&n->ids, dev->vendor, dev->device, &dev->vendor_name, &dev->name);
	r = name_by_libpci(n, PCI_LOOKUP_DEVICE, dev, &dev->name);
	return r < 0 ? r : name_by_libpci(n, PCI_LOOKUP_VENDOR, dev, &dev->vendor_name);
}

/* ---- both ---- */

static int take(struct udev_list_entry *all, const char *key, char **ret)
{
	struct udev_list_entry *e = udev_list_entry_get_by_name(all, key);
	const char *value = e ? udev_list_entry_get_value(e) : NULL;

	if (!value)
		return 0;
	*ret = strdup(value);
	return *ret ? 0 : -ENOMEM;
}

static int name_by_hwdb(struct names *n, struct pg_dev *dev)
{
	struct udev_list_entry *all;
	locale_t before;
	char alias[64];
	int r;

	if (!n->hwdb)
		return 0;
	(void)snprintf(alias, sizeof(alias), "pci:v%08Xd%08X", dev->vendor, dev->device);
	before = n->ascii ? uselocale(n->ascii) : (locale_t)0;
	all = udev_hwdb_get_properties_list_entry(n->hwdb, alias, 0);
	if (before)
		(void)uselocale(before);
	r = take(all, "ID_MODEL_FROM_DATABASE", &dev->name);
	return r < 0 ? r : take(all, "ID_VENDOR_FROM_DATABASE", &dev->vendor_name);
}

static int name_dev(struct names *n, struct pg_dev *dev)
{
	int r = name_by_hwdb(n, dev);

	return r < 0 ? r : name_by_ids(n, dev);
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
	(void)udev_hwdb_unref(n->hwdb);
	if (n->ascii)
		freelocale(n->ascii);
	if (n->libpci)
		pci_cleanup(n->libpci);
	pg_bytes_done(&n->ids);
}

int pg_collect_names(unsigned want, struct pg_facts *facts)
{
	struct names n PG_CLEANUP(names_done) = { 0 };
	pg_autofree struct pg_dev **dev = NULL;
	size_t n_dev = 0;
	int r = 0;

	if (!facts->n_dev)
		return 0;
	dev = calloc(facts->n_dev, sizeof(*dev));
	if (!dev)
		return -ENOMEM;
	for (size_t i = 0; i < facts->n_dev; i++)
		if (!(want & PG_WANT_ONLY_GPUS) || pg_dev_is_gpu(&facts->dev[i]))
			dev[n_dev++] = &facts->dev[i];
	qsort(dev, n_dev, sizeof(struct pg_dev *), by_ids);
	n.hwdb = n_dev ? udev_hwdb_new(NULL) : NULL;
	n.ascii = n.hwdb ? newlocale(LC_CTYPE_MASK, "C", (locale_t)0) : (locale_t)0;
	for (size_t i = 0; r == 0 && i < n_dev; i++)
		r = i && same_ids(dev[i - 1], dev[i]) ? copy_names(dev[i - 1], dev[i]) :
							name_dev(&n, dev[i]);
	return r;
}
