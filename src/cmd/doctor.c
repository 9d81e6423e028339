/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pve-gpu doctor: every check and every rule, with its evidence and its advice. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/conf.h"
#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/cmd/common.h"
#include "src/exec/logs.h"
#include "src/plan/kernel.h"

/* Of a log that is piped in. */
#define PASTE_MAX ((size_t)64 << 20)

struct doctor {
	const struct pg_symptom *symptom;	/* or NULL */
	const char *log;			/* a file, "-"; or NULL */
	const char *kernel;			/* a release; or NULL */
	struct pg_rules rules;
	struct pg_findings findings;
};

static void doctor_done(struct doctor *d)
{
	pg_findings_done(&d->findings);
	pg_rules_done(&d->rules);
}

static int exit_status(const struct pg_findings *findings)
{
	return pg_findings_worst(findings) == PG_LEVEL_BLOCK ? PG_EXIT_REFUSED : PG_EXIT_OK;
}

/* ---- what it is told ---- */

static int take_symptom(const struct pg_cmd_env *env, struct doctor *d)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	d->symptom = pg_symptom_find(optarg);
	if (d->symptom)
		return 0;
	for (const struct pg_symptom *s = pg_symptom_table(); s->id; s++)
		pg_strbuf_addf(&b, "%s%s", b.len ? ", " : "", s->id);
	return pg_cmd_usage(env, "doctor", "There is no symptom %s. There are: %s.", optarg,
			    b.s ? b.s : "");
}

static int take_options(const struct pg_cmd_env *env, int argc, char **argv, struct doctor *d)
{
	static const struct option options[] = {
		{ "symptom", required_argument, NULL, 's' },
		{ "log", required_argument, NULL, 'l' },
		{ "kernel", required_argument, NULL, 'k' },
		{ 0 },
	};
	bool begun = false;
	int c, r = 0;

	while (r == 0 && (c = pg_cmd_getopt(env, argc, argv, options, &begun)) != -1) {
		if (c == 's')
			r = take_symptom(env, d);
		else if (c == 'l')
			d->log = optarg;
		else if (c == 'k')
			d->kernel = optarg;
		else
			r = PG_EXIT_USAGE;
	}
	if (r == 0 && d->kernel && (d->log || d->symptom))
		return pg_cmd_usage(env, "doctor", "--kernel goes with no other option.");
	if (r == 0 && optind < argc)
		return pg_cmd_usage(env, "doctor", "%s is one argument too many.", argv[optind]);
	return r;
}

/* ---- a log that somebody has ---- */

static int read_stdin(struct pg_bytes *ret)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	char part[4096];
	size_t n;

	while (b.len < PASTE_MAX && (n = fread(part, 1, sizeof(part), stdin)) > 0)
		pg_strbuf_addn(&b, part, n);
	if (ferror(stdin))
		return -EIO;
	return b.len >= PASTE_MAX ? -EFBIG : pg_strbuf_steal_bytes(&b, ret);
}

/* Nothing is found in it as it is, which would be said. */
static bool is_packed(const struct pg_bytes *text)
{
	static const char *const starts[] = { "\x1f\x8b", "\3757zXZ", "\x28\xb5\x2f\xfd", "BZh" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(starts); i++)
		if (text->n && pg_text_starts(text->p, starts[i]))
			return true;
	return false;
}

static int read_log(const char *path, struct pg_log *ret, struct pg_err *err)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *where = strcmp(path, "-") == 0 ? strdup("line {n}") : pg_strf("%s:{n}", path);
	int r;

	if (strcmp(path, "-") == 0) {
		r = read_stdin(&text);
		if (r < 0)
			(void)pg_err_set(err, r, NULL, 0, "The log cannot be read: %s.", pg_err_reason(r));
	} else {
		r = pg_conf_read(_("log"), path, PASTE_MAX, &text, err);
	}
	if (r == 0 && is_packed(&text))
		r = pg_err_set(err, -EINVAL, path, 0, "The log is compressed. Unpack it on the way: "
			       "zcat FILE | pve-gpu doctor --log - (xzcat, zstdcat, bzcat).");
	if (r == 0)
		r = where ? pg_log_text(ret, where, &text) : -ENOMEM;
	for (size_t i = 0; i < ret->n; i++)
		ret->v[i].pasted = true;
	return r;
}

/* ---- looking ---- */

static bool is_wanted(const struct doctor *d, const struct pg_finding *f)
{
	if (d->kernel)
		return pg_text_starts(f->id, "kernel-") || strcmp(f->id, "no-rules") == 0 || strcmp(f->id, "no-host") == 0;
	return !d->symptom || (f->rule && pg_rule_has_symptom(f->rule, d->symptom->id));
}

/* What is not of the symptom, or not of the kernel, is left out. */
static void keep_wanted(struct doctor *d)
{
	struct pg_findings *f = &d->findings;

	for (size_t i = f->n; i-- > 0;)
		if (!is_wanted(d, &f->v[i]))
			pg_findings_remove(f, i);
}

static int no_kernel(const struct pg_facts *facts, struct doctor *d)
{
	pg_autofree char *there = pg_strv_join(&facts->boot.kernels, ", ");
	struct pg_finding *f = pg_findings_add(&d->findings, "kernel-not-there", PG_LEVEL_BLOCK, "host",
					       "There is no kernel %s on this node.", d->kernel);

	if (!there)
		return -ENOMEM;
	return *there ? pg_finding_advice(f, "Name one that is installed: %s.", there) : f ? 0 : -ENOMEM;
}

