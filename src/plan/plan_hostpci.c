/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hostpciN: given, completed, replaced, taken away. */
#include "src/plan/hostpci.h"
#include "src/plan/mdev.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
static int set(struct pg_vm_plan *vm, unsigned index, const char *value, const char *why)
{
	char *key pg_autofree = pg_strf("hostpci%u", index);

	return key ? pg_vm_set(vm, key, value, why) : -ENOMEM;
}

/* ---- refused ---- */

static int refuse_overlap(struct pg_vm_plan *vm, const struct pg_entry *e)
{
	struct pg_finding *f = pg_vm_finding(
		vm, "hostpci-overlap", PG_LEVEL_BLOCK,
		"The VM has some of these functions already, in a way that cannot be "
		"completed: its entries would name a device twice.");

	if (pg_finding_evidence(f, "%s", e->host) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Take those entries from the VM in the same step (--remove), "
				    "or replace one (--replace).");
}

/* A mapping may stand for more than was chosen: is any of that in another entry of the VM? */
static bool mapping_overlaps(const struct pg_vm_plan *vm, int index)
{
	const struct pg_hostpci as = { .mapping = vm->p->choices->mapping };

	for (size_t i = 0; as.mapping && i < vm->p->facts->n_dev; i++) {
		const struct pg_dev *dev = &vm->p->facts->dev[i];
		const struct pg_entry one = { .dev = &dev, .n = 1 };

		if (!pg_vm_covered(vm, &as, &one))
			continue;
		for (unsigned k = 0; k < PG_HOSTPCI_MAX; k++) {
			const struct pg_hostpci *hp = pg_vm_hostpci_at(vm->guest, k);

			if (hp && (int)k != index && !(vm->leaving >> k & 1) &&
			    pg_vm_covered(vm, hp, &one))
				return true;
		}
	}
	return false;
}

/* ---- given ---- */

/* An entry that waits to be deleted keeps its number until then, but not its device. */
static int note_leaving(struct pg_vm_plan *vm, const struct pg_entry *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < vm->guest->n_hostpci; i++) {
		const struct pg_hostpci *hp = &vm->guest->hostpci[i];
		struct pg_finding *f;

		if (!hp->leaving || pg_hostpci_is_hidden(vm->guest, hp) || !pg_vm_covered(vm, hp, e))
			continue;
		f = pg_vm_finding(vm, "hostpci-leaving", PG_LEVEL_NOTE,
				  "The VM has the device, but its entry waits to be deleted and "
				  "goes at the next start: the device gets another one.");
		r = pg_finding_evidence(f, "hostpci%u: %s; [PENDING] delete: hostpci%u",
					hp->index, hp->value, hp->index);
	}
	return r;
}

static int assign(struct pg_vm_plan *vm, const struct pg_entry *e, int index)
{
	char *value pg_autofree = pg_hostpci_new_value(vm, e);
	int r = 0;

	if (!value)
		return -ENOMEM;
	if (index < 0)
		return pg_finding_advice(
			pg_vm_finding(vm, "hostpci-full", PG_LEVEL_BLOCK,
				      "The VM has no free hostpci number: all 16 are taken."),
			"Take a device from the VM first (--remove).");
	if (mapping_overlaps(vm, index))
		return refuse_overlap(vm, e);
	if (vm->p->choices->mapping)
		r = pg_vm_mapping(vm, e->dev, e->n, e->host);
	if (r < 0)
		return r;
	return set(vm, (unsigned)index, value,
		   e->igd  ? _("The VM gets the processor's own graphics, as its primary display.") :
		   e->xvga ? _("The VM gets the device, as its primary display.") :
		   vm->p->choices->mdev ? _("The VM gets a part of the card, made when it starts.") :
			     _("The VM gets the device."));
}

/* ---- one that is there, with what was chosen put in ---- */

/* Does it name just the one function, in whatever spelling? */
static bool is_named(const struct pg_hostpci *hp, const struct pg_entry *e)
{
	return e->n == 1 && hp->n_addr == 1 && !hp->slot[0] &&
	       pg_bdf_equal(hp->addr[0], e->dev[0]->addr);
}

