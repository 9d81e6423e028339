/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/finding.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/strbuf.h"
#include "src/base/vec.h"

/* Lines of logs that are shown for one finding. */
#define HEARD_MAX 5

static void finding_done(struct pg_finding *f)
{
	free(f->scope);
	free(f->text);
	free(f->evidence);
	free(f->advice);
	free(f->fix);
	pg_strv_done(&f->heard);
}

void pg_findings_done(struct pg_findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		finding_done(&f->v[i]);
	free(f->v);
	*f = (struct pg_findings){ 0 };
}

static int set_text(char **field, const char *fmt, va_list ap) PG_PRINTF(2, 0);

static int set_text(char **field, const char *fmt, va_list ap)
{
	struct pg_strbuf b = { 0 };

	pg_strbuf_vaddf(&b, fmt, ap);
	free(*field);
	*field = pg_strbuf_steal(&b);
	return *field ? 0 : -ENOMEM;
}

struct pg_finding *pg_findings_add(struct pg_findings *f, const char *id, enum pg_level level,
				   const char *scope, const char *fmt, ...)
{
	struct pg_finding *finding = pg_vec_add(&f->v, &f->n, sizeof(*finding));
	va_list ap;
	int r;

	if (!finding)
		return NULL;
	finding->id = id;
	finding->level = level;
	finding->scope = strdup(scope);
	va_start(ap, fmt);
	r = set_text(&finding->text, _(fmt), ap);
	va_end(ap);
	if (r == 0 && finding->scope)
		return finding;
	finding_done(finding);
	f->n--;
	return NULL;
}

int pg_finding_evidence(struct pg_finding *finding, const char *fmt, ...)
{
	va_list ap;
	int r;

	if (!finding)
		return -ENOMEM;
	va_start(ap, fmt);
	r = set_text(&finding->evidence, _(fmt), ap);
	va_end(ap);
	return r;
}

int pg_finding_advice(struct pg_finding *finding, const char *fmt, ...)
{
	va_list ap;
	int r;

	if (!finding)
		return -ENOMEM;
	va_start(ap, fmt);
	r = set_text(&finding->advice, _(fmt), ap);
	va_end(ap);
	return r;
}

int pg_finding_fix(struct pg_finding *finding, const char *fmt, ...)
{
	va_list ap;
	int r;

	if (!finding)
		return -ENOMEM;
	va_start(ap, fmt);
	r = set_text(&finding->fix, fmt, ap);
	va_end(ap);
	return r;
}

int pg_finding_heard(struct pg_finding *finding, const char *where, const char *line)
{
	pg_autofree char *text = finding ? pg_strf("%s: %s", where, line) : NULL;

	if (!text)
		return -ENOMEM;
	if (finding->heard.n >= HEARD_MAX || pg_strv_has(&finding->heard, text))
		return 0;
	return pg_strv_add(&finding->heard, text);
}

void pg_findings_remove(struct pg_findings *f, size_t i)
{
	finding_done(&f->v[i]);
	pg_vec_remove(f->v, &f->n, sizeof(*f->v), i);
}

int pg_findings_append(struct pg_findings *f, struct pg_findings *more)
{
	for (size_t i = 0; i < more->n; i++) {
		struct pg_finding *to = pg_vec_add(&f->v, &f->n, sizeof(*to));

		if (!to)
			return -ENOMEM;
		*to = more->v[i];
		more->v[i] = (struct pg_finding){ 0 };
	}
	pg_findings_done(more);
	return 0;
}

int pg_finding_loss(struct pg_finding *finding, const struct pg_dev *dev,
		    const struct pg_use *use)
{
	if (!finding)
		return -ENOMEM;
	finding->is_loss = true;
	finding->loss = dev->addr;
	finding->loss_use = (size_t)(use - dev->use);
	return 0;
}

enum pg_level pg_findings_worst(const struct pg_findings *f)
{
	enum pg_level worst = PG_LEVEL_OK;

	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].level > worst)
			worst = f->v[i].level;
	return worst;
}

static int compare(const struct pg_finding *a, const struct pg_finding *b)
{
	int r = strcmp(a->id, b->id);

	if (r == 0)
		r = strcmp(a->scope, b->scope);
	if (r == 0)
		r = strcmp(a->text, b->text);
	return r ? r : strcmp(a->evidence ? a->evidence : "", b->evidence ? b->evidence : "");
}

static int by_text(const void *pa, const void *pb)
{
	const struct pg_finding *a = *(struct pg_finding *const *)pa;
	const struct pg_finding *b = *(struct pg_finding *const *)pb;
	int r = compare(a, b);

	return r ? r : (a > b) - (a < b);
}

/* Empties all but the first of those that say the same of the same: two entries of a VM can have
 * the same fault. Thousands of VMs can have something said about them. */
static int empty_twins(struct pg_findings *f)
{
	pg_autofree struct pg_finding **view = calloc(f->n, sizeof(struct pg_finding *));
	struct pg_finding *first;

	if (!view)
		return -ENOMEM;
	for (size_t i = 0; i < f->n; i++)
		view[i] = &f->v[i];
	qsort(view, f->n, sizeof(*view), by_text);
	first = view[0];
	for (size_t i = 1; i < f->n; i++) {
		if (compare(first, view[i]) != 0) {
			first = view[i];
			continue;
		}
		finding_done(view[i]);
		*view[i] = (struct pg_finding){ 0 };
	}
	return 0;
}

int pg_findings_sort(struct pg_findings *f)
{
	struct pg_finding *sorted;
	size_t n = 0;

	if (f->n == 0)
		return 0;
	sorted = calloc(f->n, sizeof(*sorted));
	if (!sorted || empty_twins(f) < 0) {
		free(sorted);
		return -ENOMEM;
	}
	for (int level = PG_LEVEL_BLOCK; level >= PG_LEVEL_OK; level--)
		for (size_t i = 0; i < f->n; i++)
			if (f->v[i].id && (int)f->v[i].level == level)
				sorted[n++] = f->v[i];
	memcpy(f->v, sorted, n * sizeof(*sorted)); /* the vector's own memory has room to grow */
	f->n = n;
	free(sorted);
	return 0;
}

const char *pg_level_name(enum pg_level level)
{
	static const char *const names[] = {
		[PG_LEVEL_OK] = N_("ok"),
		[PG_LEVEL_NOTE] = N_("note"),
		[PG_LEVEL_WARN] = N_("warn"),
		[PG_LEVEL_BLOCK] = N_("block"),
	};

	return names[level];
}
