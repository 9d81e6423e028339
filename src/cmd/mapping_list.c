/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every mapping on every node of the cluster, as a tree or as JSON. */
#include "src/cmd/mapping.h"

#include <errno.h>
#include <stdio.h>

#include "src/base/i18n.h"
#include "src/plan/map_table.h"

/* ---- JSON ---- */

static struct pg_json *cell_json(const struct pg_map_cell *c)
{
	struct pg_json *o = pg_json_object();

	pg_json_set_str(o, "node", c->node);
	pg_json_set_bool(o, "here", c->here);
	pg_json_set_bool(o, "member", c->member);
	pg_json_set_str(o, "state", _(pg_map_state_name(c->state)));
	pg_json_set_bool(o, "starts", c->member && pg_map_state_starts(c->state));
	pg_json_set_str(o, "device", c->device);
	pg_json_set_str(o, "ids", c->ids);
	pg_json_set_str(o, "why", c->why);
	pg_json_set_str(o, "fix", c->fix);
	return o;
}

static struct pg_json *row_json(const struct pg_map_row *row)
{
	struct pg_json *o = pg_json_object(), *nodes = pg_json_array(), *vms = pg_json_array();

	pg_json_set_str(o, "id", row->id);
	pg_json_set_str(o, "kind", row->usb ? "usb" : "pci");
	pg_json_set_bool(o, "live_migration", row->live);
	for (size_t i = 0; i < row->n_cell; i++)
		pg_json_add(nodes, cell_json(&row->cell[i]));
	for (size_t i = 0; i < row->n_vmid; i++)
		pg_json_add_int(vms, row->vmid[i]);
	pg_json_set(o, "nodes", nodes);
	pg_json_set(o, "vms", vms);
	return o;
}

static struct pg_json *nodes_json(const struct pg_facts *facts)
{
	struct pg_json *nodes = pg_json_array();

	for (size_t i = 0; facts && i < facts->n_node; i++) {
		struct pg_json *o = pg_json_object();

		pg_json_set_str(o, "name", facts->node[i].name);
		pg_json_set_bool(o, "here", facts->node[i].here);
		pg_json_set_bool(o, "member", facts->node[i].member);
		pg_json_set_tri(o, "online", facts->node[i].online);
		pg_json_add(nodes, o);
	}
	return nodes;
}

static struct pg_json *document(const struct pg_facts *facts, const struct pg_map_table *t)
{
	struct pg_json *doc = pg_json_object(), *mappings = pg_json_array();

	for (size_t i = 0; i < t->n; i++)
		pg_json_add(mappings, row_json(&t->v[i]));
	pg_json_set(doc, "nodes", nodes_json(facts));
	pg_json_set_bool(doc, "writable", facts && !facts->no_quorum);
	pg_json_set(doc, "mappings", mappings);
	return doc;
}

/* ---- text ---- */

enum { COL_NAME, COL_STATE, COL_DEVICE, COL_IDS, COL_VMS };

static enum pg_tone tone_of(const struct pg_map_cell *c)
{
	static const enum pg_tone tones[] = {
		[PG_MAP_OK] = PG_TONE_GOOD,	   [PG_MAP_LISTED] = PG_TONE_PLAIN,
		[PG_MAP_DIFFERS] = PG_TONE_WARN,   [PG_MAP_MISSING] = PG_TONE_FAINT,
		[PG_MAP_INCOMPLETE] = PG_TONE_WARN, [PG_MAP_WRONG] = PG_TONE_BAD,
		[PG_MAP_MOVED] = PG_TONE_BAD,	   [PG_MAP_ABSENT] = PG_TONE_BAD,
	};

	return tones[c->state];
}

static char *node_name(const struct pg_map_cell *c)
{
	return pg_strf("%s%s", c->node, c->here		    ? _(" (this node)") :
					!c->member	    ? _(" (no node)") :
					c->online == PG_NO ? _(" (offline)") : "");
}

static void add_cell(struct pg_table *t, struct pg_row *parent, const struct pg_map_cell *c)
{
	struct pg_row *row = pg_table_row(t, parent);
	pg_autofree char *name = node_name(c);

	pg_table_cell(t, row, COL_NAME, PG_TONE_PLAIN, name);
	pg_table_cell(t, row, COL_STATE, tone_of(c), _(pg_map_state_name(c->state)));
	pg_table_cell(t, row, COL_DEVICE, PG_TONE_PLAIN, c->device ? c->device : "-");
	pg_table_cell(t, row, COL_IDS, PG_TONE_PLAIN, c->ids ? c->ids : "-");
	pg_table_cell(t, row, COL_VMS, PG_TONE_PLAIN, "");
}

