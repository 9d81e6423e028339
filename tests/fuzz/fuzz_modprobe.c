/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of modprobe.d: ids merged into it, lines added, the old bytes kept. */
#include "tests/fuzz/fuzz.h"

#include "src/plan/edit.h"

static void check_ids(struct pg_bytes *bytes, const struct pg_strv *ids)
{
	char path[] = "/etc/modprobe.d/vfio.conf";
	struct pg_file file = { .path = path, .bytes = *bytes };
	const struct pg_file *list[] = { &file };
	struct pg_strv got PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_bytes again PG_CLEANUP(pg_bytes_done) = { 0 };
	bool found = false;

	FUZZ_ASSERT(pg_vfio_ids(list, 1, &got) == 0);
	for (size_t i = 0; i < got.n; i++)
		found |= strcasecmp(got.v[i], ids->v[0]) == 0;
	FUZZ_ASSERT(found);
	FUZZ_ASSERT(pg_vfio_conf_add_ids(path, bytes, ids, &again, NULL) == 0);
	FUZZ_ASSERT(pg_bytes_equal(bytes, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strv lines PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_bytes out PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_bytes more PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_bytes again PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	int r;

	FUZZ_ASSERT(pg_strv_add(&ids, "10de:2684") == 0);
	FUZZ_ASSERT(pg_strv_add(&lines, "softdep nouveau pre: vfio-pci") == 0);
	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	r = pg_vfio_conf_add_ids("/etc/modprobe.d/vfio.conf", &in, &ids, &out, &err);
	FUZZ_ASSERT(r == 0 || (r == -EINVAL && err.what));
	if (r == 0)
		check_ids(&out, &ids);
	FUZZ_ASSERT(pg_conf_add_lines(&in, &lines, &more) == 0);
	FUZZ_ASSERT(pg_conf_add_lines(&more, &lines, &again) == 0);
	FUZZ_ASSERT(pg_bytes_equal(&more, &again));
	FUZZ_ASSERT(more.n >= in.n && memcmp(more.p, in.p, in.n) == 0);
	return 0;
}
