/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a function is, of one file (drivers/base/core.c dev_uevent(), drivers/pci/pci-driver.c pci_uevent()):
 *
 *	DRIVER=nouveau		where one is bound
 *	PCI_CLASS=30000
 *	PCI_ID=10DE:2684
 */
#include "src/host/pci_private.h"

#include <string.h>

#include "src/base/text.h"

/* "KEY=VALUE" of the key: what is behind "=", up to `end`, as a hexadecimal number. */
static bool number(const char *value, const char *end, uint64_t max, uint64_t *ret)
{
	char text[16] = "";
	size_t n = (size_t)(end - value);

	if (n >= sizeof(text))
		return false;
	memcpy(text, value, n);
	return pg_text_number(text, 16, max, ret) == 0;
}

static const char *after(const char *line, size_t len, const char *key)
{
	size_t n = strlen(key);

	return len > n && strncmp(line, key, n) == 0 ? line + n : NULL;
}

static bool read_id(const char *value, const char *end, struct pg_dev *dev)
{
	const char *colon = memchr(value, ':', (size_t)(end - value));
	uint64_t vendor, device;

	if (!colon || !number(value, colon, UINT16_MAX, &vendor) ||
	    !number(colon + 1, end, UINT16_MAX, &device))
		return false;
	dev->vendor = (uint16_t)vendor;
	dev->device = (uint16_t)device;
	return true;
}

static bool read_class(const char *value, const char *end, struct pg_dev *dev)
{
	uint64_t class;

	if (!number(value, end, 0xffffff, &class))
		return false;
	dev->class = (uint32_t)class;
	return true;
}

bool pg_pci_read_uevent(const struct pg_pci_src *src, struct pg_dev *dev)
{
	pg_autofree char *text = NULL;
	bool class = false, id = false;
	const char *line, *value;
	size_t pos = 0, n, len, full;

	if (pg_root_read_attr_at(src->dir, "uevent", &text) < 0)
		return false;
	for (n = strlen(text); pg_text_line(text, n, &pos, &line, &len, &full);) {
		if ((value = after(line, len, "PCI_CLASS=")))
			class = read_class(value, line + len, dev);
		else if ((value = after(line, len, "PCI_ID=")))
			id = read_id(value, line + len, dev);
		else if (!dev->driver && (value = after(line, len, "DRIVER=")))
			dev->driver = strndup(value, (size_t)(line + len - value));
	}
	return class && id;
}
