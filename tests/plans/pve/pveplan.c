/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pveplan TREE VMID: the VM commands of a plan as plancase prints them, on standard input,
 * go through the stand-in for Proxmox; then the VM starts. Prints what is complained of, and
 * ends with 1 where something was refused. VMID 0: there is none; the commands of mappings are
 * taken, and their inverse leads back.
 */
#include <stdio.h>
#include <string.h>

#include "src/base/root.h"
#include "src/base/text.h"
#include "tests/plans/pve/feed.h"

static bool run_words(const char *words, struct pve_node *node, struct pve_vm *vm,
		      struct pve_out *out)
{
	struct pg_strv argv PG_CLEANUP(pg_strv_done) = { 0 };

	if (pg_strv_split(words, " ", &argv) < 0)
		abort();
	return pve_command(node, vm, &argv, out);
}

/* Returns how many commands there were, -1 where one was refused. */
static int run_all(struct pve_node *node, struct pve_vm *vm, struct pve_out *out,
		   struct pg_strv *back)
{
	char *line pg_autofree = NULL;
	size_t size = 0;
	int n = 0;

	while (getline(&line, &size, stdin) > 0) {
		char *undo = strstr(line, " | undo: ");

		if (!pg_text_starts(line, "vm "))
			continue;
		line[strcspn(line, "\n")] = '\0';
		if (undo && pg_strv_add(back, undo + strlen(" | undo: ")) < 0)
			abort();
		if (undo)
			*undo = '\0';
		if (!run_words(line + 3, node, vm, out))
			return -1;
		n++;
	}
	return n;
}

/* Lines in whatever order: a mapping that comes back stands last. */
static char *lines_of(const struct pve_node *node)
{
	struct pg_strv line PG_CLEANUP(pg_strv_done) = { 0 };
	char *both pg_autofree = pve_must(pg_strf("%s\n%s", node->pci_cfg, node->usb_cfg));
	size_t pos = 0, len, full;
	const char *p;

	while (pg_text_line(both, strlen(both), &pos, &p, &len, &full)) {
		char *copy pg_autofree = pve_must(strndup(p, len));
		char *s = pg_text_trim(copy);

		if (*s && pg_strv_add(&line, s) < 0)
			abort();
	}
	pg_strv_sort(&line);
	return pve_must(pg_strv_join(&line, "\n"));
}

static int play_mappings(const struct pg_root *root)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	struct pve_node node PG_CLEANUP(pve_node_done) = { 0 };
	struct pve_vm vm PG_CLEANUP(pve_vm_done) = { .conf = pve_must(strdup("")) };
	struct pve_out out PG_CLEANUP(pve_out_done) = { 0 };
	struct pg_strv back PG_CLEANUP(pg_strv_done) = { 0 };
	char *before pg_autofree = NULL, *changed pg_autofree = NULL, *after pg_autofree = NULL;
	int n;

	if (pg_facts_collect(root, PG_WANT_ALL & ~(unsigned)PG_WANT_NAMES, &facts, NULL) < 0)
		return 2;
	pve_feed_node(root, facts, &node);
	before = lines_of(&node);
	n = run_all(&node, &vm, &out, &back);
	changed = lines_of(&node);
	for (size_t i = back.n; n > 0 && i-- > 0;)
		if (!run_words(back.v[i], &node, &vm, &out))
			n = -1;
	after = lines_of(&node);
	for (size_t i = 0; i < out.n; i++)
		printf("%s: %s\n", pve_kind_name(out.v[i].kind), out.v[i].text);
	if (n > 0 && strcmp(before, after) != 0)
		printf("the inverse leads elsewhere:\n%s\nnot:\n%s\n", after, before);
	return n <= 0 || strcmp(before, changed) == 0 || strcmp(before, after) != 0;
}

static int play(const struct pg_root *root, uint32_t vmid)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	struct pve_node node PG_CLEANUP(pve_node_done) = { 0 };
	struct pve_vm vm PG_CLEANUP(pve_vm_done) = { 0 };
	struct pve_out out PG_CLEANUP(pve_out_done) = { 0 };
	struct pg_strv back PG_CLEANUP(pg_strv_done) = { 0 };
	int n;

	if (pg_facts_collect(root, PG_WANT_ALL & ~(unsigned)PG_WANT_NAMES, &facts, NULL) < 0)
		return 2;
	pve_feed_node(root, facts, &node);
	pve_feed_users(facts, vmid, &node);
	if (!pve_feed_vm(root, facts, vmid, &vm)) {
		printf("no VM %u on this node\n", vmid);
		return 2;
	}
	n = run_all(&node, &vm, &out, &back);
	if (n > 0)
		pve_start(&node, &vm, &out);
	for (size_t i = 0; i < out.n; i++)
		printf("%s: %s\n", pve_kind_name(out.v[i].kind), out.v[i].text);
	return n <= 0 || pve_refused(&out);
}

int main(int argc, char **argv)
{
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;

	if (argc != 3 || pg_root_open(argv[1], &root, NULL) < 0)
		return 2;
	return strcmp(argv[2], "0") == 0 ? play_mappings(root) :
					   play(root, (uint32_t)strtoul(argv[2], NULL, 10));
}
