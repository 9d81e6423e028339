/* SPDX-License-Identifier: GPL-3.0-or-later */
/* This node's entry of a mapping, and nothing else. */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/hostpci.h"
#include "src/plan/lint.h"
#include "src/plan/mapping.h"

static int refuse(struct pg_vm_plan *vm, const char *id, const char *text, const char *advice)
{
	return pg_finding_advice(pg_vm_finding(vm, id, PG_LEVEL_BLOCK, text), "%s", advice);
}

static bool is_pci_here(const struct pg_facts *facts, const char *id)
{
	const struct pg_mapping *m = pg_mapping_find(facts, id);

	return m && m->here;
}

bool pg_map_task_is_usb(const struct pg_facts *facts, const struct pg_choices *c)
{
	if (c->map_task == PG_MAP_REMOVE && c->mapping && c->usb_mapping)
		return !is_pci_here(facts, c->mapping) &&
		       pg_usb_mapping_find(facts, c->usb_mapping);
	return c->usb_mapping != NULL;
}

/* ---- given ---- */

/* The entry of the VM, but for those by this mapping, that has one of these; NULL: none. */
static const struct pg_hostpci *other_entry(const struct pg_facts *facts, const struct pg_guest *g,
					    const char *id, const struct pg_entry *e)
{
	for (unsigned i = 0; i < PG_HOSTPCI_MAX; i++) {
		const struct pg_hostpci *hp = pg_vm_hostpci_at(g, i);

		for (size_t k = 0; hp && !(hp->mapping && strcmp(hp->mapping, id) == 0) && k < e->n; k++)
			if (pg_lint_entry_takes(facts, hp, e->dev[k]))
				return hp;
	}
	return NULL;
}

/* A VM that has the mapping, and the device by another entry as well, would have it twice. A further
 * device of the mapping is none that a VM must take. */
