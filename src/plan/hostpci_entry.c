/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hostpciN entries that the choices ask for. */
#include "src/plan/hostpci.h"

#include <errno.h>
#include <string.h>

void pg_entries_done(struct pg_entries *entries)
{
	for (size_t i = 0; i < entries->n; i++) {
		free(entries->v[i].dev);
		free(entries->v[i].host);
	}
	free(entries->v);
	*entries = (struct pg_entries){ 0 };
}

static struct pg_entry *add_entry(struct pg_entries *entries)
{
	return pg_vec_add(&entries->v, &entries->n, sizeof(*entries->v));
}

static int add_dev(struct pg_entry *e, const struct pg_dev *dev)
{
	const struct pg_dev **to = pg_vec_add(&e->dev, &e->n, sizeof(const struct pg_dev *));

	if (!to)
		return -ENOMEM;
	*to = dev;
	return 0;
}

/* ---- those that the person joined: "a;b" ---- */

static int refuse_twice(struct pg_vm_plan *vm, const struct pg_dev *dev)
{
	struct pg_finding *f = pg_vm_finding(
		vm, "hostpci-chosen-twice", PG_LEVEL_BLOCK,
		"A function was chosen twice, by itself and with others: Proxmox starts no VM "
		"that has it twice.");

	if (pg_finding_evidence(f, "%s", pg_bdf_str(dev->addr).s) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Name each function once.");
}

static bool is_in(const struct pg_entries *entries, const struct pg_dev *dev)
{
	for (size_t i = 0; i < entries->n; i++)
		if (pg_planner_has(entries->v[i].dev, entries->v[i].n, dev))
			return true;
	return false;
}

static int join_pick(struct pg_vm_plan *vm, const struct pg_pick *pick,
		     const struct pg_entries *entries, struct pg_entry *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < vm->p->n_dev; i++) {
		const struct pg_dev *dev = vm->p->dev[i];

		if (pick->slot ? !pg_bdf_same_slot(pick->addr, dev->addr) :
				 !pg_bdf_equal(pick->addr, dev->addr))
			continue;
		r = is_in(entries, dev) ? refuse_twice(vm, dev) : add_dev(e, dev);
	}
	return r;
}

static int join(struct pg_vm_plan *vm, unsigned joined, struct pg_entries *entries)
{
	const struct pg_choices *c = vm->p->choices;
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_entry *e = add_entry(entries);
	int r = e ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < c->n_pick; i++) {
		const struct pg_pick *pick = &c->pick[i];

		if (pick->joined != joined)
			continue;
		pg_strbuf_addf(&b, "%s%s", b.len ? ";" : "",
			       pick->slot ? pg_bdf_slot_str(pick->addr).s : pg_bdf_str(pick->addr).s);
		r = join_pick(vm, pick, entries, e);
	}
	if (r < 0)
		return r;
	e->joined = true;
	e->host = pg_strbuf_steal(&b);
	return e->host ? 0 : -ENOMEM;
}

static int joined_entries(struct pg_vm_plan *vm, struct pg_entries *entries)
{
	const struct pg_choices *c = vm->p->choices;
	unsigned last = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->n_pick; i++) {
		if (c->pick[i].joined <= last)
			continue;
		last = c->pick[i].joined;
		r = join(vm, last, entries);
	}
	return r;
}

/* ---- the others: by slot, or one by one ---- */

/* A slot as a whole means all of its functions, virtual ones too, where they share it. */
static bool is_whole(const struct pg_facts *facts, const struct pg_entry *e)
{
	size_t there = 0;

	for (size_t i = 0; i < facts->n_dev; i++)
		there += pg_bdf_same_slot(facts->dev[i].addr, e->dev[0]->addr);
	for (size_t i = 0; i < e->n; i++)
		if (e->dev[i]->is_vf || e->dev[i]->total_vfs)
			return false;
	return e->n > 1 && e->n == there;
}

static char *host_of(const struct pg_facts *facts, struct pg_entry *e)
{
	struct pg_strbuf b = { 0 };

	if (is_whole(facts, e))
		return strdup(pg_bdf_slot_str(e->dev[0]->addr).s);
	for (size_t i = 0; i < e->n; i++)
		pg_strbuf_addf(&b, "%s%s", i ? ";" : "", pg_bdf_str(e->dev[i]->addr).s);
	return pg_strbuf_steal(&b);
}

