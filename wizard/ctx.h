/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the pages share: the state of the wizard, and what the engine offers them. Private
 * to wizard/.
 */
#pragma once

#include <time.h>

#include "src/plan/plan.h"
#include "src/plan/status.h"
#include "wizard/doctor.h"
#include "wizard/wizard.h"

enum wiz_page {
	WIZ_PAGE_HOME,
	WIZ_PAGE_HOST,		/* the steps, in order */
	WIZ_PAGE_DEVICE,
	WIZ_PAGE_BINDING,
	WIZ_PAGE_VM,
	WIZ_PAGE_USB,		/* only where it is wanted */
	WIZ_PAGE_REVIEW,
	WIZ_PAGE_APPLY,
	WIZ_PAGE_REBOOT,
	WIZ_PAGE_VERIFY,	/* after the reboot; the wizard opens on it where a change waits */
	WIZ_PAGE_STATUS,
	WIZ_PAGE_SRIOV,
	WIZ_PAGE_MAPPING,
	WIZ_PAGE_VGPU,
	WIZ_PAGE_HISTORY,
	WIZ_PAGE_TROUBLE,	/* what the person sees, and its causes */
	WIZ_PAGE_DOCTOR,
	WIZ_N_PAGES,
};

#define WIZ_BACK_MAX 16

/* What a question on the screen is about: tells the page what the answer means. */
enum wiz_asking {
	WIZ_ASKING_NOTHING,
	WIZ_ASKING_NOTE,	/* only to be read */
	WIZ_ASKING_APPLY,
	WIZ_ASKING_LOSS,
	WIZ_ASKING_VM_RUN,
	WIZ_ASKING_VM_SAVE,
	WIZ_ASKING_VM_LEAVE,
	WIZ_ASKING_UNDO,
	WIZ_ASKING_REBOOT,
	WIZ_ASKING_KEEP,
	WIZ_ASKING_VFS,
	WIZ_ASKING_CAUSE,
	WIZ_ASKING_REPORT,
};

enum wiz_running { WIZ_RUN_NOTHING, WIZ_RUN_APPLY, WIZ_RUN_UNDO, WIZ_RUN_CONFIRM };

/* What ran last, or runs: kept until the next one. */
struct wiz_run {
	enum wiz_running what;
	struct wiz_lines lines;
	size_t step, n_steps;
	char *doing;			/* of the step that runs */
	bool running, going_back;
	struct pg_outcome outcome;
	bool has_outcome;
	struct pg_plan *plan;		/* the one that was applied; its VM commands are offered */
	char *stamp;			/* of pg_exec_stamp(): the plan is right where it still is, */
	struct pg_choices *choices;	/* and where it comes of these again; NULL: no memory */
	bool applied;			/* the host part was */
	char *id;			/* of the host part, from here to `trial`: its outcome's */
	struct pg_strv doubts;
	unsigned trial;
	bool booted;			/* what is undone is in effect until the next reboot */
	bool vm_tried;			/* the outcome is that of the VM commands */
	bool vm_done;			/* they were run */
	bool vm_saved;			/* as a script */
};

struct wiz {
	struct wiz_opts opts;
	struct pg_facts *facts;
	bool unread;			/* the facts have only what the first page shows at once, */
	unsigned part;			/* and are read from here on */
	char *stamp;			/* of pg_exec_stamp(), before the facts were read */
	bool probed;			/* the facts hold what wiz_probe() finds */
	struct pg_findings host;	/* of the host as it is */
	struct pg_choices *choices;
	bool usb;			/* the page about USB is wanted */
	bool usb_only;			/* nothing but USB, and what a VM has: no step about PCI */
	bool vm_chosen;			/* "no VM" is a choice too */
	bool vm_settings;		/* the VM page shows the settings that are seldom needed */
	struct pg_plan *plan;		/* of these choices; NULL: to be made */
	char *diff_why_not;		/* why the plan has no diffs, or NULL */
	struct pg_tx *tx;		/* the history, read when a page that shows it is entered */
	size_t n_tx;
	char *tx_why_not;
	char *recovered;		/* what was taken back before the start, as it is told on Home; NULL: nothing */
	char *busy;			/* of pg_busy(), looked at whenever a page is built */
	struct pg_trial *trial;		/* the newest change on trial, or NULL */
	struct pg_trial *waiting;	/* the newest change that waits for the reboot, or NULL */
	time_t trial_until;		/* when it is taken back; 0: not before the reboot */
	enum wiz_page page;
	enum wiz_page back[WIZ_BACK_MAX];
	size_t n_back;
	struct pg_strv flipped;		/* items folded or unfolded against the page's default */
	enum wiz_asking asking;
	struct wiz_question question;
	char *asked_item;		/* the item that the question is about, or NULL */
	struct wiz_run run;
	struct wiz_doctor doctor;
	bool reboot;			/* asked for, on a live node */
};

