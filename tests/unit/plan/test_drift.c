/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/plan/make.h"

#include "src/plan/drift.h"
#include "src/plan/status.h"

#define CARDS 12
#define VMS 4
#define VFS 3
#define ENTRIES 16

/* ---- random machines: every bus may have another number after the next boot ---- */

struct owner {
	unsigned vm, index;	/* whose it is, as hostpciN; vm 0: the host's */
};

/* Where a card has its virtual functions; drivers and firmware change that. */
struct place {
	unsigned bus, offset, stride;
};

/* A card below a port of its own; which bus that is differs from boot to boot. */
struct card {
	unsigned model;		/* cards of one model are equal */
	bool has_vfs;		/* then these are what VMs have */
	unsigned made;		/* so many of them are there now */
	struct place before, after;
	struct owner owner, vf[VFS];
};

struct machine {
	struct card card[CARDS];
	size_t n;
};

/* A generator of our own, so that a failure can be played again. */
static unsigned roll(uint32_t *seed, unsigned below)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % below;
}

static void shuffle(uint32_t *seed, unsigned *v, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = roll(seed, (unsigned)i);
		unsigned x = v[i - 1];

		v[i - 1] = v[k];
		v[k] = x;
	}
}

static struct owner make_owner(uint32_t *seed, unsigned next[VMS + 1])
{
	unsigned vm = roll(seed, VMS + 1);

	if (next[vm] == ENTRIES)
		vm = 0;
	return (struct owner){ vm, vm ? next[vm]++ : 0 };
}

static struct place make_place(uint32_t *seed, unsigned bus)
{
	return (struct place){ bus, roll(seed, 4) ? 128 : 136, 1 + roll(seed, 2) };
}

static void make_vfs(struct card *c, uint32_t *seed, unsigned next[VMS + 1])
{
	c->has_vfs = true;
	c->made = roll(seed, 3) ? VFS : roll(seed, VFS + 1);
	for (size_t i = 0; i < VFS; i++)
		c->vf[i] = make_owner(seed, next);
}

static void make_machine(struct machine *m, uint32_t *seed)
{
	unsigned before[CARDS], after[CARDS], next[VMS + 1] = { 0 };

	m->n = 2 + roll(seed, CARDS - 1);
	for (unsigned i = 0; i < CARDS; i++)
		before[i] = after[i] = i + 1;
	shuffle(seed, before, CARDS);
	shuffle(seed, after, CARDS);
	for (size_t i = 0; i < m->n; i++) {
		struct card *c = &m->card[i];

		c->model = roll(seed, 4);
		c->before = make_place(seed, before[i]);
		c->after = roll(seed, 2) ? c->before : make_place(seed, after[i]);
		c->after.bus = after[i];
		if (roll(seed, 3) == 0)
			make_vfs(c, seed, next);
		else
			c->owner = make_owner(seed, next);
	}
}

static void put_ports(struct pg_facts *f, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct pg_bdf addr = { .dev = (uint8_t)(i + 1) };

		(void)make_dev(f, pg_bdf_str(addr).s, 0x8086, 0x7ab8, 0x060400, "pcieport", 1);
	}
}

static struct pg_bdf vf_addr(const struct place *at, unsigned n)
{
	unsigned id = at->offset + n * at->stride;

	return (struct pg_bdf){ .bus = (uint8_t)at->bus, .dev = (uint8_t)(id >> 3),
				.fn = (uint8_t)(id & 7) };
}

static unsigned ids_of(const struct card *c)
{
	return (c->has_vfs ? 0x3000 : 0x2000) + c->model;
}

static void put_vfs(struct pg_facts *f, const struct card *c, size_t pf)
{
	const struct pg_bdf parent = f->dev[pf].parent;

	f->dev[pf].total_vfs = VFS;
	f->dev[pf].num_vfs = c->made;
	f->dev[pf].vf_offset = c->after.offset;
	f->dev[pf].vf_stride = c->after.stride;
	for (unsigned i = 0; i < c->made; i++) {
		struct pg_bdf addr = vf_addr(&c->after, i), *link;
		struct pg_dev *vf = make_dev(f, pg_bdf_str(addr).s, 0x10de, 0x3100 + c->model, 0x020000,
					     NULL, (int)(101 + 8 * c->after.bus + i));

		vf->is_vf = vf->has_parent = true;
		vf->physfn = f->dev[pf].addr;
		vf->parent = parent;
		link = pg_vec_add(&f->dev[pf].vf, &f->dev[pf].n_vf, sizeof(*link));
		*link = addr;
	}
}

