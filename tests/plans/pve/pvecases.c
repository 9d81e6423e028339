/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pvecases FILE...: does the stand-in for Proxmox say what it should? A file has lines; those before
 * the first row are for all its rows:
 *	--- NAME		a row: something Proxmox complains of, or a near miss that passes
 *	node: dev 0000:01:00.0 id=10de:2684 [sub=1458:40bf] class=030000 [group=14] [mdev] [type=T]
 *		[nvidia] [render] [used=VMID] (all in one line); name N, user U, iommu yes|no, rom FILE,
 *		storage ID images,iso, usb PORT ID, numa NODES, pages 2,1024, render known|other
 *	pci: LINE	usb: LINE	of mapping/pci.cfg and usb.cfg
 *	conf: LINE	of the VM's file; running: yes
 *	cmd: WORD WORD …	in order; then the VM starts (start: no for a row without)
 *	say: reject|start|warn TEXT	each complaint, in order; a row without has none
 *	then: LINE	stands in the VM's file afterwards
 */
#include "tests/plans/pve/pve.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/text.h"

struct row {
	char *name;
	struct pve_node node;
	struct pg_strv conf, pci, usb, cmd, say, then;
	bool running, no_start;
};

static void row_done(struct row *r)
{
	free(r->name);
	pve_node_done(&r->node);
	pg_strv_done(&r->conf);
	pg_strv_done(&r->pci);
	pg_strv_done(&r->usb);
	pg_strv_done(&r->cmd);
	pg_strv_done(&r->say);
	pg_strv_done(&r->then);
	*r = (struct row){ 0 };
}

static bool row_line(struct row *r, const char *line)
{
	struct {
		const char *key;
		struct pg_strv *to;
	} list[] = { { "conf: ", &r->conf }, { "pci: ", &r->pci }, { "usb: ", &r->usb },
		     { "cmd: ", &r->cmd }, { "say: ", &r->say }, { "then: ", &r->then } };

	for (size_t i = 0; i < PG_ARRAY_SIZE(list); i++)
		if (pg_text_starts(line, list[i].key))
			return pg_strv_add(list[i].to, line + strlen(list[i].key)) == 0;
	if (strcmp(line, "running: yes") == 0)
		return r->running = true;
	if (strcmp(line, "start: no") == 0)
		return r->no_start = true;
	return pg_text_starts(line, "node: ") && pve_node_line(&r->node, line + 6);
}

static char *text_of(const struct pg_strv *lines)
{
	char *body pg_autofree = pve_must(pg_strv_join(lines, "\n"));

	return pve_must(pg_strf("%s\n", body));
}

static bool lines_there(const struct pg_strv *lines, const char *text)
{
	bool good = true;

	for (size_t i = 0; i < lines->n; i++) {
		char *line pg_autofree = pve_must(pg_strf("\n%s\n", lines->v[i]));
		char *all pg_autofree = pve_must(pg_strf("\n%s", text));

		if (!strstr(all, line)) {
			printf("# not in the file afterwards: %s\n", lines->v[i]);
			good = false;
		}
	}
	return good;
}

static bool judge(const struct row *r, const struct pve_out *out, const struct pve_vm *vm)
{
	bool good = out->n == r->say.n;

	for (size_t i = 0; i < out->n; i++) {
		char *got pg_autofree = pve_must(pg_strf("%s %s", pve_kind_name(out->v[i].kind),
							 out->v[i].text));

		good = good && strcmp(got, r->say.v[i]) == 0;
	}
	for (size_t i = 0; !good && i < out->n; i++)
		printf("# got:    %s %s\n", pve_kind_name(out->v[i].kind), out->v[i].text);
	for (size_t i = 0; !good && i < r->say.n; i++)
		printf("# wanted: %s\n", r->say.v[i]);
	return lines_there(&r->then, vm->conf) && good;
}

static bool play(struct row *r)
{
	struct pve_vm vm PG_CLEANUP(pve_vm_done) = { .vmid = 100, .running = r->running };
	struct pve_out out PG_CLEANUP(pve_out_done) = { 0 };
	bool good = true;

	vm.conf = text_of(&r->conf);
	r->node.pci_cfg = text_of(&r->pci);
	r->node.usb_cfg = text_of(&r->usb);
	for (size_t i = 0; good && i < r->cmd.n; i++) {
		struct pg_strv argv PG_CLEANUP(pg_strv_done) = { 0 };

		if (pg_strv_split(r->cmd.v[i], " ", &argv) < 0)
			abort();
		good = pve_command(&r->node, &vm, &argv, &out);
	}
	if (good && !r->no_start)
		pve_start(&r->node, &vm, &out);
	return judge(r, &out, &vm);
}

/* The lines for all rows, then its own. */
static bool finish(struct row *r, const struct pg_strv *head, const struct pg_strv *own,
		   unsigned *count)
{
	bool good = true;

	if (!r->name)
		return true;
	for (size_t i = 0; i < head->n + own->n; i++) {
		const char *line = i < head->n ? head->v[i] : own->v[i - head->n];

		if (!row_line(r, line)) {
			printf("# not understood: %s\n", line);
			good = false;
		}
	}
	good = good && play(r);
	printf("%sok %u - %s\n", good ? "" : "not ", ++*count, r->name);
	row_done(r);
	return good;
}

static bool run_file(const char *path, unsigned *count)
{
	struct pg_strv head PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strv own PG_CLEANUP(pg_strv_done) = { 0 };
	struct row row PG_CLEANUP(row_done) = { 0 };
	char *line pg_autofree = NULL;
	FILE *f = fopen(path, "re");
	bool good = f != NULL;
	size_t size = 0;

	while (f && getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!*line || *line == '#')
			continue;
		if (pg_text_starts(line, "--- ")) {
			good = finish(&row, &head, &own, count) && good;
			pg_strv_done(&own);
			row.name = pve_must(strdup(line + 4));
		} else if (pg_strv_add(row.name ? &own : &head, line) < 0) {
			abort();
		}
	}
	good = finish(&row, &head, &own, count) && good;
	if (f)
		fclose(f);
	else
		printf("# %s: %s\n", path, strerror(errno));
	return good;
}

int main(int argc, char **argv)
{
	unsigned count = 0;
	bool good = argc > 1;

	for (int i = 1; i < argc; i++)
		good = run_file(argv[i], &count) && good;
	printf("1..%u\n", count);
	return !good;
}
