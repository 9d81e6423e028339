/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mediated devices: types of a parent, and instances, as drivers/vfio/mdev of the kernel makes them. */
#include "tests/tools/mktree.h"

#include <string.h>

/* "0000:00:02.0", or the name of a device that is on no bus. */
static char *parent_dir(const char *parent)
{
	return strchr(parent, ':') ? pg_strf("/sys/bus/pci/devices/%s", parent) :
				     pg_strf("/sys/devices/virtual/%s/%s", parent, parent);
}

static int text(struct tree *t, const char *dir, const char *name, const char *value)
{
	char *path pg_autofree = pg_strf("%s/%s", dir, name);

	return path ? fs_text(t, path, "%s\n", value) : bad(t, "memory ran out");
}

int mdev_type_line(struct tree *t, char *const *w, size_t n, const char *name)
{
	char *dir pg_autofree = n < 4 ? NULL : parent_dir(w[0]);
	char *type pg_autofree = dir ? pg_strf("%s/mdev_supported_types/%s", dir, w[1]) : NULL;
	char *devices pg_autofree = type ? pg_strf("%s/devices", type) : NULL;
	char *bus pg_autofree = dir ? pg_strf("/sys/class/mdev_bus/%s", w[0]) : NULL;

	if (n < 4)
		return bad(t, "mdev takes a parent, a type, what is available, an api and a name");
	if (!devices || !bus)
		return bad(t, "memory ran out");
	if (fs_dir(t, devices, 0755) < 0 || text(t, type, "available_instances", w[2]) < 0 ||
	    text(t, type, "device_api", w[3]) < 0 || (*name && text(t, type, "name", name) < 0))
		return -1;
	return fs_link_rel(t, bus, dir);
}

int mdev_instance_line(struct tree *t, char *const *w, size_t n)
{
	char *dir pg_autofree = n == 3 ? parent_dir(w[0]) : NULL;
	char *type pg_autofree = dir ? pg_strf("%s/mdev_supported_types/%s", dir, w[1]) : NULL;
	char *own pg_autofree = dir ? pg_strf("%s/%s", dir, w[2]) : NULL;
	char *link pg_autofree = own ? pg_strf("%s/mdev_type", own) : NULL;
	char *device pg_autofree = type ? pg_strf("%s/devices/%s", type, w[2]) : NULL;
	char *bus pg_autofree = own ? pg_strf("/sys/bus/mdev/devices/%s", w[2]) : NULL;

	if (n != 3)
		return bad(t, "instance takes a parent, a type and an id");
	if (!link || !device || !bus)
		return bad(t, "memory ran out");
	if (!fs_exists(t, type))
		return bad(t, "%s has no type %s", w[0], w[1]);
	if (fs_dir(t, own, 0755) < 0 || fs_link_rel(t, link, type) < 0 ||
	    fs_link_rel(t, device, own) < 0)
		return -1;
	return fs_link_rel(t, bus, own);
}
