/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a VM with mappings can start, and what keeps it on this node. */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/hostpci.h"
#include "src/plan/map_table.h"
#include "src/plan/mapping.h"

struct nodes {
	struct pg_vm_plan *vm;
	struct pg_map_table table;
	struct pg_strv pci, usb;	/* mappings that the VM will have */
	struct pg_strv raw;		/* "hostpci1: 0000:05:00.0": devices of this node alone */
};

static void nodes_done(struct nodes *n)
{
	pg_map_table_done(&n->table);
	pg_strv_done(&n->pci);
	pg_strv_done(&n->usb);
	pg_strv_done(&n->raw);
}

/* ---- the VM as it is with this plan ---- */

/* The value that the plan gives the key; *ret NULL: it takes it away. False: neither. */
static bool planned(const struct pg_vm_plan *vm, const char *key, const char **ret)
{
	const struct pg_plan *plan = vm->p->plan;
	bool any = false;

	for (size_t i = 0; i < plan->n_vm_cmd; i++) {
		const struct pg_strv *argv = &plan->vm_cmd[i].argv;
		bool drop = argv->n > 4 && strcmp(argv->v[3], "--delete") == 0;

		if (argv->n < 5 || strcmp(argv->v[0], "qm") != 0 ||
		    strcmp(drop ? argv->v[4] : argv->v[3] + 2, key) != 0)
			continue;
		*ret = drop ? NULL : argv->v[4];
		any = true;
	}
	return any;
}

static int add_value(struct nodes *n, const char *key, const char *value, bool usb)
{
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };

	if (pg_strv_split(value, ",", &part) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < part.n; i++) {
		if (pg_text_starts(part.v[i], "mapping="))
			return pg_strv_add(usb ? &n->usb : &n->pci, part.v[i] + strlen("mapping="));
		if (usb && strcmp(part.v[i], "spice") == 0)
			return 0;
	}
	return pg_strv_addf(&n->raw, "%s: %s", key, value);
}

static int add_key(struct nodes *n, const char *key, bool usb)
{
	const char *value = pg_vm_value(n->vm->guest, key), *now;

	if (planned(n->vm, key, &now))
		value = now;
	return value ? add_value(n, key, value, usb) : 0;
}

static int read_vm(struct nodes *n)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < PG_HOSTPCI_MAX + PG_USB_MAX; i++) {
		bool usb = i >= PG_HOSTPCI_MAX;
		pg_autofree char *key = usb ? pg_strf("usb%u", i - PG_HOSTPCI_MAX) :
					      pg_strf("hostpci%u", i);

		r = key ? add_key(n, key, usb) : -ENOMEM;
	}
	return r;
}

/* ---- where it can start ---- */

static const struct pg_map_row *row_of(const struct nodes *n, const char *id, bool usb)
{
	for (size_t i = 0; i < n->table.n; i++)
		if (n->table.v[i].usb == usb && strcmp(n->table.v[i].id, id) == 0)
			return &n->table.v[i];
	return NULL;
}

/* Adds what a mapping lacks on a node. This node's entries are the plan's own matter. */
static int lacks(const struct nodes *n, const struct pg_strv *ids, bool usb,
		 const struct pg_node *node, struct pg_strbuf *b)
{
	for (size_t i = 0; i < ids->n; i++) {
		const struct pg_map_row *row = row_of(n, ids->v[i], usb);
		const struct pg_map_cell *c = row ? pg_map_row_at(row, node->name) : NULL;

		if (node->here || (c && pg_map_state_starts(c->state)))
			continue;
		pg_strbuf_addf(b, "%s%s %s", b->len ? ", " : "", ids->v[i],
			       c && c->state == PG_MAP_INCOMPLETE ? _("incomplete") : _("has no entry"));
	}
	return pg_strbuf_error(b);
}

