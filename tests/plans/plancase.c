/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plancase TREE DATA CHOICES...: collects the facts of a tree, plans the choices and prints
 * the plan in a form made for comparing; then writes the planned files into the tree, plans
 * again and prints what is left to do. With the one choice `doctor`: all findings, with the plan
 * that mends one where there is. `texts` as the first one: findings with their words.
 *
 * /klog of the tree, where there is one, is the kernel's log of devices: "0000:01:00.0 text".
 *
 * Choices: devices=A,B vm=N bind=B primary pcie=yes|no pt mapping=M romfile=F efi=S
 * change_machine change_firmware accept=A,B trial=MINUTES|no pin_nics repair
 * usb=A,B usb_mapping=M usb_remove=usbN,… usb_accept=PORT,…
 * rombar=yes|no legacy_igd=yes|no keep_driver=yes|no vendor-id=N … separate replace=hostpciN
 * remove=hostpciN,… vga=V cpu=C hugepages=P no_balloon guest_reachable secure_boot
 * sriov=ADDRESS:COUNT vf_driver=host|none vf=N,mac=…,vlan=… (can be given again)
 * map=give|replace|add|remove (with mapping=M or usb_mapping=M)
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/root.h"
#include "src/base/text.h"
#include "src/plan/plan.h"

/* ---- choices ---- */

static int add_all(struct pg_choices *c, const char *list, bool accept)
{
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_strv_split(list, ",", &part);

	for (size_t i = 0; r == 0 && i < part.n; i++) {
		struct pg_bdf addr;
		bool slot;

		r = accept ? pg_bdf_parse_loose(part.v[i], &addr, &slot) :
			     pg_choices_pick_text(c, part.v[i]);
		if (r == 0 && accept)
			r = pg_choices_accept(c, addr);
	}
	return r;
}

static int add_usb(struct pg_choices *c, const char *list)
{
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_strv_split(list, ",", &part);

	for (size_t i = 0; r == 0 && i < part.n; i++) {
		struct pg_usb_spec spec PG_CLEANUP(pg_usb_spec_done) = { 0 };

		r = pg_usb_spec_parse(part.v[i], &spec);
		if (r == 0)
			r = pg_choices_usb(c, &spec);
	}
	return r;
}

static int set_trial(struct pg_choices *c, const char *value)
{
	c->trial = strcmp(value, "no") == 0 ? PG_NO : PG_YES;
	c->trial_minutes = (unsigned)strtoul(value, NULL, 10);
	return 0;
}

static int set_flag(struct pg_choices *c, const char *word)
{
	const struct {
		const char *word;
		bool *flag;
	} flags[] = {
		{ "primary", &c->primary },	      { "pt", &c->iommu_pt },
		{ "pin_nics", &c->pin_nics },	      { "repair", &c->repair },
		{ "separate", &c->separate },	      { "no_balloon", &c->no_balloon },
		{ "secure_boot", &c->secure_boot },   { "change_machine", &c->change_machine },
		{ "change_firmware", &c->change_firmware },
		{ "guest_reachable", &c->guest_reachable },
	};

	for (size_t i = 0; i < PG_ARRAY_SIZE(flags); i++)
		if (strcmp(flags[i].word, word) == 0)
			return (*flags[i].flag = true) ? 0 : -EINVAL;
	return -EINVAL;
}

static int set_tri(struct pg_choices *c, const char *key, const char *value)
{
	enum pg_tri to = strcmp(value, "yes") == 0 ? PG_YES : PG_NO;

	if (strcmp(key, "pcie") == 0)
		c->pcie = to;
	else if (strcmp(key, "rombar") == 0)
		c->pci.rombar = to;
	else if (strcmp(key, "legacy_igd") == 0)
		c->pci.legacy_igd = to;
	else if (strcmp(key, "keep_driver") == 0)
		c->pci.keep_driver = to;
	else
		return -EINVAL;
	return 0;
}

/* "0000:07:00.0:4" */
static int set_sriov(struct pg_choices *c, const char *value)
{
	char *addr pg_autofree = strdup(value);
	char *colon = addr ? strrchr(addr, ':') : NULL;
	bool slot;

	if (!colon)
		return -EINVAL;
	*colon = '\0';
	c->sriov.wanted = true;
	c->sriov.count = (unsigned)strtoul(colon + 1, NULL, 10);
	return pg_bdf_parse_loose(addr, &c->sriov.pf, &slot);
}

