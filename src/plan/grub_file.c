/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/grub_reader.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/base/vec.h"

#define VAR_MAX 4096u

static void var_done(struct pg_grub_var *v)
{
	free(v->name);
	free(v->cell);
}

void pg_grub_env_done(struct pg_grub_env *env)
{
	size_t i;

	for (i = 0; i < env->n; i++)
		var_done(&env->var[i]);
	free(env->var);
	*env = (struct pg_grub_env){ 0 };
}

struct pg_grub_var *pg_grub_find(const struct pg_grub_env *env, const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < env->n; i++)
		if (!strncmp(env->var[i].name, name, n) && !env->var[i].name[n])
			return &env->var[i];
	return NULL;
}

const struct pg_grub_var *pg_grub_env_get(const struct pg_grub_env *env, const char *name)
{
	return pg_grub_find(env, name, strlen(name));
}

int pg_grub_problem(struct pg_grub_reader *r, size_t at, const char *what)
{
	r->sh.problem = what;
	r->sh.problem_at = at;
	return -EINVAL;
}

/* The variable, made if need be. */
static int get_var(struct pg_grub_reader *r, const char *name, size_t n, struct pg_grub_var **ret)
{
	struct pg_grub_env *env = r->env;
	struct pg_grub_var *v = pg_grub_find(env, name, n);

	if (!v) {
		char *copy;

		if (env->n >= VAR_MAX)
			return pg_grub_problem(r, r->sh.pos, PG_GRUB_TOO_LARGE);
		copy = strndup(name, n);
		v = copy ? pg_vec_add(&env->var, &env->n, sizeof(*v)) : NULL;
		if (!v) {
			free(copy);
			return -ENOMEM;
		}
		v->name = copy;
		v->base.file = -1;
	}
	*ret = v;
	return 0;
}

bool pg_grub_is_option(const char *name, size_t n)
{
	static const char prefix[] = "GRUB_CMDLINE_";

	return n >= sizeof(prefix) - 1 && !memcmp(name, prefix, sizeof(prefix) - 1);
}

/* ---- what cannot be known ---- */

static int make_unknown(struct pg_grub_reader *r, const char *name, size_t n, size_t at,
			const char *why)
{
	struct pg_grub_var *v;
	int e = get_var(r, name, n, &v);

	if (e < 0)
		return e;
	v->unknown = why;
	v->file = r->file;
	v->at = at;
	return 0;
}

/* Is the name that ends at `end` only looked up: $NAME or ${NAME…} without an '='? */
static bool only_read(const char *s, size_t start, size_t end, size_t limit)
{
	if (start >= 1 && s[start - 1] == '$')
		return true;
	if (start < 2 || s[start - 1] != '{' || s[start - 2] != '$')
		return false;
	if (end < limit && s[end] == ':')
		end++;
	return end >= limit || s[end] != '=';
}

/* Every variable that the text could set becomes unknown. Those that were never set and are
 * no kernel options are unknown anyway. */
int pg_grub_mentions(struct pg_grub_reader *r, size_t start, size_t end, const char *why)
{
	const char *s = r->sh.s;
	size_t i, n;

	for (i = start; i < end; i += n ? n : 1) {
		int e;

		n = pg_sh_name(s + i, end - i);
		if (!n && s[i] >= '0' && s[i] <= '9')
			while (i + n < end && (pg_sh_name(s + i + n, 1) ||
					       (s[i + n] >= '0' && s[i + n] <= '9')))
				n++;
		else if (n && !only_read(s, i, i + n, end) &&
			 (pg_grub_is_option(s + i, n) || pg_grub_find(r->env, s + i, n))) {
			e = make_unknown(r, s + i, n, i, why);
			if (e < 0)
				return e;
		}
	}
	return 0;
}

static void everything_unknown(struct pg_grub_reader *r, size_t at, const char *why)
{
	size_t i;

	r->env->opaque = why;
	r->env->opaque_file = r->file;
	r->env->opaque_at = at;
	for (i = 0; i < r->env->n; i++) {
		struct pg_grub_var *v = &r->env->var[i];

		v->unknown = why;
		v->file = r->file;
		v->at = at;
	}
}

/* ---- commands ---- */

static int assign(struct pg_grub_reader *r, const struct pg_sh_word *name, size_t end)
{
	const char *s = r->sh.s + name->start;
	size_t n = name->end - name->start;
	struct pg_grub_text value = { 0 };
	struct pg_grub_var *v;
	bool was_set = pg_grub_find(r->env, s, n) != NULL;
	int e;

	e = pg_grub_read_value(r, name, end, &value);
	if (e == 0)
		e = get_var(r, s, n, &v);
	if (e < 0) {
		free(value.cell);
		return e;
	}
	free(v->cell);
	r->env->n_cell += value.n - v->n;
	v->cell = value.cell;
	v->n = value.n;
	v->unknown = value.unknown;
	v->file = r->file;
	v->at = name->start;
	/* One that extends what was never set is built on nothing; in the first file, where
	 * an assignment of ours could only follow it, it is as good as any. */
	if (!value.self || (!was_set && r->file == 0)) {
		v->base.file = r->file;
		v->base.at = name->end + 1;
		v->base.end = end;
	}
	return 0;
}

