/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each key of the answer file takes, and where in the choices it goes. */
#include "wizard/answers_keys.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

static int once(cfg_t *cfg, cfg_opt_t *opt)
{
	struct wiz_reading *r = wiz_reading_of(cfg);

	for (size_t i = 0; i < r->n_seen; i++)
		if (strcmp(r->seen[i], opt->name) == 0)
			return wiz_answers_complain(cfg, "%s is given twice.", opt->name);
	if (r->n_seen < PG_ARRAY_SIZE(r->seen))
		r->seen[r->n_seen++] = opt->name;
	return 0;
}

static int no_memory(cfg_t *cfg)
{
	return wiz_answers_complain(cfg, "There is not enough memory.");
}

/* A list's function is called after each of its values. */
static const char *newest(cfg_opt_t *opt)
{
	unsigned n = cfg_opt_size(opt);

	return n ? cfg_opt_getnstr(opt, n - 1) : NULL;
}

static int add(cfg_t *cfg, struct pg_strv *to, const char *text)
{
	return pg_strv_has(to, text) || pg_strv_add(to, text) == 0 ? 0 : no_memory(cfg);
}

/* Called after each value of the list: only the newest is new. One that was taken may be given
 * again, as a part of a device that is joined. */
static int take_device(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = newest(opt);
	unsigned n = cfg_opt_size(opt);
	int r;

	if (!text || n <= wiz_reading_of(cfg)->n_devices)
		return 0;
	wiz_reading_of(cfg)->n_devices = n;
	r = pg_choices_pick_text(wiz_reading_of(cfg)->choices, text);
	if (r == -EINVAL)
		return wiz_answers_complain(cfg, "%s is no PCI address. One looks like 0000:01:00.0, or "
				"0000:01:00 for all functions of a card.", text);
	return r < 0 ? no_memory(cfg) : 0;
}

static int take_loss(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = newest(opt);
	struct pg_bdf addr;
	bool slot;

	if (!text)
		return 0;
	if (pg_usb_is_port(text))
		return add(cfg, &wiz_reading_of(cfg)->choices->usb_accept, text);
	if (pg_bdf_parse_loose(text, &addr, &slot) < 0 || slot)
		return wiz_answers_complain(cfg, "%s is not the address of one function. accept_loss takes "
				"whole ones, like 0000:03:00.0.", text);
	if (pg_choices_accept(wiz_reading_of(cfg)->choices, addr) < 0)
		return no_memory(cfg);
	return 0;
}

static int take_usb(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = newest(opt);
	unsigned n = cfg_opt_size(opt);
	struct pg_usb_spec spec PG_CLEANUP(pg_usb_spec_done) = { 0 };
	int r = text ? pg_usb_spec_parse(text, &spec) : 0;

	if (n <= wiz_reading_of(cfg)->n_usb)
		return 0;
	wiz_reading_of(cfg)->n_usb = n;
	if (r == -EINVAL)
		return wiz_answers_complain(cfg, "%s is no USB device. It is named by its ids (046d:c31c), by its "
				"port (1-2.3), as mapping=NAME or as spice.", text);
	if (r < 0 || pg_choices_usb(wiz_reading_of(cfg)->choices, &spec) < 0)
		return no_memory(cfg);
	return 0;
}

static int take_usb_remove(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = newest(opt);
	struct pg_strv *keys = &wiz_reading_of(cfg)->choices->usb_remove;

	if (!text)
		return 0;
	if (!pg_is_usb_key(text))
		return wiz_answers_complain(cfg, "%s is no USB entry of a VM. They are usb0 to usb13.", text);
	return add(cfg, keys, text);
}

