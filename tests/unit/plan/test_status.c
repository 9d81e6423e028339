/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/plan/make.h"

#include "src/plan/status.h"

static void give(struct pg_dev *d, uint32_t vmid)
{
	uint32_t *v = pg_vec_add(&d->vmid, &d->n_vmid, sizeof(*v));

	assert_non_null(v);
	*v = vmid;
}

static struct pg_guest *vm(struct pg_facts *f, uint32_t vmid, enum pg_tri running)
{
	struct pg_guest *g = pg_vec_add(&f->guest, &f->n_guest, sizeof(*g));

	assert_non_null(g);
	g->vmid = vmid;
	g->local = true;
	g->running = running;
	return g;
}

static void wants(struct pg_guest *g, const char *addr)
{
	struct pg_hostpci *hp = pg_vec_add(&g->hostpci, &g->n_hostpci, sizeof(*hp));
	struct pg_bdf *bdf;
	bool *slot;

	assert_non_null(hp);
	bdf = pg_vec_add(&hp->addr, &hp->n_addr, sizeof(*bdf));
	assert_non_null(bdf);
	assert_int_equal(pg_bdf_parse(addr, bdf), 0);
	slot = calloc(1, sizeof(*slot));
	assert_non_null(slot);
	hp->slot = slot;
}

static struct pg_dev *card(struct pg_facts *f, const char *driver)
{
	struct pg_dev *d = make_dev(f, "0000:01:00.0", 0x10de, 0x2684, 0x030000, driver, 14);

	make_claim(d, "nouveau", false);
	return d;
}

static void assert_only(const struct pg_facts *f, enum pg_status_verdict verdict)
{
	struct pg_status *s = NULL;
	size_t n = 0;

	assert_int_equal(pg_status_list(f, &s, &n), 0);
	assert_int_equal(n, 1);
	if (s[0].verdict != verdict)
		fail_msg("%s: %s", pg_status_verdict_name(s[0].verdict), s[0].why);
	assert_non_null(s[0].why);
	pg_status_free(s, n);
}

static void test_verdicts(void **state)
{
	static const struct {
		const char *driver;
		bool given;		/* to VM 100 */
		enum pg_tri running, iommu;
		enum pg_status_verdict verdict;
	} cases[] = {
		{ "vfio-pci", true, PG_NO, PG_YES, PG_STATUS_OK },
		{ "vfio-pci", true, PG_YES, PG_YES, PG_STATUS_OK },
		/* Proxmox takes it when the VM starts */
		{ "nouveau", true, PG_NO, PG_YES, PG_STATUS_OK },
		{ "nouveau", true, PG_YES, PG_YES, PG_STATUS_WRONG },
		{ "nouveau", true, PG_NO, PG_NO, PG_STATUS_WRONG },
		/* set apart for no one, and not in the configuration */
		{ "vfio-pci", false, PG_NO, PG_YES, PG_STATUS_PENDING },
	};

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(cases); i++) {
		struct pg_facts *f PG_CLEANUP(pg_facts_freep) = make_facts();
		struct pg_dev *d = card(f, cases[i].driver);

		(void)vm(f, 100, cases[i].running);
		f->iommu.active = cases[i].iommu;
		if (cases[i].given)
			give(d, 100);
		assert_only(f, cases[i].verdict);
	}
}

static void test_none(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = make_facts();
	struct pg_status *s = NULL;
	size_t n = 1;

	(void)state;
	(void)card(f, "nouveau");
	assert_int_equal(pg_status_list(f, &s, &n), 0);
	assert_int_equal(n, 0);
	pg_status_free(s, n);
}

/* Named by two VMs, but taken out of the computer. */
static void test_missing(void **state)
{
	struct pg_facts *f PG_CLEANUP(pg_facts_freep) = make_facts();
	struct pg_status *s = NULL;
	size_t n = 0;

	(void)state;
	give(card(f, "vfio-pci"), 100);
	wants(vm(f, 100, PG_NO), "0000:00:05.0");
	wants(vm(f, 101, PG_NO), "0000:00:05.0");
	wants(vm(f, 102, PG_NO), "0000:01:00.0");
	assert_int_equal(pg_status_list(f, &s, &n), 0);
	assert_int_equal(n, 2);
	assert_string_equal(pg_bdf_str(s[0].addr).s, "0000:00:05.0");
	assert_null(s[0].dev);
	assert_int_equal(s[0].verdict, PG_STATUS_WRONG);
	assert_int_equal(s[0].n_vmid, 2);
	assert_int_equal(s[0].vmid[1], 101);
	assert_int_equal(s[1].verdict, PG_STATUS_OK);
	assert_string_equal(s[1].expected, "nouveau");
	pg_status_free(s, n);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(pg_status_verdict_name(PG_STATUS_OK), "ok");
	assert_string_equal(pg_status_verdict_name(PG_STATUS_PENDING), "pending-reboot");
	assert_string_equal(pg_status_verdict_name(PG_STATUS_WRONG), "wrong");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
