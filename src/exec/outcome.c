/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "src/exec/run.h"
#include "src/base/i18n.h"

void pg_outcome_done(struct pg_outcome *outcome)
{
	free(outcome->id);
	free(outcome->text);
	free(outcome->stamp);
	pg_strv_done(&outcome->listed);
	pg_strv_done(&outcome->doubts);
	*outcome = (struct pg_outcome){ 0 };
}

int pg_outcome_status(const struct pg_outcome *outcome)
{
	static const int status[] = {
		[PG_OUTCOME_NOTHING] = 0, [PG_OUTCOME_DONE] = 0, [PG_OUTCOME_REFUSED] = 1,
		[PG_OUTCOME_PUT_BACK] = 3, [PG_OUTCOME_BROKEN] = 4,
	};

	return status[outcome->kind];
}

int pg_outcome_set(struct pg_outcome *ret, enum pg_outcome_kind kind, const char *id,
		   const char *fmt, ...)
{
	struct pg_strbuf b = { 0 };
	pg_autofree char *id_copy = id ? strdup(id) : NULL;
	pg_autofree char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	pg_strbuf_vaddf(&b, _(fmt), ap);
	va_end(ap);
	text = pg_strbuf_steal(&b);
	if (!text || (id && !id_copy))
		return -ENOMEM;
	pg_outcome_done(ret);
	ret->kind = kind;
	ret->id = PG_STEAL(id_copy);
	ret->text = PG_STEAL(text);
	return 0;
}

/* Not that the node is not as it should be, but that the machine fails. */
static bool is_failure(int code)
{
	static const int codes[] = { -ENOSPC, -EDQUOT, -EIO,	-EROFS,	 -EACCES, -EPERM,
				     -EMFILE, -ENFILE, -EINTR,	-EFBIG };

	for (size_t i = 0; i < PG_ARRAY_SIZE(codes); i++)
		if (code == codes[i])
			return true;
	return false;
}

int pg_outcome_refuse(struct pg_outcome *ret, int r, const struct pg_err *err)
{
	pg_autofree char *text = err->code ? pg_err_text(err) :
		pg_strf(_("%s: The records of pve-gpu cannot be read: %s."), PG_TX_DIR, pg_err_reason(r));

	if (!text || r == -ENOMEM)
		return -ENOMEM;
	return pg_outcome_set(ret, is_failure(r) ? PG_OUTCOME_PUT_BACK : PG_OUTCOME_REFUSED, NULL,
			      "%s Nothing was changed.", text);
}

int pg_outcome_refuse_unfinished(struct pg_outcome *ret, const struct pg_journal *j,
				 const struct pg_err *err)
{
	pg_autofree char *why = pg_err_text(err);

	if (j->state == PG_TX_UNREADABLE && is_failure(err->code))
		return pg_outcome_refuse(ret, err->code, err);
	if (j->state != PG_TX_UNREADABLE)
		return pg_outcome_set(ret, PG_OUTCOME_REFUSED, j->id,
				      "The change %s was interrupted and is not ended. Run "
				      "`pve-gpu recover` first. Nothing was changed.", j->id);
	if (!why)
		return -ENOMEM;
	return pg_outcome_set(ret, PG_OUTCOME_REFUSED, j->id,
			      "The record of the change %s is damaged, so that it cannot be told "
			      "whether it ended: %s The saved copies of the files lie in %s. "
			      "Compare them with the files, then move that folder away. "
			      "Nothing was changed.", j->id, why, j->dir);
}