static int take_trial(cfg_t *cfg, cfg_opt_t *opt)
{
	struct pg_choices *c = wiz_reading_of(cfg)->choices;
	const char *text = cfg_opt_getnstr(opt, 0);
	uint64_t minutes;

	if (once(cfg, opt))
		return 1;
	if (!text || pg_text_number(text, 10, PG_TRIAL_MINUTES_MAX, &minutes) < 0 ||
	    (*text == '0' && text[1]))
		return wiz_answers_complain(cfg, "%s is no time for a trial boot. It is given in minutes, from "
				"1 to %d; 0 means none.", text ? text : "", PG_TRIAL_MINUTES_MAX);
	c->trial = minutes ? PG_YES : PG_NO;
	c->trial_minutes = (unsigned)minutes;
	return 0;
}

static int take_vm(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = cfg_opt_getnstr(opt, 0);
	uint64_t vmid;

	if (once(cfg, opt))
		return 1;
	if (!text || *text == '0' || pg_text_number(text, 10, 999999999, &vmid) < 0 ||
	    vmid < 100)
		return wiz_answers_complain(cfg, "%s is no VM number. They go from 100 to 999999999; without "
				"vm only the node is prepared.", text ? text : "");
	wiz_reading_of(cfg)->choices->vmid = (uint32_t)vmid;
	return 0;
}

static int take_bind(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = cfg_opt_getnstr(opt, 0);

	if (once(cfg, opt))
		return 1;
	if (!text || pg_bind_parse(text, &wiz_reading_of(cfg)->choices->bind) < 0)
		return wiz_answers_complain(cfg, "%s is no way to bind. There are: auto, early, address, "
				"at-start.", text ? text : "");
	return 0;
}

/* "0000:07:00.0 4" */
static int take_sriov(cfg_t *cfg, cfg_opt_t *opt)
{
	struct pg_sriov_want *want = &wiz_reading_of(cfg)->choices->sriov;
	struct pg_strv word PG_CLEANUP(pg_strv_done) = { 0 };
	const char *text = cfg_opt_getnstr(opt, 0);
	uint64_t count;
	bool slot;

	if (once(cfg, opt))
		return 1;
	if (pg_strv_split(text ? text : "", " ", &word) < 0)
		return no_memory(cfg);
	if (word.n != 2 || pg_bdf_parse_loose(word.v[0], &want->pf, &slot) < 0 || slot ||
	    pg_text_number(word.v[1], 10, UINT16_MAX, &count) < 0)
		return wiz_answers_complain(cfg, "%s is no number of virtual functions of a device. It looks "
				"like '0000:07:00.0 4'.", text ? text : "");
	want->count = (unsigned)count;
	want->wanted = true;
	return 0;
}

static int take_vf_driver(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = cfg_opt_getnstr(opt, 0);

	if (once(cfg, opt))
		return 1;
	if (!text || (strcmp(text, "host") != 0 && strcmp(text, "none") != 0))
		return wiz_answers_complain(cfg, "vf_driver is 'host' or 'none', not %s.", text ? text : "");
	wiz_reading_of(cfg)->choices->sriov.host_driver = strcmp(text, "host") == 0 ? PG_YES : PG_NO;
	return 0;
}

static int take_vf(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = newest(opt);
	int r = text ? pg_choices_vf_text(wiz_reading_of(cfg)->choices, text) : 0;

	if (r == -EINVAL)
		return wiz_answers_complain(cfg, "%s are no settings of a virtual function. They look like "
				"'0,mac=02:11:22:33:44:55,vlan=10,trust=on,spoofchk=off'.", text);
	return r < 0 ? no_memory(cfg) : 0;
}

static int take_entry(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = cfg_opt_getnstr(opt, 0);

	if (once(cfg, opt))
		return 1;
	if (!text || pg_map_task_parse(text, &wiz_reading_of(cfg)->choices->map_task) < 0)
		return wiz_answers_complain(cfg, "%s is nothing that can be done to an entry of a mapping. There "
				"are: give, replace, add, remove.", text ? text : "");
	return 0;
}

/* Where the value of a plain key goes. */
struct field {
	const char *key;
	size_t at;
};

