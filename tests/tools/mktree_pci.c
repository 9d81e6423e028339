/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/mktree.h"

#include <stdio.h>
#include <string.h>

#include "src/base/text.h"
#include "src/host/bdf.h"

#define N_BARS 6
#define ROM    6

/* Flags of `resource`, as include/linux/ioport.h has them. */
#define RES_IO	  0x40101ULL
#define RES_MEM	  0x40200ULL
#define RES_PREF  0x2008ULL
#define RES_MEM64 0x100004ULL

struct bar {
	uint64_t size, start, flags;
};

struct pci {
	struct pg_bdf addr;
	struct pg_bdf_str name;
	char *path;   /* the device's folder */
	char *parent; /* the bridge's folder, or NULL */
	uint64_t class, vendor, device, rev, subvendor, subdevice, group, header;
	uint64_t totalvfs, numvfs, vf_offset, vf_stride, vf_device, vf_probe, boot_vga, last_bus;
	bool has_vf_place, has_vf_device, has_vf_probe, has_last_bus;
	bool has_class, has_id, has_sub, has_group, has_boot_vga, has_vfs;
	const char *driver, *override, *parent_name, *physfn, *reset, *config, *mods;
	struct bar bar[N_BARS + 1];
};

/* ---- reading the words ---- */

static int number(struct tree *t, const char *key, const char *s, unsigned base,
		  uint64_t max, uint64_t *ret)
{
	if (pg_text_number(s, base, max, ret) < 0)
		return bad(t, "%s=%s: is no number, or too large", key, s);
	return 0;
}

static int id_pair(struct tree *t, const char *key, const char *s, uint64_t *a,
		   uint64_t *b)
{
	char *copy pg_autofree = strdup(s);
	char *colon = copy ? strchr(copy, ':') : NULL;

	if (!colon)
		return bad(t, "%s=%s: two numbers with a colon are wanted", key, s);
	*colon = '\0';
	if (number(t, key, copy, 16, 0xffff, a) < 0)
		return -1;
	return number(t, key, colon + 1, 16, 0xffff, b);
}

static int size(struct tree *t, const char *key, const char *s, uint64_t *ret)
{
	static const char units[] = "KMG";
	char *copy pg_autofree = strdup(s);
	const char *unit = copy && *copy ? strchr(units, copy[strlen(copy) - 1]) : NULL;

	if (!copy)
		return bad(t, "memory ran out");
	if (unit)
		copy[strlen(copy) - 1] = '\0';
	if (number(t, key, copy, 10, 1ULL << 24, ret) < 0)
		return -1;
	*ret <<= unit ? 10 * (unit - units + 1) : 0;
	if (!*ret || *ret & (*ret - 1))
		return bad(t, "%s=%s: a power of two is wanted", key, s);
	return 0;
}

static int bar_flags(struct tree *t, const char *key, const char *s, uint64_t *ret)
{
	static const struct {
		const char *name;
		uint64_t flags;
	} kinds[] = {
		{ "", RES_MEM },
		{ "p", RES_MEM | RES_PREF },
		{ "64", RES_MEM | RES_MEM64 },
		{ "p64", RES_MEM | RES_MEM64 | RES_PREF },
		{ "io", RES_IO },
	};

	for (size_t i = 0; i < PG_ARRAY_SIZE(kinds); i++) {
		if (strcmp(s, kinds[i].name) == 0) {
			*ret = kinds[i].flags;
			return 0;
		}
	}
	return bad(t, "%s: the kind after ':' is one of p, 64, p64, io", key);
}

static int bar(struct tree *t, const char *key, const char *s, struct bar *ret)
{
	char *copy pg_autofree = strdup(s);
	char *colon = copy ? strchr(copy, ':') : NULL;
	uint64_t *next;

	if (!copy)
		return bad(t, "memory ran out");
	if (colon)
		*colon = '\0';
	if (size(t, key, copy, &ret->size) < 0 ||
	    bar_flags(t, key, colon ? colon + 1 : "", &ret->flags) < 0)
		return -1;
	next = ret->flags & 0x100		   ? &t->io
	       : ret->flags & RES_MEM64 & ~RES_MEM ? &t->mem64
						   : &t->mem32;
	ret->start = (*next + ret->size - 1) & ~(ret->size - 1);
	*next = ret->start + ret->size;
	return 0;
}

