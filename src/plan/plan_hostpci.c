/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/guest.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

/* Functions that become one hostpciN: those of a slot, or a single VF. */
struct entry {
	const struct pg_dev *const *dev;
	size_t n;
	bool whole;		/* all functions of the slot: "0000:01:00" */
	bool xvga;
	bool rom;
};

static bool slot_is_whole(const struct pg_facts *facts, const struct pg_dev *const *dev,
			  size_t n)
{
	size_t there = 0;

	for (size_t i = 0; i < facts->n_dev; i++)
		there += pg_bdf_same_slot(facts->dev[i].addr, dev[0]->addr);
	for (size_t i = 0; i < n; i++)
		if (dev[i]->is_vf || dev[i]->total_vfs) /* VFs may share the slot */
			return false;
	return n > 1 && n == there;
}

/* The next entry among the chosen functions, which are sorted. */
static struct entry next_entry(const struct pg_planner *p, size_t from)
{
	struct entry e = { .dev = p->dev + from, .n = 1 };

	while (!e.dev[0]->is_vf && from + e.n < p->n_dev &&
	       pg_bdf_same_slot(e.dev[0]->addr, p->dev[from + e.n]->addr) &&
	       !p->dev[from + e.n]->is_vf)
		e.n++;
	e.whole = slot_is_whole(p->facts, e.dev, e.n);
	return e;
}

static char *entry_host(const struct entry *e)
{
	struct pg_strbuf b = { 0 };

	if (e->whole)
		return strdup(pg_bdf_slot_str(e->dev[0]->addr).s);
	for (size_t i = 0; i < e->n; i++)
		pg_strbuf_addf(&b, "%s%s", i ? ";" : "", pg_bdf_str(e->dev[i]->addr).s);
	return pg_strbuf_steal(&b);
}

static bool entry_has(const struct entry *e, bool (*is)(const struct pg_dev *dev))
{
	for (size_t i = 0; i < e->n; i++)
		if (is(e->dev[i]))
			return true;
	return false;
}

static bool is_gpu(const struct pg_dev *dev)
{
	return dev->kind == PG_KIND_GPU;
}

/* ---- what the VM has already ---- */

/* The entry of the VM that counts: a pending one hides the active one of its number. */
static bool is_hidden(const struct pg_guest *guest, const struct pg_hostpci *hp)
{
	for (size_t i = 0; i < guest->n_hostpci && !hp->pending; i++)
		if (guest->hostpci[i].pending && guest->hostpci[i].index == hp->index)
			return true;
	return false;
}

static bool mapping_names(const struct pg_facts *facts, const char *id, struct pg_bdf addr)
{
	for (size_t i = 0; i < facts->n_mapping; i++) {
		const struct pg_mapping *m = &facts->mapping[i];
		struct pg_hostpci as = { .addr = m->addr, .slot = m->slot, .n_addr = m->n_addr };

		if (strcmp(m->id, id) == 0 && pg_hostpci_names(&as, addr))
			return true;
	}
	return false;
}

static size_t covered(const struct pg_vm_plan *vm, const struct pg_hostpci *hp,
		      const struct entry *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n; i++) {
		struct pg_bdf addr = e->dev[i]->addr;

		n += pg_hostpci_names(hp, addr) ||
		     (hp->mapping && mapping_names(vm->p->facts, hp->mapping, addr));
	}
	return n;
}

static const struct pg_hostpci *existing(const struct pg_vm_plan *vm, const struct entry *e,
					 size_t *ret_covered, size_t *ret_entries)
{
	const struct pg_hostpci *found = NULL;

	*ret_covered = *ret_entries = 0;
	for (size_t i = 0; i < vm->guest->n_hostpci; i++) {
		const struct pg_hostpci *hp = &vm->guest->hostpci[i];
		size_t n = is_hidden(vm->guest, hp) ? 0 : covered(vm, hp, e);

		if (!n || hp->leaving)
			continue;
		found = hp;
		*ret_covered += n;
		(*ret_entries)++;
	}
	return found;
}

/* An entry that waits to be deleted keeps its number until then, but not its device. */
static int note_leaving(struct pg_vm_plan *vm, const struct entry *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < vm->guest->n_hostpci; i++) {
		const struct pg_hostpci *hp = &vm->guest->hostpci[i];
		struct pg_finding *f;

		if (!hp->leaving || is_hidden(vm->guest, hp) || !covered(vm, hp, e))
			continue;
		f = pg_vm_finding(vm, "hostpci-leaving", PG_LEVEL_NOTE,
				  "The VM has the device, but its entry waits to be deleted and "
				  "goes at the next start: the device gets another one.");
		r = pg_finding_evidence(f, "hostpci%u: %s; [PENDING] delete: hostpci%u",
					hp->index, hp->value, hp->index);
	}
	return r;
}

static bool index_taken(const struct pg_vm_plan *vm, unsigned index)
{
	char *key pg_autofree = pg_strf("hostpci%u", index);

	if (!key)
		return true; /* what needs memory next says so */
	if (pg_vm_value(vm->guest, key))
		return true;
	for (size_t i = 0; i < vm->p->plan->n_vm_cmd; i++) {
		const struct pg_strv *argv = &vm->p->plan->vm_cmd[i].argv;

		if (argv->n > 3 && strcmp(argv->v[3] + 2, key) == 0)
			return true;
	}
	return false;
}

static int free_index(const struct pg_vm_plan *vm)
{
	for (unsigned i = 0; i < PG_HOSTPCI_MAX; i++)
		if (!index_taken(vm, i))
			return (int)i;
	return -1;
}

/* ---- values ---- */

