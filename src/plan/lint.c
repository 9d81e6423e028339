/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/lint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/plan/drift.h"
#include "src/plan/usb.h"
#include "src/base/i18n.h"

/* ---- saying it ---- */

struct pg_finding *pg_lint_add(const struct pg_lint *l, const char *id, enum pg_level level,
			       const char *fmt, ...)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	char *text pg_autofree = NULL;
	va_list ap;

	va_start(ap, fmt);
	pg_strbuf_vaddf(&b, _(fmt), ap);
	va_end(ap);
	text = pg_strbuf_steal(&b);
	return text ? pg_findings_add(l->c->f, id, level, l->scope.s, "%s", text) : NULL;
}

static const struct pg_guest_line *find(const struct pg_guest *g, const char *section,
					const char *key)
{
	for (size_t i = 0; i < g->n_lines; i++)
		if (strcmp(g->lines[i].section, section) == 0 &&
		    strcmp(g->lines[i].key, key) == 0)
			return &g->lines[i];
	return NULL;
}

int pg_lint_line(const struct pg_lint *l, struct pg_finding *f, const char *section,
		 const char *key)
{
	const struct pg_guest_line *line = find(l->g, section, key);

	if (!line)
		return pg_finding_evidence(f, "%s: %s is not set", l->g->path, key);
	return pg_finding_evidence(f, "%s:%u: %s%s%s%s: %s", l->g->path, line->line,
				   *section ? "[" : "", section, *section ? "] " : "", key,
				   line->value);
}

int pg_lint_key(const struct pg_lint *l, struct pg_finding *f, const char *key)
{
	return pg_lint_line(l, f, find(l->g, "PENDING", key) ? "PENDING" : "", key);
}

int pg_lint_entry(const struct pg_lint *l, struct pg_finding *f, const struct pg_hostpci *hp)
{
	char key[16];

	(void)snprintf(key, sizeof(key), "hostpci%u", hp->index);
	return pg_lint_line(l, f, hp->pending ? "PENDING" : "", key);
}

/* ---- a fix ---- */

static bool is_there(const struct pg_facts *facts, struct pg_bdf addr, bool slot)
{
	for (size_t i = 0; i < facts->n_dev; i++)
		if (slot ? pg_bdf_same_slot(facts->dev[i].addr, addr) :
			   pg_bdf_equal(facts->dev[i].addr, addr))
			return true;
	return false;
}

/* What pg_check_changeable() would refuse. */
static bool is_changeable(const struct pg_guest *g)
{
	return g->local && !g->error && !g->template && !g->lock && !g->bad.n;
}

/* All devices of the entry, as an argument: "0000:01:00", "'0000:01:00.0;0000:01:00.1'". NULL: no
 * memory; "": one of them is not there, or it names none. */
static char *argument(const struct pg_facts *facts, const struct pg_hostpci *hp)
{
	const struct pg_mapping *m = pg_lint_mapping(facts, hp);
	const struct pg_bdf *addr = m ? m->addr : hp->addr;
	const bool *slot = m ? m->slot : hp->slot;
	size_t n = m ? m->n_addr : hp->n_addr;
	struct pg_strbuf b = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (!is_there(facts, addr[i], slot[i])) {
			pg_strbuf_done(&b);
			return strdup("");
		}
		pg_strbuf_addf(&b, "%s%s", i ? ";" : n > 1 ? "'" : "",
			       pg_pick_str(addr[i], slot[i]).s);
	}
	pg_strbuf_add(&b, n > 1 ? "'" : "");
	return pg_strbuf_steal(&b);
}

/* Where a mapping has several devices the VM may have any of them. */
static bool is_one_device(const struct pg_facts *facts, const struct pg_hostpci *hp)
{
	const struct pg_mapping *m = pg_lint_mapping(facts, hp);
	size_t n = 0;

	for (size_t i = 0; m && i < m->n_map; i++)
		n += m->map[i].here;
	return !m || n == 1;
}

/* What it names may be another device than it means: that is put right first. */
static bool has_drifted(const struct pg_lint *l, const struct pg_hostpci *hp)
{
	const struct pg_mapping *m = pg_lint_mapping(l->c->facts, hp);

	for (size_t i = 0; l->c->drifts && i < l->c->drifts->n; i++)
		if (l->c->drifts->v[i].hp == hp || (m && l->c->drifts->v[i].mapping == m))
			return true;
	return false;
}

