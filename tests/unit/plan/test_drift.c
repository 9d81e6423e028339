/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/plan/make.h"

#include "src/plan/status.h"

#define CARDS 12
#define VMS 4

/* ---- random machines: every bus may have another number after the next boot ---- */

/* A card below a port of its own; which bus that is differs from boot to boot. */
struct card {
	unsigned model;		/* cards of one model are equal */
	unsigned before, after;	/* buses */
	unsigned vm, index;	/* whose it is, as hostpciN; vm 0: the host's */
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
		c->before = before[i];
		c->after = after[i];
		c->vm = roll(seed, VMS + 1);
		c->index = next[c->vm]++;
	}
}

static void put_ports(struct pg_facts *f, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct pg_bdf addr = { .dev = (uint8_t)(i + 1) };

		(void)make_dev(f, pg_bdf_str(addr).s, 0x8086, 0x7ab8, 0x060400, "pcieport", 1);
	}
}

/* In order of the bus that it has now. */
static void put_cards(struct pg_facts *f, const struct machine *m)
{
	for (unsigned bus = 1; bus <= CARDS; bus++) {
		for (size_t i = 0; i < m->n; i++) {
			struct pg_bdf addr = { .bus = (uint8_t)bus };
			struct pg_dev *d;

			if (m->card[i].after != bus)
				continue;
			d = make_dev(f, pg_bdf_str(addr).s, 0x10de, 0x2000 + m->card[i].model, 0x030000,
				     "vfio-pci", (int)(100 + bus));
			d->has_parent = true;
			d->parent = (struct pg_bdf){ .dev = (uint8_t)(i + 1) };
		}
	}
}

static void put_memory(struct pg_facts *f, const struct machine *m)
{
	struct pg_strbuf b = { 0 };

	for (size_t i = 0; i < m->n; i++) {
		const struct card *c = &m->card[i];

		pg_strbuf_addf(&b, "0000:%02x:00.0 10de:%04x - 0000:00/%02zx.0/00.0 - ", c->before,
			       0x2000 + c->model, i + 1);
		if (c->vm)
			pg_strbuf_addf(&b, "vm/%u/%u\n", 99 + c->vm, c->index);
		else
			pg_strbuf_add(&b, "-\n");
	}
	make_file(f, "/etc/pve-gpu/devices.conf", b.s);
	pg_strbuf_done(&b);
}

static void put_vms(struct pg_facts *f, const struct machine *m)
{
	for (unsigned vm = 1; vm <= VMS; vm++) {
		struct pg_guest *g = make_guest(f, 99 + vm);

		for (size_t i = 0; i < m->n; i++) {
			char value[32];

			if (m->card[i].vm != vm)
				continue;
			(void)snprintf(value, sizeof(value), "0000:%02x:00%s,pcie=1",
				       m->card[i].before, i % 2 ? ".0" : "");
			make_hostpci(g, m->card[i].index, value);
		}
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

static void check_machine(const struct machine *m, uint32_t seed)
{
	struct pg_choices *c = pg_choices_new();
	struct pg_facts *f = make_facts();
	struct pg_plan *plan = NULL;

	put_ports(f, m->n);
	put_cards(f, m);
	put_memory(f, m);
	put_vms(f, m);
	c->repair = true;
	assert_int_equal(pg_plan_make(f, c, NULL, &plan), 0);
	assert_false(pg_plan_is_blocked(plan));
	for (size_t i = 0; i < m->n; i++) {
		const struct card *card = &m->card[i];
		const char *value = card->vm ? planned(plan, 99 + card->vm, card->index) : NULL;
		char want[32];

		(void)snprintf(want, sizeof(want), "0000:%02x:00%s,pcie=1", card->after,
			       i % 2 ? ".0" : "");
		if (!card->vm)
			continue;
		if (card->before == card->after ? value != NULL : !value || strcmp(value, want) != 0)
			fail_msg("seed %u, card %zu: %s, not %s", seed, i, value ? value : "left", want);
	}
	pg_plan_free(plan);
	pg_facts_free(f);
	pg_choices_free(c);
}

static void test_renumbered(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 500; seed++) {
		struct machine m = { 0 };
		uint32_t s = seed;

		make_machine(&m, &s);
		check_machine(&m, seed);
	}
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
		cmocka_unit_test(test_pin_advice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
