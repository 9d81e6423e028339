/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/usb.h"

enum { OLD_SLOTS = 5 };

/* PVE::QemuServer::Helpers windows_version; 0: no Windows. */
static unsigned windows_version(const char *ostype)
{
	static const struct {
		const char *ostype;
		unsigned version;
	} table[] = {
		{ "wxp", 5 },	 { "w2k", 5 },	{ "w2k3", 5 }, { "w2k8", 6 },
		{ "wvista", 6 }, { "win7", 7 }, { "win8", 8 }, { "win10", 10 },
	};

	for (size_t i = 0; i < PG_ARRAY_SIZE(table); i++)
		if (strcmp(table[i].ostype, ostype) == 0)
			return table[i].version;
	/* the year's next: "win11", "win12" */
	return pg_text_starts(ostype, "win1") ? 11 : 0;
}

/* "10.0.2": is it at least this? */
static bool is_from(const char *version, unsigned long major, unsigned long minor)
{
	char *end;
	unsigned long a = strtoul(version, &end, 10);
	unsigned long b = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;

	return a > major || (a == major && b >= minor);
}

/* The type in a machine's value, which is its default key. The caller frees it. */
static char *machine_type(const struct pg_guest *guest)
{
	const char *value = pg_vm_value(guest, "machine");
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };

	if (!value || pg_strv_split(value, ",", &part) < 0)
		return NULL;
	for (size_t i = 0; i < part.n; i++) {
		if (pg_text_starts(part.v[i], "type="))
			return strdup(part.v[i] + strlen("type="));
		if (!strchr(part.v[i], '='))
			return strdup(part.v[i]);
	}
	return NULL;
}

/* "10.0" of "pc-q35-10.0+pve1"; NULL: none is written. Borrowed. */
static const char *version_of(const char *type)
{
	const char *dash = type ? strrchr(type, '-') : NULL;

	return dash && dash[1] >= '0' && dash[1] <= '9' ? dash + 1 : NULL;
}

/* What a Windows VM without a version gets: that of its making, from 9.1 on; else 5.1. */
static bool pinned_is_new(const struct pg_guest *guest)
{
	static const char key[] = "creation-qemu=";
	const char *meta = pg_vm_value(guest, "meta"), *at = meta ? strstr(meta, key) : NULL;

	return at && is_from(at + strlen(key), 9, 1);
}

static bool machine_is_new(const struct pg_facts *facts, const struct pg_guest *guest,
			   unsigned windows)
{
	pg_autofree char *type = machine_type(guest);
	const char *version = version_of(type);

	if (version)
		return is_from(version, 7, 1);
	if (windows)
		return pinned_is_new(guest);
	/* QEMU 7.1 came with Proxmox VE 7.3 */
	return !facts->system.pve_version || is_from(facts->system.pve_version, 7, 3);
}

bool pg_vm_usb_modern(const struct pg_facts *facts, const struct pg_guest *guest)
{
	const char *ostype = pg_vm_value(guest, "ostype");
	unsigned windows = ostype ? windows_version(ostype) : 0;

	if (!ostype || (strcmp(ostype, "l26") != 0 && windows <= 7))
		return false;
	return machine_is_new(facts, guest, windows);
}

unsigned pg_vm_usb_slots(const struct pg_facts *facts, const struct pg_guest *guest)
{
	return pg_vm_usb_modern(facts, guest) ? PG_USB_MAX : OLD_SLOTS;
}

/* hotplug: 0 is none, 1 and unset the default, network,disk,usb. */
bool pg_vm_usb_hotplug(const struct pg_facts *facts, const struct pg_guest *guest)
{
	const char *hotplug = pg_vm_value(guest, "hotplug");

	if (!pg_vm_usb_modern(facts, guest))
		return false;
	return !hotplug || strcmp(hotplug, "1") == 0 || pg_list_has(hotplug, "usb");
}

char *pg_vm_usb_why(const struct pg_guest *guest)
{
	const char *machine = pg_vm_value(guest, "machine"), *ostype = pg_vm_value(guest, "ostype");

	return pg_strf(_("machine: %s; ostype: %s"), machine ? machine : _("(not set)"),
		       ostype ? ostype : _("(not set)"));
}

bool pg_pve_true(const char *value)
{
	return pg_pve_boolean(value) == PG_YES;
}

/* ---- words ---- */

char *pg_usb_called(const struct pg_usb_dev *dev)
{
	pg_autofree char *title = pg_usb_title(dev);

	if (!title)
		return NULL;
	if (!*title && dev->has_ids)
		return pg_strf("%s %04x:%04x", dev->name, dev->vendor, dev->product);
	return pg_strf("%s%s%s", dev->name, *title ? " " : "", title);
}

char *pg_usb_scope(const struct pg_usb_spec *spec)
{
	pg_autofree char *words = pg_usb_spec_words(spec);

	return words ? pg_strf("usb/%s", words) : NULL;
}

char *pg_usb_uses(const struct pg_usb_dev *dev)
{
	const struct pg_dev as = { .use = dev->use, .n_use = dev->n_use };

	return pg_dev_uses(&as);
}

const struct pg_use *pg_usb_vital(const struct pg_usb_dev *dev)
{
	const struct pg_dev as = { .use = dev->use, .n_use = dev->n_use };

	return pg_dev_vital(&as);
}

char *pg_usb_ports(const struct pg_facts *facts, const struct pg_usb_spec *spec)
{
	struct pg_strbuf b = { 0 };

	for (size_t i = 0; i < facts->n_usb; i++)
		if (pg_usb_names(facts, spec, &facts->usb[i]))
			pg_strbuf_addf(&b, "%s%s", b.len ? ", " : "", facts->usb[i].name);
	return pg_strbuf_steal(&b);
}
