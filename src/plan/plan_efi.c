/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/guest.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

/* A disk that the VM has: its key, without the number. */
static bool is_disk(const struct pg_guest_line *line)
{
	static const char *const buses[] = { "scsi", "virtio", "sata", "ide" };
	size_t n;

	if (*line->section || strstr(line->value, "media=cdrom"))
		return false;
	n = strcspn(line->key, "0123456789");
	if (!line->key[n])
		return false;
	for (size_t i = 0; i < PG_ARRAY_SIZE(buses); i++)
		if (strlen(buses[i]) == n && strncmp(line->key, buses[i], n) == 0)
			return true;
	return false;
}

/* "local-lvm:vm-100-disk-0,size=32G": the part before the colon; NULL for "none", "/dev/…" */
static char *disk_storage(const struct pg_guest_line *line)
{
	const char *value = pg_text_starts(line->value, "file=") ? line->value + 5 : line->value;
	size_t n = strcspn(value, ":,");

	return value[n] == ':' && *value != '/' ? strndup(value, n) : NULL;
}

static const struct pg_storage *storage(const struct pg_facts *facts, const char *id)
{
	for (size_t i = 0; i < facts->n_storage; i++)
		if (strcmp(facts->storage[i].id, id) == 0)
			return &facts->storage[i];
	return NULL;
}

static bool can_hold(const struct pg_storage *s)
{
	return s->images && s->here && !s->disabled;
}

/* May the name be used: it is known and can hold a disk, or no storage is known at all. */
static bool usable(const struct pg_facts *facts, const char *id)
{
	const struct pg_storage *s = storage(facts, id);

	return s ? can_hold(s) : facts->n_storage == 0;
}

/* That of the node's settings, then that of the VM's other disks, then the first. */
static char *find_storage(const struct pg_vm_plan *vm)
{
	const struct pg_facts *facts = vm->p->facts;
	const char *usual = facts->settings.storage;

	if (usual && usable(facts, usual))
		return strdup(usual);
	for (size_t i = 0; i < vm->guest->n_lines; i++) {
		char *id = NULL;

		if (is_disk(&vm->guest->lines[i]))
			id = disk_storage(&vm->guest->lines[i]);
		if (id && usable(facts, id))
			return id;
		free(id);
	}
	for (size_t i = 0; i < facts->n_storage; i++)
		if (can_hold(&facts->storage[i]))
			return strdup(facts->storage[i].id);
	return NULL;
}

static int no_storage(struct pg_vm_plan *vm, const char *wanted)
{
	struct pg_finding *f;

	if (wanted) {
		f = pg_findings_add(&vm->p->plan->findings, "efi-storage", PG_LEVEL_BLOCK,
				    vm->scope.s,
				    "The storage %s cannot hold the VM's EFI disk on this node.",
				    wanted);
		return pg_finding_advice(f, "Name one that holds disk images (efi_storage).");
	}
	f = pg_vm_finding(vm, "efi-storage", PG_LEVEL_BLOCK,
			  "No storage was found for the EFI disk that OVMF needs.");
	return pg_finding_advice(f, "Name one that holds disk images (efi_storage).");
}

int pg_vm_efidisk(struct pg_vm_plan *vm)
{
	const char *wanted = vm->p->choices->efi_storage;
	char *id pg_autofree = NULL;
	char *value pg_autofree = NULL;

	if (pg_vm_value(vm->guest, "efidisk0"))
		return 0;
	if (wanted && !usable(vm->p->facts, wanted))
		return no_storage(vm, wanted);
	id = wanted ? strdup(wanted) : find_storage(vm);
	if (!id)
		return wanted ? -ENOMEM : no_storage(vm, NULL);
	value = pg_strf("%s:1,efitype=4m,pre-enrolled-keys=%d", id,
			vm->p->choices->secure_boot ? 1 : 0);
	if (!value)
		return -ENOMEM;
	return pg_vm_set(vm, "efidisk0", value,
			 vm->p->choices->secure_boot ?
				 N_("OVMF keeps its settings on an EFI disk; with the keys of Secure "
				 "Boot, so that the guest starts signed code only. When this is taken "
				 "back, the disk stays as an unused one of the VM.") :
				 N_("OVMF keeps its settings on an EFI disk; without Secure Boot keys, "
				 "which would refuse many a GPU's ROM. When this is taken back, the disk "
				 "stays as an unused one of the VM."));
}
