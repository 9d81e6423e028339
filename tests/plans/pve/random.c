/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/plans/pve/random.h"

#include <stdio.h>
#include <string.h>

#include "src/base/text.h"
#include "src/host/guests.h"
#include "src/host/usb_private.h"
#include "tests/plans/pve/pve.h"

static unsigned pick(struct pve_case *c, unsigned n)
{
	uint64_t z = c->seed += 0x9e3779b97f4a7c15u; /* splitmix64 */

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (unsigned)((z ^ (z >> 31)) % n);
}

/* One in n times. */
static bool once_in(struct pve_case *c, unsigned n)
{
	return pick(c, n) == 0;
}

#define ONE_OF(c, array) ((array)[pick((c), (unsigned)PG_ARRAY_SIZE(array))])

static void must(int r)
{
	if (r < 0)
		abort();
}

/* ---- the node ---- */

struct function {
	unsigned class, vendor, device;
	const char *driver;
};

/* Slots as cards are: a GPU alone, with sound, with all its companions, and others. */
static const struct function cards[][4] = {
	{ { 0x030000, 0x10de, 0x2684, "nouveau" }, { 0x040300, 0x10de, 0x22ba, "snd_hda_intel" } },
	{ { 0x030000, 0x10de, 0x1e84, NULL }, { 0x040300, 0x10de, 0x10f8, NULL },
	  { 0x0c0330, 0x10de, 0x1ad8, "xhci_hcd" }, { 0x0c8000, 0x10de, 0x1ad9, NULL } },
	{ { 0x030000, 0x1002, 0x67df, "amdgpu" } },
	{ { 0x030200, 0x10de, 0x2230, "vfio-pci" } },
	{ { 0x038000, 0x8086, 0x4680, "i915" } },
	{ { 0x0c0330, 0x1b21, 0x3242, "xhci_hcd" } },
	{ { 0x010802, 0x144d, 0xa80a, "nvme" } },
	{ { 0x020000, 0x8086, 0x1521, "igb" }, { 0x020000, 0x8086, 0x1521, "igb" },
	  { 0x020000, 0x8086, 0x1521, "igb" } },
};

static enum pg_kind kind_of(unsigned class)
{
	return class >> 16 == 3	    ? PG_KIND_GPU :
	       class >> 16 == 2	    ? PG_KIND_NIC :
	       class >> 16 == 1	    ? PG_KIND_STORAGE :
	       class >> 8 == 0x0403 ? PG_KIND_AUDIO :
	       class >> 8 == 0x0c03 ? PG_KIND_USB :
				      PG_KIND_SERIAL;
}

static struct pg_dev *add_dev(struct pve_case *c, struct pg_bdf addr, const struct function *fn,
			      int group)
{
	struct pg_dev *d = pve_must(pg_vec_add(&c->facts->dev, &c->facts->n_dev, sizeof(*d)));

	d->addr = addr;
	d->class = fn->class;
	d->kind = kind_of(fn->class);
	d->vendor = (uint16_t)fn->vendor;
	d->device = (uint16_t)fn->device;
	d->has_subsystem = !once_in(c, 4);
	d->subvendor = 0x1458;
	d->subdevice = (uint16_t)(0x4000 + addr.bus);
	d->driver = fn->driver ? pve_must(strdup(fn->driver)) : NULL;
	d->boot_vga = PG_NO;
	d->can_reset = PG_YES;
	d->claim_known = PG_YES;
	d->group = group;
	d->bar_size[1] = once_in(c, 3) ? (uint64_t)32 << 30 : 256 << 20;
	return d;
}

static void add_group(struct pve_case *c, int id, size_t from)
{
	struct pg_group *g = pve_must(pg_vec_add(&c->facts->group, &c->facts->n_group, sizeof(*g)));

	g->id = id;
	g->verdict = PG_GROUP_CLEAN;
	for (size_t i = from; i < c->facts->n_dev; i++) {
		size_t *to = pve_must(pg_vec_add(&g->dev, &g->n_dev, sizeof(*to)));

		*to = i;
	}
}

static void add_slot(struct pve_case *c, struct pg_bdf addr, const struct function *card,
		     int group)
{
	size_t from = c->facts->n_dev;

	for (unsigned fn = 0; fn < 4 && card[fn].class; fn++) {
		addr.fn = (uint8_t)fn;
		add_dev(c, addr, &card[fn], group);
	}
	add_group(c, group, from);
}