static int bar_word(struct tree *t, const char *key, const char *value, struct pci *p)
{
	size_t i = (size_t)(key[3] - '0');

	if (i >= N_BARS || key[4])
		return bad(t, "%s: there are bar0 to bar5", key);
	if (i == N_BARS - 1 && (strstr(value, ":64") || strstr(value, ":p64")))
		return bad(t, "%s: the last BAR has 32 bits", key);
	if (i > 0 && p->bar[i - 1].size && p->bar[i - 1].flags & 0x100000)
		return bad(t, "%s: taken by the upper half of the BAR before it", key);
	return bar(t, key, value, &p->bar[i]);
}

static int text_word(struct tree *t, const char *key, const char *value, struct pci *p)
{
	const struct {
		const char *key;
		const char **to;
	} keys[] = {
		{ "driver", &p->driver },      { "override", &p->override },
		{ "parent", &p->parent_name }, { "physfn", &p->physfn },
		{ "reset", &p->reset },	       { "config", &p->config },
		{ "mods", &p->mods },
	};

	for (size_t i = 0; i < PG_ARRAY_SIZE(keys); i++) {
		if (strcmp(key, keys[i].key) == 0) {
			*keys[i].to = value;
			return *value ? 0 : bad(t, "%s= has no value", key);
		}
	}
	return bad(t, "unknown word '%s='", key);
}

static int word(struct tree *t, const char *key, const char *value, struct pci *p)
{
	const struct {
		const char *key;
		unsigned base;
		uint64_t max;
		uint64_t *to;
		bool *has;
	} numbers[] = {
		{ "class", 16, 0xffffff, &p->class, &p->has_class },
		{ "rev", 16, 0xff, &p->rev, NULL },
		{ "group", 10, 65535, &p->group, &p->has_group },
		{ "header", 10, 1, &p->header, NULL },
		{ "boot_vga", 10, 1, &p->boot_vga, &p->has_boot_vga },
		{ "totalvfs", 10, 256, &p->totalvfs, &p->has_vfs },
		{ "numvfs", 10, 256, &p->numvfs, &p->has_vfs },
		{ "vf_offset", 10, 65535, &p->vf_offset, &p->has_vf_place },
		{ "vf_stride", 10, 65535, &p->vf_stride, &p->has_vf_place },
		{ "vf_device", 16, 65535, &p->vf_device, &p->has_vf_device },
		{ "last_bus", 10, 255, &p->last_bus, &p->has_last_bus },
		{ "vf_probe", 10, 1, &p->vf_probe, &p->has_vf_probe },
	};

	for (size_t i = 0; i < PG_ARRAY_SIZE(numbers); i++) {
		if (strcmp(key, numbers[i].key) != 0)
			continue;
		if (numbers[i].has)
			*numbers[i].has = true;
		return number(t, key, value, numbers[i].base, numbers[i].max,
			      numbers[i].to);
	}
	if (strcmp(key, "id") == 0) {
		p->has_id = true;
		return id_pair(t, key, value, &p->vendor, &p->device);
	}
	if (strcmp(key, "sub") == 0) {
		p->has_sub = true;
		return id_pair(t, key, value, &p->subvendor, &p->subdevice);
	}
	if (strcmp(key, "rom") == 0)
		return bar(t, key, value, &p->bar[ROM]);
	if (strncmp(key, "bar", 3) == 0)
		return bar_word(t, key, value, p);
	return text_word(t, key, value, p);
}

