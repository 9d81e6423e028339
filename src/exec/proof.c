/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/exec/proof.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/plan.h"

#define GRUB_CFG "/boot/grub/grub.cfg"

static const struct pg_plan_file *planned(const struct pg_plan *plan, const char *path)
{
	for (size_t i = 0; i < plan->n_file; i++)
		if (strcmp(plan->file[i].path, path) == 0)
			return &plan->file[i];
	return NULL;
}

static bool runs(const struct pg_plan *plan, const char *command)
{
	for (size_t i = 0; i < plan->n_cmd; i++)
		if (plan->cmd[i].argv.n && strcmp(plan->cmd[i].argv.v[0], command) == 0)
			return true;
	return false;
}

/* A plan without files makes again what should hold all of them. */
static bool concerns(const struct pg_plan *plan, const char *path)
{
	return !plan->n_file || planned(plan, path);
}

/* ---- boot entries ---- */

/* The options before the plan: the files' old bytes laid over the facts. */
static int words_before(const struct pg_facts *facts, const struct pg_plan *plan,
			enum pg_loader loader, struct pg_strv *ret)
{
	struct pg_facts old = *facts;
	pg_autofree struct pg_file *file = calloc(facts->n_file + 1, sizeof(*file));
	pg_autofree char *line = NULL;
	int r;

	if (!file)
		return -ENOMEM;
	old.file = file;
	old.n_file = 0;
	for (size_t i = 0; i < facts->n_file; i++) {
		const struct pg_plan_file *p = planned(plan, facts->file[i].path);

		if (p && p->change == PG_CHANGE_CREATE)
			continue;
		file[old.n_file] = facts->file[i];
		if (p)
			file[old.n_file].bytes = p->before;
		old.n_file++;
	}
	r = pg_configured_cmdline(&old, loader, &line, NULL);
	if (r == -ENOMEM)
		return r;
	return line ? pg_strv_split(line, " \t", ret) : 0;
}

static int check_entry(const struct pg_boot_entry *e, const struct pg_strv *before,
		       const struct pg_strv *now, struct pg_strv *doubts)
{
	struct pg_strv have PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_strv_split(e->options, " \t", &have);

	for (size_t i = 0; r == 0 && i < now->n; i++)
		if ((!pg_strv_has(before, now->v[i]) || pg_is_own_option(now->v[i])) &&
		    !pg_strv_has(&have, now->v[i]))
			r = pg_strv_addf(doubts, _("%s: the entry \"%s\" lacks the option %s."),
					 e->path, e->title, now->v[i]);
	for (size_t i = 0; r == 0 && i < before->n; i++)
		if (!pg_strv_has(now, before->v[i]) && pg_strv_has(&have, before->v[i]))
			r = pg_strv_addf(doubts, _("%s: the entry \"%s\" still has the option %s."),
					 e->path, e->title, before->v[i]);
	return r;
}

/* What one loader's entries are like. */
struct seen {
	size_t n;	/* that load Linux */
	size_t n_made;
	bool off;	/* the way back is among them */
};

static int check_entries(const struct pg_facts *facts, const struct pg_plan *plan,
			 enum pg_loader loader, struct seen *seen, struct pg_strv *doubts)
{
	struct pg_strv before PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strv now PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *line = NULL;
	int r = pg_configured_cmdline(facts, loader, &line, NULL);

	if (r == -ENOMEM || words_before(facts, plan, loader, &before) < 0 ||
	    (line && pg_strv_split(line, " \t", &now) < 0))
		return -ENOMEM;
	r = 0;
	for (size_t i = 0; r == 0 && i < facts->boot.n_entry; i++) {
		const struct pg_boot_entry *e = &facts->boot.entry[i];

		if (!pg_entry_is_of(facts, e, loader))
			continue;
		seen->n++;
		seen->off |= e->off;
		if (!pg_entry_is_made(facts, e))
			continue;
		seen->n_made++;
		r = check_entry(e, &before, &now, doubts);
	}
	return r;
}

static int check_grub(const struct pg_facts *facts, const struct pg_plan *plan,
		      struct pg_strv *doubts, struct pg_strv *notes)
{
	struct seen seen = { 0 };
	int r;

	if (!runs(plan, "update-grub"))
		return 0;
	r = check_entries(facts, plan, PG_LOADER_GRUB, &seen, doubts);
	if (r == 0 && !seen.n)
		return pg_strv_addf(doubts, _("%s has no entry that starts a kernel, or is not there."),
				    GRUB_CFG);
	if (r == 0 && !seen.n_made)
		r = pg_strv_addf(notes, _("%s has no entry that 10_linux made of an installed kernel, so "
				      "that the kernel options could not be checked."), GRUB_CFG);
	if (r == 0 && !seen.off && planned(plan, "/etc/grub.d/42_pve-gpu"))
		r = pg_strv_addf(doubts, _("%s: the entry \"without passthrough\" is not there."),
				 GRUB_CFG);
	return r;
}

/* Either loader's, whatever is on them. */
static int look_at_esps(struct pg_run *run, struct pg_facts *facts, struct pg_strv *notes)
{
	struct pg_strv unseen PG_CLEANUP(pg_strv_done) = { 0 };
	int r;

	run->n_steps++;
	pg_run_step(run, "Checking the EFI system partitions");
	r = pg_esp_look(run, facts, &unseen);
	pg_run_step_done(run, 0);
	for (size_t i = 0; r == 0 && i < unseen.n; i++)
		r = pg_strv_addf(notes, _("The EFI system partition %s could not be looked at."),
				 unseen.v[i]);
	return r == -ENOMEM ? r : 0;
}