struct wiz_page_ops {
	const char *id;
	const char *title;
	const char *step;		/* label, or NULL: not a step */
	bool enters;			/* NEXT enters the item under the cursor */
	bool hears_no;			/* event() is told of a No, too */
	/* NULL: always. A step that is not relevant is shown as skipped. */
	bool (*relevant)(const struct wiz *w);
	/* Gets ready what the page shows; NULL: nothing. Negative: the page is not entered. */
	int (*enter)(struct wiz *w);
	/* Failure is remembered in the view. */
	void (*build)(struct wiz *w, struct wiz_view *view);
	/* Writes the texts of an item anew after it was folded or unfolded, so that a page of
	 * thousands need not be built for it. Such a page has the items below a folded one too. NULL: it
	 * is built. */
	void (*refold)(struct wiz *w, struct wiz_view *view, struct wiz_item *item);
	/* TOGGLE, NEXT, SAVE, RUN, ANSWER; NULL: NEXT goes to the next step. The engine has
	 * checked that the view allows it. */
	int (*event)(struct wiz *w, const struct wiz_event *event, enum wiz_follow *ret);
	/* NULL: no right pane. */
	void (*detail)(struct wiz *w, const char *item, struct wiz_lines *lines);
	/* NULL: as detail. */
	void (*details)(struct wiz *w, const char *item, struct wiz_lines *lines);
};

extern const struct wiz_page_ops wiz_page_home, wiz_page_host, wiz_page_device,
	wiz_page_binding, wiz_page_vm, wiz_page_usb, wiz_page_review, wiz_page_apply, wiz_page_reboot,
	wiz_page_verify, wiz_page_status, wiz_page_sriov, wiz_page_mapping, wiz_page_vgpu,
	wiz_page_history, wiz_page_trouble, wiz_page_doctor;

/* ---- engine.c: moving, asking ---- */

const struct wiz_page_ops *wiz_page_ops(enum wiz_page page);
/* Enters a page; Back comes back here. */
int wiz_go(struct wiz *w, enum wiz_page page, enum wiz_follow *ret);
/* The next step that is relevant. */
int wiz_next(struct wiz *w, enum wiz_follow *ret);
/* Enters a page from which Back leads to Home: what lies between is over. */
int wiz_go_from_home(struct wiz *w, enum wiz_page page, enum wiz_follow *ret);
/* Puts a question over the page; an answer comes to the page's event(). item may be NULL. */
int wiz_ask(struct wiz *w, enum wiz_asking what, enum wiz_ask kind, const char *item,
	    const char *title, const char *fmt, ...) PG_PRINTF(6, 7);
/* Says a sentence in a box. */
int wiz_note(struct wiz *w, const char *title, const char *text);

/* ---- fold.c ---- */

/* Is the item folded, `by_default` where the person did not touch it? */
bool wiz_is_folded(const struct wiz *w, const char *item, bool by_default);
int wiz_flip(struct wiz *w, const char *item, enum wiz_follow *ret);

/* ---- state.c: facts, choices, plan ---- */

