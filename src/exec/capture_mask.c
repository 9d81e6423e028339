/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A capture without names, addresses and serial numbers; the same word everywhere, in paths too. */
#include "src/exec/capture.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/exec/journal.h"
#include "src/plan/mask.h"

/* Is the name a part of paths where no node's name stands? */
static bool is_a_word(const struct pg_capture *c, const char *name)
{
	static const char nodes[] = "/etc/pve/nodes/";

	for (size_t i = 0; i < c->n; i++) {
		const char *s = c->v[i].path;

		if (pg_text_starts(s, nodes))
			s += strlen(nodes) + strcspn(s + strlen(nodes), "/");
		for (s += *s == '/'; *s; s += strcspn(s, "/"), s += *s == '/')
			if (strcspn(s, "/") == strlen(name) && strncasecmp(s, name, strlen(name)) == 0)
				return true;
	}
	return false;
}

static int keep_word(struct pg_capture *c, struct pg_mask *mask, const char *name)
{
	if (!name || !is_a_word(c, name))
		return 0;
	pg_mask_forget(mask, name);
	return pg_strv_addf(&c->left, _("the name %s of a node: it is a word that Linux or Proxmox uses for "
			    "other things too, and is not masked"), name);
}

static int keep_words(struct pg_capture *c, struct pg_mask *mask, const struct pg_facts *facts)
{
	int r = 0;
	bool among = false;

	for (size_t i = 0; r == 0 && i < facts->n_node; i++) {
		r = keep_word(c, mask, facts->node[i].name);
		among |= facts->system.node && strcmp(facts->node[i].name, facts->system.node) == 0;
	}
	return r < 0 || among ? r : keep_word(c, mask, facts->system.node);
}

/* The records of changes have check sums: they are as they are, or not there. */
static int drop_records(struct pg_capture *c)
{
	size_t kept = 0, n = c->n;

	for (size_t i = 0; i < n; i++) {
		if (!pg_text_starts(c->v[i].path, PG_TX_DIR "/")) {
			c->v[kept++] = c->v[i];
			continue;
		}
		free(c->v[i].path);
		pg_bytes_done(&c->v[i].bytes);
	}
	c->n = kept;
	return kept == n ? 0 : pg_strv_addf(&c->left, _("%s: records of changes cannot be masked"), PG_TX_DIR);
}

static int mask_text(struct pg_mask *mask, char **text)
{
	char *masked = pg_mask_text(mask, *text);

	if (!masked)
		return -ENOMEM;
	free(*text);
	*text = masked;
	return 0;
}

/* What the firmware and the distribution named has no names of people. */
static bool is_masked_path(const char *path)
{
	return !pg_text_starts(path, "/sys/firmware/") && !pg_text_starts(path, "/lib/modules/") &&
	       !pg_text_starts(path, "/usr/");
}

static int mask_bytes(struct pg_mask *mask, const struct pg_entry *e, struct pg_bytes *bytes)
{
	struct pg_bytes masked = { 0 };
	int r = pg_mask_file(mask, e->path, bytes, &masked);

	if (r < 0)
		return r;
	pg_bytes_done(bytes);
	*bytes = masked;
	return 0;
}

static int mask_entry(struct pg_mask *mask, struct pg_entry *e)
{
	int r = 0;

	if (e->kind == PG_ENTRY_FILE && e->read)
		r = mask_bytes(mask, e, &e->bytes);
	if (r == 0 && e->kind == PG_ENTRY_LINK)
		r = mask_text(mask, &e->bytes.p);
	if (r == 0 && e->kind == PG_ENTRY_LINK)
		e->bytes.n = strlen(e->bytes.p);
	return r == 0 && is_masked_path(e->path) ? mask_text(mask, &e->path) : r;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct pg_entry *)a)->path, ((const struct pg_entry *)b)->path);
}

/* Two names can become one ("ABCD", "abcd"): the first stays. */
static void drop_twins(struct pg_capture *c)
{
	size_t kept = 0;

	qsort(c->v, c->n, sizeof(*c->v), by_path);
	for (size_t i = 0; i < c->n; i++) {
		if (!kept || strcmp(c->v[kept - 1].path, c->v[i].path) != 0) {
			c->v[kept++] = c->v[i];
			continue;
		}
		free(c->v[i].path);
		pg_bytes_done(&c->v[i].bytes);
	}
	c->n = kept;
}

static int mask_strings(struct pg_mask *mask, struct pg_strv *sv)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sv->n; i++)
		r = mask_text(mask, &sv->v[i]);
	return r;
}

int pg_capture_mask(struct pg_capture *c, const struct pg_facts *facts)
{
	struct pg_mask mask PG_CLEANUP(pg_mask_done) = { 0 };
	int r = pg_mask_make_exact(facts, &mask);

	if (r == 0)
		r = drop_records(c);
	if (r == 0)
		r = keep_words(c, &mask, facts);
	for (size_t i = 0; r == 0 && i < c->n; i++)
		r = mask_entry(&mask, &c->v[i]);
	if (r == 0)
		r = mask_strings(&mask, &c->hidden);
	if (r < 0)
		return r;
	drop_twins(c);
	c->masked = true;
	return 0;
}
