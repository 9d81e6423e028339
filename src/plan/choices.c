/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/choices.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/base/vec.h"
#include "src/host/facts.h"
#include "src/plan/choices_usb.h"

struct pg_choices *pg_choices_new(void)
{
	struct pg_choices *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->pcie = c->trial = c->sriov.host_driver = PG_UNKNOWN;
	c->pci = (struct pg_pci_opts){ .rombar = PG_UNKNOWN, .legacy_igd = PG_UNKNOWN,
				       .keep_driver = PG_UNKNOWN, .id = { -1, -1, -1, -1 } };
	return c;
}

void pg_choices_free(struct pg_choices *c)
{
	if (!c)
		return;
	free(c->pick);
	free(c->accept);
	free(c->replace);
	pg_strv_done(&c->remove);
	free(c->mapping);
	free(c->mdev);
	free(c->romfile);
	free(c->efi_storage);
	free(c->vga);
	free(c->cpu);
	free(c->hugepages);
	free(c->sriov.vf);
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

static int add_pick(struct pg_choices *c, const struct pg_pick *pick)
{
	struct pg_pick *new = pg_vec_add(&c->pick, &c->n_pick, sizeof(*new));

	if (!new)
		return -ENOMEM;
	*new = *pick;
	return 0;
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
	c->replace = c->mapping = c->romfile = c->efi_storage = c->vga = c->cpu = NULL;
	c->hugepages = c->mdev = NULL;
	c->remove = (struct pg_strv){ 0 };
	pg_choices_usb_forget(c);
	if (pg_choices_sriov_copy(choices, c) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < choices->n_pick; i++)
		if (add_pick(c, &choices->pick[i]) < 0)
			return -ENOMEM;
	for (size_t i = 0; i < choices->n_accept; i++)
		if (pg_choices_accept(c, choices->accept[i]) < 0)
			return -ENOMEM;
	if (copy_string(choices->replace, &c->replace) < 0 ||
	    pg_strv_copy(&choices->remove, &c->remove) < 0 ||
	    copy_string(choices->vga, &c->vga) < 0 ||
	    copy_string(choices->cpu, &c->cpu) < 0 ||
	    copy_string(choices->hugepages, &c->hugepages) < 0 ||
	    copy_string(choices->mapping, &c->mapping) < 0 ||
	    copy_string(choices->romfile, &c->romfile) < 0 ||
	    copy_string(choices->mdev, &c->mdev) < 0 ||
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
	for (size_t i = 0; i < c->n_pick; i++)
		if (c->pick[i].slot == slot && names(&c->pick[i], addr))
			return 0;
	return add_pick(c, &(struct pg_pick){ .addr = addr, .slot = slot });
}

/* The parts of one that is joined stand in their order, each once. */
static int join(struct pg_choices *c, const struct pg_strv *part)
{
	unsigned joined = 1;

	for (size_t i = 0; i < c->n_pick; i++)
		if (c->pick[i].joined >= joined)
			joined = c->pick[i].joined + 1;
	for (size_t i = 0; i < part->n; i++) {
		struct pg_pick pick = { .joined = joined };
		int r = pg_bdf_parse_loose(part->v[i], &pick.addr, &pick.slot);

		if (r == 0)
			r = add_pick(c, &pick);
		if (r < 0)
			return r;
	}
	return 0;
}

int pg_choices_pick_text(struct pg_choices *c, const char *text)
{
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_bdf addr;
	bool slot;
	int r;

	if (!strchr(text, ';')) {
		r = pg_bdf_parse_loose(text, &addr, &slot);
		return r < 0 ? r : pg_choices_pick(c, addr, slot);
	}
	r = pg_strv_split(text, ";", &part);
	for (size_t i = 0; r == 0 && i < part.n; i++)
		r = pg_bdf_parse_loose(part.v[i], &addr, &slot);
	if (r == 0 && part.n == 0)
		r = -EINVAL;
	return r < 0 ? r : join(c, &part);
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

bool pg_choices_has_vm_only(const struct pg_choices *c)
{
	return c->remove.n != 0;
}

static unsigned bit_of(const char *key)
{
	int index = pg_hostpci_key(key);

	return index < 0 ? 0 : 1U << index;
}

unsigned pg_choices_leaving(const struct pg_choices *c)
{
	unsigned bits = c->replace ? bit_of(c->replace) : 0;

	for (size_t i = 0; i < c->remove.n; i++)
		bits |= bit_of(c->remove.v[i]);
	return bits;
}

int pg_hostpci_key(const char *s)
{
	static const char prefix[] = "hostpci";
	const char *digits = s + strlen(prefix);
	uint64_t index;

	if (!pg_text_starts(s, prefix) || (digits[0] == '0' && digits[1]) ||
	    pg_text_number(digits, 10, PG_HOSTPCI_MAX - 1, &index) < 0)
		return -1;
	return (int)index;
}

const char *pg_pci_id_name(enum pg_pci_id id)
{
	static const char *const names_of[] = {
		[PG_VENDOR_ID] = "vendor-id",
		[PG_DEVICE_ID] = "device-id",
		[PG_SUB_VENDOR_ID] = "sub-vendor-id",
		[PG_SUB_DEVICE_ID] = "sub-device-id",
	};

	return names_of[id];
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

int pg_map_task_parse(const char *s, enum pg_map_task *ret)
{
	static const char *const names[PG_MAP_N_TASKS] = {
		[PG_MAP_GIVE] = "give",
		[PG_MAP_REPLACE] = "replace",
		[PG_MAP_ADD] = "add",
		[PG_MAP_REMOVE] = "remove",
	};

	for (unsigned i = 0; i < PG_MAP_N_TASKS; i++)
		if (names[i] && strcmp(names[i], s) == 0) {
			*ret = (enum pg_map_task)i;
			return 0;
		}
	return -EINVAL;
}