/* How the device is named anew: by a mapping, or by more functions; *ret NULL: as it is. */
static int name_anew(const struct pg_vm_plan *vm, const struct pg_entry *e,
		     const struct pg_hostpci *hp, bool widen, char **ret)
{
	const char *mapping = vm->p->choices->mapping;

	*ret = NULL;
	if (mapping && hp->mapping && strcmp(mapping, hp->mapping) == 0)
		return 0;
	if (!mapping && (!widen || hp->mapping || is_named(hp, e)))
		return 0;
	*ret = mapping ? pg_strf("mapping=%s", mapping) : strdup(e->host);
	return *ret ? 0 : -ENOMEM;
}

static int edit(struct pg_vm_plan *vm, const struct pg_entry *e, const struct pg_hostpci *hp,
		bool widen)
{
	char *name pg_autofree = NULL;
	char *value pg_autofree = NULL;
	int r = 0;

	if (mapping_overlaps(vm, (int)hp->index))
		return refuse_overlap(vm, e);
	if (vm->p->choices->mapping)
		r = pg_vm_mapping(vm, e->dev, e->n, e->host);
	if (r == 0)
		r = name_anew(vm, e, hp, widen, &name);
	if (r < 0)
		return r;
	value = pg_hostpci_edit_value(vm, e, hp->value, name);
	if (!value)
		return -ENOMEM;
	if (strcmp(value, hp->value) == 0)
		return 0;
	return set(vm, hp->index, value,
		   name && vm->p->choices->mapping ?
			   _("The VM has the device already; it is named by the mapping, so that the VM "
			   "can start on other nodes as well.") :
			   _("The VM has the device already; what was chosen is put in, the rest stays."));
}

/* Is all that an entry names among these, so that it can be widened to them? */
static bool is_part(const struct pg_vm_plan *vm, const struct pg_hostpci *hp,
		    const struct pg_entry *e)
{
	const struct pg_facts *facts = vm->p->facts;

	for (size_t k = 0; k < hp->n_addr; k++) {
		struct pg_hostpci item = { .addr = &hp->addr[k], .slot = &hp->slot[k], .n_addr = 1 };
		bool any = false;

		for (size_t i = 0; i < facts->n_dev; i++) {
			if (!pg_hostpci_names(&item, facts->dev[i].addr))
				continue;
			any = true;
			if (!pg_planner_has(e->dev, e->n, &facts->dev[i]))
				return false;
		}
		if (!any)
			return false; /* something that is not there now */
	}
	return true;
}

/* The VM has them in several entries, which is as good: each gets what was chosen for it. */
static int edit_each(struct pg_vm_plan *vm, const struct pg_entry *e)
{
	int r = 0;

	if (e->joined || vm->p->choices->mapping)
		return refuse_overlap(vm, e);
	for (unsigned i = 0; r == 0 && i < PG_HOSTPCI_MAX; i++) {
		const struct pg_hostpci *hp = pg_vm_hostpci_at(vm->guest, i);
		struct pg_entry part = *e;

		if (!hp || vm->leaving >> i & 1 || !pg_vm_covered(vm, hp, e))
			continue;
		if (!pg_vm_covered(vm, hp, &(struct pg_entry){ .dev = e->dev, .n = 1 }))
			part.xvga = part.igd = part.options = false;
		r = edit(vm, &part, hp, false);
	}
	return r;
}

static int give(struct pg_vm_plan *vm, const struct pg_entry *e)
{
	struct pg_have have = pg_vm_have(vm, e);
	int r = note_leaving(vm, e);

	if (r < 0)
		return r;
	if (!have.hp)
		return assign(vm, e, pg_vm_free_hostpci(vm));
	if (vm->p->choices->mdev)
		return edit(vm, e, pg_mdev_entry(vm, e), true);
	if (have.entries == 1 && have.covered == e->n)
		return edit(vm, e, have.hp, false);
	if (have.entries == 1 && !have.hp->mapping && is_part(vm, have.hp, e))
		return edit(vm, e, have.hp, true);
	return have.covered == e->n && have.entries == e->n ? edit_each(vm, e) :
							      refuse_overlap(vm, e);
}

/* ---- one that is written anew ---- */

static int refuse_replace(struct pg_vm_plan *vm, const char *id, const char *text,
			  const char *advice)
{
	struct pg_finding *f = pg_vm_finding(vm, id, PG_LEVEL_BLOCK, text);

	if (pg_finding_evidence(f, "%s", vm->p->choices->replace) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "%s", advice);
}

