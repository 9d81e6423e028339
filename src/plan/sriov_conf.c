/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads /etc/pve-gpu/sriov.conf. */
#include "src/plan/sriov.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

enum { CARDS_MAX = 256, VFS_MAX = 4096, WORDS_MAX = 16, LINE_MAX_BYTES = 1024 };

/* What is being read: the line and the card that it belongs to. */
struct reading {
	struct pg_sriov_conf conf;
	unsigned at;
	bool in_card;		/* the last `card` line could be read */
};

void pg_sriov_card_done(struct pg_sriov_card *card)
{
	pg_known_done(&card->id);
	free(card->vf);
	*card = (struct pg_sriov_card){ 0 };
}

void pg_sriov_conf_done(struct pg_sriov_conf *conf)
{
	for (size_t i = 0; i < conf->n; i++)
		pg_sriov_card_done(&conf->card[i]);
	free(conf->card);
	pg_strv_done(&conf->bad);
	*conf = (struct pg_sriov_conf){ 0 };
}

const struct pg_vf_opts *pg_sriov_vf(const struct pg_sriov_card *card, unsigned n)
{
	for (size_t i = 0; i < card->n_vf; i++)
		if (card->vf[i].n == n)
			return &card->vf[i];
	return NULL;
}

/* ---- writing a line ---- */

char *pg_sriov_card_text(const struct pg_sriov_card *card)
{
	struct pg_strbuf b = { 0 };

	pg_strbuf_add(&b, "card ");
	pg_known_write(&card->id, &b);
	pg_strbuf_addf(&b, " %u %s", card->count, card->host_driver ? "host" : "none");
	return pg_strbuf_steal(&b);
}

static void add_switch(struct pg_strbuf *b, const char *key, enum pg_tri value)
{
	if (value != PG_UNKNOWN)
		pg_strbuf_addf(b, " %s=%s", key, value == PG_YES ? "on" : "off");
}

char *pg_sriov_vf_text(const struct pg_vf_opts *vf)
{
	struct pg_strbuf b = { 0 };

	pg_strbuf_addf(&b, "vf %u", vf->n);
	if (*vf->mac)
		pg_strbuf_addf(&b, " mac=%s", vf->mac);
	if (vf->vlan >= 0)
		pg_strbuf_addf(&b, " vlan=%d", vf->vlan);
	add_switch(&b, "trust", vf->trust);
	add_switch(&b, "spoofchk", vf->spoofchk);
	return pg_strbuf_steal(&b);
}

/* ---- reading a line ---- */

/* The words are parted by these. */
static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static size_t skip_blanks(const char *line, size_t len, size_t at)
{
	while (at < len && is_blank(line[at]))
		at++;
	return at;
}

static bool is_word(const char *line, size_t len, size_t at, const char *word)
{
	size_t n = strlen(word);

	return len - at >= n && strncmp(line + at, word, n) == 0 &&
	       (len - at == n || is_blank(line[at + n]));
}

enum pg_sriov_line pg_sriov_line(const char *line, size_t len, int *ret_vf)
{
	size_t at = skip_blanks(line, len, 0);
	int n = 0, digits = 0;

	if (is_word(line, len, at, "card"))
		return PG_SRIOV_CARD;
	if (!is_word(line, len, at, "vf"))
		return PG_SRIOV_OTHER;
	at = skip_blanks(line, len, at + strlen("vf"));
	for (; at < len && isdigit((unsigned char)line[at]) && n < 100000; at++, digits++)
		n = n * 10 + line[at] - '0';
	*ret_vf = digits && (at == len || is_blank(line[at])) ? n : -1;
	return PG_SRIOV_VF;
}

static int complain(struct reading *r, const char *what)
{
	return pg_strv_addf(&r->conf.bad, PG_PATH_SRIOV ":%u: %s", r->at, what);
}

static bool is_named(const struct pg_sriov_conf *conf, struct pg_bdf addr)
{
	for (size_t i = 0; i < conf->n; i++)
		if (pg_bdf_equal(conf->card[i].id.addr, addr))
			return true;
	return false;
}

