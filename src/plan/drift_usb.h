/* SPDX-License-Identifier: GPL-3.0-or-later */
/* USB mappings of this node that name a port where their device is not any more. */
#pragma once

#include "src/plan/drift.h"

struct pg_usb_drift {
	enum pg_drift_how how;			/* MOVED, GONE or UNSURE */
	const struct pg_usb_mapping *mapping;	/* borrowed from facts, as the others */
	const struct pg_usb_map *map;		/* this node's line */
	const struct pg_usb_dev *to;		/* where it is; NULL: not known */
	char *value;				/* what the line must be; NULL: cannot be put right */
};

struct pg_usb_drifts {
	struct pg_usb_drift *v;
	size_t n;
};

/* In the order of the file. Returns 0 or -ENOMEM. */
int pg_usb_drifts_find(const struct pg_facts *facts, struct pg_usb_drifts *ret);
void pg_usb_drifts_done(struct pg_usb_drifts *drifts);

/* A stable id ("usb-mapping-moved"), a sentence, the entry, what to do. NULL: no memory. */
const char *pg_usb_drift_id(const struct pg_usb_drift *d);
char *pg_usb_drift_text(const struct pg_usb_drift *d);
char *pg_usb_drift_evidence(const struct pg_usb_drift *d);
char *pg_usb_drift_advice(const struct pg_usb_drift *d);
