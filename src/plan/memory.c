/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/memory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/text.h"

/*
 * One line a device; '-' for what is not known or not there. A virtual function has its card's line and
 * one field more, "vf3=0000:02:10.6": its number and the address by which it is named. A version
 * that does not know that passes over such a line, and keeps it.
 */
static const char header[] =
	"# Devices that are named by their address, as they were when that was set up:\n"
	"# so pve-gpu notices when a card has moved.\n"
	"# ADDRESS VENDOR:DEVICE SUBSYSTEM PLACE SERIAL NAMED-BY\n";

enum { FIELDS = PG_KNOWN_FIELDS + 1, FIELDS_VF = FIELDS + 1, KNOWN_MAX = 1024 };

void pg_known_done(struct pg_known *k)
{
	free(k->path);
	free(k->serial);
	pg_strv_done(&k->user);
}

void pg_memory_done(struct pg_memory *memory)
{
	for (size_t i = 0; i < memory->n; i++)
		pg_known_done(&memory->known[i]);
	free(memory->known);
	free(memory->found);
	*memory = (struct pg_memory){ 0 };
}

bool pg_known_has_user(const struct pg_known *known, const char *user)
{
	return pg_strv_has(&known->user, user);
}

/* ---- reading ---- */

/* "10de:2684", four lower-case digits each */
static bool read_pair(const char *s, uint16_t *ret_a, uint16_t *ret_b)
{
	unsigned a, b;
	int n = 0;

	if (strlen(s) != 9 || s[strspn(s, "0123456789abcdef:")] ||
	    sscanf(s, "%4x:%4x%n", &a, &b, &n) != 2 || n != 9)
		return false;
	*ret_a = (uint16_t)a;
	*ret_b = (uint16_t)b;
	return true;
}

static int read_text(const char *field, char **ret)
{
	*ret = strcmp(field, "-") == 0 ? NULL : strdup(field);
	return *ret || strcmp(field, "-") == 0 ? 0 : -ENOMEM;
}

/* What is written here is in these; a control character would not come back as it was. */
static bool is_plain(char *const *field)
{
	for (size_t i = 0; i < PG_KNOWN_FIELDS; i++)
		for (const char *s = field[i]; *s; s++)
			if (*s < '!' || *s > '~')
				return false;
	return true;
}

int pg_known_read(char *const *field, struct pg_known *ret)
{
	struct pg_known k = { 0 };
	int r;

	if (!is_plain(field) || pg_bdf_parse(field[0], &k.addr) < 0 ||
	    !read_pair(field[1], &k.vendor, &k.device))
		return -EINVAL;
	k.has_subsystem = strcmp(field[2], "-") != 0;
	if (k.has_subsystem && !read_pair(field[2], &k.subvendor, &k.subdevice))
		return -EINVAL;
	r = read_text(field[3], &k.path);
	if (r == 0)
		r = read_text(field[4], &k.serial);
	if (r < 0) {
		pg_known_done(&k);
		return r;
	}
	*ret = k;
	return 0;
}

/* "vf3=0000:02:10.6" */
static int read_vf(const char *field, struct pg_known *k)
{
	char *number pg_autofree = strndup(field, strcspn(field, "="));
	uint64_t n;

	if (!number)
		return -ENOMEM;
	if (!pg_text_starts(number, "vf") || pg_text_number(number + 2, 10, UINT16_MAX, &n) < 0 ||
	    !field[strlen(number)])
		return -EINVAL;
	k->card = k->addr;
	k->vf = (unsigned)n;
	k->is_vf = true;
	return pg_bdf_parse(field + strlen(number) + 1, &k->addr) < 0 ? -EINVAL : 0;
}

/* -EINVAL: it is none. */
static int read_fields(const struct pg_strv *f, struct pg_known *k)
{
	int r = f->n == FIELDS || f->n == FIELDS_VF ? pg_known_read(f->v, k) : -EINVAL;

	if (r == 0 && f->n == FIELDS_VF)
		r = read_vf(f->v[FIELDS], k);
	if (r < 0 || strcmp(f->v[PG_KNOWN_FIELDS], "-") == 0)
		return r;
	for (const char *s = f->v[PG_KNOWN_FIELDS]; *s; s++)
		if (*s < '!' || *s > '~')
			return -EINVAL;
	return pg_strv_split(f->v[PG_KNOWN_FIELDS], ",", &k->user);
}

