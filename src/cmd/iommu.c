/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pve-gpu iommu: its state, and the groups as a tree. */
#include "src/cmd/common.h"
#include "src/cmd/iommu.h"

#include <stdio.h>

#include "src/base/i18n.h"
/* ---- JSON ---- */

static const char *table_name(const struct pg_iommu *iommu)
{
	static const char *const names[] = {
		[PG_TABLE_NONE] = "none",
		[PG_TABLE_DMAR] = "DMAR",
		[PG_TABLE_IVRS] = "IVRS",
	};

	return iommu->table_known ? names[iommu->table] : NULL;
}

static struct pg_json *state_json(const struct pg_iommu *iommu)
{
	struct pg_json *o = pg_json_object();

	pg_json_set_tri(o, "active", iommu->active);
	pg_json_set_str(o, "firmware", table_name(iommu));
	pg_json_set_tri(o, "interrupt_remapping", iommu->remapping);
	pg_json_set_str(o, "kernel_option", iommu->option);
	return o;
}

static struct pg_json *group_json(const struct pg_facts *facts, const struct pg_group *g)
{
	struct pg_json *o = pg_json_object(), *devices = pg_json_array();

	pg_json_set_int(o, "id", g->id);
	pg_json_set_str(o, "verdict", pg_verdict_name(g->verdict));
	for (size_t i = 0; i < g->n_dev; i++)
		pg_json_add_str(devices, pg_bdf_str(facts->dev[g->dev[i]].addr).s);
	pg_json_set(o, "devices", devices);
	return o;
}

static struct pg_json *iommu_json(const struct pg_facts *facts)
{
	static const struct pg_iommu unknown = { .active = PG_UNKNOWN, .remapping = PG_UNKNOWN };
	struct pg_json *doc = pg_json_object(), *groups = pg_json_array();

	pg_json_set(doc, "iommu", state_json(facts ? &facts->iommu : &unknown));
	for (size_t i = 0; facts && i < facts->n_group; i++)
		pg_json_add(groups, group_json(facts, &facts->group[i]));
	pg_json_set(doc, "groups", groups);
	return doc;
}

/* ---- text ---- */

static void print_active(const struct pg_cmd_env *env, const struct pg_iommu *iommu)
{
	if (iommu->active == PG_YES)
		pg_out_line(env, PG_TONE_GOOD, "The IOMMU is active.");
	else if (iommu->active == PG_UNKNOWN)
		pg_out_line(env, PG_TONE_WARN, "Whether the IOMMU is active cannot be read here.");
	else if (!iommu->table_known || iommu->table != PG_TABLE_NONE)
		pg_out_line(env, PG_TONE_BAD, "The IOMMU is off: the kernel does not use it.");
	else
		pg_out_line(env, PG_TONE_BAD,
			    "There is no IOMMU: the firmware announces none. It is switched off "
			    "in the firmware setup (VT-d, AMD-Vi), or this machine has none.");
}

static void print_state(const struct pg_cmd_env *env, const struct pg_iommu *iommu)
{
	static const char *const words[] = { N_("unknown"), N_("no"), N_("yes") };
	const char *table = table_name(iommu);

	print_active(env, iommu);
	pg_out_line(env, PG_TONE_PLAIN, "  firmware table       %s", table ? table : _("unknown"));
	pg_out_line(env, PG_TONE_PLAIN, "  interrupt remapping  %s", _(words[iommu->remapping + 1]));
	pg_out_line(env, PG_TONE_PLAIN, "  kernel options       %s",
		    iommu->option ? iommu->option : _("none"));
}

enum { COL_WHAT, COL_KIND, COL_NAME, COL_DRIVER, COL_USERS };

static struct pg_row *add_group(struct pg_table *t, const struct pg_group *g)
{
	struct pg_row *row = pg_table_row(t, NULL);
	char title[32];

