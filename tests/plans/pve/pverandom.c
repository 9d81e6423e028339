/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Made-up nodes, VMs and choices: what is planned for them goes through the stand-in for Proxmox. Nothing
 * is refused; a VM that started before does so afterwards; the inverse commands, backwards, lead
 * back to where it was; and the same choices again change nothing.
 *
 *	pverandom [SEED [CHOICES]]	PVE_RANDOM=CHOICES in the environment does as well
 */
#include <stdio.h>
#include <string.h>

#include "src/base/text.h"
#include "tests/plans/pve/feed.h"
#include "tests/plans/pve/random.h"

enum { DAILY = 3000 };

struct sums {
	size_t choices, blocked, nothing, commands, started, broken_before;
};

struct run {
	struct pve_case c;
	struct pve_node node;
	struct pve_vm vm;
	struct pg_plan *plan;
	char *before;		/* what a start complained of; NULL: nothing */
};

static void run_done(struct run *r)
{
	pve_node_done(&r->node);
	pve_vm_done(&r->vm);
	pg_plan_free(r->plan);
	pve_case_done(&r->c);
	free(r->before);
}

/* ---- what went wrong ---- */

static void print_argv(const char *what, const struct pg_strv *argv)
{
	printf("#   %s", what);
	for (size_t i = 0; i < argv->n; i++)
		printf(" %s", argv->v[i]);
	printf("\n");
}

static void print_text(const char *text)
{
	size_t pos = 0, len, full;
	const char *line;

	while (pg_text_line(text, strlen(text), &pos, &line, &len, &full))
		printf("#   | %.*s\n", (int)len, line);
}

static bool wrong(const struct run *r, const char *what, const char *said)
{
	const struct pg_choices *c = r->c.choices;

	printf("# %s: %s\n", what, said);
	print_text(r->c.conf);
	print_text(r->c.pci_cfg);
	for (size_t i = 0; i < c->n_pick; i++)
		printf("#   pick %s%s joined %u\n", pg_bdf_str(c->pick[i].addr).s,
		       c->pick[i].slot ? " (slot)" : "", c->pick[i].joined);
	printf("#   replace %s, remove %s, mapping %s\n", c->replace ? c->replace : "-",
	       c->remove.n ? c->remove.v[0] : "-", c->mapping ? c->mapping : "-");
	for (size_t i = 0; i < r->plan->n_vm_cmd; i++) {
		print_argv("+", &r->plan->vm_cmd[i].argv);
		print_argv("-", &r->plan->vm_cmd[i].undo);
	}
	return false;
}

/* ---- playing ---- */

/* What a start dies of; NULL: it starts. */
static char *start(const struct run *r)
{
	struct pve_out out PG_CLEANUP(pve_out_done) = { 0 };

	pve_start(&r->node, &r->vm, &out);
	for (size_t i = 0; i < out.n; i++)
		if (out.v[i].kind == PVE_START)
			return pve_must(strdup(out.v[i].text));
	return NULL;
}

static bool play(struct run *r, const struct pg_strv *argv)
{
	struct pve_out out PG_CLEANUP(pve_out_done) = { 0 };

	if (pve_command(&r->node, &r->vm, argv, &out))
		return true;
	print_argv("refused:", argv);
	return wrong(r, "refused", out.n ? out.v[out.n - 1].text : "?");
}

/* The configuration as it is at the next start. */
static char *effective(const char *conf)
{
	struct pve_conf c PG_CLEANUP(pve_conf_done) = { 0 };
	struct pve_out out PG_CLEANUP(pve_out_done) = { 0 };

	pve_conf_read(conf, &c, &out);
	pve_conf_apply_pending(&c);
	return pve_must(pve_conf_write(&c));
}

/* A mapping that is taken away although the VM has its device by it: that is done, and warned of. */
static bool was_warned(const struct run *r)
{
	const struct pg_findings *f = &r->plan->findings;

	for (size_t i = 0; r->c.choices->map_task == PG_MAP_REMOVE && i < f->n; i++)
		if (strcmp(f->v[i].id, "mapping-used") == 0)
			return true;
	return false;
}

