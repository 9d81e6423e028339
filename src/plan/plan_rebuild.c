/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The commands that make what the node boots from of the files: for what the plan changes, and
 * for what was changed before and never got there.
 */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/planner.h"

/* Does the initramfs hold a copy: modprobe.d, our script and its table, names of network cards
 * (the hook of udev)? */
static bool in_initramfs(const char *path)
{
	return pg_text_starts(path, "/etc/modprobe.d/") ||
	       pg_text_starts(path, "/etc/initramfs-tools/") ||
	       pg_text_starts(path, "/etc/systemd/network/") ||
	       strcmp(path, PG_PATH_BIND_CONF) == 0;
}

static bool is_loader_file(const char *path)
{
	return pg_is_grub_file(path) || strcmp(path, PG_PATH_CMDLINE) == 0 ||
	       strcmp(path, PG_PATH_WAYBACK_GRUB) == 0;
}

static bool is_esp_hook(const char *path)
{
	return strcmp(path, PG_PATH_WAYBACK_ESP) == 0;
}

static bool any_file(const struct pg_plan *plan, bool (*is)(const char *path))
{
	for (size_t i = 0; i < plan->n_file; i++)
		if (is(plan->file[i].path))
			return true;
	return false;
}

/* Takes `why` over, also on failure; NULL: no memory. */
static int add_cmd(struct pg_plan *plan, const char *words, char *why)
{
	struct pg_plan_cmd *cmd = why ? pg_vec_add(&plan->cmd, &plan->n_cmd, sizeof(*cmd)) : NULL;

	if (!cmd) {
		free(why);
		return -ENOMEM;
	}
	cmd->why = why;
	return pg_strv_split(words, " ", &cmd->argv);
}

/* ---- the initramfs ---- */

/* The first device that is bound while the node starts; NULL: none is. */
static const struct pg_dev *bound_at_boot(const struct pg_planner *p)
{
	for (size_t i = 0; i < p->n_dev; i++)
		if (p->how[i] != PG_BIND_AT_START)
			return p->dev[i];
	return NULL;
}

/* Why it must be made again though no file changes; *ret NULL: it need not. */
static int why_initrd(const struct pg_planner *p, char **ret)
{
	const struct pg_initrd *rd = pg_facts_initrd(p->facts);
	const char *old = pg_initrd_old(p->facts), *lacks = NULL;

	*ret = NULL;
	if (!p->facts->system.live || !rd || !bound_at_boot(p))
		return 0;
	for (size_t i = 0; !lacks && i < p->n_dev; i++)
		if (p->how[i] != PG_BIND_AT_START)
			lacks = pg_initrd_lacks(p->facts, p->dev[i]);
	if (!old && !lacks)
		return 0;
	*ret = old ? pg_strf("%s %s %s.", rd->path,
			     rd->differ.n ? _("holds another copy of") : _("is older than"), old) :
		     pg_strf(_("%s does not hold %s."), rd->path, lacks);
	return *ret ? 0 : -ENOMEM;
}

/* What is written would never get into the initramfs. */
static int refuse_dracut(struct pg_planner *p, const char *why)
{
	struct pg_finding *f;

	f = pg_findings_add(&p->plan->findings, "initramfs-dracut", PG_LEVEL_BLOCK, "host",
			    "The initramfs of this node is made by dracut, which pve-gpu cannot work "
			    "with: the change would not be in it when the node boots.");
	if (pg_finding_evidence(f, "dracut is there, update-initramfs is not. %s", why) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Bind at the start of the VM (--bind at-start), which needs no "
				    "initramfs; or install initramfs-tools, which Proxmox comes with, "
				    "in place of dracut, reboot, and plan again.");
}

/* Takes why over; NULL: no memory. */
static int rebuild_initrd(struct pg_planner *p, char *why)
{
	int r;

	if (!p->facts->boot.dracut)
		return add_cmd(p->plan, "update-initramfs -u -k all", why);
	r = why ? refuse_dracut(p, why) : -ENOMEM;
	free(why);
	return r;
}

static int plan_initrd(struct pg_planner *p)
{
	char *why;
	int r;

	if (any_file(p->plan, in_initramfs))
		return rebuild_initrd(p, strdup(_("The initramfs of every kernel holds a copy "
						"of what changed.")));
	r = why_initrd(p, &why);
	return r < 0 || !why ? r : rebuild_initrd(p, why);
}

/* ---- the loader ---- */

static int why_loader(const struct pg_planner *p, char **ret)
{
	const enum pg_loader loader = p->facts->boot.loader;
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	const struct pg_boot_entry *e;
	pg_autofree char *line = NULL;
	const char *word;
	int r;

	*ret = NULL;
	if (!p->facts->system.live)
		return 0;
	r = pg_configured_cmdline(p->facts, loader, &line, NULL);
	if (r == -ENOMEM || !line)
		return r == -ENOMEM ? r : 0;
	if (pg_cmdline_split(line, &words) < 0)
		return -ENOMEM;
	e = pg_entry_lacking(p->facts, &words, &word);
	if (!e)
		return 0;
	*ret = pg_strf(_("%s has not got the option %s, which %s asks for."), e->path, word,
		       loader == PG_LOADER_GRUB ? PG_PATH_GRUB : PG_PATH_CMDLINE);
	return *ret ? 0 : -ENOMEM;
}

static int plan_loader(struct pg_planner *p)
{
	const struct pg_boot *boot = &p->facts->boot;
	bool pbt = boot->pbt || boot->loader == PG_LOADER_SYSTEMD_BOOT;
	const char *cmd = pbt ? "proxmox-boot-tool refresh" : "update-grub";
	char *why;
	int r;

	if (any_file(p->plan, is_loader_file))
		return add_cmd(p->plan, cmd, strdup(pbt ?
			_("The kernel options are written to the EFI system partitions.") :
			_("The kernel options are written to grub.cfg.")));
	r = why_loader(p, &why);
	return r < 0 || !why ? r : add_cmd(p->plan, cmd, why);
}

int pg_plan_rebuild(struct pg_planner *p)
{
	int r = plan_initrd(p);

	if (r == 0)
		r = plan_loader(p);
	if (r < 0 || !any_file(p->plan, is_esp_hook))
		return r;
	/* run-parts, since it has nothing to run, and succeeds, when undo took the hook away */
	return add_cmd(p->plan, "run-parts --regex=^zz-pve-gpu$ /etc/kernel/postinst.d",
		       strdup(_("The entry without passthrough is written to the EFI system "
			      "partitions.")));
}
