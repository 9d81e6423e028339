/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pveplan TREE VMID [write]: the VM commands of a plan as plancase prints them, on standard input,
 * go through the stand-in for Proxmox; then the VM starts. Prints what is complained of, and
 * ends with 1 where something was refused, where a line of the VM's file that no command is about
 * is not there byte for byte afterwards, or where the inverse commands lead elsewhere. `write`: the
 * VM's file in the tree, and its mappings, become what the commands made of them, and it does not start.
 * VMID 0: there is no VM; the commands of mappings are taken, and their inverse leads back.
 */
#include <stdio.h>
#include <string.h>

#include "src/base/root.h"
#include "src/base/text.h"
#include "tests/plans/pve/feed.h"

/* What a plan asks for, and takes back. */
struct script {
	struct pg_strv *argv, *undo;
	size_t n, n_undo;
};

static void script_done(struct script *s)
{
	for (size_t i = 0; i < s->n; i++)
		pg_strv_done(&s->argv[i]);
	for (size_t i = 0; i < s->n_undo; i++)
		pg_strv_done(&s->undo[i]);
	free(s->argv);
	free(s->undo);
}

static void add_words(struct pg_strv **to, size_t *n, const char *text)
{
	struct pg_strv *argv = pve_must(pg_vec_add(to, n, sizeof(*argv)));

	if (pg_strv_split(text, " ", argv) < 0)
		abort();
}

static void read_script(struct script *s)
{
	char *line pg_autofree = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		char *undo = strstr(line, " | undo:");

		if (!pg_text_starts(line, "vm "))
			continue;
		line[strcspn(line, "\n")] = '\0';
		if (undo)
			*undo = '\0';
		add_words(&s->argv, &s->n, line + 3);
		add_words(&s->undo, &s->n_undo, undo ? undo + strlen(" | undo:") : "");
	}
}

static bool run_all(const struct script *s, struct pve_node *node, struct pve_vm *vm,
		    struct pve_out *out)
{
	for (size_t i = 0; i < s->n; i++)
		if (!pve_command(node, vm, &s->argv[i], out))
			return false;
	return true;
}

/* ---- what stays ---- */

static bool is_touched(const struct script *s, const char *line)
{
	size_t n = strcspn(line, ":");

	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 3; k < s->argv[i].n; k++) {
			const char *word = s->argv[i].v[k];

			word += pg_text_starts(word, "--") ? 2 : 0;
			if (strlen(word) == n && strncmp(word, line, n) == 0)
				return true;
		}
	return false;
}

/* "SECTION\tLINE" for each line that says something. */
static void lines_of(const char *text, struct pg_strv *ret)
{
	size_t pos = 0, len, full;
	char section[256] = "";
	const char *p;

	while (pg_text_line(text, strlen(text), &pos, &p, &len, &full)) {
		char *line pg_autofree = pve_must(strndup(p, len));

		if (line[0] == '[')
			(void)snprintf(section, sizeof(section), "%s", line);
		else if (line[strspn(line, " \t")] && pg_strv_addf(ret, "%s\t%s", section, line) < 0)
			abort();
	}
}

/* Every line that no command is about, byte for byte, but for keys that Proxmox itself drops. */
static bool keeps(const struct script *s, const char *before, const char *after, struct pve_out *out)
{
	struct pg_strv old PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strv new PG_CLEANUP(pg_strv_done) = { 0 };
	bool good = true;

	lines_of(before, &old);
	lines_of(after, &new);
	for (size_t i = 0; i < old.n; i++) {
		const char *line = strchr(old.v[i], '\t') + 1;
		char *key pg_autofree = pve_must(strndup(line, strcspn(line, ":")));
		bool current = old.v[i][0] == '\t' || pg_text_starts(old.v[i], "[PENDING]");

		if ((current && (is_touched(s, line) || pg_text_starts(line, "delete:"))) ||
		    (line[0] != '#' && !pve_option_known(key) && current) || pg_strv_has(&new, old.v[i]))
			continue;
		pve_say(out, PVE_REJECT, "lost: %s", old.v[i]);
		good = false;
	}
	return good;
}

/* The configuration as it is at the next start. */
static char *effective(const char *text)
{
	struct pve_conf c PG_CLEANUP(pve_conf_done) = { 0 };
	struct pve_out out PG_CLEANUP(pve_out_done) = { 0 };

	pve_conf_read(text, &c, &out);
	pve_conf_apply_pending(&c);
	return pve_must(pve_conf_write(&c));
}

static bool leads_back(const struct script *s, const char *before, struct pve_node *node,
		       struct pve_vm *vm, struct pve_out *out)
{
	char *then pg_autofree = effective(before);
	char *now pg_autofree = NULL;

