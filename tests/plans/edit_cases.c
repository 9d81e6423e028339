/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs the cases in tests/plans/edit: each a set of files, what is wanted of them, and what
 * must come of it, byte for byte and as the real readers see it.
 *
 *	about TEXT
 *	kind grub|cmdline|vfio|lines
 *	set KEY VALUE / add KEY VALUE / drop KEY VALUE	a kernel option (kind grub, cmdline)
 *	word KEY					one without a value
 *	id VVVV:DDDD					kind vfio
 *	line TEXT					kind lines
 *	file PATH [nonl] [crlf]				its content: the next lines with '|'; with
 *							'~' for a line that goes on; "x N": N times x
 *	result PATH [nonl] [crlf]			the file that changes, and how it looks then
 *	same						nothing changes
 *	value TEXT					the variable, the command line, or the ids
 *							in effect, afterwards
 *	reads TEXT					kind lines: a line that libkmod reads then
 *	refused PATH LINE				it must be refused, at this place
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/text.h"
#include "src/plan/edit.h"
#include "tests/plans/edit_eval.h"

#define VARIABLE  "GRUB_CMDLINE_LINUX_DEFAULT"
#define FILES_MAX 8

struct content {
	char *path;
	struct pg_strbuf text;
	bool nonl, crlf;
};

struct test_case {
	char *kind, *value, *refused;
	struct content file[FILES_MAX], result;
	size_t n_file;
	struct pg_option want[FILES_MAX];
	size_t n_want;
	struct pg_strv ids, lines, reads, keep;
	bool same;
};

static void die(const char *what, const char *where)
{
	printf("Bail out! %s: %s\n", where, what);
	exit(1);
}

static void content_end(struct content *c)
{
	size_t cut = c->crlf ? 2 : 1;

	if (c->nonl && c->text.len >= cut) {
		c->text.len -= cut;
		c->text.s[c->text.len] = '\0';
	}
	c->nonl = false;
}

static const char *keep(struct test_case *t, const char *s)
{
	if (!s || pg_strv_add(&t->keep, s) < 0)
		die("a word is missing", "case");
	return t->keep.v[t->keep.n - 1];
}

static struct content *begin_content(struct test_case *t, char *args, bool result)
{
	struct content *c = result ? &t->result : &t->file[t->n_file++];
	PG_CLEANUP(pg_strv_done) struct pg_strv words = { 0 };

	if (t->n_file > FILES_MAX || pg_strv_split(args, " ", &words) < 0 || !words.n)
		die("no path, or too many files", args);
	c->path = strdup(words.v[0]);
	c->nonl = pg_strv_has(&words, "nonl");
	c->crlf = pg_strv_has(&words, "crlf");
	pg_strbuf_add(&c->text, "");
	return c;
}

static void add_option(struct test_case *t, const char *how, char *args)
{
	struct pg_option *o = &t->want[t->n_want++];
	char *space = strchr(args, ' ');

	if (space)
		*space = '\0';
	o->key = keep(t, args);
	o->value = space ? keep(t, space + 1) : NULL;
	o->how = !strcmp(how, "add")  ? PG_OPTION_LIST_ADD :
		 !strcmp(how, "drop") ? PG_OPTION_LIST_DROP :
					PG_OPTION_SET;
}

static bool take_content(const char *line, struct content *c)
{
	bool fill = !strncmp(line, "x ", 2);
	unsigned long n;

	if (line[0] != '|' && line[0] != '~' && !fill)
		return false;
	if (!c)
		die("content without a file", line);
	if (!fill)
		pg_strbuf_add(&c->text, line + 1);
	if (line[0] == '|')
		pg_strbuf_add(&c->text, c->crlf ? "\r\n" : "\n");
	for (n = fill ? strtoul(line + 2, NULL, 10) : 0; n; n--)
		pg_strbuf_addc(&c->text, 'x');
	return true;
}

