/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pve-gpu list: the GPUs, or every PCI device. */
#include "src/cmd/common.h"

#include <stdio.h>

#include "src/base/i18n.h"

static bool is_listed(const struct pg_dev *dev, bool all)
{
	return all || pg_dev_is_gpu(dev);
}

/* ---- JSON ---- */

static struct pg_json *uses_json(const struct pg_dev *dev)
{
	struct pg_json *uses = pg_json_array();

	for (size_t i = 0; i < dev->n_use; i++) {
		struct pg_json *use = pg_json_object();

		pg_json_set_str(use, "what", pg_use_name(dev->use[i].what));
		pg_json_set_str(use, "detail", dev->use[i].detail);
		pg_json_add(uses, use);
	}
	return uses;
}

static void set_numbers(struct pg_json *o, const struct pg_dev *dev)
{
	struct pg_json *vfs = pg_json_array(), *vms = pg_json_array();

	pg_json_add_int(vfs, dev->num_vfs);
	pg_json_add_int(vfs, dev->total_vfs);
	pg_json_set(o, "vfs", vfs);
	pg_json_set_strv(o, "reset", &dev->reset);
	pg_json_set(o, "used_by", uses_json(dev));
	for (size_t i = 0; i < dev->n_vmid; i++)
		pg_json_add_int(vms, dev->vmid[i]);
	pg_json_set(o, "vms", vms);
}

static void set_subsystem(struct pg_json *o, const struct pg_dev *dev)
{
	if (dev->has_subsystem)
		pg_json_set_strf(o, "subsystem", "%04x:%04x", dev->subvendor, dev->subdevice);
	else
		pg_json_set_null(o, "subsystem");
}

/* Only class 0300 has the attribute: nothing else is a boot display. */
static enum pg_tri boot_vga(const struct pg_dev *dev)
{
	return dev->boot_vga == PG_UNKNOWN && dev->class >> 8 != 0x0300 ? PG_NO : dev->boot_vga;
}

static struct pg_json *dev_json(const struct pg_dev *dev)
{
	struct pg_json *o = pg_json_object();

	pg_json_set_str(o, "address", pg_bdf_str(dev->addr).s);
	pg_json_set_strf(o, "class", "%04x", dev->class >> 8);
	pg_json_set_strf(o, "vendor_id", "%04x", dev->vendor);
	pg_json_set_strf(o, "device_id", "%04x", dev->device);
	pg_json_set_strf(o, "revision", "%02x", dev->revision);
	set_subsystem(o, dev);
	pg_json_set_str(o, "name", dev->name);
	pg_json_set_str(o, "vendor", dev->vendor_name);
	pg_json_set_str(o, "driver", dev->driver);
	if (dev->group >= 0)
		pg_json_set_int(o, "iommu_group", dev->group);
	else
		pg_json_set_null(o, "iommu_group");
	pg_json_set_tri(o, "boot_vga", boot_vga(dev));
	pg_json_set_str(o, "kind", pg_kind_name(dev->kind));
	pg_json_set_str(o, "vf_of", dev->is_vf ? pg_bdf_str(dev->physfn).s : NULL);
	set_numbers(o, dev);
	return o;
}

static struct pg_json *list_json(const struct pg_facts *facts, bool all)
{
	struct pg_json *doc = pg_json_object(), *devices = pg_json_array();

	for (size_t i = 0; facts && i < facts->n_dev; i++)
		if (is_listed(&facts->dev[i], all))
			pg_json_add(devices, dev_json(&facts->dev[i]));
	pg_json_set(doc, "devices", devices);
	return doc;
}

/* ---- text ---- */

enum { COL_ADDRESS, COL_NAME, COL_IDS, COL_DRIVER, COL_GROUP, COL_USERS };

static void add_row(const struct pg_cmd_env *env, struct pg_table *t, const struct pg_dev *dev)
{
	struct pg_row *row = pg_table_row(t, NULL);
	pg_autofree char *name = pg_cmd_dev_name(env, dev);
	pg_autofree char *users = pg_cmd_dev_users(dev);
	char ids[16], group[16] = "-";

	(void)snprintf(ids, sizeof(ids), "%04x:%04x", dev->vendor, dev->device);
	if (dev->group >= 0)
		(void)snprintf(group, sizeof(group), "%d", dev->group);
	pg_table_cell(t, row, COL_ADDRESS, PG_TONE_STRONG, pg_bdf_str(dev->addr).s);
	pg_table_cell(t, row, COL_NAME, dev->dead ? PG_TONE_BAD : PG_TONE_PLAIN,
		      dev->dead ? _("does not answer") : name);
	pg_table_cell(t, row, COL_IDS, PG_TONE_PLAIN, ids);
	pg_table_cell(t, row, COL_DRIVER, PG_TONE_PLAIN, dev->driver ? dev->driver : "-");
	pg_table_cell(t, row, COL_GROUP, PG_TONE_PLAIN, group);
	pg_table_cell(t, row, COL_USERS, PG_TONE_PLAIN, users);
}

static int print_table(const struct pg_cmd_env *env, const struct pg_facts *facts, bool all)
{
	struct pg_table *t PG_CLEANUP(pg_table_freep) = pg_table_new(env);
	size_t n = 0;

	pg_table_column(t, "ADDRESS", 0);
	pg_table_column(t, "NAME", PG_COLUMN_CUT);
	pg_table_column(t, "ID", 0);
	pg_table_column(t, "DRIVER", 0);
	pg_table_column(t, "GROUP", PG_COLUMN_RIGHT);
	pg_table_column(t, "USED BY", PG_COLUMN_WRAP);
	for (size_t i = 0; i < facts->n_dev; i++) {
		if (!is_listed(&facts->dev[i], all))
			continue;
		add_row(env, t, &facts->dev[i]);
		n++;
	}
	if (n)
		return pg_table_print(t);
	if (all || !facts->n_dev)
		pg_out_line(env, PG_TONE_PLAIN, "There is no PCI device.");
	else
		pg_out_line(env, PG_TONE_PLAIN,
			    "There is no graphics card. pve-gpu list --all shows every PCI device.");
	return 0;
}

int pg_cmd_list(const struct pg_cmd_env *env, int argc, char **argv)
{
	static const struct option options[] = { { "all", no_argument, NULL, 'a' }, { 0 } };
	struct pg_cmd_host host PG_CLEANUP(pg_cmd_host_done) = { 0 };
	bool all = false, begun = false;
	int c, r;

	while ((c = pg_cmd_getopt(env, argc, argv, options, &begun)) != -1) {
		if (c != 'a')
			return PG_EXIT_USAGE;
		all = true;
	}
	if (optind < argc)
		return pg_cmd_usage(env, argv[0], "%s is one argument too many.", argv[optind]);
	r = pg_cmd_look(env, PG_WANT_DEVICES | PG_WANT_NAMES | PG_WANT_USAGE | PG_WANT_GUESTS |
			     (env->json ? PG_WANT_TRAITS : 0) | (all ? 0 : PG_WANT_ONLY_GPUS), &host);
	if (env->json)
		return pg_cmd_document(env, &host, list_json(host.facts, all), PG_EXIT_OK);
	if (r < 0)
		return PG_EXIT_REFUSED;
	return print_table(env, host.facts, all) < 0 ? PG_EXIT_REFUSED : PG_EXIT_OK;
}
