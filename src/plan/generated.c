/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/planner.h"

bool pg_entry_is_grub(const struct pg_boot_entry *e)
{
	return pg_text_ends(e->path, "/grub.cfg");
}

bool pg_entry_is_of(const struct pg_facts *facts, const struct pg_boot_entry *e,
		    enum pg_loader loader)
{
	if (pg_entry_is_grub(e) != (loader == PG_LOADER_GRUB))
		return false;
	/* /boot/grub/grub.cfg is not read there */
	return e->esp || !facts->boot.pbt || loader != PG_LOADER_GRUB;
}

/* "/boot/vmlinuz-RELEASE", "/EFI/proxmox/RELEASE/vmlinuz-RELEASE", "/MACHINE/RELEASE/linux" */
static bool is_of(const char *kernel, const char *release)
{
	const char *slash = strrchr(kernel, '/');
	const char *name = slash ? slash + 1 : kernel;
	size_t n = strlen(release);

	if (pg_text_starts(name, "vmlinuz-"))
		return strcmp(name + strlen("vmlinuz-"), release) == 0;
	return slash && (size_t)(slash - kernel) > n && slash[-(ptrdiff_t)n - 1] == '/' &&
	       memcmp(slash - n, release, n) == 0;
}

static bool is_of_installed(const struct pg_facts *facts, const char *kernel)
{
	for (size_t i = 0; kernel && i < facts->boot.kernels.n; i++)
		if (is_of(kernel, facts->boot.kernels.v[i]))
			return true;
	return false;
}

bool pg_entry_is_made(const struct pg_facts *facts, const struct pg_boot_entry *e)
{
	if (e->recovery || e->off || !is_of_installed(facts, e->kernel))
		return false;
	/* 10_linux; os-prober's begin with "osprober-", those of 40_custom as they like */
	return !pg_entry_is_grub(e) || (e->id && pg_text_starts(e->id, "gnulinux-"));
}

/* ---- what they lack ---- */

bool pg_is_own_option(const char *word)
{
	static const char *const keys[] = { "intel_iommu=", "amd_iommu=", "iommu=",
					    "iommu.passthrough=", "vfio-pci.ids=", "i915.enable_gvt=" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(keys); i++)
		if (pg_text_starts(word, keys[i]))
			return true;
	return false;
}

/* The entry that is booted unless another is chosen; NULL: not known. */
static const struct pg_boot_entry *default_entry(const struct pg_facts *facts)
{
	const struct pg_boot *boot = &facts->boot;

	if (boot->loader == PG_LOADER_UNKNOWN || boot->disputed)
		return NULL;
	for (size_t i = 0; i < boot->n_entry; i++)
		if (pg_entry_is_of(facts, &boot->entry[i], boot->loader) &&
		    pg_entry_is_made(facts, &boot->entry[i]))
			return &boot->entry[i];
	return NULL;
}

const struct pg_boot_entry *pg_entry_lacking(const struct pg_facts *facts,
					     const struct pg_strv *words, const char **ret_word)
{
	const struct pg_boot_entry *e = default_entry(facts);
	struct pg_strv have PG_CLEANUP(pg_strv_done) = { 0 };

	if (!e || pg_cmdline_split(e->options, &have) < 0)
		return NULL;
	for (size_t i = 0; i < words->n; i++) {
		if (!pg_is_own_option(words->v[i]) || pg_strv_has(&have, words->v[i]))
			continue;
		*ret_word = words->v[i];
		return e;
	}
	return NULL;
}

const char *pg_initrd_old(const struct pg_facts *facts)
{
	const struct pg_initrd *rd = pg_facts_initrd(facts);

	if (!rd)
		return NULL;
	return rd->differ.n ? rd->differ.v[0] : rd->stale == PG_YES ? rd->newer : NULL;
}

const char *pg_initrd_lacks(const struct pg_facts *facts, const struct pg_dev *dev)
{
	const struct pg_initrd *rd = pg_facts_initrd(facts);

	/* by ids= vfio-pci may as well come from the disk: then the other drivers do so too */
	if (!rd || !rd->looked || !pg_by_address(facts, dev))
		return NULL;
	if (!rd->has_script)
		return _("the script that binds by address");
	return !rd->has_vfio && facts->modules.vfio_builtin != PG_YES ? _("the module vfio-pci") :
									NULL;
}
