/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/wizard/demo.h"

#include "src/exec/lock.h"

#include "src/base/text.h"

static void test_home(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_assert_page(d, "home");
	assert_true(d->view.demo);
	assert_null(d->view.place);
	assert_int_equal(d->view.n_step, 0);
	assert_string_equal(d->view.host, "pve1  PVE 9.0.3  Linux 6.14.8-2-pve");
	assert_int_equal(d->view.can & WIZ_CAN_BACK, 0);
	assert_int_equal(demo_send(d, WIZ_EVENT_BACK, NULL), WIZ_STAY);
	assert_int_equal(demo_send(d, WIZ_EVENT_NEXT, "nothing"), WIZ_STAY);
	assert_true(demo_detail_has(d, "setup", "Choose a device"));
	assert_true(demo_detail_has(d, "status", "No VM has a device yet."));
	demo_send(d, WIZ_EVENT_NEXT, "status");
	demo_assert_page(d, "status");
	/* where there is nothing, nothing is offered */
	assert_non_null(strstr(d->view.intro, "gives one to a VM"));
	assert_int_equal(d->view.can & ~(unsigned)WIZ_CAN_BACK, 0);
	demo_back(d, "home");
	demo_send(d, WIZ_EVENT_NEXT, "history");
	demo_assert_page(d, "history");
	assert_string_equal(d->view.intro, "pve-gpu has changed nothing on this node.");
	assert_int_equal(d->view.can & ~(unsigned)WIZ_CAN_BACK, 0);
	assert_int_equal(demo_send(d, WIZ_EVENT_QUIT, NULL), WIZ_QUIT);
	assert_false(wiz_wants_reboot(d->w));
}

static void test_way_and_back(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_to_review(d, "vm/100");
	demo_assert_step(d, "Host", WIZ_STEP_DONE);
	demo_assert_step(d, "Review", WIZ_STEP_CURRENT);
	demo_assert_step(d, "Reboot", WIZ_STEP_TODO);
	demo_back(d, "vm");
	demo_back(d, "binding");
	demo_back(d, "device");
	demo_assert_mark(d, GPU, WIZ_MARK_ON);
	demo_back(d, "host");
	demo_back(d, "home");
}

static void test_host(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_send(d, WIZ_EVENT_NEXT, "setup");
	demo_assert_page(d, "host");
	assert_null(d->view.why_not_next);
	assert_non_null(strstr(demo_item(d, "fact/loader")->text, "GRUB"));
	assert_non_null(strstr(demo_item(d, "fact/iommu")->text, "active"));
	assert_true(demo_detail_has(d, "fact/loader", "quiet"));
	assert_true(demo_detail_has(d, "fact/iommu", "DMAR (Intel)"));
}

static void reopen(struct demo *d, const char *path)
{
	pg_root_close(d->tree->root);
	d->tree->root = NULL;
	assert_int_equal(pg_root_open(path, &d->tree->root, NULL), 0);
}

static const char *place_now(struct demo *d)
{
	wiz_free(d->w);
	d->w = NULL;
	pg_templates_done(&d->templates);
	demo_start(d);
	assert_false(d->view.demo);
	return d->view.place;
}

/* Every page says that it is not this node, and what it is. */
static void test_place(void **state)
{
	struct demo *d = *state;
	pg_autofree char *plain = tree_path(d->tree, "/old-node"), *link = tree_path(d->tree, "/a\033[2Jb");
	pg_autofree char *odd = NULL;

	demo_tree(d, "tests/trees/sriov-vfs.tree");
	assert_int_equal(symlink(".", plain), 0);
	reopen(d, plain);
	demo_start(d);
	assert_string_equal(d->view.place, "FOLDER: old-node");
	assert_string_equal(d->view.host, "pve1  PVE 9.0.3");
	demo_send(d, WIZ_EVENT_NEXT, "setup");
	assert_string_equal(d->view.place, "FOLDER: old-node");
	odd = pg_strf("%s//", link);
	assert_int_equal(symlink(".", link), 0);
	reopen(d, odd);
	assert_string_equal(place_now(d), "FOLDER: a?[2Jb");
	assert_int_equal(pg_root_seal(d->tree->root, NULL), 0);
	reopen(d, plain);
	assert_string_equal(place_now(d), "ARCHIVE");
}

