/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /etc/pve-gpu/sriov.conf: read, edited, read again. */
#include "tests/fuzz/fuzz.h"

#include "src/plan/sriov.h"

static void check_conf(const struct pg_sriov_conf *conf)
{
	for (size_t i = 0; i < conf->n; i++) {
		const struct pg_sriov_card *card = &conf->card[i];

		FUZZ_ASSERT(card->count > 0 && card->line > 0);
		for (size_t k = 0; k < card->n_vf; k++) {
			FUZZ_ASSERT(card->vf[k].n < card->count);
			FUZZ_ASSERT(pg_sriov_vf(card, card->vf[k].n) == &card->vf[k]);
			FUZZ_ASSERT(card->vf[k].vlan >= -1 && card->vf[k].vlan <= 4094);
			FUZZ_ASSERT(strlen(card->vf[k].mac) == 0 || strlen(card->vf[k].mac) == PG_MAC_LEN);
		}
		for (size_t k = 0; k < i; k++)
			FUZZ_ASSERT(!pg_bdf_equal(conf->card[k].id.addr, card->id.addr));
	}
}

static bool same_card(const struct pg_sriov_card *a, const struct pg_sriov_card *b)
{
	pg_autofree char *x = pg_sriov_card_text(a), *y = pg_sriov_card_text(b);
	bool same = strcmp(x, y) == 0 && a->n_vf == b->n_vf;

	for (size_t i = 0; same && i < a->n_vf; i++) {
		const struct pg_vf_opts *other = pg_sriov_vf(b, a->vf[i].n);

		same = other && pg_vf_opts_equal(&a->vf[i], other);
	}
	return same;
}

static const struct pg_sriov_card *find(const struct pg_sriov_conf *conf, struct pg_bdf addr)
{
	for (size_t i = 0; i < conf->n; i++)
		if (pg_bdf_equal(conf->card[i].id.addr, addr))
			return &conf->card[i];
	return NULL;
}

/* Every other card is as it was. */
static void check_others(const struct pg_sriov_conf *before, const struct pg_sriov_conf *after,
			 struct pg_bdf but)
{
	for (size_t i = 0; i < before->n; i++) {
		const struct pg_sriov_card *card = &before->card[i];
		const struct pg_sriov_card *now = find(after, card->id.addr);

		FUZZ_ASSERT(pg_bdf_equal(card->id.addr, but) || (now && same_card(card, now)));
	}
}

static void edit(const struct pg_bytes *in, const struct pg_sriov_conf *conf, unsigned old,
		 const struct pg_sriov_card *card)
{
	struct pg_bytes out PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_bytes again PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_sriov_conf back PG_CLEANUP(pg_sriov_conf_done) = { 0 };
	const struct pg_sriov_card *there;

	FUZZ_ASSERT(pg_sriov_edit(in, old, card, &out) == 0);
	FUZZ_ASSERT(pg_sriov_conf_read(&out, &back) == 0);
	check_conf(&back);
	check_others(conf, &back, card->id.addr);
	there = find(&back, card->id.addr);
	FUZZ_ASSERT(!card->count == !there);
	if (!there)
		return;
	FUZZ_ASSERT(same_card(card, there));
	FUZZ_ASSERT(pg_sriov_edit(&out, there->line, card, &again) == 0);
	FUZZ_ASSERT(pg_bytes_equal(&out, &again));
}

/* One of four edits: of a card that is not there; of one that is, with another number, as it is, and gone. */
static void check_edits(const struct pg_bytes *in, const struct pg_sriov_conf *conf, unsigned choice)
{
	struct pg_vf_opts vf[2] = { pg_vf_opts_none(0), pg_vf_opts_none(2) };
	struct pg_sriov_card card = { .count = 3, .vf = vf, .n_vf = 2 };
	const struct pg_sriov_card *first = conf->card;

	vf[1].vlan = 10;
	(void)strcpy(vf[0].mac, "02:00:00:00:00:01");
	card.id = (struct pg_known){ .addr = { .domain = 7, .bus = 7 }, .vendor = 0x8086, .device = 1 };
	if (conf->n >= 255) /* there is room for one more */
		return;
	if (!conf->n || !choice) {
		if (!find(conf, card.id.addr))
			edit(in, conf, 0, &card);
		return;
	}
	card.id = first->id;
	if (choice == 3) {
		card.count = 0;
		card.n_vf = 0;
	}
	edit(in, conf, first->line, choice == 2 ? first : &card);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_bytes in PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_sriov_conf conf PG_CLEANUP(pg_sriov_conf_done) = { 0 };

	FUZZ_ASSERT(pg_bytes_copy((const char *)data, size, &in) == 0);
	FUZZ_ASSERT(pg_sriov_conf_read(&in, &conf) == 0);
	check_conf(&conf);
	check_edits(&in, &conf, size % 4);
	return 0;
}
