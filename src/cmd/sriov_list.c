/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices that can have virtual functions, with those that they have. */
#include <errno.h>
#include <stdio.h>

#include "src/base/i18n.h"
#include "src/cmd/common.h"
#include "src/host/sriov.h"
#include "src/plan/sriov.h"

static const struct pg_sriov_card *card_of(const struct pg_sriov_states *states, const struct pg_dev *pf)
{
	const struct pg_sriov_state *st = pg_sriov_state_of(states, pf);

	return st && st->place == PG_SRIOV_HERE ? st->card : NULL;
}

/* ---- JSON ---- */

static void set_group(struct pg_json *o, const struct pg_dev *dev)
{
	if (dev->group >= 0)
		pg_json_set_int(o, "iommu_group", dev->group);
	else
		pg_json_set_null(o, "iommu_group");
}

static struct pg_json *uses_json(const struct pg_dev *dev)
{
	struct pg_json *uses = pg_json_array();

	for (size_t i = 0; i < dev->n_use; i++)
		pg_json_add_str(uses, dev->use[i].detail);
	return uses;
}

static struct pg_json *vf_json(const struct pg_facts *facts, const struct pg_dev *pf, unsigned n,
			       const struct pg_sriov_card *card)
{
	const struct pg_dev *vf = pg_facts_dev(facts, pf->vf[n]);
	const struct pg_vf_opts *opts = card ? pg_sriov_vf(card, n) : NULL;
	struct pg_json *o = pg_json_object(), *vms = pg_json_array();

	pg_json_set_int(o, "number", n);
	pg_json_set_str(o, "address", pg_bdf_str(pf->vf[n]).s);
	pg_json_set_str(o, "driver", vf ? vf->driver : NULL);
	pg_json_set_str(o, "mac", opts && *opts->mac ? opts->mac : NULL);
	for (size_t i = 0; vf && i < vf->n_vmid; i++)
		pg_json_add_int(vms, vf->vmid[i]);
	pg_json_set(o, "vms", vms);
	if (vf) {
		set_group(o, vf);
		pg_json_set(o, "used_by", uses_json(vf));
	}
	return o;
}

static const char *maker_word(const struct pg_facts *facts, const struct pg_dev *pf,
			      const struct pg_sriov_card *card)
{
	const struct pg_vf_maker *m = pg_vf_maker_of(facts, pf);

	if (card)
		return "pve-gpu";
	return !m ? NULL : m->kind == PG_VF_NVIDIA ? "nvidia" : "sysfsutils";
}

static struct pg_json *pf_json(const struct pg_facts *facts, const struct pg_dev *pf,
			       const struct pg_sriov_states *states)
{
	const struct pg_sriov_card *card = card_of(states, pf);
	const struct pg_vf_maker *m = pg_vf_maker_of(facts, pf);
	struct pg_json *o = pg_json_object(), *vfs = pg_json_array();

	pg_json_set_str(o, "address", pg_bdf_str(pf->addr).s);
	pg_json_set_strf(o, "vendor_id", "%04x", pf->vendor);
	pg_json_set_strf(o, "device_id", "%04x", pf->device);
	pg_json_set_str(o, "name", pf->name);
	pg_json_set_str(o, "kind", pg_kind_name(pf->kind));
	pg_json_set_str(o, "driver", pf->driver);
	set_group(o, pf);
	pg_json_set_int(o, "total", pf->total_vfs);
	pg_json_set_int(o, "count", pf->num_vfs);
	pg_json_set_int(o, "possible", pg_vf_max_by_bus(facts, pf));
	pg_json_set_str(o, "made_by", maker_word(facts, pf, card));
	if (card || (m && m->line))
		pg_json_set_int(o, "at_boot", card ? card->count : m->count);
	else
		pg_json_set_null(o, "at_boot");
	pg_json_set_str(o, "vf_driver", card ? (card->host_driver ? "host" : "none") : NULL);
	for (unsigned n = 0; n < pf->n_vf; n++)
		pg_json_add(vfs, vf_json(facts, pf, n, card));
	pg_json_set(o, "vfs", vfs);
	return o;
}

static struct pg_json *list_json(const struct pg_facts *facts, const struct pg_sriov_states *states)
{
	struct pg_json *doc = pg_json_object(), *devices = pg_json_array();

	for (size_t i = 0; facts && i < facts->n_dev; i++)
		if (facts->dev[i].total_vfs)
			pg_json_add(devices, pf_json(facts, &facts->dev[i], states));
	pg_json_set(doc, "devices", devices);
	return doc;
}

/* ---- text ---- */

enum { COL_ADDRESS, COL_NAME, COL_DRIVER, COL_VFS, COL_BOOT, COL_GROUP, COL_USERS };

