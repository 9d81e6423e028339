/* SPDX-License-Identifier: GPL-3.0-or-later */
/* usbN of a VM (PVE::QemuServer::USB, $usb_fmt). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/host/guests.h"
#include "src/host/usb_private.h"

struct entry {
	struct pg_guest *guest;
	struct pg_guest_usb *usb;
	unsigned line;
};

static int note(struct entry *e, const char *why, const char *what)
{
	return pg_guest_note(e->guest, e->line, why, what, strlen(what));
}

static int set_spec(struct entry *e, const char *text)
{
	int r;

	if (e->usb->spec.by != PG_USB_BY_NOTHING)
		return note(e, _("it names two devices"), text);
	r = pg_usb_spec_parse(text, &e->usb->spec);
	if (r != -EINVAL)
		return r;
	return note(e, _("not a USB device as Proxmox writes it (046d:c31c, 1-2.3, spice)"), text);
}

static int set_part(struct entry *e, const char *part)
{
	const char *eq = strchr(part, '=');
	enum pg_tri on;

	if (!eq)
		return set_spec(e, part);
	if (pg_text_starts(part, "host="))
		return strchr(eq + 1, '=') ? note(e, _("not a USB device"), part) : set_spec(e, eq + 1);
	if (pg_text_starts(part, "mapping="))
		return eq[1] ? set_spec(e, part) : note(e, _("it names no mapping"), part);
	if (!pg_text_starts(part, "usb3="))
		return note(e, _("not a setting of a USB device that is known"), part);
	on = pg_pve_boolean(eq + 1);
	e->usb->usb3 = on == PG_YES;
	return on == PG_UNKNOWN ? note(e, _("neither yes nor no"), part) : 0;
}

static int read_value(struct entry *e)
{
	struct pg_strv parts PG_CLEANUP(pg_strv_done) = { 0 };
	size_t before = e->guest->bad.n;
	int r = pg_strv_split(e->usb->value, ",", &parts);

	for (size_t i = 0; r == 0 && i < parts.n; i++)
		r = set_part(e, pg_text_trim(parts.v[i]));
	if (r == 0 && e->usb->spec.by == PG_USB_BY_NOTHING && e->guest->bad.n == before)
		r = note(e, _("it names no device (host= or mapping=)"), e->usb->value);
	return r;
}

/* "usb7": 7. -ENOENT: another key; -EINVAL: like it, but Proxmox has no such. */
static int index_of(const char *key, unsigned *ret)
{
	const char *digits = key + strlen("usb");
	uint64_t index;

	if (!pg_text_starts(key, "usb") || !*digits || digits[strspn(digits, "0123456789")])
		return -ENOENT;
	if ((digits[0] == '0' && digits[1]) ||
	    pg_text_number(digits, 10, PG_USB_MAX - 1, &index) < 0)
		return -EINVAL;
	*ret = (unsigned)index;
	return 0;
}

static int read_line(struct pg_guest *guest, const struct pg_guest_line *l, bool pending)
{
	struct entry e = { .guest = guest, .line = l->line };
	unsigned index = 0;
	int r = index_of(l->key, &index);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return note(&e, _("Proxmox knows usb0 to usb13 only"), l->key);
	e.usb = pg_vec_add(&guest->usb, &guest->n_usb, sizeof(*e.usb));
	if (!e.usb)
		return -ENOMEM;
	e.usb->index = index;
	e.usb->pending = pending;
	e.usb->value = strdup(l->value);
	return e.usb->value ? read_value(&e) : -ENOMEM;
}

/* "usb0,!vga" of [PENDING] (PVE::GuestHelpers, parse_pending_delete). */
static int is_leaving(const struct pg_guest *guest, unsigned index)
{
	const char *list = pg_guest_get_in(guest, "PENDING", "delete");
	struct pg_strv keys PG_CLEANUP(pg_strv_done) = { 0 };
	char key[16];
	int r = list ? pg_strv_split(list, ",; \t!", &keys) : 0;

	(void)snprintf(key, sizeof(key), "usb%u", index);
	return r < 0 ? r : pg_strv_has(&keys, key);
}

static int by_index(const void *a, const void *b)
{
	const struct pg_guest_usb *x = a, *y = b;

	if (x->pending != y->pending)
		return x->pending ? 1 : -1;
	return (x->index > y->index) - (x->index < y->index);
}

int pg_guest_read_usb(struct pg_guest *guest)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < guest->n_lines; i++) {
		const char *section = guest->lines[i].section;
		bool pending = strcmp(section, "PENDING") == 0;

		if (!*section || pending)
			r = read_line(guest, &guest->lines[i], pending);
	}
	for (size_t i = 0; r >= 0 && i < guest->n_usb; i++) {
		r = guest->usb[i].pending ? 0 : is_leaving(guest, guest->usb[i].index);
		guest->usb[i].leaving = r > 0;
	}
	if (r < 0)
		return r;
	if (guest->n_usb)
		qsort(guest->usb, guest->n_usb, sizeof(*guest->usb), by_index);
	return 0;
}
