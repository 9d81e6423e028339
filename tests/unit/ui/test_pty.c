/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frontend on a terminal that the test holds the other end of. */
#include "tests/unit/ui/play.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "src/base/strbuf.h"

struct session {
	pid_t pid;
	int master;
	int told;	/* the child's end of the story */
	int at_hold;	/* a byte when the run stands still */
	int go;		/* a byte lets it go on */
	struct pg_strbuf sent;	/* to the terminal, all of it */
};

struct story {
	int r;
	unsigned lines, details;
	bool cancelled;
	char events[256];
};

static void child(struct fake *fake, bool mouse, const int told[2], const int at_hold[2], const int go[2])
{
	struct ui_opts opts = { .color = PG_UNKNOWN, .mouse = mouse };
	struct story story = { 0 };

	fake->hold_tell = at_hold[1];
	fake->hold_wait = go[0];
	story.r = ui_run(fake_wiz(fake), &opts, NULL);
	story.lines = fake->lines;
	story.details = fake->details;
	story.cancelled = fake->was_cancelled;
	memcpy(story.events, fake->events, sizeof(story.events) - 1);
	_exit(write(told[1], &story, sizeof(story)) == sizeof(story) ? 0 : 1);
}

/* Can a terminal be had here? Not in a chroot without /dev/pts. */
static bool has_pty(void)
{
	int master, slave;

	if (openpty(&master, &slave, NULL, NULL, NULL) < 0)
		return false;
	(void)close(master);
	(void)close(slave);
	return true;
}

static struct session start_with(struct fake *fake, bool mouse, const char *term)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	struct session s = { 0 };
	int told[2], at_hold[2], go[2];

	assert_int_equal(pipe(told), 0);
	assert_int_equal(pipe(at_hold), 0);
	assert_int_equal(pipe(go), 0);
	s.pid = forkpty(&s.master, NULL, NULL, &size);
	assert_true(s.pid >= 0);
	if (s.pid == 0) {
		(void)setenv("TERM", term, 1);
		/* Not to keep the other end open, or to hang for ever if the test fails. */
		(void)alarm(60);
		child(fake, mouse, told, at_hold, go);
	}
	(void)close(told[1]);
	(void)close(at_hold[1]);
	(void)close(go[0]);
	s.told = told[0];
	s.at_hold = at_hold[0];
	s.go = go[1];
	return s;
}

static struct session start(struct fake *fake)
{
	return start_with(fake, false, "xterm");
}

static ssize_t hear(struct session *s, char *buf, size_t size)
{
	ssize_t r = read(s->master, buf, size);

	if (r > 0)
		pg_strbuf_addn(&s->sent, buf, (size_t)r);
	return r;
}

/* All that was sent until now. */
static const char *sent(struct session *s)
{
	struct pollfd p = { .fd = s->master, .events = POLLIN };
	char buf[4096];

	while (s->master >= 0 && poll(&p, 1, 0) > 0 && hear(s, buf, sizeof(buf)) > 0)
		;
	return s->sent.s ? s->sent.s : "";
}

/* Takes what is drawn until `fd` has something to say (or, fd -1, the text was drawn). */
static void drain(struct session *s, int fd, const char *text)
{
	static char seen[1 << 16];
	size_t n = 0;

	for (;;) {
		struct pollfd p[] = { { .fd = s->master, .events = POLLIN },
				      { .fd = fd, .events = POLLIN } };
		ssize_t r;

		assert_true(poll(p, 2, 30000) > 0);
		if (p[1].revents)
			return;
		if (n > sizeof(seen) / 2)
			n = 0;
		r = hear(s, seen + n, sizeof(seen) - n - 1);
		if (r <= 0)
			return; /* the child has closed its end: it is about to tell */
		n += (size_t)r;
		seen[n] = '\0';
		if (text && strstr(seen, text))
			return;
	}
}

static void type(struct session *s, const char *keys)
{
	assert_int_equal(write(s->master, keys, strlen(keys)), (ssize_t)strlen(keys));
}

