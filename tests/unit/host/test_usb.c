/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/mktree.h"

#include "src/host/facts.h"

/* ---- how a device is named ---- */

static void test_spec(void **state)
{
	static const struct {
		const char *text, *value; /* NULL: refused */
	} cases[] = {
		{ "046d:c31c", "host=046d:c31c" },
		{ "0x046D:0xC31C", "host=046d:c31c" },
		{ "0000:0000", "host=0000:0000" },
		{ "1-2", "host=1-2" },
		{ "1-2.3.4", "host=1-2.3.4" },
		{ "255-14", "host=255-14" },
		{ "spice", "spice" },
		{ "Spice", "spice" },
		{ "mapping=ups", "mapping=ups" },
		{ "", NULL },
		{ "046d", NULL },
		{ "046d:", NULL },
		{ ":c31c", NULL },
		{ "46d:c31c", NULL },
		{ "046dd:c31c", NULL },
		{ "046d:c31c:1", NULL },
		{ "0x46d:c31c", NULL },
		{ "046g:c31c", NULL },
		{ " 46d:c31c", NULL },
		{ "+46d:c31c", NULL },
		{ "1-", NULL },
		{ "-1", NULL },
		{ "1-2.", NULL },
		{ "1-.2", NULL },
		{ "1-2-3", NULL },
		{ "1-2:1.0", NULL },
		{ "usb1", NULL },
		{ "1234-1", NULL },
		{ "1-1234", NULL },
		{ "1-1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1", NULL },
		{ "mapping=", NULL },
		{ "spicey", NULL },
	};

	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(cases); i++) {
		struct pg_usb_spec spec PG_CLEANUP(pg_usb_spec_done) = { 0 };
		pg_autofree char *value = NULL;
		int r = pg_usb_spec_parse(cases[i].text, &spec);

		if (!cases[i].value) {
			if (r != -EINVAL)
				fail_msg("%s was taken", cases[i].text);
			continue;
		}
		assert_int_equal(r, 0);
		value = pg_usb_spec_value(&spec);
		assert_string_equal(value, cases[i].value);
	}
}

static void test_spec_copy(void **state)
{
	struct pg_usb_spec a PG_CLEANUP(pg_usb_spec_done) = { 0 };
	struct pg_usb_spec b PG_CLEANUP(pg_usb_spec_done) = { 0 };
	struct pg_usb_spec id PG_CLEANUP(pg_usb_spec_done) = { 0 };

	(void)state;
	assert_int_equal(pg_usb_spec_parse("1-2", &a), 0);
	assert_int_equal(pg_usb_spec_copy(&a, &b), 0);
	assert_true(pg_usb_spec_equal(&a, &b));
	assert_ptr_not_equal(a.name, b.name);
	assert_int_equal(pg_usb_spec_parse("0001:0002", &id), 0);
	assert_false(pg_usb_spec_equal(&a, &id));
}

/* ---- what is read ---- */

static struct pg_facts *collect(struct tree *t, const char *file, unsigned want)
{
	struct pg_facts *facts = NULL;

	mktree(t, file);
	assert_int_equal(pg_facts_collect(t->root, want, &facts, NULL), 0);
	return facts;
}

static void add_text(struct pg_strbuf *b, const char *s)
{
	for (; s && *s; s++)
		if (*s >= ' ' && *s < 0x7f)
			pg_strbuf_addc(b, *s);
		else
			pg_strbuf_addf(b, "\\%02x", (unsigned char)*s);
	pg_strbuf_addc(b, '|');
}

/* name ids kind|manufacturer|product|serial|speed|drivers|nodes|uses */
static char *dump(const struct pg_facts *facts)
{
	struct pg_strbuf b = { 0 };

	for (size_t i = 0; i < facts->n_usb; i++) {
		const struct pg_usb_dev *d = &facts->usb[i];
		pg_autofree char *drivers = pg_strv_join(&d->driver, ","),
				 *nodes = pg_strv_join(&d->node, ",");

		pg_strbuf_addf(&b, "%s ", d->name);
		if (d->has_ids)
			pg_strbuf_addf(&b, "%04x:%04x ", d->vendor, d->product);
		pg_strbuf_addf(&b, "%s%s%s|", pg_usb_kind_name(d->kind), d->is_hub ? " hub" : "",
			       d->has_controller ? "" : " nowhere");
		add_text(&b, d->manufacturer);
		add_text(&b, d->product_name);
		add_text(&b, d->serial);
		add_text(&b, d->speed);
		add_text(&b, drivers);
		add_text(&b, nodes);
		for (size_t k = 0; k < d->n_use; k++)
			pg_strbuf_addf(&b, "%s%s%s ", pg_use_name(d->use[k].what),
				       d->use[k].vital ? "! " : " ", d->use[k].detail);
		pg_strbuf_addc(&b, '\n');
	}
	return pg_strbuf_steal(&b);
}

