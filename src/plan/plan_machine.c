/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The VM's machine type: q35 where PCI Express needs it, and nothing else of it changed. */
#include "src/plan/guest.h"
#include "src/plan/vm_check.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

/* "pc-i440fx-8.1+pve0" is "pc-q35-8.1+pve0": the version stays, since an installed system, and
 * Windows above all, is bound to it. */
static void add_q35(struct pg_strbuf *b, const char *type)
{
	static const char old[] = "pc-i440fx-";

	if (pg_text_starts(type, old))
		pg_strbuf_addf(b, "pc-q35-%s", type + strlen(old));
	else
		pg_strbuf_add(b, "q35");
}

/* The type becomes q35; viommu and the like stay. */
static char *q35_value(const char *machine)
{
	struct pg_strbuf b = { 0 };
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };
	const char *type = "";

	if (pg_strv_split(machine ? machine : "", ",", &part) < 0)
		return NULL;
	for (size_t i = 0; i < part.n; i++)
		if (!strchr(part.v[i], '='))
			type = part.v[i];
		else if (pg_text_starts(part.v[i], "type="))
			type = part.v[i] + 5;
	add_q35(&b, type);
	for (size_t i = 0; i < part.n; i++) {
		if (!strchr(part.v[i], '=') || pg_text_starts(part.v[i], "type="))
			continue;
		pg_strbuf_addc(&b, ',');
		pg_strbuf_add(&b, part.v[i]);
	}
	return pg_strbuf_steal(&b);
}

static int keep_machine(struct pg_vm_plan *vm)
{
	bool demanded = vm->p->choices->pcie == PG_YES;
	struct pg_finding *f = pg_vm_finding(
		vm, "machine-kept", demanded ? PG_LEVEL_WARN : PG_LEVEL_NOTE,
		"The VM's machine type stays as it is: the system on its disk may not start on "
		"another. The device is passed as plain PCI, which works for most.");

	if (pg_finding_evidence(f, "machine: %s", vm->q35 ? "q35" : "i440fx") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "To have PCI Express, allow the change of the machine type "
				    "(change_machine) after a backup of the VM.");
}

/* As it is, does the VM start with it? */
static int kept_machine(struct pg_vm_plan *vm, const char *now)
{
	struct pg_finding *f;

	return pg_check_viommu(vm->guest, now, &vm->p->plan->findings, &f);
}

int pg_vm_machine(struct pg_vm_plan *vm)
{
	const struct pg_choices *c = vm->p->choices;
	const char *now = pg_vm_value(vm->guest, "machine");
	char *value pg_autofree = NULL;

	if (vm->q35 || c->pcie == PG_NO || pg_vm_has_igd(vm) || pg_vm_is_arm(vm))
		return kept_machine(vm, now);
	if (vm->guest->has_disk && !c->change_machine) {
		int r = kept_machine(vm, now);

		return r < 0 ? r : keep_machine(vm);
	}
	vm->q35 = true;
	value = q35_value(now);
	if (!value)
		return -ENOMEM;
	return pg_vm_set(vm, "machine", value,
			 "PCI Express (pcie=1) is there on the q35 machine type only.");
}
