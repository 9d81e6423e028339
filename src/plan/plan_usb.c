/* SPDX-License-Identifier: GPL-3.0-or-later */
/* usbN of a VM: `qm set VMID --usbN …`, and its removal. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/usb.h"

/* "usb13" */
struct key {
	char s[8];
};

static struct key key_of(unsigned index)
{
	struct key key;

	(void)snprintf(key.s, sizeof(key.s), "usb%u", index % 100);
	return key;
}

/* ---- what the plan does already ---- */

static bool is_set(const struct pg_vm_plan *vm, unsigned index)
{
	pg_autofree char *option = pg_strf("--%s", key_of(index).s);

	for (size_t i = 0; option && i < vm->p->plan->n_vm_cmd; i++) {
		const struct pg_strv *argv = &vm->p->plan->vm_cmd[i].argv;

		if (argv->n > 3 && strcmp(argv->v[0], "qm") == 0 && strcmp(argv->v[3], option) == 0)
			return true;
	}
	return false;
}

/* Is the entry just what is asked for? Then it is not taken away: the same choices a second
 * time change nothing. */
static bool is_wanted(const struct pg_vm_plan *vm, unsigned index)
{
	const struct pg_choices *c = vm->p->choices;
	const struct pg_usb_spec mapped = { .by = PG_USB_BY_MAPPING, .name = c->usb_mapping };

	for (size_t i = 0; i < vm->guest->n_usb; i++) {
		const struct pg_guest_usb *usb = &vm->guest->usb[i];

		if (usb->index != index || !pg_guest_usb_counts(vm->guest, usb))
			continue;
		for (size_t k = 0; k < c->n_usb; k++)
			if (pg_usb_spec_equal(&usb->spec, c->usb_mapping ? &mapped : &c->usb[k]))
				return true;
	}
	return false;
}

static bool is_removed(const struct pg_vm_plan *vm, unsigned index)
{
	return pg_strv_has(&vm->p->choices->usb_remove, key_of(index).s) && !is_wanted(vm, index);
}

/* One that nobody has; where there is none, one that this plan empties. */
static int free_index(const struct pg_vm_plan *vm)
{
	unsigned slots = pg_vm_usb_slots(vm->p->facts, vm->guest);

	for (unsigned i = 0; i < slots; i++)
		if (!pg_vm_mentions(vm->guest, key_of(i).s) && !is_set(vm, i))
			return (int)i;
	for (unsigned i = 0; i < slots; i++)
		if (is_removed(vm, i) && !is_set(vm, i))
			return (int)i;
	return -1;
}

/* ---- taking one away ---- */

static int remove_one(struct pg_vm_plan *vm, const char *key)
{
	const char *old = pg_vm_value(vm->guest, key);
	pg_autofree char *option = pg_strf("--%s", key);
	const char *const argv[] = { "qm", "set", vm->vmid, "--delete", key, NULL };
	pg_autofree char *boot = NULL;
	int r = pg_vm_boot_with(vm, key, &boot);
	const char *const undo[] = { "qm", "set", vm->vmid, option, old, boot ? "--boot" : NULL,
				     boot, NULL };
	struct pg_finding *f;

	if (!option || r < 0)
		return -ENOMEM;
	for (size_t i = 0; i < vm->guest->n_usb; i++)
		if (vm->guest->usb[i].leaving && strcmp(key_of(vm->guest->usb[i].index).s, key) == 0)
			return 0; /* it goes at the next start */
	if (old && is_wanted(vm, (unsigned)strtoul(key + strlen("usb"), NULL, 10)))
		return 0;
	if (old)
		return pg_vm_command(vm, argv, undo, "The USB device is taken from the VM.");
	f = pg_vm_finding(vm, "usb-not-there", PG_LEVEL_NOTE,
			  "There is nothing to take away: the VM has no such entry.");
	return pg_finding_evidence(f, "%s", key);
}

/* ---- giving one ---- */

/* xHCI where the VM would get an older controller, at which a USB 3 device does not start. */
static bool wants_usb3(const struct pg_vm_plan *vm, const struct pg_usb_dev *dev)
{
	return dev && dev->speed && strtoul(dev->speed, NULL, 10) >= 5000 &&
	       !pg_vm_usb_modern(vm->p->facts, vm->guest);
}

/* Does the value say already which controller it is to be? */
static bool says_usb3(const char *value)
{
	return pg_text_starts(value, "usb3=") || strstr(value, ",usb3=");
}

/* The new value: the device, and of the old one all that says nothing of the device. */
static char *make_value(const struct pg_vm_plan *vm, const struct pg_usb_spec *spec,
			const struct pg_usb_dev *dev, const char *old)
{
	pg_autofree char *device = pg_usb_spec_value(spec);
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_strbuf b = { 0 };

	if (!device || pg_strv_split(old ? old : "", ",", &part) < 0)
		return NULL;
	pg_strbuf_add(&b, device);
	for (size_t i = 0; i < part.n; i++)
		if (strchr(part.v[i], '=') && !pg_text_starts(part.v[i], "host=") &&
		    !pg_text_starts(part.v[i], "mapping="))
			pg_strbuf_addf(&b, ",%s", part.v[i]);
	if (wants_usb3(vm, dev) && !(old && says_usb3(old)))
		pg_strbuf_add(&b, ",usb3=1");
	return pg_strbuf_steal(&b);
}