/* NAME of a word NAME=…; false for any other word. */
static bool assignment(const struct pg_grub_reader *r, const struct pg_sh_word *w,
		       struct pg_sh_word *ret)
{
	size_t n = pg_sh_name(r->sh.s + w->start, w->end - w->start);

	ret->start = w->start;
	ret->end = w->start + n;
	return n && ret->end < w->end && r->sh.s[ret->end] == '=';
}

/* Is the command nothing but assignments, or export of such and of names? */
static bool only_assigns(const struct pg_grub_reader *r, const struct pg_sh_command *cmd)
{
	struct pg_sh_word name;
	size_t i;

	for (i = r->export; i < cmd->n_word; i++) {
		const struct pg_sh_word *w = &cmd->word[i];

		if (!assignment(r, w, &name) && !(r->export && name.end == w->end))
			return false;
	}
	return true;
}

static bool is_export(const struct pg_grub_reader *r, const struct pg_sh_command *cmd)
{
	const struct pg_sh_word *w = cmd->word;

	return cmd->n_word && w->end - w->start == 6 && !memcmp(r->sh.s + w->start, "export", 6);
}

/* A word that sh takes for the name of a command, and bash for an extension. */
static bool has_plus(const struct pg_grub_reader *r, const struct pg_sh_command *cmd)
{
	const struct pg_sh_word *w = cmd->word;
	size_t n;

	if (cmd->n_word != 1)
		return false;
	n = pg_sh_name(r->sh.s + w->start, w->end - w->start);
	return n && w->end - w->start >= n + 2 && !memcmp(r->sh.s + w->start + n, "+=", 2);
}

static int run(struct pg_grub_reader *r, const struct pg_sh_command *cmd)
{
	const char *maybe = _("Whether and how this is set, only a running shell knows.");
	size_t i, resume = r->sh.pos;
	int e = 0;

	r->export = cmd->plain && is_export(r, cmd);
	if (cmd->plain && !cmd->opaque && only_assigns(r, cmd)) {
		for (i = r->export; e == 0 && i < cmd->n_word; i++) {
			struct pg_sh_word name;

			if (assignment(r, &cmd->word[i], &name))
				e = assign(r, &name, cmd->word[i].end);
		}
	} else if (cmd->opaque) {
		everything_unknown(r, cmd->start,
				   _("A command runs here that may set any variable."));
		e = pg_grub_mentions(r, cmd->start, cmd->end, maybe);
	} else {
		e = pg_grub_mentions(r, cmd->start, cmd->end,
			     has_plus(r, cmd) ? _("sh does not know +=; only bash does.") : maybe);
	}
	if (e == 0)
		r->sh.pos = resume;
	return e;
}

static int read_file(struct pg_grub_reader *r)
{
	int e;

	for (;;) {
		PG_CLEANUP(pg_sh_command_done) struct pg_sh_command cmd = { 0 };

		e = pg_sh_next(&r->sh, &cmd);
		if (e <= 0)
			return e;
		e = run(r, &cmd);
		if (e < 0)
			return e;
	}
}

unsigned pg_grub_line(const struct pg_file *file, size_t at)
{
	unsigned line = 1;
	size_t i;

	for (i = 0; i < at && i < file->bytes.n; i++)
		line += file->bytes.p[i] == '\n';
	return line;
}

int pg_grub_read(const struct pg_file *const *files, size_t n, struct pg_grub_env *ret,
		 struct pg_err *err)
{
	PG_CLEANUP(pg_grub_env_done) struct pg_grub_env env = { 0 };
	size_t i;

	for (i = 0; i < n; i++) {
		const struct pg_file *f = files[i];
		struct pg_grub_reader r = { .env = &env, .f = f, .file = (int)i };
		int e;

		if (f->error)
			return pg_err_set(err, -EINVAL, f->path, 0,
					  "The file could not be read: %s.",
					  pg_err_reason(f->error));
		if (f->bytes.n && memchr(f->bytes.p, '\0', f->bytes.n))
			return pg_err_set(err, -EINVAL, f->path, 0,
					  "The file holds a NUL byte and is no shell script.");
		r.sh.s = f->bytes.p;
		r.sh.n = f->bytes.n;
		e = read_file(&r);
		if (e == -EINVAL)
			return pg_err_set(err, e, f->path, pg_grub_line(f, r.sh.problem_at), "%s",
					  _(r.sh.problem));
		if (e < 0)
			return e;
	}
	*ret = env;
	env = (struct pg_grub_env){ 0 };
	return 0;
}

int pg_grub_env_known(const struct pg_grub_env *env, const struct pg_file *const *files,
		      const char *name, const struct pg_grub_var **ret, struct pg_err *err)
{
	const struct pg_grub_var *v = pg_grub_env_get(env, name);
	const char *why = v ? v->unknown : env->opaque;
	int file = v ? v->file : env->opaque_file;
	size_t at = v ? v->at : env->opaque_at;

	if (why)
		return pg_err_set(err, -EINVAL, files[file]->path, pg_grub_line(files[file], at),
				  "%s cannot be told for sure. %s", name, why);
	*ret = v;
	return 0;
}

char *pg_grub_var_value(const struct pg_grub_var *var)
{
	PG_CLEANUP(pg_strbuf_done) struct pg_strbuf b = { 0 };
	size_t i;

	for (i = 0; var && i < var->n; i++)
		pg_strbuf_addc(&b, var->cell[i].c);
	return pg_strbuf_steal(&b);
}
