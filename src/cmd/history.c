/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pve-gpu history: the transactions, newest first. */
#include <string.h>
#include <time.h>

#include "src/base/i18n.h"
#include "src/cmd/common.h"

struct list {
	struct pg_tx *v;
	size_t n;
	struct pg_trial *trial;	/* that of all that are on trial, or NULL */
};

static void list_done(struct list *l)
{
	pg_history_free(l->v, l->n);
	pg_trial_free(l->trial);
}

/* "trial, 8 min left" */
static char *state_text(const struct list *l, const struct pg_tx *tx)
{
	if (tx->state != PG_TX_TRIAL || !l->trial)
		return strdup(_(tx->word));
	if (!l->trial->booted)
		return strdup(_("trial, after the reboot"));
	return pg_strf(_("trial, %u min left"), (l->trial->left + 59) / 60);
}

static void time_text(time_t time, const char *format, char *ret, size_t n)
{
	struct tm tm;

	if (!gmtime_r(&time, &tm) || !strftime(ret, n, format, &tm))
		ret[0] = '\0';
}

static struct pg_json *history_json(const struct list *l)
{
	struct pg_json *doc = pg_json_object(), *array = pg_json_array();

	for (size_t i = 0; i < l->n; i++) {
		struct pg_json *o = pg_json_object();
		char when[32];

		time_text(l->v[i].time, "%Y-%m-%dT%H:%M:%SZ", when, sizeof(when));
		pg_json_set_str(o, "id", l->v[i].id);
		pg_json_set_str(o, "state", l->v[i].word);
		pg_json_set_strv(o, "files", &l->v[i].files);
		pg_json_set_str(o, "time", when);
		pg_json_set_strv(o, "commands", &l->v[i].commands);
		pg_json_set_str(o, "summary", l->v[i].summary);
		if (l->v[i].state == PG_TX_TRIAL && l->trial && l->trial->booted)
			pg_json_set_int(o, "left", l->trial->left);
		else
			pg_json_set_null(o, "left");
		pg_json_set_str(o, "now", l->v[i].now);
		pg_json_add(array, o);
	}
	pg_json_set(doc, "transactions", array);
	return doc;
}

static int print_table(const struct pg_cmd_env *env, const struct list *l)
{
	struct pg_table *t PG_CLEANUP(pg_table_freep) = NULL;

	if (!l->n) {
		pg_out_line(env, PG_TONE_PLAIN, "Nothing was changed here by pve-gpu.");
		return 0;
	}
	t = pg_table_new(env);
	pg_table_column(t, "ID", 0);
	pg_table_column(t, "STATE", 0);
	pg_table_column(t, "TIME (UTC)", 0);
	pg_table_column(t, "WHAT", PG_COLUMN_WRAP);
	pg_table_column(t, "FILES", PG_COLUMN_WRAP);
	for (size_t i = 0; i < l->n; i++) {
		pg_autofree char *files = pg_strv_join(&l->v[i].files, " ");
		pg_autofree char *state = state_text(l, &l->v[i]);
		struct pg_row *row = pg_table_row(t, NULL);
		char when[32];

		time_text(l->v[i].time, "%Y-%m-%d %H:%M", when, sizeof(when));
		pg_table_cell(t, row, 0, PG_TONE_STRONG, l->v[i].id);
		pg_table_cell(t, row, 1, PG_TONE_PLAIN, state);
		pg_table_cell(t, row, 2, PG_TONE_PLAIN, when);
		pg_table_cell(t, row, 3, PG_TONE_PLAIN, l->v[i].summary);
		pg_table_cell(t, row, 4, PG_TONE_PLAIN, files);
	}
	return pg_table_print(t);
}

static void tell_now(const struct pg_cmd_env *env, const struct list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].busy)
			pg_out_line(env, PG_TONE_PLAIN, "%s: %s.", _(l->v[i].word), l->v[i].now);
}

int pg_cmd_history(const struct pg_cmd_env *env, int argc, char **argv)
{
	struct pg_cmd_host host PG_CLEANUP(pg_cmd_host_done) = { 0 };
	struct list list PG_CLEANUP(list_done) = { 0 };
	int at, r = pg_cmd_operands(env, argc, argv, 0, &at);

	if (r)
		return r;
	r = pg_cmd_open(env, &host);
	if (r == 0) {
		r = pg_history(host.root, &list.v, &list.n, &host.err);
		if (r < 0)
			pg_cmd_complain(env, &host.err);
		else
			(void)pg_trial_find(host.root, &list.trial, NULL);
	}
	if (env->json)
		return pg_cmd_document(env, &host, history_json(&list), PG_EXIT_OK);
	if (r < 0 || print_table(env, &list) < 0)
		return PG_EXIT_REFUSED;
	tell_now(env, &list);
	return PG_EXIT_OK;
}
