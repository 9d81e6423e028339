/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is looked up in facts, and the words for their values. */
#include "src/host/facts.h"

#include <string.h>

#include "src/host/collect.h"
#include "src/base/i18n.h"

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

const struct pg_kernel *pg_facts_kernel(const struct pg_facts *facts, const char *release)
{
	for (size_t i = 0; release && i < facts->boot.n_kernel; i++)
		if (strcmp(facts->boot.kernel[i].release, release) == 0)
			return &facts->boot.kernel[i];
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

const struct pg_rom *pg_facts_rom(const struct pg_facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->n_rom; i++)
		if (strcmp(facts->rom[i].name, name) == 0)
			return &facts->rom[i];
	return NULL;
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

bool pg_hostpci_is_hidden(const struct pg_guest *guest, const struct pg_hostpci *hp)
{
	for (size_t i = 0; i < guest->n_hostpci && !hp->pending; i++)
		if (guest->hostpci[i].pending && !guest->hostpci[i].dropped &&
		    guest->hostpci[i].index == hp->index)
			return true;
	return false;
}

bool pg_dev_is_gpu(const struct pg_dev *dev)
{
	return dev->kind == PG_KIND_GPU || dev->kind == PG_KIND_ACCELERATOR;
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
		[PG_GROUP_EMPTY] = N_("empty"),
		[PG_GROUP_CLEAN] = N_("clean"),
		[PG_GROUP_SHARED] = N_("shared"),
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
		[PG_USE_NETWORK] = N_("network"),	      [PG_USE_STORAGE] = N_("storage"),
		[PG_USE_DISPLAY] = N_("display"),	      [PG_USE_INPUT] = N_("input"),
		[PG_USE_USB_STORAGE] = N_("usb-storage"), [PG_USE_UPS] = N_("ups"),
	};

	return names[what];
}
