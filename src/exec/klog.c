/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel said of a device since it started, as journald kept it. */
#include <errno.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/text.h"
#include "src/exec/proof.h"

#define LINES_MAX 200
#define OUTPUT_MAX ((size_t)1 << 20)

static int ask(struct pg_run *run, struct pg_bdf addr, struct pg_bytes *ret)
{
	static const char words[] = "journalctl -k -b -o json --no-pager";
	struct pg_strv argv PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *name = pg_strf("kernel-%s.json", pg_bdf_str(addr).s);
	int r = name ? pg_strv_split(words, " ", &argv) : -ENOMEM;

	if (r == 0)
		r = pg_strv_addf(&argv, "_KERNEL_DEVICE=+pci:%s", pg_bdf_str(addr).s);
	return r < 0 ? r : pg_run_ask_kept(run, name, &argv, OUTPUT_MAX, 30, ret);
}

/* A message that is no text is an array of numbers: passed over. */
static int add_line(struct pg_klog *klog, struct pg_bdf addr, const struct pg_jval *v)
{
	const char *text = pg_jval_get_str(v, "MESSAGE");
	const char *usec = pg_jval_get_str(v, "_SOURCE_MONOTONIC_TIMESTAMP");
	struct pg_klog_line *l;

	if (!usec)
		usec = pg_jval_get_str(v, "__MONOTONIC_TIMESTAMP");
	if (!text || !usec)
		return 0;
	l = pg_vec_add(&klog->line, &klog->n_line, sizeof(*l));
	if (!l)
		return -ENOMEM;
	l->of_dev = true;
	l->addr = addr;
	l->usec = strtoull(usec, NULL, 10);
	l->text = strdup(text);
	return l->text ? 0 : -ENOMEM;
}

int pg_klog_read(const struct pg_bytes *json, struct pg_bdf addr, struct pg_klog *klog)
{
	size_t pos = 0, len, full;
	const char *line;
	int r = 0;

	for (size_t n = 0; r == 0 && n < LINES_MAX && json->n &&
	     pg_text_line(json->p, json->n, &pos, &line, &len, &full); n++) {
		struct pg_jval *v PG_CLEANUP(pg_jval_freep) = NULL;

		r = pg_json_parse(line, len, &v);
		r = r == -EBADMSG ? 0 : r < 0 ? r : add_line(klog, addr, v);
	}
	return r;
}

int pg_klog_look(struct pg_run *run, struct pg_facts *facts, struct pg_bdf addr)
{
	struct pg_bytes output PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = ask(run, addr, &output);

	if (r == 0)
		r = pg_klog_read(&output, addr, &facts->klog);
	facts->klog.known |= r == 0;
	return r;
}

int pg_klog_probe(struct pg_root *root, const struct pg_exec_opts *opts, struct pg_facts *facts)
{
	struct pg_run run PG_CLEANUP(pg_run_done) = { 0 };
	int r = 0;

	pg_run_init(&run, root, opts);
	if (!pg_run_can_look(&run))
		return 0;
	for (size_t i = 0; r != -ENOMEM && i < facts->n_dev; i++)
		if (facts->dev[i].total_vfs)
			r = pg_klog_look(&run, facts, facts->dev[i].addr);
	return r == -ENOMEM ? r : 0;
}