static void make_devices(struct pve_case *c)
{
	static const struct function igd = { 0x030000, 0x8086, 0xa780, "i915" };
	unsigned n = 1 + pick(c, 6);
	int group = 1;

	if (!once_in(c, 3))
		add_slot(c, (struct pg_bdf){ .dev = 2 }, (const struct function[4]){ igd }, group++);
	for (unsigned i = 0; i < n; i++)
		add_slot(c, (struct pg_bdf){ .bus = (uint8_t)(1 + i * 13) }, ONE_OF(c, cards), group++);
	if (once_in(c, 4))
		add_slot(c, (struct pg_bdf){ .domain = 0x10000, .bus = 0xe1 }, ONE_OF(c, cards), group);
}

static void make_usb(struct pve_case *c)
{
	static const uint16_t ids[][2] = { { 0x046d, 0xc31c }, { 0x0781, 0x5583 }, { 0x10c4, 0xea60 } };
	unsigned n = pick(c, 6);

	for (unsigned i = 0; i < n; i++) {
		struct pg_usb_dev *u = pve_must(pg_vec_add(&c->facts->usb, &c->facts->n_usb, sizeof(*u)));
		const uint16_t *id = ONE_OF(c, ids);

		u->name = pve_must(pg_strf("1-%u%s", i + 1, once_in(c, 3) ? ".4" : ""));
		u->bus = 1;
		u->has_ids = true;
		u->vendor = id[0];
		u->product = id[1];
		u->speed = pve_must(strdup(once_in(c, 2) ? "5000" : "12"));
		u->class = 0;
	}
}

static void make_roms(struct pve_case *c)
{
	static const char *const names[] = { "card.rom", "other.rom" };

	c->facts->rom_known = PG_YES;
	for (size_t i = 0; i < PG_ARRAY_SIZE(names); i++) {
		struct pg_rom *rom = pve_must(pg_vec_add(&c->facts->rom, &c->facts->n_rom,
							 sizeof(*rom)));

		rom->name = pve_must(strdup(names[i]));
		rom->look = PG_ROM_GOOD;
		rom->uefi = rom->legacy = true;
	}
}

static void make_storage(struct pve_case *c)
{
	static const char text[] = "dir: local\n\tpath /var/lib/vz\n\tcontent iso,backup\n\n"
				   "lvmthin: local-lvm\n\tthinpool data\n\tvgname pve\n"
				   "\tcontent rootdir,images\n\n";
	struct pg_bytes bytes = { 0 };

	must(pg_bytes_copy(text, strlen(text), &bytes));
	must(pg_storage_parse(&bytes, "pve1", c->facts));
	pg_bytes_done(&bytes);
}

/* "0000:01:00", or a function of it. */
static void add_address(struct pve_case *c, struct pg_strbuf *b)
{
	const struct pg_dev *d = &c->facts->dev[pick(c, (unsigned)c->facts->n_dev)];

	pg_strbuf_add(b, once_in(c, 2) ? pg_bdf_slot_str(d->addr).s : pg_bdf_str(d->addr).s);
}

/* gpu1 and gpu2 for devices that are there; sometimes with what is wrong. */
static void make_mappings(struct pve_case *c)
{
	struct pg_strbuf b = { 0 };
	struct pg_bytes bytes;

	for (unsigned i = 1; i < 3 && !once_in(c, 3); i++) {
		const struct pg_dev *d = &c->facts->dev[pick(c, (unsigned)c->facts->n_dev)];

		pg_strbuf_addf(&b, "gpu%u\n\tmap node=%s,path=%s,id=%04x:%04x,iommugroup=%d", i,
			       once_in(c, 5) ? "pve2" : "pve1",
			       d->addr.fn || once_in(c, 3) ? pg_bdf_str(d->addr).s :
							     pg_bdf_slot_str(d->addr).s,
			       d->vendor, d->device, d->group);
		if (d->has_subsystem)
			pg_strbuf_addf(&b, ",subsystem-id=%04x:%04x", d->subvendor, d->subdevice);
		if (once_in(c, 2)) /* of another node: it must stay as it is */
			pg_strbuf_addf(&b, "\n\tmap id=%04x:%04x,node=pve3,iommugroup=%u,path=0000:%02x:00",
				       d->vendor, d->device, pick(c, 60), pick(c, 256));
		pg_strbuf_add(&b, "\n\n");
	}
	c->pci_cfg = pve_must(pg_strbuf_steal(&b));
	c->usb_cfg = pve_must(strdup(""));
	bytes = (struct pg_bytes){ c->pci_cfg, strlen(c->pci_cfg) };
	must(pg_mappings_parse(&bytes, "pve1", c->facts));
}