static void add_row(struct pg_table *t, const struct pg_map_row *r)
{
	struct pg_strv vms PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_row *row = pg_table_row(t, NULL);
	pg_autofree char *text = NULL;

	for (size_t i = 0; i < r->n_vmid; i++)
		(void)pg_strv_addf(&vms, "%u", r->vmid[i]);
	text = pg_strv_join(&vms, " ");
	pg_table_cell(t, row, COL_NAME, PG_TONE_STRONG, r->id);
	pg_table_cell(t, row, COL_STATE, PG_TONE_PLAIN, r->usb ? "USB" : "PCI");
	pg_table_cell(t, row, COL_DEVICE, PG_TONE_PLAIN, "");
	pg_table_cell(t, row, COL_IDS, PG_TONE_PLAIN, "");
	pg_table_cell(t, row, COL_VMS, PG_TONE_PLAIN, r->n_vmid ? text : "-");
	for (size_t i = 0; i < r->n_cell; i++)
		add_cell(t, row, &r->cell[i]);
}

/* What is not as it should be, and what mends it. */
static void print_why(const struct pg_cmd_env *env, const struct pg_map_table *t)
{
	for (size_t i = 0; i < t->n; i++)
		for (size_t k = 0; k < t->v[i].n_cell; k++) {
			const struct pg_map_cell *c = &t->v[i].cell[k];

			if (!c->why || (c->state == PG_MAP_MISSING && !c->fix))
				continue;
			pg_out_line(env, PG_TONE_PLAIN, "%s", "");
			pg_out_line(env, PG_TONE_STRONG, "%s on %s: %s", t->v[i].id, c->node,
				    _(pg_map_state_name(c->state)));
			pg_out_lines(env, env->out, 2, c->why);
			pg_out_lines(env, env->out, 2, c->fix);
		}
}

static int print_table(const struct pg_cmd_env *env, const struct pg_facts *facts,
		       const struct pg_map_table *table)
{
	struct pg_table *t PG_CLEANUP(pg_table_freep) = NULL;

	if (facts->no_quorum)
		pg_out_line(env, PG_TONE_BAD, "This node is without the cluster's quorum: nothing of this "
			    "can be changed.");
	if (!table->n) {
		pg_out_line(env, PG_TONE_PLAIN, pg_facts_is_unread(facts, "/etc/pve") ?
			    N_("No resource mapping can be seen.") :
			    N_("There is no resource mapping. `pve-gpu mapping NAME ADDRESS` plans one."));
		return 0;
	}
	t = pg_table_new(env);
	pg_table_column(t, "MAPPING, NODE", PG_COLUMN_TREE);
	pg_table_column(t, "STATE", 0);
	pg_table_column(t, "DEVICE", PG_COLUMN_CUT);
	pg_table_column(t, "ID", 0);
	pg_table_column(t, "VM", PG_COLUMN_WRAP);
	for (size_t i = 0; i < table->n; i++)
		add_row(t, &table->v[i]);
	if (pg_table_print(t) < 0)
		return -ENOMEM;
	print_why(env, table);
	return 0;
}

/* Is this node's part as it should be? */
static int exit_status(const struct pg_map_table *t)
{
	for (size_t i = 0; i < t->n; i++)
		for (size_t k = 0; k < t->v[i].n_cell; k++)
			if (t->v[i].cell[k].here && t->v[i].cell[k].state >= PG_MAP_INCOMPLETE)
				return PG_EXIT_REFUSED;
	return PG_EXIT_OK;
}

int pg_cmd_mapping_list(const struct pg_cmd_env *env)
{
	struct pg_cmd_host host PG_CLEANUP(pg_cmd_host_done) = { 0 };
	struct pg_map_table table PG_CLEANUP(pg_map_table_done) = { 0 };
	int r = pg_cmd_look(env, PG_WANT_ALL & ~(unsigned)PG_WANT_NAMES, &host);

	if (r == 0)
		r = pg_map_table_make(host.facts, &table);
	pg_cmd_say_unread(env, host.facts);
	if (env->json)
		return pg_cmd_document(env, &host, document(host.facts, &table), exit_status(&table));
	if (r < 0 || print_table(env, host.facts, &table) < 0)
		return PG_EXIT_REFUSED;
	return exit_status(&table);
}
