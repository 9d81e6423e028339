/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/usb.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

const char *pg_vm_value(const struct pg_guest *guest, const char *key)
{
	const char *pending = pg_guest_get_in(guest, "PENDING", key);

	return pending ? pending : pg_guest_get(guest, key);
}

int pg_vm_command(struct pg_vm_plan *vm, const char *const *argv, const char *const *undo,
		  const char *why)
{
	struct pg_plan *plan = vm->p->plan;
	struct pg_plan_cmd *cmd = pg_vec_add(&plan->vm_cmd, &plan->n_vm_cmd, sizeof(*cmd));
	int r = 0;

	if (!cmd)
		return -ENOMEM;
	while (r == 0 && *argv)
		r = pg_strv_add(&cmd->argv, *argv++);
	while (r == 0 && undo && *undo)
		r = pg_strv_add(&cmd->undo, *undo++);
	if (r < 0)
		return r;
	cmd->why = strdup(why);
	return cmd->why ? 0 : -ENOMEM;
}

int pg_vm_set(struct pg_vm_plan *vm, const char *key, const char *value, const char *why)
{
	const char *old = pg_vm_value(vm->guest, key);
	char *option pg_autofree = pg_strf("--%s", key);
	const char *const argv[] = { "qm", "set", vm->vmid, option, value, NULL };
	const char *const back[] = { "qm", "set", vm->vmid, option, old, NULL };
	const char *const drop[] = { "qm", "set", vm->vmid, "--delete", key, NULL };

	if (!option)
		return -ENOMEM;
	return pg_vm_command(vm, argv, old ? back : drop, why);
}

struct pg_finding *pg_vm_finding(struct pg_vm_plan *vm, const char *id, enum pg_level level,
				 const char *text)
{
	return pg_findings_add(&vm->p->plan->findings, id, level, vm->scope.s, "%s", text);
}

bool pg_vm_has_gpu(const struct pg_vm_plan *vm)
{
	for (size_t i = 0; i < vm->p->n_dev; i++)
		if (vm->p->dev[i]->kind == PG_KIND_GPU)
			return true;
	return false;
}

/* ---- machine ---- */

/* The type becomes q35; viommu and the like stay. */
static char *q35_value(const char *machine)
{
	struct pg_strbuf b = { 0 };
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };

	if (pg_strv_split(machine ? machine : "", ",", &part) < 0)
		return NULL;
	pg_strbuf_add(&b, "q35");
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

	if (pg_finding_evidence(f, "machine: %s", vm->guest->q35 ? "q35" : "i440fx") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "To have PCI Express, allow the change of the machine type "
				    "(change_machine) after a backup of the VM.");
}

static int machine(struct pg_vm_plan *vm)
{
	const struct pg_choices *c = vm->p->choices;
	char *value pg_autofree = NULL;

	if (vm->q35 || c->pcie == PG_NO)
		return 0;
	if (vm->guest->has_disk && !c->change_machine)
		return keep_machine(vm);
	vm->q35 = true;
	value = q35_value(pg_vm_value(vm->guest, "machine"));
	if (!value)
		return -ENOMEM;
	return pg_vm_set(vm, "machine", value,
			 "PCI Express (pcie=1) is there on the q35 machine type only.");
}

/* ---- firmware ---- */

static int keep_firmware(struct pg_vm_plan *vm)
{
	struct pg_finding *f = pg_vm_finding(
		vm, "firmware-kept", PG_LEVEL_NOTE,
		"The VM's firmware stays SeaBIOS: a system that was installed with it does not "
		"start under OVMF.");

	return pg_finding_advice(f, "Install the guest's system under OVMF for best results "
				    "with GPUs, or allow the change (change_firmware) if it "
				    "starts with UEFI too.");
}

/* Secure Boot in the guest: with the keys enrolled, OVMF runs no unsigned ROM. */
static int secure_boot(struct pg_vm_plan *vm)
{
	const char *disk = pg_vm_value(vm->guest, "efidisk0");
	struct pg_finding *f;

	if (!disk || !strstr(disk, "pre-enrolled-keys=1") || !pg_vm_has_gpu(vm))
		return 0;
	f = pg_vm_finding(vm, "guest-secure-boot", PG_LEVEL_NOTE,
			  "The VM starts with Secure Boot: an unsigned ROM of the GPU, or an "
			  "unsigned driver, is refused.");
	if (pg_finding_evidence(f, "efidisk0: %s", disk) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "If the screen stays dark, switch Secure Boot off in the "
				    "VM's firmware setup.");
}