static void test_no_firmware_table(void **state)
{
	struct demo *d = *state;

	demo_tree(d, "tests/trees/wiz-notable.tree");
	demo_start(d);
	demo_send(d, WIZ_EVENT_NEXT, "setup");
	assert_non_null(strstr(d->view.why_not_next, "VT-d"));
	assert_null(strstr(d->view.intro, "mend"));
	assert_int_equal(demo_send(d, WIZ_EVENT_NEXT, NULL), WIZ_REBUILD);
	demo_assert_page(d, "host");
	assert_int_equal(d->view.question.kind, WIZ_ASK_NOTE);
	assert_non_null(strstr(d->view.question.text, "VT-d"));
	/* while it stands there, nothing else happens */
	assert_int_equal(demo_send(d, WIZ_EVENT_BACK, NULL), WIZ_STAY);
	demo_answer(d, true, NULL);
	assert_int_equal(d->view.question.kind, WIZ_ASK_NONE);
	demo_back(d, "home");
}

static void test_no_groups_yet(void **state)
{
	struct demo *d = *state;

	demo_tree(d, "tests/trees/wiz-nogroups.tree");
	demo_start(d);
	demo_send(d, WIZ_EVENT_NEXT, "setup");
	/* the way on is open, and what stands in it is under the cursor */
	assert_non_null(strstr(d->view.intro, "The steps that follow mend it."));
	assert_non_null(strstr(d->view.item[d->view.cursor].text, "blocker"));
	assert_true(demo_detail_has(d, d->view.item[d->view.cursor].id, "Blocker: "));
	assert_false(demo_detail_has(d, d->view.item[d->view.cursor].id, "pve-gpu passthrough"));
	demo_next(d, "device");
	assert_string_equal(demo_item(d, "group/none")->text, "no IOMMU groups yet");
	assert_false(demo_item(d, "group/none")->folded);
	assert_non_null(strstr(d->view.intro, "not active yet"));
	demo_send(d, WIZ_EVENT_TOGGLE, GPU);
	demo_assert_mark(d, GPU, WIZ_MARK_ON);
	demo_assert_mark(d, GPU_SOUND, WIZ_MARK_ON);
	assert_true(demo_detail_has(d, "group/none", "in none"));
	/* and there is no VM on this node: that step is skipped, there and back */
	demo_next(d, "binding");
	demo_assert_step(d, "VM", WIZ_STEP_SKIPPED);
	demo_next(d, "review");
	demo_assert_step(d, "VM", WIZ_STEP_SKIPPED);
	demo_back(d, "binding");
}

/* The IOMMU is on and yet shows no groups: that is not the same as "not yet". */
static void test_active_without_groups(void **state)
{
	struct demo *d = *state;

	demo_tree(d, "tests/trees/wiz-active-nogroups.tree");
	demo_start(d);
	demo_send(d, WIZ_EVENT_NEXT, "setup");
	demo_next(d, "device");
	assert_non_null(strstr(d->view.intro, "active, but no device is in a group"));
}

static void test_needed_by_host(void **state)
{
	struct demo *d = *state;
	const struct wiz_item *nic;

	demo_open(d);
	demo_send(d, WIZ_EVENT_NEXT, "setup");
	demo_next(d, "device");
	nic = demo_item(d, NIC);
	assert_int_equal(nic->mark, WIZ_MARK_ALERT);
	assert_string_equal(nic->note, "vmbr0");
	assert_string_equal(demo_item(d, "group/15")->note, "shared with the host !");
	assert_int_equal(demo_send(d, WIZ_EVENT_TOGGLE, NIC), WIZ_REBUILD);
	assert_int_equal(d->view.question.kind, WIZ_ASK_TEXT);
	assert_non_null(strstr(d->view.question.text, "default route"));
	demo_answer(d, false, NULL);
	demo_assert_mark(d, NIC, WIZ_MARK_ALERT);
	/* a bridge has no box at all */
	demo_assert_mark(d, "dev/0000:00:1c.2", WIZ_MARK_NONE);
	assert_non_null(demo_item(d, "dev/0000:00:1c.2")->why_not);
	/* nor has a host bridge that is alone in its group */
	assert_string_equal(demo_item(d, "group/0")->text, "group 0  bridges only");
	demo_assert_mark(d, "dev/0000:00:00.0", WIZ_MARK_NONE);
	assert_false(demo_item(d, "dev/0000:00:00.0")->enabled);
	/* a card beside it tells what would be lost */
	assert_true(demo_detail_has(d, "dev/0000:02:00.0", "the node loses vmbr0"));
}