static int check_esp(struct pg_run *run, struct pg_facts *facts, const struct pg_plan *plan,
		     struct pg_strv *doubts, struct pg_strv *notes)
{
	struct seen grub = { 0 }, seen = { 0 };
	int r;

	if (!runs(plan, "proxmox-boot-tool"))
		return 0;
	r = look_at_esps(run, facts, notes);
	if (r == 0)
		r = check_entries(facts, plan, PG_LOADER_GRUB, &grub, doubts);
	if (r == 0)
		r = check_entries(facts, plan, PG_LOADER_SYSTEMD_BOOT, &seen, doubts);
	if (r == 0 && !seen.n_made && !grub.n_made)
		return pg_strv_add(notes, _("The boot entries on the EFI system partitions could not "
					  "be looked at."));
	if (r == 0 && grub.n_made && !grub.off && planned(plan, "/etc/grub.d/42_pve-gpu"))
		r = pg_strv_add(doubts, _("GRUB's menu on the EFI system partitions has no entry "
					"\"without passthrough\"."));
	if (r == 0 && seen.n_made && !seen.off &&
	    planned(plan, "/etc/kernel/postinst.d/zz-pve-gpu"))
		r = pg_strv_add(doubts, _("The entry \"without passthrough\" is not among those of the "
					"EFI system partition."));
	return r;
}

/* ---- the initramfs ---- */

static int doubt_initrd(const struct pg_initrd *rd, const struct pg_facts *facts,
			const struct pg_plan *plan, struct pg_strv *doubts)
{
	/* by ids= vfio-pci may as well come from the disk: then the other drivers do so too */
	bool script = concerns(plan, "/etc/pve-gpu/bind.conf") &&
		      pg_facts_file(facts, "/etc/pve-gpu/bind.conf");
	int r = 0;

	if (script && !rd->has_script)
		r = pg_strv_addf(doubts, _("%s does not hold the script that binds by address."),
				 rd->path);
	if (r == 0 && script && !rd->has_vfio && facts->modules.vfio_builtin != PG_YES)
		r = pg_strv_addf(doubts, _("%s does not hold the module vfio-pci."), rd->path);
	for (size_t i = 0; r == 0 && i < rd->differ.n; i++)
		if (concerns(plan, rd->differ.v[i]))
			r = pg_strv_addf(doubts, _("%s does not hold %s as it is on the disk."),
					 rd->path, rd->differ.v[i]);
	return r;
}

static int check_initrds(struct pg_run *run, struct pg_facts *facts, const struct pg_plan *plan,
			 struct pg_strv *doubts, struct pg_strv *notes)
{
	int r = 0;

	for (size_t i = 0; r == 0 && runs(plan, "update-initramfs") && i < facts->boot.n_initrd;
	     i++) {
		struct pg_initrd *rd = &facts->boot.initrd[i];

		run->n_steps++;
		pg_run_step(run, "Checking the initramfs of %s", rd->release);
		r = pg_initrd_look(run, facts, rd);
		pg_run_step_done(run, 0);
		if (r == -ENOMEM)
			return r;
		if (r == -ECANCELED)
			return pg_strv_add(doubts, _("The check of the initramfs was cancelled."));
		r = r < 0 ? pg_strv_addf(notes, _("%s could not be looked at."), rd->path) :
			    doubt_initrd(rd, facts, plan, doubts);
	}
	return r;
}

/* ---- the outcome ---- */

static int say(struct pg_outcome *ret, const struct pg_plan *plan, const struct pg_strv *notes)
{
	const char *refresh = runs(plan, "proxmox-boot-tool") ? "proxmox-boot-tool refresh" :
								"update-grub";
	struct pg_strbuf b = { 0 };
	char *text;

	pg_strbuf_add(&b, ret->text);
	for (size_t i = 0; i < notes->n; i++)
		pg_strbuf_addf(&b, "%c%s", i ? ' ' : '\n', notes->v[i]);
	if (ret->doubts.n)
		pg_strbuf_addf(&b, _("\nBut the files that the node boots from do not hold all of it: "
				   "do not reboot. Run the commands again (update-initramfs -u -k "
				   "all, %s), or take the change back."), refresh);
	text = pg_strbuf_steal(&b);
	if (!text)
		return -ENOMEM;
	free(ret->text);
	ret->text = text;
	return 0;
}

/* Whoever asks for the reboot later is told as well. That it cannot be written down changes
 * nothing now: the doubts are told, and that is what counts. */
static int record(struct pg_run *run, const struct pg_strv *doubts)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < doubts->n; i++)
		r = pg_journal_add_doubt(run->root, run->j, doubts->v[i], NULL);
	return r == -ENOMEM ? r : 0;
}

int pg_proof(struct pg_run *run, const struct pg_plan *plan, struct pg_outcome *ret)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = NULL;
	struct pg_strv notes PG_CLEANUP(pg_strv_done) = { 0 };
	int r;

	if (!run->commands || !plan->n_cmd)
		return 0;
	r = pg_facts_collect(run->root, PG_WANT_PCI | PG_WANT_BOOT | PG_WANT_MODULES, &facts, NULL);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	r = check_grub(facts, plan, &ret->doubts, &notes);
	if (r == 0)
		r = check_esp(run, facts, plan, &ret->doubts, &notes);
	if (r == 0)
		r = check_initrds(run, facts, plan, &ret->doubts, &notes);
	if (r == 0)
		r = say(ret, plan, &notes);
	return r < 0 ? r : record(run, &ret->doubts);
}