	(void)snprintf(title, sizeof(title), _("group %d"), g->id);
	pg_table_cell(t, row, COL_WHAT, PG_TONE_STRONG, title);
	pg_table_cell(t, row, COL_KIND, g->verdict == PG_GROUP_SHARED ? PG_TONE_WARN : PG_TONE_PLAIN,
		      _(pg_verdict_name(g->verdict)));
	if (g->rmrr)
		pg_table_cell(t, row, COL_NAME, PG_TONE_WARN, _("firmware keeps memory of it (RMRR)"));
	return row;
}

static void add_member(const struct pg_cmd_env *env, struct pg_table *t, struct pg_row *group,
		       const struct pg_dev *dev)
{
	struct pg_row *row = pg_table_row(t, group);
	pg_autofree char *name = pg_cmd_dev_name(env, dev);
	pg_autofree char *users = pg_cmd_dev_users(dev);

	pg_table_cell(t, row, COL_WHAT, PG_TONE_PLAIN, pg_bdf_str(dev->addr).s);
	pg_table_cell(t, row, COL_KIND, PG_TONE_PLAIN, pg_kind_name(dev->kind));
	pg_table_cell(t, row, COL_NAME, PG_TONE_PLAIN, name);
	pg_table_cell(t, row, COL_DRIVER, PG_TONE_PLAIN, dev->driver ? dev->driver : "-");
	pg_table_cell(t, row, COL_USERS, PG_TONE_PLAIN, users);
}

static int print_groups(const struct pg_cmd_env *env, const struct pg_facts *facts)
{
	struct pg_table *t PG_CLEANUP(pg_table_freep) = pg_table_new(env);

	if (!facts->n_group) {
		pg_out_line(env, PG_TONE_PLAIN, "There are no IOMMU groups.");
		return 0;
	}
	pg_table_column(t, "GROUP", PG_COLUMN_TREE);
	pg_table_column(t, "KIND", 0);
	pg_table_column(t, "NAME", PG_COLUMN_CUT);
	pg_table_column(t, "DRIVER", 0);
	pg_table_column(t, "USED BY", PG_COLUMN_WRAP);
	for (size_t i = 0; i < facts->n_group; i++) {
		const struct pg_group *g = &facts->group[i];
		struct pg_row *row = add_group(t, g);

		for (size_t k = 0; k < g->n_dev; k++)
			add_member(env, t, row, &facts->dev[g->dev[k]]);
	}
	(void)fputc('\n', env->out);
	return pg_table_print(t);
}

int pg_cmd_iommu(const struct pg_cmd_env *env, int argc, char **argv)
{
	static const struct option options[] = { { "svg", no_argument, NULL, 's' }, { 0 } };
	struct pg_cmd_host host PG_CLEANUP(pg_cmd_host_done) = { 0 };
	unsigned want = PG_WANT_DEVICES | PG_WANT_GROUPS;
	bool svg = false, begun = false;
	int c, r;

	while ((c = pg_cmd_getopt(env, argc, argv, options, &begun)) != -1) {
		if (c != 's')
			return PG_EXIT_USAGE;
		svg = true;
	}
	if (optind < argc)
		return pg_cmd_usage(env, argv[0], "%s is one argument too many.", argv[optind]);
	if (!env->json)
		want |= PG_WANT_REGIONS | PG_WANT_NAMES | PG_WANT_USAGE | PG_WANT_GUESTS |
			(svg ? PG_WANT_DETAILS : 0);
	r = pg_cmd_look(env, want, &host);
	if (env->json)
		return pg_cmd_document(env, &host, iommu_json(host.facts), PG_EXIT_OK);
	if (r < 0)
		return PG_EXIT_REFUSED;
	if (svg)
		return pg_iommu_svg(env, host.facts);
	print_state(env, &host.facts->iommu);
	return print_groups(env, host.facts) < 0 ? PG_EXIT_REFUSED : PG_EXIT_OK;
}
