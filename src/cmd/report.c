/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pve-gpu report: what every forum asks for, in Markdown, masked. */
#include <errno.h>
#include <stdio.h>

#include "src/cmd/common.h"
#include "src/exec/logs.h"
#include "src/plan/report.h"

static int diagnose(const struct pg_cmd_host *host, struct pg_rules *rules, struct pg_findings *found)
{
	struct pg_finder *finder PG_CLEANUP(pg_finder_freep) = NULL;
	struct pg_log log PG_CLEANUP(pg_log_done) = { 0 };
	pg_autofree char *dir = pg_data_dir();
	int r = dir ? pg_rules_load(dir, host->facts, rules, found, NULL) : -ENOMEM;

	if (r == 0)
		r = pg_verify_probe(host->root, NULL, host->facts);
	if (r == 0)
		r = pg_klog_probe(host->root, NULL, host->facts);
	if (r == 0)
		r = pg_finder_new(rules, &finder);
	log.finder = finder;
	if (r == 0)
		r = pg_logs_collect(host->root, NULL, &log);
	if (r == 0)
		r = pg_check(host->facts, NULL, found);
	return r < 0 ? r : pg_rules_run(rules, host->facts, &log, found);
}

static int print_json(const struct pg_cmd_env *env, const struct pg_cmd_host *host, const struct pg_bytes *text)
{
	struct pg_json *doc = pg_json_object();

	pg_json_set_str(doc, "report", text->p);
	return pg_cmd_document(env, host, doc, PG_EXIT_OK);
}

int pg_cmd_report(const struct pg_cmd_env *env, int argc, char **argv)
{
	struct pg_cmd_host host PG_CLEANUP(pg_cmd_host_done) = { 0 };
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_rules rules PG_CLEANUP(pg_rules_done) = { 0 };
	int at, r = pg_cmd_operands(env, argc, argv, 0, &at);

	if (r)
		return r;
	if (pg_cmd_look(env, PG_WANT_ALL, &host) < 0)
		return PG_EXIT_REFUSED;
	if (diagnose(&host, &rules, &found) == -ENOMEM ||
	    pg_report_make(host.facts, &found, &text) < 0)
		return pg_cmd_no_memory(env);
	if (env->json)
		return print_json(env, &host, &text);
	(void)fwrite(text.p, 1, text.n, env->out);
	return PG_EXIT_OK;
}