/* 1: it is a device; 0: a comment or blank; -EINVAL. */
static int read_line(const char *line, size_t len, struct pg_known *ret)
{
	struct pg_strv field PG_CLEANUP(pg_strv_done) = { 0 };
	char *copy pg_autofree = strndup(line, len);
	struct pg_known k = { 0 };
	int r;

	if (!copy || pg_strv_split(copy, " \t\r", &field) < 0)
		return -ENOMEM;
	if (field.n == 0 || field.v[0][0] == '#')
		return 0;
	r = strlen(copy) == len ? read_fields(&field, &k) : -EINVAL;
	if (r < 0) {
		pg_known_done(&k);
		return r;
	}
	*ret = k;
	return 1;
}

int pg_memory_read(const struct pg_facts *facts, struct pg_memory *ret)
{
	const struct pg_file *file = pg_facts_file(facts, PG_PATH_DEVICES);
	struct pg_memory memory PG_CLEANUP(pg_memory_done) = { 0 };
	size_t pos = 0, len, full;
	const char *line;
	unsigned at = 0;
	int r = 0;

	while (file && !file->error && file->bytes.p && memory.n < KNOWN_MAX &&
	       pg_text_line(file->bytes.p, file->bytes.n, &pos, &line, &len, &full)) {
		struct pg_known known = { 0 }, *k;

		at++;
		r = read_line(line, len, &known);
		if (r == -ENOMEM)
			return r;
		if (r == -EINVAL && !memory.bad_line)
			memory.bad_line = at;
		if (r <= 0)
			continue;
		k = pg_vec_add(&memory.known, &memory.n, sizeof(*k));
		if (!k) {
			pg_known_done(&known);
			return -ENOMEM;
		}
		*k = known;
	}
	r = pg_memory_match(facts, &memory);
	if (r < 0)
		return r;
	*ret = memory;
	memory = (struct pg_memory){ 0 };
	return 0;
}

/* ---- writing ---- */

/* By address; of one address, in the same order each time. */
static int by_addr(const void *a, const void *b)
{
	const struct pg_known *x = *(const struct pg_known *const *)a;
	const struct pg_known *y = *(const struct pg_known *const *)b;
	int r = pg_bdf_cmp(x->addr, y->addr);

	if (r == 0)
		r = strcmp(x->path ? x->path : "", y->path ? y->path : "");
	if (r == 0)
		r = (int)x->device - (int)y->device;
	if (r == 0)
		r = (int)x->is_vf - (int)y->is_vf;
	if (r == 0 && x->is_vf)
		r = pg_bdf_cmp(x->card, y->card);
	return r || !x->is_vf ? r : (int)x->vf - (int)y->vf;
}

void pg_known_write(const struct pg_known *k, struct pg_strbuf *b)
{
	pg_strbuf_addf(b, "%s %04x:%04x ", pg_bdf_str(k->is_vf ? k->card : k->addr).s, k->vendor,
		       k->device);
	if (k->has_subsystem)
		pg_strbuf_addf(b, "%04x:%04x", k->subvendor, k->subdevice);
	else
		pg_strbuf_addc(b, '-');
	pg_strbuf_addf(b, " %s %s", k->path ? k->path : "-", k->serial ? k->serial : "-");
}

static int write_known(const struct pg_known *k, struct pg_strbuf *b)
{
	char *users pg_autofree = pg_strv_join(&k->user, ",");

	if (!users)
		return -ENOMEM;
	pg_known_write(k, b);
	pg_strbuf_addf(b, " %s", *users ? users : "-");
	if (k->is_vf)
		pg_strbuf_addf(b, " vf%u=%s", k->vf, pg_bdf_str(k->addr).s);
	pg_strbuf_addc(b, '\n');
	return 0;
}

/* What is no device: comments, and what could not be read. */
static int write_others(const struct pg_bytes *in, struct pg_strbuf *b)
{
	size_t pos = 0, len, full;
	const char *line;

	while (pg_text_line(in->p, in->n, &pos, &line, &len, &full)) {
		struct pg_known k = { 0 };
		int r = read_line(line, len, &k);

		pg_known_done(&k);
		if (r == -ENOMEM)
			return r;
		if (r > 0)
			continue;
		pg_strbuf_addn(b, line, full);
		if (full == len)
			pg_strbuf_addc(b, '\n');
	}
	return 0;
}

int pg_memory_text(const struct pg_memory *memory, const struct pg_bytes *in,
		   struct pg_bytes *ret)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	const struct pg_known **order pg_autofree = calloc(memory->n + 1, sizeof(*order));
	int r = 0;

	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < memory->n; i++)
		order[i] = &memory->known[i];
	qsort(order, memory->n, sizeof(*order), by_addr);
	if (in->n)
		r = write_others(in, &b);
	else if (memory->n)
		pg_strbuf_add(&b, header);
	for (size_t i = 0; r == 0 && i < memory->n; i++)
		r = write_known(order[i], &b);
	return r < 0 ? r : pg_strbuf_steal_bytes(&b, ret);
}