/* Reads what the first page shows; the rest behind it, where opts.behind allows that. */
int wiz_begin(struct wiz *w, struct pg_err *err);
/* All that is still to be read. */
int wiz_read_all(struct wiz *w, struct pg_err *err);
/* Reads the host again; what was planned is thrown away. */
int wiz_collect(struct wiz *w, struct pg_err *err);
/* Adds to the facts why a device is not as expected, once: it may take seconds. */
int wiz_probe(struct wiz *w);
/* Takes choices that were made elsewhere over, in the place of those that were made here. */
void wiz_take_choices(struct wiz *w, struct pg_choices *choices);
/* To be called whenever a choice changed. */
void wiz_changed(struct wiz *w);
/* Makes the plan and its diffs, unless they are there. */
int wiz_plan(struct wiz *w);
/* Reads the history. */
int wiz_read_history(struct wiz *w);
/* Puts opts.recovered into words. */
int wiz_read_recovered(struct wiz *w);
/* Looks whether another pve-gpu is at work: while it is, here one can only look. What it did
 * is read when it is done. */
int wiz_read_busy(struct wiz *w);
/* Why nothing can be changed here, a sentence; NULL where it can. Borrowed. */
const char *wiz_why_read_only(const struct wiz *w);
/* Looks for a change on trial again. */
int wiz_read_trial(struct wiz *w);
/* Is there something that a repair would put right? */
bool wiz_has_repair(const struct wiz *w);
/* Functions that are chosen and exist. */
size_t wiz_n_chosen(const struct wiz *w);
/* The chosen VM, or NULL. */
const struct pg_guest *wiz_guest(const struct wiz *w);
void wiz_run_done(struct wiz_run *run);

/* ---- run.c: what takes long ---- */

/* Are commands run here, or only listed? */
bool wiz_runs_commands(const struct wiz *w);
/* Makes the plan the one that is applied; what ran before is forgotten. */
void wiz_run_take_plan(struct wiz *w);
/* Applies its host part, or its VM commands alone; the outcome is in w->run. */
int wiz_run_apply(struct wiz *w);
int wiz_run_vm(struct wiz *w);
int wiz_run_undo(struct wiz *w, const char *id);
/* Adds the lines and the progress of w->run to a view of shape WIZ_SHAPE_RUN. */
void wiz_run_build(struct wiz *w, struct wiz_view *view);

int wiz_run_confirm(struct wiz *w);
/* Goes to History, where it is shown. */
int wiz_run_undo_shown(struct wiz *w, const char *id, enum wiz_follow *ret);

/* ---- reboot.c ---- */

/* Is this a system that boots: the running one, or the demo node? */
bool wiz_can_reboot(const struct wiz *w);
/* The question, WIZ_ASKING_REBOOT; and what follows its yes. */
int wiz_reboot_ask(struct wiz *w);
int wiz_reboot(struct wiz *w, enum wiz_follow *ret);

/* ---- trial.c: a change that is not final until it is confirmed ---- */

/* "10 minutes", "1 minute", "90 seconds" */
struct wiz_span {
	char s[32];
};
struct wiz_span wiz_span(unsigned seconds);
/* Was the node booted since, so that it waits for a word now? */
bool wiz_trial_waits(const struct wiz *w);
/* Does the time of one run: until wiz_trial_clock()? */
bool wiz_trial_runs(const struct wiz *w);
/* "10:42", on the node's clock: true however long the page stands. */
struct wiz_clock {
	char s[16];
};
struct wiz_clock wiz_trial_clock(const struct wiz *w);
/* How it stands, in a sentence or two. */
char *wiz_trial_words(const struct wiz *w);
/* Chooses the next of the times that are offered, or none. */
void wiz_trial_turn(struct wiz *w);
/* What the plan's trial means, as a paragraph above the page. */
void wiz_trial_intro(const struct wiz *w, const struct pg_plan *plan, struct wiz_view *view);
/* A sentence for the question whether to apply; NULL: no memory. The caller frees it. */
char *wiz_trial_promise(const struct wiz *w, const struct pg_plan *plan);

/* ---- loss.c: what the node loses, and the phrase that lets it pass ---- */