/* In order of the bus that it has now. */
static void put_cards(struct pg_facts *f, const struct machine *m)
{
	for (unsigned bus = 1; bus <= CARDS; bus++) {
		for (size_t i = 0; i < m->n; i++) {
			struct pg_bdf addr = { .bus = (uint8_t)bus };
			struct pg_dev *d;

			if (m->card[i].after.bus != bus)
				continue;
			d = make_dev(f, pg_bdf_str(addr).s, 0x10de, (uint16_t)ids_of(&m->card[i]), 0x030000,
				     m->card[i].has_vfs ? "igb" : "vfio-pci", (int)(100 + 8 * bus));
			d->has_parent = true;
			d->parent = (struct pg_bdf){ .dev = (uint8_t)(i + 1) };
			if (m->card[i].has_vfs)
				put_vfs(f, &m->card[i], f->n_dev - 1);
		}
	}
}

static void put_line(struct pg_strbuf *b, const struct machine *m, size_t i, const struct owner *owner)
{
	const struct card *c = &m->card[i];

	pg_strbuf_addf(b, "0000:%02x:00.0 10de:%04x - 0000:00/%02zx.0/00.0 - ", c->before.bus, ids_of(c),
		       i + 1);
	if (owner->vm)
		pg_strbuf_addf(b, "vm/%u/%u", 99 + owner->vm, owner->index);
	else
		pg_strbuf_addc(b, '-');
}

static void put_memory(struct pg_facts *f, const struct machine *m)
{
	struct pg_strbuf b = { 0 };

	for (size_t i = 0; i < m->n; i++) {
		put_line(&b, m, i, &m->card[i].owner);
		pg_strbuf_addc(&b, '\n');
		for (unsigned k = 0; k < VFS; k++) {
			if (!m->card[i].vf[k].vm)
				continue;
			put_line(&b, m, i, &m->card[i].vf[k]);
			pg_strbuf_addf(&b, " vf%u=%s\n", k, pg_bdf_str(vf_addr(&m->card[i].before, k)).s);
		}
	}
	make_file(f, "/etc/pve-gpu/devices.conf", b.s);
	pg_strbuf_done(&b);
}

struct text {
	char s[32];
};

/* The entry for a card, or one of its functions (-1: the card). */
static struct text entry(size_t i, const struct place *at, int vf)
{
	struct text t;

	if (vf < 0)
		(void)snprintf(t.s, sizeof(t.s), "0000:%02x:00%s,pcie=1", at->bus, i % 2 ? ".0" : "");
	else
		(void)snprintf(t.s, sizeof(t.s), "%s,pcie=1", pg_bdf_str(vf_addr(at, (unsigned)vf)).s);
	return t;
}

static const struct owner *owner_of(const struct card *c, int vf)
{
	return vf < 0 ? &c->owner : &c->vf[vf];
}

static void put_vms(struct pg_facts *f, const struct machine *m)
{
	for (unsigned vm = 1; vm <= VMS; vm++) {
		struct pg_guest *g = make_guest(f, 99 + vm);

		for (size_t i = 0; i < m->n; i++)
			for (int vf = -1; vf < VFS; vf++)
				if (owner_of(&m->card[i], vf)->vm == vm)
					make_hostpci(g, owner_of(&m->card[i], vf)->index,
						     entry(i, &m->card[i].before, vf).s);
		g->q35 = true;
	}
}

/* The value that the plan gives the entry; NULL: it leaves it. */
static const char *planned(const struct pg_plan *plan, unsigned vmid, unsigned index)
{
	char number[16], option[24];

	(void)snprintf(number, sizeof(number), "%u", vmid);
	(void)snprintf(option, sizeof(option), "--hostpci%u", index);
	for (size_t i = 0; i < plan->n_vm_cmd; i++) {
		const struct pg_strv *argv = &plan->vm_cmd[i].argv;

		for (size_t k = 3; strcmp(argv->v[2], number) == 0 && k + 1 < argv->n; k += 2)
			if (strcmp(argv->v[k], option) == 0)
				return argv->v[k + 1];
	}
	return NULL;
}

static const struct pg_drift *drift_of(const struct pg_drifts *drifts, const struct owner *owner)
{
	for (size_t i = 0; i < drifts->n; i++)
		if (drifts->v[i].guest->vmid == 99 + owner->vm && drifts->v[i].hp->index == owner->index)
			return &drifts->v[i];
	return NULL;
}

/* What the plan does with an entry, and what is said of it. Returns whether it is a function that is
 * at another address now. */
