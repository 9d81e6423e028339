/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file of rules, read with libconfuse:
 *
 *	rule 'iommu-not-there' {
 *		level = block
 *		when = 'iommu.active = no'
 *		message = { 'IOMMU not present' }
 *		text = '…'
 *	}
 *
 * Syntax is its business; what a rule must have and may say is looked at here, afterwards.
 */
#include <confuse.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "src/base/conf.h"
#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/fact.h"

/* Not a name that a file can set: the option has no parser. */
#define CONTEXT "\001"

struct reading {
	void *self;
	const char *path;
	const struct pg_bytes *bytes;
	struct pg_err *err;
	bool failed;
};

void pg_rules_done(struct pg_rules *rules)
{
	for (size_t i = 0; i < rules->n; i++) {
		struct pg_rule *rule = &rules->v[i];
		char *const owned[] = { rule->id,  rule->text,	 rule->evidence, rule->advice,
					rule->fix, rule->ask, rule->source,   rule->path, rule->title };

		for (size_t k = 0; k < PG_ARRAY_SIZE(owned); k++)
			free(owned[k]);
		pg_strv_done(&rule->found);
		pg_strv_done(&rule->message);
		pg_strv_done(&rule->symptom);
		pg_expr_free(rule->when);
	}
	free(rules->v);
	*rules = (struct pg_rules){ 0 };
}

const struct pg_rule *pg_rules_find(const struct pg_rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->n; i++)
		if (strcmp(rules->v[i].id, id) == 0)
			return &rules->v[i];
	return NULL;
}

/* ---- complaints ---- */

/* Where a rule begins: libconfuse knows where it ends. */
static unsigned line_of(const struct pg_bytes *bytes, const char *id)
{
	size_t pos = 0, len, full;
	const char *line;

	for (unsigned n = 1; pg_text_line(bytes->p, bytes->n, &pos, &line, &len, &full); n++) {
		size_t blanks = strspn(line, " \t");

		if (pg_text_starts(line + blanks, "rule") && memmem(line, len, id, strlen(id)))
			return n;
	}
	return 0;
}

static void complain(struct reading *r, unsigned line, const char *fmt, ...) PG_PRINTF(3, 4);

/* The first complaint counts. */
static void complain(struct reading *r, unsigned line, const char *fmt, ...)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	va_list ap;

	va_start(ap, fmt);
	pg_strbuf_vaddf(&b, _(fmt), ap);
	va_end(ap);
	if (!r->failed)
		(void)pg_err_set(r->err, -EINVAL, r->path, line, "%s",
				 b.s ? b.s : _("The line cannot be read."));
	r->failed = true;
}

static void on_error(cfg_t *cfg, const char *fmt, va_list ap) PG_PRINTF(2, 0);

static void on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	pg_strbuf_vaddf(&b, _(fmt), ap);
	complain(cfg_getptr(cfg, CONTEXT), cfg->line > 0 ? (unsigned)cfg->line : 0,
		 _("This line is not right: %s."), b.s ? b.s : _("it cannot be read"));
}

/* ---- one rule ---- */

/* A text that was given, in the person's language; blanks and line ends in it are one blank each. */
static int take_text(cfg_t *sec, const char *key, char **ret)
{
	const char *text = cfg_getstr(sec, key);
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	if (!text)
		return 0;
	for (; *text; text++) {
		bool blank = isspace((unsigned char)*text);

		if (!blank)
			pg_strbuf_addc(&b, *text);
		else if (b.len && b.s[b.len - 1] != ' ')
			pg_strbuf_addc(&b, ' ');
	}
	if (pg_strbuf_error(&b) < 0)
		return -ENOMEM;
	*ret = strdup(_(b.s ? b.s : ""));
	return *ret ? 0 : -ENOMEM;
}

static int take_list(cfg_t *sec, const char *key, struct pg_strv *ret)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < cfg_size(sec, key); i++)
		r = pg_strv_add(ret, cfg_getnstr(sec, key, i));
	return r;
}

static int take_level(struct reading *r, cfg_t *sec, struct pg_rule *rule)
{
	const char *word = cfg_getstr(sec, "level");

	for (int level = PG_LEVEL_NOTE; word && level <= PG_LEVEL_BLOCK; level++)
		if (strcmp(word, pg_level_name((enum pg_level)level)) == 0) {
			rule->level = (enum pg_level)level;
			return 0;
		}
	complain(r, rule->line, _("The rule '%s' needs a level: block, warn or note."), rule->id);
	return 0;
}