/* That one kernel alone, whether it is the next to be booted or not. */
static int check_kernel(const struct pg_cmd_host *host, struct doctor *d)
{
	int r = pg_kernel_probe(host->root, NULL, host->facts, d->kernel);

	if (r == 0 && !pg_facts_kernel(host->facts, d->kernel))
		r = no_kernel(host->facts, d);
	return r < 0 ? r : pg_kernel_findings(host->facts, d->kernel, &d->findings);
}

static int check(const struct pg_cmd_host *host, struct doctor *d)
{
	int r = pg_klog_probe(host->root, NULL, host->facts);

	return r < 0 ? r : pg_check_symptom(host->facts, d->symptom, &d->findings);
}

static int run_rules(const struct pg_cmd_host *host, struct doctor *d, struct pg_err *err)
{
	static const struct pg_facts nothing;
	struct pg_finder *finder PG_CLEANUP(pg_finder_freep) = NULL;
	struct pg_log log PG_CLEANUP(pg_log_done) = { 0 };
	pg_autofree char *dir = pg_data_dir();
	int r = dir ? pg_rules_load(dir, d->log ? NULL : host->facts, &d->rules, &d->findings, err) :
		      -ENOMEM;

	if (r == 0)
		r = pg_finder_new(&d->rules, &finder);
	log.finder = finder;
	if (r == 0 && d->log)
		r = read_log(d->log, &log, err);
	else if (r == 0)
		r = pg_logs_collect(host->root, NULL, &log);
	if (r == 0 && d->log)
		r = pg_rules_hear(&d->rules, &nothing, &log, &d->findings);
	else if (r == 0)
		r = pg_rules_run(&d->rules, host->facts, &log, &d->findings);
	return r;
}

/* What cannot be read is a finding as well, so that the document says it. */
static int look(const struct pg_cmd_host *host, struct doctor *d)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	pg_autofree char *text = NULL;
	int r = 0;

	if (!d->log && host->facts)
		r = d->kernel ? check_kernel(host, d) : check(host, d);
	if (r == 0 && (d->log || host->facts))
		r = run_rules(host, d, &err);
	if (r == -ENOMEM)
		return r;
	text = pg_err_text(r < 0 ? &err : &host->err);
	if ((r < 0 || (!d->log && !host->facts)) &&
	    !pg_findings_add(&d->findings, r < 0 ? "no-rules" : "no-host", PG_LEVEL_BLOCK, "host",
			     "%s", text ? text : _("Memory ran out.")))
		return -ENOMEM;
	keep_wanted(d);
	return 0;
}

/* ---- telling ---- */

static int print_json(const struct pg_cmd_env *env, const struct pg_findings *findings)
{
	pg_autofree char *text = pg_findings_json(findings);

	if (!text)
		return PG_EXIT_REFUSED;
	(void)fputs(text, env->out);
	return exit_status(findings);
}

/* How many causes of a symptom were looked at, and what only the person can see. */
static int print_looked(const struct pg_cmd_env *env, const struct pg_facts *facts,
			const struct doctor *d)
{
	size_t n[PG_RULE_HOLDS + 1] = { 0 };
	pg_autofree char *holds = NULL, *silent = NULL;

	for (size_t i = 0; facts && i < d->rules.n; i++) {
		const struct pg_rule *rule = &d->rules.v[i];
		enum pg_rule_state state;

		if (!pg_rule_has_symptom(rule, d->symptom->id))
			continue;
		if (pg_rule_ask(rule, facts, &d->findings, &state) < 0)
			return -ENOMEM;
		n[state]++;
		if (pg_rule_asks(rule, state))
			pg_out_labelled(env, PG_TONE_FAINT, "ask  ", "%s Yes would mean: %s", rule->ask, rule->text);
	}
	holds = pg_strf(P_("%zu of the known causes holds", "%zu of the known causes hold", n[PG_RULE_HOLDS]),
			n[PG_RULE_HOLDS]);
	silent = pg_strf(P_("%zu does not", "%zu do not", n[PG_RULE_SILENT]), n[PG_RULE_SILENT]);
	if (!holds || !silent)
		return -ENOMEM;
	pg_out_line(env, PG_TONE_PLAIN, "%s: %s, %s, %zu cannot be told from here.",
		    _(d->symptom->text), holds, silent,
		    n[PG_RULE_UNKNOWN]);
	return 0;
}

static int print_text(const struct pg_cmd_env *env, const struct pg_cmd_host *host,
		      const struct doctor *d)
{
	pg_cmd_print_findings(env, &d->findings, true);
	if (d->log && !d->findings.n)
		pg_out_line(env, PG_TONE_PLAIN, "No message that is known stands in it.");
	if (d->log)
		return exit_status(&d->findings);
	if (!host->facts)
		return PG_EXIT_REFUSED; /* said already */
	if (d->symptom && print_looked(env, host->facts, d) < 0)
		return pg_cmd_no_memory(env);
	for (size_t i = 0; !d->kernel && i < host->facts->unread.n; i++)
		pg_out_labelled(env, PG_TONE_FAINT, "unread", "%s", host->facts->unread.v[i]);
	return exit_status(&d->findings);
}

int pg_cmd_doctor(const struct pg_cmd_env *env, int argc, char **argv)
{
	struct pg_cmd_host host PG_CLEANUP(pg_cmd_host_done) = { 0 };
	struct doctor d PG_CLEANUP(doctor_done) = { 0 };
	int r = take_options(env, argc, argv, &d);

	if (r)
		return r;
	if (!d.log)
		(void)pg_cmd_look(env, PG_WANT_ALL, &host);
	if (look(&host, &d) < 0)
		return pg_cmd_no_memory(env);
	return env->json ? print_json(env, &d.findings) : print_text(env, &host, &d);
}
