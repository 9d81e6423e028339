/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change on trial: confirmed, taken back, never rebooted for twice. */
#include "tests/unit/exec/trialnode.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "src/exec/watch.h"

static void confirm(struct node *n)
{
	pg_outcome_done(&n->out);
	assert_int_equal(pg_confirm(n->tree->root, NULL, &n->opts, &n->out, NULL), 0);
}

/* While the watch waits, a person must be able to act. */
static void assert_free(const struct node *n)
{
	pg_autoclose int lock = -1;

	assert_int_equal(pg_store_lock(n->tree->root, PG_DOING_APPLY, &lock, NULL), 0);
}

/* For logins. */
static void assert_announced(const struct trial *t, const char *text)
{
	struct pg_bytes now PG_CLEANUP(pg_bytes_done) = { 0 };

	assert_int_equal(pg_root_read(t->n->tree->root, "/run/motd.d/pve-gpu", PG_ROOT_MAX, &now), 0);
	assert_non_null(strstr(now.p, text));
}

static void on_pause(void *ctx)
{
	struct trial *t = ctx;

	if (t->lock >= 0 && t->up == 50) {
		assert_int_equal(close(t->lock), 0);
		t->lock = -1;
	}
	if (t->lock < 0)
		assert_free(t->n);
	if (t->told)
		assert_announced(t, t->told);
	t->up++;
	trial_set_uptime(t);
	assert_true(t->up < 2000);
	if (t->confirm_at && t->up == t->confirm_at) {
		confirm(t->n);
		node_assert_outcome(t->n, PG_OUTCOME_DONE, 0);
	}
}

static int on_reboot(void *ctx, const struct pg_run *run, struct pg_err *err)
{
	struct trial *t = ctx;

	(void)run;
	t->reboots++;
	return t->fail_reboot ? pg_err_set(err, -EIO, NULL, 0, "No.") : 0;
}

static void watch(struct trial *t)
{
	const struct pg_watch_hooks hooks = { .ctx = t, .pause = on_pause, .reboot = on_reboot };
	struct pg_outcome out = { 0 };

	assert_int_equal(pg_watch_run(t->n->tree->root, &t->n->opts, &hooks, &out, NULL), 0);
	pg_outcome_done(&t->n->out);
	t->n->out = out;
}

/* The files as at the start, and no unit. */
static void assert_all_back(const struct trial *t)
{
	struct pg_strv units PG_CLEANUP(pg_strv_done) = { 0 };

	node_assert_state(t->n, "undone");
	assert_false(pg_root_exists(t->n->tree->root, TABLE));
	assert_false(pg_root_exists(t->n->tree->root, PG_TRIAL_UNIT));
	assert_int_equal(pg_root_list(t->n->tree->root, "/etc/systemd/system", &units), 0);
	assert_int_equal(units.n, 0);
}

static void test_confirmed(void **state)
{
	struct trial t;

	trial_begin(&t, *state);
	trial_set_address(&t, "192.0.2.1");
	node_apply(t.n);
	node_assert_outcome(t.n, PG_OUTCOME_DONE, 0);
	assert_int_equal(t.n->out.trial, 600);
	node_assert_state(t.n, "trial");
	assert_true(pg_root_exists(t.n->tree->root, PG_TRIAL_UNIT));
	assert_true(pg_root_exists(t.n->tree->root, PG_TRIAL_WANT));
	confirm(t.n);
	node_assert_outcome(t.n, PG_OUTCOME_REFUSED, 1); /* not before the reboot */
	watch(&t);
	node_assert_outcome(t.n, PG_OUTCOME_NOTHING, 0);
	trial_boot(&t, "two");
	t.confirm_at = 500;
	watch(&t);
	node_assert_outcome(t.n, PG_OUTCOME_DONE, 0);
	assert_int_equal(t.up, 500);
	node_assert_state(t.n, "confirmed");
	assert_false(pg_root_exists(t.n->tree->root, PG_TRIAL_UNIT));
	assert_false(pg_root_exists(t.n->tree->root, "/run/motd.d/pve-gpu"));
	trial_boot(&t, "three");
	watch(&t);
	assert_int_equal(t.reboots, 0);
	node_assert_new(t.n);
	node_undo(t.n, NULL);
	node_assert_outcome(t.n, PG_OUTCOME_DONE, 0);
	assert_all_back(&t);
}