static void test_companions(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_send(d, WIZ_EVENT_NEXT, "setup");
	demo_next(d, "device");
	assert_string_equal(d->view.item[d->view.cursor].id, GPU);
	demo_send(d, WIZ_EVENT_NEXT, NULL);
	assert_int_equal(d->view.question.kind, WIZ_ASK_NOTE);
	demo_answer(d, true, NULL);
	demo_send(d, WIZ_EVENT_TOGGLE, GPU);
	demo_assert_mark(d, GPU, WIZ_MARK_ON);
	demo_assert_mark(d, GPU_SOUND, WIZ_MARK_ON);
	demo_assert_mark(d, "dev/0000:02:00.1", WIZ_MARK_OFF);
	demo_send(d, WIZ_EVENT_TOGGLE, GPU_SOUND);
	demo_assert_mark(d, GPU, WIZ_MARK_ON);
	demo_assert_mark(d, GPU_SOUND, WIZ_MARK_OFF);
	demo_send(d, WIZ_EVENT_TOGGLE, GPU);
	demo_assert_mark(d, GPU, WIZ_MARK_OFF);
	assert_non_null(d->view.why_not_next);
}

static void test_device_words(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_send(d, WIZ_EVENT_NEXT, "setup");
	demo_next(d, "device");
	assert_true(pg_text_starts(demo_item(d, GPU)->text, "01:00.0 GPU   "));
	assert_string_equal(demo_item(d, GPU)->detail_title, "0000:01:00.0");
	assert_string_equal(demo_item(d, "group/14")->text, "group 14  clean");
	assert_true(demo_detail_has(d, GPU, "10de:2684 rev a1"));
	assert_true(demo_detail_has(d, GPU, "16 MiB, 32 GiB, 32 MiB"));
	assert_true(demo_detail_has(d, GPU, "function level"));
	assert_true(demo_detail_has(d, GPU, "no (boot display 00:02.0)"));
	assert_true(demo_detail_has(d, GPU, "When a VM with it starts"));
	assert_true(demo_detail_has(d, GPU, "  01:00.0 01:00.1"));
	assert_false(demo_detail_has(d, GPU, "vfio-pci"));
	assert_true(demo_detail_has(d, "dev/0000:00:02.0", "the node's own screen"));
	demo_send(d, WIZ_EVENT_TOGGLE, GPU);
	assert_true(demo_detail_has(d, GPU, "nouveau → vfio-pci"));
	assert_true(demo_details_has(d, GPU, "1458:40bf"));
	assert_true(demo_details_has(d, GPU, "nvidiafb (blacklisted)"));
	assert_true(demo_details_has(d, GPU, "flr bus"));
}

static void test_folding(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_send(d, WIZ_EVENT_NEXT, "setup");
	demo_next(d, "device");
	assert_false(demo_item(d, "group/14")->folded);
	assert_true(demo_item(d, "group/4")->folded);
	assert_int_equal(demo_send(d, WIZ_EVENT_FOLD, "group/4"), WIZ_REBUILD);
	assert_false(demo_item(d, "group/4")->folded);
	demo_send(d, WIZ_EVENT_FOLD, "group/14");
	assert_true(demo_item(d, "group/14")->folded);
	demo_send(d, WIZ_EVENT_FOLD, "group/4");
	assert_true(demo_item(d, "group/4")->folded);
	assert_true(demo_item(d, "group/14")->folded);
	assert_int_equal(demo_send(d, WIZ_EVENT_FOLD, GPU), WIZ_STAY);
}

/* What wiz_fold() makes of a view is what would be built. */
static void test_folded_in_place(void **state)
{
	static const char *const ids[] = { "group/4", "group/14", "group/4", "group/15" };
	struct demo *d = *state;
	bool done;

	demo_open(d);
	demo_send(d, WIZ_EVENT_NEXT, "setup");
	demo_next(d, "device");
	for (size_t i = 0; i < PG_ARRAY_SIZE(ids); i++) {
		struct wiz_view fresh PG_CLEANUP(wiz_view_done) = { 0 };
		size_t at = (size_t)(demo_item(d, ids[i]) - d->view.item);

		assert_int_equal(wiz_fold(d->w, &d->view, at, &done), 0);
		assert_true(done);
		assert_int_equal(wiz_build(d->w, &fresh), 0);
		assert_int_equal(fresh.n_item, d->view.n_item);
		for (size_t k = 0; k < fresh.n_item; k++) {
			assert_string_equal(fresh.item[k].text, d->view.item[k].text);
			assert_int_equal(fresh.item[k].folded, d->view.item[k].folded);
			assert_int_equal(fresh.item[k].style, d->view.item[k].style);
		}
	}
	/* A device is no group. */
	assert_int_equal(wiz_fold(d->w, &d->view, (size_t)(demo_item(d, GPU) - d->view.item), &done), 0);
	assert_false(done);
	/* The first page builds itself for that. */
	demo_send(d, WIZ_EVENT_BACK, NULL);
	demo_send(d, WIZ_EVENT_BACK, NULL);
	assert_int_equal(wiz_fold(d->w, &d->view, 0, &done), 0);
	assert_false(done);
}