static int replace(struct pg_vm_plan *vm, const struct pg_entries *entries)
{
	int index = pg_hostpci_key(vm->p->choices->replace);
	const struct pg_hostpci *old = index < 0 ? NULL :
					pg_vm_hostpci_at(vm->guest, (unsigned)index);
	const struct pg_entry *e = entries->v;
	char *value pg_autofree = NULL;

	if (!old)
		return refuse_replace(vm, "hostpci-not-there",
				      _("There is nothing to replace: the VM has no such entry."),
				      _("Leave --replace out: the device gets a free number."));
	if (entries->n != 1)
		return refuse_replace(vm, "hostpci-replace-several",
				      _("One entry can be replaced by one device, and several were "
				      "chosen."),
				      _("Plan one device at a time, or join them with ';'."));
	if (pg_vm_have(vm, e).hp)
		return refuse_overlap(vm, e);
	value = pg_hostpci_new_value(vm, e);
	if (!value)
		return -ENOMEM;
	return strcmp(value, old->value) == 0 ? 0 : assign(vm, e, index);
}

/* ---- taken away ---- */

static bool leaves(const struct pg_guest *guest, const char *key)
{
	for (size_t i = 0; i < guest->n_hostpci; i++)
		if (guest->hostpci[i].leaving &&
		    (int)guest->hostpci[i].index == pg_hostpci_key(key))
			return true;
	return false;
}

/* The node has it back only where nothing binds it. */
static int note_bound(struct pg_vm_plan *vm, const struct pg_hostpci *hp)
{
	const struct pg_facts *facts = vm->p->facts;
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_finding *f;

	for (size_t i = 0; i < facts->n_dev; i++) {
		const char *driver = pg_hostpci_names(hp, facts->dev[i].addr) ?
			pg_plan_expected_driver(facts, &facts->dev[i]) : NULL;

		if (driver && strcmp(driver, "vfio-pci") == 0)
			pg_strbuf_addf(&b, "%s%s", b.len ? ", " : "",
				       pg_bdf_str(facts->dev[i].addr).s);
	}
	if (pg_strbuf_error(&b) < 0)
		return -ENOMEM;
	if (!b.len)
		return 0;
	f = pg_vm_finding(vm, "removed-still-bound", PG_LEVEL_NOTE,
			  "The node does not get the device back by this: its configuration still "
			  "gives it to vfio-pci at boot.");
	if (pg_finding_evidence(f, "%s", b.s) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "`pve-gpu history` shows the change that set that up; `pve-gpu undo` "
				    "takes it back.");
}

static int remove_one(struct pg_vm_plan *vm, const char *key)
{
	int index = pg_hostpci_key(key);
	const struct pg_hostpci *hp = index < 0 ? NULL :
				       pg_vm_hostpci_at(vm->guest, (unsigned)index);
	char *option pg_autofree = pg_strf("--%s", key);
	const char *const argv[] = { "qm", "set", vm->vmid, "--delete", key, NULL };
	char *boot pg_autofree = NULL;
	int r = pg_vm_boot_with(vm, key, &boot);
	const char *const undo[] = { "qm", "set", vm->vmid, option, hp ? hp->value : NULL,
				     boot ? "--boot" : NULL, boot, NULL };
	struct pg_finding *f;

	if (!option || r < 0)
		return -ENOMEM;
	if (hp && !(vm->leaving >> index & 1))
		return 0;
	if (hp) {
		r = pg_vm_command(vm, argv, undo, "The device is taken from the VM.");
		return r < 0 ? r : note_bound(vm, hp);
	}
	if (index >= 0 && leaves(vm->guest, key))
		return 0; /* it goes at the next start */
	f = pg_vm_finding(vm, "hostpci-not-there", PG_LEVEL_NOTE,
			  "There is nothing to take away: the VM has no such entry.");
	return pg_finding_evidence(f, "%s", key);
}

static int remove_all(struct pg_vm_plan *vm)
{
	const struct pg_choices *c = vm->p->choices;
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->remove.n; i++) {
		if (c->replace && strcmp(c->replace, c->remove.v[i]) == 0)
			return refuse_replace(vm, "hostpci-replace-removed",
					      _("The same entry was chosen to be replaced and to be "
					      "taken away."), _("Choose one of both."));
		r = remove_one(vm, c->remove.v[i]);
	}
	return r;
}

