/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What leaves the node in no capture, masked or not. */
#include "src/exec/capture.h"

#include <errno.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/exec/journal.h"
#include "src/plan/secret.h"

static int leave_out(struct pg_capture *c, struct pg_entry *e, const char *why)
{
	pg_bytes_done(&e->bytes);
	e->read = false;
	return pg_strv_addf(&c->left, "%s: %s", e->path, why);
}

static int hide(struct pg_capture *c, struct pg_entry *e)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t n = 0;
	int r = pg_secret_hide(e->path, &e->bytes, &text, &n);

	if (r < 0 || n == 0)
		return r;
	if (pg_text_starts(e->path, PG_TX_DIR "/"))
		return leave_out(c, e, _("it seems to hold a password, and its check sums allow no change"));
	pg_bytes_done(&e->bytes);
	e->bytes = text;
	text = (struct pg_bytes){ 0 };
	return pg_strv_addf(&c->hidden, P_("%s: %zu password or key", "%s: %zu passwords or keys", n),
			    e->path, n);
}

int pg_capture_hide(struct pg_capture *c)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->n; i++) {
		struct pg_entry *e = &c->v[i];

		if (e->kind != PG_ENTRY_FILE || !e->read)
			continue;
		r = pg_secret_is_file(e->path) ? leave_out(c, e, _("it holds keys or passwords")) :
						 hide(c, e);
	}
	return r;
}
