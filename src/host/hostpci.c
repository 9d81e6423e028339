/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/guests.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

/* A multifunction device has eight functions; more is no configuration but an attack. */
#define ADDR_MAX 256

static void forget_devices(struct pg_hostpci *hp)
{
	free(hp->addr);
	free(hp->slot);
	hp->addr = NULL;
	hp->slot = NULL;
	hp->n_addr = 0;
}

int pg_addr_add(struct pg_bdf **addr, bool **slot, size_t *n, const char *text)
{
	struct pg_bdf parsed, *a;
	size_t n_slot = *n;
	bool is_slot, *s;

	if (*n >= ADDR_MAX || text[strcspn(text, "ABCDEF")])
		return -EINVAL;
	if (pg_bdf_parse_loose(text, &parsed, &is_slot) < 0)
		return -EINVAL;
	s = pg_vec_add(slot, &n_slot, sizeof(*s));
	if (!s)
		return -ENOMEM;
	a = pg_vec_add(addr, n, sizeof(*a));
	if (!a)
		return -ENOMEM;
	*a = parsed;
	*s = is_slot;
	return 0;
}

/* A `;` list; one that does not fit leaves the entry without any device. */
static int add_list(struct pg_hostpci *hp, const char *list)
{
	for (const char *p = list;; p++) {
		size_t n = strcspn(p, ";");
		pg_autofree char *one = strndup(p, n);
		int r = one ? pg_addr_add(&hp->addr, &hp->slot, &hp->n_addr, one) : -ENOMEM;

		if (r < 0) {
			forget_devices(hp);
			return r;
		}
		p += n;
		if (!*p)
			return 0;
	}
}

/* ---- one entry ---- */

struct entry {
	struct pg_guest *guest;
	struct pg_hostpci *hp;
	unsigned line;
	bool has_host;
};

static int note(struct entry *e, const char *why, const char *what)
{
	return pg_guest_note(e->guest, e->line, why, what, strlen(what));
}

/* The format has no place for it (PVE::JSONSchema, check_format): Proxmox drops the line. */
static int drop(struct entry *e, const char *why, const char *what)
{
	e->hp->dropped = true;
	return note(e, why, what);
}

static int set_host(struct entry *e, const char *value)
{
	int r;

	if (e->has_host)
		return drop(e, _("host is there twice"), value);
	e->has_host = true;
	r = add_list(e->hp, value);
	if (r != -EINVAL)
		return r;
	return drop(e, _("not a PCI address as Proxmox writes it (lower case, 0000:01:00.0 or 01:00)"),
		    value);
}

static int set_string(struct entry *e, char **field, const char *value)
{
	if (*field)
		return drop(e, _("the key is there twice"), value);
	*field = strdup(value);
	return *field ? 0 : -ENOMEM;
}

static int set_bool(struct entry *e, bool *field, const char *value)
{
	enum pg_tri on = pg_pve_boolean(value);

	if (on == PG_UNKNOWN)
		return drop(e, _("neither yes nor no"), value);
	*field = on == PG_YES;
	return 0;
}

