/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named facts of the node. Where each comes from is told in facts.h. */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/fact.h"

/* A fact that is one field of pg_facts, or little more. */
#define HOST(name, how)                                                       \
	static int name(const struct pg_subject *s, struct pg_value *ret)     \
	{                                                                     \
		const struct pg_facts *f = s->facts;                          \
		return how;                                                   \
	}

static const char *cpu_name(enum pg_cpu_vendor cpu)
{
	return cpu == PG_CPU_INTEL ? "intel" : cpu == PG_CPU_AMD ? "amd" :
	       cpu == PG_CPU_OTHER ? "other" : NULL;
}

static const char *table_name(const struct pg_iommu *iommu)
{
	return !iommu->table_known		 ? NULL :
	       iommu->table == PG_TABLE_DMAR ? "DMAR" :
	       iommu->table == PG_TABLE_IVRS ? "IVRS" :
						 "none";
}

HOST(node_name, pg_fact_word(ret, f->system.node))
HOST(cpu_vendor, pg_fact_word(ret, cpu_name(f->system.cpu)))
HOST(cpu_bits, pg_fact_number(ret, f->system.phys_bits))
HOST(hypervisor, pg_fact_yesno(ret, f->system.hypervisor))
HOST(memory_total, pg_fact_number(ret, f->system.mem_total))
HOST(memory_free, pg_fact_number(ret, f->system.mem_free))
HOST(pages_2m, pg_fact_yesno(ret, f->system.pages_2m))
HOST(pages_1g, pg_fact_yesno(ret, f->system.pages_1g))
HOST(kernel, pg_fact_word(ret, f->system.kernel))
HOST(proxmox, pg_fact_maybe(ret, f->system.pve_version))
HOST(iommu_active, pg_fact_yesno(ret, f->iommu.active))
HOST(iommu_table, pg_fact_word(ret, table_name(&f->iommu)))
HOST(iommu_remapping, pg_fact_yesno(ret, f->iommu.remapping))
HOST(iommu_bits, pg_fact_number(ret, f->iommu.address_bits))
HOST(iommu_groups, pg_fact_count(ret, f->n_group))
HOST(loader, pg_fact_word(ret, f->boot.loader == PG_LOADER_UNKNOWN ?
				       NULL : pg_loader_name(f->boot.loader)))
HOST(efi, pg_fact_yesno(ret, f->boot.efi))
HOST(secure_boot, pg_fact_yesno(ret, f->boot.secure_boot))
HOST(boot_off, f->boot.running ? pg_fact_yesno(ret, pg_tri_of(f->boot.off)) : 0)
HOST(boot_tool, pg_fact_yesno(ret, pg_tri_of(f->boot.pbt)))
HOST(boot_waits, f->system.live ? pg_fact_yesno(ret, pg_tri_of(f->boot.waits)) : 0)
HOST(kernels, pg_fact_words(ret, &f->boot.kernels))
HOST(loaded, f->modules.loaded_known == PG_YES ? pg_fact_words(ret, &f->modules.loaded) : 0)
HOST(vfio_builtin, pg_fact_yesno(ret, f->modules.vfio_builtin))
HOST(vfio_there, pg_fact_yesno(ret, f->modules.vfio_there))
HOST(nodes, pg_fact_number(ret, f->n_node))
HOST(quorum, f->n_node ? pg_fact_yesno(ret, pg_tri_of(!f->no_quorum)) : 0)
static int found(const struct pg_subject *s, struct pg_value *ret)
{
	return pg_fact_found(ret, s->found, NULL);
}

/* The words of the running kernel's command line. */
static int options(const struct pg_subject *s, struct pg_value *ret)
{
	if (!s->facts->boot.running)
		return 0;
	(void)pg_fact_list(ret);
	return pg_strv_split(s->facts->boot.running, " \t\n", &ret->words);
}

/* "vfio_pci disable_vga=1": what modprobe.d has in force. */
static int modconf(const struct pg_subject *s, enum pg_modconf_kind kind, bool value,
		   struct pg_value *ret)
{
	const struct pg_modules *m = &s->facts->modules;
	int r = pg_fact_list(ret);

	for (size_t i = 0; r == 0 && i < m->n_conf; i++) {
		pg_autofree char *text = NULL;

		if (m->conf[i].kind != kind)
			continue;
		text = value ? pg_strf("%s %s", m->conf[i].module, m->conf[i].value) :
			       strdup(m->conf[i].module);
		r = text ? pg_fact_add(ret, text) : -ENOMEM;
	}
	return r;
}

static int blacklist(const struct pg_subject *s, struct pg_value *ret)
{
	return modconf(s, PG_MODCONF_BLACKLIST, false, ret);
}

static int module_options(const struct pg_subject *s, struct pg_value *ret)
{
	return modconf(s, PG_MODCONF_OPTIONS, true, ret);
}

static int softdeps(const struct pg_subject *s, struct pg_value *ret)
{
	return modconf(s, PG_MODCONF_SOFTDEP, true, ret);
}

static int installs(const struct pg_subject *s, struct pg_value *ret)
{
	return modconf(s, PG_MODCONF_INSTALL, true, ret);
}

static int stale(const struct pg_subject *s, struct pg_value *ret)
{
	const struct pg_initrd *initrd = pg_facts_initrd(s->facts);

	return initrd ? pg_fact_yesno(ret, initrd->stale) : 0;
}