static int take_scope(struct reading *r, cfg_t *sec, struct pg_rule *rule)
{
	const char *word = cfg_getstr(sec, "scope");

	for (int scope = PG_SCOPE_HOST; word && scope <= PG_SCOPE_VM; scope++)
		if (strcmp(word, pg_scope_name((enum pg_scope)scope)) == 0) {
			rule->scope = (enum pg_scope)scope;
			return 0;
		}
	if (word)
		complain(r, rule->line, _("The scope of the rule '%s' is one of host, device and vm."),
			 rule->id);
	return 0;
}

static enum pg_value_type fact_type(const char *name)
{
	const struct pg_fact *fact = pg_fact_find(name);

	return fact ? fact->type : PG_VALUE_UNKNOWN;
}

static bool fits(const struct pg_fact *fact, enum pg_scope scope)
{
	return fact->scope == PG_SCOPE_HOST || fact->scope == scope;
}

struct scope_check {
	struct reading *r;
	const struct pg_rule *rule;
};

static int check_scope(const char *name, void *ctx)
{
	const struct scope_check *c = ctx;

	if (!fits(pg_fact_find(name), c->rule->scope))
		complain(c->r, c->rule->line,
			 _("The rule '%s' is about %s: it cannot ask for %s."), c->rule->id,
			 pg_scope_name(c->rule->scope), name);
	return 0;
}

static int take_when(struct reading *r, cfg_t *sec, struct pg_rule *rule)
{
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct scope_check check = { r, rule };
	const char *text = cfg_getstr(sec, "when");
	int res = text ? pg_expr_parse(text, fact_type, &rule->when, &err) : 0;

	if (res == -EINVAL) {
		complain(r, rule->line, _("The condition of the rule '%s' cannot be read: %s"), rule->id,
			 err.what ? err.what : "");
		return 0;
	}
	return res < 0 || !rule->when ? res : pg_expr_facts(rule->when, check_scope, &check);
}

/* "{device.name}" in a text: is there such a fact? */
static void check_text(struct reading *r, const struct pg_rule *rule, const char *text)
{
	for (const char *p = text ? strchr(text, '{') : NULL; p; p = strchr(p + 1, '{')) {
		pg_autofree char *name = strndup(p + 1, strcspn(p + 1, "}"));
		const struct pg_fact *fact = name ? pg_fact_find(name) : NULL;

		if (!fact || !fits(fact, rule->scope))
			complain(r, rule->line,
				 _("In a text of the rule '%s' stands {%.40s}, which is no fact of %s."),
				 rule->id, name ? name : "", pg_scope_name(rule->scope));
	}
}

static void check_rule(struct reading *r, const struct pg_rule *rule)
{
	if (!rule->text || !*rule->text)
		complain(r, rule->line, _("The rule '%s' needs a text."), rule->id);
	if (!rule->when && !rule->message.n && !rule->found.n && !rule->ask)
		complain(r, rule->line,
			 _("The rule '%s' can never hold: it needs when, message, found or ask."),
			 rule->id);
	for (size_t i = 0; i < rule->message.n; i++) {
		const char *why = pg_message_check(rule->message.v[i]);

		if (why)
			complain(r, rule->line, _("A message of the rule '%s' is not right: %s."),
				 rule->id, why);
	}
	for (size_t i = 0; i < rule->symptom.n; i++)
		if (!pg_symptom_find(rule->symptom.v[i]))
			complain(r, rule->line, _("The rule '%s' names a symptom that there is not: %.40s."),
				 rule->id, rule->symptom.v[i]);
	check_text(r, rule, rule->text);
	check_text(r, rule, rule->evidence);
	check_text(r, rule, rule->advice);
	check_text(r, rule, rule->fix);
}