static bool has_item(const struct demo *d, const char *id)
{
	for (size_t i = 0; i < d->view.n_item; i++)
		if (strcmp(d->view.item[i].id, id) == 0)
			return true;
	return false;
}

/* The first page is there before the facts are; read on or not, nothing is missed. */
static void test_behind(void **state)
{
	struct demo *d = *state;
	unsigned pieces = 0;

	d->opts.behind = true;
	demo_tree(d, "tests/trees/sriov-vfs.tree");
	demo_start(d);
	assert_true(wiz_is_unread(d->w));
	assert_true(has_item(d, "setup"));
	assert_false(has_item(d, "sriov"));
	for (; wiz_is_unread(d->w); pieces++)
		assert_int_equal(wiz_read_on(d->w, NULL), 0);
	assert_true(pieces > 10);
	assert_int_equal(wiz_read_on(d->w, NULL), 0);
	wiz_view_done(&d->view);
	assert_int_equal(wiz_build(d->w, &d->view), 0);
	assert_true(has_item(d, "sriov"));
}

/* Who is faster than the reading waits for it. */
static void test_before(void **state)
{
	struct demo *d = *state;

	d->opts.behind = true;
	demo_tree(d, "tests/trees/sriov-vfs.tree");
	demo_start(d);
	assert_int_equal(wiz_read_on(d->w, NULL), 0);
	assert_true(wiz_is_unread(d->w));
	assert_int_equal(demo_send(d, WIZ_EVENT_NEXT, "setup"), WIZ_MOVED);
	assert_false(wiz_is_unread(d->w));
	demo_next(d, "device");
	assert_true(d->view.n_item > 10);
}

static void test_binding(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_to_review(d, "vm/100");
	assert_non_null(d->w->plan);
	demo_back(d, "vm");
	demo_back(d, "binding");
	demo_assert_mark(d, "bind/auto", WIZ_MARK_RADIO_ON);
	assert_string_equal(demo_item(d, "bind/auto")->note, "here: early, by ids");
	assert_true(demo_detail_has(d, "bind/auto", "early, by ids"));
	demo_send(d, WIZ_EVENT_TOGGLE, "bind/at-start");
	/* a changed choice throws the plan away */
	assert_null(d->w->plan);
	demo_assert_mark(d, "bind/auto", WIZ_MARK_RADIO_OFF);
	demo_assert_mark(d, "bind/at-start", WIZ_MARK_RADIO_ON);
	assert_int_equal(d->w->choices->bind, PG_BIND_AT_START);
	demo_send(d, WIZ_EVENT_TOGGLE, "iommu-pt");
	demo_assert_mark(d, "iommu-pt", WIZ_MARK_ON);
	assert_true(d->w->choices->iommu_pt);
	demo_next(d, "vm");
	demo_next(d, "review");
	assert_true(demo_view_has(d, "iommu=pt"));
	assert_false(demo_view_has(d, "ids=10de:2684"));
}

static void test_vm_refused(void **state)
{
	struct demo *d = *state;

	demo_tree(d, "data/demo/node.tree");
	tree_file(d->tree, "/etc/pve/nodes/pve1/qemu-server/102.conf", "lock: backup\n");
	tree_file(d->tree, "/etc/pve/nodes/pve1/qemu-server/103.conf", "template: 1\n");
	tree_file(d->tree, "/etc/pve/nodes/pve1/qemu-server/104.conf", "name: a\033[31mb\n");
	tree_file(d->tree, "/etc/pve/nodes/pve2/qemu-server/200.conf", "name: far\n");
	demo_start(d);
	demo_send(d, WIZ_EVENT_NEXT, "setup");
	demo_next(d, "device");
	demo_send(d, WIZ_EVENT_TOGGLE, GPU);
	demo_next(d, "binding");
	demo_next(d, "vm");
	assert_non_null(strstr(demo_item(d, "vm/102")->why_not, "backup"));
	assert_non_null(strstr(demo_item(d, "vm/103")->why_not, "template"));
	assert_non_null(strstr(demo_item(d, "vm/200")->why_not, "pve2"));
	assert_null(strchr(demo_item(d, "vm/104")->text, '\033'));
	demo_send(d, WIZ_EVENT_TOGGLE, "vm/200");
	demo_answer(d, true, NULL);
	demo_assert_mark(d, "vm/200", WIZ_MARK_RADIO_OFF);
	assert_non_null(d->view.why_not_next);
}

