/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/base/record.h"

#include <errno.h>
#include <search.h>
#include <string.h>

#include "src/base/root_private.h"

struct pg_record {
	void *tree;		/* of struct pg_seen, by path (tsearch(3)) */
	const struct pg_seen **all;
	size_t n;
	bool failed;		/* memory ran out */
};

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct pg_seen *)a)->path, ((const struct pg_seen *)b)->path);
}

static void seen_free(void *p)
{
	struct pg_seen *seen = p;

	if (seen) {
		free(seen->path);
		pg_bytes_done(&seen->bytes);
	}
	free(seen);
}

struct pg_record *pg_record_new(void)
{
	return calloc(1, sizeof(struct pg_record));
}

void pg_record_free(struct pg_record *record)
{
	if (!record)
		return;
	tdestroy(record->tree, seen_free);
	free(record->all);
	free(record);
}

void pg_record_freep(struct pg_record **record)
{
	pg_record_free(*record);
}

void pg_root_record(struct pg_root *root, struct pg_record *record)
{
	root->record = record;
}

bool pg_root_is_recorded(const struct pg_root *root)
{
	return root->record;
}

/* Takes the new one over. */
static struct pg_seen *put(struct pg_record *record, struct pg_seen *seen)
{
	struct pg_seen **at = seen->path ? tsearch(seen, &record->tree, by_path) : NULL;
	struct pg_seen *is = at ? *at : NULL;
	const struct pg_seen **slot;

	if (is != seen)
		seen_free(seen);
	if (!is || is != seen)
		return is;
	slot = pg_vec_add(&record->all, &record->n, sizeof(const struct pg_seen *));
	if (!slot)
		return NULL; /* the tree has it, and frees it */
	*slot = is;
	return is;
}

/* What is known of the path; NULL: nothing is recorded, or memory ran out. */
static struct pg_seen *seen_at(const struct pg_root *root, const char *dir, const char *name)
{
	struct pg_record *record = root->record;
	struct pg_seen *seen;

	if (!record || record->failed)
		return NULL;
	seen = calloc(1, sizeof(*seen));
	if (seen)
		seen->path = *dir ? pg_strf("%s/%s", dir, name) : strdup(name);
	seen = seen ? put(record, seen) : NULL;
	record->failed = !seen;
	return seen;
}

void pg_record_link(const struct pg_root *root, const char *dir, const char *name)
{
	struct pg_seen *seen = seen_at(root, dir, name);

	if (seen)
		seen->as_link = true;
}

void pg_record_there(const struct pg_root *root, const char *dir, const char *name)
{
	struct pg_seen *seen = seen_at(root, dir, name);

	if (seen)
		seen->followed = true;
}

void pg_record_list(const struct pg_root *root, const char *path)
{
	struct pg_seen *seen = seen_at(root, "", path);

	if (seen)
		seen->followed = seen->listed = true;
}

void pg_record_read(const struct pg_root *root, const char *dir, const char *name,
		    const struct pg_bytes *bytes)
{
	struct pg_seen *seen = seen_at(root, dir, name);

	if (!seen)
		return;
	seen->followed = true;
	if (seen->read)
		return;
	seen->read = pg_bytes_copy(bytes->p ? bytes->p : "", bytes->n, &seen->bytes) == 0;
	root->record->failed |= !seen->read;
}

void pg_root_record_file(const struct pg_root *root, const char *path, const struct pg_bytes *bytes)
{
	pg_record_read(root, "", path, bytes);
}

static int by_pointed_path(const void *a, const void *b)
{
	return by_path(*(const struct pg_seen *const *)a, *(const struct pg_seen *const *)b);
}

int pg_record_all(const struct pg_record *record, const struct pg_seen *const **ret, size_t *ret_n)
{
	if (record->failed)
		return -ENOMEM;
	if (record->n)
		qsort(record->all, record->n, sizeof(const struct pg_seen *), by_pointed_path);
	*ret = record->all;
	*ret_n = record->n;
	return 0;
}