static int set_text(struct pg_choices *c, const char *key, const char *value)
{
	const struct {
		const char *key;
		char **to;
	} texts[] = {
		{ "mapping", &c->mapping }, { "romfile", &c->romfile }, { "mdev", &c->mdev },
		{ "usb_mapping", &c->usb_mapping }, { "efi", &c->efi_storage },
		{ "replace", &c->replace }, { "vga", &c->vga }, { "cpu", &c->cpu },
		{ "hugepages", &c->hugepages },
	};

	for (size_t i = 0; i < PG_ARRAY_SIZE(texts); i++)
		if (strcmp(texts[i].key, key) == 0)
			return (*texts[i].to = strdup(value)) ? 0 : -ENOMEM;
	for (unsigned i = 0; i < PG_N_PCI_IDS; i++)
		if (strcmp(pg_pci_id_name((enum pg_pci_id)i), key) == 0) {
			c->pci.id[i] = (int32_t)strtol(value, NULL, 16);
			return 0;
		}
	return set_tri(c, key, value);
}

static int set_value(struct pg_choices *c, const char *key, const char *value)
{
	if (strcmp(key, "devices") == 0)
		return add_all(c, value, false);
	if (strcmp(key, "bind") == 0)
		return pg_bind_parse(value, &c->bind);
	if (strcmp(key, "accept") == 0)
		return add_all(c, value, true);
	if (strcmp(key, "usb") == 0)
		return add_usb(c, value);
	if (strcmp(key, "usb_remove") == 0)
		return pg_strv_split(value, ",", &c->usb_remove);
	if (strcmp(key, "usb_accept") == 0)
		return pg_strv_split(value, ",", &c->usb_accept);
	if (strcmp(key, "trial") == 0)
		return set_trial(c, value);
	if (strcmp(key, "remove") == 0)
		return pg_strv_split(value, ",", &c->remove);
	if (strcmp(key, "map") == 0)
		return pg_map_task_parse(value, &c->map_task);
	if (strcmp(key, "sriov") == 0)
		return set_sriov(c, value);
	if (strcmp(key, "vf") == 0)
		return pg_choices_vf_text(c, value);
	if (strcmp(key, "vf_driver") == 0)
		return (c->sriov.host_driver = strcmp(value, "host") == 0 ? PG_YES : PG_NO) < 0;
	if (strcmp(key, "vm") != 0)
		return set_text(c, key, value);
	c->vmid = (uint32_t)strtoul(value, NULL, 10);
	return 0;
}

static int set_choice(struct pg_choices *c, char *word)
{
	char *value = strchr(word, '=');

	if (!value)
		return set_flag(c, word);
	*value++ = '\0';
	return set_value(c, word, value);
}

/* ---- printing ---- */

static void print_findings(const struct pg_findings *f, bool ok_too, bool texts)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct pg_finding *v = &f->v[i];

		if (!ok_too && v->level == PG_LEVEL_OK)
			continue;
		printf("finding %s %s %s", pg_level_name(v->level), v->id, v->scope);
		if (texts)
			printf(": %s (%s) %s", v->text, v->evidence ? v->evidence : "-",
			       v->advice ? v->advice : "-");
		if (v->fix && pg_text_starts(v->fix, "pve-gpu passthrough "))
			printf(" | %s", v->fix);
		printf("\n");
	}
}

static void print_effects(const struct pg_plan *plan)
{
	for (size_t i = 0; i < plan->n_effect; i++) {
		const struct pg_effect *e = &plan->effect[i];

		printf("effect %s %s -> %s at %s: %s%s%s\n", pg_bdf_str(e->addr).s,
		       e->now ? e->now : "-", e->after ? e->after : "gone",
		       e->at_boot ? "boot" : "start", e->why,
		       e->lost ? "; lost: " : "", e->lost ? e->lost : "");
	}
}

/* One line of a file behind a mark; a missing line end and a CR are shown. */
static void print_line(char mark, const char *line, size_t full)
{
	size_t n = full;

	if (n && line[n - 1] == '\n')
		n--;
	printf("%c", mark);
	for (size_t i = 0; i < n; i++)
		if (line[i] == '\r')
			printf("\\r");
		else
			putchar(line[i]);
	printf("%s\n", n == full ? "\\ no newline" : "");
}

static size_t line_length(const char *p, size_t n)
{
	const char *end = memchr(p, '\n', n);

	return end ? (size_t)(end - p) + 1 : n;
}

static void print_lines(char mark, const char *p, size_t n)
{
	while (n) {
		size_t full = line_length(p, n);

		print_line(mark, p, full);
		p += full;
		n -= full;
	}
}