static void test_vm(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_to_review(d, "vm/100");
	demo_back(d, "vm");
	demo_assert_mark(d, "vm/100", WIZ_MARK_RADIO_ON);
	assert_true(demo_detail_has(d, "vm/100", "What will be changed"));
	assert_true(demo_details_has(d, "vm/100", "name: win11"));
	demo_send(d, WIZ_EVENT_TOGGLE, "primary");
	assert_true(d->w->choices->primary);
	demo_next(d, "review");
	assert_true(demo_view_has(d, "x-vga=1"));
	demo_back(d, "vm");
	demo_send(d, WIZ_EVENT_TOGGLE, "vm/0");
	assert_false(d->w->choices->primary);
	assert_false(demo_item(d, "primary")->enabled);
	demo_next(d, "review");
	assert_false(demo_view_has(d, "qm set"));
	assert_int_equal(d->view.can & WIZ_CAN_SAVE, 0);
}

/* What an installed system may not survive is offered, off, where it applies. */
static void test_vm_changes(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_to_review(d, "vm/100");
	demo_back(d, "vm");
	assert_null(demo_find(d, "change-machine")); /* it is q35 and OVMF already */
	assert_null(demo_find(d, "change-firmware"));
	demo_send(d, WIZ_EVENT_TOGGLE, "vm/101");
	demo_assert_mark(d, "change-machine", WIZ_MARK_OFF);
	demo_assert_mark(d, "change-firmware", WIZ_MARK_OFF);
	assert_true(demo_detail_has(d, "change-machine", "backup"));
	assert_true(demo_detail_has(d, "change-firmware", "does not start with OVMF"));
	demo_next(d, "review");
	assert_false(demo_view_has(d, "--machine q35"));
	demo_back(d, "vm");
	demo_send(d, WIZ_EVENT_TOGGLE, "change-machine");
	demo_assert_mark(d, "change-machine", WIZ_MARK_ON);
	demo_send(d, WIZ_EVENT_TOGGLE, "change-firmware");
	demo_next(d, "review");
	assert_true(demo_view_has(d, "--machine q35"));
	assert_true(demo_view_has(d, "--bios ovmf"));
	demo_back(d, "vm");
	/* it was said of that VM, and of no other */
	demo_send(d, WIZ_EVENT_TOGGLE, "vm/100");
	assert_false(d->w->choices->change_machine);
	assert_false(d->w->choices->change_firmware);
}

static void test_vm_in_device_pane(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_to_review(d, "vm/100");
	demo_back(d, "vm");
	demo_back(d, "binding");
	demo_back(d, "device");
	assert_true(demo_detail_has(d, GPU, "When VM 100 starts, Proxmox takes"));
	assert_true(demo_detail_has(d, GPU_SOUND, "When VM 100 starts, Proxmox takes"));
	/* another group is none of that VM's */
	assert_true(demo_detail_has(d, "dev/0000:02:00.0", "When a VM with it starts"));
}

/* What stands in the way first, then what is done, and what is good to know at the end. */
static void test_review_order(void **state)
{
	static const char *const order[] = {
		"These devices leave their driver", "/etc/modprobe.d/vfio.conf is created",
		"Then these commands are to be run on the node itself",
		"For the VM, afterwards: saved as a script", "Good to know",
	};
	struct demo *d = *state;
	size_t next = 0;

	demo_open(d);
	demo_to_review(d, "vm/100");
	for (size_t i = 0; i < d->view.lines.n; i++)
		if (next < PG_ARRAY_SIZE(order) &&
		    strcmp(d->view.lines.v[i].text, order[next]) == 0)
			next++;
	assert_int_equal(next, PG_ARRAY_SIZE(order));
	assert_string_equal(d->view.lines.v[0].text, order[0]);
}

/* Findings of one id are told together, and what they share once. */
static void test_findings_together(void **state)
{
	struct pg_findings all = { 0 };
	struct demo *d = *state;
	const char *const want[] = { "one", "two", "Seen: here", "Seen: there", "do it", "",
				     "three" };

	for (int i = 0; i < 3; i++) {
		struct pg_finding *f = pg_findings_add(&all, "a", PG_LEVEL_NOTE, "host", "%s",
						       i == 1 ? "two" : "one");

		assert_int_equal(pg_finding_evidence(f, "%s", i == 2 ? "there" : "here"), 0);
		assert_int_equal(pg_finding_advice(f, "do it"), 0);
		if (i == 0)
			assert_non_null(pg_findings_add(&all, "b", PG_LEVEL_NOTE, "host", "three"));
	}
	assert_non_null(pg_findings_add(&all, "a", PG_LEVEL_WARN, "host", "other level"));
	wiz_findings_lines(&all, PG_LEVEL_NOTE, &d->lines);
	assert_int_equal(d->lines.n, PG_ARRAY_SIZE(want));
	for (size_t i = 0; i < d->lines.n; i++)
		assert_string_equal(d->lines.v[i].text, want[i]);
	pg_findings_done(&all);
}

