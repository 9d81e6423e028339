/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * softdep lines of modprobe.d. Of several for one module libkmod heeds the first alone, in
 * its reading order, and takes the name for a pattern (kmod_module_get_softdeps in
 * libkmod/libkmod-module.c).
 */
#include "src/plan/planner.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "src/base/text.h"

/* "pre: a b post: c" */
static bool loads_vfio_first(const char *value)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	bool pre = false;

	if (pg_strv_split(value, " \t", &words) < 0)
		return false;
	for (size_t i = 0; i < words.n; i++) {
		if (pg_text_ends(words.v[i], ":"))
			pre = strcmp(words.v[i], "pre:") == 0;
		else if (pre && pg_same_module(words.v[i], "vfio-pci"))
			return true;
	}
	return false;
}

/* Patterns have underscores, as names in facts do; a driver's name may have dashes. */
static bool is_for(const char *pattern, const char *module)
{
	char name[64];
	size_t n = strlen(module);

	if (n >= sizeof(name))
		return false;
	for (size_t i = 0; i <= n; i++)
		name[i] = module[i] == '-' ? '_' : module[i];
	return fnmatch(pattern, name, 0) == 0;
}

static const struct pg_modconf *in_effect(const struct pg_facts *facts, const char *module)
{
	const struct pg_modules *m = &facts->modules;

	for (size_t i = 0; i < m->n_conf; i++)
		if (m->conf[i].kind == PG_MODCONF_SOFTDEP && is_for(m->conf[i].module, module))
			return &m->conf[i];
	return NULL;
}

bool pg_has_softdep(const struct pg_facts *facts, const char *module)
{
	const struct pg_modconf *line = in_effect(facts, module);

	return line && loads_vfio_first(line->value);
}

const struct pg_modconf *pg_softdep_other(const struct pg_facts *facts, const char *module)
{
	const struct pg_modconf *line = in_effect(facts, module);

	return line && !loads_vfio_first(line->value) ? line : NULL;
}

static int add_module(struct pg_strv *modules, const char *module)
{
	if (pg_same_module(module, "vfio_pci") || pg_strv_has(modules, module))
		return 0;
	return pg_strv_add(modules, module);
}

int pg_softdep_modules(const struct pg_facts *facts, const struct pg_dev *dev,
		       struct pg_strv *ret)
{
	const char *now = pg_dev_on_vfio(dev) ? NULL : dev->driver;
	int r = 0;

	for (size_t i = 0; r == 0 && i < dev->n_claim; i++) {
		const struct pg_claim *claim = &dev->claim[i];
		bool has_it = now && pg_same_module(now, claim->module);

		if (!claim->builtin && (!claim->blacklisted || has_it))
			r = add_module(ret, claim->module);
	}
	/* where modules.alias tells nothing, the driver's name is its module's, unless that is
	 * known not to be loaded (built in, or of another name) */
	if (r == 0 && now && dev->n_claim == 0 &&
	    (pg_facts_loaded(facts, now) || facts->modules.loaded_known != PG_YES))
		r = add_module(ret, now);
	return r;
}

int pg_softdep_in_the_way(const struct pg_facts *facts, const struct pg_dev *dev,
			  const struct pg_modconf **ret)
{
	struct pg_strv modules PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_softdep_modules(facts, dev, &modules);

	if (r < 0)
		return r;
	*ret = NULL;
	for (size_t i = 0; !*ret && i < modules.n; i++)
		*ret = pg_softdep_other(facts, modules.v[i]);
	return 0;
}
