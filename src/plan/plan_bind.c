/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/planner.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

/* ---- the least that is enough ---- */

/* Drivers of GPUs that are known not to let go cleanly while the node runs. */
static bool clings(const char *driver)
{
	static const char *const drivers[] = { "nouveau", "nvidia", "amdgpu",
					       "radeon",  "i915",   "xe" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(drivers); i++)
		if (pg_same_module(driver, drivers[i]))
			return true;
	return false;
}

static bool gpu_clings(const struct pg_dev *dev)
{
	if (dev->kind != PG_KIND_GPU)
		return false;
	if (dev->driver && clings(dev->driver))
		return true;
	for (size_t i = 0; i < dev->n_claim; i++)
		if (!dev->claim[i].blacklisted && clings(dev->claim[i].module))
			return true;
	return false;
}

/* A reason, and the same where ids are shared. */
struct reason {
	const char *alone, *twin;
};

static const struct reason screen = {
	N_("The device shows the node's own screen: it must be taken before "
	   "the screen's driver has it."),
	N_("The device shows the node's own screen: it must be taken before "
	   "the screen's driver has it. And another device has the same ids: "
	   "by its address only this one is taken."),
};

static const struct reason clinging = {
	N_("The driver of this GPU is known not to let go of it cleanly while "
	   "the node runs."),
	N_("The driver of this GPU is known not to let go of it cleanly while "
	   "the node runs. And another device has the same ids: by its address "
	   "only this one is taken."),
};

static const struct reason busy = {
	N_("A network or disk controller that the node has begun to use should "
	   "not be taken from it when the VM starts."),
	N_("A network or disk controller that the node has begun to use should "
	   "not be taken from it when the VM starts. And another device has "
	   "the same ids: by its address only this one is taken."),
};

/* Why the device must not be left to the host's driver until the VM starts; NULL: it may. */
static const struct reason *needs_early(const struct pg_dev *dev)
{
	if (dev->is_vf)
		return NULL;
	if (pg_dev_is_console(dev))
		return &screen;
	if (gpu_clings(dev))
		return &clinging;
	if ((dev->kind == PG_KIND_NIC || dev->kind == PG_KIND_STORAGE) && dev->driver &&
	    !pg_dev_on_vfio(dev))
		return &busy;
	return NULL;
}

static bool is_chosen(const struct pg_choices *choices, const struct pg_dev *dev)
{
	return pg_choices_has(choices, dev->addr);
}

/* Does a device that was not chosen have the same ids? */
static bool shares_ids(const struct pg_facts *facts, const struct pg_choices *choices,
		       const struct pg_dev *dev)
{
	for (size_t i = 0; i < facts->n_dev; i++) {
		const struct pg_dev *other = &facts->dev[i];

		if (other->vendor == dev->vendor && other->device == dev->device &&
		    !is_chosen(choices, other))
			return true;
	}
	return false;
}

enum pg_bind pg_plan_bind(const struct pg_facts *facts, const struct pg_choices *choices,
			  const char **ret_why)
{
	bool early = false, address = false;
	const struct reason *why = NULL;

	*ret_why = _("The card stays with its own driver, which makes the parts of it.");
	if (choices->mdev)
		return PG_BIND_AT_START;
	*ret_why = _("You chose so.");
	if (choices->bind != PG_BIND_AUTO)
		return choices->bind;
	for (size_t i = 0; i < facts->n_dev; i++) {
		const struct pg_dev *dev = &facts->dev[i];
		const struct reason *reason = is_chosen(choices, dev) ? needs_early(dev) : NULL;

		if (!reason)
			continue;
		if (!why)
			why = reason;
		if (!pg_by_ids(facts, dev) && shares_ids(facts, choices, dev))
			address = true;
		else
			early = true;
	}
	*ret_why = why ? _(address && !early ? why->twin : why->alone) :
			 _("Proxmox takes the device from the host's driver when the VM starts: "
			 "nothing need be written.");
	if (early)
		return PG_BIND_EARLY;
	return address ? PG_BIND_ADDRESS : PG_BIND_AT_START;
}

/* ---- each device ---- */

static const struct pg_claim *builtin_claim(const struct pg_dev *dev)
{
	for (size_t i = 0; i < dev->n_claim; i++)
		if (dev->claim[i].builtin && !pg_same_module(dev->claim[i].module, "vfio_pci"))
			return &dev->claim[i];
	return NULL;
}