static void test_not_confirmed(void **state)
{
	struct trial t;

	trial_begin(&t, *state);
	trial_set_address(&t, "192.0.2.1");
	node_apply(t.n);
	trial_boot(&t, "two");
	watch(&t);
	node_assert_outcome(t.n, PG_OUTCOME_PUT_BACK, 3);
	assert_int_equal(t.up, 610);
	assert_int_equal(t.reboots, 1);
	assert_all_back(&t);
	trial_boot(&t, "three");
	watch(&t);
	assert_int_equal(t.reboots, 1);
}

static void test_address_missing(void **state)
{
	struct trial t;

	trial_begin(&t, *state);
	trial_set_address(&t, "192.0.2.1");
	node_apply(t.n);
	trial_boot(&t, "two");
	trial_set_address(&t, "192.0.2.7");
	watch(&t);
	assert_true(t.up >= 190 && t.up < 200);
	assert_int_equal(t.reboots, 1);
	assert_all_back(&t);
}

/* What was made on top of it goes with it, newest first. */
static void test_together(void **state)
{
	struct trial t;
	size_t files;

	trial_begin(&t, *state);
	trial_set_address(&t, "192.0.2.1");
	t.n->opts.run_vm = false;
	node_apply(t.n);
	files = t.n->plan.n_file;
	t.n->plan.n_file = 0;
	t.n->plan.trial = 0;
	t.n->opts.run_vm = true;
	node_apply(t.n);
	node_assert_text(t.n, "It joins the change that is on trial already");
	node_assert_state(t.n, "trial");
	t.n->plan.n_file = files;
	trial_boot(&t, "two");
	watch(&t);
	assert_int_equal(t.reboots, 1);
	assert_all_back(&t);
}

/* What is made while the time of one runs has none of its own: the words say whose time it is. */
static void test_joins_running(void **state)
{
	struct trial t;
	size_t files;

	trial_begin(&t, *state);
	trial_set_address(&t, "192.0.2.1");
	t.n->opts.run_vm = false;
	node_apply(t.n);
	files = t.n->plan.n_file;
	trial_boot(&t, "two");
	t.up = 200;
	trial_set_uptime(&t);
	t.n->plan.n_file = 0;
	t.n->plan.trial = 0;
	t.n->opts.run_vm = true;
	node_apply(t.n);
	node_assert_state(t.n, "trial");
	node_assert_text(t.n, "joins the trial that runs, which has 7 minutes left");
	assert_null(strstr(t.n->out.text, "after the next reboot"));
	confirm(t.n);
	node_assert_outcome(t.n, PG_OUTCOME_DONE, 0);
	node_assert_text(t.n, "are confirmed and stay");
	t.n->plan.n_file = files;
}

/* What the faces say of the trial: which files keep it from going back; NULL: none. */
static void assert_stuck(const struct trial *t, const char *paths)
{
	struct pg_trial *trial PG_CLEANUP(pg_trial_freep) = NULL;

	assert_int_equal(pg_trial_find(t->n->tree->root, &trial, NULL), 0);
	assert_non_null(trial);
	if (paths) {
		assert_non_null(trial->stuck);
		assert_string_equal(trial->stuck, paths);
	} else {
		assert_null(trial->stuck);
	}
}

