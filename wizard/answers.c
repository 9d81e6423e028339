/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The answer file, read with libconfuse. Its hazards are kept out: text with "${" is
 * refused, since libconfuse would put the environment in; errors come through a function of
 * ours and are never printed; numbers are read by ours, since "0100" would be octal.
 */
#include "wizard/wizard.h"

#include <confuse.h>
#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "wizard/answers.h"

#define KEYS "devices, vm, bind, primary, pcie, iommu_pt, mapping, romfile, efi_storage, " \
	     "change_machine, change_firmware, accept_loss, trial, pin_nics, repair, usb, " \
	     "usb_mapping, usb_remove, separate, rombar, legacy_igd, keep_driver, vendor_id, " \
	     "device_id, sub_vendor_id, sub_device_id, replace, remove, secure_boot, vga, cpu, " \
	     "no_balloon, hugepages, guest_reachable"
/* Not a name that a file can set: the option has no parser. */
#define CONTEXT "\001"

/* What the callbacks fill; they get it through an option of the pointer type. */
struct reading {
	void *self;		/* what the option points at */
	const char *path;
	struct pg_err *err;
	struct pg_choices *choices;
	bool failed;
	const char *seen[48];	/* options that were set; borrowed from the table */
	size_t n_seen;
	unsigned n_usb;		/* values of usb that were taken: two of them may be alike */
	unsigned n_devices;	/* the same of devices */
};

static struct reading *reading_of(cfg_t *cfg)
{
	return cfg_getptr(cfg, CONTEXT);
}

/* ---- complaints ---- */

static int complain(cfg_t *cfg, const char *fmt, ...) PG_PRINTF(2, 3);

/* The first one counts. Returns 1, as callbacks do that refuse. */
static int complain(cfg_t *cfg, const char *fmt, ...)
{
	struct reading *r = reading_of(cfg);
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	va_list ap;

	va_start(ap, fmt);
	pg_strbuf_vaddf(&b, fmt, ap);
	va_end(ap);
	if (!r->failed)
		(void)pg_err_set(r->err, -EINVAL, r->path,
				 cfg->line > 0 ? (unsigned)cfg->line : 0, "%s",
				 b.s ? b.s : "The line cannot be read.");
	r->failed = true;
	return 1;
}

static void on_error(cfg_t *cfg, const char *fmt, va_list ap) PG_PRINTF(2, 0);

static void on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	const char *text;

	pg_strbuf_vaddf(&b, fmt, ap);
	text = b.s ? b.s : "it cannot be read";
	if (pg_text_starts(text, "no such option"))
		(void)complain(cfg, "There is %s. There are: %s.", text, KEYS);
	else
		(void)complain(cfg, "This line is not right: %s.", text);
}

/* ---- values ---- */

static int once(cfg_t *cfg, cfg_opt_t *opt)
{
	struct reading *r = reading_of(cfg);

	for (size_t i = 0; i < r->n_seen; i++)
		if (strcmp(r->seen[i], opt->name) == 0)
			return complain(cfg, "%s is given twice.", opt->name);
	if (r->n_seen < PG_ARRAY_SIZE(r->seen))
		r->seen[r->n_seen++] = opt->name;
	return 0;
}

/* Called after each value of the list: only the newest is new. One that was taken may be given
 * again, as a part of a device that is joined. */
static int take_device(cfg_t *cfg, cfg_opt_t *opt)
{
	unsigned n = cfg_opt_size(opt);
	const char *text = n ? cfg_opt_getnstr(opt, n - 1) : NULL;
	int r;

	if (!text || n <= reading_of(cfg)->n_devices)
		return 0;
	reading_of(cfg)->n_devices = n;
	r = pg_choices_pick_text(reading_of(cfg)->choices, text);
	if (r == -EINVAL)
		return complain(cfg, "%s is no PCI address. One looks like 0000:01:00.0, or "
				"0000:01:00 for all functions of a card.", text);
	return r < 0 ? complain(cfg, "There is not enough memory.") : 0;
}

