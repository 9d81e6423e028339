/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The answer file, read with libconfuse. Its hazards are kept out: text with "${" is
 * refused, since libconfuse would put the environment in; errors come through a function of
 * ours and are never printed; numbers are read by ours, since "0100" would be octal.
 */
#include "wizard/wizard.h"

#include <confuse.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "src/base/text.h"

#define ANSWERS_MAX ((size_t)1 << 20)
#define KEYS "devices, vm, bind, primary, pcie, iommu_pt, mapping, romfile, efi_storage, " \
	     "change_machine, change_firmware, accept_loss, trial, pin_nics, repair, usb, " \
	     "usb_mapping, usb_remove"
/* Not a name that a file can set: the option has no parser. */
#define CONTEXT "\001"

/* What the callbacks fill; they get it through an option of the pointer type. */
struct reading {
	void *self;		/* what the option points at */
	const char *path;
	struct pg_err *err;
	struct pg_choices *choices;
	bool failed;
	const char *seen[24];	/* options that were set; borrowed from the table */
	size_t n_seen;
	unsigned n_usb;		/* values of usb that were taken: two of them may be alike */
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

/* Called after each value of the list: only the newest is new. */
static int take_device(cfg_t *cfg, cfg_opt_t *opt)
{
	unsigned n = cfg_opt_size(opt);
	const char *text = n ? cfg_opt_getnstr(opt, n - 1) : NULL;
	struct pg_bdf addr;
	bool slot;

	if (!text)
		return 0;
	if (pg_bdf_parse_loose(text, &addr, &slot) < 0)
		return complain(cfg, "%s is no PCI address. One looks like 0000:01:00.0, or "
				"0000:01:00 for all functions of a card.", text);
	if (pg_choices_pick(reading_of(cfg)->choices, addr, slot) < 0)
		return complain(cfg, "There is not enough memory.");
	return 0;
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

static int take_pcie(cfg_t *cfg, cfg_opt_t *opt)
{
	reading_of(cfg)->choices->pcie = cfg_opt_getnbool(opt, 0) ? PG_YES : PG_NO;
	return once(cfg, opt);
}

static int take_flag(cfg_t *cfg, cfg_opt_t *opt)
{
	struct pg_choices *c = reading_of(cfg)->choices;
	bool on = cfg_opt_getnbool(opt, 0);

	if (strcmp(opt->name, "primary") == 0)
		c->primary = on;
	else if (strcmp(opt->name, "iommu_pt") == 0)
		c->iommu_pt = on;
	else if (strcmp(opt->name, "change_machine") == 0)
		c->change_machine = on;
	else if (strcmp(opt->name, "pin_nics") == 0)
		c->pin_nics = on;
	else if (strcmp(opt->name, "repair") == 0)
		c->repair = on;
	else
		c->change_firmware = on;
	return once(cfg, opt);
}

static int take_string(cfg_t *cfg, cfg_opt_t *opt)
{
	struct pg_choices *c = reading_of(cfg)->choices;
	const char *text = cfg_opt_getnstr(opt, 0);
	char **field = strcmp(opt->name, "mapping") == 0     ? &c->mapping :
		       strcmp(opt->name, "romfile") == 0     ? &c->romfile :
		       strcmp(opt->name, "usb_mapping") == 0 ? &c->usb_mapping :
							       &c->efi_storage;

	if (once(cfg, opt))
		return 1;
	if (!text || !*text)
		return complain(cfg, "%s is empty.", opt->name);
	*field = strdup(text);
	return *field ? 0 : complain(cfg, "There is not enough memory.");
}

/* ---- the file ---- */

/* A relative path is taken from the current folder, as everywhere. */
static int read_file(const char *path, struct pg_bytes *ret, struct pg_err *err)
{
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;
	pg_autofree char *whole = NULL;
	char cwd[PATH_MAX];
	int r = pg_root_open("/", &root, err);

	if (r < 0)
		return r;
	if (*path != '/' && !getcwd(cwd, sizeof(cwd)))
		return pg_err_set(err, -errno, path, 0, "The current folder is gone.");
	whole = *path == '/' ? strdup(path) : pg_strf("%s/%s", cwd, path);
	if (!whole)
		return -ENOMEM;
	r = pg_root_read(root, whole, ANSWERS_MAX, ret);
	if (r < 0)
		return pg_err_set(err, r, path, 0, "The answer file cannot be read: %s.",
				  r == -EINVAL ? "it is not a plain file" : pg_err_reason(r));
	return 0;
}

static int refuse_hazards(const char *path, const struct pg_bytes *b, struct pg_err *err)
{
	unsigned line = 1;

	for (size_t i = 0; i < b->n; i++) {
		if (b->p[i] == '\n')
			line++;
		else if (b->p[i] == '\0')
			return pg_err_set(err, -EINVAL, path, line,
					  "There is a NUL byte in it: this is no text file.");
		else if (b->p[i] == '$' && b->p[i + 1] == '{')
			return pg_err_set(err, -EINVAL, path, line,
					  "\"${\" is not taken: answers must not depend on the "
					  "environment.");
	}
	return 0;
}

/* Where a comment that begins at p ends; NULL: there is none. */
static const char *comment_end(const char *p, const char *start)
{
	const char *end;

	if (*p != '#' && (*p != '/' || (p != start && !strchr(" \t\n={},", p[-1]))))
		return NULL;
	if (*p == '#' || p[1] == '/')
		return p + strcspn(p, "\n");
	end = p[1] == '*' ? strstr(p + 2, "*/") : NULL;
	return end ? end + 2 : NULL;
}

/* Comments become blanks: libconfuse 3.3 counts lines wrongly after them, and an error would
 * be told in the wrong place. */
static void blank_comments(struct pg_bytes *b)
{
	char quote = '\0';

	for (char *p = b->p; *p; p++) {
		const char *end = quote ? NULL : comment_end(p, b->p);

		for (; end && p < end; p++)
			*p = *p == '\n' ? '\n' : ' ';
		if (end)
			p--;
		else if (quote && *p == '\\' && p[1])
			p++;
		else if (quote && *p == quote)
			quote = '\0';
		else if (!quote && (*p == '"' || *p == '\''))
			quote = *p;
	}
}

static cfg_t *make_parser(struct reading *reading)
{
	cfg_opt_t opts[] = {
		CFG_STR_LIST("devices", NULL, CFGF_NODEFAULT),
		CFG_STR("vm", NULL, CFGF_NODEFAULT),
		CFG_STR("bind", NULL, CFGF_NODEFAULT),
		CFG_BOOL("primary", cfg_false, CFGF_NODEFAULT),
		CFG_BOOL("pcie", cfg_false, CFGF_NODEFAULT),
		CFG_BOOL("iommu_pt", cfg_false, CFGF_NODEFAULT),
		CFG_STR("mapping", NULL, CFGF_NODEFAULT),
		CFG_STR("romfile", NULL, CFGF_NODEFAULT),
		CFG_STR("efi_storage", NULL, CFGF_NODEFAULT),
		CFG_BOOL("change_machine", cfg_false, CFGF_NODEFAULT),
		CFG_BOOL("change_firmware", cfg_false, CFGF_NODEFAULT),
		CFG_STR_LIST("accept_loss", NULL, CFGF_NODEFAULT),
		CFG_STR("trial", NULL, CFGF_NODEFAULT),
		CFG_BOOL("pin_nics", cfg_false, CFGF_NODEFAULT),
		CFG_BOOL("repair", cfg_false, CFGF_NODEFAULT),
		CFG_STR_LIST("usb", NULL, CFGF_NODEFAULT),
		CFG_STR("usb_mapping", NULL, CFGF_NODEFAULT),
		CFG_STR_LIST("usb_remove", NULL, CFGF_NODEFAULT),
		{ .name = CONTEXT, .type = CFGT_PTR, .simple_value = { .ptr = &reading->self } },
		CFG_END(),
	};

	reading->self = reading;
	return cfg_init(opts, CFGF_NONE);
}

static const struct {
	const char *key;
	cfg_validate_callback_t take;
} keys[] = {
	{ "devices", take_device },	{ "vm", take_vm },
	{ "bind", take_bind },		{ "primary", take_flag },
	{ "pcie", take_pcie },		{ "iommu_pt", take_flag },
	{ "mapping", take_string },	{ "romfile", take_string },
	{ "efi_storage", take_string }, { "change_machine", take_flag },
	{ "change_firmware", take_flag }, { "accept_loss", take_loss },
	{ "trial", take_trial },	{ "pin_nics", take_flag },
	{ "repair", take_flag },	{ "usb", take_usb },
	{ "usb_mapping", take_string }, { "usb_remove", take_usb_remove },
};

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
	int r = choices ? refuse_hazards(path, bytes, err) : -ENOMEM;

	if (r < 0)
		return r;
	blank_comments(bytes);
	r = parse(&reading, bytes);
	if (r < 0)
		return r;
	if (choices->repair && (choices->n_pick || choices->vmid || pg_choices_has_usb(choices)))
		return pg_err_set(err, -EINVAL, path, 0,
				  "repair goes without devices and vm: it changes what is set up "
				  "already.");
	if (choices->n_pick == 0 && !choices->repair && !pg_choices_has_usb(choices))
		return pg_err_set(err, -EINVAL, path, 0,
				  "It names no device. Add a line like devices = "
				  "{'0000:01:00.0', '0000:01:00.1'}.");
	*ret = PG_STEAL(choices);
	return 0;
}

int wiz_answers_load(const char *path, struct pg_choices **ret, struct pg_err *err)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = read_file(path, &bytes, err);

	return r < 0 ? r : wiz_answers_parse(path, &bytes, ret, err);
}