/* Until the other side has taken all that was typed. */
static void wait_until_read(const struct session *s)
{
	int slave = open(ptsname(s->master), O_RDWR | O_NOCTTY), n = 1;

	assert_true(slave >= 0);
	for (int turn = 0; turn < 20000 && n > 0; turn++) {
		assert_int_equal(ioctl(slave, FIONREAD, &n), 0);
		(void)poll(NULL, 0, 1);
	}
	assert_int_equal(n, 0);
	(void)close(slave);
}

static void done(struct session *s)
{
	if (s->master >= 0)
		(void)close(s->master);
	(void)close(s->told);
	(void)close(s->at_hold);
	(void)close(s->go);
	pg_strbuf_done(&s->sent);
}

/* What was sent is asked for before it is done(). */
static struct story wait_end(struct session *s)
{
	struct story story = { 0 };
	int status;

	if (s->master >= 0)
		drain(s, s->told, NULL);
	assert_int_equal(read(s->told, &story, sizeof(story)), sizeof(story));
	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	assert_int_equal(status, 0);
	return story;
}

static struct story end(struct session *s)
{
	struct story story = wait_end(s);

	done(s);
	return story;
}

static void test_keys(void **state)
{
	struct fake fake = { .page = page_tree, .marks = "   ", .ask_on = "NEXT",
			     .ask = WIZ_ASK_TEXT };
	struct session s = start(&fake);
	struct story story;

	(void)state;
	drain(&s, -1, "IOMMU groups");
	type(&s, "\033OB ");	/* Down, Space */
	type(&s, "\r");
	drain(&s, -1, "Sure?");
	/* Ctrl-U, é as a slow line brings it, Enter */
	type(&s, "\025\xc3");
	wait_until_read(&s);
	type(&s, "\xa9\r");
	type(&s, "q");
	story = end(&s);
	assert_int_equal(story.r, 0);
	assert_string_equal(story.events,
			    "TOGGLE dev/1;NEXT dev/1;ANSWER yes \xc3\xa9;QUIT dev/1;");
}

/* What stands beside the list waits until the keys rest. */
static void test_held(void **state)
{
	struct fake fake = { .page = page_many, .n_items = 100 };
	struct session s = start(&fake);
	struct story story;

	(void)state;
	drain(&s, -1, "number 9");
	type(&s, "jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjq");
	story = end(&s);
	assert_int_equal(story.r, 0);
	assert_string_equal(story.events, "QUIT dev/71;");
	assert_int_equal(story.details, 1);
}

static void test_escape(void **state)
{
	struct fake fake = { .page = page_tree, .marks = "   " };
	struct session s = start(&fake);
	struct story story;

	(void)state;
	drain(&s, -1, "IOMMU groups");
	type(&s, "?");
	drain(&s, -1, "one row up");
	type(&s, "\033");	/* closes the help; if it did not, q would */
	drain(&s, -1, "");
	type(&s, "q");
	story = end(&s);
	assert_int_equal(story.r, 0);
	assert_string_equal(story.events, "QUIT dev/0;");
}

static void test_stopped(void **state)
{
	struct fake fake = { .page = page_tree, .marks = "   ", .run_on_next = true,
			     .hold_at = 10 };
	struct session s = start(&fake);
	struct story story;

	(void)state;
	drain(&s, -1, "IOMMU groups");
	type(&s, "\r");
	drain(&s, s.at_hold, NULL);
	type(&s, "\003");
	assert_int_equal(write(s.go, "g", 1), 1);
	drain(&s, -1, "Stopping");
	type(&s, "q");
	story = end(&s);
	assert_int_equal(story.r, 0);
	assert_true(story.cancelled);
	assert_true(story.lines < 30);
}

/* The connection is lost while something runs: it runs on to its end, and only then leaves. */
static void test_hangup(void **state)
{
	struct fake fake = { .page = page_tree, .marks = "   ", .run_on_next = true,
			     .hold_at = 10 };
	struct session s = start(&fake);
	struct story story;

	(void)state;
	drain(&s, -1, "IOMMU groups");
	type(&s, "\r");
	drain(&s, s.at_hold, NULL);
	(void)close(s.master);
	s.master = -1;
	assert_int_equal(write(s.go, "g", 1), 1);
	story = end(&s);
	assert_int_equal(story.r, -EINTR);
	assert_false(story.cancelled);
	assert_int_equal(story.lines, 30);
	assert_string_equal(story.events, "NEXT dev/0;");
}

