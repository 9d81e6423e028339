/* SPDX-License-Identifier: GPL-3.0-or-later */
/* USB of every VM as it is (doctor), and of whole controllers. */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/lint.h"
#include "src/plan/usb.h"

/* ---- a mapping on this node: what its start check would say (PVE::Mapping::USB) ---- */

const char *pg_usb_mapping_wrong(const struct pg_facts *facts, const char *id)
{
	const struct pg_usb_mapping *m = pg_usb_mapping_find(facts, id);
	const struct pg_usb_spec spec = { .by = PG_USB_BY_MAPPING, .name = (char *)(uintptr_t)id };
	const struct pg_usb_dev *at;

	if (!m)
		return _("There is no resource mapping of that name: the VM does not start.");
	if (m->n_here == 0)
		return _("The resource mapping has no device on this node: the VM does not start.");
	if (m->n_here > 1)
		return _("The resource mapping has several devices on this node, and Proxmox takes one "
		       "only: the VM does not start.");
	if (!m->has_ids)
		return _("The resource mapping names no ids: the VM does not start.");
	if (pg_usb_first(facts, &spec, NULL))
		return NULL;
	at = m->port ? pg_usb_at(facts, m->port) : NULL;
	return at ? _("Another device than the resource mapping says is plugged in at its port: the VM "
		    "does not start (hardware probably changed).") :
		    _("The device of the resource mapping is not plugged in: the VM does not start, as "
		    "long as it is away.");
}

/* ---- one entry of a VM ---- */

struct entry {
	struct pg_checker *c;
	const struct pg_guest *g;
	const struct pg_guest_usb *usb;
};

static int say(const struct entry *e, const char *id, enum pg_level level, const char *text,
	       const char *advice)
{
	struct pg_vm_scope scope;
	struct pg_finding *f;

	pg_vm_scope(e->g->vmid, &scope);
	f = pg_findings_add(e->c->f, id, level, scope.s, "%s", text);
	if (pg_finding_evidence(f, "%s: usb%u: %s%s", e->g->path, e->usb->index, e->usb->value,
				e->usb->pending ? _(" (pending)") : "") < 0)
		return -ENOMEM;
	return advice ? pg_finding_advice(f, "%s", advice) : 0;
}

/* The schema takes it in any case, what reads it afterwards in lower case alone (PVE::QemuServer::USB,
 * get_usb_devices): no usb id or path given. */
static int spice(const struct entry *e)
{
	size_t n = 0;
	const char *host = pg_pve_part(e->usb->value, "host", true, &n);

	if (e->usb->spec.by != PG_USB_BY_SPICE || (host && n == 5 && strncmp(host, "spice", n) == 0))
		return 0;
	return say(e, "usb-spice-case", PG_LEVEL_BLOCK,
		   _("Proxmox takes this for a device, and finds none: the VM does not start (no usb id or path "
		     "given)."),
		   _("Write spice in small letters."));
}

static int slot(const struct entry *e)
{
	if (e->usb->index < pg_vm_usb_slots(e->c->facts, e->g))
		return 0;
	return say(e, "usb-slot-limit", PG_LEVEL_BLOCK,
		   _("usb5 and above need machine version 7.1 or newer, and ostype l26 or Windows newer "
		     "than 7: the VM does not start."),
		   _("Use usb0 to usb4, or set ostype and machine to what the guest is."));
}

static int mapping(const struct entry *e)
{
	const char *wrong = e->usb->spec.by == PG_USB_BY_MAPPING && !pg_facts_is_unread(e->c->facts, "/etc/pve/mapping/usb.cfg") ?
				    pg_usb_mapping_wrong(e->c->facts, e->usb->spec.name) : NULL;

	if (!wrong)
		return 0;
	return say(e, "usb-mapping-wrong", PG_LEVEL_BLOCK, wrong,
		   _("Plug it in where it was, mend the mapping (`pve-gpu status --repair` where the device "
		   "was moved, else `pve-gpu mapping NAME PORT --replace`), or delete the entry."));
}

static int device(const struct entry *e)
{
	size_t n;
	const struct pg_usb_dev *dev = pg_usb_first(e->c->facts, &e->usb->spec, &n);
	const struct pg_use *vital = dev ? pg_usb_vital(dev) : NULL;

	if (!dev && (e->usb->spec.by == PG_USB_BY_ID || e->usb->spec.by == PG_USB_BY_PORT))
		return say(e, "usb-absent", PG_LEVEL_NOTE,
			   _("The device is not plugged in: the VM starts without it."), NULL);
	if (n > 1)
		return say(e, "usb-twins", PG_LEVEL_WARN,
			   _("Several devices with these ids are plugged in: which of them the VM gets is "
			   "left to chance."),
			   _("Name it by its port; `pve-gpu usb` shows them."));
	if (vital)
		return say(e, "usb-vital", PG_LEVEL_BLOCK,
			   _("When the VM starts it takes a device that the node cannot do without."),
			   _("Take it from the VM before you start it."));
	if (dev && pg_guest_usb_of(e->c->facts, e->g, dev) != e->usb)
		return say(e, "usb-twice", PG_LEVEL_WARN,
			   _("Another entry of the VM names the same device: it gets it once."),
			   _("Delete one of them."));
	if (dev && dev->is_hub)
		return say(e, "usb-hub", PG_LEVEL_WARN,
			   _("The entry names a hub, which QEMU never passes: the VM gets nothing."),
			   _("Name the devices behind it."));
	return 0;
}