static bool check_entry(const struct machine *m, size_t i, int vf, const struct pg_plan *plan,
			const struct pg_drifts *drifts, uint32_t seed)
{
	const struct card *c = &m->card[i];
	const struct owner *owner = owner_of(c, vf);
	const char *value = planned(plan, 99 + owner->vm, owner->index);
	const struct pg_drift *d = drift_of(drifts, owner);
	struct text was = entry(i, &c->before, vf), is = entry(i, &c->after, vf);
	bool moved = strcmp(was.s, is.s) != 0, made = vf < (int)c->made;

	if (made && (moved ? !value || strcmp(value, is.s) != 0 : value != NULL))
		fail_msg("seed %u, card %zu, function %d: %s, not %s", seed, i, vf,
			 value ? value : "left", is.s);
	if (!made && (value || !d || d->how != PG_DRIFT_UNMADE || d->will_be_there == moved ||
		      (int)d->vf != vf))
		fail_msg("seed %u, card %zu: function %d is not made, and that is not told", seed, i, vf);
	if (made && !d != !moved)
		fail_msg("seed %u, card %zu: function %d moved and nothing is told, or not", seed, i, vf);
	return vf >= 0 && made && moved;
}

static bool any_unmade(const struct machine *m)
{
	for (size_t i = 0; i < m->n; i++)
		for (int vf = 0; vf < VFS; vf++)
			if (m->card[i].vf[vf].vm && vf >= (int)m->card[i].made)
				return true;
	return false;
}

static unsigned check_machine(const struct machine *m, uint32_t seed)
{
	struct pg_choices *c = pg_choices_new();
	struct pg_facts *f = make_facts();
	struct pg_plan *plan = NULL;
	struct pg_drifts drifts = { 0 };
	unsigned vfs = 0;
	bool blocked;

	put_ports(f, m->n);
	put_cards(f, m);
	put_memory(f, m);
	put_vms(f, m);
	c->repair = true;
	assert_int_equal(pg_plan_make(f, c, NULL, &plan), 0);
	/* an entry of a function that is not made can be in the way: both would name one device */
	blocked = pg_plan_is_blocked(plan);
	if (blocked)
		assert_true(find_finding(&plan->findings, "hostpci-overlap") && any_unmade(m));
	assert_int_equal(pg_drifts_find(f, &drifts), 0);
	for (size_t i = 0; !blocked && i < m->n; i++)
		for (int vf = -1; vf < VFS; vf++)
			if (owner_of(&m->card[i], vf)->vm)
				vfs += check_entry(m, i, vf, plan, &drifts, seed);
	pg_drifts_done(&drifts);
	pg_plan_free(plan);
	pg_facts_free(f);
	pg_choices_free(c);
	return vfs;
}

static void test_renumbered(void **state)
{
	unsigned vfs = 0;

	(void)state;
	for (uint32_t seed = 1; seed <= 500; seed++) {
		struct machine m = { 0 };
		uint32_t s = seed;

		make_machine(&m, &s);
		vfs += check_machine(&m, seed);
	}
	assert_true(vfs > 500); /* they were in it */
}

/* ---- what is said ---- */

static struct pg_facts *moved(void)
{
	struct pg_facts *f = make_facts();

	(void)make_dev(f, "0000:02:00.0", 0x10de, 0x2684, 0x030000, "vfio-pci", 14);
	make_hostpci(make_guest(f, 100), 0, "0000:01:00.0");
	make_file(f, "/etc/pve-gpu/devices.conf",
		  "0000:01:00.0 10de:2684 - 0000:00/01.0/00.0 - vm/100/0\n");
	return f;
}

static void test_status_row(void **state)
{
	struct pg_facts *f = moved();
	struct pg_status *s = NULL;
	size_t n = 0;

	(void)state;
	assert_int_equal(pg_status_list(f, &s, &n), 0);
	assert_int_equal(n, 2);
	assert_null(s[0].dev);
	assert_int_equal(s[0].verdict, PG_STATUS_WRONG);
	assert_string_equal(s[0].reason, "hostpci-points-elsewhere");
	assert_non_null(strstr(s[0].why, "is at 0000:02:00.0 now"));
	assert_non_null(strstr(s[0].fix, "status --repair"));
	pg_status_free(s, n);
	pg_facts_free(f);
}

static void test_finding(void **state)
{
	struct pg_findings found = { 0 };
	struct pg_facts *f = moved();
	const struct pg_finding *finding;

	(void)state;
	assert_int_equal(pg_check(f, NULL, &found), 0);
	finding = find_finding(&found, "hostpci-points-elsewhere");
	assert_non_null(finding);
	assert_int_equal(finding->level, PG_LEVEL_BLOCK);
	assert_string_equal(finding->fix, "pve-gpu status --repair");
	assert_non_null(strstr(finding->evidence, "told by its ids"));
	assert_null(find_finding(&found, "hostpci-missing"));
	pg_findings_done(&found);
	pg_facts_free(f);
}

