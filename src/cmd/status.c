/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pve-gpu status: how passthrough stands, device by device; and the repair of what moved. */
#include "src/plan/drift_usb.h"
#include "src/plan/status.h"

#include <errno.h>

#include "src/base/i18n.h"
#include "src/cmd/options.h"

struct list {
	struct pg_status *v;
	size_t n;
	struct pg_usb_drifts usb;
};

static void list_done(struct list *l)
{
	pg_status_free(l->v, l->n);
	pg_usb_drifts_done(&l->usb);
}

static const char *driver_of(const struct pg_status *s)
{
	return s->dev ? s->dev->driver : NULL;
}

static struct pg_json *usb_json(const struct list *l)
{
	struct pg_json *all = pg_json_array();

	for (size_t i = 0; i < l->usb.n; i++) {
		struct pg_json *o = pg_json_object();
		const struct pg_usb_drift *d = &l->usb.v[i];
		pg_autofree char *why = pg_usb_drift_text(d), *evidence = pg_usb_drift_evidence(d);
		pg_autofree char *fix = pg_usb_drift_advice(d);

		pg_json_set_str(o, "mapping", d->mapping->id);
		pg_json_set_str(o, "port", d->mapping->port);
		pg_json_set_str(o, "now", d->to ? d->to->name : NULL);
		pg_json_set_str(o, "verdict", pg_status_verdict_name(PG_STATUS_WRONG));
		pg_json_set_str(o, "reason", pg_usb_drift_id(d));
		pg_json_set_str(o, "why", why);
		pg_json_set_str(o, "evidence", evidence);
		pg_json_set_str(o, "fix", fix);
		pg_json_add(all, o);
	}
	return all;
}

static struct pg_json *status_json(const struct list *l)
{
	struct pg_json *doc = pg_json_object(), *devices = pg_json_array();

	for (size_t i = 0; i < l->n; i++) {
		struct pg_json *o = pg_json_object(), *vms = pg_json_array();
		const struct pg_status *s = &l->v[i];

		pg_json_set_str(o, "address", pg_bdf_str(s->addr).s);
		pg_json_set_str(o, "driver", driver_of(s));
		pg_json_set_str(o, "expected", s->expected);
		pg_json_set_str(o, "verdict", pg_status_verdict_name(s->verdict));
		for (size_t k = 0; k < s->n_vmid; k++)
			pg_json_add_int(vms, s->vmid[k]);
		pg_json_set(o, "vms", vms);
		pg_json_set_str(o, "reason", s->reason);
		pg_json_set_str(o, "why", s->why);
		pg_json_set_str(o, "evidence", s->evidence);
		pg_json_set_str(o, "fix", s->fix);
		pg_json_add(devices, o);
	}
	pg_json_set(doc, "devices", devices);
	pg_json_set(doc, "usb_mappings", usb_json(l));
	return doc;
}

enum { COL_ADDRESS, COL_NAME, COL_NOW, COL_EXPECTED, COL_VMS, COL_VERDICT, COL_WHY };

static void add_row(const struct pg_cmd_env *env, struct pg_table *t, const struct pg_status *s)
{
	static const enum pg_tone tones[] = {
		[PG_STATUS_OK] = PG_TONE_GOOD,
		[PG_STATUS_PENDING] = PG_TONE_WARN,
		[PG_STATUS_WRONG] = PG_TONE_BAD,
	};
	struct pg_strv vms PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_row *row = pg_table_row(t, NULL);
	pg_autofree char *name = s->dev ? pg_cmd_dev_name(env, s->dev) : NULL;
	pg_autofree char *vm_text = NULL;

	for (size_t k = 0; k < s->n_vmid; k++)
		(void)pg_strv_addf(&vms, "%u", s->vmid[k]);
	vm_text = pg_strv_join(&vms, " ");
	pg_table_cell(t, row, COL_ADDRESS, PG_TONE_STRONG, pg_bdf_str(s->addr).s);
	pg_table_cell(t, row, COL_NAME, PG_TONE_PLAIN, s->dev ? name : _("not there"));
	pg_table_cell(t, row, COL_NOW, PG_TONE_PLAIN, driver_of(s) ? driver_of(s) : "-");
	pg_table_cell(t, row, COL_EXPECTED, PG_TONE_PLAIN, s->expected ? s->expected : "-");
	pg_table_cell(t, row, COL_VMS, PG_TONE_PLAIN, s->n_vmid ? vm_text : "-");
	pg_table_cell(t, row, COL_VERDICT, tones[s->verdict], _(pg_status_verdict_name(s->verdict)));
	pg_table_cell(t, row, COL_WHY, PG_TONE_PLAIN, s->why);
}

