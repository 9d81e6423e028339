/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/status.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/vec.h"
#include "src/plan/drift.h"
#include "src/plan/plan.h"
#include "src/plan/planner.h"
#include "src/plan/sriov.h"
#include "src/plan/why.h"

void pg_status_free(struct pg_status *status, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(status[i].vmid);
		free(status[i].why);
		free(status[i].evidence);
		free(status[i].fix);
	}
	free(status);
}

const char *pg_status_verdict_name(enum pg_status_verdict verdict)
{
	static const char *const names[] = {
		[PG_STATUS_OK] = N_("ok"),
		[PG_STATUS_PENDING] = N_("pending-reboot"),
		[PG_STATUS_WRONG] = N_("wrong"),
	};

	return names[verdict];
}

struct list {
	struct pg_status *v;
	size_t n;
};

static bool is_vfio(const char *driver)
{
	return driver && strcmp(driver, "vfio-pci") == 0;
}

static struct pg_status *add(struct list *list, struct pg_bdf addr)
{
	struct pg_status *s = pg_vec_add(&list->v, &list->n, sizeof(*s));

	if (s)
		s->addr = addr;
	return s;
}

static int add_vm(struct pg_status *s, uint32_t vmid)
{
	uint32_t *v = pg_vec_add(&s->vmid, &s->n_vmid, sizeof(*v));

	if (!v)
		return -ENOMEM;
	*v = vmid;
	return 0;
}

/* ---- one device ---- */

static bool vm_runs(const struct pg_facts *facts, const struct pg_dev *dev)
{
	for (size_t i = 0; i < dev->n_vmid; i++) {
		const struct pg_guest *guest = pg_facts_guest(facts, dev->vmid[i]);

		if (guest && guest->running == PG_YES)
			return true;
	}
	return false;
}

static int judge_bound(struct pg_status *s)
{
	if (s->dev->n_vmid || is_vfio(s->expected))
		return pg_why_set(s, PG_STATUS_OK, "vfio",
				  "It is with vfio-pci, ready for a VM.");
	return pg_why_set(s, PG_STATUS_PENDING, "not-configured",
			  "No VM uses it, and after the next reboot of the node nothing gives it "
			  "to vfio-pci.");
}

/* Do VMs have parts of it alone (mdev=), so that it stays with its driver? */
static bool has_parts_only(const struct pg_facts *facts, const struct pg_dev *dev)
{
	size_t parts = 0;

	for (size_t i = 0; i < facts->n_guest; i++) {
		const struct pg_guest *g = &facts->guest[i];

		for (size_t k = 0; g->local && k < g->n_hostpci; k++) {
			const struct pg_hostpci *hp = &g->hostpci[k];

			if (!pg_hostpci_counts(g, hp) || !pg_hostpci_may_take(facts, hp, dev->addr))
				continue;
			if (!hp->mdev)
				return false;
			parts++;
		}
	}
	return parts > 0;
}

static int judge_unbound(const struct pg_facts *facts, struct pg_status *s)
{
	int r;

	if (is_vfio(s->expected))
		return pg_why_not_vfio(facts, s);
	r = pg_why_misplaced(facts, s);
	if (r == 0)
		r = pg_why_iommu(facts, s);
	if (r)
		return r < 0 ? r : 0;
	if (has_parts_only(facts, s->dev))
		return pg_why_set(s, PG_STATUS_OK, "part",
				  "It stays with its driver, which makes the parts of it that VMs have.");
	if (vm_runs(facts, s->dev))
		return pg_why_set(s, PG_STATUS_WRONG, "vm-runs",
				  "The VM runs, but the device is not with vfio-pci.");
	return pg_why_set(s, PG_STATUS_OK, "at-start",
			  "Proxmox takes it from its driver when the VM starts.");
}

static int add_device(const struct pg_facts *facts, const struct pg_dev *dev,
		      struct list *list)
{
	const char *expected = pg_plan_expected_driver(facts, dev);
	struct pg_status *s;

	if (!dev->n_vmid && !is_vfio(dev->driver) && !is_vfio(expected) &&
	    !pg_why_is_misplaced(facts, dev))
		return 0;
	s = add(list, dev->addr);
	if (!s)
		return -ENOMEM;
	s->dev = dev;
	s->expected = expected;
	for (size_t i = 0; i < dev->n_vmid; i++)
		if (add_vm(s, dev->vmid[i]) < 0)
			return -ENOMEM;
	return is_vfio(dev->driver) ? judge_bound(s) : judge_unbound(facts, s);
}

/* ---- devices that are named but not there ---- */

static bool is_there(const struct pg_facts *facts, struct pg_bdf addr, bool slot)
{
	for (size_t i = 0; i < facts->n_dev; i++)
		if (slot ? pg_bdf_same_slot(facts->dev[i].addr, addr) :
			   pg_bdf_equal(facts->dev[i].addr, addr))
			return true;
	return false;
}

static int add_missing(struct list *list, struct pg_bdf addr, uint32_t vmid)
{
	struct pg_status *s;

	for (size_t i = 0; i < list->n; i++)
		if (!list->v[i].dev && pg_bdf_equal(list->v[i].addr, addr))
			return add_vm(&list->v[i], vmid);
	s = add(list, addr);
	if (!s)
		return -ENOMEM;
	if (pg_why_set(s, PG_STATUS_WRONG, "missing",
		       "A VM names it, but no such device is there: the VM will not start.") < 0)
		return -ENOMEM;
	return add_vm(s, vmid);
}

