/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/edit.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/plan/cmdline.h"

static void add_word(const char *s, const char *word, struct pg_strbuf *b)
{
	bool first;
	size_t at = pg_cmdline_add_at(s, &first);

	pg_strbuf_addn(b, s, at);
	if (!first)
		pg_strbuf_addc(b, ' ');
	pg_strbuf_add(b, word);
	if (first && s[at] && !pg_cmdline_space(s[at]))
		pg_strbuf_addc(b, ' ');
	pg_strbuf_add(b, s + at);
}

static int apply_one(const char *s, const struct pg_option *want, char **ret)
{
	PG_CLEANUP(pg_cmdline_edits_done) struct pg_cmdline_edits e = { 0 };
	PG_CLEANUP(pg_strbuf_done) struct pg_strbuf b = { 0 };
	size_t i, pos = 0;
	int r;

	r = pg_cmdline_edits(s, want, &e);
	if (r < 0)
		return r;
	if (e.add) {
		add_word(s, e.add, &b);
	} else {
		for (i = 0; i < e.n; i++) {
			pg_strbuf_addn(&b, s + pos, e.v[i].from - pos);
			pg_strbuf_add(&b, e.v[i].text);
			pos = e.v[i].to;
		}
		pg_strbuf_add(&b, s + pos);
	}
	*ret = pg_strbuf_steal(&b);
	return *ret ? 0 : -ENOMEM;
}

int pg_cmdline_apply(const char *cmdline, const struct pg_option *want, size_t n, char **ret)
{
	pg_autofree char *s = strdup(cmdline);
	size_t i;

	if (!s)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		char *next;
		int r = apply_one(s, &want[i], &next);

		if (r < 0)
			return r;
		free(s);
		s = next;
	}
	*ret = PG_STEAL(s);
	return 0;
}

/* The kernel's next_arg() toggles at every double quote. */
static bool has_open_quote(const char *s)
{
	bool open = false;

	for (; *s; s++)
		open ^= *s == '"';
	return open;
}

int pg_kernel_cmdline_edit(const char *path, const struct pg_bytes *in,
			   const struct pg_option *want, size_t n, struct pg_bytes *ret,
			   struct pg_err *err)
{
	PG_CLEANUP(pg_strv_done) struct pg_strv words = { 0 };
	PG_CLEANUP(pg_strbuf_done) struct pg_strbuf b = { 0 };
	pg_autofree char *line = NULL, *edited = NULL;
	const char *first = "";
	size_t pos = 0, len = 0, full = 0;
	int r;

	(void)pg_text_line(in->p, in->n, &pos, &first, &len, &full);
	if (memchr(first, '\0', len))
		return pg_err_set(err, -EINVAL, path, 1,
				  "The kernel command line holds a NUL byte.");
	line = strndup(first, len);
	if (!line)
		return -ENOMEM;
	r = pg_cmdline_split(line, &words);
	if (r < 0)
		return r;
	if (!pg_cmdline_get(&words, "root"))
		return pg_err_set(err, -EINVAL, path, 1,
				  "The first line has no root= option, so that proxmox-boot-tool "
				  "refuses it. Write the complete kernel command line there "
				  "first.");
	r = pg_cmdline_apply(line, want, n, &edited);
	if (r < 0)
		return r;
	if (strcmp(line, edited) != 0 && has_open_quote(line))
		return pg_err_set(err, -EINVAL, path, 1,
				  "A double quote is never closed, so that the kernel takes "
				  "whatever follows it for one word. Close it first.");
	if (strcmp(line, edited) != 0 && strlen(edited) > PG_CMDLINE_MAX)
		return pg_err_set(err, -EINVAL, path, 1,
				  "The kernel command line would have %zu bytes, and the kernel "
				  "reads only %u. Shorten it first.",
				  strlen(edited), PG_CMDLINE_MAX);
	pg_strbuf_add(&b, edited);
	if (in->n > len)
		pg_strbuf_addn(&b, in->p + len, in->n - len);
	return pg_strbuf_steal_bytes(&b, ret);
}