/* Keys that are valid and need nothing here. */
static bool is_other_key(const char *key)
{
	static const char *const keys[] = {
		"vendor-id", "device-id", "sub-vendor-id", "sub-device-id",
	};

	for (size_t i = 0; i < PG_ARRAY_SIZE(keys); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

/* driver=: vfio is what it is without. */
static int set_driver(struct entry *e, const char *value)
{
	e->hp->keep_driver = strcmp(value, "keep") == 0;
	if (e->hp->keep_driver || strcmp(value, "vfio") == 0)
		return 0;
	return drop(e, _("neither vfio nor keep"), value);
}

static int set_rombar(struct entry *e, const char *value)
{
	bool on = true;
	int r = set_bool(e, &on, value);

	e->hp->no_rombar = !on;
	return r;
}

static int set_part(struct entry *e, char *text)
{
	char *eq = strchr(text, '=');
	const char *key = eq ? text : "host", *value = eq ? eq + 1 : text;

	if (eq && (eq == text || !*value))
		return drop(e, _("not of the form key=value"), text);
	if (eq)
		*eq = '\0';
	if (strcmp(key, "host") == 0)
		return set_host(e, value);
	if (strcmp(key, "mapping") == 0)
		return set_string(e, &e->hp->mapping, value);
	if (strcmp(key, "mdev") == 0)
		return set_string(e, &e->hp->mdev, value);
	if (strcmp(key, "romfile") == 0)
		return set_string(e, &e->hp->romfile, value);
	if (strcmp(key, "pcie") == 0)
		return set_bool(e, &e->hp->pcie, value);
	if (strcmp(key, "x-vga") == 0)
		return set_bool(e, &e->hp->xvga, value);
	if (strcmp(key, "legacy-igd") == 0)
		return set_bool(e, &e->hp->legacy_igd, value);
	if (strcmp(key, "rombar") == 0)
		return set_rombar(e, value);
	if (strcmp(key, "driver") == 0)
		return set_driver(e, value);
	if (is_other_key(key))
		return 0;
	/* a newer Proxmox may know it */
	e->hp->dropped |= key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0';
	return note(e, _("not a setting of a PCI device that is known"), key);
}

/* An entry without any device is none that Proxmox drops, nor is one with both host and mapping: it
 * dies of these when the VM starts (parse_hostpci). */
static int read_value(struct entry *e)
{
	struct pg_strv parts PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_strv_split(e->hp->value, ",", &parts);

	for (size_t i = 0; r == 0 && i < parts.n; i++) {
		if (parts.v[i][strspn(parts.v[i], " \t")])
			r = set_part(e, parts.v[i]);
	}
	if (r == 0 && e->hp->dropped) {
		forget_devices(e->hp);
		free(PG_STEAL(e->hp->mapping));
	}
	return r;
}

/* ---- all entries ---- */

/* "hostpci7": 7. -ENOENT: another key; -EINVAL: like it, but Proxmox has no such. */
static int index_of(const char *key, unsigned *ret)
{
	static const char prefix[] = "hostpci";
	const char *digits = key + strlen(prefix);
	uint64_t index;

	if (!pg_text_starts(key, prefix))
		return -ENOENT;
	if ((digits[0] == '0' && digits[1]) ||
	    pg_text_number(digits, 10, PG_HOSTPCI_MAX - 1, &index) < 0)
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
		return note(&e, _("Proxmox knows hostpci0 to hostpci15 only"), l->key);
	e.hp = pg_vec_add(&guest->hostpci, &guest->n_hostpci, sizeof(*e.hp));
	if (!e.hp)
		return -ENOMEM;
	e.hp->index = index;
	e.hp->pending = pending;
	e.hp->value = strdup(l->value);
	return e.hp->value ? read_value(&e) : -ENOMEM;
}

/* "hostpci0,!vga": `!` is force (PVE::GuestHelpers, parse_pending_delete). */
static bool list_deletes(const char *list, unsigned index)
{
	while (*list) {
		size_t skip = strspn(list, ",; \t!"), n = strcspn(list + skip, ",; \t");
		char key[16];
		unsigned i;

		list += skip;
		if (n < sizeof(key)) {
			memcpy(key, list, n);
			key[n] = '\0';
			if (index_of(key, &i) == 0 && i == index)
				return true;
		}
		list += n;
	}
	return false;
}

static bool is_leaving(const struct pg_guest *guest, unsigned index)
{
	for (size_t i = 0; i < guest->n_lines; i++) {
		const struct pg_guest_line *l = &guest->lines[i];

		if (strcmp(l->section, "PENDING") == 0 && strcmp(l->key, "delete") == 0 &&
		    list_deletes(l->value, index))
			return true;
	}
	return false;
}

static int by_index(const void *a, const void *b)
{
	const struct pg_hostpci *x = a, *y = b;

	if (x->pending != y->pending)
		return x->pending ? 1 : -1;
	return (x->index > y->index) - (x->index < y->index);
}

int pg_guest_read_hostpci(struct pg_guest *guest)
{
	for (size_t i = 0; i < guest->n_lines; i++) {
		const char *section = guest->lines[i].section;
		bool pending = strcmp(section, "PENDING") == 0;
		int r = 0;

		if (!*section || pending)
			r = read_line(guest, &guest->lines[i], pending);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < guest->n_hostpci; i++)
		guest->hostpci[i].leaving = !guest->hostpci[i].pending &&
					    is_leaving(guest, guest->hostpci[i].index);
	if (guest->n_hostpci)
		qsort(guest->hostpci, guest->n_hostpci, sizeof(*guest->hostpci), by_index);
	return 0;
}
