/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/exec/journal.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

static const char *const state_words[] = {
	[PG_TX_PLANNED] = "planned",   [PG_TX_APPLYING] = "applying",
	[PG_TX_APPLIED] = "applied",   [PG_TX_TRIAL] = "trial",
	[PG_TX_CONFIRMED] = "confirmed", [PG_TX_UNDOING] = "undoing",
	[PG_TX_UNDONE] = "undone",     [PG_TX_BROKEN] = "broken",
	[PG_TX_UNREADABLE] = "unreadable",
};

static const char *const copy_names[] = {
	[PG_COPY_ABSENT] = "absent", [PG_COPY_BEFORE] = "before", [PG_COPY_AFTER] = "after",
	[PG_COPY_FOUND] = "found",   [PG_COPY_MERGED] = "merged",
};

static int find_word(const char *const words[], size_t n, const char *word)
{
	for (size_t i = 0; word && i < n; i++)
		if (strcmp(words[i], word) == 0)
			return (int)i;
	return -EINVAL;
}

const char *pg_journal_state_word(enum pg_tx_state state)
{
	return state_words[state];
}

int pg_journal_state_parse(const char *word, enum pg_tx_state *ret)
{
	int i = find_word(state_words, PG_ARRAY_SIZE(state_words), word);

	if (i < 0)
		return i;
	*ret = (enum pg_tx_state)i;
	return 0;
}

const char *pg_copy_name(enum pg_copy copy)
{
	return copy_names[copy];
}

int pg_copy_parse(const char *word, enum pg_copy *ret)
{
	int i = find_word(copy_names, PG_ARRAY_SIZE(copy_names), word);

	if (i < 0)
		return i;
	*ret = (enum pg_copy)i;
	return 0;
}

bool pg_journal_was_killed(int status)
{
	return status > 128 && status <= 128 + 64;
}

/* FNV-1a: against torn and flipped bytes, not against people. */
uint64_t pg_journal_sum(const char *s, size_t n)
{
	uint64_t sum = 0xcbf29ce484222325;

	for (size_t i = 0; i < n; i++)
		sum = (sum ^ (unsigned char)s[i]) * 0x100000001b3;
	return sum;
}

char *pg_journal_escape(const char *s)
{
	struct pg_strbuf b = { 0 };

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x20 || c >= 0x7f || c == '%')
			pg_strbuf_addf(&b, "%%%02x", c);
		else
			pg_strbuf_addc(&b, *s);
	}
	return pg_strbuf_steal(&b);
}

char *pg_journal_unescape(const char *s)
{
	struct pg_strbuf b = { 0 };

	while (*s) {
		char hex[3] = { 0 };
		uint64_t c = 0;

		if (s[0] == '%' && s[1] && s[2]) {
			memcpy(hex, s + 1, 2);
			if (pg_text_number(hex, 16, 255, &c) == 0 && c) {
				pg_strbuf_addc(&b, (char)(unsigned char)c);
				s += 3;
				continue;
			}
		}
		pg_strbuf_addc(&b, *s++);
	}
	return pg_strbuf_steal(&b);
}

static void cmd_done(struct pg_jcmd *cmd)
{
	pg_strv_done(&cmd->argv);
	pg_strv_done(&cmd->undo);
}

void pg_journal_free(struct pg_journal *j)
{
	if (!j)
		return;
	free(j->id);
	free(j->dir);
	free(j->path);
	free(j->summary);
	free(j->boot);
	for (size_t i = 0; i < j->n_file; i++)
		free(j->file[i].path);
	free(j->file);
	for (size_t i = 0; i < j->n_cmd; i++)
		cmd_done(&j->cmd[i]);
	free(j->cmd);
	pg_strv_done(&j->folder);
	pg_strv_done(&j->doubts);
	free(j->trial.boot);
	free(j->trial.watched);
	free(j->trial.expired);
	free(j->trial.reboot);
	pg_strv_done(&j->trial.address);
	free(j);
}

void pg_journal_freep(struct pg_journal **j)
{
	pg_journal_free(*j);
}
