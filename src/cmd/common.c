/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/cmd/common.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

#define NARROW 120 /* columns of a terminal that has no room for the vendor */

void pg_cmd_complain(const struct pg_cmd_env *env, const struct pg_err *err)
{
	pg_autofree char *raw = pg_err_text(err);
	pg_autofree char *text = raw ? pg_out_text(env, raw) : NULL;

	(void)fprintf(env->diag, "pve-gpu: %s\n", text ? text : _("Memory ran out."));
}

int pg_cmd_no_memory(const struct pg_cmd_env *env)
{
	pg_cmd_complain(env, &(const struct pg_err){ .code = -ENOMEM });
	return PG_EXIT_REFUSED;
}

int pg_cmd_usage(const struct pg_cmd_env *env, const char *command, const char *fmt, ...)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	pg_autofree char *text = NULL;
	const struct pg_cmd *cmd = pg_cmd_table();
	va_list ap;

	va_start(ap, fmt);
	pg_strbuf_vaddf(&b, _(fmt), ap);
	va_end(ap);
	text = pg_out_text(env, pg_strbuf_error(&b) ? _("Wrong usage.") : b.s);
	(void)fprintf(env->diag, "pve-gpu%s%s: %s\n", command ? " " : "", command ? command : "",
		      text ? text : _("Wrong usage."));
	while (cmd->name && (!command || strcmp(cmd->name, command) != 0))
		cmd++;
	if (cmd->name)
		(void)fprintf(env->diag, _("Usage: pve-gpu %s%s%s\n"), cmd->name,
			      *cmd->synopsis ? " " : "", cmd->synopsis);
	(void)fprintf(env->diag, _("Try: pve-gpu %s%s--help\n"), command ? command : "",
		      command ? " " : "");
	return PG_EXIT_USAGE;
}

/* ---- looking at the host ---- */

void pg_cmd_host_done(struct pg_cmd_host *host)
{
	pg_facts_free(host->facts);
	pg_root_close(host->root);
	free(host->stamp);
	pg_err_done(&host->err);
}

static void mention_busy(const struct pg_cmd_env *env, const struct pg_root *root)
{
	pg_autofree char *busy = NULL, *text = NULL;

	if (pg_busy(root, &busy) < 0 || !busy)
		return;
	text = pg_out_text(env, busy);
	(void)fprintf(env->diag, _("pve-gpu: %s What is shown here may change under way.\n"),
		      text ? text : "");
}

