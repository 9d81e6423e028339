/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/usb.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/hostpci.h"
#include "src/plan/mapping.h"
#include "src/plan/mdev.h"
#include "src/plan/vm_check.h"

/* Is the key in "vga,!hostpci0" ('!': by force; PVE::GuestHelpers, parse_pending_delete)? */
static bool deletes(const char *list, const char *key)
{
	size_t n = strlen(key);

	while (*list) {
		list += strspn(list, ",; \t!");
		if (strcspn(list, ",; \t") == n && strncmp(list, key, n) == 0)
			return true;
		list += strcspn(list, ",; \t");
	}
	return false;
}

const char *pg_vm_value(const struct pg_guest *guest, const char *key)
{
	const char *pending = pg_guest_get_in(guest, "PENDING", key);
	const char *gone = pg_guest_get_in(guest, "PENDING", "delete");

	if (pending)
		return pending;
	return gone && deletes(gone, key) ? NULL : pg_guest_get(guest, key);
}

bool pg_vm_mentions(const struct pg_guest *guest, const char *key)
{
	return pg_guest_get(guest, key) || pg_guest_get_in(guest, "PENDING", key);
}

/* Does a command that is planned already take the key from the VM? */
static bool is_taken(const struct pg_vm_plan *vm, const char *key)
{
	const struct pg_plan *plan = vm->p->plan;

	for (size_t i = 0; i < plan->n_vm_cmd; i++) {
		const struct pg_strv *argv = &plan->vm_cmd[i].argv;

		if (argv->n == 5 && strcmp(argv->v[3], "--delete") == 0 &&
		    strcmp(argv->v[4], key) == 0)
			return true;
	}
	return false;
}

int pg_vm_boot_with(const struct pg_vm_plan *vm, const char *key, char **ret)
{
	const char *boot = pg_vm_value(vm->guest, "boot");
	const char *at = boot ? strstr(boot, "order=") : NULL;
	struct pg_strv item PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	char *order pg_autofree = at ? strndup(at + 6, strcspn(at + 6, ",")) : NULL;

	*ret = NULL;
	if (!at)
		return 0;
	if (!order || pg_strv_split(order, ";", &item) < 0)
		return -ENOMEM;
	if (!pg_strv_has(&item, key))
		return 0;
	for (size_t i = 0; i < item.n; i++)
		if (!is_taken(vm, item.v[i]))
			pg_strbuf_addf(&b, "%s%s", b.len ? ";" : "", item.v[i]);
	if (pg_strbuf_error(&b) < 0)
		return -ENOMEM;
	*ret = pg_strf("order=%s", b.s);
	return *ret ? 0 : -ENOMEM;
}

/* Does [PENDING] say something else of it than the main section? */
static bool is_pending(const struct pg_guest *guest, const char *key)
{
	return pg_vm_value(guest, key) != pg_guest_get(guest, key);
}

bool pg_vm_is_q35(const struct pg_guest *guest)
{
	const char *machine = pg_vm_value(guest, "machine");
	size_t n;

	if (!is_pending(guest, "machine"))
		return guest->q35;
	for (; machine && *machine; machine += n + (machine[n] == ',')) {
		bool type;

		n = strcspn(machine, ",");
		type = pg_text_starts(machine, "type=") || !memchr(machine, '=', n);
		if (type)
			return memmem(machine, n, "q35", 3) != NULL;
	}
	return false;
}

bool pg_vm_is_ovmf(const struct pg_guest *guest)
{
	const char *bios = pg_vm_value(guest, "bios");

	if (!is_pending(guest, "bios"))
		return guest->ovmf;
	return bios && strcmp(bios, "ovmf") == 0;
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
	cmd->why = strdup(_(why));
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
	return pg_findings_add(&vm->p->plan->findings, id, level, vm->scope.s, "%s", _(text));
}