/* Words that were added to our line do not stop the way back, and stay. */
static void test_edited_line(void **state)
{
	struct pg_bytes now PG_CLEANUP(pg_bytes_done) = { 0 };
	struct trial t;

	trial_begin(&t, *state);
	trial_set_address(&t, "192.0.2.1");
	node_apply(t.n);
	tree_file(t.n->tree, GRUB, "# mine\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=on x\"\n"
				   "GRUB_TIMEOUT=5\n");
	assert_stuck(&t, NULL);
	trial_boot(&t, "two");
	t.told = "the node puts everything back and reboots by itself";
	watch(&t);
	assert_int_equal(t.reboots, 1);
	node_assert_state(t.n, "undone");
	assert_int_equal(pg_root_read(t.n->tree->root, GRUB, PG_ROOT_MAX, &now), 0);
	assert_string_equal(now.p, "# mine\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet x\"\nGRUB_TIMEOUT=5\n");
}

/* An edit that cannot be told apart: nothing is taken back, and nothing reboots. That is told at once, also
 * when the wait begins. */
static void test_edited(void **state)
{
	struct trial t;

	trial_begin(&t, *state);
	trial_set_address(&t, "192.0.2.1");
	node_apply(t.n);
	assert_stuck(&t, NULL);
	tree_file(t.n->tree, GRUB, "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet intel_iommu=off\"\n");
	assert_stuck(&t, GRUB);
	trial_boot(&t, "two");
	t.told = "NOTHING IS PUT BACK BY ITSELF: " GRUB " was edited since";
	watch(&t);
	assert_int_equal(t.reboots, 0);
	assert_announced(&t, "Our change:\n--- a" GRUB);
	assert_false(t.n->out.again); /* it would end in the same way */
	node_assert_state(t.n, "trial");
	confirm(t.n);
	node_assert_outcome(t.n, PG_OUTCOME_DONE, 0);
}

/* The reboot failed, or the watch died before it: again in this boot, never in another. */
static void test_reboot_again(void **state)
{
	struct trial t;

	trial_begin(&t, *state);
	trial_set_address(&t, "192.0.2.1");
	node_apply(t.n);
	trial_boot(&t, "two");
	t.fail_reboot = true;
	watch(&t);
	assert_true(t.n->out.again);
	assert_int_equal(t.reboots, 1);
	t.fail_reboot = false;
	watch(&t);
	assert_false(t.n->out.again);
	assert_int_equal(t.reboots, 2);
	trial_boot(&t, "three");
	watch(&t);
	assert_int_equal(t.reboots, 2);
}

/* The power went while it was taken back: ended at the next start. The node came up with the
 * change all the same, so it is rebooted if it cannot be reached, and once. */
static void power_cut(struct trial *t, void **state, const char *address)
{
	struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;

	trial_begin(t, *state);
	trial_set_address(t, "192.0.2.1");
	node_apply(t->n);
	assert_int_equal(pg_journal_read(t->n->tree->root, t->n->out.id, &j, NULL), 0);
	assert_int_equal(pg_journal_set_state(t->n->tree->root, j, PG_TX_UNDOING, NULL), 0);
	trial_boot(t, "two");
	trial_set_address(t, address);
	watch(t);
	assert_all_back(t);
}

static void test_power_cut(void **state)
{
	struct trial t;

	power_cut(&t, state, "192.0.2.1");
	assert_int_equal(t.reboots, 0);
}

static void test_power_cut_away(void **state)
{
	struct trial t;

	power_cut(&t, state, "192.0.2.7");
	assert_true(t.up >= 190 && t.up < 200);
	assert_int_equal(t.reboots, 1);
	trial_boot(&t, "three");
	watch(&t);
	assert_int_equal(t.reboots, 1);
}

