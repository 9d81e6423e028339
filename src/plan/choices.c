/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/choices.h"

#include <errno.h>
#include <string.h>

#include "src/base/vec.h"
#include "src/plan/choices_usb.h"

struct pg_choices *pg_choices_new(void)
{
	struct pg_choices *c = calloc(1, sizeof(*c));

	if (c)
		c->pcie = c->trial = PG_UNKNOWN;
	return c;
}

void pg_choices_free(struct pg_choices *c)
{
	if (!c)
		return;
	free(c->pick);
	free(c->accept);
	free(c->mapping);
	free(c->romfile);
	free(c->efi_storage);
	pg_choices_usb_done(c);
	free(c);
}

void pg_choices_freep(struct pg_choices **c)
{
	pg_choices_free(*c);
}

static int copy_string(const char *s, char **ret)
{
	*ret = s ? strdup(s) : NULL;
	return s && !*ret ? -ENOMEM : 0;
}

int pg_choices_copy(const struct pg_choices *choices, struct pg_choices **ret)
{
	struct pg_choices *c PG_CLEANUP(pg_choices_freep) = pg_choices_new();

	if (!c)
		return -ENOMEM;
	*c = *choices;
	c->pick = NULL;
	c->accept = NULL;
	c->n_pick = c->n_accept = 0;
	c->mapping = c->romfile = c->efi_storage = NULL;
	pg_choices_usb_forget(c);
	for (size_t i = 0; i < choices->n_pick; i++)
		if (pg_choices_pick(c, choices->pick[i].addr, choices->pick[i].slot) < 0)
			return -ENOMEM;
	for (size_t i = 0; i < choices->n_accept; i++)
		if (pg_choices_accept(c, choices->accept[i]) < 0)
			return -ENOMEM;
	if (copy_string(choices->mapping, &c->mapping) < 0 ||
	    copy_string(choices->romfile, &c->romfile) < 0 ||
	    copy_string(choices->efi_storage, &c->efi_storage) < 0 ||
	    pg_choices_usb_copy(choices, c) < 0)
		return -ENOMEM;
	*ret = PG_STEAL(c);
	return 0;
}

static bool names(const struct pg_pick *pick, struct pg_bdf addr)
{
	return pick->slot ? pg_bdf_same_slot(pick->addr, addr) : pg_bdf_equal(pick->addr, addr);
}

int pg_choices_pick(struct pg_choices *c, struct pg_bdf addr, bool slot)
{
	struct pg_pick *pick;

	for (size_t i = 0; i < c->n_pick; i++)
		if (c->pick[i].slot == slot && names(&c->pick[i], addr))
			return 0;
	pick = pg_vec_add(&c->pick, &c->n_pick, sizeof(*pick));
	if (!pick)
		return -ENOMEM;
	*pick = (struct pg_pick){ addr, slot };
	return 0;
}

void pg_choices_unpick(struct pg_choices *c, struct pg_bdf addr)
{
	for (size_t i = c->n_pick; i-- > 0;)
		if (names(&c->pick[i], addr))
			pg_vec_remove(c->pick, &c->n_pick, sizeof(*c->pick), i);
}

bool pg_choices_has(const struct pg_choices *c, struct pg_bdf addr)
{
	for (size_t i = 0; i < c->n_pick; i++)
		if (names(&c->pick[i], addr))
			return true;
	return false;
}

bool pg_choices_accepts(const struct pg_choices *c, struct pg_bdf addr)
{
	for (size_t i = 0; i < c->n_accept; i++)
		if (pg_bdf_equal(c->accept[i], addr))
			return true;
	return false;
}

int pg_choices_accept(struct pg_choices *c, struct pg_bdf addr)
{
	struct pg_bdf *accept;

	if (pg_choices_accepts(c, addr))
		return 0;
	accept = pg_vec_add(&c->accept, &c->n_accept, sizeof(*accept));
	if (!accept)
		return -ENOMEM;
	*accept = addr;
	return 0;
}

static const char *const bind_names[] = {
	[PG_BIND_AUTO] = "auto",
	[PG_BIND_EARLY] = "early",
	[PG_BIND_ADDRESS] = "address",
	[PG_BIND_AT_START] = "at-start",
};

int pg_bind_parse(const char *s, enum pg_bind *ret)
{
	for (size_t i = 0; i < PG_ARRAY_SIZE(bind_names); i++) {
		if (strcmp(bind_names[i], s) == 0) {
			*ret = (enum pg_bind)i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *pg_bind_name(enum pg_bind bind)
{
	return bind_names[bind];
}
