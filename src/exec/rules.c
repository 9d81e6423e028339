/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/exec/logs.h"

#define OWN "/rules.d"
#define RULES_MAX ((size_t)1 << 20)

static bool is_rule_file(const char *path)
{
	return pg_text_ends(path, ".conf");
}

static int load_own(const char *data_dir, struct pg_rules *rules, struct pg_err *err)
{
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_open(data_dir, &root, err);

	if (r == 0)
		r = pg_root_list(root, OWN, &names);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
		pg_autofree char *path = pg_strf(OWN "/%s", names.v[i]);

		if (!path)
			return -ENOMEM;
		if (!is_rule_file(path))
			continue;
		r = pg_root_read(root, path, RULES_MAX, &bytes);
		if (r == 0)
			r = pg_rules_add(rules, path + 1, &bytes, err);
	}
	if (r < 0 && r != -ENOMEM && !(err && err->what))
		return pg_err_set(err, r, NULL, 0,
				  "The rules of pve-gpu itself cannot be read: %s. Install it again.",
				  pg_err_reason(r));
	return r;
}

/* The person's: one that is not right is told, and the others count. */
static int add_persons(const struct pg_file *file, struct pg_rules *rules, struct pg_findings *bad)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_finding *f;
	int r = pg_bytes_copy(file->bytes.p ? file->bytes.p : "", file->bytes.n, &bytes);

	if (r == 0)
		r = pg_rules_add(rules, file->path, &bytes, &err);
	if (r == 0 || r == -ENOMEM)
		return r;
	f = pg_findings_add(bad, "rule-file", PG_LEVEL_WARN, "host",
			    "A file of your own rules is not right: none of its rules count.");
	if (pg_finding_evidence(f, "%s:%u: %s", file->path, err.line, err.what ? err.what : "") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Mend the line; pve-gpu(8) tells how rules are written.");
}

/* Directly in one of the folders that the node's settings name. */
static bool is_persons(const struct pg_strv *folders, const char *path)
{
	const char *name = strrchr(path, '/');

	for (size_t i = 0; is_rule_file(path) && i < folders->n; i++)
		if (strlen(folders->v[i]) == (size_t)(name - path) && pg_text_starts(path, folders->v[i]))
			return true;
	return false;
}

int pg_rules_load(const char *data_dir, const struct pg_facts *facts, struct pg_rules *ret,
		  struct pg_findings *bad, struct pg_err *err)
{
	struct pg_rules rules PG_CLEANUP(pg_rules_done) = { 0 };
	int r = load_own(data_dir, &rules, err);

	for (size_t i = 0; r == 0 && facts && i < facts->n_file; i++)
		if (is_persons(&facts->settings.rules, facts->file[i].path))
			r = add_persons(&facts->file[i], &rules, bad);
	if (r < 0)
		return r;
	*ret = rules;
	rules = (struct pg_rules){ 0 };
	return 0;
}
