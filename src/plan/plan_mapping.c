/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/mapping.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "src/base/i18n.h"
#include "src/plan/drift.h"

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

const struct pg_mapping *pg_mapping_find(const struct pg_facts *facts, const char *id)
{
	for (size_t i = 0; id && i < facts->n_mapping; i++)
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

/* ---- an entry of this node, made ---- */

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

/* What no entry can be made for; *ret: it was refused. */
static int check_entry(struct pg_vm_plan *vm, const struct pg_dev *const *dev, size_t n,
		       const char *path, bool *ret)
{
	*ret = true;
	if (!vm->p->facts->system.node)
		return refuse(vm, "mapping-node",
			      _("The name of this node is unknown, so that no mapping can be made."),
			      _("Run pve-gpu on the node itself."));
	if (dev[0]->group < 0)
		return refuse(vm, "mapping-no-group",
			      _("The device has no IOMMU group yet, which a mapping must name."),
			      _("Turn the IOMMU on and reboot first, without a mapping; then plan "
			      "again."));
	if (strchr(path, ';') && !alike(dev, n))
		return refuse(vm, "mapping-functions",
			      _("A mapping that lists functions one by one takes functions with the "
			      "same ids only: Proxmox compares each of them when the VM starts."),
			      _("Choose the whole slot, or one function."));
	*ret = false;
	return 0;
}

/* mdev is said once for the entries of all nodes. */
static int mdev_of(struct pg_vm_plan *vm, const struct pg_mapping *m, const struct pg_dev *dev,
		   bool alone, enum pg_tri *ret)
{
	struct pg_finding *f;

	*ret = PG_UNKNOWN;
	if (m->mdev == dev->has_mdev)
		return 0;
	*ret = dev->has_mdev ? PG_YES : PG_NO;
	if (alone)
		return 0;
	f = pg_vm_finding(vm, "mapping-mdev", PG_LEVEL_BLOCK,
			  dev->has_mdev ?
				  N_("The device is divided into mediated devices or vGPUs, and the "
				  "mapping is one for devices that are passed whole. It says so for "
				  "all of its entries at once: a VM would start with none of them.") :
				  N_("The mapping is one for mediated devices or vGPUs, which this "
				  "device does not have. It says so for all of its entries at once: "
				  "no VM would start with this one."));
	if (pg_finding_evidence(f, "%s: mdev %d", m->id, m->mdev) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "Choose another name: a mapping of its own.");
}

static int note_other_ids(struct pg_vm_plan *vm, const struct pg_mapping *m,
			  const struct pg_dev *dev)
{
	pg_autofree char *ids = pg_strf("%04x:%04x", dev->vendor, dev->device);
	const struct pg_map *other = NULL;
	struct pg_finding *f;

	if (!ids)
		return -ENOMEM;
	for (size_t i = 0; !other && i < m->n_map; i++)
		if (!m->map[i].here && m->map[i].ids && strcasecmp(m->map[i].ids, ids) != 0)
			other = &m->map[i];
	if (!other)
		return 0;
	f = pg_vm_finding(vm, "mapping-other-ids", PG_LEVEL_WARN,
			  "The mapping stands for another kind of device on another node: a VM that "
			  "is moved finds other hardware there.");
	if (pg_finding_evidence(f, "%s: %s on %s, %s here", m->id, other->ids,
				other->node ? other->node : "?", ids) < 0)
		return -ENOMEM;
	return pg_finding_advice(f, "That is fine where the guest has drivers for both. Else choose "
				    "another name.");
}

/* ---- a mapping that is not there ---- */

static int create(struct pg_vm_plan *vm, const char *id, const struct pg_dev *dev,
		  const char *path)
{
	struct pg_map_change c PG_CLEANUP(pg_map_change_done) = {
		.id = id,
		.mdev = dev->has_mdev ? PG_YES : PG_UNKNOWN,
		.why = _("The mapping names the device for every VM that is to have it."),
	};

	if (pg_strv_take(&c.after, map_value(vm, dev, path)) < 0)
		return -ENOMEM;
	return pg_map_command(vm, &c);
}

/* ---- one that is there ---- */

/* The entry behind the others, or in the place of all that this node has. */
static int write_entry(struct pg_vm_plan *vm, const struct pg_mapping *m, const struct pg_dev *dev,
		       const char *path, bool over)
{
	struct pg_map_change c PG_CLEANUP(pg_map_change_done) = { .id = m->id };
	pg_autofree char *value = map_value(vm, dev, path);
	bool put = false;
	int r = value ? pg_map_change_begin(vm->p->facts, &c) : -ENOMEM;

	pg_strv_done(&c.after);
	c.after = (struct pg_strv){ 0 };
	for (size_t i = 0; r == 0 && i < m->n_map; i++) {
		bool goes = over && m->map[i].here;

		if (!goes || !put)
			r = pg_strv_add(&c.after, goes ? value : m->map[i].value);
		put |= goes;
	}
	if (r == 0 && !put)
		r = pg_strv_add(&c.after, value);
	if (r == 0)
		r = mdev_of(vm, m, dev, c.after.n == 1, &c.mdev);
	if (r == 0)
		r = note_other_ids(vm, m, dev);
	c.why = over   ? _("The mapping names another device of this node.") :
		m->here ? _("The mapping gets a further device of this node: a VM gets the first "
			  "that is free.") :
			  _("The mapping gets an entry for this node; those of other nodes stay as "
			  "they are.");
	return r < 0 ? r : pg_map_command(vm, &c);
}

static const struct pg_drift *drift_of(const struct pg_drifts *drifts, const struct pg_map *map)
{
	for (size_t i = 0; i < drifts->n; i++)
		if (drifts->v[i].map == map)
			return &drifts->v[i];
	return NULL;
}

static bool goes_to(const struct pg_drift *d, const struct pg_dev *dev)
{
	for (size_t i = 0; i < d->n_to; i++)
		if (d->to[i].slot ? pg_bdf_same_slot(d->to[i].addr, dev->addr) :
				    pg_bdf_equal(d->to[i].addr, dev->addr))
			return true;
	return false;
}

/* Does an entry of this node mean the device, wherever that is by now? */
static bool means(const struct pg_mapping *m, const struct pg_drifts *drifts,
		  const struct pg_dev *dev)
{
	for (size_t i = 0; i < m->n_map; i++) {
		const struct pg_map *map = &m->map[i];
		const struct pg_drift *d = drift_of(drifts, map);
		const struct pg_hostpci as = { .addr = map->addr, .slot = map->slot,
					       .n_addr = map->n_addr };

		if (map->here && (d && d->how == PG_DRIFT_MOVED ?
					  goes_to(d, dev) : pg_hostpci_names(&as, dev->addr)))
			return true;
	}
	return false;
}

static bool means_all(const struct pg_mapping *m, const struct pg_drifts *drifts,
		      const struct pg_dev *const *dev, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!means(m, drifts, dev[i]))
			return false;
	return true;
}

