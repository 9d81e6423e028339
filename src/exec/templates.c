/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/exec/run.h"

#define TEMPLATE_MAX ((size_t)1 << 20)
#define PROBE "/initramfs/hook"

void pg_templates_done(struct pg_templates *templates)
{
	pg_bytes_done(&templates->initramfs_hook);
	pg_bytes_done(&templates->initramfs_script);
	pg_bytes_done(&templates->grub_entry);
	pg_bytes_done(&templates->loader_entry);
	pg_bytes_done(&templates->kernel_watch);
	pg_bytes_done(&templates->sriov_unit);
	free(templates->program);
	free(templates->program_why_not);
}

static int read_template(const struct pg_root *root, const char *path, struct pg_bytes *ret,
			 struct pg_err *err)
{
	int r = pg_root_read(root, path, TEMPLATE_MAX, ret);

	if (r < 0)
		return pg_err_set(err, r, path, 0,
				  "A part of pve-gpu itself cannot be read: %s. Install it again.",
				  pg_err_reason(r));
	return 0;
}

/* What keeps it from a unit is no reason not to plan anything else. */
static int find_program(struct pg_templates *t)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	int r = pg_own_program(&t->program, &err);

	if (r == -ENOMEM)
		return r;
	if (r < 0)
		t->program_why_not = strdup(err.what ? err.what : "");
	else if (!pg_own_stays(t->program))
		t->program_why_not = strdup(_("The running pve-gpu would not be there after the next reboot, "
					    "to make the virtual functions."));
	else
		return 0;
	return t->program_why_not ? 0 : -ENOMEM;
}

int pg_templates_load(const char *data_dir, struct pg_templates *ret, struct pg_err *err)
{
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;
	struct pg_templates templates PG_CLEANUP(pg_templates_done) = { 0 };
	int r = pg_root_open(data_dir, &root, err);

	if (r == 0)
		r = read_template(root, PROBE, &templates.initramfs_hook, err);
	if (r == 0)
		r = read_template(root, "/initramfs/script", &templates.initramfs_script, err);
	if (r == 0)
		r = read_template(root, "/grub.d/pve-gpu", &templates.grub_entry, err);
	if (r == 0)
		r = read_template(root, "/boot/loader-entry", &templates.loader_entry, err);
	if (r == 0)
		r = read_template(root, "/boot/kernel-watch", &templates.kernel_watch, err);
	if (r == 0)
		r = read_template(root, "/systemd/pve-gpu-sriov.service", &templates.sriov_unit, err);
	if (r == 0)
		r = find_program(&templates);
	if (r < 0)
		return r;
	*ret = templates;
	templates = (struct pg_templates){ 0 };
	return 0;
}

/*
 * A file of ours beside the running program: there in a build tree, not where it is installed.
 * A build outside of the source has links to the source there; the folder that they lead to is
 * the one that can be opened as a root. Gives the folder above `probe` ("/data"), or NULL.
 */
static char *beside_program(const char *folder, const char *probe)
{
	char self[PATH_MAX], found[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	pg_autofree char *path = NULL, *end = NULL;
	char *slash;

	if (n < 0)
		return NULL;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return NULL;
	*slash = '\0';
	end = pg_strf("%s%s", folder, probe);
	path = end ? pg_strf("%s%s", self, end) : NULL;
	if (!path || !realpath(path, found) || !pg_text_ends(found, end))
		return NULL;
	return strndup(found, strlen(found) - strlen(probe));
}

char *pg_data_dir(void)
{
	char *dir = beside_program("/data", PROBE);

	return dir ? dir : strdup(PKGDATADIR "/data");
}

char *pg_locale_dir(void)
{
	char *dir = beside_program("/po", "/fr/LC_MESSAGES/" PACKAGE ".mo");

	return dir ? dir : strdup(LOCALEDIR);
}
