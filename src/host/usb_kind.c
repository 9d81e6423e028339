/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a USB device is: the classes of its interfaces (usb.org, Defined Class Codes). */
#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/host/usb_private.h"

#define NODES_MAX 32

static int byte(const struct pg_dir *dir, const char *name)
{
	pg_autofree char *text = NULL;
	uint64_t value;

	if (pg_root_read_attr_at(dir, name, &text) < 0 || pg_text_number(text, 16, 0xff, &value) < 0)
		return -1;
	return (int)value;
}

static enum pg_usb_kind kind_of(int class, int subclass, int protocol)
{
	switch (class) {
	case 0x01:
		return PG_USB_AUDIO;
	case 0x02:	/* CDC: ACM is a serial line, ECM, EEM and NCM are networks */
		return subclass == 0x02 ? PG_USB_SERIAL :
		       subclass == 0x06 || subclass == 0x0c || subclass == 0x0d ? PG_USB_NETWORK :
										  PG_USB_OTHER;
	case 0x03:	/* HID 1.11, 4.2: the protocol of the boot interface */
		return protocol == 1 ? PG_USB_KEYBOARD : protocol == 2 ? PG_USB_MOUSE : PG_USB_INPUT;
	case 0x07:
		return PG_USB_PRINTER;
	case 0x08:
		return PG_USB_DISK;
	case 0x09:
		return PG_USB_HUB;
	case 0x0b:
		return PG_USB_SMARTCARD;
	case 0x0e:
		return PG_USB_VIDEO;
	case 0xe0:
		return subclass == 0x01 && protocol == 0x01 ? PG_USB_BLUETOOTH : PG_USB_OTHER;
	default:
		return PG_USB_OTHER;
	}
}

/* Of several kinds in one device that which matters most to the host and to a VM. */
static unsigned weight(enum pg_usb_kind kind)
{
	static const unsigned char weights[] = {
		[PG_USB_OTHER] = 0,	[PG_USB_INPUT] = 1,	[PG_USB_MOUSE] = 2,
		[PG_USB_AUDIO] = 3,	[PG_USB_SERIAL] = 4,	[PG_USB_PRINTER] = 5,
		[PG_USB_SMARTCARD] = 6, [PG_USB_BLUETOOTH] = 7, [PG_USB_VIDEO] = 8,
		[PG_USB_UPS] = 9,	[PG_USB_KEYBOARD] = 10, [PG_USB_NETWORK] = 11,
		[PG_USB_DISK] = 12,	[PG_USB_HUB] = 13,
	};

	return weights[kind];
}

static void take_kind(struct pg_usb_dev *dev, enum pg_usb_kind kind)
{
	if (weight(kind) > weight(dev->kind))
		dev->kind = kind;
}

/* HID 1.11, 6.2.2.7: the first item of the descriptor is its usage page. */
static bool is_power_device(const struct pg_dir *dir, const char *hid)
{
	pg_autofree char *name = pg_strf("%s/report_descriptor", hid);
	struct pg_bytes b PG_CLEANUP(pg_bytes_done) = { 0 };

	return name && pg_root_read_at(dir, name, 8192, &b) == 0 && b.n >= 2 &&
	       b.p[0] == 0x05 && (unsigned char)b.p[1] == 0x84;
}

/* The names in a folder of the interface: net/enx00e04c680001, tty/ttyACM0. */
static int add_nodes(const struct pg_root *root, const char *path, const char *folder,
		     struct pg_usb_dev *dev)
{
	pg_autofree char *full = pg_strf("%s/%s", path, folder);
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = full ? pg_root_list(root, full, &names) : -ENOMEM;

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; r == 0 && i < names.n && dev->node.n < NODES_MAX; i++)
		r = pg_strv_add(&dev->node, names.v[i]);
	return r;
}

/* "0003:051D:0002.0001": bus, vendor, product, number (drivers/hid/hid-core.c). */
static bool is_hid(const char *name)
{
	return pg_text_starts(name, "0003:") && strchr(name, '.');
}

static int add_entry(const struct pg_root *root, const struct pg_dir *dir, const char *path, const char *name,
		     struct pg_usb_dev *dev)
{
	if (strcmp(name, "net") == 0) {
		take_kind(dev, PG_USB_NETWORK);
		return add_nodes(root, path, name, dev);
	}
	if (strcmp(name, "tty") == 0) {
		take_kind(dev, PG_USB_SERIAL);
		return add_nodes(root, path, name, dev);
	}
	if (pg_text_starts(name, "ttyUSB") && dev->node.n < NODES_MAX) {
		take_kind(dev, PG_USB_SERIAL);
		return pg_strv_add(&dev->node, name);
	}
	if (is_hid(name) && is_power_device(dir, name))
		take_kind(dev, PG_USB_UPS);
	return 0;
}

int pg_usb_read_interface(const struct pg_root *root, const char *path, struct pg_usb_dev *dev)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *link = pg_strf("%s/driver", path), *driver = NULL;
	struct pg_dir dir PG_CLEANUP(pg_dir_done) = { .fd = -1 };
	int r = link ? pg_root_open_dir(root, path, &dir) : -ENOMEM;

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	take_kind(dev, kind_of(byte(&dir, "bInterfaceClass"), byte(&dir, "bInterfaceSubClass"),
			       byte(&dir, "bInterfaceProtocol")));
	if (pg_root_readlink_name(root, link, &driver) == 0 && !pg_strv_has(&dev->driver, driver))
		r = pg_strv_add(&dev->driver, driver);
	if (r == 0)
		r = pg_root_list(root, path, &names);
	if (r < 0 && r != -ENOMEM)
		r = 0;
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = add_entry(root, &dir, path, names.v[i], dev);
	return r;
}
