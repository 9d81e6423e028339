/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sections as Proxmox writes them, with types and without; storage.cfg, HA, jobs, reservations. */
#include "tests/fuzz/fuzz.h"

#include "src/host/guests.h"

/* A name is one word: it is compared, listed and handed to commands. */
static bool is_word(const char *s)
{
	return *s && !s[strcspn(s, " \t\r\n\v\f")];
}

static void check_sections(const struct pg_bytes *in, bool typed)
{
	struct pg_sections all PG_CLEANUP(pg_sections_done) = { 0 };

	FUZZ_ASSERT(pg_sections_parse(in, typed, &all) == 0);
	for (size_t i = 0; i < all.n; i++) {
		const struct pg_section *s = &all.v[i];

		FUZZ_ASSERT(is_word(s->id));
		FUZZ_ASSERT(typed ? is_word(s->type) : !*s->type);
		for (size_t k = 0; k < s->n_prop; k++) {
			FUZZ_ASSERT(is_word(s->prop[k].key));
			FUZZ_ASSERT(pg_section_get(s, s->prop[k].key) != NULL);
		}
	}
}

/* Of one VM; that nothing is taken over twice, the leak checker says. */
static void check_kept(const struct pg_bytes *in)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = calloc(1, sizeof(*facts));
	struct pg_guest *g;

	FUZZ_ASSERT(facts);
	g = pg_vec_add(&facts->guest, &facts->n_guest, sizeof(*g));
	FUZZ_ASSERT(g);
	g->vmid = 100;
	g->node = strdup("pve1");
	FUZZ_ASSERT(g->node);
	FUZZ_ASSERT(pg_ha_parse(in, facts) == 0);
	FUZZ_ASSERT(pg_ha_groups_parse(in, facts) == 0);
	FUZZ_ASSERT(pg_ha_rules_parse(in, facts) == 0);
	FUZZ_ASSERT(pg_jobs_parse(in, facts) == 0);
	FUZZ_ASSERT(pg_reserved_parse(in, facts) == 0);
	FUZZ_ASSERT(!g->backup_job || is_word(g->backup_job));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = calloc(1, sizeof(*facts));
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };

	FUZZ_ASSERT(facts);
	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	check_sections(&in, true);
	check_sections(&in, false);
	FUZZ_ASSERT(pg_storage_parse(&in, "pve1", facts) == 0);
	for (size_t i = 0; i < facts->n_storage; i++)
		FUZZ_ASSERT(is_word(facts->storage[i].id) && is_word(facts->storage[i].type));
	check_kept(&in);
	return 0;
}
