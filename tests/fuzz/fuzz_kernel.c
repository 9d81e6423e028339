/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What depmod and the build tell of an installed kernel: the same bytes as each of the three files. */
#include "tests/fuzz/fuzz.h"

#include "src/host/kernels.h"

static void done(struct pg_kernel *k)
{
	pg_strv_done(&k->module);
	pg_strv_done(&k->builtin);
	pg_strv_done(&k->config);
	for (size_t i = 0; i < k->n_extra; i++) {
		free(k->extra[i].name);
		free(k->extra[i].path);
	}
	free(k->extra);
}

/* As the kernel writes names of modules. */
static void assert_names(const struct pg_strv *names)
{
	for (size_t i = 0; i < names->n; i++)
		FUZZ_ASSERT(!strpbrk(names->v[i], "/-\n"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_kernel k PG_CLEANUP(done) = { 0 };
	size_t n, n_extra;

	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	FUZZ_ASSERT(pg_kernel_from_dep(&in, &k) == 0);
	n = k.module.n;
	n_extra = k.n_extra;
	assert_names(&k.module);
	for (size_t i = 0; i < k.n_extra; i++)
		FUZZ_ASSERT(strncmp(k.extra[i].path, "updates/", 8) == 0 || strncmp(k.extra[i].path, "extra/", 6) == 0);
	/* a second time it says the same again */
	FUZZ_ASSERT(pg_kernel_from_dep(&in, &k) == 0);
	FUZZ_ASSERT(k.module.n == 2 * n && k.n_extra == 2 * n_extra);
	FUZZ_ASSERT(pg_kernel_from_builtin(&in, &k) == 0);
	assert_names(&k.builtin);
	FUZZ_ASSERT(pg_kernel_from_config(&in, &k) == 0);
	for (size_t i = 0; i < k.config.n; i++)
		FUZZ_ASSERT(strchr(k.config.v[i], '=') && *k.config.v[i] != '=');
	return 0;
}
