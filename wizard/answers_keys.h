/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys of the answer file. Private to answers.c and answers_keys.c. */
#pragma once

#include <confuse.h>

#include "src/base/err.h"
#include "src/plan/choices.h"

enum { WIZ_ANSWER_KEYS_MAX = 48 };

/* What the callbacks fill; they get it through an option of the pointer type. */
struct wiz_reading {
	void *self;		/* what the option points at */
	const char *path;
	struct pg_err *err;
	struct pg_choices *choices;
	bool failed;
	const char *seen[WIZ_ANSWER_KEYS_MAX];	/* options that were set; borrowed from the table */
	size_t n_seen;
	unsigned n_usb;		/* values of usb that were taken: two of them may be alike */
	unsigned n_devices;	/* the same of devices */
};

struct wiz_answer_key {
	const char *key;
	cfg_type_t type;
	cfg_flag_t flags;
	cfg_validate_callback_t take;
};

/* In the order in which they are told; one without a key ends them. */
extern const struct wiz_answer_key wiz_answer_keys[WIZ_ANSWER_KEYS_MAX + 1];

/* What is being read into. */
struct wiz_reading *wiz_reading_of(cfg_t *cfg);
/* The first complaint counts. Returns 1, as callbacks do that refuse. */
int wiz_answers_complain(cfg_t *cfg, const char *fmt, ...) PG_PRINTF(2, 3);
