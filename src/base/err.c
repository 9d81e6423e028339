/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/base/err.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "src/base/strbuf.h"
#include "src/base/text.h"

void pg_err_done(struct pg_err *err)
{
	free(err->what);
	free(err->path);
	*err = (struct pg_err){ 0 };
}

int pg_err_set(struct pg_err *err, int code, const char *path, unsigned line,
	       const char *fmt, ...)
{
	struct pg_strbuf b = { 0 };
	char *path_copy;
	va_list ap;

	if (!err)
		return code;
	va_start(ap, fmt);
	pg_strbuf_vaddf(&b, fmt, ap);
	va_end(ap);
	path_copy = path ? strdup(path) : NULL; /* may be the one that err holds */
	pg_err_done(err);
	err->code = code;
	err->what = pg_strbuf_steal(&b);
	err->path = path_copy;
	err->line = line;
	return code;
}

/* The reason alone, as a sentence. */
static void add_reason(struct pg_strbuf *b, int code)
{
	const char *reason = pg_err_reason(code);

	pg_strbuf_addc(b, (char)toupper((unsigned char)*reason));
	pg_strbuf_addf(b, "%s.", *reason ? reason + 1 : "");
}

char *pg_err_text(const struct pg_err *err)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	if (err->path)
		pg_strbuf_add(&b, err->path);
	if (err->path && err->line)
		pg_strbuf_addf(&b, ":%u", err->line);
	if (err->path)
		pg_strbuf_add(&b, ": ");
	if (err->what)
		pg_strbuf_add(&b, err->what);
	else
		add_reason(&b, err->code);
	if (pg_strbuf_error(&b) < 0)
		return NULL;
	return pg_text_clean(b.s, b.len);
}

static const struct {
	int code;
	const char *reason;
} reasons[] = {
	{ ENOSPC, "the disk is full" },
	{ EDQUOT, "the disk quota is used up" },
	{ EROFS, "the file system is read-only" },
	{ EACCES, "permission was denied" },
	{ EPERM, "the system does not permit it" },
	{ ENOENT, "it does not exist" },
	{ EEXIST, "it exists already" },
	{ ENOTDIR, "a part of the path is not a folder" },
	{ EISDIR, "it is a folder" },
	{ EMEDIUMTYPE, "it is not a plain file" },
	{ ELOOP, "it is a symbolic link, which is not followed here" },
	{ EMFILE, "too many files are open" },
	{ ENFILE, "too many files are open on the whole system" },
	{ EIO, "the disk reports an input/output error" },
	{ ENOMEM, "memory ran out" },
	{ EFBIG, "it is too large" },
	{ EBUSY, "it is in use" },
	{ EAGAIN, "it is in use" },
	{ EINTR, "it was interrupted" },
	{ ECANCELED, "it was cancelled" },
	{ EBADMSG, "its contents are damaged" },
	{ ESTALE, "it was changed meanwhile" },
	{ ENOSYS, "this kernel does not offer it" },
	{ EINVAL, "it is not valid" },
	{ ENOTEMPTY, "it is not empty" },
	{ EXDEV, "it leads out of its folder" },
	{ ENXIO, "nothing is behind it" },
	{ ENAMETOOLONG, "its name is too long" },
	{ ETIMEDOUT, "it took too long" },
};

const char *pg_err_reason(int code)
{
	code = code < 0 ? -code : code;
	for (size_t i = 0; i < PG_ARRAY_SIZE(reasons); i++)
		if (reasons[i].code == code)
			return reasons[i].reason;
	return strerror(code);
}