static int parse(struct tree *t, char *const *words, size_t n, struct pci *p)
{
	if (pg_bdf_parse(words[0], &p->addr) < 0)
		return bad(t, "'%s' is no PCI address with its domain", words[0]);
	p->name = pg_bdf_str(p->addr);
	for (size_t i = 1; i < n; i++) {
		char *eq = strchr(words[i], '=');

		if (!eq)
			return bad(t, "'%s': KEY=VALUE is wanted", words[i]);
		*eq = '\0';
		if (word(t, words[i], eq + 1, p) < 0)
			return -1;
	}
	if (!p->has_class || !p->has_id)
		return bad(t, "class= and id= are needed");
	if (p->has_boot_vga && p->class >> 8 != 0x0300)
		return bad(t, "boot_vga= is for class 0300");
	if (p->numvfs > p->totalvfs)
		return bad(t, "numvfs= is more than totalvfs=");
	return 0;
}

/* ---- the configuration space ---- */

static void put(unsigned char *c, size_t at, size_t n, uint64_t value)
{
	for (size_t i = 0; i < n; i++)
		c[at + i] = (unsigned char)(value >> (8 * i));
}

static void put_bars(const struct pci *p, unsigned char *c)
{
	for (size_t i = 0; i < (p->header ? 2 : N_BARS); i++) {
		const struct bar *b = &p->bar[i];
		uint64_t bits = b->flags & 0x100 ? 1 : 0;

		if (!b->size)
			continue;
		bits |= b->flags & 0x2000 ? 8 : 0;
		bits |= b->flags & 0x100000 ? 4 : 0;
		put(c, 0x10 + 4 * i, b->flags & 0x100000 ? 8 : 4, b->start | bits);
	}
	if (p->bar[ROM].size)
		put(c, p->header ? 0x38 : 0x30, 4, p->bar[ROM].start);
}

static int write_config(struct tree *t, const struct pci *p, const char *path)
{
	const char *how = p->config ? p->config : "64";
	unsigned char c[256] = { 0 };
	size_t n = strcmp(how, "256") == 0 ? 256 : strcmp(how, "short") == 0 ? 16 : 64;

	if (strcmp(how, "none") == 0)
		return 0;
	if (strcmp(how, "64") != 0 && strcmp(how, "ff") != 0 && n == 64)
		return bad(t, "config=%s: is one of none, short, 64, 256, ff", how);
	put(c, 0x00, 2, p->vendor);
	put(c, 0x02, 2, p->device);
	put(c, 0x04, 2, p->driver ? 0x0407 : 0x0003);
	put(c, 0x08, 1, p->rev);
	put(c, 0x09, 3, p->class);
	put(c, 0x0e, 1, p->header | (p->addr.fn ? 0x80 : 0));
	put_bars(p, c);
	if (p->header)
		put(c, 0x18, 1, p->addr.bus);
	else
		put(c, 0x2c, 4, p->subvendor | p->subdevice << 16);
	put(c, 0x3c, 1, 16);
	put(c, 0x3d, 1, 1);
	if (strcmp(how, "ff") == 0)
		memset(c, 0xff, sizeof(c));
	return fs_write(t, path, 0644, c, n);
}

/* ---- files ---- */

static void add_resource(struct pg_strbuf *b, const struct bar *bar)
{
	pg_strbuf_addf(b, "0x%016llx 0x%016llx 0x%016llx\n",
		       (unsigned long long)bar->start,
		       (unsigned long long)(bar->size ? bar->start + bar->size - 1 : 0),
		       (unsigned long long)bar->flags);
}

static int write_resource(struct tree *t, const struct pci *p, const char *path)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	static const struct bar none;

	for (size_t i = 0; i <= ROM; i++)
		add_resource(&b, &p->bar[i]);
	for (size_t i = ROM + 1; i < (p->header ? 17 : 13); i++)
		add_resource(&b, &none);
	if (pg_strbuf_error(&b) < 0)
		return bad(t, "memory ran out");
	return fs_write(t, path, 0644, b.s, b.len);
}

/* One attribute of the device, where `there` holds. */
static int attr(struct tree *t, const struct pci *p, bool there, const char *name,
		const char *fmt, ...) PG_PRINTF(5, 6);

static int attr(struct tree *t, const struct pci *p, bool there, const char *name,
		const char *fmt, ...)
{
	char *path pg_autofree = pg_strf("%s/%s", p->path, name);
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	va_list ap;

	if (!there)
		return 0;
	va_start(ap, fmt);
	pg_strbuf_vaddf(&b, fmt, ap);
	va_end(ap);
	pg_strbuf_addc(&b, '\n');
	if (!path || pg_strbuf_error(&b) < 0)
		return bad(t, "memory ran out");
	return fs_write(t, path, 0644, b.s, b.len);
}

