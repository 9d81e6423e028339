/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the VM has of hostpciN, and what this plan takes and gives. */
#include "src/plan/hostpci.h"

#include <stdio.h>
#include <string.h>

#include "src/plan/drift.h"

const struct pg_hostpci *pg_vm_hostpci_at(const struct pg_guest *guest, unsigned index)
{
	for (size_t i = 0; i < guest->n_hostpci; i++) {
		const struct pg_hostpci *hp = &guest->hostpci[i];

		if (hp->index == index && pg_hostpci_counts(guest, hp))
			return hp;
	}
	return NULL;
}

size_t pg_vm_covered(const struct pg_vm_plan *vm, const struct pg_hostpci *hp,
		     const struct pg_entry *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n; i++)
		n += pg_hostpci_may_take(vm->p->facts, hp, e->dev[i]->addr);
	return n;
}

static bool goes(const struct pg_vm_plan *vm, unsigned index)
{
	return vm->leaving >> index & 1;
}

struct pg_have pg_vm_have(const struct pg_vm_plan *vm, const struct pg_entry *e)
{
	struct pg_have have = { 0 };

	for (size_t i = 0; i < vm->guest->n_hostpci; i++) {
		const struct pg_hostpci *hp = &vm->guest->hostpci[i];
		size_t n;

		if (!pg_hostpci_counts(vm->guest, hp) || goes(vm, hp->index))
			continue;
		n = pg_vm_covered(vm, hp, e);
		if (!n)
			continue;
		have.hp = hp;
		have.covered += n;
		have.entries++;
	}
	return have;
}

/* "hostpci15" */
struct key {
	char s[16];
};

static struct key key_of(unsigned index)
{
	struct key key;

	(void)snprintf(key.s, sizeof(key.s), "hostpci%u", index);
	return key;
}

/* Does the plan set it already? */
static bool is_set(const struct pg_vm_plan *vm, unsigned index)
{
	struct key key = key_of(index);

	for (size_t i = 0; i < vm->p->plan->n_vm_cmd; i++) {
		const struct pg_strv *argv = &vm->p->plan->vm_cmd[i].argv;

		if (argv->n > 3 && strncmp(argv->v[3], "--", 2) == 0 &&
		    strcmp(argv->v[3] + 2, key.s) == 0)
			return true;
	}
	return false;
}

int pg_vm_free_hostpci(const struct pg_vm_plan *vm)
{
	for (unsigned i = 0; i < PG_HOSTPCI_MAX; i++)
		if (!pg_vm_mentions(vm->guest, key_of(i).s) && !is_set(vm, i))
			return (int)i;
	for (unsigned i = 0; i < PG_HOSTPCI_MAX; i++)
		if (goes(vm, i) && !is_set(vm, i) && pg_vm_hostpci_at(vm->guest, i))
			return (int)i;
	return -1;
}
