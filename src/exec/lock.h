/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who works at a node, and in what. Private to src/exec; see pg_busy() in exec.h. */
#pragma once

#include "src/exec/journal.h"

enum pg_doing {
	PG_DOING_SOMETHING,	/* not known */
	PG_DOING_APPLY, PG_DOING_UNDO, PG_DOING_RECOVER, PG_DOING_CONFIRM, PG_DOING_TRIAL,
};

struct pg_holder {
	enum pg_doing doing;
	int64_t pid;		/* 0: unknown, as are the others */
	time_t since;
	char *user, *from;	/* or NULL */
};

void pg_holder_done(struct pg_holder *holder);
/* Who holds the lock: 1; 0: nobody, or it cannot be told (no right to look); -ENOMEM. */
int pg_holder_find(const struct pg_root *root, struct pg_holder *ret);
/* A sentence. NULL: no memory. */
char *pg_holder_text(const struct pg_holder *holder);

/* pg_store_open, then the lock. -EAGAIN: another has it; err says who. */
int pg_store_lock(struct pg_root *root, enum pg_doing doing, int *ret_fd, struct pg_err *err);
