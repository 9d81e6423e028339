/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What cards can be divided into, as a tree or as JSON; and why nothing can be. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/cmd/common.h"
#include "src/plan/plan.h"
#include "src/plan/vgpu.h"

/* ---- JSON ---- */

static struct pg_json *user_json(const struct pg_vgpu_user *user)
{
	struct pg_json *o = pg_json_object();

	if (user->vmid) {
		pg_json_set_int(o, "vmid", user->vmid);
		pg_json_set_strf(o, "key", "hostpci%u", user->index);
	} else {
		pg_json_set_null(o, "vmid");
		pg_json_set_null(o, "key");
	}
	pg_json_set_str(o, "uuid", user->uuid);
	pg_json_set_bool(o, "configured", user->configured);
	return o;
}

/* A number, or null where it is not known. */
static void set_known(struct pg_json *o, const char *key, int64_t value, bool known)
{
	if (known)
		pg_json_set_int(o, key, value);
	else
		pg_json_set_null(o, key);
}

static struct pg_json *type_json(const struct pg_vgpu_type *type)
{
	struct pg_json *o = pg_json_object(), *users = pg_json_array();

	pg_json_set_str(o, "type", type->id);
	pg_json_set_str(o, "name", type->name);
	pg_json_set_str(o, "description", type->description);
	pg_json_set_str(o, "device_api", type->api);
	set_known(o, "framebuffer_mib", (int64_t)type->framebuffer, type->framebuffer > 0);
	set_known(o, "available", type->available, type->available >= 0);
	for (size_t i = 0; i < type->n_user; i++)
		pg_json_add(users, user_json(&type->user[i]));
	pg_json_set(o, "users", users);
	return o;
}

static struct pg_json *functions_json(const struct pg_vgpu_card *card)
{
	struct pg_json *functions = pg_json_array();

	for (size_t i = 0; i < card->n_part; i++) {
		const struct pg_mdev_parent *part = card->part[i];
		struct pg_json *o = pg_json_object();

		pg_json_set_str(o, "address", part->name);
		set_known(o, "current_type", part->current, part->way == PG_MDEV_VENDOR);
		pg_json_add(functions, o);
	}
	return functions;
}

static struct pg_json *card_json(const struct pg_vgpu_card *card)
{
	const struct pg_dev *dev = card->dev;
	struct pg_json *o = pg_json_object(), *types = pg_json_array();

	pg_json_set_str(o, "address", dev ? pg_bdf_str(dev->addr).s : NULL);
	pg_json_set_str(o, "parent", dev ? pg_bdf_str(dev->addr).s : card->name);
	pg_json_set_str(o, "name", dev ? dev->name : NULL);
	pg_json_set_str(o, "driver", dev ? dev->driver : NULL);
	pg_json_set_str(o, "interface", pg_vgpu_way_name(card));
	pg_json_set(o, "functions", functions_json(card));
	for (size_t i = 0; i < card->n_type; i++)
		pg_json_add(types, type_json(&card->type[i]));
	pg_json_set(o, "types", types);
	return o;
}

static struct pg_json *instance_json(const struct pg_mdev *m)
{
	struct pg_json *o = pg_json_object();

	pg_json_set_str(o, "uuid", m->uuid);
	pg_json_set_str(o, "parent", m->parent);
	pg_json_set_str(o, "type", m->type);
	set_known(o, "vmid", m->vmid, m->vmid > 0);
	return o;
}

static struct pg_json *vgpu_json(const struct pg_facts *facts, const struct pg_vgpu_table *t,
				 const struct pg_findings *findings)
{
	struct pg_json *doc = pg_json_object(), *devices = pg_json_array(),
		       *instances = pg_json_array();

	for (size_t i = 0; i < t->n; i++)
		pg_json_add(devices, card_json(&t->v[i]));
	for (size_t i = 0; facts && i < facts->n_mdev; i++)
		pg_json_add(instances, instance_json(&facts->mdev[i]));
	pg_json_set(doc, "devices", devices);
	pg_json_set(doc, "instances", instances);
	pg_json_set(doc, "findings", pg_findings_array(findings));
	return doc;
}

/* ---- text ---- */

enum { COL_TYPE, COL_NAME, COL_MEMORY, COL_FREE, COL_USERS };