/* What memory and displays depend on. */
static void make_system(struct pve_case *c)
{
	struct pg_facts *f = c->facts;

	f->system.pages_2m = once_in(c, 8) ? PG_NO : PG_YES;
	f->system.pages_1g = once_in(c, 4) ? PG_NO : PG_YES;
	f->system.numa_nodes = pick(c, 3);
	f->render_known = once_in(c, 3) ? PG_UNKNOWN : PG_YES;
	for (size_t i = 0; i < f->n_dev; i++)
		f->dev[i].render = f->dev[i].kind == PG_KIND_GPU && f->dev[i].driver &&
				   strcmp(f->dev[i].driver, "vfio-pci") != 0;
}

static void make_node(struct pve_case *c)
{
	struct pg_facts *f = c->facts = pve_must(calloc(1, sizeof(*f)));

	f->iommu.active = f->iommu.remapping = PG_YES;
	f->iommu.table = PG_TABLE_DMAR;
	f->iommu.table_known = true;
	f->system.cpu = PG_CPU_INTEL;
	f->system.node = pve_must(strdup("pve1"));
	f->system.pve_version = pve_must(strdup("9.0.3"));
	f->boot.loader = PG_LOADER_GRUB;
	f->modules.vfio_there = f->modules.loaded_known = PG_YES;
	make_devices(c);
	make_system(c);
	make_usb(c);
	make_roms(c);
	make_storage(c);
	make_mappings(c);
}

/* ---- the VM ---- */

/* Of a VM that starts: what the rules exclude is left out. */
static void add_hostpci(struct pve_case *c, struct pg_strbuf *b, unsigned index, bool q35)
{
	static const char *const more[] = { ",rombar=0", ",x-vga=0", ",romfile=card.rom",
					    ",device-id=0x1234", ",pcie=0", ",pcie=off" };

	pg_strbuf_addf(b, "hostpci%u: %s", index, once_in(c, 5) ? "host=" : "");
	if (once_in(c, 25))
		pg_strbuf_add(b, "0000:f0:00.0"); /* has been taken out since */
	else
		add_address(c, b);
	if (q35 && once_in(c, 2))
		pg_strbuf_add(b, ",pcie=1");
	else if (once_in(c, 3))
		pg_strbuf_add(b, ONE_OF(c, more));
	pg_strbuf_addc(b, '\n');
}

static void add_entries(struct pve_case *c, struct pg_strbuf *b, bool q35)
{
	unsigned n = once_in(c, 20) ? 16 : pick(c, 3);

	for (unsigned i = 0; i < n; i++)
		if (!once_in(c, 3))
			add_hostpci(c, b, i, q35);
	if (once_in(c, 6))
		pg_strbuf_addf(b, "hostpci%u: mapping=gpu%u\n", n % 16, 1 + pick(c, 2));
	for (unsigned i = 0; i < 14 && !once_in(c, 3); i++)
		if (once_in(c, 2) && c->facts->n_usb)
			pg_strbuf_addf(b, "usb%u: host=%s\n", i,
				       c->facts->usb[pick(c, (unsigned)c->facts->n_usb)].name);
}

static void add_machine(struct pve_case *c, struct pg_strbuf *b, bool *ret_q35, bool *ret_igd)
{
	static const char *const machines[] = {
		"q35", "pc", "pc-i440fx-8.1", "pc-q35-9.0+pve1", "type=q35,viommu=intel",
		"pc-i440fx-6.2,viommu=virtio", "pc-q35-6.0",
	};
	const char *machine = once_in(c, 3) ? NULL : ONE_OF(c, machines);
	const struct pg_dev *first = &c->facts->dev[0];

	*ret_q35 = machine && strstr(machine, "q35");
	*ret_igd = !*ret_q35 && first->addr.bus == 0 && !first->addr.domain && once_in(c, 4);
	if (machine)
		pg_strbuf_addf(b, "machine: %s\n", machine);
	if (*ret_igd)
		pg_strbuf_add(b, "hostpci15: 0000:00:02.0,legacy-igd=1\nvga: none\n");
}

