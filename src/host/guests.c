/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/guests.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/host/cluster.h"
#include "src/host/collect.h"
#include "src/host/usb_private.h"

#define PVE "/etc/pve"
#define GUESTS_MAX 20000
#define VMID_MAX 999999999
/* pmxcfs takes no larger file. */
#define CONF_MAX ((size_t)1 << 20)

/* ---- this node ---- */

/* The node in a link like "nodes/pve1" or "nodes/pve1/qemu-server", or NULL. */
static int node_of_link(const struct pg_root *root, const char *path, char **ret)
{
	pg_autofree char *target = NULL;
	const char *name;
	size_t n;
	int r = pg_root_readlink(root, path, &target);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	name = strstr(target, "nodes/");
	if (!name)
		return 0;
	name += strlen("nodes/");
	n = strcspn(name, "/");
	if (!n)
		return 0;
	*ret = strndup(name, n);
	return *ret ? 0 : -ENOMEM;
}

/* PVE::INotify::nodename: the host name up to its first dot. */
static int node_of_hostname(const struct pg_root *root, const char *path, char **ret)
{
	pg_autofree char *name = NULL;
	int r = pg_root_read_attr(root, path, &name);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	name[strcspn(name, ". \t\n")] = '\0';
	if (*name)
		*ret = PG_STEAL(name);
	return 0;
}

/* *ret stays NULL where nothing tells. */
static int local_node(const struct pg_root *root, char **ret)
{
	static const char *const links[] = { PVE "/local", PVE "/qemu-server" };
	static const char *const names[] = { "/proc/sys/kernel/hostname", "/etc/hostname" };
	int r = 0;

	for (size_t i = 0; r == 0 && !*ret && i < PG_ARRAY_SIZE(links); i++)
		r = node_of_link(root, links[i], ret);
	for (size_t i = 0; r == 0 && !*ret && i < PG_ARRAY_SIZE(names); i++)
		r = node_of_hostname(root, names[i], ret);
	return r;
}

/* ---- one guest ---- */

static bool names_running_process(const struct pg_root *root, const char *pidfile)
{
	pg_autofree char *pid = NULL, *proc = NULL;
	uint64_t number;

	if (pg_root_read_attr(root, pidfile, &pid) < 0 ||
	    pg_text_number(pid, 10, INT32_MAX, &number) < 0)
		return true; /* there, and not to be doubted */
	proc = pg_strf("/proc/%u", (unsigned)number);
	return !proc || pg_root_exists(root, proc);
}

/* The pid file of the VM (PVE::QemuServer::Helpers). A killed VM leaves it behind, which
 * can be told on the living system only. */
static enum pg_tri is_running(const struct pg_root *root, uint32_t vmid)
{
	static const char *const dirs[] = { "/run", "/var/run" };
	enum pg_tri known = PG_UNKNOWN;

	for (size_t i = 0; i < PG_ARRAY_SIZE(dirs); i++) {
		pg_autofree char *path = pg_strf("%s/qemu-server/%u.pid", dirs[i], vmid);
		struct stat st;
		int r = path ? pg_root_stat(root, path, &st) : -ENOMEM;

		if (r == 0)
			return !pg_root_is_whole(root) || names_running_process(root, path);
		if ((r == -ENOENT || r == -ENOTDIR) && pg_root_exists(root, dirs[i]))
			known = PG_NO;
	}
	return known;
}

/* "100.conf": 100. */
static bool vmid_of(const char *name, uint32_t *ret)
{
	pg_autofree char *digits = NULL;
	uint64_t vmid;

	if (!pg_text_ends(name, ".conf") || *name == '0')
		return false;
	digits = strndup(name, strlen(name) - strlen(".conf"));
	if (!digits || pg_text_number(digits, 10, VMID_MAX, &vmid) < 0)
		return false;
	*ret = (uint32_t)vmid;
	return true;
}

static int read_guest(const struct pg_root *root, struct pg_facts *facts, struct pg_guest *g)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = pg_root_read(root, g->path, CONF_MAX, &text);

	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		g->error = r;
		return pg_note_unread(facts, g->path, r);
	}
	r = pg_guest_parse(&text, g);
	if (r == 0)
		r = pg_guest_read_props(g);
	if (r == 0)
		r = pg_guest_read_hostpci(g);
	return r < 0 ? r : pg_guest_read_usb(g);
}

