/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The record of a transaction. A line of the input becomes a whole record: `"type":"file"` is
 * given its number and its check sum, so that what is behind them is reached; one that begins
 * with '!' is taken as it stands.
 */
#include "tests/fuzz/fuzz.h"

#include "src/exec/journal.h"

static int take(struct pg_journal *j, const char *line, size_t n)
{
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	if (n && *line == '!')
		return pg_journal_take(j, line + 1, n - 1, NULL);
	pg_strbuf_addf(&b, "{\"n\":%u,%s", j->seq, j->torn ? "\"torn\":true," : "");
	pg_strbuf_addn(&b, line, n);
	pg_strbuf_addf(&b, ",\"sum\":\"%016llx\"}", (unsigned long long)pg_journal_sum(b.s, b.len));
	FUZZ_ASSERT(pg_strbuf_error(&b) == 0);
	return pg_journal_take(j, b.s, b.len, NULL);
}

static void check(const struct pg_journal *j)
{
	(void)pg_journal_is_open(j);
	(void)pg_journal_is_armed(j);
	for (size_t i = 0; i < j->n_file; i++) {
		FUZZ_ASSERT(j->file[i].path && j->file[i].path[0] == '/');
		FUZZ_ASSERT(!pg_journal_is_due(&j->file[i]) || j->file[i].begun);
	}
	for (size_t i = 0; i < j->n_cmd; i++) {
		FUZZ_ASSERT(j->cmd[i].argv.n > 0);
		/* Nothing is run again that was never begun, but to undo. */
		FUZZ_ASSERT(!pg_journal_must_rerun(j, &j->cmd[i]) || j->cmd[i].begun || j->in_undo);
	}
	FUZZ_ASSERT(j->state != PG_TX_TRIAL || (j->trial.asked && j->trial.wait));
	FUZZ_ASSERT(j->state == PG_TX_PLANNED || j->planned);
}

/* Any bytes of a path come back from the record. */
static void check_escape(const uint8_t *data, size_t size)
{
	pg_autofree char *s = strndup((const char *)data, size);
	pg_autofree char *safe = s ? pg_journal_escape(s) : NULL;
	pg_autofree char *back = safe ? pg_journal_unescape(safe) : NULL;

	FUZZ_ASSERT(back && strcmp(back, s) == 0);
	for (const char *p = safe; *p; p++)
		FUZZ_ASSERT(*p >= 0x20 && *p < 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;
	size_t pos = 0, len, full;
	const char *line;

	check_escape(data, size);
	FUZZ_ASSERT(pg_journal_new("20261123-064500-1", &j) == 0);
	while (pg_text_line((const char *)data, size, &pos, &line, &len, &full)) {
		unsigned seq = j->seq;
		int r = take(j, line, len);

		FUZZ_ASSERT(r == 0 || r == -EBADMSG || r == -EPROTO);
		FUZZ_ASSERT(r == 0 ? j->seq > seq : j->seq == seq);
		if (r == -EBADMSG)
			j->torn = true;
		if (r == -EPROTO) /* the reader goes no further, and changes nothing by it */
			return 0;
		check(j);
	}
	return 0;
}
