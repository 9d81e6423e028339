/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The start of a VM: parse_hostpci_devices, the mappings, the reservation, the deaths. */
#include "tests/plans/pve/pve.h"

#include <stdio.h>
#include <string.h>

#include "src/base/text.h"

#define GONE "PCI device mapping invalid (hardware probably changed): "

/* Device functions that an entry means; several sets where a mapping has alternatives. */
struct set {
	const struct pve_dev **v;
	size_t n;
};

struct entry {
	const char *key;
	struct pve_props p;
	struct set *alt;
	size_t n_alt;
};

struct start {
	const struct pve_node *node;
	const struct pve_vm *vm;
	struct pve_conf conf;
	struct entry *entry;
	size_t n_entry;
	struct pve_out *out;
	bool q35, ovmf;
};

static void start_done(struct start *s)
{
	for (size_t i = 0; i < s->n_entry; i++) {
		for (size_t k = 0; k < s->entry[i].n_alt; k++)
			free(s->entry[i].alt[k].v);
		free(s->entry[i].alt);
		pve_props_done(&s->entry[i].p);
	}
	free(s->entry);
	pve_conf_done(&s->conf);
}

/* Functions by prefix, as the lspci filter of Proxmox finds them. */
static size_t find_devs(const struct pve_node *node, const char *id, struct set *set)
{
	char *full pg_autofree = pve_must(pve_match("^[0-9a-f]{4,}:[0-9a-f]+:", id) ?
						  strdup(id) : pg_strf("0000:%s", id));
	size_t found = 0;

	for (size_t i = 0; i < node->n_dev; i++) {
		const struct pve_dev **d;

		if (!pg_text_starts(node->dev[i].addr, full))
			continue;
		d = pve_must(pg_vec_add(&set->v, &set->n, sizeof(*d)));
		*d = &node->dev[i];
		found++;
	}
	return found;
}

static char *add_alt(struct start *s, struct entry *e, const char *list)
{
	struct pg_strv id PG_CLEANUP(pg_strv_done) = { 0 };
	struct set *set = pve_must(pg_vec_add(&e->alt, &e->n_alt, sizeof(*set)));

	if (pg_strv_split(list, ";", &id) < 0)
		abort();
	for (size_t i = 0; i < id.n; i++)
		if (!find_devs(s->node, id.v[i], set))
			return pg_strf("no PCI device found for '%s'", id.v[i]);
	return NULL;
}

/* ---- assert_valid of PVE::Mapping::PCI ---- */

static char *compare(const char *prop, const char *id, const char *path, const char *real,
		     const struct pve_props *map)
{
	const char *said = pve_props_get(map, prop);

	if (!*real && !said)
		return NULL;
	if (!said)
		return pg_strf(GONE "missing expected property '%s' for device '%s'", prop, path);
	if (!*real)
		return pg_strf(GONE "unexpected property '%s' configured for device '%s'", prop,
			       path);
	if (strcmp(real, said) != 0)
		return pg_strf(GONE "'%s' does not match for '%s' (%s != %s)", prop, id, real, said);
	return NULL;
}

/* The ids of every path, the IOMMU group of the first one only. Without a function, .0 must be
 * there. */
static char *assert_path(const struct start *s, const char *id, const struct pve_props *map,
			 const char *path, bool is_first)
{
	char *full pg_autofree = pve_must(strchr(path, '.') ? strdup(path) : pg_strf("%s.0", path));
	char group[16] = "", *why;
	struct set set = { 0 };
	const struct pve_dev *d;

	if (!find_devs(s->node, full, &set))
		return pg_strf(GONE "pci device '%s' not found", full);
	d = set.v[0];
	free(set.v);
	if (d->group >= 0)
		snprintf(group, sizeof(group), "%d", d->group);
	why = compare("id", id, full, d->id, map);
	if (!why && is_first)
		why = compare("iommugroup", id, full, group, map);
	return why ? why : compare("subsystem-id", id, full, d->sub, map);
}