static int add_guest(const struct pg_root *root, struct pg_facts *facts, const char *dir,
		     const char *node, bool local, const char *name)
{
	struct pg_guest *g;
	uint32_t vmid;

	if (!vmid_of(name, &vmid))
		return 0;
	g = pg_vec_add(&facts->guest, &facts->n_guest, sizeof(*g));
	if (!g)
		return -ENOMEM;
	g->vmid = vmid;
	g->local = local;
	g->running = PG_UNKNOWN;
	g->node = strdup(node);
	g->path = pg_strf("%s/%s", dir, name);
	return g->node && g->path ? read_guest(root, facts, g) : -ENOMEM;
}

/* ---- all guests ---- */

static int add_dir(const struct pg_root *root, struct pg_facts *facts, const char *dir,
		   const char *node, bool local)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(root, dir, &names);

	if (r < 0)
		return pg_note_unread(facts, dir, r);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		if (facts->n_guest >= GUESTS_MAX)
			return pg_strv_addf(&facts->unread, _("%s: there are more than %d VMs; the rest was "
					    "left out"), dir, GUESTS_MAX);
		r = add_guest(root, facts, dir, node, local, names.v[i]);
	}
	return r;
}

/* A tree without nodes/ may have the folder that is a link on a real node. */
static int add_all(const struct pg_root *root, struct pg_facts *facts, const char *node)
{
	struct pg_strv nodes PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(root, PVE "/nodes", &nodes);

	if (r < 0 && r != -ENOENT && r != -ENOTDIR)
		return pg_note_unread(facts, PVE "/nodes", r);
	if (!nodes.n)
		return add_dir(root, facts, PVE "/qemu-server", node ? node : "", true);
	r = 0;
	for (size_t i = 0; r == 0 && i < nodes.n; i++) {
		pg_autofree char *dir = pg_strf(PVE "/nodes/%s/qemu-server", nodes.v[i]);

		if (!dir)
			return -ENOMEM;
		r = add_dir(root, facts, dir, nodes.v[i], node && strcmp(node, nodes.v[i]) == 0);
		if (r == 0)
			r = pg_cluster_add(facts, nodes.v[i], false);
	}
	return r;
}

/* A number can be on two nodes only in a broken tree: ours comes first then. */
static int by_vmid(const void *a, const void *b)
{
	const struct pg_guest *x = a, *y = b;

	if (x->vmid != y->vmid)
		return x->vmid < y->vmid ? -1 : 1;
	if (x->local != y->local)
		return x->local ? -1 : 1;
	return strcmp(x->path, y->path);
}

/* ---- devices ---- */

static int mark_dev(struct pg_facts *facts, struct pg_bdf addr, uint32_t vmid)
{
	struct pg_dev *dev = pg_facts_dev_mut(facts, addr);
	uint32_t *slot;

	if (!dev || (dev->n_vmid && dev->vmid[dev->n_vmid - 1] == vmid))
		return 0;
	slot = pg_vec_add(&dev->vmid, &dev->n_vmid, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = vmid;
	return 0;
}

static int mark_slot(struct pg_facts *facts, struct pg_bdf addr, uint32_t vmid)
{
	int r = 0;

	for (uint8_t fn = 0; r == 0 && fn < 8; fn++) {
		addr.fn = fn;
		r = mark_dev(facts, addr, vmid);
	}
	return r;
}

static int mark_devs(struct pg_facts *facts, const struct pg_bdf *addr, const bool *slot,
		     size_t n, uint32_t vmid)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = slot[i] ? mark_slot(facts, addr[i], vmid) : mark_dev(facts, addr[i], vmid);
	return r;
}

static const struct pg_mapping *find_mapping(const struct pg_facts *facts, const char *id)
{
	for (size_t i = 0; id && i < facts->n_mapping; i++)
		if (strcmp(facts->mapping[i].id, id) == 0)
			return &facts->mapping[i];
	return NULL;
}

static int mark_guest(struct pg_facts *facts, const struct pg_guest *g)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < g->n_hostpci; i++) {
		const struct pg_hostpci *hp = &g->hostpci[i];
		const struct pg_mapping *m = find_mapping(facts, hp->mapping);

		if (hp->pending)
			continue;
		r = mark_devs(facts, hp->addr, hp->slot, hp->n_addr, g->vmid);
		if (r == 0 && m)
			r = mark_devs(facts, m->addr, m->slot, m->n_addr, g->vmid);
	}
	return r;
}

/* Guests are sorted, so a device's numbers come out sorted and a double is the last one. */
static int mark_all(struct pg_facts *facts)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_guest; i++)
		if (facts->guest[i].local)
			r = mark_guest(facts, &facts->guest[i]);
	return r;
}

/* ---- all together ---- */

