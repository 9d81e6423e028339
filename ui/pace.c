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
	return ui_page_draw(ui);
}

/* A key, or something else that ends the wait. */
static bool comes(struct ui *ui, int timeout_ms, int *key)
{
	*key = ui_input_key(&ui->in, timeout_ms);
	return *key != UI_KEY_NONE || ui->in.ended || ui_signals_seen(UI_SIGNAL_TERM) ||
	       ui_signals_seen(UI_SIGNAL_TSTP);
}

static bool comes_before_line_is_free(struct ui *ui, int *key)
{
	while (line_is_busy(ui))
		if (comes(ui, LINE_MS, key))
			return true;
	return false;
}

int ui_pace_key(struct ui *ui, int *ret)
{
	int r = ui_page_fit(ui);

	if (r < 0 || (!ui->in.scripted && !is_old(ui) && comes(ui, 0, ret)) ||
	    comes_before_line_is_free(ui, ret))
		return r;
	r = draw(ui);
	if (r == 0 && ui_page_is_behind(ui)) {
		if (comes(ui, REST_MS, ret) || comes_before_line_is_free(ui, ret))
			return 0;
		r = ui_page_follow(ui);
		if (r == 0)
			r = draw(ui);
	}
	if (r == 0)
		(void)comes(ui, -1, ret);
	return r;
}

void ui_pace_draw(struct ui *ui)
{
	ui->late = line_is_busy(ui);
	if (!ui->late)
		(void)draw(ui);
}
