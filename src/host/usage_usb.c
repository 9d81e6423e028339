/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/usage.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

#define USB "/sys/bus/usb/devices"

/* An attribute of two hexadecimal digits; -1 where it is missing. */
static int read_byte(const struct pg_root *root, const char *name, const char *attr)
{
	pg_autofree char *path = pg_strf(USB "/%s/%s", name, attr), *text = NULL;
	uint64_t value;

	if (!path || pg_root_read_attr(root, path, &text) < 0 ||
	    pg_text_number(text, 16, 0xff, &value) < 0)
		return -1;
	return (int)value;
}

static char *device_attr(const struct pg_root *root, const char *interface,
			 const char *attr)
{
	pg_autofree char *path =
		pg_strf(USB "/%.*s/%s", (int)strcspn(interface, ":"), interface, attr);
	char *text = NULL;

	if (path)
		(void)pg_root_read_attr(root, path, &text);
	return text;
}

/* "USB Keyboard", or its ids. The device of the interface 1-3:1.0 is 1-3. */
static char *product(const struct pg_root *root, const char *interface)
{
	pg_autofree char *name = device_attr(root, interface, "product");
	pg_autofree char *vendor = device_attr(root, interface, "idVendor");
	pg_autofree char *id = device_attr(root, interface, "idProduct");

	if (name && *name)
		return PG_STEAL(name);
	return pg_strf("%s:%s", vendor ? vendor : "????", id ? id : "????");
}

/* HID 1.11, 4.2: class 03, protocol 1 of the boot interface is a keyboard. Mass storage
 * is class 08. */
static int use_interface(const struct pg_root *root, struct pg_facts *facts,
			 const char *name)
{
	struct pg_devset devs PG_CLEANUP(pg_devset_done) = { 0 };
	int class = read_byte(root, name, "bInterfaceClass");
	bool keyboard = class == 3 && read_byte(root, name, "bInterfaceProtocol") == 1;
	pg_autofree char *path = pg_strf(USB "/%s", name), *what = NULL;
	char *detail;
	int r;

	if (!keyboard && class != 8)
		return 0;
	r = path ? pg_devset_add_path(root, facts, path, &devs) : -ENOMEM;
	if (r < 0)
		return r;
	what = product(root, name);
	detail = what ? pg_strf("%s %s", keyboard ? _("keyboard") : _("USB disk"), what) : NULL;
	return pg_devset_use(facts, &devs, keyboard ? PG_USE_INPUT : PG_USE_USB_STORAGE,
			     detail, false, PG_ON_NOTHING);
}

int pg_usage_usb(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(root, USB, &names);

	if (r < 0)
		return pg_note_unread(facts, USB, r);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		if (strchr(names.v[i], ':'))
			r = use_interface(root, facts, names.v[i]);
	return r;
}