/* Reads a file of /etc/pve; one that cannot be read is noted and empty. */
static int read_conf(const struct pg_root *root, struct pg_facts *facts, const char *path,
		     struct pg_bytes *ret)
{
	int r = pg_root_read(root, path, CONF_MAX, ret);

	return r < 0 ? pg_note_unread(facts, path, r) : 0;
}

static int read_cluster(const struct pg_root *root, struct pg_facts *facts, const char *node)
{
	struct pg_bytes corosync PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_bytes members PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = read_conf(root, facts, PVE "/corosync.conf", &corosync);

	if (r == 0)
		r = pg_cluster_members(facts, &corosync);
	if (r == 0)
		r = pg_cluster_end(facts, node);
	if (r == 0)
		r = read_conf(root, facts, PVE "/.members", &members);
	return r < 0 ? r : pg_members_parse(&members, facts);
}

/* QEMU's own firmware lies there too; it is larger, or no ROM of a card. */
#define ROM_MAX ((size_t)4 << 20)

static int add_rom(const struct pg_root *root, struct pg_facts *facts, const char *path,
		   const char *name)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_rom *rom = pg_vec_add(&facts->rom, &facts->n_rom, sizeof(*rom));
	int r;

	if (!rom)
		return -ENOMEM;
	rom->name = strdup(name);
	if (!rom->name)
		return -ENOMEM;
	r = pg_root_read(root, path, ROM_MAX, &bytes);
	if (r == 0)
		pg_rom_look(&bytes, rom);
	return r == -ENOMEM ? r : 0;
}

/* Where Proxmox has QEMU look for romfile= (PVE::QemuServer::PCI). */
static int read_roms(const struct pg_root *root, struct pg_facts *facts)
{
	static const char dir[] = "/usr/share/kvm";
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(root, dir, &names);

	facts->rom_known = r < 0 ? PG_UNKNOWN : PG_YES;
	if (r < 0)
		return pg_note_unread(facts, dir, r);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		pg_autofree char *path = pg_strf("%s/%s", dir, names.v[i]);
		struct stat st;

		if (!path)
			return -ENOMEM;
		if (pg_root_stat(root, path, &st) == 0 && S_ISREG(st.st_mode))
			r = add_rom(root, facts, path, names.v[i]);
	}
	return r;
}

/* What else acts on VMs, each a file of its own; one that is not there says nothing. */
static int read_kept(const struct pg_root *root, struct pg_facts *facts)
{
	static const struct {
		const char *path;
		int (*parse)(const struct pg_bytes *text, struct pg_facts *facts);
	} files[] = {
		{ PVE "/ha/resources.cfg", pg_ha_parse },
		{ PVE "/ha/groups.cfg", pg_ha_groups_parse }, /* after the resources, which name them */
		{ PVE "/ha/rules.cfg", pg_ha_rules_parse },
		{ PVE "/jobs.cfg", pg_jobs_parse },
		{ "/run/qemu-server/pci-id-reservations", pg_reserved_parse },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < PG_ARRAY_SIZE(files); i++) {
		struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };

		r = read_conf(root, facts, files[i].path, &text);
		if (r == 0)
			r = files[i].parse(&text, facts);
	}
	return r;
}

/* What is not of the VMs' own files. */
static int read_details(const struct pg_root *root, struct pg_facts *facts, const char *node)
{
	struct pg_bytes storage PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = read_cluster(root, facts, node);

	for (size_t i = 0; i < facts->n_guest; i++)
		if (facts->guest[i].local)
			facts->guest[i].running = is_running(root, facts->guest[i].vmid);
	if (r == 0)
		r = read_conf(root, facts, PVE "/storage.cfg", &storage);
	if (r == 0)
		r = pg_storage_parse(&storage, node, facts);
	if (r == 0)
		r = read_kept(root, facts);
	return r < 0 ? r : read_roms(root, facts);
}

int pg_collect_guests(const struct pg_root *root, unsigned want, struct pg_facts *facts)
{
	struct pg_bytes pci PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *node = NULL;
	int r = local_node(root, &node);

	if (r == 0)
		r = add_all(root, facts, node);
	if (r == 0 && facts->n_guest)
		qsort(facts->guest, facts->n_guest, sizeof(*facts->guest), by_vmid);
	if (r == 0)
		r = read_conf(root, facts, PVE "/mapping/pci.cfg", &pci);
	if (r == 0)
		r = pg_mappings_parse(&pci, node, facts);
	if (r == 0)
		r = mark_all(facts);
	return r < 0 || !(want & PG_WANT_DETAILS) ? r : read_details(root, facts, node);
}