static int gpus(const struct pg_subject *s, struct pg_value *ret)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->facts->n_dev; i++)
		n += s->facts->dev[i].kind == PG_KIND_GPU;
	return pg_fact_count(ret, n);
}

const struct pg_fact pg_fact_host[] = {
	{ "node.name", PG_SCOPE_HOST, PG_VALUE_WORDS, N_("the node's name"), node_name },
	{ "node.nested", PG_SCOPE_HOST, PG_VALUE_YESNO, N_("the node is a virtual machine itself"), hypervisor },
	{ "node.gpus", PG_SCOPE_HOST, PG_VALUE_NUMBER, N_("how many GPUs there are"), gpus },
	{ "cpu.vendor", PG_SCOPE_HOST, PG_VALUE_WORDS, N_("intel, amd or other"), cpu_vendor },
	{ "cpu.bits", PG_SCOPE_HOST, PG_VALUE_NUMBER, N_("bits of a physical address"), cpu_bits },
	{ "memory.total", PG_SCOPE_HOST, PG_VALUE_NUMBER, N_("in bytes"), memory_total },
	{ "memory.free", PG_SCOPE_HOST, PG_VALUE_NUMBER, N_("bytes that programs can still have"), memory_free },
	{ "memory.pages_2m", PG_SCOPE_HOST, PG_VALUE_YESNO, N_("there are huge pages of 2 MiB"), pages_2m },
	{ "memory.pages_1g", PG_SCOPE_HOST, PG_VALUE_YESNO, N_("there are huge pages of 1 GiB"), pages_1g },
	{ "kernel.release", PG_SCOPE_HOST, PG_VALUE_WORDS, N_("of the running kernel: 6.14.8-2-pve"), kernel },
	{ "kernel.options", PG_SCOPE_HOST, PG_VALUE_WORDS, N_("the words of the running kernel's command line"), options },
	{ "kernel.installed", PG_SCOPE_HOST, PG_VALUE_WORDS, N_("releases that are installed"), kernels },
	{ "pve.version", PG_SCOPE_HOST, PG_VALUE_WORDS, N_("of pve-manager; none: no Proxmox VE"), proxmox },
	{ "iommu.active", PG_SCOPE_HOST, PG_VALUE_YESNO, N_("the kernel uses an IOMMU"), iommu_active },
	{ "iommu.table", PG_SCOPE_HOST, PG_VALUE_WORDS, N_("what the firmware has: DMAR, IVRS or none"), iommu_table },
	{ "iommu.remapping", PG_SCOPE_HOST, PG_VALUE_YESNO, N_("interrupts are remapped"), iommu_remapping },
	{ "iommu.bits", PG_SCOPE_HOST, PG_VALUE_NUMBER, N_("bits of address of the narrowest unit"), iommu_bits },
	{ "iommu.groups", PG_SCOPE_HOST, PG_VALUE_NUMBER, N_("how many groups there are"), iommu_groups },
	{ "boot.loader", PG_SCOPE_HOST, PG_VALUE_WORDS, N_("grub or systemd-boot"), loader },
	{ "boot.efi", PG_SCOPE_HOST, PG_VALUE_YESNO, N_("booted by UEFI"), efi },
	{ "boot.secure_boot", PG_SCOPE_HOST, PG_VALUE_YESNO, N_("Secure Boot is on"), secure_boot },
	{ "boot.off", PG_SCOPE_HOST, PG_VALUE_YESNO, N_("booted by the entry without passthrough"), boot_off },
	{ "boot.proxmox_tool", PG_SCOPE_HOST, PG_VALUE_YESNO, N_("proxmox-boot-tool keeps the ESPs"), boot_tool },
	{ "boot.waits", PG_SCOPE_HOST, PG_VALUE_YESNO, N_("a change by pve-gpu waits for a reboot"), boot_waits },
	{ "initramfs.stale", PG_SCOPE_HOST, PG_VALUE_YESNO, N_("that of the running kernel is older than a file it copies"), stale },
	{ "modules.loaded", PG_SCOPE_HOST, PG_VALUE_WORDS, N_("modules that are loaded"), loaded },
	{ "modules.blacklist", PG_SCOPE_HOST, PG_VALUE_WORDS, N_("modules that modprobe.d blacklists"), blacklist },
	{ "modules.options", PG_SCOPE_HOST, PG_VALUE_WORDS, N_("\"MODULE OPTIONS\" of modprobe.d"), module_options },
	{ "modules.softdep", PG_SCOPE_HOST, PG_VALUE_WORDS, N_("\"MODULE pre: …\" of modprobe.d"), softdeps },
	{ "modules.install", PG_SCOPE_HOST, PG_VALUE_WORDS, N_("\"MODULE COMMAND\" of modprobe.d"), installs },
	{ "modules.vfio_builtin", PG_SCOPE_HOST, PG_VALUE_YESNO, N_("vfio_pci is in the kernel"), vfio_builtin },
	{ "modules.vfio_there", PG_SCOPE_HOST, PG_VALUE_YESNO, N_("the running kernel has vfio_pci"), vfio_there },
	{ "cluster.nodes", PG_SCOPE_HOST, PG_VALUE_NUMBER, N_("nodes of the cluster"), nodes },
	{ "cluster.quorum", PG_SCOPE_HOST, PG_VALUE_YESNO, N_("/etc/pve can be written"), quorum },
	{ "found", PG_SCOPE_HOST, PG_VALUE_WORDS, N_("ids of all findings of the checks"), found },
	{ 0 },
};
