/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/guests.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "src/base/text.h"

enum pg_tri pg_pve_boolean(const char *s)
{
	static const char *const yes[] = { "1", "on", "yes", "true" };
	static const char *const no[] = { "0", "off", "no", "false" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(yes); i++) {
		if (strcasecmp(s, yes[i]) == 0)
			return PG_YES;
		if (strcasecmp(s, no[i]) == 0)
			return PG_NO;
	}
	return PG_UNKNOWN;
}

static int copy_prop(const struct pg_guest *guest, const char *key, char **ret)
{
	const char *value = pg_guest_get(guest, key);

	if (!value)
		return 0;
	*ret = strdup(value);
	return *ret ? 0 : -ENOMEM;
}

const char *pg_pve_part(const char *value, const char *key, bool is_default, size_t *n)
{
	size_t n_key = strlen(key);

	for (const char *p = value; *p;) {
		size_t len = strcspn(p, ",");
		const char *eq = memchr(p, '=', len);

		if (eq && (size_t)(eq - p) == n_key && strncmp(p, key, n_key) == 0) {
			*n = len - n_key - 1;
			return eq + 1;
		}
		if (!eq && is_default && len) {
			*n = len;
			return p;
		}
		p += len + (p[len] == ',');
	}
	return NULL;
}

static bool has(const char *s, size_t n, const char *what)
{
	return s && memmem(s, n, what, strlen(what));
}

static bool same(const char *s, size_t n, const char *what)
{
	return s && n == strlen(what) && strncmp(s, what, n) == 0;
}

/* ide0-3, sata0-5, scsi0-30, virtio0-15 */
static bool is_drive(const char *key)
{
	static const char *const buses[] = { "ide", "sata", "scsi", "virtio" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(buses); i++) {
		size_t n = strlen(buses[i]);

		if (strncmp(key, buses[i], n) == 0 && key[n] >= '0' && key[n] <= '9')
			return true;
	}
	return false;
}

/* PVE::QemuServer::Drive drive_is_cloudinit: "STORE:vm-100-cloudinit", "…/cloudinit.qcow2" */
static bool is_cloudinit(const char *file, size_t n)
{
	for (const char *at = file; (at = memmem(at, n - (size_t)(at - file), "cloudinit", 9));
	     at++) {
		const char *end = at + 9;

		if (at > file && strchr("-/:", at[-1]) && (end == file + n || *end == '.'))
			return true;
	}
	return false;
}

static bool is_disk(const struct pg_guest_line *l)
{
	const char *file, *media;
	size_t n = 0, n_media = 0;

	if (*l->section || !is_drive(l->key))
		return false;
	media = pg_pve_part(l->value, "media", false, &n_media);
	if (same(media, n_media, "cdrom"))
		return false;
	file = pg_pve_part(l->value, "file", true, &n);
	return file && !same(file, n, "none") && !same(file, n, "cdrom") && !is_cloudinit(file, n);
}

int pg_guest_read_props(struct pg_guest *guest)
{
	const char *machine = pg_guest_get(guest, "machine");
	const char *bios = pg_guest_get(guest, "bios");
	const char *template = pg_guest_get(guest, "template");
	const char *type;
	size_t n = 0;

	type = machine ? pg_pve_part(machine, "type", true, &n) : NULL;
	guest->q35 = has(type, n, "q35");
	guest->ovmf = bios && strcmp(bios, "ovmf") == 0;
	guest->template = template && pg_pve_boolean(template) == PG_YES;
	for (size_t i = 0; i < guest->n_lines; i++)
		guest->has_disk |= is_disk(&guest->lines[i]);
	if (copy_prop(guest, "name", &guest->name) < 0)
		return -ENOMEM;
	return copy_prop(guest, "lock", &guest->lock);
}