static void add_rest(struct pve_case *c, struct pg_strbuf *b, bool igd)
{
	static const char *const lines[] = {
		"agent: 1\n",	   "serial0: socket\n", "balloon: 0\n",	     "balloon: 2048\n",
		"cpu: host\n",	   "cpu: kvm64\n",	"numa: 1\nhugepages: 1024\n",
		"onboot: 1\n",	   "ostype: l26\n",	"ostype: win11\n",   "ostype: win7\n",
		"hotplug: disk\n", "scsi0: local-lvm:vm-100-disk-0,size=8G\n",
		"args: -cpu 'host,-hypervisor' -foo a=b,c\n", "tags: a;b\n",
		"sockets: 2\n",	   "serial1: /dev/ttyS0\n",
	};
	static const char *const numa[] = {
		"numa0: cpus=0,memory=1024,hostnodes=0,policy=bind\n", "numa0: cpus=0,memory=512\n",
		"numa0: cpus=0,memory=512,hostnodes=0-1,policy=preferred\nnuma1: cpus=1,memory=512\n",
		"hotplug: network,disk,memory\n", "arch: aarch64\n", "hugepages: any\n",
	};

	for (size_t i = 0; i < PG_ARRAY_SIZE(lines); i++)
		if (once_in(c, 4))
			pg_strbuf_add(b, lines[i]);
	if (once_in(c, 4))
		pg_strbuf_add(b, ONE_OF(c, numa));
	if (!igd && once_in(c, 3))
		pg_strbuf_addf(b, "vga: %s\n", once_in(c, 4) ? "virtio-gl" : once_in(c, 2) ? "std" : "none");
	if (!igd && once_in(c, 2))
		pg_strbuf_addf(b, "bios: ovmf\n%s", once_in(c, 3) ? "" :
			       "efidisk0: local-lvm:vm-100-disk-1,efitype=4m,size=4M\n");
}

static void add_pending(struct pve_case *c, struct pg_strbuf *b, bool q35)
{
	if (!once_in(c, 5))
		return;
	pg_strbuf_add(b, "\n[PENDING]\n");
	if (once_in(c, 2))
		pg_strbuf_addf(b, "delete: hostpci%u\n", pick(c, 3));
	else
		add_hostpci(c, b, pick(c, 3), q35);
}

static void make_vm(struct pve_case *c)
{
	struct pg_strbuf b = { 0 };
	struct pg_guest *g = pve_must(pg_vec_add(&c->facts->guest, &c->facts->n_guest, sizeof(*g)));
	bool q35, igd;

	if (once_in(c, 3))
		pg_strbuf_add(&b, "#what it is for%3A games\n");
	add_machine(c, &b, &q35, &igd);
	add_entries(c, &b, q35);
	pg_strbuf_addf(&b, "memory: %u\n", 512u << pick(c, 5));
	add_rest(c, &b, igd);
	add_pending(c, &b, q35);
	if (once_in(c, 5))
		pg_strbuf_add(&b, "\n[before]\nhostpci0: 0000:09:00.0\nsnaptime: 1700000000\n");
	c->conf = pve_must(pg_strbuf_steal(&b));
	c->running = once_in(c, 4);
	g->vmid = 100;
	g->node = pve_must(strdup("pve1"));
	g->path = pve_must(strdup("/etc/pve/nodes/pve1/qemu-server/100.conf"));
	g->local = true;
	g->running = c->running ? PG_YES : PG_NO;
	pve_case_read_vm(c, c->conf);
}

static void forget_vm(struct pg_guest *g)
{
	const struct pg_guest kept = *g;

	*g = (struct pg_guest){ .vmid = kept.vmid, .node = kept.node, .path = kept.path,
				.local = true, .running = kept.running };
	/* what was read is freed with a facts of its own */
	if (kept.n_lines) {
		struct pg_facts *f = pve_must(calloc(1, sizeof(*f)));
		struct pg_guest *old = pve_must(pg_vec_add(&f->guest, &f->n_guest, sizeof(*old)));

		*old = kept;
		old->node = old->path = NULL;
		pg_facts_free(f);
	}
}

void pve_case_read_vm(struct pve_case *c, const char *conf)
{
	struct pg_guest *g = &c->facts->guest[0];
	struct pg_bytes bytes = { 0 };

	forget_vm(g);
	must(pg_bytes_copy(conf, strlen(conf), &bytes));
	must(pg_guest_parse(&bytes, g));
	must(pg_guest_read_props(g));
	must(pg_guest_read_hostpci(g));
	must(pg_guest_read_usb(g));
	pg_bytes_done(&bytes);
}

/* ---- the choices ---- */

static enum pg_tri any_tri(struct pve_case *c, unsigned seldom)
{
	return !once_in(c, seldom) ? PG_UNKNOWN : once_in(c, 2) ? PG_YES : PG_NO;
}

static void pick_device(struct pve_case *c)
{
	struct pg_strbuf b = { 0 };
	char *text;

	add_address(c, &b);
	if (once_in(c, 6)) {
		pg_strbuf_addc(&b, ';');
		add_address(c, &b);
	}
	text = pve_must(pg_strbuf_steal(&b));
	must(pg_choices_pick_text(c->choices, text));
	free(text);
}

