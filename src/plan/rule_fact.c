/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Facts by their names. */
#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/plan/fact.h"

const struct pg_fact *pg_fact_table(enum pg_scope scope)
{
	return scope == PG_SCOPE_HOST	? pg_fact_host :
	       scope == PG_SCOPE_DEVICE ? pg_fact_device :
					  pg_fact_vm;
}

const struct pg_fact *pg_fact_find(const char *name)
{
	for (int scope = PG_SCOPE_HOST; scope <= PG_SCOPE_VM; scope++)
		for (const struct pg_fact *f = pg_fact_table((enum pg_scope)scope); f->name; f++)
			if (strcmp(f->name, name) == 0)
				return f;
	return NULL;
}

const char *pg_scope_name(enum pg_scope scope)
{
	static const char *const names[] = { "host", "device", "vm" };

	return names[scope];
}

int pg_fact_yesno(struct pg_value *ret, enum pg_tri value)
{
	if (value == PG_UNKNOWN)
		return 0;
	*ret = (struct pg_value){ .type = PG_VALUE_YESNO, .number = value == PG_YES };
	return 0;
}

int pg_fact_count(struct pg_value *ret, uint64_t value)
{
	*ret = (struct pg_value){ .type = PG_VALUE_NUMBER, .number = value };
	return 0;
}

int pg_fact_number(struct pg_value *ret, uint64_t value)
{
	return value ? pg_fact_count(ret, value) : 0;
}

int pg_fact_list(struct pg_value *ret)
{
	*ret = (struct pg_value){ .type = PG_VALUE_WORDS };
	return 0;
}

int pg_fact_add(struct pg_value *ret, const char *word)
{
	return !word || pg_strv_has(&ret->words, word) ? 0 : pg_strv_add(&ret->words, word);
}

int pg_fact_maybe(struct pg_value *ret, const char *word)
{
	(void)pg_fact_list(ret);
	return pg_fact_add(ret, word);
}

int pg_fact_word(struct pg_value *ret, const char *word)
{
	return word ? pg_fact_maybe(ret, word) : 0;
}

int pg_fact_words(struct pg_value *ret, const struct pg_strv *words)
{
	(void)pg_fact_list(ret);
	return pg_strv_copy(words, &ret->words);
}

int pg_fact_found(struct pg_value *ret, const struct pg_findings *found, const char *scope)
{
	int r = pg_fact_list(ret);

	for (size_t i = 0; found && r == 0 && i < found->n; i++)
		if (found->v[i].level > PG_LEVEL_OK &&
		    (!scope || strcmp(found->v[i].scope, scope) == 0))
			r = pg_fact_add(ret, found->v[i].id);
	return r;
}