/* ---- all ---- */

static int warn_no_vga(struct pg_vm_plan *vm)
{
	struct pg_finding *f = pg_vm_finding(
		vm, "primary-no-vga", PG_LEVEL_WARN,
		"None of the chosen devices is a VGA display controller, so that none can be "
		"the VM's primary display: x-vga=1 is left out.");

	return f ? 0 : -ENOMEM;
}

static int refuse_several(struct pg_vm_plan *vm)
{
	return pg_finding_advice(
		pg_vm_finding(vm, "mapping-several", PG_LEVEL_BLOCK,
			      "A mapping stands for one device of a VM, and several were chosen."),
		"Choose the device of one slot for this mapping, and plan again for the rest.");
}

static bool has_screen(const struct pg_entries *entries)
{
	for (size_t i = 0; i < entries->n; i++)
		if (entries->v[i].xvga)
			return true;
	return false;
}

/* Has the VM entry i and one of those from..to in one entry of its own? */
static bool is_same(const struct pg_vm_plan *vm, const struct pg_entries *entries, size_t i,
		    size_t from, size_t to)
{
	const struct pg_hostpci *hp = pg_vm_have(vm, &entries->v[i]).hp;

	for (size_t k = from; hp && k < to; k++)
		if (pg_vm_have(vm, &entries->v[k]).hp == hp)
			return true;
	return false;
}

/* What is asked for one by one, and there in one entry, is put into that together. */
static void merge(const struct pg_vm_plan *vm, struct pg_entries *entries)
{
	for (size_t i = 0; i < entries->n; i++)
		for (size_t k = i + 1; k < entries->n; k++) {
			if (!is_same(vm, entries, i, k, k + 1))
				continue;
			entries->v[i].xvga |= entries->v[k].xvga;
			entries->v[i].igd |= entries->v[k].igd;
			entries->v[i].options |= entries->v[k].options;
		}
}

static int give_all(struct pg_vm_plan *vm, struct pg_entries *entries)
{
	const struct pg_choices *c = vm->p->choices;
	int r = 0;

	if (c->mapping && entries->n > 1)
		return refuse_several(vm);
	if (c->replace)
		return replace(vm, entries);
	merge(vm, entries);
	for (size_t i = 0; r == 0 && i < entries->n; i++)
		if (!is_same(vm, entries, i, 0, i))
			r = give(vm, &entries->v[i]);
	return r;
}

/* Does an entry of the VM stand for just this? */
static bool is_just(const struct pg_vm_plan *vm, const struct pg_hostpci *hp,
		    const struct pg_entry *e)
{
	const struct pg_facts *facts = vm->p->facts;
	size_t named = 0;

	for (size_t i = 0; i < facts->n_dev; i++) {
		const struct pg_dev *dev = &facts->dev[i];

		named += pg_vm_covered(vm, hp, &(struct pg_entry){ .dev = &dev, .n = 1 });
	}
	return named == e->n && pg_vm_covered(vm, hp, e) == e->n;
}

int pg_vm_hostpci_prepare(struct pg_vm_plan *vm, struct pg_entries *entries)
{
	int r = pg_vm_entries(vm, entries);

	vm->entries = entries;
	vm->leaving = pg_choices_leaving(vm->p->choices);
	for (unsigned i = 0; r == 0 && i < PG_HOSTPCI_MAX; i++) {
		const struct pg_hostpci *hp = pg_vm_hostpci_at(vm->guest, i);

		for (size_t k = 0; hp && !vm->p->choices->replace && k < entries->n; k++)
			if (is_just(vm, hp, &entries->v[k]))
				vm->leaving &= ~(1U << i);
	}
	return r;
}

int pg_vm_hostpci(struct pg_vm_plan *vm)
{
	int r = remove_all(vm);

	if (r < 0 || !vm->p->n_dev)
		return r;
	r = pg_vm_igd(vm, vm->entries);
	if (r == 0)
		r = give_all(vm, vm->entries);
	if (r == 0 && vm->p->choices->primary && !has_screen(vm->entries))
		r = warn_no_vga(vm);
	return r;
}