/* The entry of the VM that is this device, whatever it is called there. */
static const struct pg_guest_usb *existing(const struct pg_vm_plan *vm,
					   const struct pg_usb_spec *spec,
					   const struct pg_usb_dev *dev)
{
	const struct pg_guest_usb *same = NULL;

	for (size_t i = 0; i < vm->guest->n_usb; i++) {
		const struct pg_guest_usb *usb = &vm->guest->usb[i];

		if (!pg_guest_usb_counts(vm->guest, usb) || is_removed(vm, usb->index))
			continue;
		if (spec->by != PG_USB_BY_SPICE && pg_usb_spec_equal(&usb->spec, spec))
			return usb;
		if (!same && dev && !is_set(vm, usb->index) &&
		    pg_usb_names(vm->p->facts, &usb->spec, dev))
			same = usb;
	}
	return same;
}

/* One that waits to be deleted is kept instead. */
static const struct pg_guest_usb *leaving(const struct pg_vm_plan *vm,
					  const struct pg_usb_spec *spec)
{
	for (size_t i = 0; i < vm->guest->n_usb; i++)
		if (vm->guest->usb[i].leaving && !is_set(vm, vm->guest->usb[i].index) &&
		    pg_usb_spec_equal(&vm->guest->usb[i].spec, spec))
			return &vm->guest->usb[i];
	return NULL;
}

static int keep(struct pg_vm_plan *vm, const struct pg_guest_usb *usb)
{
	struct key key = key_of(usb->index);
	pg_autofree char *option = pg_strf("--%s", key.s);
	const char *const argv[] = { "qm", "set", vm->vmid, option, usb->value, NULL };
	const char *const undo[] = { "qm", "set", vm->vmid, "--delete", key.s, NULL };

	return option ? pg_vm_command(vm, argv, undo,
				      "The VM has the device, and its entry waits to be deleted: it "
				      "stays instead.") : -ENOMEM;
}

static int refuse_full(struct pg_vm_plan *vm)
{
	bool modern = pg_vm_usb_modern(vm->p->facts, vm->guest);
	pg_autofree char *why = pg_vm_usb_why(vm->guest);
	struct pg_finding *f = pg_vm_finding(
		vm, "usb-full", PG_LEVEL_BLOCK,
		modern ? N_("The VM has no free USB number: all 14 are taken.") :
			 N_("The VM has no free USB number: with this machine version and guest type "
			 "there are five."));

	if (!why || pg_finding_evidence(f, "%s", why) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, modern ? N_("Take a device from the VM first.") :
					     N_("Take a device from the VM first. 14 are there with machine "
					     "version 7.1 or newer and ostype l26 or Windows newer than "
					     "7."));
}

static int give(struct pg_vm_plan *vm, const struct pg_usb_spec *spec,
		const struct pg_usb_dev *dev)
{
	const struct pg_guest_usb *old = existing(vm, spec, dev);
	const struct pg_guest_usb *going = old ? NULL : leaving(vm, spec);
	pg_autofree char *value = NULL;
	int index;

	if (old && pg_usb_spec_equal(&old->spec, spec))
		return 0;
	if (going)
		return keep(vm, going);
	value = make_value(vm, spec, dev, old ? old->value : NULL);
	if (!value)
		return -ENOMEM;
	if (old)
		return pg_vm_set(vm, key_of(old->index).s, value,
				 "The VM has the device already; it is named in another way.");
	index = free_index(vm);
	if (index < 0)
		return refuse_full(vm);
	return pg_vm_set(vm, key_of((unsigned)index).s, value, "The VM gets the USB device.");
}

static int one(struct pg_vm_plan *vm, const struct pg_usb_spec *spec)
{
	const struct pg_usb_dev *dev = pg_usb_first(vm->p->facts, spec, NULL);
	char *mapping = vm->p->choices->usb_mapping;
	const struct pg_usb_spec mapped = { .by = PG_USB_BY_MAPPING, .name = mapping };
	int r;

	if (!mapping || spec->by == PG_USB_BY_MAPPING)
		return give(vm, spec, dev);
	r = pg_vm_usb_mapping(vm, spec);
	return r < 0 ? r : give(vm, &mapped, dev);
}

/* ---- when it takes effect ---- */

static int say_when(struct pg_vm_plan *vm, size_t n_before)
{
	pg_autofree char *why = pg_vm_usb_why(vm->guest);
	struct pg_finding *f;

	if (vm->guest->running != PG_YES || vm->p->plan->n_vm_cmd == n_before)
		return 0;
	if (pg_vm_usb_hotplug(vm->p->facts, vm->guest))
		return pg_vm_finding(vm, "usb-hotplug", PG_LEVEL_NOTE,
				     "The VM is running: the change takes effect in it at once.") ?
			       0 : -ENOMEM;
	f = pg_vm_finding(vm, "usb-pending", PG_LEVEL_NOTE,
			  "The VM is running and takes no USB while it does: the change waits "
			  "(pending) until it is stopped and started again.");
	if (!why || pg_finding_evidence(f, "%s%s", why,
					pg_vm_usb_modern(vm->p->facts, vm->guest) ?
						_("; hotplug without usb") : "") < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Shut it down and start it, or use `qm reboot`.");
}

int pg_vm_usb(struct pg_vm_plan *vm)
{
	const struct pg_choices *c = vm->p->choices;
	size_t n_before = vm->p->plan->n_vm_cmd;
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->usb_remove.n; i++)
		r = remove_one(vm, c->usb_remove.v[i]);
	for (size_t i = 0; r == 0 && i < c->n_usb; i++)
		r = one(vm, &c->usb[i]);
	return r < 0 ? r : say_when(vm, n_before);
}