static char *assert_mdev(const struct start *s, const char *id, const char *path, bool mdev)
{
	char *full pg_autofree = pve_must(strchr(path, '.') ? strdup(path) : pg_strf("%s.0", path));
	struct set set = { 0 };
	bool real;

	if (!find_devs(s->node, full, &set))
		return NULL;
	real = set.v[0]->mdev;
	free(set.v);
	return real == mdev ? NULL :
			      pg_strf(GONE "'mdev' does not match for '%s' (%d != %d)", id, real, mdev);
}

static char *assert_valid(const struct start *s, const char *id, const struct pve_props *map,
			  bool mdev)
{
	struct pg_strv path PG_CLEANUP(pg_strv_done) = { 0 };
	char *why;

	if (pg_strv_split(pve_props_get(map, "path"), ";", &path) < 0 || path.n == 0)
		abort();
	why = assert_mdev(s, id, path.v[0], mdev);
	for (size_t i = 0; !why && i < path.n; i++)
		why = assert_path(s, id, map, path.v[i], i == 0);
	return why;
}

static char *add_mapping(struct start *s, struct entry *e, const char *id)
{
	struct pg_strv line PG_CLEANUP(pg_strv_done) = { 0 };
	char *why = NULL;
	bool mdev;

	if (pve_mapping_find(s->node, "pci", id, &line, &mdev) < 0 || line.n == 0)
		return pg_strf("PCI device mapping not found for '%s'", id);
	for (size_t i = 0; !why && i < line.n; i++) {
		struct pve_props p PG_CLEANUP(pve_props_done) = { 0 };

		why = pve_props_parse("pcimap", line.v[i], &p);
		if (!why)
			why = assert_valid(s, id, &p, mdev);
		if (!why)
			why = add_alt(s, e, pve_props_get(&p, "path"));
	}
	return why;
}

/* ---- parse_hostpci_devices ---- */

static char *legacy_igd(const struct start *s, const struct entry *e)
{
	const char *vga = pve_conf_get(&s->conf, "", "vga");

	for (const struct entry *o = s->entry; o < e; o++)
		if (pve_props_bool(&o->p, "legacy-igd", false))
			return pg_strf("only one device can be assigned in legacy-igd mode");
	if (!vga || strcmp(vga, "none") != 0)
		return pg_strf("legacy IGD assignment requires VGA mode to be 'none'");
	if (!pve_props_bool(&e->p, "rombar", true))
		return pg_strf("legacy IGD assignment requires rombar to be enabled");
	if (pve_props_bool(&e->p, "x-vga", false))
		return pg_strf("legacy IGD assignment is not compatible with x-vga");
	if (pve_props_get(&e->p, "mdev"))
		return pg_strf("legacy IGD assignment is not compatible with mdev");
	if (s->q35)
		return pg_strf("legacy IGD assignment is not compatible with q35");
	if (e->alt[0].n > 1)
		return pg_strf("legacy IGD assignment is not compatible with multifunction devices");
	if (e->n_alt > 1)
		return pg_strf("legacy IGD assignment is not compatible with alternate devices");
	if (!pg_text_ends(e->alt[0].v[0]->addr, "02.0"))
		return pg_strf("legacy IGD assignment only works for devices on host bus 00:02.0");
	return NULL;
}

static char *check_mdev(const struct start *s, const struct entry *e, const char *type)
{
	for (size_t k = 0; k < e->n_alt; k++) {
		const struct pve_dev *d = e->alt[k].v[0];

		if (e->alt[k].n > 1)
			return pg_strf("cannot use mediated device with multifunction device");
		if (!d->mdev || (d->type.n && !pg_strv_has(&d->type, type)))
			return pg_strf("'%s' has no mediated devices of type '%s'", d->addr, type);
	}
	(void)s;
	return NULL;
}

