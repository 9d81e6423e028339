/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/base/conf.h"
#include "src/base/i18n.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "src/base/root.h"

int pg_conf_read(const char *what, const char *path, size_t max, struct pg_bytes *ret,
		 struct pg_err *err)
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
	r = pg_root_read(root, whole, max, ret);
	if (r < 0)
		return pg_err_set(err, r, path, 0, "The %s cannot be read: %s.", what,
				  r == -EINVAL ? _("it is not a plain file") : pg_err_reason(r));
	return 0;
}

int pg_conf_hazards(const char *path, const struct pg_bytes *b, struct pg_err *err)
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
					  "\"${\" is not taken: this file must not depend on the "
					  "environment.");
	}
	if (b->n && b->p[b->n - 1] == '\\')
		return pg_err_set(err, -EINVAL, path, line, "The file ends in the middle of a word.");
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

void pg_conf_blank(struct pg_bytes *b)
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