static void dev_cells(const struct pg_cmd_env *env, struct pg_table *t, struct pg_row *row,
		      const struct pg_dev *dev)
{
	pg_autofree char *name = pg_cmd_dev_name(env, dev);
	pg_autofree char *users = pg_cmd_dev_users(dev);
	char group[16] = "-";

	if (dev->group >= 0)
		(void)snprintf(group, sizeof(group), "%d", dev->group);
	pg_table_cell(t, row, COL_ADDRESS, PG_TONE_STRONG, pg_bdf_str(dev->addr).s);
	pg_table_cell(t, row, COL_NAME, PG_TONE_PLAIN, name);
	pg_table_cell(t, row, COL_DRIVER, PG_TONE_PLAIN, dev->driver ? dev->driver : "-");
	pg_table_cell(t, row, COL_GROUP, PG_TONE_PLAIN, group);
	pg_table_cell(t, row, COL_USERS, PG_TONE_PLAIN, users);
}

static void add_pf(const struct pg_cmd_env *env, struct pg_table *t, const struct pg_facts *facts,
		   const struct pg_dev *pf, const struct pg_sriov_states *states)
{
	const struct pg_sriov_card *card = card_of(states, pf);
	const struct pg_vf_maker *m = pg_vf_maker_of(facts, pf);
	struct pg_row *row = pg_table_row(t, NULL);
	char vfs[32], boot[16] = "-";

	dev_cells(env, t, row, pf);
	(void)snprintf(vfs, sizeof(vfs), _("%u of %u"), pf->num_vfs, pf->total_vfs);
	if (card || (m && m->line))
		(void)snprintf(boot, sizeof(boot), "%u", card ? card->count : m->count);
	pg_table_cell(t, row, COL_VFS, PG_TONE_PLAIN, vfs);
	pg_table_cell(t, row, COL_BOOT, !card || card->count == pf->num_vfs ? PG_TONE_PLAIN : PG_TONE_WARN,
		      m && !m->line ? _("by NVIDIA's") : boot);
	for (unsigned n = 0; n < pf->n_vf; n++) {
		const struct pg_dev *vf = pg_facts_dev(facts, pf->vf[n]);
		struct pg_row *below = vf ? pg_table_row(t, row) : NULL;
		const struct pg_vf_opts *opts = card ? pg_sriov_vf(card, n) : NULL;

		if (!below)
			continue;
		dev_cells(env, t, below, vf);
		pg_table_cell(t, below, COL_NAME, PG_TONE_PLAIN, opts ? opts->mac : "");
	}
}

static int print_table(const struct pg_cmd_env *env, const struct pg_facts *facts,
		       const struct pg_sriov_states *states)
{
	struct pg_table *t PG_CLEANUP(pg_table_freep) = pg_table_new(env);
	size_t n = 0;

	pg_table_column(t, "ADDRESS", PG_COLUMN_TREE);
	pg_table_column(t, "NAME", PG_COLUMN_CUT);
	pg_table_column(t, "DRIVER", 0);
	pg_table_column(t, "VFS", 0);
	pg_table_column(t, "AT BOOT", 0);
	pg_table_column(t, "GROUP", PG_COLUMN_RIGHT);
	pg_table_column(t, "USED BY", PG_COLUMN_WRAP);
	for (size_t i = 0; i < facts->n_dev; i++) {
		if (!facts->dev[i].total_vfs)
			continue;
		add_pf(env, t, facts, &facts->dev[i], states);
		n++;
	}
	if (n)
		return pg_table_print(t);
	pg_out_line(env, PG_TONE_PLAIN, "No device of this node can have virtual functions. Some cards have "
		    "SR-IOV, or the firmware has it, switched off.");
	return 0;
}

/* What is wrong of what is set up: `status` and `doctor` say it too. */
static int print_findings(const struct pg_cmd_env *env, const struct pg_facts *facts)
{
	struct pg_findings all PG_CLEANUP(pg_findings_done) = { 0 };
	struct pg_findings own PG_CLEANUP(pg_findings_done) = { 0 };
	int r = pg_check(facts, NULL, &all);

	for (size_t i = 0; r == 0 && i < all.n; i++) {
		struct pg_finding *f;

		if (!pg_sriov_is_finding(all.v[i].id))
			continue;
		f = pg_findings_add(&own, all.v[i].id, all.v[i].level, all.v[i].scope, "%s", all.v[i].text);
		if (pg_finding_evidence(f, "%s", all.v[i].evidence ? all.v[i].evidence : "") < 0 ||
		    pg_finding_advice(f, "%s", all.v[i].advice ? all.v[i].advice : "") < 0)
			r = -ENOMEM;
	}
	if (r == 0 && own.n) {
		(void)fputc('\n', env->out);
		pg_cmd_print_findings(env, &own, false);
	}
	return r;
}

int pg_cmd_sriov_list(const struct pg_cmd_env *env)
{
	struct pg_cmd_host host PG_CLEANUP(pg_cmd_host_done) = { 0 };
	struct pg_sriov_states states PG_CLEANUP(pg_sriov_states_done) = { 0 };
	int r = pg_cmd_look(env, PG_WANT_ALL, &host);

	if (r == 0)
		r = pg_sriov_states(host.facts, &states);
	if (env->json)
		return pg_cmd_document(env, &host, list_json(host.facts, &states), PG_EXIT_OK);
	if (r < 0 || print_table(env, host.facts, &states) < 0)
		return PG_EXIT_REFUSED;
	return print_findings(env, host.facts) < 0 ? PG_EXIT_REFUSED : PG_EXIT_OK;
}