static int firmware(struct pg_vm_plan *vm)
{
	int r;

	if (vm->guest->ovmf) {
		r = secure_boot(vm);
		return r < 0 ? r : pg_vm_efidisk(vm);
	}
	if (!pg_vm_has_gpu(vm))
		return 0;
	if (vm->guest->has_disk && !vm->p->choices->change_firmware)
		return keep_firmware(vm);
	r = pg_vm_set(vm, "bios", "ovmf",
		      "A GPU's own ROM is best served by UEFI firmware (OVMF).");
	return r < 0 ? r : pg_vm_efidisk(vm);
}

/* ---- display, processor, memory ---- */

static int display(struct pg_vm_plan *vm)
{
	const char *vga = pg_vm_value(vm->guest, "vga");
	struct pg_finding *f;

	if (!vm->p->choices->primary)
		return 0;
	if (!vga) {
		f = pg_vm_finding(vm, "vga-none", PG_LEVEL_NOTE,
				  "With x-vga=1 the VM has no other display: Proxmox's console "
				  "of it stays dark.");
		return pg_finding_advice(f, "See to it that the guest can be reached over the "
					    "network, too.");
	}
	if (pg_text_starts(vga, "none"))
		return 0;
	f = pg_vm_finding(vm, "vga-second", PG_LEVEL_NOTE,
			  "The VM's own display stays as a second one beside the GPU.");
	if (pg_finding_evidence(f, "vga: %s", vga) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Once the guest's driver works, `qm set %s --vga none` "
				    "leaves it the GPU alone.", vm->vmid);
}

static int processor(struct pg_vm_plan *vm)
{
	const char *cpu = pg_vm_value(vm->guest, "cpu");
	struct pg_finding *f;

	if (!pg_vm_has_gpu(vm) || (cpu && (pg_text_starts(cpu, "host") ||
					   pg_text_starts(cpu, "cputype=host"))))
		return 0;
	if (!cpu && vm->p->choices->primary)
		return pg_vm_set(vm, "cpu", "host",
				 "The default processor model hides features and address "
				 "bits that drivers of GPUs ask for.");
	f = pg_vm_finding(vm, "cpu-model", PG_LEVEL_NOTE,
			  "The VM's processor model is not `host`. Drivers of GPUs often want "
			  "features that only this one shows.");
	if (pg_finding_evidence(f, "cpu: %s", cpu ? cpu : "(not set)") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "If the driver fails, try `qm set %s --cpu host`.",
				 vm->vmid);
}

static int memory(struct pg_vm_plan *vm)
{
	const char *balloon = pg_vm_value(vm->guest, "balloon");
	struct pg_finding *f;

	if (balloon && strcmp(balloon, "0") == 0)
		return 0;
	f = pg_vm_finding(vm, "memory-pinned", PG_LEVEL_NOTE,
			  "With a passed device all memory of the VM is taken when it starts; "
			  "ballooning gives nothing back.");
	return f ? 0 : -ENOMEM;
}

/* ---- all ---- */

static int whole(struct pg_vm_plan *vm)
{
	int r = machine(vm);

	if (r == 0)
		r = firmware(vm);
	if (r == 0)
		r = pg_vm_hostpci(vm);
	if (r == 0)
		r = display(vm);
	if (r == 0)
		r = processor(vm);
	return r < 0 ? r : memory(vm);
}

int pg_plan_guest(struct pg_planner *p)
{
	struct pg_vm_plan vm = { .p = p };

	if (!p->choices->vmid)
		return 0;
	vm.guest = pg_facts_guest(p->facts, p->choices->vmid);
	if (!vm.guest)
		return 0; /* pg_check() has said so */
	vm.q35 = vm.guest->q35;
	pg_vm_scope(vm.guest->vmid, &vm.scope);
	vm.vmid = vm.scope.number;
	if (p->n_dev) {
		int r = whole(&vm);

		if (r < 0)
			return r;
	}
	return pg_vm_usb(&vm);
}