static void test_read(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) =
		collect(*state, "tests/trees/p_usb.tree", PG_WANT_ALL);
	pg_autofree char *got = dump(facts);
	const struct pg_usb_dev *dev = pg_usb_at(facts, "3-3.1");

	assert_string_equal(
		got,
		"usb1 1d6b:0002 other hub||||480|||\n"
		"1-1 0781:5567 disk|SanDisk|Cruzer Blade|1|480|||usb-storage! root file system (sda2) \n"
		"1-2 0951:1666 disk||DataTraveler 3.0||480|||usb-storage /mnt/data (sdb1) \n"
		"1-3 046d:c31c keyboard|Logitech|USB Keyboard||1.5|||input keyboard USB Keyboard \n"
		"1-4 0bda:8153 network|Realtek|USB 10/100/1000 LAN||480||enx00e04c680001|"
		"network! vmbr0 192.168.1.10/24, default route \n"
		"1-5 051d:0002 ups|American Power Conversion|Back-UPS||12|||ups UPS, watched by NUT \n"
		"1-6 10c4:ea60 serial|Silicon Labs|CP2102N USB to UART Bridge Controller||12||ttyUSB0|\n"
		"usb3 1d6b:0003 other hub||||10000|||\n"
		"3-1 0781:5583 disk|SanDisk|Ultra Fit|3-1|5000|||\n"
		"3-2 0781:5583 disk|SanDisk|Ultra Fit|3-2|5000|||\n"
		"3-3 05e3:0620 hub hub||USB3.1 Hub||5000|||\n"
		"3-3.1 0d8c:0014 audio||USB Audio Device||12|||\n"
		"3-3.2 0bda:9210 disk|Realtek|RTL9210B||10000|||\n"
		"5-1 1050:0407 keyboard nowhere|Yubico|YubiKey||12|||input keyboard YubiKey \n");
	assert_non_null(dev);
	assert_string_equal(pg_usb_parent(facts, dev)->name, "3-3");
	assert_string_equal(pg_usb_parent(facts, pg_usb_parent(facts, dev))->name, "usb3");
	assert_null(pg_usb_parent(facts, pg_usb_at(facts, "usb3")));
	assert_true(pg_usb_is_child(pg_usb_at(facts, "3-3"), dev));
	assert_false(pg_usb_is_child(pg_usb_at(facts, "3-1"), dev));
	assert_false(pg_usb_is_child(dev, dev));
	assert_string_equal(pg_bdf_str(dev->controller).s, "0000:06:00.0");
	assert_int_equal(pg_usb_twins(facts, pg_usb_at(facts, "3-1")), 2);
	assert_int_equal(pg_usb_twins(facts, pg_usb_at(facts, "usb1")), 0);
}

/* Whoever does not show it does not read it. */
static void test_not_wanted(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) =
		collect(*state, "tests/trees/p_usb.tree", PG_WANT_PCI | PG_WANT_USAGE);

	assert_int_equal(facts->n_usb, 0);
	assert_int_equal(facts->n_usb_mapping, 0);
}

static void test_hostile(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) =
		collect(*state, "tests/trees/usb-hostile.tree", PG_WANT_ALL);
	pg_autofree char *got = dump(facts);

	assert_string_equal(
		got,
		"usb1 1d6b:0002 other hub|||||||\n"
		"1-1 0781:5583 disk nowhere|\\1b]0;owned\\07\\1b[2J|\\e2\\80\\aegnp.exe\\0d\\0afake\\ff\\c0\\af||"
		"480|||\n"
		"1-2 input nowhere|||||gone||\n"
		"1-10 input nowhere|||||||\n");
}

