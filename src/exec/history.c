/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "src/base/i18n.h"
#include "src/base/proc.h"
#include "src/exec/lock.h"

/* Of one step, in seconds: less is not told. */
#define SOON_S 10

const char *pg_tx_state_name(enum pg_tx_state state)
{
	switch (state) {
	case PG_TX_APPLIED:
		return N_("applied");
	case PG_TX_TRIAL:
		return N_("trial");
	case PG_TX_CONFIRMED:
		return N_("confirmed");
	case PG_TX_UNDONE:
		return N_("undone");
	case PG_TX_UNREADABLE:
		return N_("unreadable");
	case PG_TX_PLANNED:
	case PG_TX_APPLYING:
	case PG_TX_UNDOING:
	case PG_TX_BROKEN:
		break;
	}
	return N_("interrupted");
}

static void tx_done(struct pg_tx *tx)
{
	free(tx->id);
	free(tx->summary);
	free(tx->now);
	pg_strv_done(&tx->files);
	pg_strv_done(&tx->commands);
}

void pg_history_free(struct pg_tx *tx, size_t n)
{
	for (size_t i = 0; i < n; i++)
		tx_done(&tx[i]);
	free(tx);
}

/* The time that an id tells, for a record that cannot. */
static time_t time_of(const char *id)
{
	struct tm tm = { 0 };

	if (sscanf(id, "%4d%2d%2d-%2d%2d%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
		   &tm.tm_min, &tm.tm_sec) != 6)
		return 0;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return timegm(&tm);
}

static bool is_at_work(const struct pg_tx *tx)
{
	return tx->state == PG_TX_PLANNED || tx->state == PG_TX_APPLYING ||
	       tx->state == PG_TX_UNDOING;
}

static int fill(struct pg_tx *tx, struct pg_journal *j, const struct pg_err *err)
{
	int r = 0;

	tx->state = j->state;
	tx->word = pg_tx_state_name(j->state);
	tx->time = j->time ? j->time : time_of(j->id);
	for (size_t i = 0; r == 0 && i < j->n_file; i++)
		r = pg_strv_add(&tx->files, j->file[i].path);
	for (size_t i = 0; r == 0 && i < j->n_cmd; i++)
		r = pg_strv_take(&tx->commands, pg_proc_quote(j->cmd[i].argv.v));
	if (r == 0 && is_at_work(tx) && !(tx->now = pg_journal_now(j)))
		r = -ENOMEM;
	if (r < 0)
		return r;
	tx->id = PG_STEAL(j->id);
	tx->summary = j->state == PG_TX_UNREADABLE ? pg_err_text(err) : PG_STEAL(j->summary);
	return tx->summary ? 0 : -ENOMEM;
}

static int read_tx(const struct pg_root *root, const char *id, struct pg_tx **txs, size_t *n)
{
	struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	struct pg_tx *tx;
	int r = pg_journal_read(root, id, &j, &err);

	if (r == -ENOENT) /* gone since the folder was listed */
		return 0;
	if (r < 0)
		return r;
	tx = pg_vec_add(txs, n, sizeof(*tx));
	return tx ? fill(tx, j, &err) : -ENOMEM;
}

static int read_all(const struct pg_root *root, struct pg_tx **txs, size_t *n)
{
	struct pg_strv ids PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_store_list(root, &ids);

	for (size_t i = ids.n; r == 0 && i > 0; i--)
		r = read_tx(root, ids.v[i - 1], txs, n);
	return r;
}


static bool any_at_work(const struct pg_tx *tx, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_at_work(&tx[i]))
			return true;
	return false;
}

/* The last record was written when the step began. A step that is short needs no clock. */
static int add_time(const struct pg_root *root, struct pg_tx *tx)
{
	pg_autofree char *journal = pg_strf(PG_TX_DIR "/%s/journal", tx->id);
	long long now = time(NULL), s;
	struct stat st;
	char *text;

	if (!journal)
		return -ENOMEM;
	if (pg_root_stat(root, journal, &st) < 0 || now - st.st_mtime < SOON_S)
		return 0;
	s = now - st.st_mtime;
	text = s < 60 ? pg_strf(_("%s, for %lld s"), tx->now, s) :
			pg_strf(_("%s, for %lld min %lld s"), tx->now, s / 60, s % 60);
	if (!text)
		return -ENOMEM;
	free(tx->now);
	tx->now = text;
	return 0;
}

/* One that did not end is being worked at where somebody holds the lock: nobody begins another
 * before that. */
static int mark_busy(const struct pg_root *root, struct pg_tx *tx, size_t n,
		     const struct pg_holder *holder)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (!is_at_work(&tx[i]))
			continue;
		tx[i].busy = true;
		tx[i].word = holder->doing == PG_DOING_APPLY ? N_("applying") : N_("undoing");
		r = add_time(root, &tx[i]);
	}
	return r;
}

/* One that ended between the look at its record and the look at the lock is read again. */
static int read_settled(const struct pg_root *root, struct pg_tx **tx, size_t *n)
{
	struct pg_holder holder PG_CLEANUP(pg_holder_done) = { 0 };
	int r = read_all(root, tx, n);
	int held = r == 0 && any_at_work(*tx, *n) ? pg_holder_find(root, &holder) : r;

	if (held < 0)
		return held;
	if (held == 0 && any_at_work(*tx, *n)) {
		pg_history_free(*tx, *n);
		*tx = NULL;
		*n = 0;
		return read_all(root, tx, n);
	}
	return mark_busy(root, *tx, *n, &holder);
}

int pg_history(const struct pg_root *root, struct pg_tx **ret, size_t *ret_n,
	       struct pg_err *err)
{
	struct pg_tx *tx = NULL;
	size_t n = 0;
	int r = read_settled(root, &tx, &n);

	if (r < 0) {
		pg_history_free(tx, n);
		return pg_err_set(err, r, PG_TX_DIR, 0, "The history cannot be read: %s.",
				  pg_err_reason(r));
	}
	*ret = tx;
	*ret_n = n;
	return 0;
}
