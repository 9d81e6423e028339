/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel watch: kernel.h. What was taken away or built in is told by the kernel's own files. */
#include "src/plan/kernel.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/planner.h"

struct look {
	const struct pg_facts *facts;
	const struct pg_kernel *now, *next;
	struct pg_findings *f;
};

/* ---- which kernel ---- */

const char *pg_kernel_newest(const struct pg_facts *facts)
{
	for (size_t i = facts->boot.n_kernel; i-- > 0;)
		if (facts->boot.kernel[i].bootable)
			return facts->boot.kernel[i].release;
	return NULL;
}

/* The kernel of the menu's entry that GRUB_DEFAULT names by its id or title; NULL: none that is known. */
static const char *named_by_grub(const struct pg_facts *facts, const char *name)
{
	const char *last = strrchr(name, '>');

	name = last ? last + 1 : name;
	for (size_t i = 0; i < facts->boot.n_entry; i++) {
		const struct pg_boot_entry *e = &facts->boot.entry[i];

		if (!e->kernel || !((e->id && strcmp(e->id, name) == 0) || (e->title && strcmp(e->title, name) == 0)))
			continue;
		for (size_t k = 0; k < facts->boot.n_kernel; k++)
			if (pg_text_ends(e->kernel, facts->boot.kernel[k].release))
				return facts->boot.kernel[k].release;
	}
	return NULL;
}

const char *pg_kernel_next(const struct pg_facts *facts, bool *pinned)
{
	const struct pg_boot *boot = &facts->boot;
	const char *pin = boot->pinned_once ? boot->pinned_once : boot->pinned;
	pg_autofree char *name = NULL;

	if (pinned)
		*pinned = pin != NULL;
	if (pin)
		return pin;
	if (boot->loader == PG_LOADER_GRUB && pg_grub_setting(facts, "GRUB_DEFAULT", &name, NULL) == 0 && name &&
	    *name && strcmp(name, "0") != 0)
		return named_by_grub(facts, name);
	return pg_kernel_newest(facts);
}

/* ---- what is asked of a kernel ---- */

static const struct pg_kernel_module *extra(const struct pg_kernel *k, const char *name)
{
	for (size_t i = 0; i < k->n_extra; i++)
		if (strcmp(k->extra[i].name, name) == 0)
			return &k->extra[i];
	return NULL;
}

static bool is_builtin(const struct pg_kernel *k, const char *name)
{
	return pg_strv_has(&k->builtin, name);
}

static bool has_module(const struct pg_kernel *k, const char *name)
{
	return pg_strv_has(&k->module, name) || extra(k, name) || is_builtin(k, name);
}

/* 'y', 'm', 'n' (not set); 0: not known. One that the file does not name at all is not set. */
static char option(const struct pg_kernel *k, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < k->config.n; i++)
		if (strncmp(k->config.v[i], name, n) == 0 && k->config.v[i][n] == '=')
			return k->config.v[i][n + 1];
	return k->config.n ? 'n' : 0;
}

static bool is_assigned(const struct pg_facts *facts, const struct pg_dev *dev)
{
	if (dev->n_vmid || pg_dev_on_vfio(dev))
		return true;
	for (size_t i = 0; i < dev->n_vf; i++) {
		const struct pg_dev *vf = pg_facts_dev(facts, dev->vf[i]);

		if (vf && vf->n_vmid)
			return true;
	}
	return false;
}

static bool any_assigned(const struct pg_facts *facts)
{
	for (size_t i = 0; i < facts->n_dev; i++)
		if (is_assigned(facts, &facts->dev[i]))
			return true;
	return false;
}

/* ---- saying it ---- */