/* The service manager kills a watch from which it hears nothing for a minute. */
static void test_power_cut_watchdog(void **state)
{
	union {
		struct sockaddr any;
		struct sockaddr_un un;
	} at = { .un = { .sun_family = AF_UNIX } };
	pg_autoclose int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char text[256];
	bool longer = false;
	struct trial t;
	ssize_t n;

	/* "@": abstract, of this process */
	(void)snprintf(text, sizeof(text), "@pve-gpu-test-%d", (int)getpid());
	memcpy(at.un.sun_path + 1, text + 1, strlen(text) - 1);
	assert_int_equal(bind(fd, &at.any,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
					  strlen(text))), 0);
	assert_int_equal(setenv("NOTIFY_SOCKET", text, 1), 0);
	power_cut(&t, state, "192.0.2.1");
	assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
	while ((n = recv(fd, text, sizeof(text) - 1, 0)) >= 0) {
		text[n] = '\0';
		longer |= strstr(text, "WATCHDOG_USEC=3600000000") != NULL;
	}
	assert_true(longer);
}

/* A change without a trial was cut off as well: ended, and the trial goes on all the same. */
static void test_other_open(void **state)
{
	struct pg_journal *j PG_CLEANUP(pg_journal_freep) = NULL;
	pg_autofree char *first = NULL;
	struct trial t;
	size_t files;

	trial_begin(&t, *state);
	trial_set_address(&t, "192.0.2.1");
	files = t.n->plan.n_file;
	t.n->plan.n_file = 0;
	t.n->plan.trial = 0;
	node_apply(t.n);
	node_assert_state(t.n, "applied");
	first = strdup(t.n->out.id);
	assert_non_null(first);
	t.n->plan.n_file = files;
	t.n->plan.trial = 600;
	node_apply(t.n);
	node_assert_state(t.n, "trial");
	assert_int_equal(pg_journal_read(t.n->tree->root, first, &j, NULL), 0);
	assert_int_equal(pg_journal_set_state(t.n->tree->root, j, PG_TX_UNDOING, NULL), 0);
	trial_boot(&t, "two");
	watch(&t);
	node_assert_outcome(t.n, PG_OUTCOME_PUT_BACK, 3);
	assert_int_equal(t.up, 610);
	assert_int_equal(t.reboots, 1);
	assert_all_back(&t);
}

/* pve-gpu.off: recover takes back what is on trial, and without one the newest change. */
static void test_recover_off(void **state)
{
	struct trial t;

	trial_begin(&t, *state);
	for (int trial = 1; trial >= 0; trial--) {
		t.n->plan.trial = trial ? 600 : 0;
		node_apply(t.n);
		node_assert_state(t.n, trial ? "trial" : "applied");
		trial_boot(&t, "two");
		tree_value(t.n->tree, "/proc/cmdline", "quiet pve-gpu.off");
		pg_outcome_done(&t.n->out);
		assert_int_equal(pg_recover_asked(t.n->tree->root, &t.n->opts, &t.n->out, NULL), 0);
		node_assert_outcome(t.n, PG_OUTCOME_DONE, 0);
		node_assert_text(t.n, "Now reboot the node with its usual entry");
		assert_all_back(&t);
	}
	assert_int_equal(pg_root_unlink(t.n->tree->root, "/proc/cmdline", NULL), 0);
}

/* Another pve-gpu at work is waited for; the trial is not given up for it. */
static void test_locked(void **state)
{
	struct trial t;

	trial_begin(&t, *state);
	trial_set_address(&t, "192.0.2.1");
	node_apply(t.n);
	trial_boot(&t, "two");
	assert_int_equal(pg_store_lock(t.n->tree->root, PG_DOING_APPLY, &t.lock, NULL), 0);
	watch(&t);
	assert_int_equal(t.lock, -1);
	assert_int_equal(t.up, 610);
	assert_int_equal(t.reboots, 1);
	assert_all_back(&t);
}

/* A state folder that cannot be written to: nothing is rebooted for, and it is said; when it
 * can be written again, the trial goes on. Even root is stopped by a folder where the lock is. */
