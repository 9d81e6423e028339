/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a VM's file is not in force: pending changes, snapshots; and what holds it still. */
#include "src/plan/lint.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/drift.h"

/* ---- pending ---- */

/* Do passed devices depend on the key? */
static bool matters(const char *key)
{
	static const char *const keys[] = { "machine", "bios", "efidisk0", "vga", "cpu", "memory",
					    "balloon", "numa", "hugepages", "args" };

	for (size_t i = 0; i < PG_ARRAY_SIZE(keys); i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return pg_text_starts(key, "hostpci");
}

/* "hostpci0: …", "delete hostpci1" */
static int add_pending(struct pg_strbuf *b, const struct pg_guest_line *line)
{
	struct pg_strv keys PG_CLEANUP(pg_strv_done) = { 0 };

	if (strcmp(line->key, "delete") != 0) {
		if (matters(line->key))
			pg_strbuf_addf(b, "%s%s: %s", b->len ? "; " : "", line->key, line->value);
		return 0;
	}
	if (pg_strv_split(line->value, ",; \t", &keys) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < keys.n; i++) {
		const char *key = keys.v[i] + (keys.v[i][0] == '!');

		if (matters(key))
			pg_strbuf_addf(b, _("%sdelete %s"), b->len ? "; " : "", key);
	}
	return 0;
}

int pg_lint_pending(const struct pg_lint *l)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	bool running = l->g->running == PG_YES;
	struct pg_finding *f;
	unsigned first = 0;

	if (l->g->n_hostpci == 0)
		return 0;
	for (size_t i = 0; i < l->g->n_lines; i++) {
		const struct pg_guest_line *line = &l->g->lines[i];

		if (strcmp(line->section, "PENDING") != 0)
			continue;
		if (add_pending(&b, line) < 0)
			return -ENOMEM;
		first = first || !b.len ? first : line->line;
	}
	if (pg_strbuf_error(&b) < 0)
		return -ENOMEM;
	if (!b.len)
		return 0;
	f = pg_lint_add(l, "vm-pending", PG_LEVEL_NOTE, "%s",
			running ? _("Changes of the VM are pending: it runs with what it had. They apply "
				  "after a full stop and start only; a reboot from within the guest is "
				  "not enough.") :
				  _("Changes of the VM are pending: they apply at its next start."));
	if (pg_finding_evidence(f, "%s:%u: [PENDING] %s", l->g->path, first, b.s) < 0)
		return -ENOMEM;
	return !running ? 0 :
			  pg_finding_advice(f, "Shut it down and start it, or use `qm reboot %s`.",
					    l->scope.number);
}

/* ---- snapshots ---- */

static bool is_snapshot(const char *section)
{
	return *section && strcmp(section, "PENDING") != 0 && !pg_text_starts(section, "special:");
}

/* "mapping=gpu,pcie=1": has this node nothing under that name? */
static bool mapping_gone(const struct pg_facts *facts, const char *name, size_t n)
{
	for (size_t i = 0; i < facts->n_mapping; i++)
		if (strlen(facts->mapping[i].id) == n && strncmp(facts->mapping[i].id, name, n) == 0)
			return !facts->mapping[i].here;
	return true;
}

/* Of "0000:01:00.0;0000:01:00.1,pcie=1" or "pcie=1,host=…": is one that it names not on this node? */
static int names_gone(const struct pg_facts *facts, const char *value, bool *ret)
{
	struct pg_strv addr PG_CLEANUP(pg_strv_done) = { 0 };
	size_t n = 0, n_name = 0;
	const char *host = pg_pve_part(value, "host", true, &n);
	const char *name = pg_pve_part(value, "mapping", false, &n_name);
	char *list pg_autofree = host ? strndup(host, n) : strdup("");
	int r = list ? pg_strv_split(list, ";", &addr) : -ENOMEM;

	*ret = name && !pg_lint_mappings_unread(facts) && mapping_gone(facts, name, n_name);
	for (size_t i = 0; r == 0 && i < addr.n; i++) {
		struct pg_bdf one;
		bool slot;
		const struct pg_hostpci as = { .addr = &one, .slot = &slot, .n_addr = 1 };

		if (pg_bdf_parse_loose(addr.v[i], &one, &slot) == 0)
			*ret |= !pg_lint_dev(facts, &as);
	}
	return r;
}

struct old {
	struct pg_strbuf gone, other;
	const struct pg_guest_line *first_gone, *first_other;
};

static void old_done(struct old *old)
{
	pg_strbuf_done(&old->gone);
	pg_strbuf_done(&old->other);
}

