/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The USB part of a start: slots and mappings. */
#include "tests/plans/pve/pve.h"

#include <stdio.h>
#include <string.h>

#include "src/base/text.h"

/* machine >= 7.1 and ostype l26 or Windows > 7 */
static bool many_slots(const struct pve_conf *conf)
{
	const char *os = pve_conf_get(conf, "", "ostype");
	const char *m = pve_conf_get(conf, "", "machine");
	unsigned major = 99, minor = 0;

	if (m && (m = strstr(m, "pc-")) && (m = strchr(m + 3, '-')))
		sscanf(m, "-%u.%u", &major, &minor);
	if (major < 7 || (major == 7 && minor < 1))
		return false;
	return os && pve_match("^(l26|win8|win10|win11)$", os);
}

static const struct pve_usb *by_port(const struct pve_node *node, const char *port)
{
	for (size_t i = 0; i < node->n_usb; i++)
		if (strcmp(node->usb[i].port, port) == 0)
			return &node->usb[i];
	return NULL;
}

static const struct pve_usb *by_id(const struct pve_node *node, const char *id)
{
	for (size_t i = 0; i < node->n_usb; i++)
		if (strcmp(node->usb[i].id, id) == 0)
			return &node->usb[i];
	return NULL;
}

static char *mapped(const struct pve_node *node, const char *id)
{
	static const char *const bad = "USB Mapping invalid (hardware probably changed)";
	struct pve_props p PG_CLEANUP(pve_props_done) = { 0 };
	struct pg_strv line PG_CLEANUP(pg_strv_done) = { 0 };
	char *why pg_autofree = NULL;
	const char *path, *want;
	const struct pve_usb *u;
	bool mdev;

	if (pve_mapping_find(node, "usb", id, &line, &mdev) < 0 || line.n == 0)
		return pg_strf("USB device mapping not found for '%s'", id);
	if (line.n > 1)
		return pg_strf("More than one USB mapping per host not supported");
	why = pve_props_parse("usbmap", line.v[0], &p);
	path = pve_props_get(&p, "path");
	want = pve_props_get(&p, "id");
	u = path ? by_port(node, path) : by_id(node, want);
	if (!u)
		return pg_strf("%s: usb device '%s' not found", bad, path ? path : want);
	if (strcmp(u->id, want) != 0)
		return pg_strf("%s: 'id' does not match for '%s' (%s != %s)", bad, id, u->id, want);
	return NULL;
}

static char *one(const struct pve_node *node, const struct pve_conf *conf,
		 const struct pve_line *l)
{
	struct pve_props p PG_CLEANUP(pve_props_done) = { 0 };
	char *why = pve_props_parse("usb", l->value, &p);
	const char *map = pve_props_get(&p, "mapping");

	if (why)
		return why;
	if (strtoul(l->key + 3, NULL, 10) > 4 && !many_slots(conf))
		return pg_strf("using %s is only possible with machine type >= 7.1 and ostype l26 "
			       "or windows > 7", l->key);
	if (!map == !pve_props_get(&p, "host"))
		return pg_strf("Either 'host' or 'mapping' must be set.");
	return map ? mapped(node, map) : NULL;
}

char *pve_start_usb(const struct pve_node *node, const struct pve_conf *conf)
{
	char *why = NULL;

	for (size_t i = 0; !why && i < conf->n; i++)
		if (!*conf->v[i].section && pve_match("^usb[0-9]+$", conf->v[i].key))
			why = one(node, conf, &conf->v[i]);
	return why;
}
