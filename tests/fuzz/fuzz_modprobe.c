/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of modprobe.d: read, ids merged into it, lines added, the old bytes kept; and the same
 * bytes as a kernel command line, which blacklists too. */
#include "tests/fuzz/fuzz.h"

#include "src/host/modules.h"
#include "src/plan/edit.h"

/* As the kernel reads it (sscanf in vfio_pci.c): "010de:2684" is the same. */
static bool is_id(const char *s)
{
	unsigned vendor, device;
	int n = 0;

	return sscanf(s, "%x:%x%n", &vendor, &device, &n) == 2 && !s[n] && vendor == 0x10de &&
	       device == 0x2684;
}

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
		found |= is_id(got.v[i]);
	FUZZ_ASSERT(found);
	FUZZ_ASSERT(pg_vfio_conf_add_ids(path, bytes, ids, &again, NULL) == 0);
	FUZZ_ASSERT(pg_bytes_equal(bytes, &again));
}

static void check_directives(const struct pg_bytes *in)
{
	char path[] = "/etc/modprobe.d/vfio.conf";
	const struct pg_file file = { .path = path, .bytes = *in };
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = calloc(1, sizeof(*facts));
	struct pg_modules *m;
	size_t n;

	FUZZ_ASSERT(facts);
	m = &facts->modules;
	FUZZ_ASSERT(pg_modconf_from_files(&file, 1, m) == 0);
	n = m->n_conf;
	FUZZ_ASSERT(pg_modconf_from_cmdline(in->p, m) == 0);
	for (size_t i = 0; i < m->n_conf; i++) {
		FUZZ_ASSERT(*m->conf[i].module && !strchr(m->conf[i].module, '-'));
		FUZZ_ASSERT(m->conf[i].line >= 1);
		FUZZ_ASSERT(i < n || m->conf[i].kind == PG_MODCONF_BLACKLIST);
	}
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
	check_directives(&in);
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