static int entries(struct pg_checker *c, const struct pg_guest *g)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < g->n_usb; i++) {
		const struct entry e = { c, g, &g->usb[i] };

		if (!pg_guest_usb_counts(g, e.usb))
			continue;
		r = slot(&e);
		if (r == 0)
			r = spice(&e);
		if (r == 0)
			r = mapping(&e);
		if (r == 0)
			r = device(&e);
	}
	return r;
}

/* ---- one device, several VMs ---- */

enum { NAMED = 8 };

static int several(struct pg_checker *c, const struct pg_usb_dev *dev)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	const struct pg_usb_spec spec = { .by = PG_USB_BY_PORT, .name = dev->name };
	pg_autofree char *scope = NULL, *called = NULL;
	size_t n = 0, onboot = 0;
	struct pg_finding *f;

	for (size_t i = 0; i < c->facts->n_guest; i++) {
		const struct pg_guest *g = &c->facts->guest[i];

		if (!g->local || g->template || !pg_guest_usb_of(c->facts, g, dev))
			continue;
		onboot += pg_lint_starts_itself(g);
		if (n++ < NAMED)
			pg_strbuf_addf(&b, "%s%u", b.len ? ", " : "", g->vmid);
	}
	if (n < 2)
		return pg_strbuf_error(&b);
	scope = pg_usb_scope(&spec);
	called = pg_usb_called(dev);
	if (!scope || !called || pg_strbuf_error(&b) < 0)
		return -ENOMEM;
	f = pg_findings_add(c->f, "usb-several-vms", onboot > 1 ? PG_LEVEL_WARN : PG_LEVEL_NOTE, scope,
			    "Several VMs have this device: the one that starts first gets it, the "
			    "others start without%s.",
			    onboot > 1 ? _("; more than one starts by itself") : "");
	return pg_finding_evidence(f, "%s: VMs %s%s", called, b.s, n > NAMED ? _(", and more") : "");
}

int pg_check_usb_guests(struct pg_checker *c)
{
	int r = 0;

	for (size_t i = 0; r == 0 && !c->choices && i < c->facts->n_guest; i++) {
		const struct pg_guest *g = &c->facts->guest[i];

		if (g->local && !g->error && !g->template)
			r = entries(c, g);
	}
	for (size_t i = 0; r == 0 && !c->choices && i < c->facts->n_usb; i++)
		r = several(c, &c->facts->usb[i]);
	return r;
}

/* ---- a whole controller ---- */

static bool is_below(const struct pg_usb_dev *usb, const struct pg_dev *controller)
{
	return usb->has_controller && pg_bdf_equal(usb->controller, controller->addr);
}

/* An entry for what is on the controller finds nothing once that is gone. */
static int entries_below(struct pg_checker *c, const struct pg_dev *dev)
{
	for (size_t i = 0; i < c->facts->n_guest; i++) {
		const struct pg_guest *g = &c->facts->guest[i];

		for (size_t k = 0; g->local && !g->template && k < g->n_usb; k++) {
			const struct entry e = { c, g, &g->usb[k] };
			const struct pg_usb_dev *usb = pg_usb_first(c->facts, &e.usb->spec, NULL);

			if (!usb || !is_below(usb, dev) || !pg_guest_usb_counts(g, e.usb))
				continue;
			if (say(&e, "usb-entry-below", PG_LEVEL_WARN,
				_("The VM has a device that is plugged into a controller that goes to a VM, "
				"by an entry of its own: that finds nothing once the controller is "
				"passed."),
				_("Take the entry from the VM (`pve-gpu usb VMID --remove usbN`).")) < 0)
				return -ENOMEM;
		}
	}
	return 0;
}

/* What of the node goes with one that is only brought along, guard.c has warned of. */
static struct pg_finding *say_goes(struct pg_checker *c, const struct pg_dev *dev, bool used)
{
	bool chosen = pg_planner_has(c->dev, c->n_dev, dev);

	return pg_findings_add(c->f, "usb-controller",
			       used && chosen ? PG_LEVEL_WARN : PG_LEVEL_NOTE,
			       pg_bdf_str(dev->addr).s, "%s",
			       chosen ? _("With this controller the VM gets everything that is plugged "
					"into it, now and later.") :
					_("This USB controller goes along, and the node loses everything "
					"that is plugged into it, now and later."));
}

/* What is plugged in, by name; and VMs that have some of it. */
int pg_check_usb_controller(struct pg_checker *c, const struct pg_dev *dev)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_finding *f;
	bool used = false;

	for (size_t i = 0; i < c->facts->n_usb; i++) {
		const struct pg_usb_dev *usb = &c->facts->usb[i];
		pg_autofree char *called = NULL;

		if (usb->is_hub || !is_below(usb, dev))
			continue;
		called = pg_usb_called(usb);
		if (!called)
			return -ENOMEM;
		used |= usb->n_use > 0;
		pg_strbuf_addf(&b, "%s%s", b.len ? "; " : "", called);
	}
	if (pg_strbuf_error(&b) < 0)
		return -ENOMEM;
	if (!b.len)
		return 0;
	f = say_goes(c, dev, used);
	if (pg_finding_evidence(f, "%s", b.s) < 0)
		return -ENOMEM;
	if (used &&
	    pg_finding_advice(f, "Plug what the node uses into another controller first.") < 0)
		return -ENOMEM;
	return entries_below(c, dev);
}