static void test_state_unusable(void **state)
{
	struct trial t;

	trial_begin(&t, *state);
	trial_set_address(&t, "192.0.2.1");
	node_apply(t.n);
	trial_boot(&t, "two");
	t.up = 700;
	trial_set_uptime(&t);
	assert_int_equal(pg_root_unlink(t.n->tree->root, PG_LOCK, NULL), 0);
	tree_dir(t.n->tree, PG_LOCK);
	watch(&t);
	node_assert_outcome(t.n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(t.n, PG_LOCK ": The lock cannot be taken");
	assert_true(t.n->out.again);
	assert_int_equal(t.reboots, 0);
	assert_int_equal(pg_root_rmdir(t.n->tree->root, PG_LOCK, NULL), 0);
	watch(&t);
	assert_int_equal(t.reboots, 1);
	assert_all_back(&t);
}

/* A node that takes long to come up leaves as much time as another. */
static void test_slow_start(void **state)
{
	struct trial t;

	trial_begin(&t, *state);
	trial_set_address(&t, "192.0.2.1");
	node_apply(t.n);
	trial_boot(&t, "two");
	trial_set_address(&t, "192.0.2.7");
	t.up = 550;
	trial_set_uptime(&t);
	watch(&t);
	assert_true(t.up >= 730 && t.up < 740); /* the address has its three minutes */
	assert_int_equal(t.reboots, 1);
	assert_all_back(&t);
}

/* An old record that is damaged is no reason not to take the trial back; that of the only
 * trial is told, once. */
static void damage(struct node *n, const char *id)
{
	pg_autofree char *path = pg_strf(PG_TX_DIR "/%s/journal", id);

	tree_file(n->tree, path, "What is this?\n");
}

static void test_damaged_other(void **state)
{
	pg_autofree char *first = NULL;
	struct trial t;
	size_t files;

	trial_begin(&t, *state);
	trial_set_address(&t, "192.0.2.1");
	files = t.n->plan.n_file;
	t.n->plan.n_file = 0;
	t.n->plan.trial = 0;
	node_apply(t.n);
	first = strdup(t.n->out.id);
	t.n->plan.n_file = files;
	t.n->plan.trial = 600;
	node_apply(t.n);
	damage(t.n, first);
	trial_boot(&t, "two");
	watch(&t);
	node_assert_outcome(t.n, PG_OUTCOME_PUT_BACK, 3);
	assert_int_equal(t.reboots, 1);
	assert_false(pg_root_exists(t.n->tree->root, TABLE));
}

static void test_damaged_trial(void **state)
{
	struct trial t;

	trial_begin(&t, *state);
	trial_set_address(&t, "192.0.2.1");
	node_apply(t.n);
	damage(t.n, t.n->out.id);
	trial_boot(&t, "two");
	watch(&t);
	node_assert_outcome(t.n, PG_OUTCOME_REFUSED, 1);
	node_assert_text(t.n, "it cannot be taken back by itself");
	assert_false(t.n->out.again);
	assert_true(pg_root_exists(t.n->tree->root, "/run/motd.d/pve-gpu"));
	assert_int_equal(t.reboots, 0);
}

/* ---- by which address the node is reached ---- */

#define ADDR(family, local, prefix, more) \
	"{\"family\":\"" family "\",\"local\":\"" local "\",\"prefixlen\":" prefix \
	",\"scope\":\"global\"" more "}"
#define LINK(name, state, more, addrs) \
	"{\"ifname\":\"" name "\",\"operstate\":\"" state "\"" more ",\"addr_info\":[" addrs "]}"
#define BRIDGE ",\"linkinfo\":{\"info_kind\":\"bridge\"}"
#define TAP ",\"master\":\"vmbr0\",\"linkinfo\":{\"info_kind\":\"tun\"}"
#define PORT ",\"master\":\"vmbr0\""
#define OWN ADDR("inet", "192.0.2.1", "24", "")

static const struct address_case {
	const char *name, *before, *ssh, *after;
	bool back;
} address_cases[] = {
	{ "a VM holds the bridge up, its port is gone",
	  LINK("eno1", "UP", PORT, "") "," LINK("vmbr0", "UP", BRIDGE, OWN), "",
	  LINK("tap100i0", "UNKNOWN", TAP, "") "," LINK("vmbr0", "UP", BRIDGE, OWN), true },
	{ "the bridge has its port",
	  LINK("eno1", "UP", PORT, "") "," LINK("vmbr0", "UP", BRIDGE, OWN), "",
	  LINK("eno1", "UP", PORT, "") "," LINK("vmbr0", "UP", BRIDGE, OWN), false },
	{ "an address that moves from node to node is elsewhere",
	  LINK("vmbr0", "UP", "", OWN "," ADDR("inet", "192.0.2.9", "32", "")), "",
	  LINK("vmbr0", "UP", "", OWN), false },
	{ "the lease is another",
	  LINK("vmbr0", "UP", "", ADDR("inet", "192.0.2.1", "24", ",\"dynamic\":true")), "",
	  LINK("vmbr0", "UP", "", ADDR("inet", "192.0.2.8", "24", ",\"dynamic\":true")), false },
	{ "one of two addresses of a family",
	  LINK("vmbr0", "UP", "", OWN "," ADDR("inet", "198.51.100.1", "24", "")), "",
	  LINK("vmbr0", "UP", "", OWN), false },
	{ "no address of the other family",
	  LINK("vmbr0", "UP", "", OWN "," ADDR("inet6", "2001:db8::1", "64", "")), "",
	  LINK("vmbr0", "UP", "", OWN), true },
	{ "the session came by another interface, which is gone",
	  LINK("vmbr0", "UP", "", OWN) "," LINK("eno2", "UP", "", ADDR("inet", "203.0.113.1", "24", "")),
	  "203.0.113.5 1234 203.0.113.1 22", LINK("vmbr0", "UP", "", OWN), true },
	{ "the interface is down",
	  LINK("vmbr0", "UP", "", OWN), "", LINK("vmbr0", "DOWN", "", OWN), true },
};

static void set_links(const struct trial *t, const char *links)
{
	pg_autofree char *json = pg_strf("[%s]", links);

	trial_set_links(t, json);
}

static void test_addresses(void **state)
{
	struct trial t;

	trial_begin(&t, *state);
	for (size_t i = 0; i < PG_ARRAY_SIZE(address_cases); i++) {
		const struct address_case *c = &address_cases[i];
		pg_autofree char *boot = pg_strf("boot %zu", i);

		trial_boot(&t, "one");
		assert_int_equal(setenv("SSH_CONNECTION", c->ssh, 1), 0);
		set_links(&t, c->before);
		node_apply(t.n);
		node_assert_outcome(t.n, PG_OUTCOME_DONE, 0);
		trial_boot(&t, boot);
		set_links(&t, c->after);
		watch(&t);
		if ((t.up < 300) != c->back)
			fail_msg("%s: taken back after %u s", c->name, t.up);
		assert_all_back(&t);
	}
	assert_int_equal(unsetenv("SSH_CONNECTION"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		node_test(test_confirmed), node_test(test_not_confirmed),
		node_test(test_address_missing), node_test(test_together),
		node_test(test_joins_running),
		node_test(test_edited), node_test(test_edited_line), node_test(test_reboot_again),
		node_test(test_power_cut), node_test(test_power_cut_away),
		node_test(test_power_cut_watchdog), node_test(test_other_open),
		node_test(test_recover_off), node_test(test_locked),
		node_test(test_state_unusable), node_test(test_slow_start),
		node_test(test_damaged_other), node_test(test_damaged_trial),
		node_test(test_addresses),
	};

	return cmocka_run_group_tests_name("trial", tests, NULL, NULL);
}