/* Planning the device of the entry anew, if that can be done. */
static int fix_entry(const struct pg_lint *l, struct pg_finding *f, const struct pg_hostpci *hp, const char *options)
{
	const struct pg_facts *facts = l->c->facts;
	char *device pg_autofree = NULL;

	if (!pg_hostpci_counts(l->g, hp) || hp->mdev || has_drifted(l, hp) || !is_one_device(facts, hp))
		return 0;
	device = argument(facts, hp);
	if (!device || !f)
		return -ENOMEM;
	return *device ? pg_finding_fix(f, "pve-gpu passthrough %s %s --bind %s", l->scope.number, device, options) : 0;
}

int pg_lint_fix(const struct pg_lint *l, struct pg_finding *f, const struct pg_hostpci *hp,
		const char *options)
{
	pg_autofree char *all = pg_strf("at-start%s%s", *options ? " " : "", options);
	int r = all ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && f && !f->fix && is_changeable(l->g) && i < l->g->n_hostpci; i++)
		r = fix_entry(l, f, hp ? hp : &l->g->hostpci[i], all);
	return f ? r : -ENOMEM;
}

static bool names(const struct pg_facts *facts, const struct pg_hostpci *hp, const struct pg_dev *dev)
{
	const struct pg_mapping *m = pg_lint_mapping(facts, hp);
	const struct pg_bdf *addr = m ? m->addr : hp->addr;
	const bool *slot = m ? m->slot : hp->slot;

	for (size_t i = 0; i < (m ? m->n_addr : hp->n_addr); i++)
		if (slot[i] ? pg_bdf_same_slot(addr[i], dev->addr) : pg_bdf_equal(addr[i], dev->addr))
			return true;
	return false;
}

int pg_lint_fix_bind(struct pg_checker *c, struct pg_finding *f, const struct pg_dev *dev, const char *bind)
{
	struct pg_lint l = { .c = c };
	int r = 0;

	for (size_t i = 0; r == 0 && f && i < c->facts->n_guest; i++) {
		l.g = &c->facts->guest[i];
		pg_vm_scope(l.g->vmid, &l.scope);
		for (size_t k = 0; r == 0 && !f->fix && is_changeable(l.g) && k < l.g->n_hostpci; k++)
			if (names(c->facts, &l.g->hostpci[k], dev))
				r = fix_entry(&l, f, &l.g->hostpci[k], bind);
	}
	return f ? r : -ENOMEM;
}

int pg_lint_fix_first(struct pg_checker *c, struct pg_finding *f, const char *options)
{
	struct pg_lint l = { .c = c };
	int r = 0;

	for (size_t i = 0; r == 0 && f && !f->fix && i < c->facts->n_guest; i++) {
		l.g = &c->facts->guest[i];
		pg_vm_scope(l.g->vmid, &l.scope);
		r = pg_lint_fix(&l, f, NULL, options);
	}
	return f ? r : -ENOMEM;
}

int pg_lint_fix_remove(const struct pg_lint *l, struct pg_finding *f, const struct pg_hostpci *hp)
{
	if (!f)
		return -ENOMEM;
	return !is_changeable(l->g) ? 0 :
				      pg_finding_fix(f, "pve-gpu passthrough %s --remove hostpci%u",
						     l->scope.number, hp->index);
}

/* ---- asking ---- */

bool pg_lint_is_on(const struct pg_guest *guest, const char *key)
{
	const char *value = pg_vm_value(guest, key);

	return value && pg_pve_true(value);
}

bool pg_lint_has_device(const struct pg_guest *guest)
{
	for (size_t i = 0; i < guest->n_hostpci; i++)
		if (pg_hostpci_counts(guest, &guest->hostpci[i]))
			return true;
	return false;
}

bool pg_lint_starts_itself(const struct pg_guest *guest)
{
	return pg_lint_is_on(guest, "onboot") ||
	       (guest->ha && strcmp(guest->ha, "started") == 0);
}

const struct pg_mapping *pg_lint_mapping(const struct pg_facts *facts,
					 const struct pg_hostpci *hp)
{
	for (size_t i = 0; hp->mapping && i < facts->n_mapping; i++)
		if (strcmp(facts->mapping[i].id, hp->mapping) == 0)
			return &facts->mapping[i];
	return NULL;
}

const struct pg_dev *pg_lint_dev(const struct pg_facts *facts, const struct pg_hostpci *hp)
{
	const struct pg_mapping *m = pg_lint_mapping(facts, hp);
	struct pg_hostpci as = m ? (struct pg_hostpci){ .addr = m->addr, .slot = m->slot,
							.n_addr = m->n_addr } : *hp;

	for (size_t i = 0; i < facts->n_dev; i++)
		if (pg_hostpci_names(&as, facts->dev[i].addr))
			return &facts->dev[i];
	return NULL;
}

