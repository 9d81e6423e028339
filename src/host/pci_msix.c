/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/pci_private.h"

/* PCI Local Bus Specification 3.0, 6.2.3, 6.7 and 6.8.2. */
enum { CFG_STATUS = 0x06, HAS_CAPS = 0x10, CFG_CAPS = 0x34, CAP_MSIX = 0x11, MSIX_PBA = 8,
       CAPS_MAX = 48 };

static uint8_t byte(const struct pg_bytes *config, size_t at)
{
	return at < config->n ? (uint8_t)config->p[at] : 0;
}

static uint32_t dword(const struct pg_bytes *config, size_t at)
{
	return (uint32_t)byte(config, at) | (uint32_t)byte(config, at + 1) << 8 |
	       (uint32_t)byte(config, at + 2) << 16 | (uint32_t)byte(config, at + 3) << 24;
}

/* The capability in the configuration space, or 0; the chain may be hostile. */
static size_t find(const struct pg_bytes *config)
{
	size_t at = byte(config, CFG_CAPS) & 0xfcu;

	if (!(byte(config, CFG_STATUS) & HAS_CAPS))
		return 0;
	for (unsigned i = 0; i < CAPS_MAX && at >= 0x40 && at + 12 <= config->n; i++) {
		if (byte(config, at) == CAP_MSIX)
			return at;
		at = byte(config, at + 1) & 0xfcu;
	}
	return 0;
}

bool pg_pci_msix_outside(const struct pg_bytes *config, const struct pg_dev *dev)
{
	size_t at = find(config);
	uint32_t pba = at ? dword(config, at + MSIX_PBA) : 0;
	size_t bar = pba & 7u;

	if (!at || !dev->bar_known || bar >= PG_ARRAY_SIZE(dev->bar_size))
		return false;
	return dev->bar_size[bar] && (pba & ~(uint32_t)7) >= dev->bar_size[bar];
}
