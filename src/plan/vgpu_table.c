/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be made of each card, and who has what of it. */
#include "src/plan/vgpu.h"

#include <errno.h>
#include <string.h>

#include "src/plan/planner.h"

static void card_done(struct pg_vgpu_card *card)
{
	for (size_t i = 0; i < card->n_type; i++)
		free(card->type[i].user);
	free(card->type);
	free(card->part);
}

void pg_vgpu_table_done(struct pg_vgpu_table *t)
{
	for (size_t i = 0; i < t->n; i++)
		card_done(&t->v[i]);
	free(t->v);
	*t = (struct pg_vgpu_table){ 0 };
}

const char *pg_vgpu_way_name(const struct pg_vgpu_card *card)
{
	if (!card->n_part)
		return "none";
	return card->part[0]->way == PG_MDEV_VENDOR ? "nvidia" : "types";
}

/* ---- types ---- */

static struct pg_vgpu_type *type_of(struct pg_vgpu_card *card, const char *id)
{
	struct pg_vgpu_type *type;

	for (size_t i = 0; i < card->n_type; i++)
		if (strcmp(card->type[i].id, id) == 0)
			return &card->type[i];
	type = pg_vec_add(&card->type, &card->n_type, sizeof(*type));
	if (type)
		type->id = id;
	return type;
}

/* The same type of several functions of a card is one. */
static int add_type(struct pg_vgpu_card *card, const struct pg_mdev_type *from)
{
	struct pg_vgpu_type *type = type_of(card, from->id);

	if (!type)
		return -ENOMEM;
	if (from->name)
		type->name = from->name;
	if (from->description)
		type->description = from->description;
	if (from->api)
		type->api = from->api;
	if (from->framebuffer)
		type->framebuffer = from->framebuffer;
	if (from->available < 0)
		type->available = -1;
	else if (type->available >= 0)
		type->available += from->available;
	return 0;
}

static int add_part(struct pg_vgpu_card *card, const struct pg_mdev_parent *parent)
{
	const struct pg_mdev_parent **part;
	int r = 0;

	if (!parent)
		return 0;
	part = pg_vec_add(&card->part, &card->n_part, sizeof(*part));
	if (!part)
		return -ENOMEM;
	*part = parent;
	for (size_t i = 0; r == 0 && i < parent->n_type; i++)
		r = add_type(card, &parent->type[i]);
	return r;
}

static int by_id(const void *a, const void *b)
{
	return strverscmp(((const struct pg_vgpu_type *)a)->id,
			  ((const struct pg_vgpu_type *)b)->id);
}

/* ---- users ---- */

static struct pg_vgpu_user *add_user(struct pg_vgpu_type *type, uint32_t vmid, unsigned index)
{
	struct pg_vgpu_user *user;

	for (size_t i = 0; vmid && i < type->n_user; i++)
		if (type->user[i].vmid == vmid && type->user[i].index == index)
			return &type->user[i];
	user = pg_vec_add(&type->user, &type->n_user, sizeof(*user));
	if (user) {
		user->vmid = vmid;
		user->index = index;
	}
	return user;
}

static bool names_part(const struct pg_facts *facts, const struct pg_hostpci *hp,
		       const struct pg_vgpu_card *card)
{
	for (size_t i = 0; i < card->n_part; i++)
		if (card->part[i]->is_pci && pg_hostpci_may_take(facts, hp, card->part[i]->addr))
			return true;
	return false;
}

static int add_guest(const struct pg_facts *facts, const struct pg_guest *g,
		     struct pg_vgpu_card *card)
{
	for (size_t i = 0; g->local && !g->template && i < g->n_hostpci; i++) {
		const struct pg_hostpci *hp = &g->hostpci[i];
		struct pg_vgpu_type *type;
		struct pg_vgpu_user *user;

		if (!hp->mdev || hp->leaving || pg_hostpci_is_hidden(g, hp) ||
		    !names_part(facts, hp, card))
			continue;
		type = type_of(card, hp->mdev);
		user = type ? add_user(type, g->vmid, hp->index) : NULL;
		if (!user)
			return -ENOMEM;
		user->configured = true;
	}
	return 0;
}

static int add_instance(const struct pg_mdev *m, struct pg_vgpu_card *card)
{
	struct pg_vgpu_type *type = NULL;
	struct pg_vgpu_user *user;

	for (size_t i = 0; m->type && m->parent && i < card->n_part; i++)
		if (strcmp(card->part[i]->name, m->parent) == 0)
			type = type_of(card, m->type);
	if (!type)
		return 0;
	user = add_user(type, m->vmid, m->index);
	if (!user)
		return -ENOMEM;
	user->uuid = m->uuid;
	return 0;
}

/* A type that is only asked for has no instance, and none can be made of it. */
static int fill(const struct pg_facts *facts, struct pg_vgpu_card *card)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_guest; i++)
		r = add_guest(facts, &facts->guest[i], card);
	for (size_t i = 0; r == 0 && i < facts->n_mdev; i++)
		r = add_instance(&facts->mdev[i], card);
	if (r == 0 && card->n_type)
		qsort(card->type, card->n_type, sizeof(*card->type), by_id);
	return r;
}

/* ---- cards ---- */

static struct pg_vgpu_card *add_card(struct pg_vgpu_table *t, const struct pg_dev *dev,
				     const char *name)
{
	struct pg_vgpu_card *card = pg_vec_add(&t->v, &t->n, sizeof(*card));

	if (card) {
		card->dev = dev;
		card->name = name;
	}
	return card;
}

/* Virtual functions stand with the card whose they are. */
static bool is_card(const struct pg_facts *facts, const struct pg_dev *dev)
{
	if (dev->is_vf && pg_facts_dev(facts, dev->physfn))
		return false;
	if (dev->kind == PG_KIND_GPU || dev->has_mdev)
		return true;
	for (size_t i = 0; i < dev->n_vf; i++)
		if (pg_mdev_at(facts, dev->vf[i]))
			return true;
	return false;
}

static int pci_card(const struct pg_facts *facts, const struct pg_dev *dev,
		    struct pg_vgpu_table *t)
{
	struct pg_vgpu_card *card = add_card(t, dev, NULL);
	int r = card ? add_part(card, pg_mdev_at(facts, dev->addr)) : -ENOMEM;

	for (size_t i = 0; r == 0 && i < dev->n_vf; i++)
		r = add_part(card, pg_mdev_at(facts, dev->vf[i]));
	return r < 0 ? r : fill(facts, card);
}

static int other_card(const struct pg_facts *facts, const struct pg_mdev_parent *parent,
		      struct pg_vgpu_table *t)
{
	struct pg_vgpu_card *card = add_card(t, NULL, parent->name);
	int r = card ? add_part(card, parent) : -ENOMEM;

	return r < 0 ? r : fill(facts, card);
}

int pg_vgpu_table_make(const struct pg_facts *facts, struct pg_vgpu_table *ret)
{
	struct pg_vgpu_table t = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_dev; i++)
		if (is_card(facts, &facts->dev[i]))
			r = pci_card(facts, &facts->dev[i], &t);
	for (size_t i = 0; r == 0 && i < facts->n_mdev_parent; i++)
		if (!facts->mdev_parent[i].is_pci)
			r = other_card(facts, &facts->mdev_parent[i], &t);
	if (r < 0) {
		pg_vgpu_table_done(&t);
		return r;
	}
	*ret = t;
	return 0;
}