static int take_loss(cfg_t *cfg, cfg_opt_t *opt)
{
	unsigned n = cfg_opt_size(opt);
	const char *text = n ? cfg_opt_getnstr(opt, n - 1) : NULL;
	struct pg_bdf addr;
	bool slot;

	if (!text)
		return 0;
	if (pg_usb_is_port(text))
		return pg_strv_add(&reading_of(cfg)->choices->usb_accept, text) < 0 ?
			       complain(cfg, "There is not enough memory.") : 0;
	if (pg_bdf_parse_loose(text, &addr, &slot) < 0 || slot)
		return complain(cfg, "%s is not the address of one function. accept_loss takes "
				"whole ones, like 0000:03:00.0.", text);
	if (pg_choices_accept(reading_of(cfg)->choices, addr) < 0)
		return complain(cfg, "There is not enough memory.");
	return 0;
}

static int take_usb(cfg_t *cfg, cfg_opt_t *opt)
{
	unsigned n = cfg_opt_size(opt);
	const char *text = n ? cfg_opt_getnstr(opt, n - 1) : NULL;
	struct pg_usb_spec spec PG_CLEANUP(pg_usb_spec_done) = { 0 };
	int r = text ? pg_usb_spec_parse(text, &spec) : 0;

	if (n <= reading_of(cfg)->n_usb)
		return 0;
	reading_of(cfg)->n_usb = n;
	if (r == -EINVAL)
		return complain(cfg, "%s is no USB device. It is named by its ids (046d:c31c), by its "
				"port (1-2.3), as mapping=NAME or as spice.", text);
	if (r < 0 || pg_choices_usb(reading_of(cfg)->choices, &spec) < 0)
		return complain(cfg, "There is not enough memory.");
	return 0;
}

static int take_usb_remove(cfg_t *cfg, cfg_opt_t *opt)
{
	unsigned n = cfg_opt_size(opt);
	const char *text = n ? cfg_opt_getnstr(opt, n - 1) : NULL;
	struct pg_strv *keys = &reading_of(cfg)->choices->usb_remove;

	if (!text || pg_strv_has(keys, text))
		return 0;
	if (!pg_is_usb_key(text))
		return complain(cfg, "%s is no USB entry of a VM. They are usb0 to usb13.", text);
	return pg_strv_add(keys, text) < 0 ? complain(cfg, "There is not enough memory.") : 0;
}