/* A card that a VM has cannot be told from memory alone: lines of any length and kind. */
static void test_hostile_list(void **state)
{
	static const char *const lines[] = {
		"0000:01:00.0 10de:2684 - - - vm/100/0 more\n",
		"0000:01:00.0 10DE:2684 - - - vm/100/0\n",
		"0000:01:00.0 10de2684 - - - vm/100/0\n",
		"01:00.0 10de:2684 - - - vm/100/0\n",
		"0000:01:00.0 10de:2684 x - - vm/100/0\n",
		"\n\n#\n \t\n", "0000", "\x1b[31m\n",
		"0000:01:00.0 10de:2684 - - - vm/4294967296/99999999999\n",
		"0000:01:00.0 10de:2684 - / = ,,,\n",
		"0000:01:00.0 10de:2684 - - - vm/100/0 vf\n",
		"0000:01:00.0 10de:2684 - - - vm/100/0 vf0\n",
		"0000:01:00.0 10de:2684 - - - vm/100/0 vf=0000:01:00.0\n",
		"0000:01:00.0 10de:2684 - - - vm/100/0 vf-1=0000:01:00.0\n",
		"0000:01:00.0 10de:2684 - - - vm/100/0 vf65536=0000:01:00.0\n",
		"0000:01:00.0 10de:2684 - - - vm/100/0 vf0=0000:01:00\n",
		"0000:01:00.0 10de:2684 - - - vm/100/0 0=0000:01:00.0\n",
		"0000:01:00.0 10de:2684 - - - vm/100/0 vf0=0000:01:00.0 more\n",
	};

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(lines); i++) {
		struct pg_findings found = { 0 };
		struct pg_facts *f = moved();

		pg_bytes_done(&f->file[0].bytes);
		assert_int_equal(pg_bytes_copy(lines[i], strlen(lines[i]), &f->file[0].bytes), 0);
		assert_int_equal(pg_check(f, NULL, &found), 0);
		assert_null(find_finding(&found, "hostpci-points-elsewhere"));
		pg_findings_done(&found);
		pg_facts_free(f);
	}
}

/* A function that is not made, of a card that is where it was: no other device, and a reason of its own. */
static void test_unmade(void **state)
{
	struct pg_facts *f = make_facts();
	struct pg_dev *pf = make_dev(f, "0000:02:00.0", 0x8086, 0x10fb, 0x020000, "ixgbe", 14);
	struct pg_findings found = { 0 };
	struct pg_status *s = NULL;
	size_t n = 0;

	(void)state;
	pf->total_vfs = 64;
	pf->vf_offset = 128;
	pf->vf_stride = 2;
	make_hostpci(make_guest(f, 100), 0, "0000:02:10.6");
	make_file(f, "/etc/pve-gpu/devices.conf",
		  "0000:02:00.0 8086:10fb - 0000:02/00.0 - vm/100/0 vf3=0000:02:10.6\n");
	assert_int_equal(pg_status_list(f, &s, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(s->verdict, PG_STATUS_WRONG);
	assert_string_equal(s->reason, "vf-not-made");
	assert_non_null(strstr(s->why, "virtual function 3 of 0000:02:00.0"));
	assert_null(strstr(s->fix, "--repair"));
	assert_int_equal(pg_check(f, NULL, &found), 0);
	assert_non_null(find_finding(&found, "vf-not-made"));
	assert_null(find_finding(&found, "hostpci-missing"));
	assert_null(find_finding(&found, "device-moved"));
	pg_findings_done(&found);
	pg_status_free(s, n);
	pg_facts_free(f);
}

/* Proxmox's tool is named where it is there. */
static void test_pin_advice(void **state)
{
	(void)state;
	for (int tool = 0; tool < 2; tool++) {
		struct pg_findings found = { 0 };
		struct pg_facts *f = make_facts();
		struct pg_dev *d = make_dev(f, "0000:03:00.0", 0x10ec, 0x8168, 0x020000, "r8169", 3);
		struct pg_nic *nic = pg_vec_add(&f->nic, &f->n_nic, sizeof(*nic));
		const struct pg_finding *finding;

		make_use(d, PG_USE_NETWORK, "vmbr0, default route", true);
		*nic = (struct pg_nic){ .name = strdup("enp3s0"), .addr = d->addr,
					.mac = strdup("00:11:22:33:44:55") };
		f->has_pin_tool = tool;
		assert_int_equal(pg_check(f, NULL, &found), 0);
		finding = find_finding(&found, "nic-name-by-path");
		assert_non_null(finding);
		assert_int_equal(strstr(finding->advice, "pve-network-interface-pinning") != NULL, tool);
		pg_findings_done(&found);
		pg_facts_free(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_renumbered), cmocka_unit_test(test_status_row),
		cmocka_unit_test(test_finding),	   cmocka_unit_test(test_hostile_list),
		cmocka_unit_test(test_pin_advice), cmocka_unit_test(test_unmade),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