/* What is not as it should be: the evidence, and what to do. */
static void print_details(const struct pg_cmd_env *env, const struct list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct pg_status *s = &l->v[i];

		if (!s->evidence && !s->fix)
			continue;
		pg_out_line(env, PG_TONE_PLAIN, "%s", "");
		pg_out_line(env, PG_TONE_STRONG, "%s: %s", pg_bdf_str(s->addr).s, s->reason);
		pg_out_lines(env, env->out, 2, s->why);
		pg_out_lines(env, env->out, 2, s->evidence);
		pg_out_lines(env, env->out, 2, s->fix);
	}
}

static void print_usb(const struct pg_cmd_env *env, const struct list *l)
{
	for (size_t i = 0; i < l->usb.n; i++) {
		const struct pg_usb_drift *d = &l->usb.v[i];
		pg_autofree char *why = pg_usb_drift_text(d), *evidence = pg_usb_drift_evidence(d);
		pg_autofree char *fix = pg_usb_drift_advice(d);

		pg_out_line(env, PG_TONE_PLAIN, "%s", "");
		pg_out_line(env, PG_TONE_STRONG, "%s: %s", d->mapping->id, pg_usb_drift_id(d));
		pg_out_lines(env, env->out, 2, why);
		pg_out_lines(env, env->out, 2, evidence);
		pg_out_lines(env, env->out, 2, fix);
	}
}

static int print_table(const struct pg_cmd_env *env, const struct pg_facts *facts, const struct list *l)
{
	struct pg_table *t PG_CLEANUP(pg_table_freep) = NULL;

	if (!l->n) {
		pg_out_line(env, PG_TONE_PLAIN, pg_facts_is_unread(facts, "/etc/pve") ?
			    N_("No device can be seen that is passed through to a VM.") :
			    N_("No device is passed through to a VM."));
		return 0;
	}
	t = pg_table_new(env);
	pg_table_column(t, "ADDRESS", 0);
	pg_table_column(t, "NAME", PG_COLUMN_CUT);
	pg_table_column(t, "DRIVER", 0);
	pg_table_column(t, "AFTER BOOT", 0);
	pg_table_column(t, "VM", 0);
	pg_table_column(t, "VERDICT", 0);
	pg_table_column(t, "WHY", PG_COLUMN_WRAP);
	for (size_t i = 0; i < l->n; i++)
		add_row(env, t, &l->v[i]);
	return pg_table_print(t);
}

static int exit_status(const struct list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].verdict == PG_STATUS_WRONG)
			return PG_EXIT_REFUSED;
	return l->usb.n ? PG_EXIT_REFUSED : PG_EXIT_OK;
}

static int show_status(const struct pg_cmd_env *env)
{
	struct pg_cmd_host host PG_CLEANUP(pg_cmd_host_done) = { 0 };
	struct list list PG_CLEANUP(list_done) = { 0 };
	int r = pg_cmd_look(env, PG_WANT_ALL, &host);

	if (r == 0)
		r = pg_verify_probe(host.root, NULL, host.facts);
	if (r == 0)
		r = pg_status_list(host.facts, &list.v, &list.n);
	if (r == 0)
		r = pg_usb_drifts_find(host.facts, &list.usb);
	pg_cmd_say_unread(env, host.facts);
	if (env->json)
		return pg_cmd_document(env, &host, status_json(&list), exit_status(&list));
	if (r < 0 || print_table(env, host.facts, &list) < 0)
		return PG_EXIT_REFUSED;
	print_details(env, &list);
	print_usb(env, &list);
	return exit_status(&list);
}

/* ---- what it is called with ---- */

static int take_option(const struct pg_cmd_env *env, int c, struct pg_cmd_change *change)
{
	if (c != 'r')
		return pg_cmd_take_change_option(env, c, change);
	change->choices->repair = true;
	return 0;
}

int pg_cmd_status(const struct pg_cmd_env *env, int argc, char **argv)
{
	static const struct option options[] = {
		{ "repair", no_argument, NULL, 'r' },
		PG_CMD_BOOT_OPTIONS,
		PG_CMD_ROAD_OPTIONS,
		{ 0 },
	};
	struct pg_cmd_change change PG_CLEANUP(pg_cmd_change_done) = { 0 };
	int status = pg_cmd_take_options(env, argc, argv, options, take_option, &change);

	if (status)
		return status;
	if (optind < argc)
		return pg_cmd_usage(env, argv[0], "It takes no operand: %s.", argv[optind]);
	if (change.any && !change.choices->repair)
		return pg_cmd_usage(env, argv[0], "Its other options go with --repair.");
	return change.choices->repair ? pg_cmd_take_road(env, change.choices, &change.road) :
					show_status(env);
}