static int note_by_address(struct pg_planner *p, const struct pg_dev *dev, const char *id,
			   const char *text)
{
	struct pg_bdf_str addr = pg_bdf_str(dev->addr);
	struct pg_finding *f = pg_findings_add(&p->plan->findings, id, PG_LEVEL_NOTE, addr.s,
					       "%s", text);

	return pg_finding_evidence(f, "%04x:%04x", dev->vendor, dev->device);
}

static int warn_builtin(struct pg_planner *p, const struct pg_dev *dev,
			const struct pg_claim *claim)
{
	struct pg_bdf_str addr = pg_bdf_str(dev->addr);
	struct pg_finding *f = pg_findings_add(
		&p->plan->findings, "driver-builtin", PG_LEVEL_WARN, addr.s,
		"The driver %s is built into the kernel. It has the device before any "
		"configuration is read; it is taken away from it early during the boot, which "
		"this driver may not take well.",
		claim->module);

	return pg_finding_advice(f, "Binding at VM start (--bind at-start) is the gentler way "
				    "if nothing on the node uses the device.");
}

/* Can ids= be extended by us: it stands in /etc/modprobe.d, or nowhere yet? */
static int ids_are_ours(const struct pg_facts *facts, bool *ret)
{
	char *ids pg_autofree = NULL;
	const struct pg_modconf *line;
	int r = pg_ids_in_effect(facts, &ids, &line);

	if (r < 0)
		return r;
	*ret = !ids || (line && pg_text_starts(line->path, "/etc/modprobe.d/"));
	return 0;
}

static int note_softdep(struct pg_planner *p, const struct pg_dev *dev,
			const struct pg_modconf *line)
{
	struct pg_bdf_str addr = pg_bdf_str(dev->addr);
	struct pg_finding *f = pg_findings_add(
		&p->plan->findings, "softdep-elsewhere", PG_LEVEL_NOTE, addr.s,
		"A softdep for the driver %s is there already. Only the first for a module counts, "
		"so that a second could not load vfio-pci before it: this device is bound by its "
		"address.",
		line->module);

	return pg_finding_evidence(f, "%s:%u: softdep %s %s", line->path, line->line,
				   line->module, line->value);
}

static int decide_early(struct pg_planner *p, const struct pg_dev *dev, enum pg_bind *ret)
{
	const struct pg_claim *builtin = builtin_claim(dev);
	const struct pg_modconf *softdep = NULL;
	bool by_ids = pg_by_ids(p->facts, dev), ours = true;
	int r = 0;

	*ret = PG_BIND_EARLY;
	if (!builtin && !(by_ids && pg_dev_on_vfio(dev)))
		r = pg_softdep_in_the_way(p->facts, dev, &softdep);
	if (r < 0 || (by_ids && !builtin && !softdep))
		return r;
	*ret = PG_BIND_ADDRESS;
	if (builtin)
		return 0;
	if (softdep)
		return note_softdep(p, dev, softdep);
	if (shares_ids(p->facts, p->choices, dev))
		return note_by_address(p, dev, "ids-shared",
				       _("Another device of this node has the same ids and is not "
				       "to go with it: this one is bound by its address."));
	r = ids_are_ours(p->facts, &ours);
	if (r < 0)
		return r;
	if (!ours)
		return note_by_address(p, dev, "ids-elsewhere",
				       _("The list of ids for vfio-pci stands where it cannot be "
				       "extended (the kernel command line, or a file of a "
				       "package): this device is bound by its address."));
	*ret = PG_BIND_EARLY;
	return 0;
}

static int decide(struct pg_planner *p, enum pg_bind all, const struct pg_dev *dev,
		  enum pg_bind *ret)
{
	const struct pg_claim *builtin = builtin_claim(dev);
	int r = 0;

	*ret = all;
	if (dev->is_vf)
		*ret = PG_BIND_AT_START; /* it is not there yet when the node boots */
	else if (pg_by_address(p->facts, dev) && all != PG_BIND_AT_START)
		*ret = PG_BIND_ADDRESS;
	else if (all == PG_BIND_EARLY)
		r = decide_early(p, dev, ret);
	if (r == 0 && builtin && *ret == PG_BIND_ADDRESS)
		r = warn_builtin(p, dev, builtin);
	return r;
}