/* What this node's entries say that is not so: no VM would start with any of them. */
static int put_right(struct pg_vm_plan *vm, const struct pg_mapping *m,
		     const struct pg_drifts *drifts)
{
	struct pg_map_change c PG_CLEANUP(pg_map_change_done) = {
		.id = m->id,
		.why = _("The mapping says of the device what the start of a VM compares."),
	};
	int r = pg_map_change_begin(vm->p->facts, &c);

	for (size_t i = 0; r == 0 && i < m->n_map; i++) {
		const struct pg_drift *d = drift_of(drifts, &m->map[i]);

		if (d && !d->value) {
			pg_autofree char *text = pg_drift_text(d), *advice = pg_drift_advice(d);

			return text && advice ? refuse(vm, "mapping-wrong", text, advice) : -ENOMEM;
		}
		if (d)
			r = pg_drift_put(d, &c);
	}
	return r < 0 ? r : pg_map_command(vm, &c);
}

/* Is the entry just what would be written? */
static bool is_entry(const struct pg_mapping *m, const char *path)
{
	size_t n = 0;
	bool same = false;

	for (size_t i = 0; i < m->n_map; i++) {
		n += m->map[i].here;
		same |= m->map[i].here && m->map[i].path && strcmp(m->map[i].path, path) == 0;
	}
	return n == 1 && same;
}

static int use(struct pg_vm_plan *vm, const struct pg_mapping *m, enum pg_map_task task,
	       const struct pg_dev *const *dev, size_t n, const char *path)
{
	struct pg_drifts drifts PG_CLEANUP(pg_drifts_done) = { 0 };
	bool over = task == PG_MAP_REPLACE && m->here && !is_entry(m, path), refused;
	int r = pg_drifts_find(vm->p->facts, &drifts);

	if (r == 0 && !over && m->here && means_all(m, &drifts, dev, n)) {
		r = put_right(vm, m, &drifts);
		return r < 0 ? r : warn_more(vm, m, dev, n);
	}
	if (r < 0)
		return r;
	if (!over && m->here && task != PG_MAP_ADD)
		return refuse(vm, "mapping-other",
			      _("The mapping of that name is there and stands for other devices on "
			      "this node."),
			      _("Choose another name, or write this node's entry anew: `pve-gpu "
			      "mapping NAME ADDRESS --replace`."));
	r = check_entry(vm, dev, n, path, &refused);
	return r < 0 || refused ? r : write_entry(vm, m, dev[0], path, over);
}

int pg_map_put(struct pg_vm_plan *vm, const char *id, enum pg_map_task task,
	       const struct pg_dev *const *dev, size_t n, const char *path)
{
	const struct pg_mapping *m = pg_mapping_find(vm->p->facts, id);
	bool refused;
	int r;

	if (!pg_is_config_id(id))
		return refuse(vm, "mapping-name", _("This is no name for a mapping."),
			      _("Use letters, digits, '-' and '_', beginning with a letter, at "
			      "least two characters."));
	if (m)
		return use(vm, m, task, dev, n, path);
	r = check_entry(vm, dev, n, path, &refused);
	return r < 0 || refused ? r : create(vm, id, dev[0], path);
}

int pg_vm_mapping(struct pg_vm_plan *vm, const struct pg_dev *const *dev, size_t n,
		  const char *path)
{
	return pg_map_put(vm, vm->p->choices->mapping, PG_MAP_GIVE, dev, n, path);
}