static int is_twice(struct pg_vm_plan *vm, const struct pg_entry *e, bool *ret)
{
	const struct pg_choices *c = vm->p->choices;
	const struct pg_facts *facts = vm->p->facts;
	const struct pg_hostpci *hp = NULL;
	const struct pg_guest *g = NULL;
	struct pg_finding *f;

	*ret = false;
	for (size_t i = 0; !hp && c->map_task != PG_MAP_ADD && i < facts->n_guest; i++) {
		g = &facts->guest[i];
		if (g->local && !g->template && pg_guest_has_mapping(g, false, c->mapping))
			hp = other_entry(facts, g, c->mapping, e);
	}
	if (!hp)
		return 0;
	*ret = true;
	f = pg_vm_finding(vm, "mapping-twice", PG_LEVEL_BLOCK,
			  "A VM that has this mapping has the device by another entry already: it would not start "
			  "any more (assigned more than once).");
	if (pg_finding_evidence(f, "%s: hostpci%u: %s", g->path, hp->index, hp->value) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Take that entry from the VM first: `pve-gpu passthrough %u --remove "
				    "hostpci%u`.", (unsigned)g->vmid, hp->index);
}

static int give_pci(struct pg_vm_plan *vm)
{
	const struct pg_choices *c = vm->p->choices;
	struct pg_entries entries PG_CLEANUP(pg_entries_done) = { 0 };
	int r = pg_vm_entries(vm, &entries);
	bool twice;

	if (r < 0)
		return r;
	if (!c->mapping || entries.n == 0)
		return refuse(vm, "mapping-no-device", _("There is no such device on this node."),
			      _("`pve-gpu list --all` shows the devices of this node."));
	if (entries.n > 1)
		return refuse(vm, "mapping-several",
			      _("An entry of a mapping stands for one device, and several were chosen."),
			      _("Choose the device of one slot, or join them with ';' where a VM is to "
			      "get them together."));
	r = is_twice(vm, entries.v, &twice);
	return r < 0 || twice ? r : pg_map_put(vm, c->mapping, c->map_task, entries.v->dev, entries.v->n,
					       entries.v->host);
}

static int give_usb(struct pg_vm_plan *vm)
{
	const struct pg_choices *c = vm->p->choices;

	if (c->n_pick || c->n_usb != 1)
		return refuse(vm, "usb-mapping-several",
			      _("A USB mapping stands for one USB device on each node."),
			      _("Choose one device, by its port or its ids."));
	if (c->map_task == PG_MAP_ADD)
		return refuse(vm, "usb-mapping-one",
			      _("A USB mapping has one entry for each node, no further ones."),
			      _("Choose another name, or replace this node's entry."));
	return pg_usb_map_put(vm, c->usb_mapping, c->map_task, &c->usb[0]);
}

/* ---- taken away ---- */

static bool has_usb(const struct pg_guest *g, const char *id)
{
	const struct pg_usb_spec spec = { .by = PG_USB_BY_MAPPING, .name = (char *)(uintptr_t)id };

	for (size_t i = 0; i < g->n_usb; i++)
		if (pg_guest_usb_counts(g, &g->usb[i]) && pg_usb_spec_equal(&g->usb[i].spec, &spec))
			return true;
	return false;
}

static bool has_pci(const struct pg_guest *g, const char *id)
{
	for (size_t i = 0; i < g->n_hostpci; i++)
		if (g->hostpci[i].mapping && !g->hostpci[i].leaving &&
		    !pg_hostpci_is_hidden(g, &g->hostpci[i]) &&
		    strcmp(g->hostpci[i].mapping, id) == 0)
			return true;
	return false;
}

bool pg_guest_has_mapping(const struct pg_guest *g, bool usb, const char *id)
{
	return usb ? has_usb(g, id) : has_pci(g, id);
}

/* VMs that do not start any more: those of this node; of all nodes where the mapping goes. */
static int warn_users(struct pg_vm_plan *vm, const struct pg_map_change *c)
{
	const struct pg_facts *facts = vm->p->facts;
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_finding *f;

	for (size_t i = 0; i < facts->n_guest; i++) {
		const struct pg_guest *g = &facts->guest[i];

		if ((g->local || !c->after.n) && pg_guest_has_mapping(g, c->usb, c->id))
			pg_strbuf_addf(&b, _("%sVM %u on %s"), b.len ? ", " : "", g->vmid, g->node);
	}
	if (pg_strbuf_error(&b) < 0)
		return -ENOMEM;
	if (!b.len)
		return 0;
	f = pg_vm_finding(vm, "mapping-used", PG_LEVEL_WARN,
			  c->after.n ? N_("VMs of this node have the device by this mapping, and do not "
				       "start here without its entry.") :
				       N_("VMs have the device by this mapping, and do not start without "
				       "it."));
	if (pg_finding_evidence(f, "%s", b.s) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Take the device from them first, or move them to a node that has "
				    "an entry.");
}

static int keep_others(const struct pg_facts *facts, struct pg_map_change *c)
{
	const struct pg_mapping *pci = c->usb ? NULL : pg_mapping_find(facts, c->id);
	const struct pg_usb_mapping *usb = c->usb ? pg_usb_mapping_find(facts, c->id) : NULL;
	int r = 0;

	pg_strv_done(&c->after);
	c->after = (struct pg_strv){ 0 };
	for (size_t i = 0; r == 0 && pci && i < pci->n_map; i++)
		if (!pci->map[i].here)
			r = pg_strv_add(&c->after, pci->map[i].value);
	for (size_t i = 0; r == 0 && usb && i < usb->n_map; i++)
		if (!usb->map[i].here)
			r = pg_strv_add(&c->after, usb->map[i].value);
	return r;
}

static int take_away(struct pg_vm_plan *vm, bool usb)
{
	const struct pg_choices *choices = vm->p->choices;
	struct pg_map_change c PG_CLEANUP(pg_map_change_done) = {
		.usb = usb,
		.id = usb ? choices->usb_mapping : choices->mapping,
	};
	int r = pg_map_change_begin(vm->p->facts, &c);

	if (r == 0)
		r = keep_others(vm->p->facts, &c);
	if (r < 0)
		return r;
	if (!c.there || c.after.n == c.before.n)
		return pg_vm_finding(vm, "mapping-not-there", PG_LEVEL_NOTE,
				     c.there ? N_("There is nothing to take away: the mapping has no entry "
					       "for this node.") :
					       N_("There is nothing to take away: there is no mapping of "
					       "that name.")) ? 0 : -ENOMEM;
	c.why = c.after.n ? _("This node's entry is taken from the mapping; those of other nodes stay "
			    "as they are.") :
			    _("The mapping had no other entry: it goes with this one.");
	r = warn_users(vm, &c);
	return r < 0 ? r : pg_map_command(vm, &c);
}

int pg_plan_map_entry(struct pg_planner *p)
{
	struct pg_vm_plan vm = { .p = p, .scope = { .s = "host" } };
	bool usb = pg_map_task_is_usb(p->facts, p->choices);
	int r;

	p->how = calloc(p->n_dev + 1, sizeof(*p->how));
	if (!p->how)
		return -ENOMEM;
	for (size_t i = 0; i < p->n_dev; i++)
		p->how[i] = PG_BIND_AT_START;
	if (p->choices->map_task == PG_MAP_REMOVE)
		return take_away(&vm, usb);
	r = usb ? give_usb(&vm) : give_pci(&vm);
	return r < 0 || pg_plan_is_blocked(p->plan) ? r : pg_plan_remember(p);
}
