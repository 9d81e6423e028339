/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/base/err.h"
#include "src/base/i18n.h"

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
	pg_strbuf_vaddf(&b, _(fmt), ap);
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
	{ ENOSPC, N_("the disk is full") },
	{ EDQUOT, N_("the disk quota is used up") },
	{ EROFS, N_("the file system is read-only") },
	{ EACCES, N_("permission was denied") },
	{ EPERM, N_("the system does not permit it") },
	{ ENOENT, N_("it does not exist") },
	{ EEXIST, N_("it exists already") },
	{ ENOTDIR, N_("a part of the path is not a folder") },
	{ EISDIR, N_("it is a folder") },
	{ EMEDIUMTYPE, N_("it is not a plain file") },
	{ ELOOP, N_("it is a symbolic link, which is not followed here") },
	{ EMFILE, N_("too many files are open") },
	{ ENFILE, N_("too many files are open on the whole system") },
	{ EIO, N_("the disk reports an input/output error") },
	{ ENOMEM, N_("memory ran out") },
	{ EFBIG, N_("it is too large") },
	{ EBUSY, N_("it is in use") },
	{ EAGAIN, N_("it is in use") },
	{ EINTR, N_("it was interrupted") },
	{ ECANCELED, N_("it was cancelled") },
	{ EBADMSG, N_("its contents are damaged") },
	{ ESTALE, N_("it was changed meanwhile") },
	{ ENOSYS, N_("this kernel does not offer it") },
	{ EINVAL, N_("it is not valid") },
	{ ENOTEMPTY, N_("it is not empty") },
	{ EXDEV, N_("it leads out of its folder") },
	{ ENXIO, N_("nothing is behind it") },
	{ ENAMETOOLONG, N_("its name is too long") },
	{ ETIMEDOUT, N_("it took too long") },
};

const char *pg_err_reason(int code)
{
	code = code < 0 ? -code : code;
	for (size_t i = 0; i < PG_ARRAY_SIZE(reasons); i++)
		if (reasons[i].code == code)
			return _(reasons[i].reason);
	return strerror(code);
}
