/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which functions the entries of a VM take, one entry after the other, as the start chooses them
 * (PVE::QemuServer::PCI, choose_hostpci_devices): none can be taken twice.
 */
#include "src/plan/lint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/hostpci.h"

struct taken {
	const struct pg_lint *l;
	int *by;		/* of each device: the number of the entry that has it, or -1 */
};

static void taken_done(struct taken *t)
{
	free(t->by);
}

/* NVIDIA's driver since 6.8 makes one vGPU for each function; other mediated devices are instances
 * of their parent, which can have several. */
static bool shares(const struct pg_facts *facts, const struct pg_hostpci *hp)
{
	const struct pg_dev *dev = hp->mdev ? pg_lint_dev(facts, hp) : NULL;

	return hp->mdev && !(dev && dev->has_nvidia && pg_text_starts(hp->mdev, "nvidia-"));
}

/* The entry that has one of these functions already; -1: none has. */
static int taker(const struct taken *t, const struct pg_hostpci *what)
{
	const struct pg_facts *facts = t->l->c->facts;

	for (size_t i = 0; i < facts->n_dev; i++)
		if (t->by[i] >= 0 && pg_hostpci_names(what, facts->dev[i].addr))
			return t->by[i];
	return -1;
}

static void take(struct taken *t, const struct pg_hostpci *what, unsigned index)
{
	const struct pg_facts *facts = t->l->c->facts;

	for (size_t i = 0; i < facts->n_dev; i++)
		if (pg_hostpci_names(what, facts->dev[i].addr))
			t->by[i] = (int)index;
}

static int say(const struct taken *t, const struct pg_hostpci *hp, int other, size_t choice)
{
	struct pg_finding *f = pg_lint_add(
		t->l, "hostpci-twice", PG_LEVEL_BLOCK, "%s",
		choice > 1 ? _("The VM has more entries with this mapping than the mapping has devices on this "
			     "node: it will not start (could not find a free device).") :
		hp->mdev ? _("Two entries of the VM want a vGPU of the same function, which carries one: it "
			   "will not start (assigned more than once).") :
			   _("Two entries of the VM name the same device: it will not start (assigned more than "
			   "once)."));

	if (pg_lint_entry(t->l, f, hp) < 0 ||
	    pg_finding_advice(f, hp->mdev ? N_("Name another virtual function in hostpci%d or hostpci%u.") :
					    N_("Delete one of hostpci%d and hostpci%u."), other, hp->index) < 0)
		return -ENOMEM;
	return pg_lint_fix_remove(t->l, f, hp);
}

/* The lines of a mapping for this node are alternatives: the first that is free is taken. */
static int mapped(struct taken *t, const struct pg_hostpci *hp, const struct pg_mapping *m)
{
	size_t choice = 0;
	int other = -1;

	for (size_t i = 0; i < m->n_map; i++) {
		const struct pg_hostpci as = { .addr = m->map[i].addr, .slot = m->map[i].slot,
					       .n_addr = m->map[i].n_addr };

		if (!m->map[i].here)
			continue;
		choice++;
		other = taker(t, &as);
		if (other < 0) {
			take(t, &as, hp->index);
			return 0;
		}
	}
	return other < 0 ? 0 : say(t, hp, other, choice);
}

static int one(struct taken *t, const struct pg_hostpci *hp)
{
	const struct pg_mapping *m = pg_lint_mapping(t->l->c->facts, hp);
	int other;

	if (shares(t->l->c->facts, hp))
		return 0;
	if (m)
		return mapped(t, hp, m);
	other = taker(t, hp);
	if (other >= 0)
		return say(t, hp, other, 1);
	take(t, hp, hp->index);
	return 0;
}

int pg_lint_twice(const struct pg_lint *l)
{
	struct taken t PG_CLEANUP(taken_done) = { .l = l };
	size_t n = l->c->facts->n_dev;
	int r = 0;

	if (l->g->n_hostpci < 2 || n == 0)
		return 0;
	t.by = calloc(n, sizeof(*t.by));
	if (!t.by)
		return -ENOMEM;
	memset(t.by, 0xff, n * sizeof(*t.by)); /* -1 */
	for (unsigned i = 0; r == 0 && i < PG_HOSTPCI_MAX; i++) {
		const struct pg_hostpci *hp = pg_vm_hostpci_at(l->g, i);

		if (hp)
			r = one(&t, hp);
	}
	return r;
}