int pg_plan_decide(struct pg_planner *p)
{
	const char *why;
	enum pg_bind all = pg_plan_bind(p->facts, p->choices, &why);
	struct pg_finding *f;

	p->how = calloc(p->n_dev + 1, sizeof(*p->how));
	if (!p->how)
		return -ENOMEM;
	for (size_t i = 0; i < p->n_dev; i++) {
		int r = decide(p, all, p->dev[i], &p->how[i]);

		if (r < 0)
			return r;
	}
	if (p->n_dev == 0)
		return 0;
	f = pg_findings_add(&p->plan->findings, "binding", PG_LEVEL_NOTE, "host",
			    "Binding: %s. %s", p->choices->mdev ? _("none") : pg_bind_name(all), why);
	return f ? 0 : -ENOMEM;
}

/* ---- by address: a table and the script that reads it ---- */

static int table(struct pg_planner *p, bool *ret_needed)
{
	struct pg_strv lines PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_bytes now = pg_planner_bytes(p, PG_PATH_BIND_CONF);
	struct pg_bytes after = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_dev; i++) {
		const struct pg_dev *dev = p->dev[i];

		if (p->how[i] != PG_BIND_ADDRESS)
			continue;
		*ret_needed = true;
		if (!pg_bind_conf_has(p->facts, dev))
			r = pg_strv_addf(&lines, "%s %04x:%04x vfio-pci",
					 pg_bdf_str(dev->addr).s, dev->vendor, dev->device);
	}
	if (r < 0 || lines.n == 0)
		return r;
	r = pg_conf_add_lines(&now, &lines, &after);
	if (r < 0)
		return r;
	return pg_planner_put(p, PG_PATH_BIND_CONF, &after, 0644,
			      "Devices that vfio-pci takes by their address.");
}

/* Was it written by us, in whatever version? Ours say so near their top. */
static bool is_ours(const struct pg_bytes *bytes)
{
	static const char mark[] = "# pve-gpu: ";
	size_t pos = 0, len, full;
	const char *line;

	for (int i = 0; i < 8; i++) {
		if (!pg_text_line(bytes->p, bytes->n, &pos, &line, &len, &full))
			return false;
		if (len >= strlen(mark) && strncmp(line, mark, strlen(mark)) == 0)
			return true;
	}
	return false;
}

static int warn_foreign(struct pg_planner *p, const char *path)
{
	struct pg_finding *f = pg_findings_add(
		&p->plan->findings, "script-differs", PG_LEVEL_WARN, "host",
		"%s was not written by pve-gpu and is left as it is. Whether it does what pve-gpu's "
		"own would do is not known.",
		path);

	return pg_finding_advice(f, "Move it away and plan again, and pve-gpu puts its own there.");
}

int pg_planner_install(struct pg_planner *p, const char *path, const struct pg_bytes *bytes,
		       mode_t mode, const char *why)
{
	const struct pg_file *fact = pg_facts_file(p->facts, path);
	struct pg_bytes copy = { 0 };

	if (fact && fact->error == 0 && !pg_bytes_equal(&fact->bytes, bytes) &&
	    !is_ours(&fact->bytes))
		return warn_foreign(p, path);
	if (pg_bytes_copy(bytes->p, bytes->n, &copy) < 0)
		return -ENOMEM;
	return pg_planner_put(p, path, &copy, mode, why);
}

int pg_plan_address_files(struct pg_planner *p)
{
	const struct pg_templates *t = p->templates;
	bool needed = false;
	int r = table(p, &needed);

	if (r < 0 || !needed)
		return r;
	if (!t || !t->initramfs_hook.n || !t->initramfs_script.n)
		return pg_planner_refuse(p, "templates-missing", NULL,
					 "The script that binds by address was not found among the "
					 "program's own data.",
					 "Install pve-gpu again.");
	r = pg_planner_install(p, PG_PATH_HOOK, &t->initramfs_hook, 0755,
			       "Puts the table and vfio-pci into the initramfs.");
	if (r < 0)
		return r;
	return pg_planner_install(p, PG_PATH_SCRIPT, &t->initramfs_script, 0755,
				  "Gives the devices of the table to vfio-pci before their own "
				  "drivers load.");
}
