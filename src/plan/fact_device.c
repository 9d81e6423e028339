/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named facts of a PCI device. */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/strbuf.h"
#include "src/plan/fact.h"
#include "src/plan/planner.h"

#define DEVICE(name, how)                                                     \
	static int name(const struct pg_subject *s, struct pg_value *ret)     \
	{                                                                     \
		const struct pg_dev *d = s->dev;                              \
		return how;                                                   \
	}

static int text(struct pg_value *ret, char *word)
{
	int r = word ? pg_fact_maybe(ret, word) : -ENOMEM;

	free(word);
	return r;
}

DEVICE(address, pg_fact_maybe(ret, pg_bdf_str(d->addr).s))
DEVICE(kind, pg_fact_maybe(ret, pg_kind_name(d->kind)))
DEVICE(class, text(ret, pg_strf("%04x", d->class >> 8)))
DEVICE(vendor, text(ret, pg_strf("%04x", d->vendor)))
DEVICE(ids, text(ret, pg_strf("%04x:%04x", d->vendor, d->device)))
DEVICE(name, pg_fact_maybe(ret, d->name))
DEVICE(driver, pg_fact_maybe(ret, d->driver))
DEVICE(override, pg_fact_maybe(ret, d->driver_override))
DEVICE(has_group, pg_fact_yesno(ret, pg_tri_of(d->group >= 0)))
DEVICE(boot_display, pg_fact_yesno(ret, d->boot_vga == PG_UNKNOWN ? PG_NO : d->boot_vga))
DEVICE(console, pg_fact_yesno(ret, pg_tri_of(pg_dev_is_console(d))))
DEVICE(reset, pg_fact_words(ret, &d->reset))
DEVICE(can_reset, pg_fact_yesno(ret, d->can_reset))
DEVICE(power, pg_fact_maybe(ret, d->power))
DEVICE(dead, pg_fact_yesno(ret, pg_tri_of(d->dead)))
DEVICE(framebuffer, pg_fact_maybe(ret, d->framebuffer))
DEVICE(rom, pg_fact_count(ret, d->rom_size))
DEVICE(is_vf, pg_fact_yesno(ret, pg_tri_of(d->is_vf)))
DEVICE(vfs, pg_fact_count(ret, d->num_vfs))
DEVICE(vfs_total, pg_fact_count(ret, d->total_vfs))
DEVICE(mdev, pg_fact_yesno(ret, pg_tri_of(d->has_mdev)))
DEVICE(vms, pg_fact_count(ret, d->n_vmid))
DEVICE(found, pg_fact_found(ret, s->found, pg_bdf_str(d->addr).s))

static int group_verdict(const struct pg_subject *s, struct pg_value *ret)
{
	const struct pg_group *g = pg_facts_group(s->facts, s->dev->group);

	return g ? pg_fact_word(ret, pg_verdict_name(g->verdict)) : 0;
}

/* Of the others in its group: what does not hold them for a VM. */
static int group_drivers(const struct pg_subject *s, struct pg_value *ret)
{
	const struct pg_group *g = pg_facts_group(s->facts, s->dev->group);
	int r = g ? pg_fact_list(ret) : 0;

	for (size_t i = 0; g && r == 0 && i < g->n_dev; i++) {
		const struct pg_dev *d = &s->facts->dev[g->dev[i]];

		if (d != s->dev && !d->is_bridge && d->driver && !pg_dev_on_vfio(d))
			r = pg_fact_add(ret, d->driver);
	}
	return r;
}

static int rmrr(const struct pg_subject *s, struct pg_value *ret)
{
	const struct pg_group *g = pg_facts_group(s->facts, s->dev->group);

	return g ? pg_fact_yesno(ret, pg_tri_of(g->rmrr)) : 0;
}

static int largest_bar(const struct pg_subject *s, struct pg_value *ret)
{
	uint64_t most = 0;

	if (!s->dev->bar_known)
		return 0;
	for (size_t i = 0; i < PG_ARRAY_SIZE(s->dev->bar_size); i++)
		if (s->dev->bar_size[i] > most)
			most = s->dev->bar_size[i];
	return pg_fact_count(ret, most);
}

static int used(const struct pg_subject *s, struct pg_value *ret)
{
	int r = pg_fact_list(ret);

	for (size_t i = 0; r == 0 && i < s->dev->n_use; i++)
		r = pg_fact_add(ret, pg_use_name(s->dev->use[i].what));
	return r;
}

static int uses(const struct pg_subject *s, struct pg_value *ret)
{
	int r = pg_fact_list(ret);

	for (size_t i = 0; r == 0 && i < s->dev->n_use; i++)
		r = pg_fact_add(ret, s->dev->use[i].detail);
	return r;
}

