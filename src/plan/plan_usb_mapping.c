/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/plan/mapping.h"
#include "src/plan/usb.h"

static int refuse(struct pg_vm_plan *vm, const char *id, const char *text, const char *advice)
{
	return pg_finding_advice(pg_vm_finding(vm, id, PG_LEVEL_BLOCK, text), "%s", advice);
}

static char *map_value(const struct pg_vm_plan *vm, const struct pg_usb_spec *spec,
		       const struct pg_usb_dev *dev)
{
	bool port = spec->by == PG_USB_BY_PORT;

	return pg_strf("node=%s,id=%04x:%04x%s%s", vm->p->facts->system.node, dev->vendor,
		       dev->product, port ? ",path=" : "", port ? dev->name : "");
}

/* What no entry can be made for; *ret: it was refused. */
static int check_entry(struct pg_vm_plan *vm, const struct pg_usb_dev *dev, bool *ret)
{
	*ret = true;
	if (!dev || !dev->has_ids)
		return refuse(vm, "usb-mapping-absent",
			      _("A mapping names the device's ids, and it is not plugged in."),
			      _("Plug it in, then plan again."));
	if (!vm->p->facts->system.node)
		return refuse(vm, "usb-mapping-node",
			      _("The name of this node is unknown, so that no mapping can be made."),
			      _("Run pve-gpu on the node itself."));
	*ret = false;
	return 0;
}

/* This node's entry: the first is written over, more than one Proxmox does not take. */
static int write_entry(struct pg_vm_plan *vm, const char *id, const struct pg_usb_mapping *m,
		       const char *value)
{
	struct pg_map_change c PG_CLEANUP(pg_map_change_done) = { .usb = true, .id = id };
	bool put = false;
	int r = pg_map_change_begin(vm->p->facts, &c);

	pg_strv_done(&c.after);
	c.after = (struct pg_strv){ 0 };
	for (size_t i = 0; r == 0 && m && i < m->n_map; i++) {
		if (!m->map[i].here || !put)
			r = pg_strv_add(&c.after, m->map[i].here ? value : m->map[i].value);
		put |= m->map[i].here;
	}
	if (r == 0 && !put)
		r = pg_strv_add(&c.after, value);
	c.why = !m  ? _("The mapping names the device for every VM that is to have it.") :
		put ? _("The mapping names the device of this node that it stands for now.") :
		      _("The mapping gets an entry for this node; those of other nodes stay as they "
		      "are.");
	return r < 0 ? r : pg_map_command(vm, &c);
}

/* Does this node's entry stand for the device already, as Proxmox checks it? */
static bool is_right(const struct pg_vm_plan *vm, const struct pg_usb_mapping *m,
		     const struct pg_usb_dev *dev)
{
	const struct pg_usb_spec mapped = { .by = PG_USB_BY_MAPPING, .name = m->id };

	return dev && !pg_usb_mapping_wrong(vm->p->facts, m->id) &&
	       pg_usb_names(vm->p->facts, &mapped, dev);
}

/* The same device, of which it says another port or none that is there. */
static bool has_its_ids(const struct pg_usb_mapping *m, const struct pg_usb_dev *dev)
{
	return m->n_here == 1 && m->has_ids && dev && dev->has_ids && m->vendor == dev->vendor &&
	       m->product == dev->product;
}

static int use(struct pg_vm_plan *vm, const struct pg_usb_mapping *m, enum pg_map_task task,
	       const struct pg_usb_dev *dev, const char *value)
{
	const char *wrong = pg_usb_mapping_wrong(vm->p->facts, m->id);

	if (is_right(vm, m, dev) && task != PG_MAP_REPLACE)
		return 0;
	if (m->n_here == 0 || task == PG_MAP_REPLACE || (wrong && has_its_ids(m, dev)))
		return write_entry(vm, m->id, m, value);
	return refuse(vm, wrong ? "usb-mapping-wrong" : "usb-mapping-other",
		      wrong ? wrong :
			      _("The mapping of that name is there and stands for another device on "
			      "this node."),
		      _("Choose another name, or write this node's entry anew: `pve-gpu mapping NAME "
		      "PORT --replace`."));
}

int pg_usb_map_put(struct pg_vm_plan *vm, const char *id, enum pg_map_task task,
		   const struct pg_usb_spec *spec)
{
	const struct pg_usb_mapping *m = pg_usb_mapping_find(vm->p->facts, id);
	const struct pg_usb_dev *dev = pg_usb_first(vm->p->facts, spec, NULL);
	pg_autofree char *value = NULL;
	bool refused;
	int r;

	if (!pg_is_config_id(id))
		return refuse(vm, "usb-mapping-name", _("This is no name for a mapping."),
			      _("Use letters, digits, '-' and '_', beginning with a letter, at least two "
			      "characters."));
	if (spec->by == PG_USB_BY_SPICE)
		return refuse(vm, "usb-mapping-spice",
			      _("What a SPICE client redirects is no device of a node, and has no mapping."),
			      _("Leave the mapping out."));
	if (m && task == PG_MAP_GIVE && is_right(vm, m, dev))
		return 0;
	r = check_entry(vm, dev, &refused);
	if (r < 0 || refused)
		return r;
	value = map_value(vm, spec, dev);
	if (!value)
		return -ENOMEM;
	return m ? use(vm, m, task, dev, value) : write_entry(vm, id, NULL, value);
}

int pg_vm_usb_mapping(struct pg_vm_plan *vm, const struct pg_usb_spec *spec)
{
	if (vm->p->choices->n_usb > 1)
		return refuse(vm, "usb-mapping-several",
			      _("A USB mapping stands for one device on each node, and several were "
			      "chosen."),
			      _("Choose one device for this mapping, and plan again for the rest."));
	return pg_usb_map_put(vm, vm->p->choices->usb_mapping, PG_MAP_GIVE, spec);
}
