/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pve-gpu complete -- WORD...: what the last word, which may be empty, can become: for the completion of
 * the shells. A line each: the word, a tab, what it is; ":files" where it is the name of a file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/cmd/common.h"
#include "src/plan/rule.h"

#define COMMON "--root --json --ascii --plain --color --help --version"

struct completion {
	struct pg_cmd_env env;
	struct pg_cmd_host host;
	bool is_read;
	const struct pg_cmd *command;	/* NULL: the word is to be one */
	const char *operand[8];		/* those before the word */
	size_t n_operand;
	const char *prefix;		/* the word, as far as it is written */
	const char *before;		/* of "--color=al": "--color=" */
	int n_before;
};

static void offer(const struct completion *c, const char *word, const char *about)
{
	pg_autofree char *clean = about ? pg_text_clean(about, strlen(about)) : NULL;

	if (pg_text_starts(word, c->prefix))
		(void)fprintf(c->env.out, "%.*s%s\t%s\n", c->n_before, c->before, word, clean ? clean : "");
}

static void offer_words(const struct completion *c, const char *words)
{
	struct pg_strv v PG_CLEANUP(pg_strv_done) = { 0 };

	if (pg_strv_split(words, " ", &v) < 0)
		return;
	for (size_t i = 0; i < v.n; i++)
		offer(c, v.v[i], NULL);
}

/* ---- what a node has ---- */

/* Empty where it cannot be read: completing is no time to complain. */
static const struct pg_facts *facts(struct completion *c)
{
	if (!c->is_read)
		(void)pg_cmd_look(&c->env, PG_WANT_PCI | PG_WANT_NAMES | PG_WANT_GUESTS | PG_WANT_USB | PG_WANT_MDEV,
				  &c->host);
	c->is_read = true;
	return c->host.facts;
}

static void vms(struct completion *c)
{
	const struct pg_facts *f = facts(c);

	for (size_t i = 0; f && i < f->n_guest; i++) {
		char id[16];

		(void)snprintf(id, sizeof(id), "%u", f->guest[i].vmid);
		if (f->guest[i].local)
			offer(c, id, f->guest[i].name);
	}
}

/* As it is begun: with the domain or without. */
static void device(const struct completion *c, const struct pg_dev *dev)
{
	struct pg_bdf_str whole = pg_bdf_str(dev->addr), brief = pg_bdf_short(dev->addr);

	offer(c, pg_text_starts(brief.s, c->prefix) ? brief.s : whole.s, dev->name);
}

static void devices(struct completion *c)
{
	const struct pg_facts *f = facts(c);

	for (size_t i = 0; f && i < f->n_dev; i++)
		if (f->dev[i].kind != PG_KIND_BRIDGE)
			device(c, &f->dev[i]);
}

static void cards(struct completion *c)
{
	const struct pg_facts *f = facts(c);

	for (size_t i = 0; f && i < f->n_dev; i++)
		if (f->dev[i].total_vfs)
			device(c, &f->dev[i]);
}

static void parents(struct completion *c)
{
	const struct pg_facts *f = facts(c);

	for (size_t i = 0; f && i < f->n_mdev_parent; i++) {
		const struct pg_dev *dev = f->mdev_parent[i].is_pci ? pg_facts_dev(f, f->mdev_parent[i].addr) : NULL;

		if (dev)
			device(c, dev);
	}
}

/* Those of the card that was named before. */
static void types(struct completion *c)
{
	const struct pg_facts *f = facts(c);
	struct pg_bdf addr;
	bool slot;

	if (c->n_operand < 2 || pg_bdf_parse_loose(c->operand[1], &addr, &slot) < 0)
		return;
	for (size_t i = 0; f && i < f->n_mdev_parent; i++) {
		const struct pg_mdev_parent *p = &f->mdev_parent[i];

		for (size_t k = 0; p->is_pci && pg_bdf_equal(p->addr, addr) && k < p->n_type; k++)
			offer(c, p->type[k].id, p->type[k].name);
	}
}

static void ports(struct completion *c)
{
	const struct pg_facts *f = facts(c);

	for (size_t i = 0; f && i < f->n_usb; i++)
		if (!f->usb[i].is_root && !f->usb[i].is_hub)
			offer(c, f->usb[i].name, f->usb[i].product_name);
}

static void mappings(struct completion *c)
{
	const struct pg_facts *f = facts(c);

	for (size_t i = 0; f && i < f->n_mapping; i++)
		offer(c, f->mapping[i].id, "PCI");
	for (size_t i = 0; f && i < f->n_usb_mapping; i++)
		offer(c, f->usb_mapping[i].id, "USB");
}

