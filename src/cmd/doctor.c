/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pve-gpu doctor: every check with its evidence and its advice. */
#include "src/cmd/common.h"

static int exit_status(const struct pg_findings *findings)
{
	return pg_findings_worst(findings) == PG_LEVEL_BLOCK ? PG_EXIT_REFUSED : PG_EXIT_OK;
}

/* What cannot be read is a finding as well, so that the document says it. */
static int check(const struct pg_cmd_host *host, struct pg_findings *findings)
{
	pg_autofree char *text = NULL;

	if (host->facts && pg_klog_probe(host->root, NULL, host->facts) < 0)
		return -1;
	if (host->facts)
		return pg_check(host->facts, NULL, findings);
	text = pg_err_text(&host->err);
	return pg_findings_add(findings, "no-host", PG_LEVEL_BLOCK, "host", "%s",
			       text ? text : "Memory ran out.") ? 0 : -1;
}

static int print_json(const struct pg_cmd_env *env, const struct pg_findings *findings)
{
	pg_autofree char *text = pg_findings_json(findings);

	if (!text)
		return PG_EXIT_REFUSED;
	(void)fputs(text, env->out);
	return exit_status(findings);
}

int pg_cmd_doctor(const struct pg_cmd_env *env, int argc, char **argv)
{
	struct pg_cmd_host host PG_CLEANUP(pg_cmd_host_done) = { 0 };
	struct pg_findings findings PG_CLEANUP(pg_findings_done) = { 0 };
	int at, r = pg_cmd_operands(env, argc, argv, 0, &at);

	if (r)
		return r;
	(void)pg_cmd_look(env, PG_WANT_ALL, &host);
	if (check(&host, &findings) < 0) {
		(void)fputs("pve-gpu: Memory ran out.\n", env->diag);
		return PG_EXIT_REFUSED;
	}
	if (env->json)
		return print_json(env, &findings);
	if (!host.facts)
		return PG_EXIT_REFUSED; /* said already */
	pg_cmd_print_findings(env, &findings, true);
	for (size_t i = 0; i < host.facts->unread.n; i++)
		pg_out_labelled(env, PG_TONE_FAINT, "unread", "%s", host.facts->unread.v[i]);
	return exit_status(&findings);
}