/* Whole lines that both begin with; both end with. */
static size_t common_head(const struct pg_bytes *a, const struct pg_bytes *b)
{
	size_t at = 0;

	while (at < a->n && at < b->n) {
		size_t n = line_length(a->p + at, a->n - at);

		if (n != line_length(b->p + at, b->n - at) || memcmp(a->p + at, b->p + at, n) != 0)
			break;
		at += n;
	}
	return at;
}

static size_t common_tail(const struct pg_bytes *a, const struct pg_bytes *b, size_t head)
{
	size_t same = 0, n = 0;

	while (head + n < a->n && head + n < b->n &&
	       a->p[a->n - n - 1] == b->p[b->n - n - 1]) {
		n++;
		if ((a->n == n || a->p[a->n - n - 1] == '\n') &&
		    (b->n == n || b->p[b->n - n - 1] == '\n'))
			same = n;
	}
	return same;
}

/* What is not printed is the same in both. */
static void print_file(const struct pg_plan_file *f)
{
	static const char *const change[] = { "create", "edit", "remove" };
	size_t head = common_head(&f->before, &f->after);
	size_t tail = common_tail(&f->before, &f->after, head);

	printf("file %s %s %04o\n", change[f->change], f->path, (unsigned)f->mode);
	if (pg_text_starts(f->path, "/etc/initramfs-tools/") ||
	    pg_text_starts(f->path, "/etc/grub.d/") ||
	    pg_text_starts(f->path, "/etc/systemd/system/") ||
	    pg_text_starts(f->path, "/etc/kernel/postinst.d/"))
		return; /* ours as a whole */
	print_lines('-', f->before.p + head, f->before.n - head - tail);
	print_lines('+', f->after.p + head, f->after.n - head - tail);
}

static void print_argv(const char *what, const struct pg_strv *argv)
{
	printf("%s", what);
	for (size_t i = 0; i < argv->n; i++)
		printf(" %s", argv->v[i]);
}

static void print_commands(const struct pg_plan *plan)
{
	for (size_t i = 0; i < plan->n_cmd; i++) {
		print_argv("command", &plan->cmd[i].argv);
		if (plan->cmd[i].undo.n)
			print_argv(" | undo:", &plan->cmd[i].undo);
		printf("\n");
	}
	for (size_t i = 0; i < plan->n_vm_cmd; i++) {
		print_argv("vm", &plan->vm_cmd[i].argv);
		print_argv(" | undo:", &plan->vm_cmd[i].undo);
		printf("\n");
	}
}

static void print_plan(const struct pg_plan *plan, bool texts)
{
	print_findings(&plan->findings, false, texts);
	print_effects(plan);
	for (size_t i = 0; i < plan->n_file; i++)
		print_file(&plan->file[i]);
	print_commands(plan);
	for (size_t i = 0; i < plan->n_expect; i++)
		printf("expect %s %s\n", pg_bdf_str(plan->expect[i].addr).s,
		       plan->expect[i].driver);
	printf("reboot %s\n", plan->reboot ? "yes" : "no");
	if (plan->trial)
		printf("trial %u min%s%s\n", plan->trial / 60, plan->trial_why ? ": " : "",
		       plan->trial_why ? plan->trial_why : "");
}

/* ---- planning, and planning again ---- */

static int add_klog(struct pg_facts *facts, const char *at, size_t n)
{
	struct pg_klog_line *l = pg_vec_add(&facts->klog.line, &facts->klog.n_line, sizeof(*l));
	char *line pg_autofree = strndup(at, n);
	char *text = line ? strchr(line, ' ') : NULL;

	if (!l || !text)
		return -EINVAL;
	*text++ = '\0';
	l->of_dev = true;
	l->text = strdup(text);
	return l->text ? pg_bdf_parse(line, &l->addr) : -ENOMEM;
}

static int read_klog(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t pos = 0, len, full;
	const char *at;
	int r = pg_root_read(root, "/klog", PG_ROOT_MAX, &bytes);

	if (r == -ENOENT)
		return 0;
	while (r == 0 && pg_text_line(bytes.p, bytes.n, &pos, &at, &len, &full))
		r = add_klog(facts, at, len);
	return r;
}

static int plan_tree(const struct pg_root *root, const struct pg_choices *c,
		     const struct pg_templates *t, struct pg_plan **ret)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	int r = pg_facts_collect(root, PG_WANT_ALL & ~(unsigned)PG_WANT_NAMES, &facts, &err);

	if (r < 0) {
		fprintf(stderr, "facts: %s\n", err.what ? err.what : pg_err_reason(r));
		return r;
	}
	return pg_plan_make(facts, c, t, ret);
}

