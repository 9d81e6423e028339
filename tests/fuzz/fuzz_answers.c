/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer file. */
#include "tests/fuzz/fuzz.h"

#include "wizard/wizard.h"

static void check(const struct pg_choices *c)
{
	FUZZ_ASSERT(c->n_pick || c->repair || c->sriov.wanted || c->map_task == PG_MAP_REMOVE ||
		    pg_choices_has_usb(c) || pg_choices_has_vm_only(c));
	FUZZ_ASSERT(!c->sriov.wanted || (!c->n_pick && !c->repair && !c->map_task && !pg_choices_has_usb(c)));
	FUZZ_ASSERT(!c->repair || (!c->n_pick && !c->vmid && !pg_choices_has_usb(c)));
	for (size_t i = 0; i < c->usb_remove.n; i++)
		FUZZ_ASSERT(pg_text_starts(c->usb_remove.v[i], "usb"));
	FUZZ_ASSERT(c->vmid == 0 || (c->vmid >= 100 && c->vmid <= 999999999));
	FUZZ_ASSERT(c->trial_minutes <= PG_TRIAL_MINUTES_MAX);
	FUZZ_ASSERT(!c->mapping || *c->mapping);
	FUZZ_ASSERT(!c->romfile || *c->romfile);
	FUZZ_ASSERT(!c->efi_storage || *c->efi_storage);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_choices *choices PG_CLEANUP(pg_choices_freep) = NULL;
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	int r;

	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	r = wiz_answers_parse("answers.conf", &in, &choices, &err);
	FUZZ_ASSERT(r == 0 || (r == -EINVAL && err.what && err.path && !choices));
	if (r == 0)
		check(choices);
	return 0;
}
