/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/lint.h"
#include "src/plan/usb.h"
#include "src/plan/vm_check.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

static struct pg_finding *about(struct pg_checker *c, const struct pg_guest *g, const char *id,
				enum pg_level level, const char *text)
{
	struct pg_vm_scope scope;

	pg_vm_scope(g->vmid, &scope);
	return pg_findings_add(c->f, id, level, scope.s, "%s", text);
}

static int refuse(struct pg_checker *c, const struct pg_guest *g, const char *id,
		  const char *text, const char *evidence, const char *advice)
{
	struct pg_finding *f = about(c, g, id, PG_LEVEL_BLOCK, text);

	if (evidence && pg_finding_evidence(f, "%s: %s", g->path, evidence) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "%s", advice);
}

/* ---- may the chosen VM be changed at all? ---- */

static int is_missing(struct pg_checker *c, uint32_t vmid)
{
	struct pg_vm_scope scope;
	struct pg_finding *f;

	pg_vm_scope(vmid, &scope);
	if (pg_facts_is_unread(c->facts, "/etc/pve")) {
		f = pg_findings_add(c->f, "vm-missing", PG_LEVEL_BLOCK, scope.s, "No VM %u can be seen: not all "
				    "below /etc/pve could be read.", vmid);
		return pg_finding_advice(f, "Run pve-gpu as root.");
	}
	f = pg_findings_add(c->f, "vm-missing", PG_LEVEL_BLOCK, scope.s, "There is no VM %u.",
			    vmid);
	return pg_finding_advice(f, "`qm list` shows the VMs of this node.");
}

static int no_vm(struct pg_checker *c)
{
	struct pg_finding *f = pg_findings_add(c->f, "no-vm", PG_LEVEL_BLOCK, "host",
					       "Entries are to be taken from a VM, and no VM was "
					       "chosen.");

	return pg_finding_advice(f, "Name the VM.");
}

int pg_check_changeable(struct pg_checker *c, const struct pg_guest *g)
{
	if (!g->local)
		return refuse(c, g, "vm-other-node",
			      _("The VM lives on another node: its devices are those of that node."),
			      g->node, _("Run pve-gpu on that node."));
	if (g->error)
		return refuse(c, g, "vm-unreadable", _("The VM's configuration could not be read."),
			      pg_err_reason(g->error), _("Run pve-gpu as root."));
	if (g->template)
		return refuse(c, g, "vm-template",
			      _("This is a template: it never runs, and a passed device would be in "
			      "every clone."),
			      "template: 1", _("Choose a VM, or clone the template first."));
	if (g->lock && strcmp(g->lock, "suspended") == 0)
		return refuse(c, g, "vm-locked",
			      _("The VM is suspended to disk, and Proxmox changes nothing of it until it has "
				"been started again."),
			      g->lock, _("Start it, shut it down in the guest, then plan again."));
	if (g->lock)
		return refuse(c, g, "vm-locked",
			      _("The VM is locked by another task, and Proxmox changes nothing of "
			      "it until that ends."),
			      g->lock, _("Wait for the task to end, then plan again."));
	if (g->bad.n)
		return refuse(c, g, "vm-bad-config",
			      _("The VM's configuration holds a line that Proxmox cannot read, and "
			      "would lose with the next change."),
			      g->bad.v[0], _("Mend or remove the line first."));
	return 0;
}

static int is_running(struct pg_checker *c, const struct pg_guest *g)
{
	struct pg_finding *f;

	if (g->running != PG_YES)
		return 0;
	f = about(c, g, "vm-running", PG_LEVEL_NOTE,
		  _("The VM is running: the change waits (pending) until it is stopped and started "
		  "again. A reboot from within is not enough."));
	return pg_finding_advice(f, "Shut it down and start it, or use `qm reboot`.");
}

/* ---- who else has the device ---- */

enum { NAMED = 8 }; /* VMs that are named one by one; of the others, the number */

static bool both_start(const struct pg_guest *own, const struct pg_guest *g)
{
	return own && pg_lint_starts_itself(own) && pg_lint_starts_itself(g);
}

