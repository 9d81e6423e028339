/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wizard's engine: pages, the way through them, and back. It knows facts, choices, plans
 * and transactions, and no screen.
 */
#pragma once

#include "src/base/err.h"
#include "src/base/root.h"
#include "src/exec/exec.h"
#include "src/host/settings.h"
#include "wizard/view.h"

struct wiz;

/* What the engine needs of whoever shows it while something long runs. */
struct wiz_frontend {
	void (*refresh)(void *ctx);	/* the view changed: build and draw it again */
	bool (*cancelled)(void *ctx);	/* has the person asked to stop? */
	void *ctx;
};

struct wiz_opts {
	const char *data;		/* the folder with our rules; NULL: pg_data_dir() */
	struct pg_root *root;			/* borrowed */
	const struct pg_templates *templates;	/* borrowed */
	const char *read_only_why;		/* a sentence: look, do not apply; or NULL */
	const struct pg_outcome *recovered;	/* what was ended before the start, borrowed; or NULL */
	bool behind;				/* who shows it calls wiz_read_on() */
	struct wiz_frontend frontend;
	/* For tests: run commands though the root is not live, and search them here. */
	bool run_commands;
	const char *path;
};

/* Collects the facts, or with opts.behind their beginning, and opens on Home; after the reboot, where a change on trial waits to be
 * kept, on the Verify page. */
int wiz_new(const struct wiz_opts *opts, struct wiz **ret, struct pg_err *err);
void wiz_free(struct wiz *w);
void wiz_freep(struct wiz **w);
void wiz_set_frontend(struct wiz *w, const struct wiz_frontend *frontend);

/*
 * Is there more to be read of the host? Then wiz_read_on() reads a piece of it, to be called while no key comes;
 * after the last one the page is built again. Whatever needs more than is there reads it itself: a page is
 * never left, nor a step taken, without all findings.
 */
bool wiz_is_unread(const struct wiz *w);
int wiz_read_on(struct wiz *w, struct pg_err *err);

/* The page as it stands. */
int wiz_build(struct wiz *w, struct wiz_view *ret);
/* The right pane for an item, built only for the one under the cursor. */
int wiz_detail(struct wiz *w, const char *item, struct wiz_lines *ret);
/* Everything that is known of an item (key d): attributes, modules, findings. */
int wiz_details(struct wiz *w, const char *item, struct wiz_lines *ret);
/* The page's help in words (key ?), without the keys, which the frontend knows. */
int wiz_help(struct wiz *w, struct wiz_lines *ret);
int wiz_handle(struct wiz *w, const struct wiz_event *event, enum wiz_follow *ret);
/* What WIZ_EVENT_FOLD does, in the view that was built last and for the price of one item. *ret_done
 * false: not on this page. */
int wiz_fold(struct wiz *w, struct wiz_view *view, size_t i, bool *ret_done);
/* After WIZ_QUIT: did the person ask for the reboot? */
bool wiz_wants_reboot(const struct wiz *w);
/* What the node's settings say of colours. */
enum pg_theme wiz_theme(const struct wiz *w);
/* Do they ask for the mouse? */
bool wiz_mouse(const struct wiz *w);

/* ---- the answer file (answers.c; libconfuse) ---- */

/*
 * Reads choices from an answer file. Keys: devices (list), vm, bind, primary, pcie,
 * iommu_pt, sriov, vf_driver, vf (list), mapping, mapping_entry, romfile, efi_storage, change_machine, change_firmware,
 * accept_loss (list), trial (minutes; 0: none), pin_nics, repair (without devices), usb (list),
 * usb_mapping, usb_remove (list). Unknown keys, wrong types and "${" are refused with file and
 * line.
 */
int wiz_answers_load(const char *path, struct pg_choices **ret, struct pg_err *err);
/* The same for its bytes, of which it blanks the comments; path is for complaints alone. */
int wiz_answers_parse(const char *path, struct pg_bytes *bytes, struct pg_choices **ret,
		      struct pg_err *err);
