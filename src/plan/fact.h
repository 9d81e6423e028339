/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of named facts, and how their values are filled. Private to src/plan. */
#pragma once

#include "src/plan/rule.h"

extern const struct pg_fact pg_fact_host[];
extern const struct pg_fact pg_fact_device[];
extern const struct pg_fact pg_fact_vm[];

static inline enum pg_tri pg_tri_of(bool value)
{
	return value ? PG_YES : PG_NO;
}

/* Fill *ret; what is unknown (PG_UNKNOWN, NULL, a number of 0) leaves it so. Return 0 or -ENOMEM. */
int pg_fact_yesno(struct pg_value *ret, enum pg_tri value);
int pg_fact_number(struct pg_value *ret, uint64_t value);
/* One that is known where it is 0, too. */
int pg_fact_count(struct pg_value *ret, uint64_t value);
int pg_fact_word(struct pg_value *ret, const char *word);
/* A word, or none where it is NULL: that is known. */
int pg_fact_maybe(struct pg_value *ret, const char *word);
int pg_fact_words(struct pg_value *ret, const struct pg_strv *words);
/* Makes it a list, empty so far; it may be added to. */
int pg_fact_list(struct pg_value *ret);
/* One more, once; a word that is NULL is passed over. */
int pg_fact_add(struct pg_value *ret, const char *word);
/* The ids of findings of that scope, or all. */
int pg_fact_found(struct pg_value *ret, const struct pg_findings *found, const char *scope);