static int add_missing_of(const struct pg_facts *facts, const struct pg_guest *guest,
			  struct list *list)
{
	for (size_t i = 0; guest->local && i < guest->n_hostpci; i++) {
		const struct pg_hostpci *hp = &guest->hostpci[i];

		for (size_t k = 0; !hp->pending && !hp->leaving && k < hp->n_addr; k++)
			if (!is_there(facts, hp->addr[k], hp->slot[k]) &&
			    add_missing(list, hp->addr[k], guest->vmid) < 0)
				return -ENOMEM;
	}
	return 0;
}

/* ---- what names another device than it means ---- */

/* The rows of what the entry names now; for a binding, of what it means. */
static bool is_of(const struct pg_status *s, const struct pg_drift *d)
{
	const struct pg_map *map = d->map;
	struct pg_hostpci as = { 0 };

	if (d->what == PG_DRIFT_BIND)
		return pg_bdf_equal(s->addr, d->n_to ? d->to->addr : d->from);
	if (map)
		as = (struct pg_hostpci){ .addr = map->addr, .slot = map->slot,
					  .n_addr = map->n_addr };
	return pg_hostpci_names(map ? &as : d->hp, s->addr);
}

/* Takes the texts over, also on failure. */
static int say_drift(struct pg_status *s, const struct pg_drift *d, char *why, char *evidence,
		     char *fix)
{
	free(s->why);
	free(s->evidence);
	free(s->fix);
	s->verdict = PG_STATUS_WRONG;
	s->reason = pg_drift_id(d);
	s->why = why;
	s->evidence = evidence;
	s->fix = fix;
	return why && evidence && fix ? 0 : -ENOMEM;
}

static int add_drift(const struct pg_facts *facts, const struct pg_drift *d, struct list *list)
{
	struct pg_status *s;
	bool any = false;
	int r = 0;

	if (d->what == PG_DRIFT_BIND && !d->value)
		return 0; /* nothing comes of it */
	for (size_t i = 0; r == 0 && i < list->n; i++) {
		if (!is_of(&list->v[i], d))
			continue;
		any = true;
		r = say_drift(&list->v[i], d, pg_drift_text(d), pg_drift_evidence(d),
			      pg_drift_advice(d));
	}
	if (r < 0 || any)
		return r;
	s = add(list, d->what == PG_DRIFT_BIND && d->n_to ? d->to->addr : d->from);
	if (!s)
		return -ENOMEM;
	s->dev = pg_facts_dev(facts, s->addr);
	s->expected = s->dev ? pg_plan_expected_driver(facts, s->dev) : NULL;
	return say_drift(s, d, pg_drift_text(d), pg_drift_evidence(d), pg_drift_advice(d));
}

static int add_drifts(const struct pg_facts *facts, struct list *list)
{
	struct pg_drifts drifts PG_CLEANUP(pg_drifts_done) = { 0 };
	int r = pg_drifts_find(facts, &drifts);

	for (size_t i = 0; r == 0 && i < drifts.n; i++)
		r = add_drift(facts, &drifts.v[i], list);
	return r;
}

/* ---- cards whose virtual functions are made when the node starts ---- */

static int add_card(const struct pg_facts *facts, const struct pg_sriov_state *st, struct list *list)
{
	struct pg_bdf addr = st->card->id.addr;
	struct pg_status *s = NULL;

	for (size_t i = 0; i < list->n; i++)
		if (pg_bdf_equal(list->v[i].addr, addr))
			return 0; /* what is said of it already is worse */
	s = add(list, addr);
	if (!s)
		return -ENOMEM;
	s->dev = pg_facts_dev(facts, addr);
	s->expected = s->dev ? s->dev->driver : NULL;
	return pg_sriov_judge(facts, st, s);
}

static int add_cards(const struct pg_facts *facts, struct list *list)
{
	struct pg_sriov_states states PG_CLEANUP(pg_sriov_states_done) = { 0 };
	int r = pg_sriov_states(facts, &states);

	for (size_t i = 0; r == 0 && i < states.n; i++)
		r = add_card(facts, &states.v[i], list);
	return r;
}

static int by_address(const void *a, const void *b)
{
	const struct pg_status *x = a, *y = b;

	return pg_bdf_cmp(x->addr, y->addr);
}

int pg_status_list(const struct pg_facts *facts, struct pg_status **ret, size_t *ret_n)
{
	struct list list = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_dev; i++)
		r = add_device(facts, &facts->dev[i], &list);
	for (size_t i = 0; r == 0 && i < facts->n_guest; i++)
		r = add_missing_of(facts, &facts->guest[i], &list);
	if (r == 0)
		r = add_drifts(facts, &list);
	if (r == 0)
		r = add_cards(facts, &list);
	if (r < 0) {
		pg_status_free(list.v, list.n);
		return r;
	}
	if (list.n)
		qsort(list.v, list.n, sizeof(*list.v), by_address);
	*ret = list.v;
	*ret_n = list.n;
	return 0;
}
