/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named facts of a VM, as its next start finds it: [PENDING] is applied. */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/strbuf.h"
#include "src/base/text.h"
#include "src/plan/drift.h"
#include "src/plan/fact.h"
#include "src/plan/planner.h"

#define VM(name, how)                                                         \
	static int name(const struct pg_subject *s, struct pg_value *ret)     \
	{                                                                     \
		const struct pg_guest *g = s->guest;                          \
		return how;                                                   \
	}

/* "host,flags=+pcid": what stands before the comma. */
static int first_part(struct pg_value *ret, const char *value, const char *otherwise)
{
	pg_autofree char *part = strdup(value ? value : otherwise);

	if (!part)
		return -ENOMEM;
	part[strcspn(part, ",")] = '\0';
	return pg_fact_maybe(ret, part);
}

static int number_of(struct pg_value *ret, const char *value, uint64_t otherwise, uint64_t unit)
{
	uint64_t n = otherwise;

	if (value && pg_text_number(value, 10, UINT32_MAX, &n) < 0)
		return 0;
	return pg_fact_count(ret, n * unit);
}

VM(id, pg_fact_count(ret, g->vmid))
VM(name, pg_fact_maybe(ret, g->name))
VM(path, pg_fact_maybe(ret, g->path))
VM(running, pg_fact_yesno(ret, g->running))
VM(is_template, pg_fact_yesno(ret, pg_tri_of(g->template)))
VM(lock, pg_fact_maybe(ret, g->lock))
VM(ha, pg_fact_maybe(ret, g->ha))
VM(machine, first_part(ret, pg_vm_value(g, "machine"), "pc"))
VM(bios, first_part(ret, pg_vm_value(g, "bios"), "seabios"))
VM(ostype, first_part(ret, pg_vm_value(g, "ostype"), "other"))
VM(cpu, first_part(ret, pg_vm_value(g, "cpu"), "kvm64"))
VM(vga, first_part(ret, pg_vm_value(g, "vga"), "std"))
VM(memory, number_of(ret, pg_vm_value(g, "memory"), 512, 1 << 20))
VM(agent, pg_fact_yesno(ret, pg_tri_of(pg_vm_value(g, "agent") && *pg_vm_value(g, "agent") != '0')))
VM(onboot, pg_fact_yesno(ret, pg_tri_of(pg_vm_value(g, "onboot") && strcmp(pg_vm_value(g, "onboot"), "1") == 0)))

/* "KEY=VALUE" of the main section. */
static int settings(const struct pg_subject *s, struct pg_value *ret)
{
	int r = pg_fact_list(ret);

	for (size_t i = 0; r == 0 && i < s->guest->n_lines; i++) {
		const struct pg_guest_line *l = &s->guest->lines[i];
		pg_autofree char *text = NULL;

		if (*l->section)
			continue;
		text = pg_strf("%s=%s", l->key, l->value);
		r = text ? pg_fact_add(ret, text) : -ENOMEM;
	}
	return r;
}

static int pending(const struct pg_subject *s, struct pg_value *ret)
{
	int r = pg_fact_list(ret);

	for (size_t i = 0; r == 0 && i < s->guest->n_lines; i++)
		if (strcmp(s->guest->lines[i].section, "PENDING") == 0)
			r = pg_fact_add(ret, s->guest->lines[i].key);
	return r;
}

/* Each passed entry, what of it is wanted. */
static int entries(const struct pg_subject *s, const char *(*of)(const struct pg_hostpci *hp),
		   struct pg_value *ret)
{
	int r = pg_fact_list(ret);

	for (size_t i = 0; r == 0 && i < s->guest->n_hostpci; i++)
		if (pg_hostpci_counts(s->guest, &s->guest->hostpci[i]))
			r = pg_fact_add(ret, of(&s->guest->hostpci[i]));
	return r;
}

static const char *entry_mapping(const struct pg_hostpci *hp)
{
	return hp->mapping;
}

static const char *entry_mdev(const struct pg_hostpci *hp)
{
	return hp->mdev;
}

static const char *entry_romfile(const struct pg_hostpci *hp)
{
	return hp->romfile;
}

static const char *entry_value(const struct pg_hostpci *hp)
{
	return hp->value;
}

static int mappings(const struct pg_subject *s, struct pg_value *ret)
{
	return entries(s, entry_mapping, ret);
}

static int mdevs(const struct pg_subject *s, struct pg_value *ret)
{
	return entries(s, entry_mdev, ret);
}

static int romfiles(const struct pg_subject *s, struct pg_value *ret)
{
	return entries(s, entry_romfile, ret);
}

static int hostpci(const struct pg_subject *s, struct pg_value *ret)
{
	return entries(s, entry_value, ret);
}

static int is_primary(const struct pg_subject *s, struct pg_value *ret)
{
	enum pg_tri any = PG_NO;

	for (size_t i = 0; i < s->guest->n_hostpci; i++)
		if (s->guest->hostpci[i].xvga &&
		    pg_hostpci_counts(s->guest, &s->guest->hostpci[i]))
			any = PG_YES;
	return pg_fact_yesno(ret, any);
}

