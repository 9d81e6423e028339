/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/planner.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

#define PATH_10_LINUX "/etc/grub.d/10_linux"

static bool may_be(const struct pg_boot *boot, enum pg_loader loader)
{
	return boot->loader == loader || boot->loader == PG_LOADER_UNKNOWN || boot->disputed;
}

/* Why the loader's menu cannot have the entry; a note, since nothing else depends on it. */
static int note_none(struct pg_planner *p, const char *text)
{
	struct pg_finding *f = pg_findings_add(&p->plan->findings, "way-back-missing",
					       PG_LEVEL_NOTE, "host", "%s", text);

	return pg_finding_advice(f, "If the node does not come up after the change, press e in the "
				    "loader's menu and add this to the kernel options: "
				    "pve-gpu.off vfio-pci.ids=");
}

/* With a timeout of 0 GRUB boots at once, and nobody sees its menu. */
static int note_hidden(struct pg_planner *p)
{
	pg_autofree char *timeout = NULL;
	struct pg_finding *f;
	int r = pg_grub_setting(p->facts, "GRUB_TIMEOUT", &timeout, NULL);

	if (r < 0 || !timeout || strcmp(timeout, "0") != 0)
		return r == -ENOMEM ? r : 0;
	f = pg_findings_add(&p->plan->findings, "way-back-hidden", PG_LEVEL_NOTE, "host",
			    "GRUB does not wait, so its entry without passthrough cannot be chosen.");
	if (pg_finding_evidence(f, "GRUB_TIMEOUT=0") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Set GRUB_TIMEOUT=5 in %s before you go on; `update-grub` is run with "
				    "the change.", PG_PATH_GRUB);
}

/* Whether GRUB makes its menu in Debian's way is not known: the change would go without its way back. */
static int refuse_unread(struct pg_planner *p, const struct pg_file *from)
{
	struct pg_finding *f = pg_findings_add(&p->plan->findings, "way-back-unread", PG_LEVEL_BLOCK, "host",
					       "Whether GRUB's menu can have an entry without passthrough is not "
					       "known: a file could not be looked at.");

	if (pg_finding_evidence(f, "%s: %s", from->path, pg_err_reason(from->error)) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Look at the file and at the kernel's messages about the disk, then plan "
				    "again.");
}

static int plan_grub(struct pg_planner *p)
{
	const struct pg_file *from = pg_facts_file(p->facts, PATH_10_LINUX);
	int r;

	if (!from)
		return 0; /* no GRUB that makes its menu in Debian's way */
	if (from->error && !from->mode)
		return refuse_unread(p, from);
	if (!(from->mode & 0111))
		return note_none(p, _("GRUB's menu gets no entry without passthrough: /etc/grub.d/10_linux, from which "
				      "it is made, is switched off."));
	r = pg_planner_install(p, PG_PATH_WAYBACK_GRUB, &p->templates->grub_entry, 0755,
			       "GRUB's menu gets an entry without passthrough: the way back "
			       "from the local screen.");
	return r < 0 ? r : note_hidden(p);
}

/* Entries are made from those of proxmox-boot-tool: without it there are none to go by. */
static int plan_systemd_boot(struct pg_planner *p)
{
	if (!p->facts->boot.pbt)
		return note_none(p, _("The boot menu gets no entry without passthrough: this node's "
				    "EFI system partitions are not those of proxmox-boot-tool."));
	return pg_planner_install(p, PG_PATH_WAYBACK_ESP, &p->templates->loader_entry, 0755,
				  "The boot menu gets an entry without passthrough: the way back "
				  "from the local screen.");
}

/* Which packages there are may not have been readable: then it is taken for one. */
static bool may_be_proxmox(const struct pg_facts *facts)
{
	bool is = facts->system.pve_version != NULL;

	for (size_t i = 0; !is && i < facts->unread.n; i++)
		is = pg_text_starts(facts->unread.v[i], "/var/lib/dpkg/status:");
	return is;
}

/* A kernel that is installed later may take away what the plan stands on. Proxmox's kernels and its pin. */
static int plan_watch(struct pg_planner *p)
{
	if (!p->templates->kernel_watch.n || !may_be_proxmox(p->facts))
		return 0;
	return pg_planner_install(p, PG_PATH_KERNEL_WATCH, &p->templates->kernel_watch, 0755,
				  "Whenever a kernel is installed, it is said before the reboot what that changes for "
				  "devices of VMs.");
}

int pg_plan_wayback(struct pg_planner *p)
{
	const struct pg_boot *boot = &p->facts->boot;
	const struct pg_templates *t = p->templates;
	int r = 0;

	if (!pg_plan_changes_boot(p->plan) || !t)
		return 0;
	if (t->grub_entry.n && may_be(boot, PG_LOADER_GRUB))
		r = plan_grub(p);
	if (r == 0 && t->loader_entry.n && may_be(boot, PG_LOADER_SYSTEMD_BOOT) &&
	    (boot->pbt || boot->loader == PG_LOADER_SYSTEMD_BOOT))
		r = plan_systemd_boot(p);
	return r < 0 ? r : plan_watch(p);
}