static int write_reset(struct tree *t, const struct pci *p)
{
	char *methods pg_autofree = p->reset ? strdup(p->reset) : NULL;
	char *path pg_autofree = pg_strf("%s/reset", p->path);

	if (!methods)
		return 0;
	for (char *s = methods; *s; s++)
		if (*s == ',')
			*s = ' ';
	if (!path || fs_write(t, path, 0200, "", 0) < 0)
		return -1;
	return attr(t, p, true, "reset_method", "%s", methods);
}

static int write_blobs(struct tree *t, const struct pci *p)
{
	char *config pg_autofree = pg_strf("%s/config", p->path);
	char *resource pg_autofree = pg_strf("%s/resource", p->path);
	char *rom pg_autofree = pg_strf("%s/rom", p->path);

	if (!config || !resource || !rom)
		return bad(t, "memory ran out");
	if (write_config(t, p, config) < 0 || write_resource(t, p, resource) < 0)
		return -1;
	return p->bar[ROM].size ? fs_write(t, rom, 0600, "", 0) : 0;
}

static int write_attrs(struct tree *t, const struct pci *p)
{
	unsigned class = (unsigned)p->class;
	bool vga = class >> 8 == 0x0300;
	char *modalias pg_autofree = pg_strf(
		"pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X", (unsigned)p->vendor,
		(unsigned)p->device, (unsigned)p->subvendor, (unsigned)p->subdevice,
		class >> 16, class >> 8 & 0xff, class & 0xff);

	if (!modalias || attr(t, p, true, "vendor", "0x%04x", (unsigned)p->vendor) < 0 ||
	    attr(t, p, true, "device", "0x%04x", (unsigned)p->device) < 0 ||
	    attr(t, p, true, "class", "0x%06x", class) < 0 ||
	    attr(t, p, true, "revision", "0x%02x", (unsigned)p->rev) < 0 ||
	    attr(t, p, true, "subsystem_vendor", "0x%04x", (unsigned)p->subvendor) < 0 ||
	    attr(t, p, true, "subsystem_device", "0x%04x", (unsigned)p->subdevice) < 0 ||
	    attr(t, p, true, "modalias", "%s", modalias) < 0 ||
	    attr(t, p, true, "irq", "%d", 16) < 0 ||
	    attr(t, p, true, "numa_node", "%d", -1) < 0 ||
	    attr(t, p, true, "driver_override", "%s",
		 p->override ? p->override : "(null)") < 0)
		return -1;
	if (attr(t, p, vga, "boot_vga", "%u", (unsigned)p->boot_vga) < 0 ||
	    attr(t, p, p->has_vfs, "sriov_totalvfs", "%u", (unsigned)p->totalvfs) < 0 ||
	    attr(t, p, p->has_vfs, "sriov_numvfs", "%u", (unsigned)p->numvfs) < 0 ||
	    attr(t, p, p->has_vf_place, "sriov_offset", "%u", (unsigned)p->vf_offset) < 0 ||
	    attr(t, p, p->has_vf_place, "sriov_stride", "%u", (unsigned)p->vf_stride) < 0 ||
	    attr(t, p, p->has_last_bus, "subordinate_bus_number", "%u", (unsigned)p->last_bus) < 0 ||
	    attr(t, p, p->has_vf_device, "sriov_vf_device", "%x", (unsigned)p->vf_device) < 0 ||
	    attr(t, p, p->has_vf_probe, "sriov_drivers_autoprobe", "%u",
		 (unsigned)p->vf_probe) < 0)
		return -1;
	return write_reset(t, p) < 0 ? -1 : write_blobs(t, p);
}

/* ---- links ---- */

/* DIR/NAME leads to the device. */
static int link_in(struct tree *t, const struct pci *p, const char *dir, const char *to)
{
	char *path pg_autofree = pg_strf("%s/%s", dir, p->name.s);

	return path ? fs_link_rel(t, path, to) : bad(t, "memory ran out");
}