/* ---- of its devices that are there ---- */

static int devices(const struct pg_subject *s, int (*add)(const struct pg_dev *, struct pg_value *),
		   struct pg_value *ret)
{
	int r = pg_fact_list(ret);

	for (size_t i = 0; r == 0 && i < s->facts->n_dev; i++) {
		const struct pg_dev *dev = &s->facts->dev[i];

		for (size_t k = 0; r == 0 && k < dev->n_vmid; k++)
			if (dev->vmid[k] == s->guest->vmid)
				r = add(dev, ret);
	}
	return r;
}

static int add_address(const struct pg_dev *dev, struct pg_value *ret)
{
	return pg_fact_add(ret, pg_bdf_str(dev->addr).s);
}

static int add_driver(const struct pg_dev *dev, struct pg_value *ret)
{
	return pg_fact_add(ret, dev->driver);
}

static int add_kind(const struct pg_dev *dev, struct pg_value *ret)
{
	return pg_fact_add(ret, pg_kind_name(dev->kind));
}

static int add_vendor(const struct pg_dev *dev, struct pg_value *ret)
{
	pg_autofree char *text = pg_strf("%04x", dev->vendor);

	return text ? pg_fact_add(ret, text) : -ENOMEM;
}

static int add_mdev(const struct pg_dev *dev, struct pg_value *ret)
{
	return dev->has_mdev ? add_address(dev, ret) : 0;
}

static int add_boot_display(const struct pg_dev *dev, struct pg_value *ret)
{
	return dev->boot_vga == PG_YES ? add_address(dev, ret) : 0;
}

static int addresses(const struct pg_subject *s, struct pg_value *ret)
{
	return devices(s, add_address, ret);
}

static int drivers(const struct pg_subject *s, struct pg_value *ret)
{
	return devices(s, add_driver, ret);
}

static int kinds(const struct pg_subject *s, struct pg_value *ret)
{
	return devices(s, add_kind, ret);
}

static int vendors(const struct pg_subject *s, struct pg_value *ret)
{
	return devices(s, add_vendor, ret);
}

static int mdev_devices(const struct pg_subject *s, struct pg_value *ret)
{
	return devices(s, add_mdev, ret);
}

static int boot_displays(const struct pg_subject *s, struct pg_value *ret)
{
	return devices(s, add_boot_display, ret);
}

static int found(const struct pg_subject *s, struct pg_value *ret)
{
	pg_autofree char *scope = pg_strf("vm/%u", s->guest->vmid);

	return scope ? pg_fact_found(ret, s->found, scope) : -ENOMEM;
}

#define ROW(name, type, help, get) { "vm." name, PG_SCOPE_VM, PG_VALUE_##type, help, get }

const struct pg_fact pg_fact_vm[] = {
	ROW("id", NUMBER, "100", id),
	ROW("name", WORDS, N_("or none"), name),
	ROW("path", WORDS, N_("its configuration file"), path),
	ROW("running", YESNO, N_("it runs"), running),
	ROW("template", YESNO, N_("it is a template"), is_template),
	ROW("lock", WORDS, N_("backup, migrate, …, or none"), lock),
	ROW("ha", WORDS, N_("its state in HA: started, …, or none"), ha),
	ROW("machine", WORDS, N_("pc, q35, pc-q35-9.0, …"), machine),
	ROW("bios", WORDS, N_("seabios or ovmf"), bios),
	ROW("ostype", WORDS, "l26, win11, …", ostype),
	ROW("cpu", WORDS, N_("host, kvm64, …"), cpu),
	ROW("vga", WORDS, N_("std, none, qxl, …"), vga),
	ROW("memory", NUMBER, "bytes", memory),
	ROW("agent", YESNO, N_("the guest agent is expected"), agent),
	ROW("onboot", YESNO, N_("it starts with the node"), onboot),
	ROW("settings", WORDS, N_("\"KEY=VALUE\" of its configuration"), settings),
	ROW("pending", WORDS, N_("keys of [PENDING]"), pending),
	ROW("hostpci", WORDS, N_("values of its hostpciN"), hostpci),
	ROW("mappings", WORDS, N_("mappings that they name"), mappings),
	ROW("mdevs", WORDS, N_("types of mediated devices that they name"), mdevs),
	ROW("romfiles", WORDS, N_("ROM files that they name"), romfiles),
	ROW("primary", YESNO, N_("one of them is its only display (x-vga)"), is_primary),
	ROW("devices", WORDS, N_("addresses of its devices that are there"), addresses),
	ROW("drivers", WORDS, N_("drivers that these are bound to"), drivers),
	ROW("kinds", WORDS, N_("what kinds they are"), kinds),
	ROW("vendors", WORDS, N_("vendors that they are of"), vendors),
	ROW("dividable", WORDS, N_("those of them that offer mediated devices"), mdev_devices),
	ROW("boot_display", WORDS, N_("the one on which the firmware's screen is, or none"), boot_displays),
	ROW("found", WORDS, N_("ids of findings about it"), found),
	{ 0 },
};