/* A history that cannot be read is no reason not to show the host. */
static void mention_interrupted(const struct pg_cmd_env *env, const struct pg_root *root)
{
	struct pg_tx *tx = NULL;
	size_t n = 0;

	if (pg_history(root, &tx, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		pg_autofree char *id = NULL;

		if (strcmp(tx[i].word, "interrupted") != 0)
			continue;
		id = pg_out_text(env, tx[i].id);
		(void)fprintf(env->diag,
			      _("pve-gpu: The change %s was interrupted. Run `pve-gpu recover`.\n"),
			      id ? id : "");
	}
	pg_history_free(tx, n);
}

/* The ids of all that are on trial, oldest first; NULL: no memory, or none can be read. */
static char *ids_on_trial(const struct pg_root *root, size_t *ret_n)
{
	struct pg_strbuf b = { 0 };
	struct pg_tx *tx = NULL;
	size_t n = 0, found = 0;

	if (pg_history(root, &tx, &n, NULL) < 0)
		return NULL;
	for (size_t i = n; i > 0; i--)
		if (tx[i - 1].state == PG_TX_TRIAL)
			pg_strbuf_addf(&b, "%s%s", found++ ? ", " : "", tx[i - 1].id);
	pg_history_free(tx, n);
	*ret_n = found;
	return pg_strbuf_steal(&b);
}

static void say_trial(const struct pg_cmd_env *env, const struct pg_trial *trial,
		      const char *ids, bool more)
{
	if (trial->off)
		(void)fprintf(env->diag, P_("pve-gpu: The change %s is on trial, and the node was booted "
			      "without passthrough. `pve-gpu recover` takes it back.\n",
			      "pve-gpu: The changes %s are on trial, and the node was booted "
			      "without passthrough. `pve-gpu recover` takes them back.\n", 1 + more), ids);
	else if (trial->booted)
		(void)fprintf(env->diag, P_("pve-gpu: The change %s is on trial: %u min left. `pve-gpu confirm` "
			      "keeps it.\n",
			      "pve-gpu: The changes %s are on trial: %u min left. `pve-gpu confirm` "
			      "keeps them.\n", 1 + more), ids, (trial->left + 59) / 60);
	else
		(void)fprintf(env->diag, P_("pve-gpu: The change %s is on trial after the next reboot.\n",
			      "pve-gpu: The changes %s are on trial after the next reboot.\n", 1 + more), ids);
	if (trial->stuck)
		(void)fprintf(env->diag,
			      _("pve-gpu: IT DOES NOT GO BACK BY ITSELF: %s was edited since, and the change cannot "
			      "be told apart from the edit. `pve-gpu undo` shows both.\n"), trial->stuck);
}

/* In JSON mode nobody reads it. */
static void mention_trial(const struct pg_cmd_env *env, const struct pg_root *root)
{
	struct pg_trial *trial PG_CLEANUP(pg_trial_freep) = NULL;
	pg_autofree char *ids = NULL;
	size_t n = 0;

	if (env->json || pg_trial_find(root, &trial, NULL) < 0 || !trial)
		return;
	ids = ids_on_trial(root, &n);
	say_trial(env, trial, ids && n ? ids : trial->id, n > 1);
}

static int complain(const struct pg_cmd_env *env, struct pg_cmd_host *host, int r)
{
	if (!host->err.code)
		host->err.code = r;
	pg_cmd_complain(env, &host->err);
	return r;
}

int pg_cmd_open(const struct pg_cmd_env *env, struct pg_cmd_host *host)
{
	int r = pg_root_open(env->root_dir, &host->root, &host->err);

	if (r < 0)
		return complain(env, host, r);
	mention_busy(env, host->root);
	mention_interrupted(env, host->root);
	mention_trial(env, host->root);
	return 0;
}

int pg_cmd_look(const struct pg_cmd_env *env, unsigned want, struct pg_cmd_host *host)
{
	int r = pg_cmd_open(env, host);

	if (r < 0)
		return r;
	r = pg_facts_collect(host->root, want, &host->facts, &host->err);
	return r < 0 ? complain(env, host, r) : 0;
}

void pg_cmd_say_unread(const struct pg_cmd_env *env, const struct pg_facts *facts)
{
	if (facts && pg_facts_is_unread(facts, "/etc/pve"))
		(void)fputs(_("pve-gpu: Not all below /etc/pve could be read: VMs and mappings may be missing here. "
			    "Run pve-gpu as root.\n"), env->diag);
}

int pg_cmd_document(const struct pg_cmd_env *env, const struct pg_cmd_host *host,
		    struct pg_json *doc, int status)
{
	pg_autofree char *text = NULL;

	if (host->err.code) {
		text = pg_err_text(&host->err);
		pg_json_set_str(doc, "error", text);
		status = PG_EXIT_REFUSED;
	}
	return pg_out_json(env, doc) < 0 ? PG_EXIT_REFUSED : status;
}

/* ---- options ---- */

int pg_cmd_getopt(const struct pg_cmd_env *env, int argc, char **argv,
		  const struct option *options, bool *begun)
{
	int c;

	opterr = 0;
	if (!*begun)
		optind = 0; /* GNU: start afresh */
	*begun = true;
	c = getopt_long(argc, argv, ":", options, NULL);
	if (c == ':')
		(void)pg_cmd_usage(env, argv[0], "The option %s needs a value.", argv[optind - 1]);
	else if (c == '?')
		(void)pg_cmd_usage(env, argv[0], "There is no option %s.", argv[optind - 1]);
	return c == ':' ? '?' : c;
}

int pg_cmd_operands(const struct pg_cmd_env *env, int argc, char **argv, int max,
		    int *ret_operand)
{
	static const struct option none[] = { { 0 } };
	bool begun = false;

	if (pg_cmd_getopt(env, argc, argv, none, &begun) != -1)
		return PG_EXIT_USAGE;
	if (argc - optind > max)
		return pg_cmd_usage(env, argv[0], "%s is one argument too many.",
				    argv[optind + max]);
	*ret_operand = optind;
	return 0;
}

/* ---- words ---- */

/* "GeForce RTX 4090" of "AD102 [GeForce RTX 4090]": what is printed on the box. */
static char *market_name(const char *name)
{
	const char *open = strrchr(name, '['), *close = open ? strchr(open, ']') : NULL;

	return close && close > open + 1 ? strndup(open + 1, (size_t)(close - open - 1)) :
					   strdup(name);
}

char *pg_cmd_dev_name(const struct pg_cmd_env *env, const struct pg_dev *dev)
{
	if (dev->name && env->columns > 0 && env->columns < NARROW)
		return dev->kind == PG_KIND_GPU ? market_name(dev->name) : strdup(dev->name);
	if (dev->name && dev->vendor_name)
		return pg_strf("%s %s", dev->vendor_name, dev->name);
	if (dev->name)
		return strdup(dev->name);
	if (dev->vendor_name)
		return pg_strf(_("%s device %04x"), dev->vendor_name, dev->device);
	return pg_strf(_("unknown device"));
}

char *pg_cmd_dev_users(const struct pg_dev *dev)
{
	struct pg_strv users PG_CLEANUP(pg_strv_done) = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < dev->n_use; i++)
		r = pg_strv_addf(&users, "%s: %s", _(pg_use_name(dev->use[i].what)),
				 dev->use[i].detail);
	for (size_t i = 0; r == 0 && i < dev->n_vmid; i++)
		r = pg_strv_addf(&users, "VM %u", dev->vmid[i]);
	return r < 0 ? NULL : pg_strv_join(&users, "; ");
}