static int link_from(struct tree *t, const struct pci *p, const char *name,
		     const char *to)
{
	char *path pg_autofree = pg_strf("%s/%s", p->path, name);

	return path ? fs_link_rel(t, path, to) : bad(t, "memory ran out");
}

static int link_module(struct tree *t, const struct pci *p, const char *driver_dir)
{
	char *module pg_autofree = pg_strf("/sys/module/%s", p->driver);
	char *from pg_autofree = pg_strf("%s/module", driver_dir);
	char *back pg_autofree = NULL;

	if (!module || !from)
		return bad(t, "memory ran out");
	for (char *s = module + strlen("/sys/module/"); *s; s++)
		if (*s == '-')
			*s = '_';
	back = pg_strf("%s/drivers/pci:%s", module, p->driver);
	if (!back)
		return bad(t, "memory ran out");
	if (fs_link_rel(t, from, module) < 0)
		return -1;
	return fs_link_rel(t, back, driver_dir);
}

static int write_driver(struct tree *t, const struct pci *p)
{
	static const char *const files[] = { "bind", "new_id", "remove_id", "unbind" };
	char *dir pg_autofree =
		pg_strf("/sys/bus/pci/drivers/%s", p->driver ? p->driver : "");

	if (!p->driver)
		return 0;
	if (!dir || strchr(p->driver, '/'))
		return bad(t, "driver=%s: is no name", p->driver);
	for (size_t i = 0; i < PG_ARRAY_SIZE(files); i++) {
		char *path pg_autofree = pg_strf("%s/%s", dir, files[i]);

		if (!path || fs_write(t, path, 0200, "", 0) < 0)
			return -1;
	}
	if (link_in(t, p, dir, p->path) < 0 || link_from(t, p, "driver", dir) < 0)
		return -1;
	return link_module(t, p, dir);
}

static int write_group(struct tree *t, const struct pci *p)
{
	char *dir pg_autofree =
		pg_strf("/sys/kernel/iommu_groups/%u", (unsigned)p->group);
	char *devices pg_autofree = pg_strf("%s/devices", dir);
	char *type pg_autofree = pg_strf("%s/type", dir);
	char *regions pg_autofree = pg_strf("%s/reserved_regions", dir);

	if (!p->has_group)
		return 0;
	if (!dir || !devices || !type || !regions)
		return bad(t, "memory ran out");
	if (link_in(t, p, devices, p->path) < 0 ||
	    link_from(t, p, "iommu_group", dir) < 0)
		return -1;
	if (fs_exists(t, type))
		return 0;
	if (fs_text(t, type, "DMA-FQ\n") < 0)
		return -1;
	return fs_text(t, regions, "0x00000000fee00000 0x00000000feefffff msi\n");
}

static int write_physfn(struct tree *t, const struct pci *p)
{
	char *pf_link pg_autofree = pg_strf("/sys/bus/pci/devices/%s", p->physfn);
	char *pf pg_autofree = NULL;

	if (!p->physfn)
		return 0;
	pf = pf_link ? fs_target(t, pf_link) : NULL;
	if (!pf)
		return bad(t, "physfn=%s: there is no such device yet", p->physfn);
	for (unsigned i = 0; i < 256; i++) {
		char *vf pg_autofree = pg_strf("%s/virtfn%u", pf, i);

		if (!vf)
			return bad(t, "memory ran out");
		if (fs_exists(t, vf))
			continue;
		return fs_link_rel(t, vf, p->path) < 0 ? -1
						       : link_from(t, p, "physfn", pf);
	}
	return bad(t, "physfn=%s: has 256 functions already", p->physfn);
}