static char *users(const struct pg_vgpu_type *type)
{
	struct pg_strv list PG_CLEANUP(pg_strv_done) = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < type->n_user; i++) {
		const struct pg_vgpu_user *u = &type->user[i];

		if (u->vmid)
			r = pg_strv_addf(&list, _("VM %u (hostpci%u%s)"), u->vmid, u->index,
					 u->configured ? "" : _(", left over"));
		else
			r = pg_strv_add(&list, u->uuid);
	}
	return r < 0 ? NULL : pg_strv_join(&list, "; ");
}

static void add_type(struct pg_table *t, struct pg_row *parent, const struct pg_vgpu_type *type)
{
	struct pg_row *row = pg_table_row(t, parent);
	pg_autofree char *who = users(type);
	char memory[32] = "-", available[32] = "?";

	if (type->framebuffer)
		(void)snprintf(memory, sizeof(memory), "%" PRIu64 " MiB", type->framebuffer);
	if (type->available >= 0)
		(void)snprintf(available, sizeof(available), "%" PRId64, type->available);
	pg_table_cell(t, row, COL_TYPE, PG_TONE_STRONG, type->id);
	pg_table_cell(t, row, COL_NAME, PG_TONE_PLAIN, type->name);
	pg_table_cell(t, row, COL_MEMORY, PG_TONE_PLAIN, memory);
	pg_table_cell(t, row, COL_FREE, type->available ? PG_TONE_GOOD : PG_TONE_FAINT, available);
	pg_table_cell(t, row, COL_USERS, PG_TONE_PLAIN, who);
}

static void add_card(const struct pg_cmd_env *env, struct pg_table *t,
		     const struct pg_vgpu_card *card)
{
	struct pg_row *row = pg_table_row(t, NULL);
	pg_autofree char *name = card->dev ? pg_cmd_dev_name(env, card->dev) : NULL;

	pg_table_cell(t, row, COL_TYPE, PG_TONE_STRONG,
		      card->dev ? pg_bdf_str(card->dev->addr).s : card->name);
	pg_table_cell(t, row, COL_NAME, PG_TONE_PLAIN, card->dev ? name : _("no PCI device"));
	for (size_t i = 0; i < card->n_type; i++)
		add_type(t, row, &card->type[i]);
}

static int print(const struct pg_cmd_env *env, const struct pg_vgpu_table *all,
		 const struct pg_findings *findings)
{
	struct pg_table *t PG_CLEANUP(pg_table_freep) = pg_table_new(env);

	pg_table_column(t, "TYPE", PG_COLUMN_TREE);
	pg_table_column(t, "NAME", PG_COLUMN_CUT);
	pg_table_column(t, "MEMORY", PG_COLUMN_RIGHT);
	pg_table_column(t, "FREE", PG_COLUMN_RIGHT);
	pg_table_column(t, "USED BY", PG_COLUMN_WRAP);
	for (size_t i = 0; i < all->n; i++)
		add_card(env, t, &all->v[i]);
	if (!all->n)
		pg_out_line(env, PG_TONE_PLAIN, "There is no GPU, and nothing else that can be divided.");
	else if (pg_table_print(t) < 0)
		return PG_EXIT_REFUSED;
	if (pg_findings_worst(findings) > PG_LEVEL_OK)
		pg_out_line(env, PG_TONE_PLAIN, "%s", "");
	pg_cmd_print_findings(env, findings, false);
	return PG_EXIT_OK;
}

int pg_cmd_vgpu_list(const struct pg_cmd_env *env)
{
	struct pg_cmd_host host PG_CLEANUP(pg_cmd_host_done) = { 0 };
	struct pg_vgpu_table table PG_CLEANUP(pg_vgpu_table_done) = { 0 };
	struct pg_findings findings PG_CLEANUP(pg_findings_done) = { 0 };
	int r = pg_cmd_look(env, PG_WANT_PCI | PG_WANT_NAMES | PG_WANT_MODULES | PG_WANT_BOOT |
			    PG_WANT_GUESTS | PG_WANT_MDEV, &host);

	if (r == 0 && (pg_vgpu_table_make(host.facts, &table) < 0 ||
		       pg_vgpu_findings(host.facts, &findings) < 0))
		return pg_cmd_no_memory(env);
	if (env->json)
		return pg_cmd_document(env, &host, vgpu_json(host.facts, &table, &findings), PG_EXIT_OK);
	return r < 0 ? PG_EXIT_REFUSED : print(env, &table, &findings);
}