static const struct field flags[] = {
	{ "primary", offsetof(struct pg_choices, primary) },
	{ "iommu_pt", offsetof(struct pg_choices, iommu_pt) },
	{ "change_machine", offsetof(struct pg_choices, change_machine) },
	{ "change_firmware", offsetof(struct pg_choices, change_firmware) },
	{ "pin_nics", offsetof(struct pg_choices, pin_nics) },
	{ "repair", offsetof(struct pg_choices, repair) },
	{ "separate", offsetof(struct pg_choices, separate) },
	{ "secure_boot", offsetof(struct pg_choices, secure_boot) },
	{ "no_balloon", offsetof(struct pg_choices, no_balloon) },
	{ "guest_reachable", offsetof(struct pg_choices, guest_reachable) },
};

static const struct field switches[] = {
	{ "pcie", offsetof(struct pg_choices, pcie) },
	{ "rombar", offsetof(struct pg_choices, pci.rombar) },
	{ "legacy_igd", offsetof(struct pg_choices, pci.legacy_igd) },
	{ "keep_driver", offsetof(struct pg_choices, pci.keep_driver) },
};

static const struct field texts[] = {
	{ "mapping", offsetof(struct pg_choices, mapping) },
	{ "romfile", offsetof(struct pg_choices, romfile) },
	{ "usb_mapping", offsetof(struct pg_choices, usb_mapping) },
	{ "efi_storage", offsetof(struct pg_choices, efi_storage) },
	{ "vga", offsetof(struct pg_choices, vga) },
	{ "cpu", offsetof(struct pg_choices, cpu) },
	{ "mdev", offsetof(struct pg_choices, mdev) },
	{ "hugepages", offsetof(struct pg_choices, hugepages) },
};

static const struct field ids[] = {
	{ "vendor_id", offsetof(struct pg_choices, pci.id[PG_VENDOR_ID]) },
	{ "device_id", offsetof(struct pg_choices, pci.id[PG_DEVICE_ID]) },
	{ "sub_vendor_id", offsetof(struct pg_choices, pci.id[PG_SUB_VENDOR_ID]) },
	{ "sub_device_id", offsetof(struct pg_choices, pci.id[PG_SUB_DEVICE_ID]) },
};

#define FIELD(cfg, table, opt) field_of(cfg, table, PG_ARRAY_SIZE(table), opt)

/* The field of the choices that the option fills; every option has one. */
static void *field_of(cfg_t *cfg, const struct field *table, size_t n, const cfg_opt_t *opt)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(table[i].key, opt->name) == 0)
			return (char *)wiz_reading_of(cfg)->choices + table[i].at;
	return NULL;
}

static int take_flag(cfg_t *cfg, cfg_opt_t *opt)
{
	bool *to = FIELD(cfg, flags, opt);

	if (to)
		*to = cfg_opt_getnbool(opt, 0);
	return once(cfg, opt);
}

static int take_switch(cfg_t *cfg, cfg_opt_t *opt)
{
	enum pg_tri *to = FIELD(cfg, switches, opt);

	if (to)
		*to = cfg_opt_getnbool(opt, 0) ? PG_YES : PG_NO;
	return once(cfg, opt);
}

static int take_string(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = cfg_opt_getnstr(opt, 0);
	char **to = FIELD(cfg, texts, opt);

	if (once(cfg, opt))
		return 1;
	if (!text || !*text)
		return wiz_answers_complain(cfg, "%s is empty.", opt->name);
	if (to)
		*to = strdup(text);
	return to && *to ? 0 : no_memory(cfg);
}

static int take_id(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = cfg_opt_getnstr(opt, 0);
	int32_t *to = FIELD(cfg, ids, opt);
	uint64_t value;

	if (once(cfg, opt))
		return 1;
	if (!text || pg_text_number(text, 16, 0xffff, &value) < 0)
		return wiz_answers_complain(cfg, "%s takes four hexadecimal digits, like '10de', not %s.",
				opt->name, text ? text : "");
	if (to)
		*to = (int32_t)value;
	return 0;
}