/* What to do, and how to stay with the running kernel until it is done. */
static int done(const struct look *l, struct pg_finding *f, const char *advice)
{
	if (pg_finding_advice(f, "%s Until then `proxmox-boot-tool kernel pin %s` keeps the node on the kernel that "
				 "runs now; `proxmox-boot-tool kernel unpin` ends that.", advice, l->now->release) < 0)
		return -ENOMEM;
	return pg_finding_fix(f, "proxmox-boot-tool kernel pin %s", l->now->release);
}

/* ---- vfio ---- */

static int vfio_missing(const struct look *l)
{
	struct pg_finding *f;

	if (!l->next->dep_known || !l->next->builtin_known || has_module(l->next, "vfio_pci") ||
	    !has_module(l->now, "vfio_pci"))
		return 0;
	f = pg_findings_add(l->f, "kernel-vfio-missing", PG_LEVEL_BLOCK, "host",
			    "Kernel %s has no vfio-pci: no VM with a passed device starts on it.", l->next->release);
	if (pg_finding_evidence(f, "/lib/modules/%s/modules.dep and modules.builtin do not name vfio-pci",
				l->next->release) < 0)
		return -ENOMEM;
	return done(l, f, _("Boot a kernel of Proxmox, or install the package of its modules."));
}

/* Options in modprobe.d are read when a module is loaded; what is built in takes the kernel's options. */
static int vfio_builtin(const struct look *l)
{
	const struct pg_modconf *line;
	pg_autofree char *ids = NULL, *advice = NULL;
	struct pg_finding *f;

	if (!is_builtin(l->next, "vfio_pci") || is_builtin(l->now, "vfio_pci"))
		return 0;
	if (pg_ids_in_effect(l->facts, &ids, &line) < 0)
		return -ENOMEM;
	if (!ids || !line)
		return 0; /* nothing to lose, or on the kernel command line already */
	f = pg_findings_add(l->f, "kernel-vfio-builtin", PG_LEVEL_WARN, "host",
			    "vfio-pci is built into kernel %s, and reads no options from modprobe.d then: it takes none of "
			    "the devices that ids= names.", l->next->release);
	advice = pg_strf(_("Add vfio-pci.ids=%s to the kernel options: they count for both kernels."), ids);
	if (!advice || pg_finding_evidence(f, "/lib/modules/%s/modules.builtin: vfio-pci; %s:%u: ids=%s",
					   l->next->release, line->path, line->line, ids) < 0)
		return -ENOMEM;
	return done(l, f, advice);
}

