/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is plugged in, as a tree or as JSON. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/cmd/common.h"

/* ---- who has it ---- */

/* A device of this node is no matter of VMs elsewhere. */
static const struct pg_guest_usb *entry_of(const struct pg_facts *facts, const struct pg_guest *g,
					   const struct pg_usb_dev *dev)
{
	return g->local ? pg_guest_usb_of(facts, g, dev) : NULL;
}

/* ---- JSON ---- */

static struct pg_json *uses_json(const struct pg_usb_dev *dev)
{
	struct pg_json *uses = pg_json_array();

	for (size_t i = 0; i < dev->n_use; i++) {
		struct pg_json *use = pg_json_object();

		pg_json_set_str(use, "what", pg_use_name(dev->use[i].what));
		pg_json_set_str(use, "detail", dev->use[i].detail);
		pg_json_set_tri(use, "vital", dev->use[i].vital);
		pg_json_add(uses, use);
	}
	return uses;
}

static struct pg_json *vms_json(const struct pg_facts *facts, const struct pg_usb_dev *dev)
{
	struct pg_json *vms = pg_json_array();

	for (size_t i = 0; i < facts->n_guest; i++) {
		const struct pg_guest *g = &facts->guest[i];
		const struct pg_guest_usb *usb = entry_of(facts, g, dev);
		struct pg_json *vm;

		if (!usb)
			continue;
		vm = pg_json_object();
		pg_json_set_int(vm, "vmid", g->vmid);
		pg_json_set_strf(vm, "key", "usb%u", usb->index);
		pg_json_set_str(vm, "value", usb->value);
		pg_json_add(vms, vm);
	}
	return vms;
}

static void set_ids(struct pg_json *o, const struct pg_usb_dev *dev)
{
	if (dev->has_ids) {
		pg_json_set_strf(o, "vendor_id", "%04x", dev->vendor);
		pg_json_set_strf(o, "product_id", "%04x", dev->product);
	} else {
		pg_json_set_null(o, "vendor_id");
		pg_json_set_null(o, "product_id");
	}
}

static struct pg_json *dev_json(const struct pg_facts *facts, const struct pg_usb_dev *dev)
{
	const struct pg_usb_dev *parent = pg_usb_parent(facts, dev);
	struct pg_json *o = pg_json_object();

	pg_json_set_str(o, "port", dev->name);
	pg_json_set_str(o, "parent", parent ? parent->name : NULL);
	pg_json_set_str(o, "controller",
			dev->has_controller ? pg_bdf_str(dev->controller).s : NULL);
	set_ids(o, dev);
	pg_json_set_str(o, "kind", _(pg_usb_kind_name(dev->kind)));
	pg_json_set_str(o, "speed", dev->speed);
	pg_json_set_str(o, "manufacturer", dev->manufacturer);
	pg_json_set_str(o, "product", dev->product_name);
	pg_json_set_str(o, "serial", dev->serial);
	pg_json_set_tri(o, "hub", dev->is_hub);
	pg_json_set_int(o, "same_ids", (int64_t)pg_usb_twins(facts, dev));
	pg_json_set_strv(o, "drivers", &dev->driver);
	pg_json_set_strv(o, "nodes", &dev->node);
	pg_json_set(o, "used_by", uses_json(dev));
	pg_json_set(o, "vms", vms_json(facts, dev));
	return o;
}

static struct pg_json *mapping_json(const struct pg_usb_mapping *m)
{
	struct pg_json *o = pg_json_object();

	pg_json_set_str(o, "id", m->id);
	pg_json_set_tri(o, "here", m->n_here > 0);
	if (m->has_ids)
		pg_json_set_strf(o, "ids", "%04x:%04x", m->vendor, m->product);
	else
		pg_json_set_null(o, "ids");
	pg_json_set_str(o, "port", m->port);
	return o;
}

static struct pg_json *usb_json(const struct pg_facts *facts)
{
	struct pg_json *doc = pg_json_object(), *devices = pg_json_array(),
		       *mappings = pg_json_array();

	for (size_t i = 0; facts && i < facts->n_usb; i++)
		pg_json_add(devices, dev_json(facts, &facts->usb[i]));
	for (size_t i = 0; facts && i < facts->n_usb_mapping; i++)
		pg_json_add(mappings, mapping_json(&facts->usb_mapping[i]));
	pg_json_set(doc, "devices", devices);
	pg_json_set(doc, "mappings", mappings);
	return doc;
}

/* ---- text ---- */

enum { COL_PORT, COL_ID, COL_KIND, COL_NAME, COL_USERS };

/* "keyboard; VM 101 (usb0)" */
static char *users(const struct pg_facts *facts, const struct pg_usb_dev *dev)
{
	struct pg_strv list PG_CLEANUP(pg_strv_done) = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < dev->n_use; i++)
		r = pg_strv_add(&list, dev->use[i].detail);
	for (size_t i = 0; r == 0 && i < dev->node.n; i++)
		r = pg_strv_add(&list, dev->node.v[i]);
	for (size_t i = 0; r == 0 && i < facts->n_guest; i++) {
		const struct pg_guest_usb *usb = entry_of(facts, &facts->guest[i], dev);

		if (usb)
			r = pg_strv_addf(&list, _("VM %u (usb%u)"), facts->guest[i].vmid, usb->index);
	}
	if (r == 0 && pg_usb_twins(facts, dev) > 1)
		r = pg_strv_addf(&list, _("same ids: %zu"), pg_usb_twins(facts, dev));
	return r < 0 ? NULL : pg_strv_join(&list, "; ");
}

