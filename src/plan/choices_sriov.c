/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choices about virtual functions. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "src/base/vec.h"
#include "src/plan/choices.h"

struct pg_vf_opts pg_vf_opts_none(unsigned n)
{
	return (struct pg_vf_opts){ .n = n, .vlan = -1, .trust = PG_UNKNOWN, .spoofchk = PG_UNKNOWN };
}

/* Six bytes, of one device (the lowest bit of the first is that of groups), not all of them zero. */
static int take_mac(const char *s, char *ret)
{
	bool zero = true;

	if (strlen(s) != PG_MAC_LEN)
		return -EINVAL;
	for (size_t i = 0; i < PG_MAC_LEN; i++) {
		if (i % 3 == 2 ? s[i] != ':' : !isxdigit((unsigned char)s[i]))
			return -EINVAL;
		zero &= s[i] == '0' || s[i] == ':';
	}
	if (zero || !strchr("02468aceACE", s[1]))
		return -EINVAL;
	for (size_t i = 0; i <= PG_MAC_LEN; i++)
		ret[i] = (char)tolower((unsigned char)s[i]);
	return 0;
}

static int take_switch(const char *s, enum pg_tri *ret)
{
	if (strcmp(s, "on") != 0 && strcmp(s, "off") != 0)
		return -EINVAL;
	*ret = strcmp(s, "on") == 0 ? PG_YES : PG_NO;
	return 0;
}

int pg_vf_opts_take(struct pg_vf_opts *vf, const char *word)
{
	enum { VLAN_MAX = 4094 }; /* IEEE 802.1Q; 0 is none */
	uint64_t vlan;

	if (pg_text_starts(word, "mac="))
		return take_mac(word + 4, vf->mac);
	if (pg_text_starts(word, "trust="))
		return take_switch(word + 6, &vf->trust);
	if (pg_text_starts(word, "spoofchk="))
		return take_switch(word + 9, &vf->spoofchk);
	if (!pg_text_starts(word, "vlan=") || pg_text_number(word + 5, 10, VLAN_MAX, &vlan) < 0)
		return -EINVAL;
	vf->vlan = (int)vlan;
	return 0;
}

void pg_vf_opts_merge(struct pg_vf_opts *vf, const struct pg_vf_opts *over)
{
	if (*over->mac)
		memcpy(vf->mac, over->mac, sizeof(vf->mac));
	if (over->vlan >= 0)
		vf->vlan = over->vlan;
	if (over->trust != PG_UNKNOWN)
		vf->trust = over->trust;
	if (over->spoofchk != PG_UNKNOWN)
		vf->spoofchk = over->spoofchk;
}

bool pg_vf_opts_equal(const struct pg_vf_opts *a, const struct pg_vf_opts *b)
{
	return a->n == b->n && strcmp(a->mac, b->mac) == 0 && a->vlan == b->vlan &&
	       a->trust == b->trust && a->spoofchk == b->spoofchk;
}

int pg_choices_vf(struct pg_choices *c, const struct pg_vf_opts *vf)
{
	struct pg_vf_opts *to = NULL;

	for (size_t i = 0; i < c->sriov.n_vf; i++)
		if (c->sriov.vf[i].n == vf->n)
			to = &c->sriov.vf[i];
	if (to) {
		pg_vf_opts_merge(to, vf);
		return 0;
	}
	to = pg_vec_add(&c->sriov.vf, &c->sriov.n_vf, sizeof(*to));
	if (!to)
		return -ENOMEM;
	*to = *vf;
	return 0;
}

int pg_choices_vf_text(struct pg_choices *c, const char *text)
{
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };
	struct pg_vf_opts vf = pg_vf_opts_none(0);
	uint64_t n;

	if (pg_strv_split(text, ",", &part) < 0)
		return -ENOMEM;
	if (part.n < 2 || pg_text_number(part.v[0], 10, UINT16_MAX, &n) < 0)
		return -EINVAL;
	vf.n = (unsigned)n;
	for (size_t i = 1; i < part.n; i++)
		if (pg_vf_opts_take(&vf, part.v[i]) < 0)
			return -EINVAL;
	return pg_choices_vf(c, &vf);
}

int pg_choices_sriov_copy(const struct pg_choices *from, struct pg_choices *to)
{
	to->sriov.vf = NULL;
	to->sriov.n_vf = 0;
	for (size_t i = 0; i < from->sriov.n_vf; i++)
		if (pg_choices_vf(to, &from->sriov.vf[i]) < 0)
			return -ENOMEM;
	return 0;
}
