/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/base/proc.h"
#include "src/base/text.h"
#include "src/exec/run.h"

#define MERGE_MAX ((size_t)64 << 20)
#define MERGE_SECONDS 30

/* ---- diff3 ---- */

/* What came later (after to now) carried over to what was before. */
static int merge(const struct pg_bytes *before, const struct pg_bytes *after,
		 const struct pg_bytes *now, struct pg_bytes *ret)
{
	struct pg_proc_result result PG_CLEANUP(pg_proc_result_done) = { 0 };
	char name[] = "diff3", m[] = "-m", f0[] = "/dev/fd/3", f1[] = "/dev/fd/4",
	     f2[] = "/dev/fd/5";
	char *argv[] = { name, m, f0, f1, f2, NULL };
	const struct pg_bytes files[] = { *now, *after, *before };
	const struct pg_proc_opts opts = { .files = files, .n_files = 3, .max_output = MERGE_MAX,
					   .timeout_s = MERGE_SECONDS, .split_stderr = true };
	int r = pg_proc_run(argv, &opts, &result, NULL);

	if (r == -ENOMEM)
		return r;
	if (r < 0 || result.status != 0 || result.timed_out || result.output.n >= MERGE_MAX)
		return -ESTALE;
	*ret = result.output;
	result.output = (struct pg_bytes){ 0 };
	return 0;
}

/* ---- a block of lines that was only added ---- */

/* Length of the lines, from the start, that both have. */
static size_t common_head(const struct pg_bytes *a, const struct pg_bytes *b)
{
	size_t n = 0, lines = 0;

	while (n < a->n && n < b->n && a->p[n] == b->p[n])
		if (a->p[n++] == '\n')
			lines = n;
	return n == a->n ? n : lines;
}

static size_t common_tail(const struct pg_bytes *a, const struct pg_bytes *b, size_t max)
{
	size_t n = 0, lines = 0;

	while (n < max && a->p[a->n - n - 1] == b->p[b->n - n - 1]) {
		n++;
		if (n == a->n || a->p[a->n - n - 1] == '\n')
			lines = n;
	}
	return lines;
}

/* The only place of the block where it begins a line, or -ESTALE. */
static int find_block(const struct pg_bytes *now, const char *block, size_t n, size_t *ret)
{
	size_t found = 0, pos = 0;

	for (const char *p = now->p; p; pos++) {
		p = memmem(now->p + pos, now->n - pos, block, n);
		if (!p)
			break;
		pos = (size_t)(p - now->p);
		if (pos && p[-1] != '\n')
			continue;
		*ret = pos;
		found++;
	}
	return found == 1 ? 0 : -ESTALE;
}

/* diff3 holds lines that touch for one change; where ours only added whole lines, and they
 * stand together once, they can go all the same. */
static int cut_block(const struct pg_bytes *before, const struct pg_bytes *after,
		     const struct pg_bytes *now, struct pg_bytes *ret)
{
	struct pg_strbuf b = { 0 };
	size_t head = common_head(before, after), at = 0, n;
	size_t tail = common_tail(before, after, before->n - head);

	if (head + tail != before->n || after->n <= before->n)
		return -ESTALE;
	n = after->n - before->n;
	if (after->p[head + n - 1] != '\n' || (head && after->p[head - 1] != '\n'))
		return -ESTALE;
	if (find_block(now, after->p + head, n, &at) < 0)
		return -ESTALE;
	pg_strbuf_addn(&b, now->p, at);
	pg_strbuf_addn(&b, now->p + at + n, now->n - at - n);
	return pg_strbuf_steal_bytes(&b, ret);
}

/* ---- words that were only added within a line ---- */

/* Is the place between two words: of options, of a list, of a quoted value? */
static bool is_between(const struct pg_bytes *b, size_t at)
{
	static const char parts[] = " \t\n\"',";

	return at == 0 || at == b->n || memchr(parts, b->p[at - 1], strlen(parts)) ||
	       memchr(parts, b->p[at], strlen(parts));
}

static size_t words_head(const struct pg_bytes *a, const struct pg_bytes *b)
{
	size_t n = 0;

	while (n < a->n && n < b->n && a->p[n] == b->p[n])
		n++;
	while (!is_between(a, n) || !is_between(b, n))
		n--;
	return n;
}

static size_t words_tail(const struct pg_bytes *a, const struct pg_bytes *b, size_t max)
{
	size_t n = 0;

	while (n < max && a->p[a->n - n - 1] == b->p[b->n - n - 1])
		n++;
	while (n && (!is_between(a, a->n - n) || !is_between(b, b->n - n)))
		n--;
	return n;
}

/* The only place of the words where they are whole words, or -ESTALE. */
static int find_words(const struct pg_bytes *now, const char *words, size_t n, size_t *ret)
{
	size_t found = 0, pos = 0;

	for (const char *p = now->p; p; pos++) {
		p = memmem(now->p + pos, now->n - pos, words, n);
		if (!p)
			break;
		pos = (size_t)(p - now->p);
		if (!is_between(now, pos) || !is_between(now, pos + n))
			continue;
		*ret = pos;
		found++;
	}
	return found == 1 ? 0 : -ESTALE;
}

/* What the line begins with tells which one it is ("GRUB_CMDLINE_LINUX_DEFAULT="); of a place in it the
 * start of that. */
static size_t line_start(const struct pg_bytes *b, size_t at)
{
	while (at && b->p[at - 1] != '\n')
		at--;
	return at;
}

static bool is_same_line(const struct pg_bytes *after, size_t at, const struct pg_bytes *now, size_t pos)
{
	size_t a = line_start(after, at), b = line_start(now, pos), n = 0;

	do
		n++;
	while (a + n < at && !is_between(after, a + n));
	return a + n <= at && b + n <= pos && is_between(now, b + n) &&
	       memcmp(after->p + a, now->p + b, n) == 0;
}

/* Somebody changed a line that we had added words to: these can go all the same, where they stand
 * together once, in the same line. */
static int cut_words(const struct pg_bytes *before, const struct pg_bytes *after,
		     const struct pg_bytes *now, struct pg_bytes *ret)
{
	struct pg_strbuf b = { 0 };
	size_t head, tail, at = 0, n;

	if (!before->n || after->n <= before->n)
		return -ESTALE;
	head = words_head(before, after);
	tail = words_tail(before, after, before->n - head);
	n = after->n - before->n;
	if (head + tail != before->n || memchr(after->p + head, '\n', n) ||
	    find_words(now, after->p + head, n, &at) < 0 || !is_same_line(after, head, now, at))
		return -ESTALE;
	pg_strbuf_addn(&b, now->p, at);
	pg_strbuf_addn(&b, now->p + at + n, now->n - at - n);
	return pg_strbuf_steal_bytes(&b, ret);
}

int pg_take_out(const struct pg_bytes *before, const struct pg_bytes *after,
		const struct pg_bytes *now, struct pg_bytes *ret)
{
	int r;

	if (pg_bytes_equal(now, before)) /* somebody took it out already */
		return pg_bytes_copy(before->p, before->n, ret);
	r = merge(before, after, now, ret);
	if (r == -ESTALE)
		r = cut_block(before, after, now, ret);
	return r == -ESTALE ? cut_words(before, after, now, ret) : r;
}
