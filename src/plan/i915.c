/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/i915.h"

#include <errno.h>
#include <string.h>

#include "src/plan/planner.h"
#include "src/plan/vgpu.h"

static int take(const char *line, const char *key, char **ret)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	const char *value;

	if (pg_cmdline_split(line, &words) < 0)
		return -ENOMEM;
	value = pg_cmdline_get(&words, key);
	if (!value)
		return 0;
	free(*ret);
	*ret = strdup(value);
	return *ret ? 0 : -ENOMEM;
}

/* Of the loader that is in use; where that is not known, of whichever has it. */
static int take_cmdline(const struct pg_facts *facts, const char *key, char **ret)
{
	static const enum pg_loader loaders[] = { PG_LOADER_GRUB, PG_LOADER_SYSTEMD_BOOT };
	enum pg_loader own = facts->boot.disputed ? PG_LOADER_UNKNOWN : facts->boot.loader;
	int r = 0;

	for (size_t i = 0; r == 0 && i < PG_ARRAY_SIZE(loaders); i++) {
		pg_autofree char *line = NULL;

		if (own != PG_LOADER_UNKNOWN && own != loaders[i])
			continue;
		r = pg_configured_cmdline(facts, loaders[i], &line, NULL);
		if (r == 0 && line)
			r = take(line, key, ret);
		if (r == -EINVAL)
			r = 0; /* only a running shell could tell */
	}
	return r;
}

int pg_i915_configured(const struct pg_facts *facts, const char *parameter, char **ret)
{
	const struct pg_modules *m = &facts->modules;
	pg_autofree char *value = NULL;
	pg_autofree char *key = pg_strf("i915.%s", parameter);
	int r = key ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < m->n_conf; i++)
		if (m->conf[i].kind == PG_MODCONF_OPTIONS && pg_same_module(m->conf[i].module, "i915"))
			r = take(m->conf[i].value, parameter, &value);
	if (r == 0)
		r = take_cmdline(facts, key, &value);
	if (r == 0)
		*ret = PG_STEAL(value);
	return r;
}

bool pg_i915_is_guc(const char *value)
{
	return value && *value != '-' && strtol(value, NULL, 0) & 1;
}

bool pg_i915_is_true(const char *value)
{
	return value && (*value == '1' || *value == 'y' || *value == 'Y' ||
			 ((*value == 'o' || *value == 'O') && (value[1] == 'n' || value[1] == 'N')) ||
			 !*value);
}

bool pg_gvt_is_configured(const struct pg_facts *facts)
{
	pg_autofree char *value = NULL;

	return pg_i915_configured(facts, "enable_gvt", &value) == 0 && pg_i915_is_true(value);
}
