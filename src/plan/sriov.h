/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtual functions that pve-gpu makes when the node starts: /etc/pve-gpu/sriov.conf. A line for each
 * card, with what tells it from others, and below it one for each of its functions that has
 * settings. Read by the planner and by what the unit runs.
 *
 *	card ADDRESS VENDOR:DEVICE SUBSYSTEM PLACE SERIAL COUNT host|none
 *	vf NUMBER [mac=02:…] [vlan=N] [trust=on|off] [spoofchk=on|off]
 *
 * `host`: the host's drivers take the functions, `none`: they are left for VMs.
 */
#pragma once

#include "src/plan/memory.h"

#define PG_PATH_SRIOV "/etc/pve-gpu/sriov.conf"
#define PG_PATH_SRIOV_UNIT "/etc/systemd/system/pve-gpu-sriov.service"
#define PG_PATH_SRIOV_WANT "/etc/systemd/system/multi-user.target.d/pve-gpu-sriov.conf"

struct pg_sriov_card {
	struct pg_known id;	/* who names it stays empty */
	unsigned count;
	bool host_driver;
	struct pg_vf_opts *vf;	/* in the order of the file */
	size_t n_vf;
	unsigned line;
};

struct pg_sriov_conf {
	struct pg_sriov_card *card;	/* in the order of the file */
	size_t n;
	struct pg_strv bad;	/* "/etc/pve-gpu/sriov.conf:7: …": lines that could not be read */
};

/* ---- sriov_conf.c ---- */

/* Reads the file's bytes; what is wrong is in ret->bad. Returns 0 or -ENOMEM. */
int pg_sriov_conf_read(const struct pg_bytes *in, struct pg_sriov_conf *ret);
void pg_sriov_conf_done(struct pg_sriov_conf *conf);
void pg_sriov_card_done(struct pg_sriov_card *card);
/* The settings of function n; NULL: none. Borrowed. */
const struct pg_vf_opts *pg_sriov_vf(const struct pg_sriov_card *card, unsigned n);
/* The lines, without their ends, as they are written. NULL: no memory. */
char *pg_sriov_card_text(const struct pg_sriov_card *card);
char *pg_sriov_vf_text(const struct pg_vf_opts *vf);
/* What a line is: the first word is `card` or `vf`; of the latter with its number (-1: none). */
enum pg_sriov_line { PG_SRIOV_OTHER, PG_SRIOV_CARD, PG_SRIOV_VF };
enum pg_sriov_line pg_sriov_line(const char *line, size_t len, int *ret_vf);

/* ---- edit_sriov.c ---- */

/*
 * Puts the card in the place of the one of line `old` (0: behind all others), or takes that one
 * away (of count 0). Every other byte stays, so do lines that say what is wanted
 * in their own way. Returns 0 or -ENOMEM.
 */
int pg_sriov_edit(const struct pg_bytes *in, unsigned old, const struct pg_sriov_card *card,
		  struct pg_bytes *ret);

/* ---- sriov_state.c ---- */

/*
 * Is the card where the file has it, and the same? True: *ret_dev is it. Else *ret_why is a sentence
 * that says why not (NULL: no memory), and *ret_dev what is there, or NULL. This is what the unit goes by.
 */
bool pg_sriov_is_it(const struct pg_facts *facts, const struct pg_sriov_card *card,
		    const struct pg_dev **ret_dev, char **ret_why);

enum pg_sriov_place { PG_SRIOV_HERE, PG_SRIOV_MOVED, PG_SRIOV_GONE };

/* A card of the file, as it stands now. */
struct pg_sriov_state {
	const struct pg_sriov_card *card;	/* borrowed from the conf */
	enum pg_sriov_place place;
	const struct pg_dev *dev;	/* of HERE and MOVED: where it is now */
	const char *by;			/* of MOVED: what tells. Static */
};

struct pg_sriov_states {
	struct pg_sriov_conf conf;
	struct pg_sriov_state *v;	/* as conf.card */
	size_t n;
};

/* Reads the file from the facts, and looks for each card. Returns 0 or -ENOMEM. */
int pg_sriov_states(const struct pg_facts *facts, struct pg_sriov_states *ret);
void pg_sriov_states_done(struct pg_sriov_states *states);
/* The state of the card that the device is; NULL: it is none of the file. Borrowed. */
const struct pg_sriov_state *pg_sriov_state_of(const struct pg_sriov_states *states,
					       const struct pg_dev *dev);

struct pg_status;
/* Says in a status how the card stands: verdict, reason and texts. Returns 0 or -ENOMEM. */
int pg_sriov_judge(const struct pg_facts *facts, const struct pg_sriov_state *state,
		   struct pg_status *s);

/* ---- sriov_driver.c: drivers that do not do it by themselves ---- */

/* Why the driver that the device has now makes no virtual functions when it is asked, a sentence with
 * what to do in *ret_advice; NULL: it does, or is not known. Both static. */
const char *pg_sriov_driver_why_not(const struct pg_dev *pf, const char **ret_advice);

/* ---- sriov_future.c: what the choices of pg_choices.sriov mean ---- */

/* The facts as they will be when the chosen functions are there; facts.c's own are borrowed. */
struct pg_sriov_future {
	struct pg_facts facts;
	void *owned[3];
	size_t **index;		/* arrays of indexes that were made anew */
	size_t n_index;
};

void pg_sriov_future_done(struct pg_sriov_future *future);
/* Is it one of those that are not there yet? */
bool pg_sriov_is_future(const struct pg_facts *now, const struct pg_dev *vf);
/*
 * With a VM among the choices: the facts with the functions that there will be, and the choices
 * with the first free one picked (none: nothing is picked). *ret_choices NULL: nothing of that is
 * asked for. Returns 0 or -ENOMEM.
 */
int pg_sriov_choose(const struct pg_facts *facts, const struct pg_choices *choices,
		    struct pg_sriov_future *ret, struct pg_choices **ret_choices);

/* ---- check_sriov.c, plan_sriov.c ---- */

struct pg_planner;
struct pg_checker;
int pg_check_sriov(struct pg_checker *c);
/* Is a finding of that id about virtual functions? */
bool pg_sriov_is_finding(const char *id);
int pg_plan_sriov(struct pg_planner *p);
/* What the history calls it. */
int pg_sriov_summary(struct pg_planner *p);