static void take_line(struct test_case *t, char *line, struct content **c)
{
	char *args = strchr(line, ' ');

	if (take_content(line, *c))
		return;
	if (*c)
		content_end(*c);
	*c = NULL;
	if (args)
		*args++ = '\0';
	else
		args = line + strlen(line);
	if (!strcmp(line, "file") || !strcmp(line, "result"))
		*c = begin_content(t, args, line[0] == 'r');
	else if (!strcmp(line, "kind"))
		t->kind = strdup(args);
	else if (!strcmp(line, "value"))
		t->value = strdup(args);
	else if (!strcmp(line, "refused"))
		t->refused = strdup(args);
	else if (!strcmp(line, "same"))
		t->same = true;
	else if (!strcmp(line, "id"))
		(void)pg_strv_add(&t->ids, args);
	else if (!strcmp(line, "line"))
		(void)pg_strv_add(&t->lines, args);
	else if (!strcmp(line, "reads"))
		(void)pg_strv_add(&t->reads, args);
	else if (!strcmp(line, "set") || !strcmp(line, "add") || !strcmp(line, "drop") ||
		 !strcmp(line, "word"))
		add_option(t, line, args);
	else if (line[0] && line[0] != '#' && strcmp(line, "about") != 0)
		die("an unknown word", line);
}