/* SIGTERM while something runs: it is stopped and put back, then the wizard ends. */
static void test_term(void **state)
{
	struct fake fake = { .page = page_tree, .marks = "   ", .run_on_next = true,
			     .hold_at = 10 };
	struct session s = start(&fake);
	struct story story;

	(void)state;
	drain(&s, -1, "IOMMU groups");
	type(&s, "\r");
	drain(&s, s.at_hold, NULL);
	assert_int_equal(kill(s.pid, SIGTERM), 0);
	assert_int_equal(write(s.go, "g", 1), 1);
	story = end(&s);
	assert_int_equal(story.r, -EINTR);
	assert_true(story.cancelled);
}

/* ---- the mouse ---- */

#define ON "\033[?1006;1000h"
#define OFF "\033[?1006;1000l"

static const char *last_of(const char *text, const char *s)
{
	const char *last = NULL;

	for (; (text = strstr(text, s)); text++)
		last = text;
	return last;
}

/* What was switched on is off again, whatever came between. */
static void is_off(const char *text, const char *on, const char *off)
{
	assert_non_null(last_of(text, on));
	assert_non_null(last_of(text, off));
	assert_true(last_of(text, off) > last_of(text, on));
}

static void test_clicks(void **state)
{
	struct fake fake = { .page = page_tree, .marks = "   " };
	struct session s = start_with(&fake, true, "xterm");
	struct story story;

	(void)state;
	drain(&s, -1, "help");	/* in the last row */
	assert_non_null(strstr(sent(&s), ON));
	type(&s, "\033[<0;10;6M\033[<0;10;6m");	/* press, release */
	drain(&s, -1, "AD102 HDMI");			/* the row is drawn as the cursor's */
	type(&s, "\033[<0;10;6M\033[<0;10;6m");
	drain(&s, -1, "x");
	type(&s, "\033[<2;10;7M\033[<2;10;7m");	/* another button */
	type(&s, "\033[<65;10;6M");			/* the wheel */
	drain(&s, -1, "RTL8111");
	type(&s, "q");
	story = wait_end(&s);
	assert_int_equal(story.r, 0);
	assert_string_equal(story.events, "TOGGLE dev/1;QUIT dev/9;");
	is_off(sent(&s), ON, OFF);
	done(&s);
}

/* A terminal that knows the old way only. */
static void test_clicks_old(void **state)
{
	struct fake fake = { .page = page_tree, .marks = "   " };
	struct session s = start_with(&fake, true, "screen");
	struct story story;

	(void)state;
	drain(&s, -1, "help");
	type(&s, "\033[M *&\033[M#*&");
	drain(&s, -1, "AD102 HDMI");
	type(&s, "\033[<0;10;7M");	/* the other way means nothing there */
	type(&s, "q");
	story = wait_end(&s);
	assert_string_equal(story.events, "QUIT dev/1;");
	is_off(sent(&s), "\033[?1000h", "\033[?1000l");
	done(&s);
}

/* Off, nothing is asked for, and what comes unasked is not taken for keys: neither its Esc nor the
 * letters in it. */
static void test_unasked(void **state)
{
	static const char *const terms[] = { "xterm", "screen", "vt220" };

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(terms); i++) {
		struct fake fake = { .page = page_tree, .marks = "   ", .ask_on = "NEXT",
				     .ask = WIZ_ASK_TEXT };
		struct session s = start_with(&fake, false, terms[i]);
			struct story story;

		drain(&s, -1, "dev/0");
		type(&s, "\033[<0;10;6M\033[<0;10;6m\033[M qq\033[M  y\033[M#\xe9\xe9\r");
		drain(&s, -1, "Sure?");
		type(&s, "\025\033[<0;10;6M\033[<0;10;6m\033[M *&a\r");
		type(&s, "q");
		story = wait_end(&s);
		assert_int_equal(story.r, 0);
		assert_string_equal(story.events, "NEXT dev/0;ANSWER yes a;QUIT dev/0;");
		assert_null(strstr(sent(&s), "\033[?100"));
		done(&s);
	}
}