static int vital(const struct pg_subject *s, struct pg_value *ret)
{
	enum pg_tri any = PG_NO;

	for (size_t i = 0; i < s->dev->n_use; i++)
		if (s->dev->use[i].vital)
			any = PG_YES;
	return pg_fact_yesno(ret, any);
}

static int claims(const struct pg_subject *s, struct pg_value *ret)
{
	int r = 0;

	if (s->dev->claim_known != PG_YES)
		return 0;
	(void)pg_fact_list(ret);
	for (size_t i = 0; r == 0 && i < s->dev->n_claim; i++)
		r = pg_fact_add(ret, s->dev->claim[i].module);
	return r;
}

static int vm(const struct pg_subject *s, struct pg_value *ret)
{
	int r = pg_fact_list(ret);

	for (size_t i = 0; r == 0 && i < s->dev->n_vmid; i++) {
		pg_autofree char *id = pg_strf("%u", s->dev->vmid[i]);

		r = id ? pg_fact_add(ret, id) : -ENOMEM;
	}
	return r;
}

static int vm_running(const struct pg_subject *s, struct pg_value *ret)
{
	enum pg_tri any = PG_NO;

	for (size_t i = 0; i < s->dev->n_vmid; i++) {
		const struct pg_guest *g = pg_facts_guest(s->facts, s->dev->vmid[i]);

		if (g && g->running != PG_NO && any != PG_YES)
			any = g->running;
	}
	return pg_fact_yesno(ret, any);
}

static int twins(const struct pg_subject *s, struct pg_value *ret)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->facts->n_dev; i++)
		n += s->facts->dev[i].vendor == s->dev->vendor &&
		     s->facts->dev[i].device == s->dev->device && &s->facts->dev[i] != s->dev;
	return pg_fact_count(ret, n);
}

#define ROW(name, type, help, get) { "device." name, PG_SCOPE_DEVICE, PG_VALUE_##type, help, get }

const struct pg_fact pg_fact_device[] = {
	ROW("address", WORDS, "0000:01:00.0", address),
	ROW("name", WORDS, N_("as the hardware database has it"), name),
	ROW("kind", WORDS, N_("gpu, audio, usb, nic, storage, bridge, …"), kind),
	ROW("class", WORDS, N_("base class and subclass: 0300"), class),
	ROW("vendor", WORDS, "10de", vendor),
	ROW("ids", WORDS, "10de:2684", ids),
	ROW("driver", WORDS, N_("that it is bound to now, or none"), driver),
	ROW("override", WORDS, N_("its driver_override, or none"), override),
	ROW("claims", WORDS, N_("modules that the kernel would load for it"), claims),
	ROW("has_group", YESNO, N_("it is in an IOMMU group"), has_group),
	ROW("group_verdict", WORDS, N_("clean, shared or empty"), group_verdict),
	ROW("group_drivers", WORDS, N_("drivers of the node that others of its group are bound to"), group_drivers),
	ROW("rmrr", YESNO, N_("the firmware uses it (a direct region of its group)"), rmrr),
	ROW("boot_display", YESNO, N_("the firmware's screen is on it"), boot_display),
	ROW("console", YESNO, N_("the node's own screen hangs on it"), console),
	ROW("framebuffer", WORDS, N_("what of the boot's framebuffer lies in it, or none"), framebuffer),
	ROW("reset", WORDS, N_("ways to reset it: flr, bus, pm, …; none"), reset),
	ROW("can_reset", YESNO, N_("the kernel has a way to reset it"), can_reset),
	ROW("power", WORDS, N_("its power state: D0, D3hot, D3cold; none where the kernel does not tell"), power),
	ROW("dead", YESNO, N_("it answers no read"), dead),
	ROW("rom", NUMBER, N_("bytes of its expansion ROM's window"), rom),
	ROW("largest_bar", NUMBER, "bytes", largest_bar),
	ROW("is_vf", YESNO, N_("it is a virtual function"), is_vf),
	ROW("vfs", NUMBER, N_("virtual functions that it has now"), vfs),
	ROW("vfs_total", NUMBER, N_("that it can have; 0: no SR-IOV"), vfs_total),
	ROW("mdev", YESNO, N_("it offers mediated devices"), mdev),
	ROW("used", WORDS, N_("what of the node hangs on it: network, storage, display, …"), used),
	ROW("uses", WORDS, N_("the same in the person's own names"), uses),
	ROW("vital", YESNO, N_("the node cannot do without it"), vital),
	ROW("twins", NUMBER, N_("other devices with the same ids"), twins),
	ROW("vm", WORDS, N_("VMs whose configuration names it"), vm),
	ROW("vms", NUMBER, N_("how many VMs name it"), vms),
	ROW("vm_running", YESNO, N_("such a VM runs"), vm_running),
	ROW("found", WORDS, N_("ids of findings about it"), found),
	{ 0 },
};