/* Of the VM that was named before. */
static void entries(struct completion *c, bool usb)
{
	const struct pg_facts *f = facts(c);
	uint64_t vmid;

	if (!c->n_operand || pg_text_number(c->operand[0], 10, UINT32_MAX, &vmid) < 0)
		return;
	for (size_t i = 0; f && i < f->n_guest; i++) {
		const struct pg_guest *g = &f->guest[i];

		for (size_t k = 0; g->vmid == vmid && k < g->n_lines; k++)
			if (pg_text_starts(g->lines[k].key, usb ? "usb" : "hostpci"))
				offer(c, g->lines[k].key, g->lines[k].value);
	}
}

static void changes(struct completion *c, bool trial_only)
{
	struct pg_tx *tx = NULL;
	size_t n = 0;

	if (!c->host.root && pg_cmd_open(&c->env, &c->host) < 0)
		return;
	if (pg_history(c->host.root, &tx, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (trial_only ? tx[i].state == PG_TX_TRIAL : tx[i].state != PG_TX_UNDONE)
			offer(c, tx[i].id, tx[i].summary);
	pg_history_free(tx, n);
}

static void undoable(struct completion *c)
{
	changes(c, false);
}

static void on_trial(struct completion *c)
{
	changes(c, true);
}

static void symptoms(struct completion *c)
{
	for (const struct pg_symptom *s = pg_symptom_table(); s->id; s++)
		offer(c, s->id, s->text);
}

static void files(struct completion *c)
{
	(void)fprintf(c->env.out, ":files\n");
}

static void all_devices(struct completion *c)
{
	devices(c);
	ports(c);
}

static void pci_entries(struct completion *c)
{
	entries(c, false);
}

static void usb_entries(struct completion *c)
{
	entries(c, true);
}

/* ---- options ---- */

/* What an option takes: words, or what a function finds. `command` NULL: of all commands. */
static const struct value {
	const char *option, *command, *words;
	void (*find)(struct completion *c);
} values[] = {
	{ "--color", NULL, "auto always never", NULL },
	{ "--root", NULL, NULL, files },
	{ "--answers", NULL, NULL, files },
	{ "--log", NULL, NULL, files },
	{ "--symptom", NULL, NULL, symptoms },
	{ "--bind", NULL, "early address at-start", NULL },
	{ "--vf-driver", NULL, "host none", NULL },
	{ "--hugepages", NULL, "any 2 1024 off", NULL },
	{ "--pcie", NULL, "on off", NULL },
	{ "--rombar", NULL, "on off", NULL },
	{ "--legacy-igd", NULL, "on off", NULL },
	{ "--keep-driver", NULL, "on off", NULL },
	{ "--vm", NULL, NULL, vms },
	{ "--mapping", NULL, NULL, mappings },
	{ "--accept-loss", NULL, NULL, all_devices },
	{ "--replace", "passthrough", NULL, pci_entries },
	{ "--remove", "passthrough", NULL, pci_entries },
	{ "--remove", "usb", NULL, usb_entries },
	/* their values are anything */
	{ "--romfile", NULL, "", NULL },
	{ "--efi-storage", NULL, "", NULL },
	{ "--vga", NULL, "", NULL },
	{ "--cpu", NULL, "", NULL },
	{ "--vf", NULL, "", NULL },
	{ "--vendor-id", NULL, "", NULL },
	{ "--device-id", NULL, "", NULL },
	{ "--sub-vendor-id", NULL, "", NULL },
	{ "--sub-device-id", NULL, "", NULL },
};

static const struct value *value_of(const struct completion *c, const char *option, size_t n)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(values); i++)
		if (strlen(values[i].option) == n && strncmp(option, values[i].option, n) == 0 &&
		    (!values[i].command || (c->command && strcmp(c->command->name, values[i].command) == 0)))
			return &values[i];
	return NULL;
}

static void offer_value(struct completion *c, const struct value *v)
{
	if (v->find)
		v->find(c);
	else
		offer_words(c, v->words);
}

/* The options that a line of the help begins with: "--apply, --yes, --trial[=MINUTES]". */
static void offer_line(const struct completion *c, const char *line, size_t len)
{
	const char *end = memmem(line + 2, len - 2, "  ", 2), *p = line;

	len = end ? (size_t)(end - line) : len;
	while ((p = memmem(p, len - (size_t)(p - line), "--", 2))) {
		size_t n = 2 + strspn(p + 2, "abcdefghijklmnopqrstuvwxyz-");
		pg_autofree char *option = strndup(p, n);

		if (option)
			offer(c, option, NULL);
		p += n;
	}
}