/* Ctrl-Z gives the mouse back, and going on takes it again. */
static void test_mouse_suspended(void **state)
{
	struct fake fake = { .page = page_tree, .marks = "   " };
	struct session s = start_with(&fake, true, "xterm");
	struct story story;
	int status;

	(void)state;
	drain(&s, -1, "dev/0");
	assert_int_equal(kill(s.pid, SIGTSTP), 0);
	assert_int_equal(waitpid(s.pid, &status, WUNTRACED), s.pid);
	assert_true(WIFSTOPPED(status));
	is_off(sent(&s), ON, OFF);
	assert_int_equal(kill(s.pid, SIGCONT), 0);
	drain(&s, -1, ON);
	type(&s, "q");
	story = wait_end(&s);
	assert_int_equal(story.r, 0);
	is_off(sent(&s), ON, OFF);
	done(&s);
}

static void test_mouse_killed(void **state)
{
	static const int deadly[] = { SIGTERM, SIGHUP, SIGQUIT };

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(deadly); i++) {
		struct fake fake = { .page = page_tree, .marks = "   " };
		struct session s = start_with(&fake, true, "xterm");
		int status;

		drain(&s, -1, "dev/0");
		assert_int_equal(kill(s.pid, deadly[i]), 0);
		if (deadly[i] == SIGQUIT) {
			assert_int_equal(waitpid(s.pid, &status, 0), s.pid);
			is_off(sent(&s), ON, OFF);
			done(&s);
			continue;
		}
		assert_int_equal(wait_end(&s).r, -EINTR);
		is_off(sent(&s), ON, OFF);
		done(&s);
	}
}

static void test_no_terminal(void **state)
{
	struct fake fake = { .page = page_tree };
	struct ui_opts opts = { .color = PG_UNKNOWN };
	struct pg_err err = { 0 };
	int in = dup(STDIN_FILENO), null;

	(void)state;
	(void)close(STDIN_FILENO);
	null = open("/dev/null", O_RDONLY);
	assert_int_equal(null, STDIN_FILENO);
	assert_int_equal(ui_run(fake_wiz(&fake), &opts, &err), -ENOTTY);
	assert_non_null(strstr(err.what, "pve-gpu --plain"));
	pg_err_done(&err);
	assert_true(in < 0 || dup2(in, STDIN_FILENO) == STDIN_FILENO);
	(void)close(in);
}

static void child_of_unknown_type(void)
{
	struct fake fake = { .page = page_tree };
	struct ui_opts opts = { .color = PG_UNKNOWN };
	struct pg_err err = { 0 };
	bool well;

	(void)setenv("TERM", "no-such-terminal", 1);
	well = ui_run(fake_wiz(&fake), &opts, &err) == -ENOTTY && strstr(err.what, "(TERM)");
	pg_err_done(&err);
	_exit(well ? 0 : 1); /* newterm(3X) leaks here */
}

static void test_unknown_type(void **state)
{
	pid_t pid;
	int master, status;

	(void)state;
	pid = forkpty(&master, NULL, NULL, NULL);
	assert_true(pid >= 0);
	if (pid == 0)
		child_of_unknown_type();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	(void)close(master);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_hangup),
		cmocka_unit_test(test_term),
		cmocka_unit_test(test_clicks),
		cmocka_unit_test(test_clicks_old),
		cmocka_unit_test(test_unasked),
		cmocka_unit_test(test_mouse_suspended),
		cmocka_unit_test(test_mouse_killed),
		cmocka_unit_test(test_no_terminal),
		cmocka_unit_test(test_unknown_type),
	};

	if (!has_pty()) {
		/* cmocka's own skip() says "not ok". */
		(void)puts("1..0 # SKIP no terminal (pty) can be had here");
		return 0;
	}
	return cmocka_run_group_tests_name("pty", tests, NULL, NULL);
}
