/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /etc/pve-gpu/pve-gpu.conf: what counts is within its limits, and a file that is not right counts as none. */
#include "tests/fuzz/fuzz.h"

#include "src/host/settings.h"

static void check(const struct pg_settings *s)
{
	FUZZ_ASSERT(s->trial_minutes >= 1 && s->trial_minutes <= PG_TRIAL_MINUTES_MAX);
	FUZZ_ASSERT(s->theme == PG_THEME_AUTO || s->theme == PG_THEME_LIGHT || s->theme == PG_THEME_PLAIN);
	FUZZ_ASSERT(!s->storage || (*s->storage && !strpbrk(s->storage, " /:,\n")));
	for (size_t i = 0; i < s->rules.n; i++)
		FUZZ_ASSERT(s->rules.v[i][0] == '/' &&
			    (!s->rules.v[i][1] || !pg_text_ends(s->rules.v[i], "/")));
	if (!s->bad)
		return;
	FUZZ_ASSERT(pg_text_starts(s->bad, PG_PATH_SETTINGS ":"));
	FUZZ_ASSERT(s->trial_minutes == PG_TRIAL_MINUTES && s->theme == PG_THEME_AUTO && !s->mouse &&
		    !s->storage);
	FUZZ_ASSERT(s->rules.n == 1 && strcmp(s->rules.v[0], PG_PATH_RULES) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_settings s PG_CLEANUP(pg_settings_done) = { 0 };

	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	FUZZ_ASSERT(pg_settings_parse(&in, &s) == 0);
	check(&s);
	return 0;
}