static int take_rule(struct reading *r, cfg_t *sec, struct pg_rules *rules)
{
	struct pg_rule *rule = pg_vec_add(&rules->v, &rules->n, sizeof(*rule));
	long row = cfg_getint(sec, "row");
	int res;

	if (!rule)
		return -ENOMEM;
	rule->id = strdup(cfg_title(sec));
	rule->path = strdup(r->path);
	if (!rule->id || !rule->path)
		return -ENOMEM;
	rule->line = line_of(r->bytes, rule->id);
	rule->row = row > 0 && row < 10000 ? (unsigned)row : 0;
	if (!*rule->id || rule->id[strspn(rule->id, "abcdefghijklmnopqrstuvwxyz0123456789-")])
		complain(r, rule->line, _("The name of a rule has small letters, digits and '-'."));
	res = take_text(sec, "text", &rule->text);
	res = res < 0 ? res : take_text(sec, "title", &rule->title);
	res = res < 0 ? res : take_text(sec, "evidence", &rule->evidence);
	res = res < 0 ? res : take_text(sec, "advice", &rule->advice);
	res = res < 0 ? res : take_text(sec, "fix", &rule->fix);
	res = res < 0 ? res : take_text(sec, "ask", &rule->ask);
	res = res < 0 ? res : take_text(sec, "source", &rule->source);
	res = res < 0 ? res : take_list(sec, "found", &rule->found);
	res = res < 0 ? res : take_list(sec, "message", &rule->message);
	res = res < 0 ? res : take_list(sec, "symptom", &rule->symptom);
	res = res < 0 ? res : take_level(r, sec, rule);
	res = res < 0 ? res : take_scope(r, sec, rule);
	res = res < 0 ? res : take_when(r, sec, rule);
	if (res == 0 && !r->failed)
		check_rule(r, rule);
	return res;
}

/* ---- the file ---- */

static int parse(struct reading *r, struct pg_rules *ret)
{
	cfg_opt_t rule[] = {
		CFG_PTR_CB(CONTEXT, NULL, CFGF_NONE, NULL, NULL),
		CFG_STR("level", NULL, CFGF_NODEFAULT),
		CFG_STR("scope", NULL, CFGF_NODEFAULT),
		CFG_INT("row", 0, CFGF_NONE),
		CFG_STR_LIST("found", NULL, CFGF_NODEFAULT),
		CFG_STR("when", NULL, CFGF_NODEFAULT),
		CFG_STR_LIST("message", NULL, CFGF_NODEFAULT),
		CFG_STR_LIST("symptom", NULL, CFGF_NODEFAULT),
		CFG_STR("title", NULL, CFGF_NODEFAULT),
		CFG_STR("text", NULL, CFGF_NODEFAULT),
		CFG_STR("evidence", NULL, CFGF_NODEFAULT),
		CFG_STR("advice", NULL, CFGF_NODEFAULT),
		CFG_STR("fix", NULL, CFGF_NODEFAULT),
		CFG_STR("ask", NULL, CFGF_NODEFAULT),
		CFG_STR("source", NULL, CFGF_NODEFAULT),
		CFG_END(),
	};
	cfg_opt_t opts[] = {
		CFG_PTR_CB(CONTEXT, NULL, CFGF_NONE, NULL, NULL),
		CFG_SEC("rule", rule, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
		CFG_END(),
	};
	cfg_t *cfg;
	int res;

	r->self = r;
	rule[0].simple_value.ptr = opts[0].simple_value.ptr = &r->self;
	cfg = cfg_init(opts, CFGF_NONE);
	if (!cfg)
		return -ENOMEM;
	(void)cfg_set_error_function(cfg, on_error);
	res = cfg_parse_buf(cfg, r->bytes->p);
	if (res != CFG_SUCCESS)
		complain(r, 0, _("This file cannot be read."));
	res = 0;
	for (unsigned i = 0; res == 0 && !r->failed && i < cfg_size(cfg, "rule"); i++)
		res = take_rule(r, cfg_getnsec(cfg, "rule", i), ret);
	(void)cfg_free(cfg);
	return res < 0 ? res : r->failed ? -EINVAL : 0;
}

/* Of two with the same id the second one counts. */
static int merge(struct pg_rules *rules, struct pg_rules *more)
{
	for (size_t i = 0; i < more->n; i++) {
		const struct pg_rule *same = pg_rules_find(rules, more->v[i].id);
		struct pg_rule *place, old;

		place = same ? &rules->v[same - rules->v] :
			       pg_vec_add(&rules->v, &rules->n, sizeof(*place));
		if (!place)
			return -ENOMEM;
		old = *place;
		*place = more->v[i];
		more->v[i] = old;
	}
	return 0;
}

int pg_rules_add(struct pg_rules *rules, const char *path, struct pg_bytes *bytes,
		 struct pg_err *err)
{
	struct pg_rules more PG_CLEANUP(pg_rules_done) = { 0 };
	struct reading r = { .path = path, .bytes = bytes, .err = err };
	int res;

	if (!bytes->p)
		return 0;
	res = pg_conf_hazards(path, bytes, err);
	if (res < 0)
		return res;
	pg_conf_blank(bytes);
	res = parse(&r, &more);
	return res < 0 ? res : merge(rules, &more);
}
