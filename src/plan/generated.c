/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "src/base/text.h"
#include "src/plan/planner.h"

bool pg_entry_is_grub(const struct pg_boot_entry *e)
{
	return pg_text_ends(e->path, "/grub.cfg");
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
