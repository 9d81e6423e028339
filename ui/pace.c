/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When the screen is drawn. A serial line of 9600 baud carries 960 bytes a second, a held key comes
 * thirty times: so nothing is drawn while a key is waiting, or while the line still carries the last
 * frame, and what stands beside the list follows when the keys rest.
 */
#include "ui/state.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "ui/signals.h"

#define REST_MS 50		/* longer than a held key takes to come again */
#define LINE_MS 10		/* how often a busy line is asked */
#define POLL_MS 1000		/* a page that changes by itself */
#define BEHIND_MS 200		/* so old may the screen become while keys come */

/* Of a line that has a speed; others take everything at once. */
static bool line_is_busy(const struct ui *ui)
{
	int n = 0;

	return !ui->in.scripted && !ui_term_is_lost(ui->term) &&
	       ioctl(STDOUT_FILENO, TIOCOUTQ, &n) == 0 && n > 0;
}

static bool is_old(const struct ui *ui)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - ui->shown.tv_sec) * 1000 +
		       (now.tv_nsec - ui->shown.tv_nsec) / 1000000 > BEHIND_MS;
}

static int draw(struct ui *ui)
{
	(void)clock_gettime(CLOCK_MONOTONIC, &ui->shown);
	ui->late = false;
	ui->seen = true;
	return ui_page_draw(ui);
}

static bool has_ended(const struct ui *ui)
{
	return ui->in.ended || ui_signals_seen(UI_SIGNAL_TERM) || ui_signals_seen(UI_SIGNAL_TSTP);
}

/* A key, or something else that ends the wait. */
static bool comes(struct ui *ui, int timeout_ms, int *key)
{
	*key = ui_input_key(&ui->in, timeout_ms);
	return *key != UI_KEY_NONE || has_ended(ui);
}

static bool comes_before_line_is_free(struct ui *ui, int *key)
{
	while (line_is_busy(ui))
		if (comes(ui, LINE_MS, key))
			return true;
	return false;
}

static int read_on(struct ui *ui)
{
	int r = wiz_read_on(ui->w, ui->err);

	/* Who has not moved yet is where the page wants. */
	if (r == 0 && !wiz_is_unread(ui->w))
		r = ui_rebuild(ui, ui->touched ? UI_WHERE_SAME : UI_WHERE_NEW);
	return r;
}

int ui_pace_ready(struct ui *ui)
{
	int r = 0;

	while (r == 0 && wiz_is_unread(ui->w))
		r = read_on(ui);
	return r;
}

/* What stands beside the list, and what the wizard has still to read of the host. A key comes between
 * any two pieces of that; *key is NONE where none did. */
static int catch_up(struct ui *ui, int *key)
{
	int r = 0;

	if (comes(ui, ui_page_is_behind(ui) ? REST_MS : 1, key) || comes_before_line_is_free(ui, key))
		return 0;
	if (ui_page_is_behind(ui)) {
		r = ui_page_follow(ui);
		if (r == 0)
			r = draw(ui);
	}
	if (r < 0 || !wiz_is_unread(ui->w))
		return r;
	while (r == 0 && wiz_is_unread(ui->w)) {
		if (!ui->in.scripted && comes(ui, 0, key))
			return 0;
		r = read_on(ui);
	}
	return r < 0 ? r : draw(ui);
}

int ui_pace_key(struct ui *ui, int *ret)
{
	int r = ui_page_fit(ui);

	ui->seen = false;
	if (r < 0 || (!ui->in.scripted && !is_old(ui) && comes(ui, 0, ret)) ||
	    comes_before_line_is_free(ui, ret))
		return r;
	r = draw(ui);
	if (r == 0 && (ui_page_is_behind(ui) || wiz_is_unread(ui->w))) {
		r = catch_up(ui, ret);
		if (r < 0 || *ret != UI_KEY_NONE || has_ended(ui))
			return r;
	}
	if (r == 0)
		(void)comes(ui, ui->view.poll && !ui->in.scripted ? POLL_MS : -1, ret);
	return r;
}

void ui_pace_draw(struct ui *ui)
{
	ui->late = line_is_busy(ui);
	if (!ui->late)
		(void)draw(ui);
}
