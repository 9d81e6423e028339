/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/exec/demo.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/plan/plan.h"

/* What the loader puts in front by itself: GRUB the image and the root that grub-mkconfig
 * found out, systemd-boot the initrd. */
static bool from_loader(enum pg_loader loader, const char *word, bool has_root)
{
	if (loader == PG_LOADER_SYSTEMD_BOOT)
		return pg_text_starts(word, "initrd=");
	if (pg_text_starts(word, "root="))
		return !has_root;
	return pg_text_starts(word, "BOOT_IMAGE=") || strcmp(word, "ro") == 0 ||
	       strcmp(word, "rw") == 0;
}

static bool has_root(const char *options)
{
	const char *at = strstr(options, "root=");

	return at && (at == options || at[-1] == ' ');
}

int pg_demo_cmdline(const struct pg_facts *facts, char **ret, struct pg_err *err)
{
	const struct pg_boot *boot = &facts->boot;
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strv kept PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *options = NULL;
	int r = pg_configured_cmdline(facts, boot->loader, &options, err);

	if (r < 0 || !options)
		return r;
	r = pg_strv_split(boot->running ? boot->running : "", " ", &words);
	for (size_t i = 0; r == 0 && i < words.n; i++)
		if (from_loader(boot->loader, words.v[i], has_root(options)) &&
		    !pg_strv_has(&kept, words.v[i]))
			r = pg_strv_add(&kept, words.v[i]);
	if (r == 0 && *options)
		r = pg_strv_add(&kept, options);
	if (r < 0)
		return r;
	*ret = pg_strv_join(&kept, " ");
	return *ret ? 0 : -ENOMEM;
}
