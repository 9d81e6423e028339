/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The texts of mediated devices: NVIDIA's list of types, descriptions, names, ids, modules' files. */
#include "tests/fuzz/fuzz.h"

#include "src/host/mdev_private.h"

static void check_types(const char *text)
{
	struct pg_mdev_parent parent = { 0 };
	struct pg_strv bad PG_CLEANUP(pg_strv_done) = { 0 };
	size_t lines = 1;

	FUZZ_ASSERT(pg_mdev_read_creatable(text, &parent, &bad) == 0);
	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	FUZZ_ASSERT(parent.n_type + bad.n <= lines);
	for (size_t i = 0; i < parent.n_type; i++) {
		const struct pg_mdev_type *type = &parent.type[i];

		FUZZ_ASSERT(pg_mdev_nvidia_id(type->id) != 0);
		FUZZ_ASSERT(*type->name && !strchr(type->name, '\n'));
		FUZZ_ASSERT(type->framebuffer <= 4096 * 1024);
	}
	pg_mdev_parent_done(&parent);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };
	uint32_t vmid = 0;
	unsigned index = 0;

	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	check_types(in.p);
	FUZZ_ASSERT(pg_mdev_framebuffer(in.p) <= 2 * (uint64_t)UINT32_MAX);
	FUZZ_ASSERT(pg_mdev_nvidia_framebuffer(in.p) <= 4096 * 1024);
	(void)pg_mdev_nvidia_id(in.p);
	(void)pg_module_is_signed(&in);
	if (pg_mdev_is_proxmox(in.p, &vmid, &index)) {
		char uuid[64];

		FUZZ_ASSERT(pg_mdev_is_uuid(in.p));
		(void)snprintf(uuid, sizeof(uuid), "%08u-0000-0000-0000-%012u", index, vmid);
		FUZZ_ASSERT(strcmp(uuid, in.p) == 0);
	}
	return 0;
}