static bool vital(const struct pg_usb_dev *dev)
{
	for (size_t i = 0; i < dev->n_use; i++)
		if (dev->use[i].vital)
			return true;
	return false;
}

static void add_row(struct pg_table *t, struct pg_row *parent, const struct pg_facts *facts,
		    const struct pg_usb_dev *dev)
{
	struct pg_row *row = pg_table_row(t, parent);
	pg_autofree char *title = pg_usb_title(dev), *who = users(facts, dev);
	char ids[16] = "-";

	if (dev->has_ids)
		(void)snprintf(ids, sizeof(ids), "%04x:%04x", dev->vendor, dev->product);
	pg_table_cell(t, row, COL_PORT, PG_TONE_STRONG, dev->name);
	pg_table_cell(t, row, COL_ID, PG_TONE_PLAIN, ids);
	pg_table_cell(t, row, COL_KIND, PG_TONE_PLAIN, _(pg_usb_kind_name(dev->kind)));
	pg_table_cell(t, row, COL_NAME, PG_TONE_PLAIN, title);
	pg_table_cell(t, row, COL_USERS, vital(dev) ? PG_TONE_BAD : PG_TONE_PLAIN, who);
	for (size_t i = 0; i < facts->n_usb; i++)
		if (pg_usb_is_child(dev, &facts->usb[i]))
			add_row(t, row, facts, &facts->usb[i]);
}

/* Root hubs are what the controller shows of itself: their devices stand below it. */
static bool is_top(const struct pg_facts *facts, const struct pg_usb_dev *dev)
{
	const struct pg_usb_dev *parent = pg_usb_parent(facts, dev);

	return !dev->is_root && (!parent || parent->is_root);
}

static bool is_below(const struct pg_usb_dev *dev, const struct pg_dev *controller)
{
	if (!controller)
		return !dev->has_controller;
	return dev->has_controller && pg_bdf_equal(dev->controller, controller->addr);
}

/* controller NULL: devices on no PCI device (usbip, a board's own). */
static void add_controller(const struct pg_cmd_env *env, struct pg_table *t,
			   const struct pg_facts *facts, const struct pg_dev *controller)
{
	pg_autofree char *name = controller ? pg_cmd_dev_name(env, controller) : NULL;
	struct pg_row *row = pg_table_row(t, NULL);

	pg_table_cell(t, row, COL_PORT, PG_TONE_STRONG,
		      controller ? pg_bdf_str(controller->addr).s : _("no PCI device"));
	pg_table_cell(t, row, COL_ID, PG_TONE_PLAIN, "");
	pg_table_cell(t, row, COL_KIND, PG_TONE_PLAIN, controller ? _("controller") : "");
	pg_table_cell(t, row, COL_NAME, PG_TONE_PLAIN, name);
	for (size_t i = 0; i < facts->n_usb; i++)
		if (is_below(&facts->usb[i], controller) && is_top(facts, &facts->usb[i]))
			add_row(t, row, facts, &facts->usb[i]);
}

static bool any_below(const struct pg_facts *facts, const struct pg_dev *controller)
{
	for (size_t i = 0; i < facts->n_usb; i++)
		if (is_below(&facts->usb[i], controller))
			return true;
	return false;
}

static int print_tree(const struct pg_cmd_env *env, const struct pg_facts *facts)
{
	struct pg_table *t PG_CLEANUP(pg_table_freep) = pg_table_new(env);

	pg_table_column(t, "PORT", PG_COLUMN_TREE);
	pg_table_column(t, "ID", 0);
	pg_table_column(t, "KIND", 0);
	pg_table_column(t, "NAME", PG_COLUMN_CUT);
	pg_table_column(t, "USED BY", PG_COLUMN_WRAP);
	for (size_t i = 0; i < facts->n_dev; i++)
		if (any_below(facts, &facts->dev[i]))
			add_controller(env, t, facts, &facts->dev[i]);
	if (any_below(facts, NULL))
		add_controller(env, t, facts, NULL);
	if (facts->n_usb)
		return pg_table_print(t);
	pg_out_line(env, PG_TONE_PLAIN, "There is no USB device.");
	return 0;
}

static void print_mappings(const struct pg_cmd_env *env, const struct pg_facts *facts)
{
	if (facts->n_usb_mapping)
		pg_out_line(env, PG_TONE_PLAIN, "%s", "");
	for (size_t i = 0; i < facts->n_usb_mapping; i++) {
		const struct pg_usb_mapping *m = &facts->usb_mapping[i];
		const struct pg_usb_spec spec = { .by = PG_USB_BY_MAPPING, .name = m->id };
		const struct pg_usb_dev *dev = pg_usb_first(facts, &spec, NULL);

		pg_out_line(env, PG_TONE_PLAIN, "mapping %s: %s%s", m->id,
			    dev	      ? dev->name :
			    m->n_here ? _("its device is not plugged in") :
					_("no device on this node"),
			    dev && !m->port ? _(" (by ids)") : "");
	}
}

int pg_cmd_usb_list(const struct pg_cmd_env *env)
{
	struct pg_cmd_host host PG_CLEANUP(pg_cmd_host_done) = { 0 };
	int r = pg_cmd_look(env, PG_WANT_PCI | PG_WANT_NAMES | PG_WANT_USAGE | PG_WANT_GUESTS |
			    PG_WANT_USB, &host);

	pg_cmd_say_unread(env, host.facts);
	if (env->json)
		return pg_cmd_document(env, &host, usb_json(host.facts), PG_EXIT_OK);
	if (r < 0)
		return PG_EXIT_REFUSED;
	if (print_tree(env, host.facts) < 0)
		return PG_EXIT_REFUSED;
	print_mappings(env, host.facts);
	return PG_EXIT_OK;
}
