/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/entries.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/host/collect.h"

#define GRUB_CFG "/boot/grub/grub.cfg"
#define CFG_MAX ((size_t)4 << 20)
#define ENTRY_BYTES_MAX ((size_t)64 << 10)
#define ENTRIES_MAX 512

void pg_boot_entries_done(struct pg_boot_entries *entries)
{
	for (size_t i = 0; i < entries->n; i++)
		pg_boot_entry_done(&entries->v[i]);
	free(entries->v);
	*entries = (struct pg_boot_entries){ 0 };
}

/* What follows "--" is init's. */
static bool has_off(const char *options)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };

	if (pg_strv_split(options, " \t", &words) < 0)
		return false;
	for (size_t i = 0; i < words.n && strcmp(words.v[i], "--") != 0; i++)
		if (strcmp(words.v[i], "pve-gpu.off") == 0 ||
		    strcmp(words.v[i], "pve_gpu.off") == 0)
			return true;
	return false;
}

/* Takes the entry over, also on failure; one without a kernel is dropped. */
static int add_entry(struct pg_boot_entries *ret, struct pg_boot_entry *entry)
{
	struct pg_boot_entry *to;

	if (!entry->options || ret->n >= ENTRIES_MAX) {
		pg_boot_entry_done(entry);
		*entry = (struct pg_boot_entry){ 0 };
		return 0;
	}
	to = pg_vec_add(&ret->v, &ret->n, sizeof(*to));
	if (!to) {
		pg_boot_entry_done(entry);
		return -ENOMEM;
	}
	*to = *entry;
	*entry = (struct pg_boot_entry){ 0 };
	to->off = has_off(to->options);
	to->recovery = (to->id && strstr(to->id, "-recovery-")) ||
		       (to->title && strstr(to->title, "(recovery mode)"));
	return to->title && to->path ? 0 : -ENOMEM;
}

/* ---- grub.cfg ---- */

/* The next word of a line, quotes taken off; NULL at its end or where memory ran out. */
static char *next_word(const char **at)
{
	const char *s = *at + strspn(*at, " \t");
	char quote = *s == '\'' || *s == '"' ? *s : '\0';
	size_t n;

	if (quote)
		s++;
	n = quote ? strcspn(s, quote == '"' ? "\"" : "'") : strcspn(s, " \t");
	*at = s + n + (quote && s[n] ? 1 : 0);
	return n || quote ? strndup(s, n) : NULL;
}

/* menuentry 'Debian GNU/Linux' --class debian … $menuentry_id_option 'gnulinux-simple-…' { */
static int begin_entry(const char *path, const char *rest, struct pg_boot_entry *entry)
{
	char *word;

	entry->path = strdup(path);
	entry->title = next_word(&rest);
	if (!entry->path)
		return -ENOMEM;
	if (!entry->title)
		entry->title = strdup("");
	while ((word = next_word(&rest))) {
		bool is_id = strstr(word, "menuentry_id_option") || strcmp(word, "--id") == 0;

		free(word);
		if (is_id && !entry->id)
			entry->id = next_word(&rest);
	}
	return entry->title ? 0 : -ENOMEM;
}

static bool is_linux(const char *word)
{
	return strcmp(word, "linux") == 0 || strcmp(word, "linuxefi") == 0 ||
	       strcmp(word, "linux16") == 0;
}

static int grub_line(const char *path, const char *line, struct pg_boot_entry *entry,
		     struct pg_boot_entries *ret)
{
	const char *rest = line;
	pg_autofree char *word = next_word(&rest);
	int r;

	if (!word)
		return 0;
	if (strcmp(word, "menuentry") == 0) {
		r = add_entry(ret, entry);
		return r < 0 ? r : begin_entry(path, rest, entry);
	}
	if (!entry->path || entry->options || !is_linux(word))
		return 0;
	free(entry->kernel);
	entry->kernel = next_word(&rest);
	if (!entry->kernel)
		return 0;
	entry->options = strdup(rest + strspn(rest, " \t"));
	return entry->options ? 0 : -ENOMEM;
}