/* Does the entry have the option, whatever its value? */
static bool has_option(const char *entry, const char *key)
{
	size_t n = strlen(key);

	while (*entry) {
		if (strncmp(entry, key, n) == 0 && entry[n] == '=')
			return true;
		entry += strcspn(entry, ",");
		entry += *entry == ',';
	}
	return false;
}

static void add_options(const struct pg_vm_plan *vm, const struct entry *e, const char *old,
			struct pg_strbuf *b)
{
	const struct pg_choices *c = vm->p->choices;

	if (vm->q35 && c->pcie != PG_NO && !has_option(old, "pcie"))
		pg_strbuf_add(b, ",pcie=1");
	if (e->xvga && !has_option(old, "x-vga"))
		pg_strbuf_add(b, ",x-vga=1");
	if (e->rom && c->romfile && !has_option(old, "romfile"))
		pg_strbuf_addf(b, ",romfile=%s", c->romfile);
}

static int set(struct pg_vm_plan *vm, unsigned index, const char *value, const char *why)
{
	char *key pg_autofree = pg_strf("hostpci%u", index);

	if (!key)
		return -ENOMEM;
	return pg_vm_set(vm, key, value, why);
}

static int assign(struct pg_vm_plan *vm, const struct entry *e)
{
	const struct pg_choices *c = vm->p->choices;
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	char *host pg_autofree = entry_host(e);
	int index = free_index(vm);
	int r = 0;

	if (!host)
		return -ENOMEM;
	if (index < 0)
		return pg_finding_advice(
			pg_vm_finding(vm, "hostpci-full", PG_LEVEL_BLOCK,
				      "The VM has no free hostpci number: all 16 are taken."),
			"Take a device from the VM first.");
	if (c->mapping)
		r = pg_vm_mapping(vm, e->dev, e->n, host);
	if (r < 0)
		return r;
	pg_strbuf_addf(&b, "%s%s", c->mapping ? "mapping=" : "", c->mapping ? c->mapping : host);
	add_options(vm, e, "", &b);
	if (pg_strbuf_error(&b) < 0)
		return -ENOMEM;
	return set(vm, (unsigned)index, b.s,
		   e->xvga ? "The VM gets the device, as its primary display." :
			     "The VM gets the device.");
}

/* One that is there but lacks something: host= is widened, options are added, the rest of
 * what the person wrote stays. */
static int complete(struct pg_vm_plan *vm, const struct entry *e, const struct pg_hostpci *hp,
		    bool widen)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	char *host pg_autofree = entry_host(e);
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };

	if (!host || pg_strv_split(hp->value, ",", &part) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < part.n; i++) {
		bool is_host = i == 0 ? !strchr(part.v[0], '=') || pg_text_starts(part.v[0], "host=") :
					pg_text_starts(part.v[i], "host=");

		pg_strbuf_addf(&b, "%s%s", i ? "," : "", is_host && widen ? host : part.v[i]);
	}
	add_options(vm, e, hp->value, &b);
	if (pg_strbuf_error(&b) < 0)
		return -ENOMEM;
	if (strcmp(b.s, hp->value) == 0)
		return 0;
	return set(vm, hp->index, b.s,
		   "The VM has the device already; what was missing is added.");
}

static int refuse_overlap(struct pg_vm_plan *vm, const struct entry *e)
{
	struct pg_finding *f = pg_vm_finding(
		vm, "hostpci-overlap", PG_LEVEL_BLOCK,
		"The VM has some of these functions already, in a way that cannot be "
		"completed: its entries would name a device twice.");

	if (pg_finding_evidence(f, "%s", pg_bdf_slot_str(e->dev[0]->addr).s) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Delete the hostpci entries of this slot from the VM, then "
				    "plan again.");
}

static int one(struct pg_vm_plan *vm, const struct entry *e)
{
	size_t n, entries;
	const struct pg_hostpci *hp = existing(vm, e, &n, &entries);
	int r = note_leaving(vm, e);

	if (r < 0)
		return r;
	if (!hp)
		return assign(vm, e);
	if (entries == 1 && n == e->n)
		return hp->mapping ? 0 : complete(vm, e, hp, false);
	if (entries == 1 && !hp->mapping && hp->n_addr == n)
		return complete(vm, e, hp, true);
	return n == e->n ? 0 : refuse_overlap(vm, e);
}

/* ---- all ---- */

static int warn_no_vga(struct pg_vm_plan *vm)
{
	struct pg_finding *f = pg_vm_finding(
		vm, "primary-no-vga", PG_LEVEL_WARN,
		"None of the chosen devices is a VGA display controller, so that none can be "
		"the VM's primary display: x-vga=1 is left out.");

	return f ? 0 : -ENOMEM;
}

static int refuse_several(struct pg_vm_plan *vm)
{
	return pg_finding_advice(
		pg_vm_finding(vm, "mapping-several", PG_LEVEL_BLOCK,
			      "A mapping stands for the functions of one slot, and devices of "
			      "several were chosen."),
		"Choose the devices of one slot for this mapping, and plan again for the rest.");
}

int pg_vm_hostpci(struct pg_vm_plan *vm)
{
	const struct pg_planner *p = vm->p;
	bool vga_left = p->choices->primary, rom_left = p->choices->romfile != NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_dev;) {
		struct entry e = next_entry(p, i);

		if (p->choices->mapping && e.n < p->n_dev)
			return refuse_several(vm);
		e.xvga = vga_left && pg_dev_is_vga(e.dev[0]);
		e.rom = rom_left && (entry_has(&e, is_gpu) || e.n == p->n_dev);
		vga_left &= !e.xvga;
		rom_left &= !e.rom;
		r = one(vm, &e);
		i += e.n;
	}
	if (r == 0 && vga_left)
		r = warn_no_vga(vm);
	return r;
}