static bool starts_after(struct run *r, struct sums *sums)
{
	char *after pg_autofree = start(r);

	sums->started += !after;
	if (!after || was_warned(r) || (r->before && strcmp(after, r->before) == 0))
		return true;
	/* One trouble may hide another that was there before. */
	if (r->before)
		return true;
	return wrong(r, "does not start any more", after);
}

/* The same choices, in the VM as it is then. */
static bool nothing_again(struct run *r)
{
	struct pg_plan *again PG_CLEANUP(pg_plan_freep) = NULL;
	bool good;

	if (r->c.choices->mapping || r->c.choices->usb_mapping)
		return true; /* mappings are not read again here */
	pve_case_read_vm(&r->c, r->vm.conf);
	if (pg_plan_make(r->c.facts, r->c.choices, NULL, &again) < 0)
		abort();
	good = again->n_vm_cmd == 0;
	if (!good)
		print_argv("again:", &again->vm_cmd[0].argv);
	return good || wrong(r, "not done with one plan", r->vm.conf);
}

static bool back(struct run *r)
{
	char *then pg_autofree = effective(r->c.conf);
	char *now pg_autofree = NULL;

	for (size_t i = r->plan->n_vm_cmd; i-- > 0;)
		if (r->plan->vm_cmd[i].undo.n && !play(r, &r->plan->vm_cmd[i].undo))
			return false;
	now = effective(r->vm.conf);
	return strcmp(then, now) == 0 || wrong(r, "the inverse leads elsewhere", now);
}

static bool play_plan(struct run *r, struct sums *sums)
{
	bool good = true;

	r->before = start(r);
	sums->broken_before += r->before != NULL;
	for (size_t i = 0; good && i < r->plan->n_vm_cmd; i++)
		good = play(r, &r->plan->vm_cmd[i].argv);
	sums->commands += r->plan->n_vm_cmd;
	return good && starts_after(r, sums) && nothing_again(r) && back(r);
}

static bool one(uint64_t seed, struct sums *sums)
{
	struct run r PG_CLEANUP(run_done) = { 0 };

	pve_case_make(seed, &r.c);
	pve_feed_facts(r.c.facts, &r.node);
	r.node.pci_cfg = pve_must(strdup(r.c.pci_cfg));
	r.node.usb_cfg = pve_must(strdup(r.c.usb_cfg));
	r.vm = (struct pve_vm){ 100, r.c.running, pve_must(strdup(r.c.conf)) };
	if (pg_plan_make(r.c.facts, r.c.choices, NULL, &r.plan) < 0)
		abort();
	sums->choices++;
	if (pg_plan_is_blocked(r.plan)) {
		sums->blocked++;
		return r.plan->n_vm_cmd == 0 || wrong(&r, "blocked, with commands", "");
	}
	if (r.plan->n_vm_cmd == 0) {
		sums->nothing++;
		return true;
	}
	return play_plan(&r, sums);
}

int main(int argc, char **argv)
{
	const char *wanted = argc > 2 ? argv[2] : getenv("PVE_RANDOM");
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	size_t n = wanted ? strtoul(wanted, NULL, 10) : DAILY, failed = 0;
	struct sums sums = { 0 };

	printf("1..1\n");
	for (size_t i = 0; i < n && failed < 5; i++)
		if (!one(seed + i, &sums)) {
			printf("# seed %llu\n", (unsigned long long)(seed + i));
			failed++;
		}
	printf("# %zu choices from seed %llu on: %zu refused by the planner, %zu without commands; "
	       "%zu commands, %zu VMs start (%zu did not before)\n", sums.choices,
	       (unsigned long long)seed, sums.blocked, sums.nothing, sums.commands, sums.started,
	       sums.broken_before);
	printf("%sok 1 - what is planned for made-up VMs is taken, starts, and can be taken back\n",
	       failed ? "not " : "");
	return failed != 0;
}