static int say_nodes(const struct nodes *n)
{
	const struct pg_facts *facts = n->vm->p->facts;
	struct pg_strbuf good PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_strbuf bad PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_finding *f;

	for (size_t i = 0; i < facts->n_node; i++) {
		struct pg_strbuf why PG_CLEANUP(pg_strbuf_done) = { 0 };
		const struct pg_node *node = &facts->node[i];

		if (!node->member)
			continue;
		if (lacks(n, &n->pci, false, node, &why) < 0 || lacks(n, &n->usb, true, node, &why) < 0)
			return -ENOMEM;
		if (why.len)
			pg_strbuf_addf(&bad, "%s%s (%s)", bad.len ? ", " : "", node->name, why.s);
		else
			pg_strbuf_addf(&good, "%s%s%s", good.len ? ", " : "", node->name,
				       node->online == PG_NO ? _(" (offline)") : "");
	}
	if (pg_strbuf_error(&good) < 0 || pg_strbuf_error(&bad) < 0)
		return -ENOMEM;
	f = pg_vm_finding(n->vm, "vm-nodes", PG_LEVEL_NOTE,
			  n->raw.n ? N_("Where the mappings of the VM have an entry.") :
			  bad.len  ? N_("The VM can start on the nodes where its mappings have an entry, not "
				     "on the others.") :
				     N_("The VM can start on every node: its mappings have an entry on each."));
	if (pg_finding_evidence(f, "%s%s%s", good.len ? good.s : _("no node"), bad.len ? _("; not on ") : "",
				bad.len ? bad.s : "") < 0)
		return -ENOMEM;
	return bad.len ? pg_finding_advice(f, "`pve-gpu mapping NAME ADDRESS` on such a node adds its "
					      "entry; for HA, let the rule or group name the others "
					      "alone.") : 0;
}

/* ---- what keeps it here ---- */

/* QemuMigrate: "can't migrate VM which uses local devices". */
static int say_raw(const struct nodes *n)
{
	pg_autofree char *list = pg_strv_join(&n->raw, "; ");
	struct pg_finding *f;

	if (!list)
		return -ENOMEM;
	if (!n->raw.n)
		return 0;
	f = pg_vm_finding(n->vm, "vm-local-devices", PG_LEVEL_WARN,
			  "The VM has devices of this node by their address or port: it cannot be moved, "
			  "and on another node HA would start it with whatever has that address there.");
	if (pg_finding_evidence(f, "%s", list) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Name these by mappings as well.");
}

/* Only vGPUs whose mapping says so are moved while they run (qemu-server 8.3.9). */
static int say_live(const struct nodes *n)
{
	bool live = n->pci.n > 0;
	struct pg_finding *f;

	for (size_t i = 0; i < n->pci.n; i++) {
		const struct pg_map_row *row = row_of(n, n->pci.v[i], false);

		live &= row && row->live;
	}
	if (live && !n->usb.n)
		return 0;
	f = pg_vm_finding(n->vm, "vm-offline-migration", PG_LEVEL_NOTE,
			  "The VM can be moved while it is stopped. While it runs it stays: a passed "
			  "device cannot be taken along.");
	return pg_finding_advice(f, "HA moves it by stopping and starting it. Only a vGPU whose mapping is "
				    "marked live-migration-capable is moved while it runs.");
}

static size_t members(const struct pg_facts *facts)
{
	size_t n = 0;

	for (size_t i = 0; i < facts->n_node; i++)
		n += facts->node[i].member;
	return n;
}

int pg_vm_nodes(struct pg_vm_plan *vm)
{
	const struct pg_choices *c = vm->p->choices;
	struct nodes n PG_CLEANUP(nodes_done) = { .vm = vm };
	int r;

	if ((!c->mapping && !c->usb_mapping) || members(vm->p->facts) < 2 ||
	    pg_plan_is_blocked(vm->p->plan))
		return 0;
	r = pg_map_table_make(vm->p->facts, &n.table);
	if (r == 0)
		r = read_vm(&n);
	if (r == 0)
		r = say_nodes(&n);
	if (r == 0)
		r = say_raw(&n);
	return r < 0 || n.raw.n ? r : say_live(&n);
}