static int take_replace(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = cfg_opt_getnstr(opt, 0);
	char **to = &wiz_reading_of(cfg)->choices->replace;

	if (once(cfg, opt))
		return 1;
	if (!text || pg_hostpci_key(text) < 0)
		return wiz_answers_complain(cfg, "%s is no entry of a VM. They are hostpci0 to hostpci15.",
				text ? text : "");
	*to = strdup(text);
	return *to ? 0 : no_memory(cfg);
}

static int take_remove(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = newest(opt);
	struct pg_strv *keys = &wiz_reading_of(cfg)->choices->remove;

	if (!text)
		return 0;
	if (pg_hostpci_key(text) < 0)
		return wiz_answers_complain(cfg, "%s is no entry of a VM. They are hostpci0 to hostpci15.", text);
	return add(cfg, keys, text);
}

/* ---- all of them ---- */

const struct wiz_answer_key wiz_answer_keys[WIZ_ANSWER_KEYS_MAX + 1] = {
	{ "devices", CFGT_STR, CFGF_LIST, take_device },
	{ "vm", CFGT_STR, 0, take_vm },
	{ "bind", CFGT_STR, 0, take_bind },
	{ "primary", CFGT_BOOL, 0, take_flag },
	{ "pcie", CFGT_BOOL, 0, take_switch },
	{ "iommu_pt", CFGT_BOOL, 0, take_flag },
	{ "mapping", CFGT_STR, 0, take_string },
	{ "mapping_entry", CFGT_STR, 0, take_entry },
	{ "romfile", CFGT_STR, 0, take_string },
	{ "efi_storage", CFGT_STR, 0, take_string },
	{ "change_machine", CFGT_BOOL, 0, take_flag },
	{ "change_firmware", CFGT_BOOL, 0, take_flag },
	{ "accept_loss", CFGT_STR, CFGF_LIST, take_loss },
	{ "trial", CFGT_STR, 0, take_trial },
	{ "pin_nics", CFGT_BOOL, 0, take_flag },
	{ "repair", CFGT_BOOL, 0, take_flag },
	{ "sriov", CFGT_STR, 0, take_sriov },
	{ "vf_driver", CFGT_STR, 0, take_vf_driver },
	{ "vf", CFGT_STR, CFGF_LIST, take_vf },
	{ "usb", CFGT_STR, CFGF_LIST, take_usb },
	{ "usb_mapping", CFGT_STR, 0, take_string },
	{ "usb_remove", CFGT_STR, CFGF_LIST, take_usb_remove },
	{ "separate", CFGT_BOOL, 0, take_flag },
	{ "rombar", CFGT_BOOL, 0, take_switch },
	{ "legacy_igd", CFGT_BOOL, 0, take_switch },
	{ "keep_driver", CFGT_BOOL, 0, take_switch },
	{ "vendor_id", CFGT_STR, 0, take_id },
	{ "device_id", CFGT_STR, 0, take_id },
	{ "sub_vendor_id", CFGT_STR, 0, take_id },
	{ "sub_device_id", CFGT_STR, 0, take_id },
	{ "replace", CFGT_STR, 0, take_replace },
	{ "remove", CFGT_STR, CFGF_LIST, take_remove },
	{ "secure_boot", CFGT_BOOL, 0, take_flag },
	{ "vga", CFGT_STR, 0, take_string },
	{ "cpu", CFGT_STR, 0, take_string },
	{ "hugepages", CFGT_STR, 0, take_string },
	{ "no_balloon", CFGT_BOOL, 0, take_flag },
	{ "guest_reachable", CFGT_BOOL, 0, take_flag },
	{ "mdev", CFGT_STR, 0, take_string },
};
