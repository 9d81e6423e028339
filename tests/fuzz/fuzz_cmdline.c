/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /etc/kernel/cmdline: edited, and what is not line 1 kept. */
#include "tests/fuzz/fuzz.h"

#include "src/plan/edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pg_option want[] = {
		{ .key = "intel_iommu", .value = "off", .how = PG_OPTION_LIST_DROP },
		{ .key = "intel_iommu", .value = "on", .how = PG_OPTION_LIST_ADD },
		{ .key = "quiet", .value = NULL, .how = PG_OPTION_SET },
	};
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_bytes out PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_bytes again PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	const char *rest, *rest_out;
	int r;

	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	r = pg_kernel_cmdline_edit("/etc/kernel/cmdline", &in, want, PG_ARRAY_SIZE(want), &out,
				   &err);
	FUZZ_ASSERT(r == 0 || (r == -EINVAL && err.what));
	if (r < 0)
		return 0;
	rest = memchr(in.p, '\n', in.n);
	rest_out = memchr(out.p, '\n', out.n);
	if (rest) {
		size_t n = in.n - (size_t)(rest - in.p);

		FUZZ_ASSERT(rest_out && out.n - (size_t)(rest_out - out.p) == n);
		FUZZ_ASSERT(memcmp(rest, rest_out, n) == 0);
	}
	FUZZ_ASSERT(pg_kernel_cmdline_edit("/etc/kernel/cmdline", &out, want,
					   PG_ARRAY_SIZE(want), &again, NULL) == 0);
	FUZZ_ASSERT(pg_bytes_equal(&out, &again));
	return 0;
}
