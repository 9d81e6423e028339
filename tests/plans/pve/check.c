/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Complaints, and a node from lines of text. */
#include "tests/plans/pve/pve.h"

#include <stdio.h>
#include <string.h>

#include "src/base/text.h"

void *pve_must(void *p)
{
	if (!p)
		abort();
	return p;
}

void pve_say(struct pve_out *out, enum pve_kind kind, const char *fmt, ...)
{
	struct pve_complaint *c = pve_must(pg_vec_add(&out->v, &out->n, sizeof(*c)));
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	va_list ap;

	va_start(ap, fmt);
	pg_strbuf_vaddf(&b, fmt, ap);
	va_end(ap);
	c->kind = kind;
	c->text = pve_must(pg_strbuf_steal(&b));
}

const char *pve_kind_name(enum pve_kind kind)
{
	static const char *const name[] = { "reject", "start", "warn" };

	return name[kind];
}

bool pve_refused(const struct pve_out *out)
{
	for (size_t i = 0; i < out->n; i++)
		if (out->v[i].kind != PVE_WARN)
			return true;
	return false;
}

void pve_out_done(struct pve_out *out)
{
	for (size_t i = 0; i < out->n; i++)
		free(out->v[i].text);
	free(out->v);
	*out = (struct pve_out){ 0 };
}

void pve_vm_done(struct pve_vm *vm)
{
	free(vm->conf);
	*vm = (struct pve_vm){ 0 };
}

void pve_node_done(struct pve_node *node)
{
	for (size_t i = 0; i < node->n_dev; i++)
		pg_strv_done(&node->dev[i].type);
	for (size_t i = 0; i < node->n_storage; i++) {
		free(node->storage[i].id);
		pg_strv_done(&node->storage[i].content);
	}
	free(node->dev);
	free(node->usb);
	free(node->storage);
	free(node->name);
	free(node->user);
	free(node->pci_cfg);
	free(node->usb_cfg);
	pg_strv_done(&node->rom);
	*node = (struct pve_node){ 0 };
}

static bool dev_word(struct pve_dev *d, const char *word)
{
	if (strcmp(word, "mdev") == 0)
		d->mdev = true;
	else if (strcmp(word, "nvidia") == 0)
		d->mdev = d->nvidia = true;
	else if (strcmp(word, "render") == 0)
		d->render = true;
	else if (pg_text_starts(word, "id="))
		snprintf(d->id, sizeof(d->id), "%s", word + 3);
	else if (pg_text_starts(word, "sub="))
		snprintf(d->sub, sizeof(d->sub), "%s", word + 4);
	else if (pg_text_starts(word, "class="))
		d->class = (unsigned)strtoul(word + 6, NULL, 16);
	else if (pg_text_starts(word, "group="))
		d->group = (int)strtol(word + 6, NULL, 10);
	else if (pg_text_starts(word, "used="))
		d->used_by = (unsigned)strtoul(word + 5, NULL, 10);
	else if (pg_text_starts(word, "type="))
		return pg_strv_add(&d->type, word + 5) == 0;
	else
		return false;
	return true;
}

static bool add_dev(struct pve_node *node, const struct pg_strv *w)
{
	struct pve_dev *d = pve_must(pg_vec_add(&node->dev, &node->n_dev, sizeof(*d)));
	bool good = true;

	d->group = -1;
	snprintf(d->addr, sizeof(d->addr), "%s", w->v[1]);
	for (size_t i = 2; i < w->n; i++)
		good = good && dev_word(d, w->v[i]);
	return good;
}

static bool add_storage(struct pve_node *node, const struct pg_strv *w)
{
	struct pve_storage *s = pve_must(pg_vec_add(&node->storage, &node->n_storage,
						    sizeof(*s)));

	s->id = pve_must(strdup(w->v[1]));
	return w->n < 3 || pg_strv_split(w->v[2], ",", &s->content) == 0;
}

static bool set_text(char **to, const char *s)
{
	free(*to);
	*to = pve_must(strdup(s));
	return true;
}

/* "2", "2,1024" or "none" */
static bool set_pages(struct pve_node *node, const char *list)
{
	node->pages_known = true;
	node->pages_2m = pve_match("^2(,|$)", list);
	node->pages_1g = pve_match("(^|,)1024$", list);
	return true;
}

/* "known", or "other": there is one on no PCI device */
static bool set_render(struct pve_node *node, const char *word)
{
	node->render_known = true;
	node->render_other = strcmp(word, "other") == 0;
	return true;
}

bool pve_node_line(struct pve_node *node, const char *line)
{
	struct pg_strv w PG_CLEANUP(pg_strv_done) = { 0 };

	if (pg_strv_split(line, " ", &w) < 0 || w.n < 2)
		return false;
	if (strcmp(w.v[0], "name") == 0)
		return set_text(&node->name, w.v[1]);
	if (strcmp(w.v[0], "user") == 0)
		return set_text(&node->user, w.v[1]);
	if (strcmp(w.v[0], "dev") == 0)
		return add_dev(node, &w);
	if (strcmp(w.v[0], "storage") == 0)
		return add_storage(node, &w);
	if (strcmp(w.v[0], "rom") == 0)
		return pg_strv_add(&node->rom, w.v[1]) == 0;
	if (strcmp(w.v[0], "pages") == 0)
		return set_pages(node, w.v[1]);
	if (strcmp(w.v[0], "render") == 0)
		return set_render(node, w.v[1]);
	if (strcmp(w.v[0], "numa") == 0)
		return (node->numa = (unsigned)strtoul(w.v[1], NULL, 10)) > 0;
	if (strcmp(w.v[0], "iommu") == 0) {
		node->iommu = strcmp(w.v[1], "yes") == 0;
		return true;
	}
	if (strcmp(w.v[0], "usb") == 0 && w.n == 3) {
		struct pve_usb *u = pve_must(pg_vec_add(&node->usb, &node->n_usb, sizeof(*u)));

		snprintf(u->port, sizeof(u->port), "%s", w.v[1]);
		snprintf(u->id, sizeof(u->id), "%s", w.v[2]);
		return true;
	}
	return false;
}