static int other_vm(struct pg_checker *c, const struct pg_guest *own, const struct pg_guest *g,
		    const struct pg_dev *dev)
{
	bool both = both_start(own, g);
	bool warn = both || g->running == PG_YES;
	struct pg_finding *f = pg_findings_add(
		c->f, "device-other-vm", warn ? PG_LEVEL_WARN : PG_LEVEL_NOTE,
		pg_bdf_str(dev->addr).s,
		"VM %u has this device too%s. Only one of them can run at a time; a backup of the "
		"stopped one takes the device as well.",
		g->vmid,
		g->running == PG_YES ? _(" and is running") :
		both ? _(", and both start by themselves") : "");

	if (pg_finding_evidence(f, "%s", g->path) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Take it from VM %u if it is to stay with this one.", g->vmid);
}

static int more_vms(struct pg_checker *c, const struct pg_dev *dev, size_t n)
{
	struct pg_finding *f;

	if (n == 0)
		return 0;
	f = pg_findings_add(c->f, "device-other-vms", PG_LEVEL_NOTE, pg_bdf_str(dev->addr).s,
			    "%zu more VMs have this device too.", n);
	return pg_finding_advice(f, "`pve-gpu status` names them.");
}

static int others_of(struct pg_checker *c, const struct pg_guest *own, const struct pg_dev *dev)
{
	size_t named = 0, more = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->facts->n_guest; i++) {
		const struct pg_guest *g = &c->facts->guest[i];

		if (g == own || !g->local || g->template || !pg_guest_names(g, dev))
			continue;
		if (named >= NAMED && g->running != PG_YES && !both_start(own, g))
			more++;
		else
			r = other_vm(c, own, g, dev);
		named++;
	}
	return r < 0 ? r : more_vms(c, dev, more);
}

static int others(struct pg_checker *c, const struct pg_guest *own)
{
	int r = 0;

	for (size_t i = 0; r == 0 && !c->choices->mdev && i < c->n_dev; i++)
		r = others_of(c, own, c->dev[i]);
	return r;
}

/* QEMU is told of it twice then: by hostpci and by args, which are never changed here. */
static int in_args(struct pg_checker *c, const struct pg_guest *g)
{
	const char *args = pg_vm_value(g, "args");
	struct pg_finding *f;

	for (size_t i = 0; args && strstr(args, "vfio-pci") && i < c->n_dev; i++) {
		struct pg_bdf_str addr = pg_bdf_str(c->dev[i]->addr);
		const char *s = pg_text_starts(addr.s, "0000:") ? addr.s + 5 : addr.s;

		if (!strstr(args, s))
			continue;
		f = about(c, g, "args-device", PG_LEVEL_BLOCK,
			  _("The VM is given this device through args already: with a second entry for "
			  "it QEMU does not start."));
		if (pg_finding_evidence(f, "%s: args: %s", g->path, args) < 0)
			return -ENOMEM;
		return pg_finding_advice(f, "Take the device out of args first; pve-gpu never changes "
					    "args.");
	}
	return 0;
}

static int display(struct pg_checker *c, const struct pg_guest *g)
{
	const char *vga = c->choices->vga ? c->choices->vga : pg_vm_value(g, "vga");
	struct pg_finding *f;

	return pg_check_render(c->facts, g, vga, &c->effects, c->f, &f);
}

int pg_check_guest(struct pg_checker *c)
{
	const struct pg_guest *g = NULL;
	int r = 0;

	if (!c->choices || c->choices->repair)
		return 0;
	if (c->choices->vmid) {
		g = pg_facts_guest(c->facts, c->choices->vmid);
		if (!g)
			r = is_missing(c, c->choices->vmid);
		else
			r = pg_check_changeable(c, g);
		/* USB has its own words for it. */
		if (r == 0 && g && (c->n_dev || pg_choices_has_vm_only(c->choices)))
			r = is_running(c, g);
		if (r == 0 && g)
			r = pg_check_keys(c, g);
		if (r == 0 && g)
			r = pg_check_hostpci(c, g);
		if (r == 0 && g)
			r = in_args(c, g);
		if (r == 0 && g && c->n_dev)
			r = display(c, g);
	} else if (pg_choices_has_vm_only(c->choices)) {
		r = no_vm(c);
	}
	return r < 0 ? r : others(c, g);
}
