/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/settings.h"

#include <confuse.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/conf.h"
#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/host/collect.h"

#define SETTINGS_MAX ((size_t)64 << 10)
#define FOLDERS_MAX 16
#define CONTEXT "\001"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static const char *const themes[] = {
	[PG_THEME_AUTO] = "auto", [PG_THEME_LIGHT] = "light", [PG_THEME_PLAIN] = "plain",
};

void pg_settings_done(struct pg_settings *s)
{
	free(s->storage);
	free(s->bad);
	pg_strv_done(&s->rules);
	*s = (struct pg_settings){ 0 };
}

int pg_settings_usual(struct pg_settings *ret)
{
	struct pg_settings s = { .trial_minutes = PG_TRIAL_MINUTES };
	int r = pg_strv_add(&s.rules, PG_PATH_RULES);

	if (r == 0)
		*ret = s;
	return r;
}

/* ---- complaints ---- */

static void complain(char **bad, int line, const char *fmt, ...) PG_PRINTF(3, 4);

/* The first one counts. */
static void complain(char **bad, int line, const char *fmt, ...)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	va_list ap;

	if (*bad)
		return;
	va_start(ap, fmt);
	pg_strbuf_vaddf(&b, _(fmt), ap);
	va_end(ap);
	*bad = line > 0 ? pg_strf(PG_PATH_SETTINGS ":%d: %s", line, b.s ? b.s : "") :
			  pg_strf(PG_PATH_SETTINGS ": %s", b.s ? b.s : "");
}

static void on_error(cfg_t *cfg, const char *fmt, va_list ap) PG_PRINTF(2, 0);

static void on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	pg_strbuf_vaddf(&b, _(fmt), ap);
	complain(cfg_getptr(cfg, CONTEXT), cfg->line, _("This line is not right: %s."),
		 b.s ? b.s : _("it cannot be read"));
}

/* ---- values ---- */

static int check_trial(cfg_t *cfg, cfg_opt_t *opt)
{
	long minutes = cfg_opt_getnint(opt, 0);

	if (minutes >= 1 && minutes <= PG_TRIAL_MINUTES_MAX)
		return 0;
	complain(cfg_getptr(cfg, CONTEXT), cfg->line, _("trial takes minutes, from 1 to %d."),
		 PG_TRIAL_MINUTES_MAX);
	return -1;
}

static int find_theme(const char *word)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(themes); i++)
		if (strcmp(word, themes[i]) == 0)
			return (int)i;
	return -1;
}

static int check_theme(cfg_t *cfg, cfg_opt_t *opt)
{
	if (find_theme(cfg_opt_getnstr(opt, 0)) >= 0)
		return 0;
	complain(cfg_getptr(cfg, CONTEXT), cfg->line, _("theme is auto, light or plain."));
	return -1;
}

static int check_mouse(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *word = cfg_opt_getnstr(opt, 0);

	if (strcmp(word, "on") == 0 || strcmp(word, "off") == 0)
		return 0;
	complain(cfg_getptr(cfg, CONTEXT), cfg->line, _("mouse is on or off."));
	return -1;
}

/* PVE::JSONSchema, pve-storage-id */
static int check_storage(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *id = cfg_opt_getnstr(opt, 0);
	size_t n = strlen(id);

	if (n >= 2 && strspn(id, LETTERS) && strspn(id, LETTERS DIGITS "-_.") == n &&
	    strspn(id + n - 1, LETTERS DIGITS))
		return 0;
	complain(cfg_getptr(cfg, CONTEXT), cfg->line, _("storage is the name of a storage of Proxmox."));
	return -1;
}

static int check_rules(cfg_t *cfg, cfg_opt_t *opt)
{
	for (unsigned i = 0; i < cfg_opt_size(opt); i++) {
		const char *folder = cfg_opt_getnstr(opt, i);

		if (*folder == '/' && !strstr(folder, "/../"))
			continue;
		complain(cfg_getptr(cfg, CONTEXT), cfg->line,
			 _("rules are folders, each with its whole path."));
		return -1;
	}
	if (cfg_opt_size(opt) <= FOLDERS_MAX)
		return 0;
	complain(cfg_getptr(cfg, CONTEXT), cfg->line, _("rules are %d folders at most."), FOLDERS_MAX);
	return -1;
}