static int write_files(struct pg_root *root, const struct pg_plan *plan)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->n_file; i++) {
		const struct pg_plan_file *f = &plan->file[i];
		struct pg_meta meta = { .mode = f->mode };
		char *dir pg_autofree = strdup(f->path);

		*strrchr(dir, '/') = '\0';
		r = pg_root_mkdirs(root, dir, 0755, NULL, NULL);
		if (r == 0 && f->change == PG_CHANGE_REMOVE)
			r = pg_root_unlink(root, f->path, NULL);
		else if (r == 0)
			r = pg_root_replace(root, f->path, &f->after, &meta, NULL);
	}
	return r;
}

static int print_again(struct pg_root *root, const struct pg_choices *c,
		       const struct pg_templates *t)
{
	struct pg_plan *plan PG_CLEANUP(pg_plan_freep) = NULL;
	int r = plan_tree(root, c, t, &plan);

	if (r < 0)
		return r;
	if (plan->n_file == 0 && plan->n_cmd == 0 && !plan->reboot) {
		printf("again: nothing%s\n", pg_plan_is_blocked(plan) ? " (blocked)" : "");
		return 0;
	}
	printf("again:\n");
	print_plan(plan, false);
	return 0;
}

static int print_doctor(const struct pg_root *root, bool texts)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	struct pg_findings found PG_CLEANUP(pg_findings_done) = { 0 };
	int r = pg_facts_collect(root, PG_WANT_ALL & ~(unsigned)PG_WANT_NAMES, &facts, NULL);

	if (r == 0)
		r = read_klog(root, facts);
	if (r == 0)
		r = pg_check(facts, NULL, &found);
	if (r == 0)
		print_findings(&found, true, texts);
	return r;
}

static int read_file(const char *dir, const char *name, struct pg_bytes *ret)
{
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;
	int r = pg_root_open(dir, &root, NULL);

	return r < 0 ? r : pg_root_read(root, name, PG_ROOT_MAX, ret);
}

static void templates_done(struct pg_templates *t)
{
	pg_bytes_done(&t->initramfs_hook);
	pg_bytes_done(&t->initramfs_script);
	pg_bytes_done(&t->grub_entry);
	pg_bytes_done(&t->loader_entry);
	pg_bytes_done(&t->kernel_watch);
	pg_bytes_done(&t->sriov_unit);
}

static int run(struct pg_root *root, const char *data, const struct pg_choices *c, bool texts)
{
	struct pg_templates t PG_CLEANUP(templates_done) = { 0 };
	struct pg_plan *plan PG_CLEANUP(pg_plan_freep) = NULL;
	int r = read_file(data, "initramfs/hook", &t.initramfs_hook);

	if (r == 0)
		r = read_file(data, "initramfs/script", &t.initramfs_script);
	if (r == 0)
		r = read_file(data, "grub.d/pve-gpu", &t.grub_entry);
	if (r == 0)
		r = read_file(data, "boot/loader-entry", &t.loader_entry);
	if (r == 0)
		r = read_file(data, "boot/kernel-watch", &t.kernel_watch);
	if (r == 0)
		r = read_file(data, "systemd/pve-gpu-sriov.service", &t.sriov_unit);
	if (r == 0)
		r = plan_tree(root, c, &t, &plan);
	if (r < 0)
		return r;
	print_plan(plan, texts);
	if (pg_plan_is_blocked(plan))
		return plan->n_file + plan->n_cmd + plan->n_vm_cmd ? -EINVAL : 0;
	r = write_files(root, plan);
	return r < 0 ? r : print_again(root, c, &t);
}

int main(int argc, char **argv)
{
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = pg_choices_new();
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	bool texts = argc > 3 && strcmp(argv[3], "texts") == 0;
	bool doctor = argc == 4 + texts && strcmp(argv[3 + texts], "doctor") == 0;
	int r = argc > 3 ? 0 : -EINVAL;

	for (int i = texts ? 4 : 3; r == 0 && !doctor && i < argc; i++)
		r = set_choice(c, argv[i]);
	if (r == 0)
		r = pg_root_open(argv[1], &root, &err);
	if (r == 0)
		r = doctor ? print_doctor(root, texts) : run(root, argv[2], c, texts);
	if (r < 0)
		fprintf(stderr, "plancase: %s\n", err.what ? err.what : pg_err_reason(r));
	return r < 0;
}