static char *parse_entry(struct start *s, const struct pve_line *l)
{
	struct entry *e = pve_must(pg_vec_add(&s->entry, &s->n_entry, sizeof(*e)));
	const char *host, *map, *type;
	char *why = pve_props_parse("hostpci", l->value, &e->p);

	e->key = l->key;
	if (why)
		return why;
	host = pve_props_get(&e->p, "host");
	map = pve_props_get(&e->p, "mapping");
	if (!host == !map)
		return pg_strf("Either 'host' or 'mapping' must be set.");
	if (pve_props_bool(&e->p, "pcie", false) && !s->q35)
		return pg_strf("q35 machine model is not enabled");
	why = map ? add_mapping(s, e, map) : add_alt(s, e, host);
	type = pve_props_get(&e->p, "mdev");
	if (!why && type)
		why = check_mdev(s, e, type);
	if (!why && pve_props_bool(&e->p, "legacy-igd", false))
		why = legacy_igd(s, e);
	return why;
}

/* ---- which function goes where, and is it free? ---- */

static bool taken(const struct pve_dev *const *used, size_t n, const struct set *set,
		  const struct pve_dev **which)
{
	for (size_t i = 0; i < set->n; i++)
		for (size_t k = 0; k < n; k++)
			if (used[k] == set->v[i]) {
				*which = used[k];
				return true;
			}
	return false;
}

/* Is it NVIDIA's, for whose vGPU the function counts as taken? */
static bool is_nvidia(const struct entry *e)
{
	const char *type = pve_props_get(&e->p, "mdev");

	return type && e->alt[0].n == 1 && e->alt[0].v[0]->nvidia &&
	       pve_match("^nvidia-[0-9]+$", type);
}

/* Is there a render node that is on none of those, nor in a group of theirs? QEMU opens one after
 * the devices have left their drivers. */
static char *render(const struct start *s, const struct pve_dev *const *used, size_t n)
{
	const char *vga = pve_conf_get(&s->conf, "", "vga");
	struct pve_props p PG_CLEANUP(pve_props_done) = { 0 };
	char *why pg_autofree = vga ? pve_props_parse("vga", vga, &p) : NULL;
	const char *type = why ? NULL : pve_props_get(&p, "type");

	if (!type || strcmp(type, "virtio-gl") != 0 || !s->node->render_known || s->node->render_other)
		return NULL;
	for (size_t i = 0; i < s->node->n_dev; i++) {
		const struct pve_dev *d = &s->node->dev[i];
		bool leaves = !d->render;

		for (size_t k = 0; k < n; k++)
			leaves |= d == used[k] || (d->group >= 0 && d->group == used[k]->group);
		if (!leaves)
			return NULL;
	}
	return pg_strf("no DRM render node detected");
}

static char *choose(struct start *s)
{
	const struct pve_dev **used = NULL, *twice = NULL;
	size_t n = 0;
	char *why = NULL;

	for (size_t i = 0; !why && i < s->n_entry; i++) {
		const struct entry *e = &s->entry[i];
		const struct set *set = NULL;

		if (pve_props_get(&e->p, "mdev") && !is_nvidia(e))
			continue;
		for (size_t k = 0; !set && k < e->n_alt; k++)
			if (!taken(used, n, &e->alt[k], &twice))
				set = &e->alt[k];
		if (!set)
			why = e->n_alt > 1 ? pg_strf("could not find a free device for '%s'", e->key) :
					     pg_strf("device '%s' assigned more than once", twice->addr);
		for (size_t k = 0; set && k < set->n; k++) {
			const struct pve_dev **d = pve_must(pg_vec_add(&used, &n, sizeof(*d)));

			*d = set->v[k];
			if (!why && (*d)->used_by && (*d)->used_by != s->vm->vmid)
				why = pg_strf("PCI device '%s' already in use by VMID '%u'",
					      (*d)->addr, (*d)->used_by);
		}
	}
	if (!why)
		why = render(s, used, n);
	free(used);
	if (!why && n && !s->node->iommu)
		why = pg_strf("cannot prepare PCI pass-through, IOMMU not present");
	return why;
}