static void case_read(const char *path, struct test_case *t)
{
	FILE *f = fopen(path, "r");
	struct content *c = NULL;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (!f)
		die("cannot be opened", path);
	while ((n = getline(&line, &cap, f)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		take_line(t, line, &c);
	}
	if (c)
		content_end(c);
	free(line);
	(void)fclose(f);
	if (!t->kind || !t->n_file)
		die("a case needs a kind and a file", path);
}

static void case_done(struct test_case *t)
{
	size_t i;

	for (i = 0; i < t->n_file; i++) {
		free(t->file[i].path);
		pg_strbuf_done(&t->file[i].text);
	}
	free(t->result.path);
	pg_strbuf_done(&t->result.text);
	free(t->kind);
	free(t->value);
	free(t->refused);
	pg_strv_done(&t->ids);
	pg_strv_done(&t->lines);
	pg_strv_done(&t->reads);
	pg_strv_done(&t->keep);
}

/* ---- the edit ---- */

static int edit(const struct test_case *t, struct pg_file *file, int *index,
		struct pg_bytes *ret, struct pg_err *err)
{
	const struct pg_file *list[FILES_MAX];
	const struct pg_bytes *first = &file[0].bytes;
	size_t i;
	int r;

	for (i = 0; i < t->n_file; i++)
		list[i] = &file[i];
	*index = 0;
	if (!strcmp(t->kind, "grub"))
		return pg_grub_edit(list, t->n_file, VARIABLE, t->want, t->n_want, index, ret,
				    err);
	if (!strcmp(t->kind, "cmdline"))
		return pg_kernel_cmdline_edit(file[0].path, first, t->want, t->n_want, ret, err);
	if (!strcmp(t->kind, "lines"))
		return pg_conf_add_lines(first, &t->lines, ret);
	r = pg_vfio_ids_edit(list, t->n_file, &t->ids, index, ret, err);
	if (r == 0 && *index < 0) {
		*index = (int)t->n_file - 1;
		r = pg_vfio_conf_add_ids(file[*index].path, &file[*index].bytes, &t->ids, ret,
					 err);
	}
	return r;
}

/* ---- the judgement ---- */

static void write_files(const struct test_case *t, const struct pg_file *file, const char *dir,
			struct pg_strv *paths)
{
	size_t i;

	for (i = 0; i < t->n_file; i++) {
		const char *name = strrchr(file[i].path, '/') + 1;

		eval_write(dir, name, file[i].bytes.p, file[i].bytes.n);
		(void)pg_strv_addf(paths, "%s/%s", dir, name);
	}
}

static char *grub_values(const char *shell, const struct pg_strv *paths)
{
	return eval_sh(shell, "for f do . \"$f\"; done; printf %s \"$" VARIABLE "\"", paths);
}

/* All other variables, as the shell shows them. */
static char *grub_others(const struct pg_strv *paths)
{
	return eval_sh("sh", "for f do . \"$f\"; done; unset f _ " VARIABLE "; set", paths);
}

static char *first_line(const struct pg_file *file)
{
	const char *line = "";
	size_t pos = 0, len = 0, full;

	(void)pg_text_line(file->bytes.p, file->bytes.n, &pos, &line, &len, &full);
	return strndup(line, len);
}

static const char *judge_value(const struct test_case *t, const struct pg_file *file,
			       const char *dir, const struct pg_strv *paths, char **got)
{
	size_t i;

	if (!strcmp(t->kind, "lines")) {
		if (t->reads.n)
			*got = eval_kmod(dir);
		for (i = 0; i < t->reads.n; i++) {
			pg_autofree char *line = pg_strf("%s\n", t->reads.v[i]);

			if (!strstr(*got, line))
				return "libkmod does not read a line";
		}
		return NULL;
	}
	if (!t->value)
		return "the case has no value";
	if (!strcmp(t->kind, "cmdline"))
		*got = first_line(&file[0]);
	else if (!strcmp(t->kind, "vfio"))
		*got = eval_kmod_ids(dir);
	else
		*got = grub_values("sh", paths);
	if (!*got || strcmp(*got, t->value) != 0)
		return "another value";
	if (!strcmp(t->kind, "grub")) {
		pg_autofree char *bash = grub_values("bash --posix", paths);

		if (bash && strcmp(bash, t->value) != 0)
			return "another value in bash";
	}
	return NULL;
}

static const char *judge(const struct test_case *t, struct pg_file *file, char **got)
{
	PG_CLEANUP(eval_rmdir) char *dir = eval_mkdir();
	PG_CLEANUP(pg_strv_done) struct pg_strv paths = { 0 }, again_paths = { 0 };
	PG_CLEANUP(pg_bytes_done) struct pg_bytes after = { 0 }, again = { 0 };
	PG_CLEANUP(pg_err_done) struct pg_err err = { 0 };
	pg_autofree char *before = NULL, *others = NULL;
	const char *want = t->result.text.s, *wrong;
	int index, r;

	write_files(t, file, dir, &paths);
	before = grub_others(&paths);
	r = edit(t, file, &index, &after, &err);
	if (t->refused) {
		*got = pg_strf("%s %u", err.path ? err.path : "", err.line);
		return r != -EINVAL ? "was not refused" : strcmp(*got, t->refused) ? "another place" : NULL;
	}
	if (r < 0) {
		*got = pg_err_text(&err);
		return "was refused";
	}
	*got = strdup(after.p);
	if (t->same && !pg_bytes_equal(&after, &file[index].bytes))
		return "something changed";
	if (!t->same && (!want || strcmp(file[index].path, t->result.path) != 0))
		return "another file changed";
	if (!t->same && (strlen(want) != after.n || memcmp(want, after.p, after.n) != 0))
		return "other bytes";
	pg_bytes_done(&file[index].bytes);
	file[index].bytes = after;
	after = (struct pg_bytes){ 0 };
	write_files(t, file, dir, &again_paths);
	free(*got);
	*got = NULL;
	wrong = judge_value(t, file, dir, &again_paths, got);
	if (wrong)
		return wrong;
	others = grub_others(&paths);
	if (!strcmp(t->kind, "grub") && strcmp(before, others) != 0)
		return "another variable changed";
	if (edit(t, file, &index, &again, &err) < 0 ||
	    !pg_bytes_equal(&again, &file[index].bytes))
		return "a second edit changes something";
	return NULL;
}

static bool run(const char *path, const char *name, unsigned number)
{
	struct test_case t = { 0 };
	struct pg_file file[FILES_MAX] = { 0 };
	pg_autofree char *got = NULL;
	const char *wrong;
	size_t i;

	case_read(path, &t);
	for (i = 0; i < t.n_file; i++) {
		file[i].path = t.file[i].path;
		if (pg_bytes_copy(t.file[i].text.s, t.file[i].text.len, &file[i].bytes) < 0)
			die("out of memory", path);
	}
	wrong = judge(&t, file, &got);
	printf("%sok %u - %s\n", wrong ? "not " : "", number, name);
	if (wrong) {
		pg_autofree char *clean = pg_text_clean(got ? got : "", got ? strlen(got) : 0);

		printf("# %s: %s\n", wrong, clean);
	}
	for (i = 0; i < t.n_file; i++)
		pg_bytes_done(&file[i].bytes);
	case_done(&t);
	return !wrong;
}

static int is_case(const struct dirent *e)
{
	return pg_text_ends(e->d_name, ".case");
}

int main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir");
	pg_autofree char *dir = pg_strf("%s/tests/plans/edit", top ? top : ".");
	struct dirent **list;
	bool good = true;
	int i, n;

	if (argc > 1)
		return run(argv[1], argv[1], 1) ? 0 : 1;
	n = scandir(dir, &list, is_case, alphasort);
	if (n < 0)
		die("no cases", dir);
	for (i = 0; i < n; i++) {
		pg_autofree char *path = pg_strf("%s/%s", dir, list[i]->d_name);

		good &= run(path, list[i]->d_name, (unsigned)i + 1);
		free(list[i]);
	}
	free(list);
	printf("1..%d\n", n);
	return good ? 0 : 1;
}
