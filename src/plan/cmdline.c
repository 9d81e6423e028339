/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/cmdline.h"

#include <errno.h>
#include <string.h>

bool pg_cmdline_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (unsigned char)c == 0xa0;
}

bool pg_cmdline_next(const char *s, size_t n, size_t *pos, struct pg_cmdline_word *ret)
{
	struct pg_cmdline_word w = { 0 };
	size_t i = *pos;
	bool in_quote = false, whole;

	while (i < n && pg_cmdline_space(s[i]))
		i++;
	if (i >= n)
		return false;
	w.start = i;
	whole = s[i] == '"';
	w.key = whole ? i + 1 : i;
	for (; i < n && (in_quote || !pg_cmdline_space(s[i])); i++) {
		if (s[i] == '"')
			in_quote = !in_quote;
		if (s[i] == '=' && !w.has_val && i > w.key) {
			w.has_val = true;
			w.key_end = i;
		}
	}
	w.end = w.val_end = i;
	if (whole && i > w.key && s[i - 1] == '"')
		w.val_end--;
	if (w.has_val) {
		w.val = w.key_end + 1;
		w.quoted = whole || (w.val < i && s[w.val] == '"');
		if (w.val < w.val_end && s[w.val] == '"') {
			w.val++;
			if (!whole && w.val_end > w.val && s[w.val_end - 1] == '"')
				w.val_end--;
		}
	} else {
		w.quoted = whole;
		w.key_end = w.val = w.val_end;
	}
	*pos = i;
	*ret = w;
	return true;
}

/* "--" ends the kernel's own options: parse_args() hands the rest to init. */
static bool is_end(const char *s, const struct pg_cmdline_word *w)
{
	return !w->has_val && w->key_end - w->key == 2 && !memcmp(s + w->key, "--", 2);
}

/* The next word that the kernel itself reads. */
static bool next_option(const char *s, size_t n, size_t *pos, struct pg_cmdline_word *ret)
{
	return pg_cmdline_next(s, n, pos, ret) && !is_end(s, ret);
}

/* '-' and '_' are the same in keys: parameqn() of kernel/params.c. */
static bool same_key(const char *s, size_t n, const char *key)
{
	size_t i;

	if (strlen(key) != n)
		return false;
	for (i = 0; i < n; i++)
		if ((s[i] == '-' ? '_' : s[i]) != (key[i] == '-' ? '_' : key[i]))
			return false;
	return true;
}

int pg_cmdline_split(const char *cmdline, struct pg_strv *ret)
{
	PG_CLEANUP(pg_strv_done) struct pg_strv out = { 0 };
	size_t n = strlen(cmdline), pos = 0;
	struct pg_cmdline_word w;

	while (pg_cmdline_next(cmdline, n, &pos, &w)) {
		int key = (int)(w.key_end - w.key), val = (int)(w.val_end - w.val);
		int r;

		if (w.has_val)
			r = pg_strv_addf(&out, "%.*s=%.*s", key, cmdline + w.key, val,
					 cmdline + w.val);
		else
			r = pg_strv_addn(&out, cmdline + w.key, (size_t)key);
		if (r < 0)
			return r;
	}
	*ret = out;
	out = (struct pg_strv){ 0 };
	return 0;
}

const char *pg_cmdline_get(const struct pg_strv *words, const char *key)
{
	const char *found = NULL;
	size_t i;

	for (i = 0; i < words->n && strcmp(words->v[i], "--") != 0; i++) {
		const char *word = words->v[i];
		size_t len = strcspn(word, "=");

		if (same_key(word, len, key))
			found = word[len] ? word + len + 1 : word + len;
	}
	return found;
}

/* ---- what one option changes ---- */

void pg_cmdline_edits_done(struct pg_cmdline_edits *edits)
{
	size_t i;

	for (i = 0; i < edits->n; i++)
		free(edits->v[i].text);
	free(edits->v);
	free(edits->add);
	*edits = (struct pg_cmdline_edits){ 0 };
}

static int add_edit(struct pg_cmdline_edits *e, size_t from, size_t to, char *text)
{
	struct pg_cmdline_edit *edit;

	if (!text)
		return -ENOMEM;
	edit = pg_vec_add(&e->v, &e->n, sizeof(*edit));
	if (!edit) {
		free(text);
		return -ENOMEM;
	}
	*edit = (struct pg_cmdline_edit){ .from = from, .to = to, .text = text };
	return 0;
}

/* Takes a word out together with one separator: the one before it where that is still
 * there, else the one behind it. */
static int drop_word(const char *s, const struct pg_cmdline_word *w,
		     struct pg_cmdline_edits *e)
{
	size_t from = w->start, to = w->end;
	size_t done = e->n ? e->v[e->n - 1].to : 0;

	if (from > done)
		from--;
	else if (s[to])
		to++;
	return add_edit(e, from, to, strdup(""));
}

static bool has_space(const char *s)
{
	for (; *s; s++)
		if (pg_cmdline_space(*s))
			return true;
	return false;
}

static char *option_word(const struct pg_option *want)
{
	const char *quote;

	if (!want->value)
		return strdup(want->key);
	quote = has_space(want->value) ? "\"" : "";
	return pg_strf("%s=%s%s%s", want->key, quote, want->value, quote);
}

/* Is the word just what is wanted? */
static bool word_is(const char *s, const struct pg_cmdline_word *w,
		    const struct pg_option *want)
{
	if (!want->value || !w->has_val)
		return !want->value && !w->has_val;
	return strlen(want->value) == w->val_end - w->val &&
	       !memcmp(s + w->val, want->value, w->val_end - w->val);
}