/* *ret is "lose vmbr0" where nothing but losses stands in the plan's way, else NULL. */
int wiz_loss_phrase(const struct wiz *w, char **ret);
/* The question, WIZ_ASKING_LOSS; and what follows its answer. */
int wiz_loss_ask(struct wiz *w, const char *phrase);
int wiz_loss_answer(struct wiz *w, const char *typed);
/* The same for one device that the node needs, before it is chosen; `item` is its row. */
/* What the node would lose and cannot do without, were the device chosen too; NULL: nothing. */
const struct pg_use *wiz_dev_needed(const struct wiz *w, const struct pg_dev *dev);
int wiz_loss_ask_device(struct wiz *w, const struct pg_dev *dev, const char *item);
int wiz_loss_answer_device(struct wiz *w, const struct pg_dev *dev, const char *typed);

/* ---- script.c: commands in words ---- */

/* Each with its reason. */
void wiz_command_lines(const struct pg_plan_cmd *cmd, size_t n, struct wiz_lines *lines);
/* Asks for a path, and writes the VM commands of the plan there as a script. What hinders
 * is said in a box. */
int wiz_script_ask(struct wiz *w, const struct pg_plan *plan);
int wiz_script_save(struct wiz *w, const struct pg_plan *plan, const char *path);
/* Writes a new file of the person's own; *ret_done false: what hinders is said in a box. */
int wiz_save(struct wiz *w, const char *path, const struct pg_bytes *bytes, mode_t mode, bool *ret_done);
/* The path that is offered for it: NULL: no memory. The caller frees it. */
char *wiz_save_path(const struct wiz *w, const char *name);

/* ---- node.c ---- */

/* Which node it is, for the row at the top. */
void wiz_build_node(const struct wiz *w, struct wiz_view *view);

/* ---- devtext.c: words for a device ---- */

/* "GPU", "Audio", "NIC": at most five letters. */
const char *wiz_dev_kind(const struct pg_dev *dev);
/* "GeForce RTX 4090": the name in brackets where the list has one; without a name
 * "10de:2684". For wiz_text() and its like; valid until buf goes. */
struct wiz_dev_name {
	char s[96];
};
struct wiz_dev_name wiz_dev_name(const struct pg_dev *dev);
/* What a search for it finds besides its row: the title of the right pane. */
void wiz_dev_also(struct wiz_view *view, struct wiz_item *item, const struct pg_dev *dev);
/* What of the host hangs on it, vital first; NULL: nothing. */
const struct pg_use *wiz_dev_use(const struct pg_dev *dev);
/* Its short name: "vmbr0" of "vmbr0 192.168.1.10/24, default route". */
struct wiz_use_label {
	char s[64];
};
struct wiz_use_label wiz_use_label(const struct pg_use *use);
/* The right pane, and all that is known (devmore.c). */
void wiz_dev_detail(const struct wiz *w, const struct pg_dev *dev, struct wiz_lines *lines);
void wiz_dev_details(const struct wiz *w, const struct pg_dev *dev, struct wiz_lines *lines);
/* "dev/0000:01:00.0" -> the device; NULL where the id is of another kind. */
const struct pg_dev *wiz_dev_of_item(const struct wiz *w, const char *item);
struct wiz_dev_item {
	char s[32];
};
struct wiz_dev_item wiz_dev_item(const struct pg_dev *dev);

/* ---- page_sriov.c ---- */

/* Can any device have virtual functions? */
bool wiz_sriov_is_there(const struct wiz *w);

/* ---- page_mapping.c ---- */

/* The choices are about a mapping, virtual functions, or a part of a card alone: they are over. */
void wiz_mapping_forget(struct wiz *w);

/* ---- page_vgpu.c ---- */

/* Is there a card that is divided, or can be without more than a plan? */
bool wiz_vgpu_is_offered(const struct wiz *w);
/* Are the choices about a part of a card, so that no device leaves the node? */
bool wiz_vgpu_is_chosen(const struct wiz *w);

/* ---- vm_entries.c: what the chosen VM has ---- */