static int take_card(struct reading *r, const struct pg_strv *word)
{
	struct pg_sriov_card *card;
	struct pg_known id = { 0 };
	uint64_t count = 0;
	int e = word->n == PG_KNOWN_FIELDS + 3 ? pg_known_read(word->v + 1, &id) : -EINVAL;

	if (e == 0 && (pg_text_number(word->v[PG_KNOWN_FIELDS + 1], 10, UINT16_MAX, &count) < 0 || !count ||
		       (strcmp(word->v[PG_KNOWN_FIELDS + 2], "host") != 0 &&
			strcmp(word->v[PG_KNOWN_FIELDS + 2], "none") != 0))) {
		pg_known_done(&id);
		e = -EINVAL;
	}
	if (e < 0)
		return e == -ENOMEM ? e : complain(r, _("this is no card: its address, its ids, its "
						   "subsystem, its place, its serial, a number of "
						   "virtual functions, and host or none are wanted"));
	if (is_named(&r->conf, id.addr) || r->conf.n >= CARDS_MAX) {
		pg_known_done(&id);
		return complain(r, _("the card was named before, or there are too many"));
	}
	card = pg_vec_add(&r->conf.card, &r->conf.n, sizeof(*card));
	if (!card) {
		pg_known_done(&id);
		return -ENOMEM;
	}
	card->id = id;
	card->count = (unsigned)count;
	card->host_driver = strcmp(word->v[PG_KNOWN_FIELDS + 2], "host") == 0;
	card->line = r->at;
	r->in_card = true;
	return 0;
}

static int take_vf(struct reading *r, const struct pg_strv *word)
{
	struct pg_vf_opts vf = pg_vf_opts_none(0), *to;
	struct pg_sriov_card *card = r->in_card ? &r->conf.card[r->conf.n - 1] : NULL;
	uint64_t n = 0;

	if (!card)
		return complain(r, _("there is no card above this virtual function"));
	if (word->n < 2 || pg_text_number(word->v[1], 10, UINT16_MAX, &n) < 0 || n >= card->count)
		return complain(r, _("a virtual function has a number, from 0 to one below how many the "
				   "card has"));
	vf.n = (unsigned)n;
	if (pg_sriov_vf(card, vf.n) || card->n_vf >= VFS_MAX)
		return complain(r, _("the virtual function was named before"));
	for (size_t i = 2; i < word->n; i++)
		if (pg_vf_opts_take(&vf, word->v[i]) < 0)
			return complain(r, _("a virtual function takes mac=02:…, vlan=0 to 4094, "
					   "trust=on|off and spoofchk=on|off"));
	to = pg_vec_add(&card->vf, &card->n_vf, sizeof(*to));
	if (!to)
		return -ENOMEM;
	*to = vf;
	return 0;
}

static int take_line(struct reading *r, const char *line, size_t len)
{
	struct pg_strv word PG_CLEANUP(pg_strv_done) = { 0 };
	char *copy pg_autofree = len < LINE_MAX_BYTES ? strndup(line, len) : strdup("?");
	enum pg_sriov_line what;
	int n;

	if (!copy || pg_strv_split(copy, " \t\r", &word) < 0)
		return -ENOMEM;
	if (word.n == 0 || word.v[0][0] == '#')
		return 0;
	what = pg_sriov_line(line, len, &n);
	r->in_card &= what != PG_SRIOV_CARD;
	if (strlen(copy) != len || word.n > WORDS_MAX)
		return complain(r, _("this line cannot be read"));
	if (what == PG_SRIOV_CARD)
		return take_card(r, &word);
	if (what == PG_SRIOV_VF)
		return take_vf(r, &word);
	return complain(r, _("a line begins with card or vf"));
}

int pg_sriov_conf_read(const struct pg_bytes *in, struct pg_sriov_conf *ret)
{
	struct reading reading = { 0 };
	size_t pos = 0, len, full;
	const char *line;
	int r = 0;

	while (r == 0 && in->n && pg_text_line(in->p, in->n, &pos, &line, &len, &full)) {
		reading.at++;
		r = reading.conf.bad.n < CARDS_MAX ? take_line(&reading, line, len) : 0;
	}
	if (r < 0) {
		pg_sriov_conf_done(&reading.conf);
		return r;
	}
	*ret = reading.conf;
	return 0;
}
