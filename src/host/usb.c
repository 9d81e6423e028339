/* SPDX-License-Identifier: GPL-3.0-or-later */
/* USB devices that were read: looking up, words, freeing. */
#include "src/host/usb.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/host/facts.h"

/* ---- freeing ---- */

void pg_usb_dev_done(struct pg_usb_dev *d)
{
	free(d->name);
	free(d->speed);
	free(d->manufacturer);
	free(d->product_name);
	free(d->serial);
	pg_strv_done(&d->driver);
	pg_strv_done(&d->node);
	for (size_t i = 0; i < d->n_use; i++)
		free(d->use[i].detail);
	free(d->use);
}

void pg_guest_usb_done(struct pg_guest_usb *usb)
{
	free(usb->value);
	pg_usb_spec_done(&usb->spec);
}

void pg_usb_mapping_done(struct pg_usb_mapping *m)
{
	free(m->id);
	free(m->port);
	free(m->description);
	for (size_t i = 0; i < m->n_map; i++) {
		free(m->map[i].value);
		free(m->map[i].node);
		free(m->map[i].ids);
		free(m->map[i].port);
	}
	free(m->map);
}

/* ---- looking up ---- */

const struct pg_usb_dev *pg_usb_at(const struct pg_facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->n_usb; i++)
		if (strcmp(facts->usb[i].name, name) == 0)
			return &facts->usb[i];
	return NULL;
}

const struct pg_usb_mapping *pg_usb_mapping_find(const struct pg_facts *facts, const char *id)
{
	for (size_t i = 0; i < facts->n_usb_mapping; i++)
		if (strcmp(facts->usb_mapping[i].id, id) == 0)
			return &facts->usb_mapping[i];
	return NULL;
}

static bool has_ids(const struct pg_usb_dev *dev, uint16_t vendor, uint16_t product)
{
	return dev->has_ids && dev->vendor == vendor && dev->product == product;
}

static bool mapping_names(const struct pg_usb_mapping *m, const struct pg_usb_dev *dev)
{
	return m->n_here && m->has_ids && has_ids(dev, m->vendor, m->product) &&
	       (!m->port || strcmp(m->port, dev->name) == 0);
}

bool pg_usb_names(const struct pg_facts *facts, const struct pg_usb_spec *spec,
		  const struct pg_usb_dev *dev)
{
	const struct pg_usb_mapping *m;

	if (dev->is_root)
		return false;
	switch (spec->by) {
	case PG_USB_BY_ID:
		return has_ids(dev, spec->vendor, spec->product);
	case PG_USB_BY_PORT:
		return strcmp(dev->name, spec->name) == 0;
	case PG_USB_BY_MAPPING:
		m = pg_usb_mapping_find(facts, spec->name);
		return m && mapping_names(m, dev);
	case PG_USB_BY_NOTHING:
	case PG_USB_BY_SPICE:
		break;
	}
	return false;
}

const struct pg_usb_dev *pg_usb_first(const struct pg_facts *facts,
				      const struct pg_usb_spec *spec, size_t *ret_n)
{
	const struct pg_usb_dev *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < facts->n_usb; i++) {
		if (!pg_usb_names(facts, spec, &facts->usb[i]))
			continue;
		first = first ? first : &facts->usb[i];
		n++;
	}
	if (ret_n)
		*ret_n = n;
	return first;
}

const struct pg_usb_dev *pg_usb_parent(const struct pg_facts *facts,
				       const struct pg_usb_dev *dev)
{
	const char *dot = strrchr(dev->name, '.');
	pg_autofree char *name = NULL;

	if (dev->is_root)
		return NULL;
	name = dot ? strndup(dev->name, (size_t)(dot - dev->name)) : pg_strf("usb%u", dev->bus);
	return name ? pg_usb_at(facts, name) : NULL;
}

bool pg_usb_is_child(const struct pg_usb_dev *hub, const struct pg_usb_dev *dev)
{
	size_t n = strlen(hub->name);

	return strncmp(dev->name, hub->name, n) == 0 && dev->name[n] == '.' &&
	       !strchr(dev->name + n + 1, '.');
}

size_t pg_usb_twins(const struct pg_facts *facts, const struct pg_usb_dev *dev)
{
	const struct pg_usb_spec spec = { .by = PG_USB_BY_ID, .vendor = dev->vendor,
					  .product = dev->product };
	size_t n = 0;

	if (dev->has_ids && !dev->is_root)
		(void)pg_usb_first(facts, &spec, &n);
	return n;
}

char *pg_usb_title(const struct pg_usb_dev *dev)
{
	const char *maker = dev->manufacturer ? dev->manufacturer : "";
	const char *name = dev->product_name ? dev->product_name : "";

	/* many say their maker in both */
	if (!*maker || (*name && strncasecmp(name, maker, strlen(maker)) == 0))
		return strdup(name);
	return *name ? pg_strf("%s %s", maker, name) : strdup(maker);
}

bool pg_guest_usb_counts(const struct pg_guest *guest, const struct pg_guest_usb *usb)
{
	if (usb->leaving)
		return false;
	for (size_t i = 0; i < guest->n_usb && !usb->pending; i++)
		if (guest->usb[i].pending && guest->usb[i].index == usb->index)
			return false;
	return true;
}

const struct pg_guest_usb *pg_guest_usb_of(const struct pg_facts *facts,
					   const struct pg_guest *guest,
					   const struct pg_usb_dev *dev)
{
	for (size_t i = 0; i < guest->n_usb; i++)
		if (pg_guest_usb_counts(guest, &guest->usb[i]) &&
		    pg_usb_names(facts, &guest->usb[i].spec, dev))
			return &guest->usb[i];
	return NULL;
}

const char *pg_usb_kind_name(enum pg_usb_kind kind)
{
	static const char *const names[] = {
		[PG_USB_OTHER] = N_("other"),	  [PG_USB_HUB] = N_("hub"),
		[PG_USB_KEYBOARD] = N_("keyboard"),	  [PG_USB_MOUSE] = N_("mouse"),
		[PG_USB_INPUT] = N_("input"),	  [PG_USB_DISK] = N_("disk"),
		[PG_USB_NETWORK] = N_("network"),	  [PG_USB_SERIAL] = N_("serial"),
		[PG_USB_UPS] = N_("ups"),		  [PG_USB_AUDIO] = N_("audio"),
		[PG_USB_VIDEO] = N_("video"),	  [PG_USB_PRINTER] = N_("printer"),
		[PG_USB_BLUETOOTH] = N_("bluetooth"), [PG_USB_SMARTCARD] = N_("smartcard"),
	};

	return names[kind];
}
