/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/mktree.h"

#include "src/host/mdev_private.h"

static struct pg_facts *collect(struct tree *t, const char *file)
{
	struct pg_facts *facts = NULL;

	mktree(t, file);
	assert_int_equal(pg_facts_collect(t->root, PG_WANT_PCI | PG_WANT_BOOT | PG_WANT_MODULES |
						   PG_WANT_MDEV, &facts, NULL), 0);
	return facts;
}

static const struct pg_mdev_parent *at(const struct pg_facts *facts, const char *address)
{
	struct pg_bdf addr;

	assert_int_equal(pg_bdf_parse(address, &addr), 0);
	return pg_mdev_at(facts, addr);
}

static void test_types(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = collect(*state, "tests/trees/vgpu.tree");
	const struct pg_mdev_parent *gvt = at(facts, "0000:00:02.0"), *t4 = at(facts, "0000:02:00.0");
	const struct pg_mdev_type *type;

	assert_non_null(gvt);
	assert_int_equal(gvt->way, PG_MDEV_TYPES);
	assert_int_equal(gvt->n_type, 2);
	type = pg_mdev_type_of(gvt, "i915-GVTg_V5_4");
	assert_non_null(type);
	assert_string_equal(type->name, "GVTg_V5_4");
	assert_string_equal(type->api, "vfio-pci");
	assert_int_equal(type->available, 1);
	assert_int_equal(type->framebuffer, 640);
	assert_int_equal(type->instance.n, 1);
	assert_null(pg_mdev_type_of(gvt, "i915-GVTg_V5_1"));
	assert_int_equal(pg_mdev_type_of(t4, "nvidia-231")->framebuffer, 4096);
	assert_int_equal(pg_mdev_type_of(t4, "nvidia-222")->framebuffer, 1024);
	assert_null(pg_mdev_type_of(t4, "nvidia-222")->description);
	assert_null(at(facts, "0000:05:00.0"));
}

static void test_vendor(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = collect(*state, "tests/trees/vgpu.tree");
	const struct pg_mdev_parent *used = at(facts, "0000:41:00.4"), *free = at(facts, "0000:41:00.5");

	assert_int_equal(used->way, PG_MDEV_VENDOR);
	assert_int_equal(used->current, 1150);
	assert_int_equal(used->n_type, 0);
	assert_int_equal(free->n_type, 2);
	assert_string_equal(free->type[0].id, "nvidia-1148");
	assert_string_equal(free->type[0].name, "NVIDIA L40-1Q");
	assert_int_equal(free->type[1].framebuffer, 4096);
	assert_int_equal(free->current, 0);
	assert_null(at(facts, "0000:41:00.0"));
	assert_int_equal(facts->unread.n, 0);
}

static void test_no_bus(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = collect(*state, "tests/trees/vgpu.tree");
	const struct pg_mdev_parent *mtty = &facts->mdev_parent[facts->n_mdev_parent - 1];

	assert_string_equal(mtty->name, "mtty");
	assert_false(mtty->is_pci);
	assert_int_equal(mtty->n_type, 2);
	assert_int_equal(mtty->type[0].available, 24);
}

static void test_instances(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = collect(*state, "tests/trees/vgpu.tree");

	assert_int_equal(facts->n_mdev, 2);
	assert_int_equal(facts->mdev[0].vmid, 103);
	assert_int_equal(facts->mdev[0].index, 0);
	assert_string_equal(facts->mdev[0].parent, "0000:00:02.0");
	assert_string_equal(facts->mdev[0].type, "i915-GVTg_V5_4");
	assert_int_equal(facts->mdev[1].vmid, 0);
	assert_string_equal(facts->mdev[1].type, "i915-GVTg_V5_8");
}

static void test_drivers(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = collect(*state, "tests/trees/vgpu.tree");
	const struct pg_vgpu *v = &facts->vgpu;

	assert_int_equal(v->gvt, PG_YES);
	assert_string_equal(v->guc, "0");
	assert_int_equal(v->kvmgt, PG_YES);
	assert_string_equal(v->nvidia, "550.90.05");
	assert_int_equal(v->nvidia_there, PG_YES);
	assert_int_equal(v->nvidia_host, PG_YES);
	assert_int_equal(v->nvidia_signed, PG_UNKNOWN);
	assert_null(v->nvidia_other);
}

static void test_nothing(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = collect(*state, "tests/trees/p_host.tree");

	assert_int_equal(facts->n_mdev_parent, 0);
	assert_int_equal(facts->n_mdev, 0);
	assert_int_equal(facts->vgpu.gvt, PG_UNKNOWN);
	assert_int_equal(facts->vgpu.kvmgt, PG_NO);
	assert_int_equal(facts->vgpu.nvidia_host, PG_NO);
	assert_null(facts->vgpu.nvidia);
}

static void test_uuid(void **state)
{
	uint32_t vmid = 7;
	unsigned index = 7;

	(void)state;
	assert_true(pg_mdev_is_proxmox("00000015-0000-0000-0000-000000012345", &vmid, &index));
	assert_int_equal(vmid, 12345);
	assert_int_equal(index, 15);
	assert_false(pg_mdev_is_proxmox("00000016-0000-0000-0000-000000012345", &vmid, &index));
	assert_false(pg_mdev_is_proxmox("00000000-0000-0000-0000-000000000099", &vmid, &index));
	assert_false(pg_mdev_is_proxmox("00000000-0000-0000-0000-00000000010a", &vmid, &index));
	assert_false(pg_mdev_is_proxmox("c2177883-f1bb-47f0-914d-32a22e3a8804", &vmid, &index));
	assert_true(pg_mdev_is_uuid("c2177883-f1bb-47f0-914d-32a22e3a8804"));
	assert_false(pg_mdev_is_uuid("C2177883-f1bb-47f0-914d-32a22e3a8804"));
	assert_false(pg_mdev_is_uuid("c2177883-f1bb-47f0-914d-32a22e3a88041"));
	assert_false(pg_mdev_is_uuid(""));
}

static void test_texts(void **state)
{
	struct pg_mdev_parent parent = { 0 };
	struct pg_strv bad PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_bytes module = { (char[]) { "x~Module signature appended~\n" }, 29 };

	(void)state;
	assert_int_equal(pg_mdev_nvidia_framebuffer("GRID M10-0B"), 512);
	assert_int_equal(pg_mdev_nvidia_framebuffer("GRID A100-1-5C"), 5120);
	assert_int_equal(pg_mdev_nvidia_framebuffer("NVIDIA L40"), 0);
	assert_int_equal(pg_mdev_framebuffer("max_instance=4"), 0);
	assert_int_equal(pg_mdev_framebuffer("framebuffer=99999999999999999999M"), 0);
	assert_int_equal(pg_mdev_nvidia_id("nvidia-63"), 63);
	assert_int_equal(pg_mdev_nvidia_id("nvidia-6x"), 0);
	assert_int_equal(pg_mdev_read_creatable("1:a\nx\n 0 : b\n2 :\n\n3 : c:d", &parent, &bad), 0);
	assert_int_equal(parent.n_type, 2);
	assert_string_equal(parent.type[1].name, "c:d");
	assert_int_equal(bad.n, 3);
	pg_mdev_parent_done(&parent);
	assert_true(pg_module_is_signed(&module));
	module.n--;
	assert_false(pg_module_is_signed(&module));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tree_test(test_types),	 tree_test(test_vendor),  tree_test(test_no_bus),
		tree_test(test_instances), tree_test(test_drivers), tree_test(test_nothing),
		cmocka_unit_test(test_uuid), cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
