/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/guest.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* pve-configid: a letter, then letters, digits, '_' and '-'; at least two characters. */
bool pg_is_config_id(const char *s)
{
	if (!isalpha((unsigned char)*s) || !s[1])
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '-' && *s != '_')
			return false;
	return true;
}

static const struct pg_mapping *find(const struct pg_facts *facts, const char *id)
{
	for (size_t i = 0; i < facts->n_mapping; i++)
		if (strcmp(facts->mapping[i].id, id) == 0)
			return &facts->mapping[i];
	return NULL;
}

static bool maps(const struct pg_mapping *m, const struct pg_dev *dev)
{
	for (size_t i = 0; i < m->n_addr; i++)
		if (m->slot[i] ? pg_bdf_same_slot(m->addr[i], dev->addr) :
				 pg_bdf_equal(m->addr[i], dev->addr))
			return true;
	return false;
}

static int refuse(struct pg_vm_plan *vm, const char *id, const char *text, const char *advice)
{
	return pg_finding_advice(pg_vm_finding(vm, id, PG_LEVEL_BLOCK, text), "%s", advice);
}

/* What it stands for on this node beside the chosen ones goes to the VM as well. */
static int warn_more(struct pg_vm_plan *vm, const struct pg_mapping *m,
		     const struct pg_dev *const *dev, size_t n)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	const struct pg_facts *facts = vm->p->facts;
	struct pg_finding *f;

	for (size_t i = 0; i < facts->n_dev; i++)
		if (maps(m, &facts->dev[i]) && !pg_planner_has(dev, n, &facts->dev[i]))
			pg_strbuf_addf(&b, "%s%s", b.len ? ", " : "",
				       pg_bdf_str(facts->dev[i].addr).s);
	if (pg_strbuf_error(&b) < 0)
		return -ENOMEM;
	if (!b.len)
		return 0;
	f = pg_vm_finding(vm, "mapping-more", PG_LEVEL_WARN,
			  "The mapping stands for more than was chosen: the VM may get what was "
			  "not chosen, too.");
	if (pg_finding_evidence(f, "%s: %s", m->id, b.s) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Choose all of it, or another name for a mapping of its own.");
}

/* One that is there is used as it is, if it means these devices on this node. */
static int use(struct pg_vm_plan *vm, const struct pg_mapping *m,
	       const struct pg_dev *const *dev, size_t n)
{
	if (!m->here)
		return refuse(vm, "mapping-elsewhere",
			      "The mapping of that name is there and has no entry for this node.",
			      "Add this node's device to it under Datacenter, Resource Mappings, "
			      "or choose another name.");
	for (size_t i = 0; i < n; i++)
		if (!maps(m, dev[i]))
			return refuse(vm, "mapping-other",
				      "The mapping of that name is there and stands for other "
				      "devices on this node.",
				      "Choose another name, or mend the mapping under Datacenter, "
				      "Resource Mappings.");
	return warn_more(vm, m, dev, n);
}

/* All that the check at VM start compares (PVE::Mapping::PCI, assert_valid). */
static char *map_value(const struct pg_vm_plan *vm, const struct pg_dev *dev, const char *path)
{
	struct pg_strbuf b = { 0 };

	pg_strbuf_addf(&b, "node=%s,path=%s,id=%04x:%04x,iommugroup=%d",
		       vm->p->facts->system.node, path, dev->vendor, dev->device, dev->group);
	if (dev->has_subsystem)
		pg_strbuf_addf(&b, ",subsystem-id=%04x:%04x", dev->subvendor, dev->subdevice);
	return pg_strbuf_steal(&b);
}

/* The start compares the ids of each path of a line, not those of the first alone. */
static bool alike(const struct pg_dev *const *dev, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (dev[i]->vendor != dev[0]->vendor || dev[i]->device != dev[0]->device ||
		    dev[i]->has_subsystem != dev[0]->has_subsystem ||
		    dev[i]->subvendor != dev[0]->subvendor || dev[i]->subdevice != dev[0]->subdevice)
			return false;
	return true;
}

static int create(struct pg_vm_plan *vm, const struct pg_dev *dev, const char *path)
{
	const char *id = vm->p->choices->mapping;
	char *map pg_autofree = map_value(vm, dev, path);
	char *place pg_autofree = pg_strf("/cluster/mapping/pci/%s", id);
	const char *const argv[] = { "pvesh", "create", "/cluster/mapping/pci", "--id", id,
				     "--map", map, dev->has_mdev ? "--mdev" : NULL, "1", NULL };
	const char *const undo[] = { "pvesh", "delete", place, NULL };

	if (!map || !place)
		return -ENOMEM;
	return pg_vm_command(vm, argv, undo,
			     "The mapping names the device for every VM that is to have it.");
}

int pg_vm_mapping(struct pg_vm_plan *vm, const struct pg_dev *const *dev, size_t n,
		  const char *path)
{
	const char *id = vm->p->choices->mapping;
	const struct pg_mapping *m = find(vm->p->facts, id);

	if (!pg_is_config_id(id))
		return refuse(vm, "mapping-name", "This is no name for a mapping.",
			      "Use letters, digits, '-' and '_', beginning with a letter, at "
			      "least two characters.");
	if (m)
		return use(vm, m, dev, n);
	if (!vm->p->facts->system.node)
		return refuse(vm, "mapping-node",
			      "The name of this node is unknown, so that no mapping can be made.",
			      "Run pve-gpu on the node itself.");
	if (dev[0]->group < 0)
		return refuse(vm, "mapping-no-group",
			      "The device has no IOMMU group yet, which a mapping must name.",
			      "Turn the IOMMU on and reboot first, without a mapping; then plan "
			      "again.");
	if (strchr(path, ';') && !alike(dev, n))
		return refuse(vm, "mapping-functions",
			      "A mapping that lists functions one by one takes functions with the "
			      "same ids only: Proxmox compares each of them when the VM starts.",
			      "Choose the whole slot, or one function.");
	return create(vm, dev[0], path);
}
