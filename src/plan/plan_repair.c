/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Puts right what names a device by an address that it has no more. All entries are changed at
 * once from what they are now, so that devices that changed places do not get in each other's
 * way.
 */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/drift.h"
#include "src/plan/drift_usb.h"
#include "src/plan/mapping.h"
#include "src/plan/memory.h"

int pg_repair_choices(const struct pg_facts *facts, const struct pg_choices *choices,
		      struct pg_choices **ret)
{
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = NULL;
	struct pg_drifts drifts PG_CLEANUP(pg_drifts_done) = { 0 };
	int r = pg_choices_copy(choices, &c);

	if (r == 0)
		r = pg_drifts_find(facts, &drifts);
	if (r < 0)
		return r;
	c->n_pick = 0;
	c->vmid = 0;
	c->bind = PG_BIND_AT_START;
	for (size_t i = 0; r == 0 && i < drifts.n; i++)
		for (size_t k = 0; r == 0 && drifts.v[i].value && k < drifts.v[i].n_to; k++)
			r = pg_choices_pick(c, drifts.v[i].to[k].addr, drifts.v[i].to[k].slot);
	if (r < 0)
		return r;
	*ret = PG_STEAL(c);
	return 0;
}

struct repair {
	struct pg_planner *p;
	struct pg_drifts drifts;
};

static void repair_done(struct repair *r)
{
	pg_drifts_done(&r->drifts);
}

static bool is_bound(const struct repair *r, const struct pg_dev *dev)
{
	for (size_t i = 0; i < r->drifts.n; i++) {
		const struct pg_drift *d = &r->drifts.v[i];

		if (d->what == PG_DRIFT_BIND && d->n_to && pg_bdf_equal(d->to->addr, dev->addr))
			return true;
	}
	return pg_by_address(r->p->facts, dev);
}

int pg_repair_decide(struct pg_planner *p)
{
	struct repair r PG_CLEANUP(repair_done) = { .p = p };

	p->how = calloc(p->n_dev + 1, sizeof(*p->how));
	if (!p->how || pg_drifts_find(p->facts, &r.drifts) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < p->n_dev; i++)
		p->how[i] = is_bound(&r, p->dev[i]) ? PG_BIND_ADDRESS : PG_BIND_AT_START;
	return 0;
}

/* ---- VMs ---- */

static const struct pg_drift *drift_of(const struct repair *r, const void *entry)
{
	for (size_t i = 0; i < r->drifts.n; i++)
		if (r->drifts.v[i].value &&
		    (r->drifts.v[i].hp == entry || r->drifts.v[i].map == entry))
			return &r->drifts.v[i];
	return NULL;
}

/* Will the entry name one of the addresses that another of this VM is given? */
static bool clashes(const struct repair *r, const struct pg_hostpci *hp,
		    const struct pg_drift *other)
{
	const struct pg_drift *own = drift_of(r, hp);

	for (size_t i = 0; i < other->n_to; i++) {
		if (!own && pg_hostpci_names(hp, other->to[i].addr))
			return true;
		for (size_t k = 0; own && k < own->n_to; k++)
			if (pg_bdf_equal(own->to[k].addr, other->to[i].addr))
				return true;
	}
	return false;
}