/* Listed by hand for kernels before 6.2; since then vfio itself has its function. */
static int virqfd(const struct look *l)
{
	struct pg_finding *f;

	if (!l->next->dep_known || has_module(l->next, "vfio_virqfd") || !has_module(l->now, "vfio_virqfd") ||
	    !pg_is_loaded_at_boot(l->facts, "vfio_virqfd") || pg_kernels_from(l->facts, 6, 2))
		return 0; /* nobody has it any more: check_modules.c says that */
	f = pg_findings_add(l->f, "kernel-virqfd-gone", PG_LEVEL_NOTE, "host",
			    "vfio_virqfd is listed to be loaded, and kernel %s has no such module: it is a part of vfio since "
			    "Linux 6.2. The attempt to load it fails at every boot, without harm.", l->next->release);
	if (pg_finding_evidence(f, "/etc/modules or /etc/modules-load.d: vfio_virqfd; not in modules.dep of %s",
				l->next->release) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Take the line out once the node no longer boots %s.", l->now->release);
}

/* ---- drivers of the host that are built in now ---- */

static int builtin_driver(const struct look *l, const struct pg_dev *dev, const char *module)
{
	struct pg_finding *f = pg_findings_add(
		l->f, "kernel-driver-builtin", PG_LEVEL_WARN, pg_bdf_str(dev->addr).s,
		"The driver %s is built into kernel %s: it has the device before any configuration is read, and neither a "
		"blacklist nor the order of loading holds it off.", module, l->next->release);

	if (pg_finding_evidence(f, "/lib/modules/%s/modules.builtin: %s; a module in %s", l->next->release, module,
				l->now->release) < 0)
		return -ENOMEM;
	return done(l, f, _("Bind the device by its address (pve-gpu passthrough with --bind address), which takes it away "
			  "early during the boot, or have Proxmox take it when the VM starts (--bind at-start)."));
}

static int builtin_drivers(const struct look *l)
{
	int r = 0;

	for (size_t i = 0; i < l->facts->n_dev; i++) {
		const struct pg_dev *dev = &l->facts->dev[i];

		for (size_t k = 0; r == 0 && is_assigned(l->facts, dev) && k < dev->n_claim; k++) {
			const char *module = dev->claim[k].module;

			if (is_builtin(l->next, module) && !is_builtin(l->now, module) &&
			    !pg_same_module(module, "vfio_pci"))
				r = builtin_driver(l, dev, module);
		}
	}
	return r;
}

/* ---- modules that were built for the running kernel ---- */

/* It runs now, or has a device that matters. */
static bool is_used(const struct look *l, const char *module)
{
	if (pg_facts_loaded(l->facts, module))
		return true;
	for (size_t i = 0; i < l->facts->n_dev; i++)
		if (l->facts->dev[i].driver && pg_same_module(l->facts->dev[i].driver, module))
			return true;
	return false;
}

static int add_word(struct pg_strbuf *b, const char *word)
{
	pg_strbuf_addf(b, "%s%s", b->len ? ", " : "", word);
	return pg_strbuf_error(b);
}

static int not_built(const struct look *l)
{
	struct pg_strbuf gone PG_CLEANUP(pg_strbuf_done) = { 0 }, where PG_CLEANUP(pg_strbuf_done) = { 0 };
	bool twin = false;
	struct pg_finding *f;

	for (size_t i = 0; l->next->dep_known && i < l->now->n_extra; i++) {
		const struct pg_kernel_module *m = &l->now->extra[i];

		if (!is_used(l, m->name) || extra(l->next, m->name))
			continue;
		twin |= has_module(l->next, m->name);
		if (add_word(&gone, m->name) < 0 || add_word(&where, m->path) < 0)
			return -ENOMEM;
	}
	if (!gone.len)
		return 0;
	f = pg_findings_add(l->f, "kernel-module-missing", PG_LEVEL_WARN, "host",
			    "Drivers that were built on this node for the running kernel are not there for kernel %s: %s.%s",
			    l->next->release, gone.s, twin ? _(" It has one of its own of the same name, which is loaded instead "
							     "and may not do the same.") : "");
	if (pg_finding_evidence(f, "%s in /lib/modules/%s, not in /lib/modules/%s", where.s, l->now->release,
				l->next->release) < 0)
		return -ENOMEM;
	return done(l, f, _("Install the headers of the new kernel (package proxmox-headers of the same version), then have the "
			  "drivers built: dkms autoinstall. Look again with pve-gpu doctor. If it fails, a newer version of the "
			  "driver is needed."));
}

static int not_signed(const struct look *l)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_finding *f;

	for (size_t i = 0; l->facts->boot.secure_boot == PG_YES && i < l->next->n_extra; i++) {
		const struct pg_kernel_module *m = &l->next->extra[i];

		if (m->is_signed == PG_NO && is_used(l, m->name) && add_word(&b, m->path) < 0)
			return -ENOMEM;
	}
	if (!b.len)
		return 0;
	f = pg_findings_add(l->f, "kernel-module-unsigned", PG_LEVEL_WARN, "host",
			    "Secure Boot is on, and drivers that were built on this node for kernel %s are not signed: it refuses "
			    "them.", l->next->release);
	if (pg_finding_evidence(f, "/lib/modules/%s: %s without a signature", l->next->release, b.s) < 0)
		return -ENOMEM;
	return done(l, f, _("Have dkms sign what it builds: mokutil --import /var/lib/dkms/mok.pub, reboot, confirm the key, and "
			  "build again with dkms autoinstall --force. Or switch Secure Boot off in the setup of the firmware."));
}