bool pg_vm_has_gpu(const struct pg_vm_plan *vm)
{
	for (size_t i = 0; i < vm->p->n_dev; i++)
		if (vm->p->dev[i]->kind == PG_KIND_GPU)
			return true;
	return false;
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

	if (!disk)
		disk = vm->p->choices->secure_boot ? "efitype=4m,pre-enrolled-keys=1" : "";
	if (!pg_efi_has_keys(disk) || !pg_vm_has_gpu(vm))
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

	if (vm->ovmf) {
		r = secure_boot(vm);
		return r < 0 ? r : pg_vm_efidisk(vm);
	}
	if (!pg_vm_has_gpu(vm) || pg_vm_has_igd(vm) || pg_vm_is_arm(vm))
		return 0;
	if (vm->guest->has_disk && !vm->p->choices->change_firmware)
		return keep_firmware(vm);
	vm->ovmf = true;
	r = pg_vm_set(vm, "bios", "ovmf",
		      "A GPU's own ROM is best served by UEFI firmware (OVMF).");
	if (r == 0)
		r = secure_boot(vm);
	return r < 0 ? r : pg_vm_efidisk(vm);
}

/* ---- processor, memory ---- */

static int address_bits(struct pg_vm_plan *vm, const char *cpu)
{
	struct pg_finding *f = NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && !f && i < vm->p->n_dev; i++)
		r = pg_check_address_bits(vm->p->facts, vm->guest, vm->p->dev[i], cpu,
					  &vm->p->plan->findings, &f);
	return r;
}

/* "x86-64-v3,hidden=1": nothing that would be another option. */
static bool is_cpu(const char *cpu)
{
	return isalnum((unsigned char)*cpu) &&
	       strspn(cpu, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			   "-_.,=+;") == strlen(cpu);
}

static int set_cpu(struct pg_vm_plan *vm, const char *now, const char *cpu)
{
	if (!is_cpu(cpu))
		return pg_finding_advice(pg_vm_finding(vm, "cpu-name", PG_LEVEL_BLOCK,
						       "This is no processor model."),
					 "Write it as in the VM's configuration: host, x86-64-v3, …");
	return now && strcmp(now, cpu) == 0 ? 0 :
		pg_vm_set(vm, "cpu", cpu, "The processor model is as it was chosen.");
}

static int model(struct pg_vm_plan *vm, const char *cpu)
{
	struct pg_finding *f = pg_vm_finding(
		vm, "cpu-model", PG_LEVEL_NOTE,
		"The VM's processor model is not `host`. Drivers of GPUs often want features that only "
		"this one shows.");

	if (pg_finding_evidence(f, "cpu: %s", cpu ? cpu : _("(not set)")) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "If the driver fails, try `qm set %s --cpu host`.", vm->vmid);
}

static int processor(struct pg_vm_plan *vm)
{
	const struct pg_choices *c = vm->p->choices;
	const char *cpu = pg_vm_value(vm->guest, "cpu");
	int r = 0;

	if (c->cpu)
		r = set_cpu(vm, cpu, c->cpu);
	else if (pg_vm_has_gpu(vm) && !cpu && c->primary && !vm->p->facts->system.arm)
		return pg_vm_set(vm, "cpu", "host",
				 "The default processor model hides features and address "
				 "bits that drivers of GPUs ask for.");
	if (r == 0 && vm->ovmf && !pg_vm_is_arm(vm))
		r = address_bits(vm, c->cpu ? c->cpu : cpu);
	if (r < 0 || c->cpu || !pg_vm_has_gpu(vm) || pg_cpu_is_host(cpu) || pg_vm_is_arm(vm) ||
	    vm->p->facts->system.arm)
		return r;
	return model(vm, cpu);
}

static int no_hugepages(struct pg_vm_plan *vm)
{
	const char *old = pg_vm_value(vm->guest, "hugepages");
	const char *const argv[] = { "qm", "set", vm->vmid, "--delete", "hugepages", NULL };
	const char *const undo[] = { "qm", "set", vm->vmid, "--hugepages", old, NULL };

	return old ? pg_vm_command(vm, argv, undo, "The VM's memory is made of ordinary pages.") : 0;
}