/* What the node loses is said where it is decided. */
static void test_asked_with_loss(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_send(d, WIZ_EVENT_NEXT, "setup");
	demo_next(d, "device");
	demo_send(d, WIZ_EVENT_TOGGLE, "dev/0000:00:02.0");
	demo_next(d, "binding");
	demo_next(d, "vm");
	demo_send(d, WIZ_EVENT_TOGGLE, "vm/0");
	demo_next(d, "review");
	demo_send(d, WIZ_EVENT_NEXT, NULL);
	assert_int_equal(d->view.question.kind, WIZ_ASK_YESNO);
	assert_int_equal(strncmp(d->view.question.text, "The node loses ", 15), 0);
}

static void test_read_only(void **state)
{
	struct demo *d = *state;

	d->opts.read_only_why = "You are not root.";
	demo_open(d);
	assert_string_equal(d->view.intro, "You are not root.");
	demo_to_review(d, "vm/100");
	assert_string_equal(d->view.why_not_next, "You are not root.");
	demo_send(d, WIZ_EVENT_NEXT, NULL);
	assert_int_equal(d->view.question.kind, WIZ_ASK_NOTE);
	demo_answer(d, true, NULL);
	demo_assert_page(d, "review");
	assert_false(pg_root_exists(d->tree->root, "/etc/modprobe.d/vfio.conf"));
}

/* Another pve-gpu at work: who it is is said, all can be read, and nothing is begun. When it is
 * done, what it did is there. */
static void test_busy(void **state)
{
	struct demo *d = *state;
	int lock = -1;

	demo_open(d);
	demo_to_review(d, "vm/100");
	assert_null(d->view.why_not_next);
	assert_int_equal(pg_store_lock(d->tree->root, PG_DOING_APPLY, &lock, NULL), 0);
	demo_send(d, WIZ_EVENT_NEXT, NULL);
	assert_int_equal(d->view.question.kind, WIZ_ASK_NOTE);
	assert_non_null(strstr(d->view.question.text, "Another pve-gpu is making a change on this "
						      "node: process "));
	demo_answer(d, true, NULL);
	demo_assert_page(d, "review");
	assert_non_null(d->view.why_not_next);
	while (strcmp(d->view.page, "home") != 0)
		demo_send(d, WIZ_EVENT_BACK, NULL);
	assert_non_null(strstr(d->view.intro, "You can look at everything"));
	demo_send(d, WIZ_EVENT_NEXT, "history");
	demo_assert_page(d, "history");
	demo_back(d, "home");
	assert_int_equal(close(lock), 0);
	/* the other one changed something */
	tree_file(d->tree, "/etc/pve/nodes/pve1/qemu-server/777.conf", "name: new\n");
	demo_to_review(d, "vm/777");
	assert_null(d->view.why_not_next);
}

static void choose_with_loss(struct demo *d)
{
	demo_send(d, WIZ_EVENT_NEXT, "setup");
	demo_next(d, "device");
	demo_send(d, WIZ_EVENT_TOGGLE, "dev/0000:02:00.0");
	demo_next(d, "binding");
	demo_next(d, "vm");
	demo_send(d, WIZ_EVENT_TOGGLE, "vm/0");
	demo_next(d, "review");
}

/* The group's other card takes the network along: the plan refuses, with its reason. */
static void test_blocked(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	choose_with_loss(d);
	assert_true(pg_plan_is_blocked(d->w->plan));
	assert_string_equal(d->view.lines.v[0].text, "This stands in the way");
	demo_assert_step(d, "Apply", WIZ_STEP_SKIPPED);
}

/* What the node needs is chosen by a phrase, and by nothing else. */
static void test_vital_device(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_send(d, WIZ_EVENT_NEXT, "setup");
	demo_next(d, "device");
	demo_send(d, WIZ_EVENT_TOGGLE, "dev/0000:03:00.0");
	assert_int_equal(d->view.question.kind, WIZ_ASK_TEXT);
	assert_non_null(strstr(d->view.question.text, "192.168.1.10"));
	assert_non_null(strstr(d->view.question.text, "type: lose vmbr0"));
	demo_answer(d, true, "y");
	assert_string_equal(d->view.question.title, "Not accepted");
	demo_answer(d, true, NULL);
	assert_int_equal(d->w->choices->n_pick, 0);
	demo_send(d, WIZ_EVENT_TOGGLE, "dev/0000:03:00.0");
	demo_answer(d, false, "lose vmbr0");
	assert_int_equal(d->w->choices->n_pick, 0);
	demo_send(d, WIZ_EVENT_TOGGLE, "dev/0000:03:00.0");
	demo_answer(d, true, "lose vmbr0");
	assert_int_equal(d->w->choices->n_pick, 1);
	demo_next(d, "binding");
	demo_next(d, "vm");
	demo_send(d, WIZ_EVENT_TOGGLE, "vm/0");
	demo_next(d, "review");
	assert_false(pg_plan_is_blocked(d->w->plan));
	assert_true(d->w->plan->trial > 0);
	/* given up again without a question; to choose it again is asked again */
	demo_back(d, "vm");
	demo_back(d, "binding");
	demo_back(d, "device");
	demo_send(d, WIZ_EVENT_TOGGLE, "dev/0000:03:00.0");
	assert_int_equal(d->w->choices->n_pick, 0);
	demo_send(d, WIZ_EVENT_TOGGLE, "dev/0000:03:00.0");
	assert_int_equal(d->view.question.kind, WIZ_ASK_TEXT);
}

