/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/plan/usb.h"

static int refuse(struct pg_vm_plan *vm, const char *id, const char *text, const char *advice)
{
	return pg_finding_advice(pg_vm_finding(vm, id, PG_LEVEL_BLOCK, text), "%s", advice);
}

/* One that is there is used as it is, if it means this device on this node. */
static int use(struct pg_vm_plan *vm, const struct pg_usb_mapping *m,
	       const struct pg_usb_spec *spec)
{
	const struct pg_usb_spec mapped = { .by = PG_USB_BY_MAPPING, .name = m->id };
	const char *wrong = pg_usb_mapping_wrong(vm->p->facts, m->id);
	const struct pg_usb_dev *dev = pg_usb_first(vm->p->facts, spec, NULL);

	if (wrong)
		return refuse(vm, "usb-mapping-wrong", wrong,
			      "Mend the mapping under Datacenter, Resource Mappings, or choose another "
			      "name.");
	if (dev && pg_usb_names(vm->p->facts, &mapped, dev))
		return 0;
	return refuse(vm, "usb-mapping-other",
		      "The mapping of that name is there and stands for another device on this node.",
		      "Choose another name, or mend the mapping under Datacenter, Resource Mappings.");
}

static int create(struct pg_vm_plan *vm, const struct pg_usb_spec *spec,
		  const struct pg_usb_dev *dev)
{
	const char *id = vm->p->choices->usb_mapping;
	bool port = spec->by == PG_USB_BY_PORT;
	pg_autofree char *map = pg_strf("node=%s,id=%04x:%04x%s%s", vm->p->facts->system.node,
					dev->vendor, dev->product, port ? ",path=" : "",
					port ? dev->name : "");
	pg_autofree char *place = pg_strf("/cluster/mapping/usb/%s", id);
	const char *const argv[] = { "pvesh", "create", "/cluster/mapping/usb", "--id", id, "--map",
				     map, NULL };
	const char *const undo[] = { "pvesh", "delete", place, NULL };

	if (!map || !place)
		return -ENOMEM;
	return pg_vm_command(vm, argv, undo,
			     "The mapping names the device for every VM that is to have it.");
}

int pg_vm_usb_mapping(struct pg_vm_plan *vm, const struct pg_usb_spec *spec)
{
	const char *id = vm->p->choices->usb_mapping;
	const struct pg_usb_mapping *m = pg_usb_mapping_find(vm->p->facts, id);
	const struct pg_usb_dev *dev = pg_usb_first(vm->p->facts, spec, NULL);

	if (!pg_is_config_id(id))
		return refuse(vm, "usb-mapping-name", "This is no name for a mapping.",
			      "Use letters, digits, '-' and '_', beginning with a letter, at least two "
			      "characters.");
	if (vm->p->choices->n_usb > 1)
		return refuse(vm, "usb-mapping-several",
			      "A USB mapping stands for one device on each node, and several were "
			      "chosen.",
			      "Choose one device for this mapping, and plan again for the rest.");
	if (spec->by == PG_USB_BY_SPICE)
		return refuse(vm, "usb-mapping-spice",
			      "What a SPICE client redirects is no device of a node, and has no mapping.",
			      "Leave the mapping out.");
	if (m)
		return use(vm, m, spec);
	if (!dev || !dev->has_ids)
		return refuse(vm, "usb-mapping-absent",
			      "A mapping names the device's ids, and it is not plugged in.",
			      "Plug it in, then plan again.");
	if (!vm->p->facts->system.node)
		return refuse(vm, "usb-mapping-node",
			      "The name of this node is unknown, so that no mapping can be made.",
			      "Run pve-gpu on the node itself.");
	return create(vm, spec, dev);
}
