/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/exec/trialnode.h"

void trial_set_uptime(const struct trial *t)
{
	pg_autofree char *text = pg_strf("%u.50 1.00\n", t->up);

	tree_file(t->n->tree, "/proc/uptime", text);
}

static void empty(const struct trial *t, const char *dir)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };

	(void)pg_root_list(t->n->tree->root, dir, &names);
	for (size_t i = 0; i < names.n; i++) {
		pg_autofree char *path = pg_strf("%s/%s", dir, names.v[i]);

		assert_int_equal(pg_root_unlink(t->n->tree->root, path, NULL), 0);
	}
}

void trial_boot(struct trial *t, const char *id)
{
	empty(t, "/run/motd.d");
	empty(t, "/run/issue.d");
	tree_value(t->n->tree, BOOT, id);
	t->up = 10;
	trial_set_uptime(t);
}

void trial_begin(struct trial *t, struct node *n)
{
	const char *top = getenv("top_srcdir");

	*t = (struct trial){ .n = n, .lock = -1 };
	n->opts.as_live = true;
	(void)snprintf(t->data, sizeof(t->data), "%s/data", top ? top : ".");
	n->opts.data = t->data;
	n->plan.trial = 600;
	tree_dir(n->tree, "/etc/systemd/system");
	node_command(n, "ip", "case $* in *route*) echo '[{\"dst\":\"default\",\"dev\":\"vmbr0\"}]';;"
		     " *) cat $(dirname \"$0\")/addresses;; esac");
	node_command(n, "wall", "cat >/dev/null");
	trial_boot(t, "one");
}

void trial_set_links(const struct trial *t, const char *json)
{
	pg_autofree char *path = pg_strf("%s/addresses", t->n->bin);
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	(void)fputs(json, f);
	assert_int_equal(fclose(f), 0);
}

void trial_set_address(const struct trial *t, const char *address)
{
	pg_autofree char *json = pg_strf("[{\"ifname\":\"vmbr0\",\"operstate\":\"UP\",\"flags\":"
					 "[\"UP\"],\"addr_info\":[{\"family\":\"inet\",\"local\":"
					 "\"%s\",\"prefixlen\":24,\"scope\":\"global\"}]}]", address);

	trial_set_links(t, json);
}
