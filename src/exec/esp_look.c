/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The EFI system partitions of proxmox-boot-tool, which nobody has mounted: what they boot, by
 * a script of ours (data/boot/esp-entries, whose head says what it prints).
 */
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/exec/proof.h"
#include "src/host/entries.h"

#define OUTPUT_MAX ((size_t)16 << 20)
#define SCRIPT "/boot/esp-entries"

static int ask(struct pg_run *run, struct pg_bytes *ret)
{
	pg_autofree char *own = run->opts->data ? NULL : pg_data_dir();
	const char *data = own ? own : run->opts->data;
	struct pg_strv argv PG_CLEANUP(pg_strv_done) = { 0 };
	int r = data ? pg_strv_split("unshare --mount --propagation private sh", " ", &argv) :
		       -ENOMEM;

	if (r == 0)
		r = pg_strv_addf(&argv, "%s" SCRIPT, data);
	return r < 0 ? r : pg_run_ask_kept(run, "esp-entries", &argv, OUTPUT_MAX, 60, ret);
}

/* "1234-ABCD" */
static bool is_uuid(const char *s)
{
	return strlen(s) <= 36 && *s && !s[strspn(s, "0123456789ABCDEFabcdef-")];
}

/* The entries of one file; those that are new get the partition's name. */
static int take_file(struct pg_boot_entries *entries, const char *uuid, const char *file,
		     const struct pg_bytes *text)
{
	pg_autofree char *path = pg_strf(_("EFI system partition %s: %s"), uuid, file);
	size_t had = entries->n;
	int r;

	if (!path)
		return -ENOMEM;
	r = pg_text_ends(file, "/grub.cfg") ? pg_boot_entries_grub(path, text, entries) :
					      pg_boot_entries_bls(path, text, entries);
	for (size_t i = had; r == 0 && i < entries->n; i++) {
		entries->v[i].esp = strdup(uuid);
		r = entries->v[i].esp ? 0 : -ENOMEM;
	}
	return r;
}

/* "UUID PATH BYTES", whose content begins at *pos; *pos is then behind it. */
static int take_record(const char *line, size_t len, const struct pg_bytes *all, size_t *pos,
		       struct pg_boot_entries *entries, struct pg_strv *unseen)
{
	struct pg_strv word PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *head = strndup(line, len);
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	uint64_t n;

	if (!head || pg_strv_split(head, " ", &word) < 0)
		return -ENOMEM;
	if (word.n != 3 || !is_uuid(word.v[0]) || !strchr("/-", word.v[1][0]) ||
	    pg_text_number(word.v[2], 10, all->n - *pos, &n) < 0)
		return -EBADMSG;
	if (pg_bytes_copy(all->p + *pos, n, &text) < 0)
		return -ENOMEM;
	*pos += n < all->n - *pos ? n + 1 : n;
	if (word.v[1][0] == '-')
		return pg_strv_add(unseen, word.v[0]);
	return take_file(entries, word.v[0], word.v[1], &text);
}

int pg_esp_read(const struct pg_bytes *output, struct pg_facts *facts, struct pg_strv *unseen)
{
	struct pg_boot_entries entries = { .v = facts->boot.entry, .n = facts->boot.n_entry };
	size_t pos = 0, len, full;
	const char *line;
	int r = 0;

	while (r == 0 && output->n &&
	       pg_text_line(output->p, output->n, &pos, &line, &len, &full))
		r = take_record(line, len, output, &pos, &entries, unseen);
	facts->boot.entry = entries.v;
	facts->boot.n_entry = entries.n;
	return r;
}

int pg_esp_look(struct pg_run *run, struct pg_facts *facts, struct pg_strv *unseen)
{
	struct pg_bytes output PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = ask(run, &output);

	return r < 0 ? r : pg_esp_read(&output, facts, unseen);
}