static void print_finding(const struct pg_cmd_env *env, const struct pg_finding *f)
{
	static const enum pg_tone tones[] = {
		[PG_LEVEL_OK] = PG_TONE_GOOD,
		[PG_LEVEL_NOTE] = PG_TONE_STRONG,
		[PG_LEVEL_WARN] = PG_TONE_WARN,
		[PG_LEVEL_BLOCK] = PG_TONE_BAD,
	};
	char label[8];

	(void)snprintf(label, sizeof(label), "%-*s", pg_text_pad(_(pg_level_name(f->level)), 5),
		       _(pg_level_name(f->level)));
	if (strcmp(f->scope, "host") == 0 || strstr(f->text, f->scope))
		pg_out_labelled(env, tones[f->level], label, "%s", f->text);
	else
		pg_out_labelled(env, tones[f->level], label, "%s: %s", f->scope, f->text);
	pg_out_lines(env, env->out, 9, f->evidence);
	for (size_t i = 0; i < f->heard.n; i++)
		pg_out_lines(env, env->out, 9, f->heard.v[i]);
	pg_out_lines(env, env->out, 7, f->advice);
	if (f->fix)
		pg_out_line(env, PG_TONE_PLAIN, "       %s", f->fix);
}

void pg_cmd_print_findings(const struct pg_cmd_env *env, const struct pg_findings *f, bool all)
{
	for (size_t i = 0; i < f->n; i++)
		if (all || f->v[i].level != PG_LEVEL_OK)
			print_finding(env, &f->v[i]);
}