/* One card of a bond is chosen like any other, and it is told what is left; the last one is not. */
static void test_bond(void **state)
{
	struct demo *d = *state;

	demo_tree(d, "tests/trees/bond.tree");
	demo_start(d);
	demo_send(d, WIZ_EVENT_NEXT, "setup");
	demo_next(d, "device");
	assert_true(demo_detail_has(d, "dev/0000:08:00.0", "without it bond0 keeps enp3s0"));
	demo_send(d, WIZ_EVENT_TOGGLE, "dev/0000:08:00.0");
	assert_int_equal(d->view.question.kind, WIZ_ASK_NONE);
	assert_int_equal(d->w->choices->n_pick, 1);
	demo_send(d, WIZ_EVENT_TOGGLE, "dev/0000:03:00.0");
	assert_int_equal(d->view.question.kind, WIZ_ASK_TEXT);
	assert_non_null(strstr(d->view.question.text, "type: lose vmbr0"));
	assert_int_equal(d->w->choices->n_pick, 1);
}

/* Enter, y or another phrase do not get past it; the phrase does, for this choice only. */
static void test_loss_phrase(void **state)
{
	static const char *const wrong[] = { "", "y", "yes", "lose", "LOSE VMBR0", "lose vmbr1",
					     "lose vmbr0!" };
	struct demo *d = *state;

	demo_open(d);
	choose_with_loss(d);
	for (size_t i = 0; i < PG_ARRAY_SIZE(wrong); i++) {
		demo_send(d, WIZ_EVENT_NEXT, NULL);
		assert_int_equal(d->view.question.kind, WIZ_ASK_TEXT);
		assert_non_null(strstr(d->view.question.text, "192.168.1.10"));
		assert_non_null(strstr(d->view.question.text, "type: lose vmbr0"));
		assert_null(d->view.question.initial);
		demo_answer(d, true, wrong[i]);
		assert_string_equal(d->view.question.title, "Not accepted");
		demo_answer(d, true, NULL);
		assert_true(pg_plan_is_blocked(d->w->plan));
	}
	demo_send(d, WIZ_EVENT_NEXT, NULL);
	demo_answer(d, false, "lose vmbr0");
	assert_true(pg_plan_is_blocked(d->w->plan));
	demo_send(d, WIZ_EVENT_NEXT, NULL);
	demo_answer(d, true, " lose vmbr0 ");
	demo_assert_page(d, "review");
	assert_false(pg_plan_is_blocked(d->w->plan));
	assert_true(demo_view_has(d, "vmbr0"));
	assert_true(d->w->plan->trial > 0);
	/* it is still asked, and the answer is not yes by itself */
	demo_send(d, WIZ_EVENT_NEXT, NULL);
	assert_int_equal(d->view.question.kind, WIZ_ASK_YESNO);
	assert_false(d->view.question.yes_default);
	demo_answer(d, false, NULL);
	/* chosen anew, it is asked anew */
	demo_back(d, "vm");
	demo_back(d, "binding");
	demo_back(d, "device");
	demo_send(d, WIZ_EVENT_TOGGLE, "dev/0000:02:00.0");
	demo_send(d, WIZ_EVENT_TOGGLE, "dev/0000:02:00.0");
	demo_next(d, "binding");
	demo_next(d, "vm");
	demo_next(d, "review");
	assert_true(pg_plan_is_blocked(d->w->plan));
}

static void test_loss_read_only(void **state)
{
	struct demo *d = *state;

	d->opts.read_only_why = "Here you can only look.";
	demo_open(d);
	choose_with_loss(d);
	assert_non_null(d->view.why_not_next);
	demo_send(d, WIZ_EVENT_NEXT, NULL);
	assert_int_not_equal(d->view.question.kind, WIZ_ASK_TEXT);
}

