/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /etc/default/grub and one drop-in, separated by a byte 0x01: read, edited, read again. */
#include "tests/fuzz/fuzz.h"

#include "src/plan/edit.h"

#define VARIABLE "GRUB_CMDLINE_LINUX_DEFAULT"

static const struct pg_option want = { .key = "iommu", .value = "pt", .how = PG_OPTION_LIST_ADD };

static void check_result(struct pg_file *files, size_t n, int edited, struct pg_bytes *result)
{
	const struct pg_file *list[2] = { &files[0], &files[1] };
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_bytes again PG_CLEANUP(pg_bytes_done) = { 0 };
	pg_autofree char *value = NULL;
	struct pg_bytes before = files[edited].bytes;
	int file = -1;

	files[edited].bytes = *result;
	FUZZ_ASSERT(pg_grub_value(list, n, VARIABLE, &value, &file, NULL) == 0);
	FUZZ_ASSERT(pg_cmdline_split(value, &words) == 0);
	FUZZ_ASSERT(pg_grub_edit(list, n, VARIABLE, &want, 1, &file, &again, NULL) == 0);
	FUZZ_ASSERT(file < 0 || pg_bytes_equal(&again, &files[file].bytes));
	files[edited].bytes = before;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char grub[] = "/etc/default/grub", drop_in[] = "/etc/default/grub.d/x.cfg";
	const uint8_t *cut = size ? memchr(data, 1, size) : NULL;
	size_t first = cut ? (size_t)(cut - data) : size;
	struct pg_file files[2] = { { .path = grub }, { .path = drop_in } };
	const struct pg_file *list[2] = { &files[0], &files[1] };
	struct pg_bytes result PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	size_t n = cut ? 2 : 1;
	int file = -1, r;

	FUZZ_ASSERT(pg_bytes_copy((const char *)data, first, &files[0].bytes) == 0);
	if (cut)
		FUZZ_ASSERT(pg_bytes_copy((const char *)cut + 1, size - first - 1,
					  &files[1].bytes) == 0);
	r = pg_grub_edit(list, n, VARIABLE, &want, 1, &file, &result, &err);
	FUZZ_ASSERT(r == 0 || (r == -EINVAL && err.what));
	if (r == 0 && file >= 0)
		check_result(files, n, file, &result);
	pg_bytes_done(&files[0].bytes);
	pg_bytes_done(&files[1].bytes);
	return 0;
}
