/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What tells a device from another of its make, and the network interfaces on PCI devices.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/host/pci_private.h"

#define NET "/sys/class/net"
#define NICS_MAX 4096
#define PIN_TOOL "/usr/bin/pve-network-interface-pinning"

/* ---- network interfaces ---- */

/* "/…/0000:03:00.0/net/enp3s0": the last PCI device on the way. One on USB hangs on a
 * controller, but is not named after its place. */
static bool addr_of_path(char *path, struct pg_bdf *ret)
{
	bool found = false;
	char *rest = path;

	for (char *part; (part = strsep(&rest, "/"));) {
		if (pg_text_starts(part, "usb"))
			return false;
		if (pg_bdf_parse(part, ret) == 0)
			found = true;
	}
	return found;
}

/* Six bytes, not all of them zero. */
static char *clean_mac(const char *s)
{
	char *mac pg_autofree = strdup(s);
	bool zero = true;

	if (!mac || strlen(mac) != 17)
		return NULL;
	for (size_t i = 0; i < 17; i++) {
		if (i % 3 == 2 ? mac[i] != ':' : !isxdigit((unsigned char)mac[i]))
			return NULL;
		mac[i] = (char)tolower((unsigned char)mac[i]);
		zero &= mac[i] == '0' || mac[i] == ':';
	}
	return zero ? NULL : PG_STEAL(mac);
}

static char *attr(const struct pg_root *root, const char *name, const char *what)
{
	pg_autofree char *path = pg_strf(NET "/%s/%s", name, what);
	char *value = NULL;

	return path && pg_root_read_attr(root, path, &value) == 0 ? value : NULL;
}

/*
 * The members of a bond all show the bond's address; the bond keeps the true one
 * (Documentation/ABI/testing/sysfs-class-net: address, addr_assign_type, bonding_slave). One
 * that is random, or was set by hand, says nothing of the card.
 */
static char *permanent_mac(const struct pg_root *root, const char *name)
{
	pg_autofree char *kept = attr(root, name, "bonding_slave/perm_hwaddr");
	pg_autofree char *assigned = attr(root, name, "addr_assign_type");
	pg_autofree char *address = attr(root, name, "address");

	if (kept)
		return clean_mac(kept);
	return address && assigned && strcmp(assigned, "0") == 0 ? clean_mac(address) : NULL;
}

static bool is_wlan(const struct pg_root *root, const char *name)
{
	pg_autofree char *a = pg_strf(NET "/%s/wireless", name);
	pg_autofree char *b = pg_strf(NET "/%s/phy80211", name);

	return a && b && (pg_root_exists(root, a) || pg_root_exists(root, b));
}

static int add_nic(const struct pg_root *root, struct pg_facts *facts, const char *name)
{
	pg_autofree char *link = pg_strf(NET "/%s", name);
	pg_autofree char *type = attr(root, name, "type");
	pg_autofree char *target = NULL;
	struct pg_bdf addr;
	struct pg_nic *nic;

	if (!link)
		return -ENOMEM;
	/* ARPHRD_ETHER; a tree may lack the attribute */
	if ((type && strcmp(type, "1") != 0) || pg_root_readlink(root, link, &target) < 0 ||
	    !addr_of_path(target, &addr) || facts->n_nic >= NICS_MAX)
		return 0;
	nic = pg_vec_add(&facts->nic, &facts->n_nic, sizeof(*nic));
	if (!nic)
		return -ENOMEM;
	nic->addr = addr;
	nic->wlan = is_wlan(root, name);
	nic->mac = permanent_mac(root, name);
	nic->name = strdup(name);
	return nic->name ? 0 : -ENOMEM;
}

static int collect_nics(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(root, NET, &names);

	if (r < 0)
		return pg_note_unread(facts, NET, r);
	pg_strv_sort(&names);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = add_nic(root, facts, names.v[i]);
	return r;
}

/* ---- serials ---- */

enum { EXT_START = 0x100, EXT_END = 0x1000, EXT_DSN = 0x0003 };

uint32_t pg_pci_dword(const struct pg_bytes *config, size_t at)
{
	uint32_t value = 0;

	for (size_t i = 4; i-- > 0;)
		value = value << 8 | (unsigned char)config->p[at + i];
	return value;
}

size_t pg_pci_ext_cap(const struct pg_bytes *config, uint16_t id)
{
	size_t at = EXT_START;

	for (unsigned i = 0; i < 64 && at >= EXT_START && at + 12 <= config->n; i++) {
		uint32_t head = pg_pci_dword(config, at);

		if ((head & 0xffff) == id)
			return at;
		at = head >> 20 & 0xffc;
	}
	return 0;
}

/* Device Serial Number: PCI Express Base Specification, 7.9.3; all zeros or ones is none. */
static char *find_dsn(const struct pg_bytes *config)
{
	size_t at = pg_pci_ext_cap(config, EXT_DSN);
	uint32_t low = at ? pg_pci_dword(config, at + 4) : 0;
	uint32_t high = at ? pg_pci_dword(config, at + 8) : 0;

	return (low | high) && (low & high) != UINT32_MAX ?
		       pg_strf("dsn=%08x%08x", high, low) : NULL;
}

/* Reading the configuration space wakes a device that sleeps: it is left asleep. */
static bool sleeps(const struct pg_dir *dir)
{
	pg_autofree char *status = NULL;

	return pg_root_read_attr_at(dir, "power_state", &status) == 0 &&
	       strcmp(status, "D0") != 0;
}

static int read_config(const struct pg_root *root, struct pg_dev *dev)
{
	pg_autofree char *path = pg_strf("%s/%s", PG_PCI_DEVICES, pg_bdf_str(dev->addr).s);
	struct pg_bytes config PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_dir dir PG_CLEANUP(pg_dir_done) = { .fd = -1 };
	int r;

	if (!path)
		return -ENOMEM;
	if (dev->is_bridge || dev->is_vf || dev->dead || pg_root_open_dir(root, path, &dir) < 0 ||
	    sleeps(&dir))
		return 0;
	r = pg_root_read_at(&dir, "config", EXT_END, &config);
	if (r == 0) {
		dev->serial = find_dsn(&config);
		dev->msix_outside = pg_pci_msix_outside(&config, dev);
		pg_pci_vf_memory(&config, dev);
	}
	return r == -ENOMEM ? r : 0;
}

/* The lowest of a function with several ports: they come sorted by name only. */
static int read_mac(struct pg_facts *facts, struct pg_dev *dev)
{
	const char *mac = NULL;

	for (size_t i = 0; !dev->serial && !dev->is_vf && i < facts->n_nic; i++) {
		const struct pg_nic *nic = &facts->nic[i];

		if (nic->mac && pg_bdf_equal(nic->addr, dev->addr) &&
		    (!mac || strcmp(nic->mac, mac) < 0))
			mac = nic->mac;
	}
	if (!mac)
		return 0;
	dev->serial = pg_strf("mac=%s", mac);
	return dev->serial ? 0 : -ENOMEM;
}

int pg_collect_identity(const struct pg_root *root, struct pg_facts *facts)
{
	int r = collect_nics(root, facts);

	for (size_t i = 0; r == 0 && i < facts->n_dev; i++) {
		r = read_config(root, &facts->dev[i]);
		if (r == 0)
			r = read_mac(facts, &facts->dev[i]);
	}
	facts->has_pin_tool = pg_root_exists(root, PIN_TOOL);
	return r;
}