/* ---- how the kernel was built ---- */

static const struct {
	const char *name;
	enum pg_cpu_vendor cpu;/* it matters on; PG_CPU_UNKNOWN: on all */
	enum pg_level level;
	const char *lost;
} options[] = {
	{ "INTEL_IOMMU", PG_CPU_INTEL, PG_LEVEL_BLOCK, N_("the IOMMU of Intel, without which no VM has a passed device") },
	{ "AMD_IOMMU", PG_CPU_AMD, PG_LEVEL_BLOCK, N_("the IOMMU of AMD, without which no VM has a passed device") },
	{ "IRQ_REMAP", PG_CPU_UNKNOWN, PG_LEVEL_WARN, N_("interrupt remapping, without which vfio passes no device") },
	{ "VFIO_IOMMU_TYPE1", PG_CPU_UNKNOWN, PG_LEVEL_BLOCK, N_("the part of vfio that maps the memory of VMs") },
	{ "VFIO_PCI_VGA", PG_CPU_UNKNOWN, PG_LEVEL_WARN, N_("legacy VGA, which x-vga=1 needs with SeaBIOS") },
	{ "VFIO_PCI_IGD", PG_CPU_INTEL, PG_LEVEL_WARN, N_("what passes the graphics of an Intel processor") },
	{ "PCI_IOV", PG_CPU_UNKNOWN, PG_LEVEL_WARN, N_("virtual functions (SR-IOV)") },
};

static int option_gone(const struct look *l, size_t i)
{
	char now = option(l->now, options[i].name), next = option(l->next, options[i].name);
	struct pg_finding *f;

	if ((options[i].cpu != PG_CPU_UNKNOWN && options[i].cpu != l->facts->system.cpu) || !now || now == 'n' ||
	    next != 'n')
		return 0;
	f = pg_findings_add(l->f, "kernel-option-gone", options[i].level, "host",
			    "Kernel %s was built without %s.", l->next->release, _(options[i].lost));
	if (pg_finding_evidence(f, "/boot/config-%s: CONFIG_%s is not set; %c in that of %s", l->next->release,
				options[i].name, now, l->now->release) < 0)
		return -ENOMEM;
	return done(l, f, _("Boot a kernel of Proxmox that has it."));
}

/* Will the next boot have intel_iommu=on? */
static int is_switched_on(const struct pg_facts *facts, bool *ret)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *configured = NULL;
	const char *line;
	int r = pg_configured_cmdline(facts, facts->boot.loader, &configured, NULL);

	if (r == -ENOMEM)
		return r;
	line = configured ? configured : facts->boot.running;
	r = line ? pg_cmdline_split(line, &words) : 0;
	*ret = r == 0 && pg_words_find(&words, "intel_iommu", "on");
	return r == -ENOMEM ? r : 0;
}

/* Which way the IOMMU starts where no kernel option says so. */
static int iommu_default(const struct look *l)
{
	static const char name[] = "INTEL_IOMMU_DEFAULT_ON";
	char now = option(l->now, name), next = option(l->next, name);
	struct pg_finding *f;
	bool on;

	if (l->facts->system.cpu != PG_CPU_INTEL || now != 'y' || next != 'n')
		return 0;
	if (is_switched_on(l->facts, &on) < 0)
		return -ENOMEM;
	if (on)
		return 0;
	f = pg_findings_add(l->f, "kernel-iommu-default", PG_LEVEL_WARN, "host",
			    "Kernel %s leaves the IOMMU off unless a kernel option switches it on: no VM with a passed device "
			    "starts on it.", l->next->release);
	if (pg_finding_evidence(f, "/boot/config-%s: CONFIG_%s is not set; y in that of %s", l->next->release, name,
				l->now->release) < 0)
		return -ENOMEM;
	return done(l, f, _("Add intel_iommu=on to the kernel options."));
}