static int hugepages(struct pg_vm_plan *vm)
{
	const char *wanted = vm->p->choices->hugepages, *now = pg_vm_value(vm->guest, "hugepages");
	const char *numa = pg_vm_value(vm->guest, "numa");
	int r = 0;

	if (!wanted)
		return pg_check_numa(vm->p->facts, vm->guest, now, numa, &vm->p->plan->findings);
	if (strcmp(wanted, "off") == 0) {
		r = pg_check_numa(vm->p->facts, vm->guest, NULL, numa, &vm->p->plan->findings);
		return r < 0 ? r : no_hugepages(vm);
	}
	if (strcmp(wanted, "any") != 0 && strcmp(wanted, "2") != 0 && strcmp(wanted, "1024") != 0)
		return pg_finding_advice(pg_vm_finding(vm, "hugepages-size", PG_LEVEL_BLOCK,
						       "This is no size of hugepages."),
					 "There are any, 2 and 1024 (MiB), and off.");
	r = pg_check_numa(vm->p->facts, vm->guest, wanted, "1", &vm->p->plan->findings);
	if (r == 0 && !(numa && pg_pve_true(numa)))
		r = pg_vm_set(vm, "numa", "1", "Hugepages need NUMA.");
	if (r < 0 || (now && strcmp(now, wanted) == 0))
		return r;
	return pg_vm_set(vm, "hugepages", wanted,
			 "The VM's memory is made of large pages, which are taken faster at its start. "
			 "They must be free in one piece then: a node that has run for long may not have "
			 "them.");
}

static int memory(struct pg_vm_plan *vm)
{
	const char *balloon = pg_vm_value(vm->guest, "balloon");
	int r = pg_check_memory(vm->p->facts, vm->guest, pg_vm_value(vm->guest, "memory"),
				&vm->p->plan->findings);
	struct pg_finding *f;

	if (r == 0)
		r = hugepages(vm);
	if (r < 0 || (balloon && strcmp(balloon, "0") == 0))
		return r;
	if (vm->p->choices->no_balloon)
		return pg_vm_set(vm, "balloon", "0",
				 "The device for ballooning goes: with a passed device it gives "
				 "nothing back.");
	f = pg_vm_finding(vm, "memory-pinned", PG_LEVEL_NOTE,
			  "With a passed device all memory of the VM is taken when it starts; "
			  "ballooning gives nothing back.");
	return f ? 0 : -ENOMEM;
}

/* ---- all ---- */

static int whole(struct pg_vm_plan *vm)
{
	int r;

	/* a part of a card asks for nothing else of the VM */
	if (vm->p->choices->mdev)
		return pg_vm_hostpci(vm);
	r = pg_vm_arm(vm);
	if (r == 0)
		r = pg_vm_machine(vm);
	if (r == 0)
		r = firmware(vm);
	if (r == 0)
		r = pg_vm_hostpci(vm);
	if (r == 0)
		r = pg_vm_display(vm);
	if (r == 0)
		r = processor(vm);
	return r < 0 ? r : memory(vm);
}

int pg_plan_guest(struct pg_planner *p)
{
	struct pg_entries entries PG_CLEANUP(pg_entries_done) = { 0 };
	struct pg_vm_plan vm = { .p = p };
	int r;

	if (!p->choices->vmid || (p->choices->mdev && !pg_mdev_is_known(p)))
		return 0;
	vm.guest = pg_facts_guest(p->facts, p->choices->vmid);
	if (!vm.guest)
		return 0; /* pg_check() has said so */
	vm.q35 = pg_vm_is_q35(vm.guest);
	pg_vm_scope(vm.guest->vmid, &vm.scope);
	vm.vmid = vm.scope.number;
	vm.ovmf = pg_vm_is_ovmf(vm.guest);
	r = pg_vm_hostpci_prepare(&vm, &entries);
	if (r == 0)
		r = p->n_dev ? whole(&vm) : pg_vm_hostpci(&vm);
	if (r == 0)
		r = pg_vm_usb(&vm);
	return r < 0 ? r : pg_vm_nodes(&vm);
}