int pg_boot_entries_grub(const char *path, const struct pg_bytes *text,
			 struct pg_boot_entries *ret)
{
	struct pg_boot_entry entry = { 0 };
	size_t pos = 0, len, full;
	const char *at;
	int r = 0;

	while (r == 0 && text->n && pg_text_line(text->p, text->n, &pos, &at, &len, &full)) {
		pg_autofree char *line = strndup(at, len);

		r = line ? grub_line(path, pg_text_trim(line), &entry, ret) : -ENOMEM;
	}
	if (r == 0)
		r = add_entry(ret, &entry);
	pg_boot_entry_done(&entry);
	return r;
}

/* ---- Boot Loader Specification ---- */

/* "key value": several `options` lines add up. */
static int bls_line(const char *line, struct pg_boot_entry *entry)
{
	const char *rest = line;
	pg_autofree char *key = next_word(&rest), *old = NULL;
	char **to;

	if (!key)
		return 0;
	to = strcmp(key, "options") == 0 ? &entry->options :
	     strcmp(key, "title") == 0	 ? &entry->title :
	     strcmp(key, "linux") == 0	 ? &entry->kernel :
					   NULL;
	if (!to)
		return 0;
	rest += strspn(rest, " \t");
	old = PG_STEAL(*to);
	*to = old && to == &entry->options ? pg_strf("%s %s", old, rest) : strdup(rest);
	return *to ? 0 : -ENOMEM;
}

int pg_boot_entries_bls(const char *path, const struct pg_bytes *text,
			struct pg_boot_entries *ret)
{
	struct pg_boot_entry entry = { .path = strdup(path),
				       .id = strdup(strrchr(path, '/') + 1) };
	size_t pos = 0, len, full;
	const char *at;
	int r = entry.path && entry.id ? 0 : -ENOMEM;

	while (r == 0 && text->n && pg_text_line(text->p, text->n, &pos, &at, &len, &full)) {
		pg_autofree char *line = strndup(at, len);

		r = line ? bls_line(pg_text_trim(line), &entry) : -ENOMEM;
	}
	if (r == 0 && !entry.title)
		entry.title = strdup(entry.id);
	if (r == 0)
		r = add_entry(ret, &entry);
	pg_boot_entry_done(&entry);
	return r;
}

/* ---- reading ---- */

int pg_boot_entries_read_grub(const struct pg_root *root, const char *path,
			      struct pg_boot_entries *ret)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = pg_root_read(root, path, CFG_MAX, &text);

	return r < 0 ? r : pg_boot_entries_grub(path, &text, ret);
}

int pg_boot_entries_read_bls(const struct pg_root *root, const char *dir,
			     struct pg_boot_entries *ret)
{
	pg_autofree char *entries = pg_strf("%s/loader/entries", dir);
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = entries ? pg_root_list(root, entries, &names) : -ENOMEM;

	for (size_t i = 0; r == 0 && i < names.n && i < ENTRIES_MAX; i++) {
		struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
		pg_autofree char *path = pg_strf("%s/%s", entries, names.v[i]);

		if (!path)
			return -ENOMEM;
		if (!pg_text_ends(path, ".conf"))
			continue;
		r = pg_root_read(root, path, ENTRY_BYTES_MAX, &text);
		if (r == 0)
			r = pg_boot_entries_bls(path, &text, ret);
	}
	return r;
}

int pg_collect_entries(const struct pg_root *root, struct pg_facts *facts)
{
	static const char *const esp[] = { "/boot/efi", "/efi", "/boot" };
	struct pg_boot_entries entries = { 0 };
	int r = pg_boot_entries_read_grub(root, GRUB_CFG, &entries);

	if (r < 0 && r != -ENOMEM)
		r = pg_note_unread(facts, GRUB_CFG, r);
	for (size_t i = 0; r == 0 && i < PG_ARRAY_SIZE(esp); i++) {
		r = pg_boot_entries_read_bls(root, esp[i], &entries);
		if (r < 0 && r != -ENOMEM)
			r = pg_note_unread(facts, esp[i], r);
	}
	facts->boot.entry = entries.v;
	facts->boot.n_entry = entries.n;
	return r;
}