static int write_mods(struct tree *t, const struct pci *p)
{
	char *names pg_autofree = p->mods ? strdup(p->mods) : NULL;
	char *path pg_autofree = pg_strf("/lib/modules/%s/modules.alias", t->kernel);
	char *rest = NULL;

	if (!names)
		return 0;
	if (!t->kernel)
		return bad(t, "mods= comes after a kernel line");
	for (char *m = strtok_r(names, ",", &rest); m; m = strtok_r(NULL, ",", &rest)) {
		char *line pg_autofree =
			pg_strf("alias pci:v%08Xd%08Xsv*sd*bc*sc*i* %s\n",
				(unsigned)p->vendor, (unsigned)p->device, m);

		if (!path || !line || fs_append(t, path, line) < 0)
			return -1;
	}
	return 0;
}

/* ---- its place ---- */

/* The bridge's bus numbers follow from what hangs below it. */
static int tell_bridge(struct tree *t, const struct pci *p)
{
	char *config pg_autofree = pg_strf("%s/config", p->parent);
	char *bus pg_autofree = NULL;
	unsigned char numbers[2] = { p->addr.bus, p->addr.bus };

	bus = pg_strf("%s/pci_bus/%04x:%02x", p->parent, p->addr.domain, p->addr.bus);
	if (!config || !bus)
		return bad(t, "memory ran out");
	if (!p->physfn && fs_patch(t, config, 0x19, numbers, sizeof(numbers)) < 0)
		return -1;
	return fs_dir(t, bus, 0755);
}

static int find_place(struct tree *t, struct pci *p)
{
	char *link pg_autofree = pg_strf("/sys/bus/pci/devices/%s", p->parent_name);
	char *up pg_autofree = NULL;

	if (p->parent_name) {
		up = link ? fs_target(t, link) : NULL;
		if (!up)
			return bad(t, "parent=%s: there is no such device yet",
				   p->parent_name);
		p->parent = strdup(up);
	} else {
		up = pg_strf("/sys/devices/pci%04x:%02x", p->addr.domain, p->addr.bus);
	}
	p->path = up ? pg_strf("%s/%s", up, p->name.s) : NULL;
	return p->path ? 0 : bad(t, "memory ran out");
}

/* Takes the links out that lead from elsewhere to a device of this address. */
static int unlink_from(struct tree *t, const struct pci *p, const char *old,
		       const char *name)
{
	char *link pg_autofree = pg_strf("%s/%s", old, name);
	char *to pg_autofree = link ? fs_target(t, link) : NULL;
	char *path pg_autofree = NULL;

	if (!to)
		return 0;
	path = pg_strf(strcmp(name, "driver") == 0 ? "%s/%s" : "%s/devices/%s", to,
		       p->name.s);
	return path && fs_exists(t, path) ? fs_remove(t, path) : 0;
}

/* A later line for the same address replaces the device, but not what hangs below it. */
static int forget(struct tree *t, const struct pci *p)
{
	char *link pg_autofree = pg_strf("/sys/bus/pci/devices/%s", p->name.s);
	char *old pg_autofree = link ? fs_target(t, link) : NULL;

	if (!old)
		return 0;
	if (strcmp(old, p->path) != 0)
		return bad(t, "%s is below another bridge already", p->name.s);
	if (unlink_from(t, p, old, "driver") < 0 ||
	    unlink_from(t, p, old, "iommu_group") < 0)
		return -1;
	return fs_clear(t, old);
}

static int make(struct tree *t, struct pci *p)
{
	char *buses pg_autofree = NULL;

	if (find_place(t, p) < 0 || forget(t, p) < 0 || write_attrs(t, p) < 0)
		return -1;
	if (link_in(t, p, "/sys/bus/pci/devices", p->path) < 0 ||
	    link_from(t, p, "subsystem", "/sys/bus/pci") < 0)
		return -1;
	buses = pg_strf("%s/pci_bus", p->path);
	if (p->header && (!buses || fs_dir(t, buses, 0755) < 0))
		return -1;
	if (p->parent && tell_bridge(t, p) < 0)
		return -1;
	if (write_driver(t, p) < 0 || write_group(t, p) < 0 || write_physfn(t, p) < 0)
		return -1;
	return write_mods(t, p);
}

int pci_line(struct tree *t, char *const *words, size_t n)
{
	struct pci p = { 0 };
	int r = parse(t, words, n, &p);

	if (r == 0)
		r = make(t, &p);
	free(p.path);
	free(p.parent);
	return r;
}
