/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/exec/capture.h"

#include <errno.h>
#include <string.h>

#include "src/exec/logs.h"

/* Everything that a subcommand or the wizard asks of a node. */
static int look(struct pg_root *root, struct pg_facts **ret, struct pg_err *err)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	struct pg_log log PG_CLEANUP(pg_log_done) = { 0 };
	int r = pg_facts_collect(root, PG_WANT_ALL, &facts, err);

	if (r == 0)
		r = pg_verify_probe(root, NULL, facts);
	if (r == 0)
		r = pg_klog_probe(root, NULL, facts);
	if (r == 0)
		r = pg_logs_collect(root, NULL, &log);
	if (r == 0)
		*ret = PG_STEAL(facts);
	return r;
}

/* The mark of what was live: recorded like what a command said. */
static void mark(struct pg_root *root)
{
	static const char text[] = "captured by pve-gpu " PACKAGE_VERSION "\n";
	const struct pg_bytes bytes = { .p = (char *)(uintptr_t)text, .n = sizeof(text) - 1 };

	if (pg_root_is_whole(root))
		pg_root_record_file(root, PG_ROOT_LIVE_MARK, &bytes);
}

int pg_capture_make(struct pg_root *root, bool mask, struct pg_capture *ret, struct pg_err *err)
{
	struct pg_record *record PG_CLEANUP(pg_record_freep) = pg_record_new();
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	struct pg_capture c PG_CLEANUP(pg_capture_done) = { 0 };
	int r;

	if (!record)
		return -ENOMEM;
	pg_root_record(root, record);
	r = look(root, &facts, err);
	mark(root);
	pg_root_record(root, NULL);
	if (r == 0)
		r = pg_capture_tree(root, record, &c);
	if (r == 0)
		r = pg_capture_hide(&c);
	if (r == 0 && mask)
		r = pg_capture_mask(&c, facts);
	if (r < 0)
		return r;
	*ret = c;
	c = (struct pg_capture){ 0 };
	return 0;
}