/* Among several, the one that stays: the last that is right already, else the last. */
static bool word_to_keep(const char *s, const struct pg_option *want,
			 struct pg_cmdline_word *ret)
{
	size_t n = strlen(s), pos = 0;
	struct pg_cmdline_word w;
	bool found = false, right = false;

	while (next_option(s, n, &pos, &w)) {
		if (!same_key(s + w.key, w.key_end - w.key, want->key))
			continue;
		if (right && !word_is(s, &w, want))
			continue;
		right = word_is(s, &w, want);
		found = true;
		*ret = w;
	}
	return found;
}

static int set_option(const char *s, const struct pg_option *want,
		      struct pg_cmdline_edits *e)
{
	size_t n = strlen(s), pos = 0;
	struct pg_cmdline_word w, keep = { 0 };
	int r = 0;

	if (!word_to_keep(s, want, &keep)) {
		e->add = option_word(want);
		return e->add ? 0 : -ENOMEM;
	}
	while (r == 0 && next_option(s, n, &pos, &w)) {
		if (!same_key(s + w.key, w.key_end - w.key, want->key))
			continue;
		if (w.start != keep.start)
			r = drop_word(s, &w, e);
		else if (!word_is(s, &w, want))
			r = add_edit(e, w.start, w.end, option_word(want));
	}
	return r;
}

static bool item_is(const char *s, size_t n, const char *item)
{
	return strlen(item) == n && !memcmp(s, item, n);
}

/* Is the value an item of the word's comma list? */
static bool list_has(const char *s, const struct pg_cmdline_word *w, const char *value)
{
	size_t i = w->val, len;

	for (; i <= w->val_end; i += len + 1) {
		for (len = 0; i + len < w->val_end && s[i + len] != ',';)
			len++;
		if (item_is(s + i, len, value))
			return true;
	}
	return false;
}

/*
 * intel_iommu=, amd_iommu=, iommu= and pcie_acs_override= are read item by item each time
 * they appear (their __setup functions loop over the commas), so that an item counts
 * wherever it stands. A key with a dot is a module's parameter: of a string the last one
 * counts (param_set_copystring() of kernel/params.c copies over what was there).
 */
static int list_add(const char *s, const struct pg_option *want, struct pg_cmdline_edits *e)
{
	size_t n = strlen(s), pos = 0;
	struct pg_cmdline_word w, last = { 0 };
	bool found = false, has = false, one = strchr(want->key, '.') != NULL;

	while (next_option(s, n, &pos, &w)) {
		if (!w.has_val || !same_key(s + w.key, w.key_end - w.key, want->key))
			continue;
		has = (has && !one) || list_has(s, &w, want->value);
		found = true;
		last = w;
	}
	if (has)
		return 0;
	if (found)
		return add_edit(e, last.val_end, last.val_end,
				pg_strf("%s%s", last.val_end > last.val ? "," : "",
					want->value));
	e->add = option_word(want);
	return e->add ? 0 : -ENOMEM;
}

/* The list without the value. Returns 1 where nothing is left of it. */
static int list_without(const char *s, const struct pg_cmdline_word *w, const char *value,
			char **ret)
{
	PG_CLEANUP(pg_strbuf_done) struct pg_strbuf b = { 0 };
	size_t i = w->val, len;
	bool first = true, any = false;

	for (; i <= w->val_end; i += len + 1) {
		for (len = 0; i + len < w->val_end && s[i + len] != ',';)
			len++;
		if (item_is(s + i, len, value))
			continue;
		if (!first)
			pg_strbuf_addc(&b, ',');
		pg_strbuf_addn(&b, s + i, len);
		first = false;
		any = any || len > 0;
	}
	if (!any)
		return 1;
	*ret = pg_strbuf_steal(&b);
	return *ret ? 0 : -ENOMEM;
}

static int list_drop(const char *s, const struct pg_option *want, struct pg_cmdline_edits *e)
{
	size_t n = strlen(s), pos = 0;
	struct pg_cmdline_word w;

	while (next_option(s, n, &pos, &w)) {
		char *list = NULL;
		int r;

		if (!w.has_val || !same_key(s + w.key, w.key_end - w.key, want->key) ||
		    !list_has(s, &w, want->value))
			continue;
		r = list_without(s, &w, want->value, &list);
		if (r == 0)
			r = add_edit(e, w.val, w.val_end, list);
		else if (r == 1)
			r = drop_word(s, &w, e);
		if (r < 0)
			return r;
	}
	return 0;
}

int pg_cmdline_edits(const char *cmdline, const struct pg_option *want,
		     struct pg_cmdline_edits *ret)
{
	PG_CLEANUP(pg_cmdline_edits_done) struct pg_cmdline_edits e = { 0 };
	int r;

	if (want->how == PG_OPTION_SET || !want->value)
		r = set_option(cmdline, want, &e);
	else if (want->how == PG_OPTION_LIST_ADD)
		r = list_add(cmdline, want, &e);
	else
		r = list_drop(cmdline, want, &e);
	if (r < 0)
		return r;
	*ret = e;
	e = (struct pg_cmdline_edits){ 0 };
	return 0;
}

size_t pg_cmdline_add_at(const char *cmdline, bool *ret_first)
{
	size_t n = strlen(cmdline), pos = 0, at = 0;
	struct pg_cmdline_word w;

	*ret_first = true;
	while (pg_cmdline_next(cmdline, n, &pos, &w)) {
		if (is_end(cmdline, &w)) {
			if (*ret_first)
				at = w.start;
			break;
		}
		at = w.end;
		*ret_first = false;
	}
	return at;
}