static void pick_usb(struct pve_case *c)
{
	const struct pg_usb_dev *u = &c->facts->usb[pick(c, (unsigned)c->facts->n_usb)];
	char *text = pve_must(once_in(c, 2) ? strdup(u->name) :
					      pg_strf("%04x:%04x", u->vendor, u->product));
	struct pg_usb_spec spec = { 0 };

	must(pg_usb_spec_parse(text, &spec));
	must(pg_choices_usb(c->choices, &spec));
	pg_usb_spec_done(&spec);
	free(text);
}

static char *maybe(struct pve_case *c, unsigned seldom, const char *text)
{
	return once_in(c, seldom) ? pve_must(strdup(text)) : NULL;
}

static void pick_entries(struct pve_case *c)
{
	struct pg_choices *to = c->choices;

	if (once_in(c, 5))
		must(pg_strv_addf(&to->remove, "hostpci%u", pick(c, 4)));
	if (once_in(c, 12)) {
		to->replace = pve_must(pg_strf("hostpci%u", pick(c, 4)));
		to->n_pick = to->n_pick > 1 && once_in(c, 3) ? to->n_pick : 1;
	}
	if (once_in(c, 5) && c->facts->n_usb)
		pick_usb(c);
	if (once_in(c, 8))
		must(pg_strv_addf(&to->usb_remove, "usb%u", pick(c, 3)));
}

/* Nothing but a mapping: this node's entry in it. */
static void make_map_task(struct pve_case *c)
{
	static const enum pg_map_task tasks[] = { PG_MAP_GIVE, PG_MAP_REPLACE, PG_MAP_ADD, PG_MAP_REMOVE };
	static const char *const names[] = { "gpu1", "gpu2", "new-one" };
	struct pg_choices *to = c->choices = pve_must(pg_choices_new());

	to->map_task = ONE_OF(c, tasks);
	to->bind = PG_BIND_AT_START;
	if (once_in(c, 3) && c->facts->n_usb) {
		to->usb_mapping = pve_must(strdup("stick"));
		if (to->map_task != PG_MAP_REMOVE)
			pick_usb(c);
		return;
	}
	to->mapping = pve_must(strdup(ONE_OF(c, names)));
	if (to->map_task != PG_MAP_REMOVE)
		pick_device(c);
}

static void make_choices(struct pve_case *c)
{
	static const char *const vgas[] = { "none", "std", "virtio", "serial0", "serial1",
					    "virtio-gl", "qxl" };
	static const char *const pages[] = { "any", "2", "1024", "off" };
	struct pg_choices *to = c->choices = pve_must(pg_choices_new());
	unsigned n = 1 + (once_in(c, 3) ? pick(c, 3) : 0);

	to->vmid = 100;
	to->bind = PG_BIND_AT_START;
	for (unsigned i = 0; i < n; i++)
		pick_device(c);
	to->primary = once_in(c, 3);
	to->separate = once_in(c, 6);
	to->change_machine = once_in(c, 3);
	to->change_firmware = once_in(c, 3);
	to->secure_boot = once_in(c, 4);
	to->no_balloon = once_in(c, 3);
	to->guest_reachable = once_in(c, 2);
	to->pcie = any_tri(c, 4);
	to->pci.rombar = any_tri(c, 6);
	to->pci.legacy_igd = any_tri(c, 16);
	to->pci.keep_driver = any_tri(c, 24);
	for (unsigned i = 0; i < PG_N_PCI_IDS; i++)
		if (once_in(c, 12))
			to->pci.id[i] = (int32_t)pick(c, 0x10000);
	to->romfile = maybe(c, 5, "card.rom");
	to->mapping = maybe(c, 8, once_in(c, 2) ? "gpu1" : "new-one");
	to->efi_storage = maybe(c, 6, "local-lvm");
	to->cpu = maybe(c, 6, "x86-64-v2-AES,hidden=1");
	to->vga = maybe(c, 8, ONE_OF(c, vgas));
	to->hugepages = maybe(c, 8, ONE_OF(c, pages));
	pick_entries(c);
}

void pve_case_make(uint64_t seed, struct pve_case *ret)
{
	*ret = (struct pve_case){ .seed = seed };
	make_node(ret);
	make_vm(ret);
	if (once_in(ret, 8))
		make_map_task(ret);
	else
		make_choices(ret);
}

void pve_case_done(struct pve_case *c)
{
	pg_facts_free(c->facts);
	pg_choices_free(c->choices);
	free(c->conf);
	free(c->pci_cfg);
	free(c->usb_cfg);
	*c = (struct pve_case){ 0 };
}