static int refuse_twice(const struct repair *r, const struct pg_guest *g,
			const struct pg_hostpci *hp, const struct pg_drift *d)
{
	struct pg_vm_scope scope;
	struct pg_finding *f;

	pg_vm_scope(g->vmid, &scope);
	f = pg_findings_add(&r->p->plan->findings, "hostpci-overlap", PG_LEVEL_BLOCK, scope.s,
			    "After the repair two entries of the VM would name the same device.");
	if (pg_finding_evidence(f, "hostpci%u: %s; hostpci%u: %s", hp->index, hp->value,
				d->hp->index, d->value) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Delete the one that is not wanted (`qm set %s --delete "
				    "hostpci%u`), then repair again.", scope.number, hp->index);
}

static int check_guest(const struct repair *r, const struct pg_guest *g)
{
	struct pg_checker c = { .facts = r->p->facts, .choices = r->p->choices,
				.f = &r->p->plan->findings };
	int e = pg_check_changeable(&c, g);

	for (size_t i = 0; e == 0 && i < g->n_hostpci; i++) {
		const struct pg_drift *d = drift_of(r, &g->hostpci[i]);

		for (size_t k = 0; e == 0 && d && k < g->n_hostpci; k++)
			if (k != i && pg_hostpci_counts(g, &g->hostpci[k]) &&
			    clashes(r, &g->hostpci[k], d))
				e = refuse_twice(r, g, &g->hostpci[k], d);
	}
	return e;
}

static int add_option(struct pg_plan_cmd *cmd, unsigned index, const char *value, const char *old)
{
	if (pg_strv_addf(&cmd->argv, "--hostpci%u", index) < 0 ||
	    pg_strv_add(&cmd->argv, value) < 0 ||
	    pg_strv_addf(&cmd->undo, "--hostpci%u", index) < 0)
		return -ENOMEM;
	return pg_strv_add(&cmd->undo, old);
}

/* One command for all entries of the VM. */
static int repair_guest(const struct repair *r, const struct pg_guest *g)
{
	struct pg_plan *plan = r->p->plan;
	struct pg_plan_cmd *cmd = NULL;
	struct pg_vm_scope scope;
	int e = 0;

	pg_vm_scope(g->vmid, &scope);
	for (size_t i = 0; e == 0 && i < g->n_hostpci; i++) {
		const struct pg_drift *d = drift_of(r, &g->hostpci[i]);

		if (!d)
			continue;
		if (!cmd) {
			const char *const begin[] = { "qm", "set", scope.number, NULL };
			struct pg_vm_plan vm = { .p = r->p, .guest = g };

			e = pg_vm_command(&vm, begin, begin, "The VM gets the device that it "
							     "means, at its new address.");
			cmd = e == 0 ? &plan->vm_cmd[plan->n_vm_cmd - 1] : NULL;
		}
		if (cmd)
			e = add_option(cmd, d->hp->index, d->value, d->hp->value);
	}
	return e < 0 || !cmd ? e : check_guest(r, g);
}

static int repair_guests(const struct repair *r)
{
	int e = 0;

	for (size_t i = 0; e == 0 && i < r->p->facts->n_guest; i++)
		e = repair_guest(r, &r->p->facts->guest[i]);
	return e;
}

/* ---- mappings ---- */

static int repair_mapping(const struct repair *r, const struct pg_mapping *m)
{
	struct pg_map_change c PG_CLEANUP(pg_map_change_done) = {
		.id = m->id,
		.why = _("The mapping says where the device is now, and what the start of a VM "
		       "compares."),
	};
	struct pg_vm_plan vm = { .p = r->p, .scope = { .s = "host" } };
	int e = pg_map_change_begin(r->p->facts, &c);

	for (size_t i = 0; e == 0 && i < m->n_map; i++) {
		const struct pg_drift *d = drift_of(r, &m->map[i]);

		if (d)
			e = pg_drift_put(d, &c);
	}
	return e < 0 ? e : pg_map_command(&vm, &c);
}

static int repair_mappings(const struct repair *r)
{
	int e = 0;

	for (size_t i = 0; e == 0 && i < r->p->facts->n_mapping; i++)
		e = repair_mapping(r, &r->p->facts->mapping[i]);
	return e;
}

/* ---- USB mappings ---- */

static int repair_usb(struct pg_planner *p, const struct pg_usb_drift *d)
{
	struct pg_map_change c PG_CLEANUP(pg_map_change_done) = {
		.usb = true,
		.id = d->mapping->id,
		.why = _("The mapping names the port at which its device is now."),
	};
	struct pg_vm_plan vm = { .p = p, .scope = { .s = "host" } };
	size_t at = (size_t)(d->map - d->mapping->map);
	char *value = strdup(d->value);
	int e = value ? pg_map_change_begin(p->facts, &c) : -ENOMEM;

	if (e < 0) {
		free(value);
		return e;
	}
	free(c.after.v[at]);
	c.after.v[at] = value;
	return pg_map_command(&vm, &c);
}

static int repair_usbs(struct pg_planner *p)
{
	struct pg_usb_drifts drifts PG_CLEANUP(pg_usb_drifts_done) = { 0 };
	int e = pg_usb_drifts_find(p->facts, &drifts);

	for (size_t i = 0; e == 0 && i < drifts.n; i++)
		if (drifts.v[i].value)
			e = repair_usb(p, &drifts.v[i]);
	return e;
}

/* ---- bind.conf ---- */

static const struct pg_drift *drift_of_line(const struct repair *r, unsigned line)
{
	for (size_t i = 0; i < r->drifts.n; i++)
		if (r->drifts.v[i].what == PG_DRIFT_BIND && r->drifts.v[i].line == line &&
		    r->drifts.v[i].value)
			return &r->drifts.v[i];
	return NULL;
}

static int repair_binds(const struct repair *r)
{
	struct pg_bytes now = pg_planner_bytes(r->p, PG_PATH_BIND_CONF), after = { 0 };
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	size_t pos = 0, len, full;
	unsigned number = 0;
	const char *line;

	while (pg_text_line(now.p, now.n, &pos, &line, &len, &full)) {
		const struct pg_drift *d = drift_of_line(r, ++number);

		if (d && !*d->value)
			continue;
		if (d)
			pg_strbuf_add(&b, d->value);
		pg_strbuf_addn(&b, d ? line + len : line, d ? full - len : full);
	}
	if (pg_strbuf_steal_bytes(&b, &after) < 0)
		return -ENOMEM;
	return pg_planner_put(r->p, PG_PATH_BIND_CONF, &after, 0644,
			      "Devices that vfio-pci takes by their address, at the addresses that "
			      "they have now.");
}

/* ---- the list of devices ---- */

/* The user of the entry by which a device was found. */
static char *user_of(const struct pg_drift *d)
{
	return d->what == PG_DRIFT_HOSTPCI ? pg_hostpci_user(d->guest->vmid, d->hp->index) :
	       d->what == PG_DRIFT_BIND	   ? strdup("bind") :
					     pg_strf("mapping/%s", d->mapping->id);
}

static int add_user(const struct repair *r, struct pg_memory *m, const struct pg_drift *d,
		    const char *user)
{
	const struct pg_facts *facts = r->p->facts;
	int e = 0;

	for (size_t i = 0; i < d->n_to; i++)
		for (size_t k = 0; e == 0 && k < facts->n_dev; k++) {
			struct pg_bdf addr = facts->dev[k].addr;

			if (d->to[i].slot ? pg_bdf_same_slot(addr, d->to[i].addr) :
					    pg_bdf_equal(addr, d->to[i].addr))
				e = pg_memory_add(facts, m, &facts->dev[k], user);
		}
	return e;
}

/*
 * The new addresses are added. The old ones stay in the list, for as long as an entry has them:
 * commands for a VM may be run later, or never.
 */
static int remember(const struct repair *r)
{
	struct pg_memory memory PG_CLEANUP(pg_memory_done) = { 0 };
	int e = pg_memory_read(r->p->facts, &memory);

	if (e == 0)
		e = pg_memory_prune(r->p, &memory);
	for (size_t i = 0; e == 0 && i < r->drifts.n; i++) {
		const struct pg_drift *d = &r->drifts.v[i];
		char *user pg_autofree = d->value ? user_of(d) : NULL;

		if (d->value)
			e = user ? add_user(r, &memory, d, user) : -ENOMEM;
	}
	if (e == 0)
		e = pg_memory_add_twins(r->p->facts, &memory);
	return e < 0 ? e : pg_memory_put(r->p, &memory);
}

/* ---- all ---- */

static bool any_value(const struct repair *r)
{
	for (size_t i = 0; i < r->drifts.n; i++)
		if (r->drifts.v[i].value)
			return true;
	return false;
}

int pg_plan_repair(struct pg_planner *p)
{
	struct repair r PG_CLEANUP(repair_done) = { .p = p };
	int e = pg_drifts_find(p->facts, &r.drifts);

	if (e == 0)
		e = repair_usbs(p);
	if (e < 0 || !any_value(&r))
		return e;
	e = repair_binds(&r);
	if (e == 0)
		e = repair_guests(&r);
	if (e == 0)
		e = repair_mappings(&r);
	return e < 0 ? e : remember(&r);
}