static void options(const struct completion *c)
{
	const char *help = c->command && c->command->help ? c->command->help : "", *line;
	size_t pos = 0, len, full;

	while (pg_text_line(help, strlen(help), &pos, &line, &len, &full))
		if (len > 4 && pg_text_starts(line, "  --"))
			offer_line(c, line, len);
	offer_words(c, COMMON);
}

/* ---- operands ---- */

static void usb_operand(struct completion *c)
{
	const struct pg_facts *f = facts(c);

	ports(c);
	for (size_t i = 0; f && i < f->n_dev; i++)
		if (f->dev[i].kind == PG_KIND_USB)
			device(c, &f->dev[i]);
}

static void map_operand(struct completion *c)
{
	ports(c);
	devices(c);
}

static void vgpu_first(struct completion *c)
{
	vms(c);
	parents(c);
}

/* The operands in their order; the last one repeats. */
static const struct {
	const char *command;
	void (*find[4])(struct completion *c);
} operands[] = {
	{ "passthrough", { vms, devices } },
	{ "usb", { vms, usb_operand } },
	{ "sriov", { cards } },
	{ "vgpu", { vgpu_first, parents, types } },
	{ "mapping", { mappings, map_operand } },
	{ "undo", { undoable } },
	{ "confirm", { on_trial } },
};

static void operand(struct completion *c)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(operands); i++) {
		size_t at = c->n_operand;

		if (strcmp(operands[i].command, c->command->name) != 0)
			continue;
		while (at && !operands[i].find[at])
			at--;
		if (at == c->n_operand || operands[i].find[at] == devices || operands[i].find[at] == usb_operand)
			operands[i].find[at](c);
	}
}

static void commands(const struct completion *c)
{
	for (const struct pg_cmd *cmd = pg_cmd_table(); cmd->name; cmd++)
		if (cmd->summary)
			offer(c, cmd->name, _(cmd->summary));
}

/* ---- the words ---- */

static void take_word(struct completion *c, const char *word)
{
	if (!c->command) {
		for (const struct pg_cmd *cmd = pg_cmd_table(); cmd->name; cmd++)
			if (strcmp(cmd->name, word) == 0)
				c->command = cmd;
	} else if (c->n_operand < PG_ARRAY_SIZE(c->operand)) {
		c->operand[c->n_operand++] = word;
	}
}

/* Takes the words before the last. Returns the option whose value the last one is, or NULL. */
static const struct value *take_words(struct completion *c, int argc, char **argv)
{
	const struct value *pending = NULL;

	for (int i = 0; i + 1 < argc; i++) {
		const struct value *v = pg_text_starts(argv[i], "--") ? value_of(c, argv[i], strcspn(argv[i], "=")) :
									NULL;

		if (pending && strcmp(pending->option, "--root") == 0)
			c->env.root_dir = argv[i];
		else if (!pending && v && strncmp(argv[i], "--root=", 7) == 0)
			c->env.root_dir = argv[i] + 7;
		if (!pending && !pg_text_starts(argv[i], "-"))
			take_word(c, argv[i]);
		pending = !pending && v && !strchr(argv[i], '=') ? v : NULL;
	}
	return pending;
}

static void complete(struct completion *c, const struct value *pending)
{
	size_t n = strcspn(c->prefix, "=");

	if (!pending && pg_text_starts(c->prefix, "--") && c->prefix[n]) {
		pending = value_of(c, c->prefix, n);
		c->before = c->prefix;
		c->n_before = (int)n + 1;
		c->prefix += n + 1;
		if (!pending)
			return;
	}
	if (pending)
		offer_value(c, pending);
	else if (*c->prefix == '-')
		options(c);
	else if (c->command)
		operand(c);
	else
		commands(c);
}

int pg_cmd_complete(const struct pg_cmd_env *env, int argc, char **argv)
{
	struct completion c = { .env = *env, .prefix = "", .before = "" };
	char *said = NULL;
	size_t size;
	int first = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;

	/* the person is in the middle of a line: nothing is said there */
	c.env.diag = open_memstream(&said, &size);
	if (!c.env.diag)
		return PG_EXIT_REFUSED;
	if (argc > first)
		c.prefix = argv[argc - 1];
	complete(&c, take_words(&c, argc - first, argv + first));
	pg_cmd_host_done(&c.host);
	(void)fclose(c.env.diag);
	free(said);
	return PG_EXIT_OK;
}
