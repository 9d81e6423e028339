/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/host/collect.h"
#include "src/host/usb_private.h"

#define USB	  "/sys/bus/usb/devices"
#define USB_CFG	  "/etc/pve/mapping/usb.cfg"
#define DEVICES_MAX 2048
#define CFG_MAX	  ((size_t)1 << 20)	/* pmxcfs takes no larger file */

/* ---- attributes ---- */

static int attr(const struct pg_dir *dir, const char *name, char **ret)
{
	int r = pg_root_read_attr_at(dir, name, ret);

	if (r == 0 && !**ret) {
		free(*ret);
		*ret = NULL;
	}
	return r == -ENOMEM ? r : 0;
}

static int hex_attr(const struct pg_dir *dir, const char *name, uint64_t max)
{
	pg_autofree char *text = NULL;
	uint64_t value;

	if (pg_root_read_attr_at(dir, name, &text) < 0 ||
	    pg_text_number(text, 16, max, &value) < 0)
		return -1;
	return (int)value;
}

static void read_ids(const struct pg_dir *dir, struct pg_usb_dev *d)
{
	int vendor = hex_attr(dir, "idVendor", 0xffff), product = hex_attr(dir, "idProduct", 0xffff);

	d->class = hex_attr(dir, "bDeviceClass", 0xff);
	d->has_ids = vendor >= 0 && product >= 0;
	d->vendor = d->has_ids ? (uint16_t)vendor : 0;
	d->product = d->has_ids ? (uint16_t)product : 0;
	d->is_hub = d->class == 0x09 || d->is_root;
}

static int read_strings(const struct pg_dir *dir, struct pg_usb_dev *d)
{
	int r = attr(dir, "speed", &d->speed);

	if (r == 0)
		r = attr(dir, "manufacturer", &d->manufacturer);
	if (r == 0)
		r = attr(dir, "product", &d->product_name);
	return r < 0 ? r : attr(dir, "serial", &d->serial);
}

/* The last PCI device on the way down to it. */
static int find_controller(const struct pg_root *root, const struct pg_facts *facts,
			   const char *path, struct pg_usb_dev *d)
{
	struct pg_strv parts PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *full = NULL;
	int r = pg_root_resolve(root, path, &full);

	if (r == 0)
		r = pg_strv_split(full, "/", &parts);
	for (size_t i = 0; r == 0 && i < parts.n; i++) {
		struct pg_bdf addr;

		if (pg_bdf_parse(parts.v[i], &addr) < 0 || !pg_facts_dev(facts, addr))
			continue;
		d->controller = addr;
		d->has_controller = true;
	}
	return r == -ENOMEM ? r : 0;
}

/* ---- devices ---- */

/* "usb1" or "1-2.3": its bus. */
static bool parse_name(const char *name, bool *ret_root, unsigned *ret_bus)
{
	size_t n = strspn(name + strlen("usb") * (size_t)pg_text_starts(name, "usb"), "0123456789");
	char bus[8] = "";
	uint64_t value;

	*ret_root = pg_text_starts(name, "usb");
	if (*ret_root)
		name += strlen("usb");
	if (n == 0 || n > 3 || (*ret_root ? name[n] != '\0' : !pg_usb_is_port(name)))
		return false;
	memcpy(bus, name, n);
	if (pg_text_number(bus, 10, 999, &value) < 0)
		return false;
	*ret_bus = (unsigned)value;
	return true;
}

static int read_device(const struct pg_root *root, struct pg_facts *facts, const char *name)
{
	pg_autofree char *path = pg_strf(USB "/%s", name);
	struct pg_dir dir PG_CLEANUP(pg_dir_done) = { .fd = -1 };
	struct pg_usb_dev *d;
	unsigned bus;
	bool is_root;
	int r;

	if (!parse_name(name, &is_root, &bus))
		return 0;
	r = path ? pg_root_open_dir(root, path, &dir) : -ENOMEM;
	if (r < 0)
		return path ? pg_note_unread(facts, path, r) : r;
	d = pg_vec_add(&facts->usb, &facts->n_usb, sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->is_root = is_root;
	d->bus = bus;
	d->name = strdup(name);
	read_ids(&dir, d);
	r = d->name ? read_strings(&dir, d) : -ENOMEM;
	return r < 0 ? r : find_controller(root, facts, path, d);
}

/* Numbers in the names by value, so that 1-10 comes after 1-9; a root hub first of its bus. */
static int by_port(const void *a, const void *b)
{
	const struct pg_usb_dev *x = a, *y = b;
	const char *s = x->name, *t = y->name;

	if (x->bus != y->bus)
		return x->bus < y->bus ? -1 : 1;
	if (x->is_root != y->is_root)
		return x->is_root ? -1 : 1;
	while (*s && *t) {
		unsigned long m, n;
		char *s_end, *t_end;

		m = strtoul(s, &s_end, 10);
		n = strtoul(t, &t_end, 10);
		if (m != n)
			return m < n ? -1 : 1;
		s = s_end + (*s_end != '\0');
		t = t_end + (*t_end != '\0');
	}
	return *s ? 1 : *t ? -1 : strcmp(x->name, y->name);
}

static int read_devices(const struct pg_root *root, struct pg_facts *facts,
			const struct pg_strv *names)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < names->n; i++) {
		if (facts->n_usb >= DEVICES_MAX)
			return pg_strv_addf(&facts->unread, _("%s: there are more than %d devices; "
					    "the rest was left out"), USB, DEVICES_MAX);
		r = read_device(root, facts, names->v[i]);
	}
	return r;
}

/* "1-2.3:1.0" belongs to "1-2.3". */
static int read_interfaces(const struct pg_root *root, struct pg_facts *facts,
			   const struct pg_strv *names)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < names->n; i++) {
		size_t n = strcspn(names->v[i], ":");
		pg_autofree char *of = strndup(names->v[i], n);
		pg_autofree char *path = pg_strf(USB "/%s", names->v[i]);
		struct pg_usb_dev *d;

		if (!of || !path)
			return -ENOMEM;
		d = names->v[i][n] ? pg_usb_at_mut(facts, of) : NULL;
		if (d)
			r = pg_usb_read_interface(root, path, d);
	}
	return r;
}

struct pg_usb_dev *pg_usb_at_mut(struct pg_facts *facts, const char *name)
{
	const struct pg_usb_dev *d = pg_usb_at(facts, name);

	return d ? &facts->usb[d - facts->usb] : NULL;
}

int pg_collect_usb(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_bytes cfg PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(root, USB, &names);

	if (r < 0)
		r = pg_note_unread(facts, USB, r);
	if (r == 0)
		r = read_devices(root, facts, &names);
	if (r == 0 && facts->n_usb)
		qsort(facts->usb, facts->n_usb, sizeof(*facts->usb), by_port);
	if (r == 0)
		r = read_interfaces(root, facts, &names);
	if (r < 0)
		return r;
	r = pg_root_read(root, USB_CFG, CFG_MAX, &cfg);
	if (r < 0)
		return pg_note_unread(facts, USB_CFG, r);
	return pg_usb_mappings_parse(&cfg, facts->system.node, facts);
}