/* What is shown is clean; the bytes are kept. */
static void test_title(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) =
		collect(*state, "tests/trees/usb-hostile.tree", PG_WANT_PCI | PG_WANT_USB);
	pg_autofree char *title = pg_usb_title(pg_usb_at(facts, "1-1"));
	pg_autofree char *none = pg_usb_title(pg_usb_at(facts, "1-10"));

	assert_string_equal(title, "\033]0;owned\a\033[2J \xe2\x80\xaegnp.exe\r\nfake\xff\xc0\xaf");
	assert_string_equal(none, "");
}

static void test_mappings(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) =
		collect(*state, "tests/trees/usb-hostile.tree", PG_WANT_PCI | PG_WANT_USB);
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	for (size_t i = 0; i < facts->n_usb_mapping; i++) {
		const struct pg_usb_mapping *m = &facts->usb_mapping[i];

		pg_strbuf_addf(&b, "%s %zu %04x:%04x %s\n", m->id, m->n_here, m->vendor,
			       m->product, m->port ? m->port : "-");
	}
	assert_string_equal(b.s, "good 1 0781:5583 -\n"
				 "bad 2 0000:0000 ../../etc\n"
				 "nobody 1 0000:0000 -\n");
}

static void test_guest(void **state)
{
	struct pg_facts *facts PG_CLEANUP(pg_facts_freep) =
		collect(*state, "tests/trees/usb-hostile.tree", PG_WANT_PCI | PG_WANT_GUESTS);
	const struct pg_guest *g = pg_facts_guest(facts, 100);
	struct pg_strbuf b PG_CLEANUP(pg_strbuf_done) = { 0 };

	assert_non_null(g);
	for (size_t i = 0; i < g->n_usb; i++) {
		pg_autofree char *words = pg_usb_spec_words(&g->usb[i].spec);

		pg_strbuf_addf(&b, "usb%u%s%s%s %s%s\n", g->usb[i].index,
			       g->usb[i].pending ? " pending" : "",
			       g->usb[i].leaving ? " leaving" : "", g->usb[i].usb3 ? " usb3" : "", words,
			       pg_guest_usb_counts(g, &g->usb[i]) ? "" : " (does not count)");
	}
	assert_string_equal(b.s, "usb0 0781:5583 (does not count)\n"
				 "usb1 leaving usb3 1-1.2 (does not count)\n"
				 "usb2 leaving spice (does not count)\n"
				 "usb3 mapping=good\n"
				 "usb4 0781:5583\n"
				 "usb5 1-1\n"
				 "usb6 \n"
				 "usb7 usb3 \n"
				 "usb8 \n"
				 "usb9 \n"
				 "usb10 \n"
				 "usb11 1-1\n"
				 "usb12 1-1\n"
				 "usb13 1-1\n"
				 "usb0 pending 1-2\n");
	pg_strbuf_done(&b);
	for (size_t i = 0; i < g->bad.n; i++)
		pg_strbuf_addf(&b, "%s\n", g->bad.v[i]);
	assert_string_equal(
		b.s,
		"line 6: it names two devices: mapping=good\n"
		"line 7: not a USB device as Proxmox writes it (046d:c31c, 1-2.3, spice): \n"
		"line 8: it names no device (host= or mapping=): usb3=1\n"
		"line 9: not a USB device as Proxmox writes it (046d:c31c, 1-2.3, spice): 1-1;rm\n"
		"line 10: it names no mapping: mapping=\n"
		"line 11: not a USB device: host=mapping=good\n"
		"line 12: neither yes nor no: usb3=maybe\n"
		"line 13: not a setting of a USB device that is known: speed=high\n"
		"line 15: Proxmox knows usb0 to usb13 only: usb14\n"
		"line 16: Proxmox knows usb0 to usb13 only: usb01\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spec), cmocka_unit_test(test_spec_copy),
		tree_test(test_read),	     tree_test(test_not_wanted),
		tree_test(test_hostile),     tree_test(test_title),
		tree_test(test_mappings),    tree_test(test_guest),
	};

	return cmocka_run_group_tests_name("usb", tests, NULL, NULL);
}