/* A row for each hostpciN of the VM. */
void wiz_entry_rows(const struct wiz *w, struct wiz_view *view, const struct pg_guest *guest);
/* The next of its ways: kept, written anew, taken away. -ENOENT: the item is none of these. */
int wiz_entry_turn(struct wiz *w, const char *item);
/* False: the item is none of these. */
bool wiz_entry_detail(const struct wiz *w, const char *item, struct wiz_lines *lines);
/* What was chosen of them. */
void wiz_entries_forget(struct wiz *w);

/* ---- vm_settings.c: settings of the VM, and of the device in it, that are seldom needed ---- */

/* The row that shows the others or hides them, and these. Nothing where no VM is chosen. */
void wiz_setting_rows(const struct wiz *w, struct wiz_view *view);
/* The next value of a setting. -ENOENT: the item is none of these. */
int wiz_setting_turn(struct wiz *w, const char *item);
/* What was chosen of them for another VM. */
void wiz_settings_forget(struct wiz *w);
/* False: the item is none of these. */
bool wiz_setting_detail(const struct wiz *w, const char *item, struct wiz_lines *lines);

/* ---- usbtext.c: a USB device for the chosen VM ---- */

enum wiz_usb_way {
	WIZ_USB_OFF,
	WIZ_USB_ID,	/* chosen by its ids */
	WIZ_USB_PORT,	/* chosen by its port */
	WIZ_USB_HAS,	/* the VM has it, and keeps it */
	WIZ_USB_LEAVES,	/* the VM has it, and it is taken away */
};

/* Without it the page is gone, and what was chosen there. */
void wiz_usb_want(struct wiz *w, bool want);
enum wiz_usb_way wiz_usb_way(const struct wiz *w, const struct pg_usb_dev *dev);
/* The next of the ways. Returns 0 or -ENOMEM. */
int wiz_usb_turn(struct wiz *w, const struct pg_usb_dev *dev);
/* Takes an entry ("usb0") away, or leaves it. */
int wiz_usb_toggle_entry(struct wiz *w, const char *key);
bool wiz_usb_leaves(const struct wiz *w, const struct pg_guest_usb *usb);
/* The chosen VM's entry for it, or NULL; the first other VM that has one, or 0. */
const struct pg_guest_usb *wiz_usb_entry(const struct wiz *w, const struct pg_usb_dev *dev);
uint32_t wiz_usb_other_vm(const struct wiz *w, const struct pg_usb_dev *dev);
const struct pg_use *wiz_usb_vital(const struct pg_usb_dev *dev);
/* "usb/1-3" -> the device; NULL where the id is of another kind. */
const struct pg_usb_dev *wiz_usb_of_item(const struct wiz *w, const char *item);
void wiz_usb_detail(const struct wiz *w, const struct pg_usb_dev *dev, struct wiz_lines *lines);

/* ---- statustext.c: how passthrough stands ---- */

struct wiz_status {
	struct pg_status *v;
	size_t n;
};

void wiz_status_done(struct wiz_status *list);
int wiz_status_list(const struct wiz *w, struct wiz_status *ret);
/* A row for each device. */
void wiz_status_rows(const struct wiz_status *list, struct wiz_view *view);
/* The right pane for such a row: the verdict with its reason, then the device. */
void wiz_status_detail(const struct wiz *w, const char *item, struct wiz_lines *lines);
void wiz_status_details(const struct wiz *w, const char *item, struct wiz_lines *lines);

/* ---- findtext.c: words for findings ---- */

enum wiz_style wiz_level_style(enum pg_level level);
/* Text, evidence, advice; what comes after another is set apart from it. */
void wiz_finding_lines(const struct pg_finding *finding, struct wiz_lines *lines);
/* The same for all of a level: those of one id together, and nothing said twice. */
void wiz_findings_lines(const struct pg_findings *all, enum pg_level level,
			struct wiz_lines *lines);

/* ---- help.c ---- */

void wiz_help_lines(enum wiz_page page, struct wiz_lines *lines);