static int take_rules(cfg_t *cfg, struct pg_strv *ret)
{
	pg_strv_done(ret);
	for (unsigned i = 0; i < cfg_size(cfg, "rules"); i++) {
		const char *folder = cfg_getnstr(cfg, "rules", i);
		size_t n = strlen(folder);

		while (n > 1 && folder[n - 1] == '/')
			n--;
		if (pg_strv_addf(ret, "%.*s", (int)n, folder) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int take(cfg_t *cfg, struct pg_settings *s)
{
	const char *storage = cfg_getstr(cfg, "storage");

	s->trial_minutes = (unsigned)cfg_getint(cfg, "trial");
	s->theme = (enum pg_theme)find_theme(cfg_getstr(cfg, "theme"));
	s->mouse = strcmp(cfg_getstr(cfg, "mouse"), "on") == 0;
	if (storage && *storage && !(s->storage = strdup(storage)))
		return -ENOMEM;
	return take_rules(cfg, &s->rules);
}

/* ---- the file ---- */

static int parse(const struct pg_bytes *bytes, struct pg_settings *s, char **bad)
{
	char folders[] = "{" PG_PATH_RULES "}";
	void *self = bad;
	cfg_opt_t opts[] = {
		CFG_INT("trial", PG_TRIAL_MINUTES, CFGF_NONE),
		CFG_STR("theme", "auto", CFGF_NONE),
		CFG_STR("mouse", "off", CFGF_NONE),
		CFG_STR("storage", NULL, CFGF_NONE),
		CFG_STR_LIST("rules", folders, CFGF_NONE),
		CFG_PTR_CB(CONTEXT, NULL, CFGF_NONE, NULL, NULL),
		CFG_END(),
	};
	cfg_t *cfg;
	int r = 0;

	opts[PG_ARRAY_SIZE(opts) - 2].simple_value.ptr = &self;
	cfg = cfg_init(opts, CFGF_NONE);
	if (!cfg)
		return -ENOMEM;
	(void)cfg_set_error_function(cfg, on_error);
	(void)cfg_set_validate_func(cfg, "trial", check_trial);
	(void)cfg_set_validate_func(cfg, "theme", check_theme);
	(void)cfg_set_validate_func(cfg, "mouse", check_mouse);
	(void)cfg_set_validate_func(cfg, "storage", check_storage);
	(void)cfg_set_validate_func(cfg, "rules", check_rules);
	if (cfg_parse_buf(cfg, bytes->p) != CFG_SUCCESS)
		complain(bad, cfg->line, _("This line is not right."));
	if (!*bad)
		r = take(cfg, s);
	(void)cfg_free(cfg);
	return r;
}

int pg_settings_parse(struct pg_bytes *bytes, struct pg_settings *ret)
{
	struct pg_settings s PG_CLEANUP(pg_settings_done) = { 0 };
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	char *bad = NULL;
	int r = pg_settings_usual(&s);

	if (r == 0 && pg_conf_hazards(PG_PATH_SETTINGS, bytes, &err) < 0)
		complain(&bad, (int)err.line, "%s", err.what ? err.what : "");
	else if (r == 0 && bytes->n) {
		pg_conf_blank(bytes);
		r = parse(bytes, &s, &bad);
	}
	s.bad = bad;
	if (r < 0)
		return r;
	*ret = s;
	s = (struct pg_settings){ 0 };
	return 0;
}

int pg_collect_settings(const struct pg_root *root, struct pg_facts *facts)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = pg_root_read(root, PG_PATH_SETTINGS, SETTINGS_MAX, &bytes);

	if (r == 0)
		return pg_settings_parse(&bytes, &facts->settings);
	r = pg_note_unread(facts, PG_PATH_SETTINGS, r);
	return r < 0 ? r : pg_settings_usual(&facts->settings);
}
