/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The answer file, read with libconfuse. Its hazards are kept out: text with "${" is
 * refused, since libconfuse would put the environment in; errors come through a function of
 * ours and are never printed; numbers are read by ours, since "0100" would be octal.
 */
#include "wizard/wizard.h"

#include <errno.h>
#include <string.h>

#include "src/base/conf.h"
#include "src/base/i18n.h"
#include "src/base/text.h"
#include "wizard/answers.h"
#include "wizard/answers_keys.h"

#define ANSWERS_MAX ((size_t)1 << 20)
/* Not a name that a file can set: the option has no parser. */
#define CONTEXT "\001"

struct wiz_reading *wiz_reading_of(cfg_t *cfg)
{
	return cfg_getptr(cfg, CONTEXT);
}

/* ---- complaints ---- */

int wiz_answers_complain(cfg_t *cfg, const char *fmt, ...)
{
	struct wiz_reading *r = wiz_reading_of(cfg);
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	va_list ap;

	va_start(ap, fmt);
	pg_strbuf_vaddf(&b, _(fmt), ap);
	va_end(ap);
	if (!r->failed)
		(void)pg_err_set(r->err, -EINVAL, r->path,
				 cfg->line > 0 ? (unsigned)cfg->line : 0, "%s",
				 b.s ? b.s : _("The line cannot be read."));
	r->failed = true;
	return 1;
}

static void unknown(cfg_t *cfg, const char *text)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	for (const struct wiz_answer_key *k = wiz_answer_keys; k->key; k++)
		pg_strbuf_addf(&b, "%s%s", k > wiz_answer_keys ? ", " : "", k->key);
	(void)wiz_answers_complain(cfg, "There is %s. There are: %s.", text, b.s ? b.s : "");
}

static void on_error(cfg_t *cfg, const char *fmt, va_list ap) PG_PRINTF(2, 0);

static void on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	const char *text;

	pg_strbuf_vaddf(&b, fmt, ap);
	text = b.s ? b.s : _("it cannot be read");
	/* libconfuse has catalogues of its own */
	if (pg_text_starts(text, "no such option") ||
	    strcmp(fmt, dgettext("confuse", "no such option '%s'")) == 0)
		unknown(cfg, text);
	else
		(void)wiz_answers_complain(cfg, "This line is not right: %s.", text);
}

/* ---- the file ---- */

static cfg_t *make_parser(struct wiz_reading *reading)
{
	cfg_opt_t opts[WIZ_ANSWER_KEYS_MAX + 2] = { 0 };
	size_t n = 0;

	for (const struct wiz_answer_key *k = wiz_answer_keys; k->key; k++, n++) {
		opts[n].name = k->key;
		opts[n].type = k->type;
		opts[n].flags = k->flags | CFGF_NODEFAULT;
	}
	reading->self = reading;
	opts[n].name = CONTEXT;
	opts[n].type = CFGT_PTR;
	opts[n].simple_value.ptr = &reading->self;
	return cfg_init(opts, CFGF_NONE);
}

static int parse(struct wiz_reading *reading, const struct pg_bytes *bytes)
{
	cfg_t *cfg = make_parser(reading);
	int r;

	if (!cfg)
		return -ENOMEM;
	(void)cfg_set_error_function(cfg, on_error);
	for (const struct wiz_answer_key *k = wiz_answer_keys; k->key; k++)
		(void)cfg_set_validate_func(cfg, k->key, k->take);
	r = cfg_parse_buf(cfg, bytes->p);
	if (r != CFG_SUCCESS && !reading->failed)
		(void)wiz_answers_complain(cfg, "This line is not right.");
	(void)cfg_free(cfg);
	return reading->failed ? -EINVAL : 0;
}

int wiz_answers_parse(const char *path, struct pg_bytes *bytes, struct pg_choices **ret,
		      struct pg_err *err)
{
	struct pg_choices *choices PG_CLEANUP(pg_choices_freep) = pg_choices_new();
	struct wiz_reading reading = { .path = path, .err = err, .choices = choices };
	int r = choices ? pg_conf_hazards(path, bytes, err) : -ENOMEM;

	if (r < 0)
		return r;
	pg_conf_blank(bytes);
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
	int r = pg_conf_read(_("answer file"), path, ANSWERS_MAX, &bytes, err);

	return r < 0 ? r : wiz_answers_parse(path, &bytes, ret, err);
}