/* A hostpciN of a snapshot that the VM has not, or otherwise. */
static int look(const struct pg_lint *l, const struct pg_guest_line *line, struct old *old)
{
	const char *now = pg_vm_value(l->g, line->key);
	bool gone;

	if (now && strcmp(now, line->value) == 0)
		return 0;
	if (names_gone(l->c->facts, line->value, &gone) < 0)
		return -ENOMEM;
	pg_strbuf_addf(gone ? &old->gone : &old->other, "%s[%s] %s: %s",
		       (gone ? old->first_gone : old->first_other) ? "; " : "", line->section,
		       line->key, line->value);
	if (gone && !old->first_gone)
		old->first_gone = line;
	if (!gone && !old->first_other)
		old->first_other = line;
	return 0;
}

static int say_old(const struct pg_lint *l, const char *id, enum pg_level level, const char *text,
		   const struct pg_guest_line *first, const struct pg_strbuf *which)
{
	struct pg_finding *f;

	if (!first)
		return 0;
	f = pg_lint_add(l, id, level, "%s", text);
	if (pg_finding_evidence(f, "%s:%u: %s", l->g->path, first->line, which->s) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "After a rollback, and before a start, look at `pve-gpu doctor`.");
}

int pg_lint_snapshots(const struct pg_lint *l)
{
	struct old old PG_CLEANUP(old_done) = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->g->n_lines; i++)
		if (is_snapshot(l->g->lines[i].section) &&
		    pg_hostpci_key(l->g->lines[i].key) >= 0)
			r = look(l, &l->g->lines[i], &old);
	if (r < 0 || pg_strbuf_error(&old.gone) < 0 || pg_strbuf_error(&old.other) < 0)
		return -ENOMEM;
	r = say_old(l, "snapshot-device-gone", PG_LEVEL_WARN,
		    _("A snapshot has a device that is not on this node any more: a rollback brings the "
		    "entry back, and the VM will not start then."), old.first_gone, &old.gone);
	if (r < 0)
		return r;
	return say_old(l, "snapshot-devices", PG_LEVEL_NOTE,
		       _("A snapshot has other devices than the VM: a rollback brings those back."),
		       old.first_other, &old.other);
}

/* ---- held ---- */

int pg_lint_lock(const struct pg_lint *l)
{
	bool suspended = l->g->lock && strcmp(l->g->lock, "suspended") == 0;
	struct pg_finding *f;

	if (!l->g->lock || !pg_lint_has_device(l->g))
		return 0;
	f = pg_lint_add(l, "vm-locked", PG_LEVEL_NOTE, "%s", suspended ?
			_("The VM is suspended to disk: it cannot be changed. With a passed device it does not "
			  "resume either: what the device was doing is not saved.") :
			_("The VM is locked by a task: until that ends it can be neither changed nor "
			  "started."));
	if (pg_lint_line(l, f, "", "lock") < 0)
		return -ENOMEM;
	if (suspended)
		return pg_finding_advice(f, "`qm set %s --delete vmstate` gives the saved state up: it starts anew "
					    "then.", l->scope.number);
	return pg_finding_advice(f, "If no task runs any more, `qm unlock %s` takes a stale lock off.",
				 l->scope.number);
}

/* ---- args ---- */

/* Nobody but the person looks after what stands there. */
int pg_lint_args(const struct pg_lint *l)
{
	const char *args = pg_vm_value(l->g, "args");
	bool device = args && strstr(args, "vfio-pci");
	struct pg_finding *f;

	if (!args || (!device && (!strstr(args, "-cpu") || !pg_lint_has_device(l->g))))
		return 0;
	f = pg_lint_add(l, device ? "args-device" : "args-cpu", device ? PG_LEVEL_WARN : PG_LEVEL_NOTE,
			"%s", device ?
			_("The VM is given a device through args: Proxmox neither binds it, nor keeps it "
			"from other VMs, nor checks it.") :
			_("args sets the processor once more: what is said here of cpu: may not hold."));
	if (pg_lint_key(l, f, "args") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, device ? N_("Give the VM the device by hostpci, and take it out of args. "
					     "pve-gpu never changes args.") :
					     N_("pve-gpu never changes args."));
}

/* ---- templates ---- */

/* All of its entries, one behind the other. */
static int all_entries(const struct pg_lint *l, struct pg_finding *f)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	for (size_t i = 0; i < l->g->n_hostpci; i++) {
		if (!pg_hostpci_counts(l->g, &l->g->hostpci[i]))
			continue;
		if (pg_lint_entry(l, f, &l->g->hostpci[i]) < 0)
			return -ENOMEM;
		pg_strbuf_addf(&b, "%s%s", b.len ? "; " : "", f->evidence);
	}
	return pg_strbuf_error(&b) < 0 ? -ENOMEM : pg_finding_evidence(f, "%s", b.s);
}

int pg_lint_template(const struct pg_lint *l)
{
	struct pg_finding *f;

	if (!pg_lint_has_device(l->g))
		return 0;
	f = pg_lint_add(l, "template-device", PG_LEVEL_NOTE,
			"The template has a passed device: each VM that is cloned from it has it too, and "
			"only one of them can run at a time.");
	if (all_entries(l, f) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Take the device out of the clones that are not to have it.");
}