/* What only QEMU finds. */
static char *qemu(const struct start *s, const struct entry *e)
{
	const char *rom = pve_props_get(&e->p, "romfile");

	if (rom && !s->node->rom_unknown && !pg_strv_has(&s->node->rom, rom))
		return pg_strf("failed to find romfile \"/usr/share/kvm/%s\"", rom);
	if (pve_props_bool(&e->p, "x-vga", false) && !s->ovmf && e->alt[0].v[0]->class >> 8 != 0x300)
		return pg_strf("device does not support requested feature x-vga");
	return NULL;
}

/* The VM starts; its console does not (PVE::CLI::qm, terminal). */
static void warn_serial(struct start *s)
{
	const char *vga = pve_conf_get(&s->conf, "", "vga"), *port;
	char key[] = "serial0";

	for (; key[6] < '4'; key[6]++) {
		port = pve_conf_get(&s->conf, "", key);
		if (vga && strstr(vga, key) && !(port && strcmp(port, "socket") == 0))
			pve_say(s->out, PVE_WARN, "serial interface '%s' is not configured", key);
	}
}

static void warnings(struct start *s)
{
	struct pve_props p PG_CLEANUP(pve_props_done) = { 0 };
	const char *cpu = pve_conf_get(&s->conf, "", "cpu");
	char *why pg_autofree = cpu ? pve_props_parse("cpu", cpu, &p) : NULL;
	const char *type = pve_props_get(&p, "cputype");

	if (why || !s->ovmf)
		return;
	if (!pve_conf_get(&s->conf, "", "efidisk0"))
		pve_say(s->out, PVE_WARN, "no efidisk configured! Using temporary efivars disk.");
	if (s->n_entry && (!type || pve_match("^(kvm64|qemu64)$", type)) &&
	    !pve_props_get(&p, "phys-bits"))
		pve_say(s->out, PVE_WARN, "OVMF firmware might limit CPU 'phys-bits' to 40");
}

static char *play(struct start *s)
{
	const char *machine = pve_conf_get(&s->conf, "", "machine");
	const char *bios = pve_conf_get(&s->conf, "", "bios");
	const char *template = pve_conf_get(&s->conf, "", "template");
	const char *viommu = machine ? strstr(machine, "viommu=intel") : NULL;
	char *why = NULL;

	s->q35 = machine && strstr(machine, "q35");
	s->ovmf = bios && strcmp(bios, "ovmf") == 0;
	if (template && pve_boolean(template) == 1)
		return pg_strf("you can't start a vm if it's a template");
	if (viommu && !s->q35)
		return pg_strf("to use Intel vIOMMU please set the machine type to q35");
	for (unsigned n = 0; !why && n < 16; n++) {
		char key[16];

		snprintf(key, sizeof(key), "hostpci%u", n);
		for (size_t i = 0; !why && i < s->conf.n; i++)
			if (!*s->conf.v[i].section && strcmp(s->conf.v[i].key, key) == 0)
				why = parse_entry(s, &s->conf.v[i]);
	}
	if (!why)
		why = pve_start_usb(s->node, &s->conf);
	if (!why)
		why = pve_start_memory(s->node, &s->conf);
	if (!why)
		why = choose(s);
	for (size_t i = 0; !why && i < s->n_entry; i++)
		why = qemu(s, &s->entry[i]);
	return why;
}

void pve_start(const struct pve_node *node, const struct pve_vm *vm, struct pve_out *out)
{
	struct start s PG_CLEANUP(start_done) = { .node = node, .vm = vm, .out = out };
	char *why pg_autofree = NULL;

	pve_conf_read(vm->conf, &s.conf, out);
	pve_conf_apply_pending(&s.conf);
	why = play(&s);
	if (why)
		pve_say(out, PVE_START, "%s", why);
	warnings(&s);
	warn_serial(&s);
}