	for (size_t i = s->n_undo; i-- > 0;)
		if (s->undo[i].n && !pve_command(node, vm, &s->undo[i], out))
			return false;
	now = effective(vm->conf);
	if (strcmp(then, now) == 0)
		return true;
	pve_say(out, PVE_REJECT, "the inverse leads elsewhere:\n%s--- from\n%s", now, then);
	return false;
}

/* ---- what comes of it ---- */

static int put(struct pg_root *root, const char *path, const char *text)
{
	const struct pg_bytes bytes = { .p = (char *)(uintptr_t)text, .n = strlen(text) };
	const struct pg_meta meta = { .mode = 0640 };

	return pg_root_mkdirs(root, "/etc/pve/mapping", 0755, NULL, NULL) < 0 ?
		       2 : pg_root_replace(root, path, &bytes, &meta, NULL) < 0 ? 2 : 0;
}

static int write_back(struct pg_root *root, const struct pg_facts *facts, const struct pve_node *node,
		      const struct pve_vm *vm)
{
	int r = put(root, pg_facts_guest(facts, vm->vmid)->path, vm->conf);

	return r || !node->pci_cfg ? r : put(root, "/etc/pve/mapping/pci.cfg", node->pci_cfg);
}

static bool judge(const struct script *s, struct pve_node *node, struct pve_vm *vm,
		  struct pve_out *out)
{
	char *before pg_autofree = pve_must(strdup(vm->conf));

	if (!run_all(s, node, vm, out) || !keeps(s, before, vm->conf, out))
		return false;
	pve_start(node, vm, out);
	return leads_back(s, before, node, vm, out);
}

/* ---- mappings alone ---- */

/* Lines in whatever order: a mapping that comes back stands last. */
static char *mappings_of(const struct pve_node *node)
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

static bool judge_mappings(const struct script *s, struct pve_node *node, struct pve_out *out)
{
	struct pve_vm vm PG_CLEANUP(pve_vm_done) = { .conf = pve_must(strdup("")) };
	char *before pg_autofree = mappings_of(node);
	char *changed pg_autofree = NULL, *after pg_autofree = NULL;

	if (!run_all(s, node, &vm, out))
		return false;
	changed = mappings_of(node);
	for (size_t i = s->n_undo; i-- > 0;)
		if (s->undo[i].n && !pve_command(node, &vm, &s->undo[i], out))
			return false;
	after = mappings_of(node);
	if (strcmp(before, after) != 0)
		pve_say(out, PVE_REJECT, "the inverse leads elsewhere:\n%s\nnot:\n%s", after, before);
	return strcmp(before, changed) != 0 && strcmp(before, after) == 0;
}

static int play_mappings(struct pg_root *root)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	struct pve_node node PG_CLEANUP(pve_node_done) = { 0 };
	struct pve_out out PG_CLEANUP(pve_out_done) = { 0 };
	struct script script PG_CLEANUP(script_done) = { 0 };
	bool good;

	if (pg_facts_collect(root, PG_WANT_ALL & ~(unsigned)PG_WANT_NAMES, &facts, NULL) < 0)
		return 2;
	pve_feed_node(root, facts, &node);
	read_script(&script);
	good = script.n && judge_mappings(&script, &node, &out);
	for (size_t i = 0; i < out.n; i++)
		printf("%s: %s\n", pve_kind_name(out.v[i].kind), out.v[i].text);
	return !good || pve_refused(&out);
}

static int play(struct pg_root *root, uint32_t vmid, bool write)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	struct pve_node node PG_CLEANUP(pve_node_done) = { 0 };
	struct pve_vm vm PG_CLEANUP(pve_vm_done) = { 0 };
	struct pve_out out PG_CLEANUP(pve_out_done) = { 0 };
	struct script script PG_CLEANUP(script_done) = { 0 };
	bool good;

	if (pg_facts_collect(root, PG_WANT_ALL & ~(unsigned)PG_WANT_NAMES, &facts, NULL) < 0)
		return 2;
	pve_feed_node(root, facts, &node);
	pve_feed_users(facts, vmid, &node);
	if (!pve_feed_vm(root, facts, vmid, &vm)) {
		printf("no VM %u on this node\n", vmid);
		return 2;
	}
	read_script(&script);
	good = script.n && (write ? run_all(&script, &node, &vm, &out) :
				    judge(&script, &node, &vm, &out));
	for (size_t i = 0; i < out.n; i++)
		printf("%s: %s\n", pve_kind_name(out.v[i].kind), out.v[i].text);
	if (good && write)
		return write_back(root, facts, &node, &vm);
	return !good || pve_refused(&out);
}

int main(int argc, char **argv)
{
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;

	if (argc < 3 || pg_root_open(argv[1], &root, NULL) < 0)
		return 2;
	if (strcmp(argv[2], "0") == 0)
		return play_mappings(root);
	return play(root, (uint32_t)strtoul(argv[2], NULL, 10),
		    argc > 3 && strcmp(argv[3], "write") == 0);
}
