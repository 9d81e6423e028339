/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/choices_usb.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

void pg_choices_usb_done(struct pg_choices *c)
{
	for (size_t i = 0; i < c->n_usb; i++)
		pg_usb_spec_done(&c->usb[i]);
	free(c->usb);
	free(c->usb_mapping);
	pg_strv_done(&c->usb_remove);
	pg_strv_done(&c->usb_accept);
}

void pg_choices_usb_forget(struct pg_choices *c)
{
	c->usb = NULL;
	c->n_usb = 0;
	c->usb_mapping = NULL;
	c->usb_remove = c->usb_accept = (struct pg_strv){ 0 };
}

int pg_choices_usb_copy(const struct pg_choices *from, struct pg_choices *to)
{
	for (size_t i = 0; i < from->n_usb; i++)
		if (pg_choices_usb(to, &from->usb[i]) < 0)
			return -ENOMEM;
	to->usb_mapping = from->usb_mapping ? strdup(from->usb_mapping) : NULL;
	if (from->usb_mapping && !to->usb_mapping)
		return -ENOMEM;
	if (pg_strv_copy(&from->usb_remove, &to->usb_remove) < 0)
		return -ENOMEM;
	return pg_strv_copy(&from->usb_accept, &to->usb_accept);
}

int pg_choices_usb(struct pg_choices *c, const struct pg_usb_spec *spec)
{
	struct pg_usb_spec *usb;

	for (size_t i = 0; i < c->n_usb; i++)
		if (spec->by != PG_USB_BY_SPICE && pg_usb_spec_equal(&c->usb[i], spec))
			return 0;
	usb = pg_vec_add(&c->usb, &c->n_usb, sizeof(*usb));
	return usb ? pg_usb_spec_copy(spec, usb) : -ENOMEM;
}

void pg_choices_no_usb(struct pg_choices *c, const struct pg_usb_spec *spec)
{
	for (size_t i = c->n_usb; i-- > 0;) {
		if (!pg_usb_spec_equal(&c->usb[i], spec))
			continue;
		pg_usb_spec_done(&c->usb[i]);
		pg_vec_remove(c->usb, &c->n_usb, sizeof(*c->usb), i);
	}
}

void pg_choices_clear_usb(struct pg_choices *c)
{
	pg_choices_usb_done(c);
	pg_choices_usb_forget(c);
}

bool pg_choices_has_usb(const struct pg_choices *c)
{
	return c->n_usb || c->usb_remove.n;
}

bool pg_is_usb_key(const char *s)
{
	uint64_t index;

	return pg_text_starts(s, "usb") && (s[3] != '0' || !s[4]) &&
	       pg_text_number(s + 3, 10, PG_USB_MAX - 1, &index) == 0;
}