/* A virtual function is a device of its own. */
static bool goes_with(const struct pg_vm_plan *vm, const struct pg_dev *first,
		      const struct pg_dev *dev)
{
	return !vm->p->choices->separate && !first->is_vf && !dev->is_vf &&
	       pg_bdf_same_slot(first->addr, dev->addr);
}

static int slot_entry(struct pg_vm_plan *vm, size_t from, struct pg_entries *entries)
{
	const struct pg_dev *first = vm->p->dev[from];
	struct pg_entry new = { 0 }, *e;
	int r = add_dev(&new, first);

	for (size_t i = from + 1; r == 0 && i < vm->p->n_dev; i++)
		if (goes_with(vm, first, vm->p->dev[i]) && !is_in(entries, vm->p->dev[i]))
			r = add_dev(&new, vm->p->dev[i]);
	e = r == 0 ? add_entry(entries) : NULL;
	if (!e) {
		free(new.dev);
		return -ENOMEM;
	}
	*e = new;
	e->host = host_of(vm->p->facts, e);
	return e->host ? 0 : -ENOMEM;
}

/* ---- what each gets ---- */

static bool any(const struct pg_entry *e, bool (*is)(const struct pg_dev *dev))
{
	for (size_t i = 0; i < e->n; i++)
		if (is(e->dev[i]))
			return true;
	return false;
}

static bool is_gpu(const struct pg_dev *dev)
{
	return dev->kind == PG_KIND_GPU;
}

static bool has_options(const struct pg_choices *c)
{
	bool some = c->romfile || c->pci.rombar != PG_UNKNOWN;

	for (size_t i = 0; i < PG_N_PCI_IDS; i++)
		some |= c->pci.id[i] >= 0;
	return some;
}

/* The GPU's; where there is none, the only device's. */
static int options_for(struct pg_vm_plan *vm, struct pg_entries *entries)
{
	struct pg_entry *gpu = NULL;
	size_t n = 0;

	if (!has_options(vm->p->choices) || !entries->n)
		return 0;
	for (size_t i = 0; i < entries->n; i++)
		if (any(&entries->v[i], is_gpu)) {
			gpu = gpu ? gpu : &entries->v[i];
			n++;
		}
	if (!gpu && entries->n == 1)
		gpu = &entries->v[0];
	if (gpu && n < 2) {
		gpu->options = true;
		return 0;
	}
	return pg_finding_advice(
		pg_vm_finding(vm, "hostpci-whose-options", PG_LEVEL_BLOCK,
			      "A ROM file, rombar and ids are for one device, and several were "
			      "chosen that could be meant."),
		"Plan one device at a time: what the VM has already stays.");
}

/* The first VGA is the VM's screen; only one can be the IGD. Both only of its first function,
 * which x-vga and legacy-igd are for. */
static void screens(const struct pg_vm_plan *vm, struct pg_entries *entries)
{
	bool primary = vm->p->choices->primary;
	bool igd = vm->p->choices->pci.legacy_igd == PG_YES;

	for (size_t i = 0; i < entries->n; i++) {
		struct pg_entry *e = &entries->v[i];

		e->xvga = primary && pg_dev_is_vga(e->dev[0]);
		e->igd = igd && pg_dev_is_vga(e->dev[0]);
		primary &= !e->xvga;
		igd &= !e->igd;
	}
}

int pg_vm_entries(struct pg_vm_plan *vm, struct pg_entries *ret)
{
	int r = joined_entries(vm, ret);

	for (size_t i = 0; r == 0 && i < vm->p->n_dev; i++)
		if (!is_in(ret, vm->p->dev[i]))
			r = slot_entry(vm, i, ret);
	for (size_t i = ret->n; r == 0 && i-- > 0;) {
		if (ret->v[i].n)
			continue;
		free(ret->v[i].dev); /* all of it was named before: refused already */
		free(ret->v[i].host);
		pg_vec_remove(ret->v, &ret->n, sizeof(*ret->v), i);
	}
	if (r == 0)
		screens(vm, ret);
	return r < 0 ? r : options_for(vm, ret);
}