static int build(const struct look *l)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < PG_ARRAY_SIZE(options); i++)
		r = option_gone(l, i);
	return r < 0 ? r : iommu_default(l);
}

/* ---- the initramfs ---- */

static const struct pg_initrd *initrd(const struct pg_facts *facts, const char *release)
{
	for (size_t i = 0; i < facts->boot.n_initrd; i++)
		if (strcmp(facts->boot.initrd[i].release, release) == 0)
			return &facts->boot.initrd[i];
	return NULL;
}

static int initramfs(const struct look *l)
{
	const struct pg_initrd *now = initrd(l->facts, l->now->release), *next = initrd(l->facts, l->next->release);
	bool lacks = next && next->looked && !next->has_vfio && now && now->looked && now->has_vfio &&
		     !is_builtin(l->next, "vfio_pci");
	struct pg_finding *f;

	if (!now || (next && !lacks))
		return 0;
	f = pg_findings_add(l->f, "kernel-initramfs", next ? PG_LEVEL_WARN : PG_LEVEL_BLOCK, "host",
			    next ? N_("The initramfs of kernel %s is without vfio-pci: other drivers take the devices first.") :
				   N_("Kernel %s has no initramfs: the node may not boot with it."), l->next->release);
	if (pg_finding_evidence(f, next ? N_("/boot/initrd.img-%s holds no vfio-pci.ko") : N_("/boot/initrd.img-%s is not there"),
				l->next->release) < 0)
		return -ENOMEM;
	return done(l, f, _("Make it: update-initramfs -c -k all, or -u -k all where it is there."));
}

/* ---- all of it ---- */

int pg_kernel_findings(const struct pg_facts *facts, const char *release, struct pg_findings *ret)
{
	static int (*const parts[])(const struct look *l) = {
		vfio_missing, vfio_builtin, builtin_drivers, not_built, not_signed, build, virqfd, initramfs,
	};
	struct look l = { .facts = facts, .f = ret };
	int r = 0;

	l.now = pg_facts_kernel(facts, facts->system.kernel);
	l.next = pg_facts_kernel(facts, release);
	if (!l.now || !l.next || l.now == l.next || !any_assigned(facts))
		return 0;
	for (size_t i = 0; r == 0 && i < PG_ARRAY_SIZE(parts); i++)
		r = parts[i](&l);
	return r;
}

/* Another is pinned: what the newest would change waits until that ends. */
static int held_back(struct pg_checker *c, const char *next, const char *newest)
{
	struct pg_findings would PG_CLEANUP(pg_findings_done) = { 0 };
	struct pg_finding *f;
	int r = pg_kernel_findings(c->facts, newest, &would);

	if (r < 0 || !would.n)
		return r;
	f = pg_findings_add(c->f, "kernel-pinned", PG_LEVEL_NOTE, "host",
			    "Kernel %s is installed and would change what passed devices stand on. The node boots %s, which is "
			    "pinned.", newest, next);
	if (pg_finding_evidence(f, "%s", c->facts->boot.pinned_once ? "/etc/kernel/next-boot-pin" :
								      "/etc/kernel/proxmox-boot-pin") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "`pve-gpu doctor --kernel %s` tells what to do first. Then `proxmox-boot-tool kernel "
				    "unpin` lets the node boot it.", newest);
}

int pg_check_kernel(struct pg_checker *c)
{
	const char *newest = pg_kernel_newest(c->facts), *next;
	bool pinned;

	if (c->choices)
		return 0;
	next = pg_kernel_next(c->facts, &pinned);
	if (pinned && newest && strcmp(next, newest) != 0) {
		int r = held_back(c, next, newest);

		if (r < 0)
			return r;
	}
	return next ? pg_kernel_findings(c->facts, next, c->f) : 0;
}