static void test_help(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	for (enum wiz_page p = 0; p < WIZ_N_PAGES; p++) {
		d->w->page = p;
		wiz_lines_done(&d->lines);
		assert_int_equal(wiz_help(d->w, &d->lines), 0);
		assert_int_equal(d->lines.n, 1);
		assert_true(strlen(d->lines.v[0].text) > 40);
		assert_true(strlen(d->lines.v[0].text) < 80 * 18);
	}
	d->w->page = WIZ_PAGE_HOME;
}

/* Nothing that a VM has could be planned again: the person chooses. */
static void test_mend_by_choosing(void **state)
{
	struct demo *d = *state;

	demo_tree(d, "tests/trees/wiz-nogroups.tree");
	demo_start(d);
	demo_send(d, WIZ_EVENT_NEXT, "trouble");
	demo_send(d, WIZ_EVENT_NEXT, "vm-start");
	assert_true(demo_detail_has(d, "rule/iommu-not-present", PG_FIX_CHOOSE));
	assert_int_equal(demo_send(d, WIZ_EVENT_NEXT, "rule/iommu-not-present"), WIZ_MOVED);
	demo_assert_page(d, "host");
	demo_back(d, "home");
}

/* What only the person can tell: asked, answered, turned. */
static void test_questions(void **state)
{
	struct demo *d = *state;

	demo_open(d);
	demo_send(d, WIZ_EVENT_NEXT, "trouble");
	demo_send(d, WIZ_EVENT_NEXT, "black-screen");
	assert_non_null(strstr(d->view.intro, "only you can tell"));
	assert_true(pg_text_starts(demo_item(d, "rule/cable-in-other-card")->text, "?"));
	demo_send(d, WIZ_EVENT_NEXT, "rule/cable-in-other-card");
	assert_int_equal(d->view.question.kind, WIZ_ASK_YESNO);
	demo_answer(d, false, NULL);
	assert_true(pg_text_starts(demo_item(d, "rule/cable-in-other-card")->text, "no "));
	assert_non_null(strstr(d->view.intro, "Not found"));
	demo_send(d, WIZ_EVENT_NEXT, "rule/cable-in-other-card");
	demo_answer(d, true, NULL);
	assert_true(pg_text_starts(demo_item(d, "rule/cable-in-other-card")->text, "found"));
	demo_send(d, WIZ_EVENT_TOGGLE, "rule/cable-in-other-card");
	assert_true(pg_text_starts(demo_item(d, "rule/cable-in-other-card")->text, "?"));
	/* what the node itself shows is not asked */
	demo_send(d, WIZ_EVENT_TOGGLE, "rule/romfile-hidden");
	assert_true(pg_text_starts(demo_item(d, "rule/romfile-hidden")->text, "no "));
	/* nor is a report written without a path, or over a file */
	demo_send(d, WIZ_EVENT_NEXT, "report");
	demo_answer(d, false, "/x.md");
	assert_false(pg_root_exists(d->tree->root, "/x.md"));
	demo_send(d, WIZ_EVENT_NEXT, "report");
	demo_answer(d, true, "/etc/hostname");
	assert_string_equal(d->view.question.title, "Not saved");
	demo_answer(d, true, NULL);
	demo_send(d, WIZ_EVENT_NEXT, "report");
	demo_answer(d, true, "/x.md");
	assert_string_equal(d->view.question.title, "Saved");
	assert_true(pg_root_exists(d->tree->root, "/x.md"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		demo_test(test_home),	       demo_test(test_way_and_back),
		demo_test(test_host),	       demo_test(test_place), demo_test(test_no_firmware_table),
		demo_test(test_asked_with_loss),
		demo_test(test_no_groups_yet), demo_test(test_active_without_groups),
		demo_test(test_needed_by_host),
		demo_test(test_companions),    demo_test(test_device_words),
		demo_test(test_folding),       demo_test(test_binding),
		demo_test(test_folded_in_place),       demo_test(test_binding),
		demo_test(test_behind),       demo_test(test_binding),
		demo_test(test_before),       demo_test(test_binding),
		demo_test(test_vm_refused),    demo_test(test_vm),
		demo_test(test_vm_changes),    demo_test(test_vm_in_device_pane),
		demo_test(test_review_order),  demo_test(test_findings_together),
		demo_test(test_read_only),     demo_test(test_busy),
		demo_test(test_blocked),       demo_test(test_loss_phrase),
		demo_test(test_bond),
		demo_test(test_vital_device),
		demo_test(test_loss_read_only),
		demo_test(test_help),	       demo_test(test_mend_by_choosing),
		demo_test(test_questions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
