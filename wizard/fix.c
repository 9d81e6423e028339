/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fix of a finding is a command, for those who type; here it becomes choices. Options have the
 * names of the answer file's keys, with '-' for '_', so that it is read as one.
 */
#include <errno.h>
#include <string.h>

#include "src/base/text.h"
#include "wizard/answers_keys.h"
#include "wizard/ctx.h"

static const struct wiz_answer_key *key_of(const char *option)
{
	for (const struct wiz_answer_key *k = wiz_answer_keys; k->key; k++) {
		size_t i = 0;

		while (k->key[i] && (k->key[i] == option[i] || (k->key[i] == '_' && option[i] == '-')))
			i++;
		if (!k->key[i] && !option[i])
			return k;
	}
	return NULL;
}

/* Nothing that the answer file would take for more than text. */
static bool is_plain(const char *word)
{
	return !word[strcspn(word, "'\"\\${}\n")];
}

static bool is_switch(const char *word)
{
	return word && (strcmp(word, "on") == 0 || strcmp(word, "off") == 0);
}

/* An option with its value. *i is at the option, and then at the last word that was taken. */
static int add_option(const struct pg_strv *w, size_t *i, struct pg_strbuf *b)
{
	const struct wiz_answer_key *key = key_of(w->v[*i] + 2);
	const char *next = *i + 1 < w->n ? w->v[*i + 1] : NULL;
	bool flag = key && key->type == CFGT_BOOL;

	if (!key || (!flag && !next))
		return -EINVAL;
	if (!flag || is_switch(next))
		(*i)++;
	if (flag)
		pg_strbuf_addf(b, "%s = %s\n", key->key, is_switch(next) ? next : "true");
	else if (key->flags & CFGF_LIST)
		pg_strbuf_addf(b, "%s = { '%s' }\n", key->key, next);
	else
		pg_strbuf_addf(b, "%s = '%s'\n", key->key, next);
	return 0;
}

/* "VMID ADDRESS... OPTIONS" */
static int passthrough(const struct pg_strv *w, struct pg_strbuf *b)
{
	struct pg_strv devices PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *list = NULL;
	bool vm = false;
	int r = 0;

	for (size_t i = 2; r == 0 && i < w->n; i++) {
		if (pg_text_starts(w->v[i], "--"))
			r = add_option(w, &i, b);
		else if (vm)
			r = pg_strv_add(&devices, w->v[i]);
		else
			pg_strbuf_addf(b, "vm = '%s'\n", w->v[i]);
		vm |= !pg_text_starts(w->v[i], "--");
	}
	if (r < 0 || !devices.n)
		return r;
	list = pg_strv_join(&devices, "', '");
	pg_strbuf_addf(b, "devices = { '%s' }\n", list ? list : "");
	return list ? 0 : -ENOMEM;
}

/* "ADDRESS COUNT": virtual functions */
static int sriov(const struct pg_strv *w, struct pg_strbuf *b)
{
	if (w->n != 4)
		return -EINVAL;
	pg_strbuf_addf(b, "sriov = '%s %s'\n", w->v[2], w->v[3]);
	return 0;
}

/* "ADDRESS": the card is prepared to be divided. No answer file says that. */
static int vgpu(const struct pg_strv *w, struct pg_choices **ret)
{
	struct pg_choices *choices PG_CLEANUP(pg_choices_freep) = pg_choices_new();
	int r = !choices ? -ENOMEM : w->n == 3 ? pg_choices_pick_text(choices, w->v[2]) : -EINVAL;

	if (r < 0)
		return r;
	choices->mdev = strdup("");
	if (!choices->mdev)
		return -ENOMEM;
	*ret = PG_STEAL(choices);
	return 0;
}

int wiz_fix_choices(const char *fix, struct pg_choices **ret)
{
	struct pg_bytes bytes PG_CLEANUP(pg_bytes_done) = { 0 };
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };
	struct pg_strv w PG_CLEANUP(pg_strv_done) = { 0 };
	int r = is_plain(fix) ? pg_strv_split(fix, " ", &w) : -EINVAL;

	if (r < 0)
		return r;
	if (w.n < 3 || strcmp(w.v[0], "pve-gpu") != 0)
		return -EINVAL;
	if (strcmp(w.v[1], "vgpu") == 0)
		return vgpu(&w, ret);
	if (strcmp(w.v[1], "passthrough") == 0)
		r = passthrough(&w, &b);
	else if (strcmp(w.v[1], "sriov") == 0)
		r = sriov(&w, &b);
	else if (strcmp(w.v[1], "status") == 0 && strcmp(w.v[2], "--repair") == 0)
		pg_strbuf_add(&b, "repair = true\n");
	else
		r = -EINVAL;
	if (r == 0)
		r = pg_strbuf_steal_bytes(&b, &bytes);
	return r < 0 ? r : wiz_answers_parse("fix", &bytes, ret, NULL);
}
