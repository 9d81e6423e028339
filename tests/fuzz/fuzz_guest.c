/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A VM's configuration. */
#include "tests/fuzz/fuzz.h"

#include "src/host/guests.h"
#include "src/host/usb_private.h"

/* The last line of a key counts, and each key stands once in a section. */
static void check_lines(const struct pg_guest *guest)
{
	for (size_t i = 0; i < guest->n_lines; i++) {
		const struct pg_guest_line *l = &guest->lines[i];

		FUZZ_ASSERT(l->line >= 1 && *l->key && *l->value);
		FUZZ_ASSERT(!strchr(l->value, '\n') && !strchr(l->key, ':'));
		if (!*l->section)
			FUZZ_ASSERT(pg_guest_get(guest, l->key) == l->value);
	}
}

/* What Proxmox would refuse names no device. */
static void check_hostpci(const struct pg_guest *guest)
{
	FUZZ_ASSERT(guest->n_hostpci <= 2 * PG_HOSTPCI_MAX);
	for (size_t i = 0; i < guest->n_hostpci; i++) {
		const struct pg_hostpci *hp = &guest->hostpci[i];

		FUZZ_ASSERT(hp->index < PG_HOSTPCI_MAX && hp->value);
		FUZZ_ASSERT(!hp->n_addr || (hp->addr && hp->slot));
		for (size_t k = 0; k < hp->n_addr; k++)
			FUZZ_ASSERT(hp->addr[k].dev < 32 && hp->addr[k].fn < 8);
	}
}

/* What did not fit is told, cleaned. */
static void check_bad(const struct pg_guest *guest)
{
	for (size_t i = 0; i < guest->bad.n; i++) {
		pg_autofree char *clean = pg_text_clean(guest->bad.v[i], strlen(guest->bad.v[i]));

		FUZZ_ASSERT(clean && strcmp(clean, guest->bad.v[i]) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) = calloc(1, sizeof(*facts));
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_guest *guest;

	FUZZ_ASSERT(facts);
	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	guest = pg_vec_add(&facts->guest, &facts->n_guest, sizeof(*guest));
	FUZZ_ASSERT(guest);
	FUZZ_ASSERT(pg_guest_parse(&in, guest) == 0);
	FUZZ_ASSERT(pg_guest_read_props(guest) == 0);
	FUZZ_ASSERT(pg_guest_read_hostpci(guest) == 0);
	check_lines(guest);
	check_hostpci(guest);
	check_bad(guest);
	FUZZ_ASSERT(pg_guest_read_usb(guest) == 0);
	FUZZ_ASSERT(guest->n_usb <= 2 * PG_USB_MAX);
	return 0;
}