bool pg_lint_entry_takes(const struct pg_facts *facts, const struct pg_hostpci *hp,
			 const struct pg_dev *dev)
{
	const struct pg_mapping *m = pg_lint_mapping(facts, hp);
	struct pg_hostpci as;

	if (hp->mdev)
		return false;
	if (!m)
		return pg_hostpci_names(hp, dev->addr);
	as = (struct pg_hostpci){ .addr = m->addr, .slot = m->slot, .n_addr = m->n_addr };
	return is_one_device(facts, hp) && pg_hostpci_names(&as, dev->addr);
}

bool pg_lint_takes(const struct pg_facts *facts, const struct pg_guest *guest,
		   const struct pg_dev *dev)
{
	for (size_t i = 0; i < guest->n_hostpci; i++)
		if (pg_hostpci_counts(guest, &guest->hostpci[i]) &&
		    pg_lint_entry_takes(facts, &guest->hostpci[i], dev))
			return true;
	return false;
}

/* ---- all VMs ---- */

/* Starting the VM takes what the host needs. */
static int takes_from_host(const struct pg_lint *l)
{
	struct pg_effects effects PG_CLEANUP(pg_effects_done) = { 0 };
	int r = pg_effects_make(l->c->facts, &(struct pg_taking){ .guest = l->g }, &effects);

	for (size_t i = 0; r == 0 && i < effects.n; i++) {
		const struct pg_effect *e = &effects.v[i];
		const struct pg_dev *dev = pg_facts_dev(l->c->facts, e->addr);
		const struct pg_use *vital = dev ? pg_keeps_vital(&effects.keeps, dev) : NULL;
		struct pg_finding *f;

		if (!vital)
			continue;
		f = pg_lint_add(l, "group-vital", PG_LEVEL_BLOCK,
				"When VM %u starts, Proxmox takes %s from the host, which carries "
				"%s. %s", l->g->vmid, pg_bdf_str(e->addr).s, vital->detail,
				pg_use_consequence(vital));
		if (pg_finding_evidence(f, "%s is in IOMMU group %d with %s",
					pg_bdf_str(e->addr).s, dev->group,
					pg_bdf_str(e->by).s) < 0 ||
		    pg_finding_advice(f, "Do not start the VM like this; put the card into "
					 "another slot.") < 0)
			r = -ENOMEM;
	}
	return r;
}

static int entries(const struct pg_lint *l)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->g->n_hostpci; i++)
		if (pg_hostpci_counts(l->g, &l->g->hostpci[i]))
			r = pg_lint_entry_rules(l, &l->g->hostpci[i]);
	return r;
}

/* Proxmox warns of such a line, does without it, and loses it with the next change. */
static int bad_lines(const struct pg_lint *l)
{
	struct pg_finding *f;
	char *all pg_autofree = NULL;

	if (l->g->bad.n == 0 || l->g->n_hostpci == 0)
		return 0;
	f = pg_lint_add(l, "vm-bad-config", PG_LEVEL_WARN,
			"The VM's configuration holds lines that Proxmox cannot read: the VM starts "
			"without what they say, and the next change loses them.");
	all = pg_strv_join(&l->g->bad, "; ");
	if (!all || pg_finding_evidence(f, "%s: %s", l->g->path, all) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Mend or remove them.");
}

static int one(struct pg_checker *c, const struct pg_guest *g)
{
	static int (*const rules[])(const struct pg_lint *l) = {
		entries,	  pg_lint_firmware,  pg_lint_memory,	pg_lint_processor,
		pg_lint_pending,  pg_lint_snapshots, pg_lint_lock,	pg_lint_args,
		pg_lint_ha,	  pg_lint_moving,    pg_lint_backup,	takes_from_host,
		pg_lint_display,  pg_lint_twice,     pg_lint_machine,	bad_lines,
	};
	struct pg_lint l = { .c = c, .g = g };
	int r = 0;

	pg_vm_scope(g->vmid, &l.scope);
	if (g->template)
		return pg_lint_template(&l);
	for (size_t i = 0; r == 0 && i < PG_ARRAY_SIZE(rules); i++)
		r = rules[i](&l);
	return r;
}

int pg_check_guests(struct pg_checker *c)
{
	int r = 0;

	if (c->choices)
		return 0;
	for (size_t i = 0; r == 0 && i < c->facts->n_guest; i++) {
		const struct pg_guest *g = &c->facts->guest[i];

		if (g->local && !g->error)
			r = one(c, g);
	}
	if (r == 0)
		r = pg_lint_shared(c);
	return r < 0 ? r : pg_lint_devices(c);
}
