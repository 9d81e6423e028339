/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of hostpciN: the device, then its settings. */
#include "src/plan/hostpci.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

/* Parts of a value, in order: "0000:01:00", "pcie=1". */
static bool is_key(const char *part, const char *key)
{
	size_t n = strlen(key);

	return strncmp(part, key, n) == 0 && part[n] == '=';
}

/* Puts key=value in the place of what is there, or behind the others; value NULL: out. */
static int put(struct pg_strv *part, const char *key, const char *value)
{
	char *text = value ? pg_strf("%s=%s", key, value) : NULL;

	if (value && !text)
		return -ENOMEM;
	for (size_t i = 0; i < part->n; i++) {
		if (!is_key(part->v[i], key))
			continue;
		free(part->v[i]);
		part->v[i] = text;
		if (text)
			return 0;
		pg_vec_remove(part->v, &part->n, sizeof(*part->v), i);
		part->v[part->n] = NULL;
		return 0;
	}
	return text ? pg_strv_take(part, text) : 0;
}

static bool has(const struct pg_strv *part, const char *key)
{
	for (size_t i = 0; i < part->n; i++)
		if (is_key(part->v[i], key))
			return true;
	return false;
}

static int put_ids(struct pg_strv *part, const struct pg_pci_opts *opts)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < PG_N_PCI_IDS; i++) {
		char *value pg_autofree = NULL;

		if (opts->id[i] < 0)
			continue;
		value = pg_strf("0x%04x", (unsigned)opts->id[i] & 0xffff);
		r = value ? put(part, pg_pci_id_name((enum pg_pci_id)i), value) : -ENOMEM;
	}
	return r;
}

static int put_rom(struct pg_strv *part, const struct pg_choices *c)
{
	int r = c->romfile ? put(part, "romfile", c->romfile) : 0;

	if (r == 0 && c->pci.rombar == PG_NO)
		r = put(part, "rombar", "0");
	if (r == 0 && c->pci.rombar == PG_YES)
		r = put(part, "rombar", NULL); /* it is there without */
	return r == 0 ? put_ids(part, &c->pci) : r;
}

static int put_pcie(const struct pg_vm_plan *vm, struct pg_strv *part)
{
	enum pg_tri pcie = vm->p->choices->pcie;

	if (pcie == PG_NO || !vm->q35)
		return pcie == PG_NO ? put(part, "pcie", NULL) : 0;
	/* What the person wrote of it stays, unless it is asked for. */
	return pcie == PG_YES || !has(part, "pcie") ? put(part, "pcie", "1") : 0;
}

static int put_all(const struct pg_vm_plan *vm, const struct pg_entry *e, struct pg_strv *part)
{
	const struct pg_choices *c = vm->p->choices;
	int r = put_pcie(vm, part);

	if (r == 0 && e->xvga)
		r = put(part, "x-vga", "1");
	if (r == 0 && e->igd)
		r = put(part, "legacy-igd", "1");
	if (r == 0 && c->mdev)
		r = put(part, "mdev", c->mdev);
	if (r == 0 && (c->pci.legacy_igd == PG_NO || c->mdev))
		r = put(part, "legacy-igd", NULL);
	if (r == 0 && c->pci.keep_driver != PG_UNKNOWN)
		r = put(part, "driver", c->pci.keep_driver == PG_YES ? "keep" : NULL);
	return r == 0 && e->options ? put_rom(part, c) : r;
}

char *pg_hostpci_new_value(const struct pg_vm_plan *vm, const struct pg_entry *e)
{
	const char *mapping = vm->p->choices->mapping;
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };

	if (pg_strv_addf(&part, "%s%s", mapping ? "mapping=" : "", mapping ? mapping : e->host) < 0 ||
	    put_all(vm, e, &part) < 0)
		return NULL;
	return pg_strv_join(&part, ",");
}

char *pg_hostpci_edit_value(const struct pg_vm_plan *vm, const struct pg_entry *e,
			    const char *old, const char *host)
{
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };

	if (pg_strv_split(old, ",", &part) < 0)
		return NULL;
	for (size_t i = 0; host && i < part.n; i++) {
		bool names = i == 0 && !strchr(part.v[i], '=');

		if (!names && !is_key(part.v[i], "host") && !is_key(part.v[i], "mapping"))
			continue;
		free(part.v[i]);
		part.v[i] = strdup(host);
		if (!part.v[i])
			return NULL;
	}
	return put_all(vm, e, &part) < 0 ? NULL : pg_strv_join(&part, ",");
}