static int take_trial(cfg_t *cfg, cfg_opt_t *opt)
{
	struct pg_choices *c = reading_of(cfg)->choices;
	const char *text = cfg_opt_getnstr(opt, 0);
	uint64_t minutes;

	if (once(cfg, opt))
		return 1;
	if (!text || pg_text_number(text, 10, PG_TRIAL_MINUTES_MAX, &minutes) < 0 ||
	    (*text == '0' && text[1]))
		return complain(cfg, "%s is no time for a trial boot. It is given in minutes, from "
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
		return complain(cfg, "%s is no VM number. They go from 100 to 999999999; without "
				"vm only the node is prepared.", text ? text : "");
	reading_of(cfg)->choices->vmid = (uint32_t)vmid;
	return 0;
}

static int take_bind(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = cfg_opt_getnstr(opt, 0);

	if (once(cfg, opt))
		return 1;
	if (!text || pg_bind_parse(text, &reading_of(cfg)->choices->bind) < 0)
		return complain(cfg, "%s is no way to bind. There are: auto, early, address, "
				"at-start.", text ? text : "");
	return 0;
}

static int take_entry(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = cfg_opt_getnstr(opt, 0);

	if (once(cfg, opt))
		return 1;
	if (!text || pg_map_task_parse(text, &reading_of(cfg)->choices->map_task) < 0)
		return complain(cfg, "%s is nothing that can be done to an entry of a mapping. There "
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
			return (char *)reading_of(cfg)->choices + table[i].at;
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
		return complain(cfg, "%s is empty.", opt->name);
	if (to)
		*to = strdup(text);
	return to && *to ? 0 : complain(cfg, "There is not enough memory.");
}

static int take_id(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = cfg_opt_getnstr(opt, 0);
	int32_t *to = FIELD(cfg, ids, opt);
	uint64_t value;

	if (once(cfg, opt))
		return 1;
	if (!text || pg_text_number(text, 16, 0xffff, &value) < 0)
		return complain(cfg, "%s takes four hexadecimal digits, like '10de', not %s.",
				opt->name, text ? text : "");
	if (to)
		*to = (int32_t)value;
	return 0;
}

static int take_replace(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *text = cfg_opt_getnstr(opt, 0);
	char **to = &reading_of(cfg)->choices->replace;

	if (once(cfg, opt))
		return 1;
	if (!text || pg_hostpci_key(text) < 0)
		return complain(cfg, "%s is no entry of a VM. They are hostpci0 to hostpci15.",
				text ? text : "");
	*to = strdup(text);
	return *to ? 0 : complain(cfg, "There is not enough memory.");
}

static int take_remove(cfg_t *cfg, cfg_opt_t *opt)
{
	unsigned n = cfg_opt_size(opt);
	const char *text = n ? cfg_opt_getnstr(opt, n - 1) : NULL;
	struct pg_strv *keys = &reading_of(cfg)->choices->remove;

	if (!text || pg_strv_has(keys, text))
		return 0;
	if (pg_hostpci_key(text) < 0)
		return complain(cfg, "%s is no entry of a VM. They are hostpci0 to hostpci15.", text);
	return pg_strv_add(keys, text) < 0 ? complain(cfg, "There is not enough memory.") : 0;
}

/* ---- the file ---- */

static const struct {
	const char *key;
	cfg_type_t type;
	cfg_flag_t flags;
	cfg_validate_callback_t take;
} keys[] = {
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
};

static cfg_t *make_parser(struct reading *reading)
{
	cfg_opt_t opts[PG_ARRAY_SIZE(keys) + 2] = { 0 };
	size_t n = PG_ARRAY_SIZE(keys);

	for (size_t i = 0; i < n; i++) {
		opts[i].name = keys[i].key;
		opts[i].type = keys[i].type;
		opts[i].flags = keys[i].flags | CFGF_NODEFAULT;
	}
	reading->self = reading;
	opts[n].name = CONTEXT;
	opts[n].type = CFGT_PTR;
	opts[n].simple_value.ptr = &reading->self;
	return cfg_init(opts, CFGF_NONE);
}

static int parse(struct reading *reading, const struct pg_bytes *bytes)
{
	cfg_t *cfg = make_parser(reading);
	int r;

	if (!cfg)
		return -ENOMEM;
	(void)cfg_set_error_function(cfg, on_error);
	for (size_t i = 0; i < PG_ARRAY_SIZE(keys); i++)
		(void)cfg_set_validate_func(cfg, keys[i].key, keys[i].take);
	r = cfg_parse_buf(cfg, bytes->p);
	if (r != CFG_SUCCESS && !reading->failed)
		(void)complain(cfg, "This line is not right.");
	(void)cfg_free(cfg);
	return reading->failed ? -EINVAL : 0;
}

int wiz_answers_parse(const char *path, struct pg_bytes *bytes, struct pg_choices **ret,
		      struct pg_err *err)
{
	struct pg_choices *choices PG_CLEANUP(pg_choices_freep) = pg_choices_new();
	struct reading reading = { .path = path, .err = err, .choices = choices };
	int r = choices ? wiz_answers_hazards(path, bytes, err) : -ENOMEM;

	if (r < 0)
		return r;
	wiz_answers_blank(bytes);
	r = parse(&reading, bytes);
	if (r < 0)
		return r;
	r = wiz_answers_check(path, choices, err);
	if (r < 0)
		return r;
	*ret = PG_STEAL(choices);
	return 0;
}

int wiz_answers_load(const char *path, struct pg_choices **ret, struct pg_err *err)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = wiz_answers_read(path, &bytes, err);

	return r < 0 ? r : wiz_answers_parse(path, &bytes, ret, err);
}
