/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `qm set`, and what `qm migrate` and `qm suspend` refuse at once. */
#include "tests/plans/pve/pve.h"

#include <stdio.h>
#include <string.h>

#include "src/base/text.h"

static bool refuse(struct pve_out *out, char *why)
{
	pve_say(out, PVE_REJECT, "%s", why);
	free(why);
	return false;
}

static const struct pve_storage *find_storage(const struct pve_node *node, const char *volume)
{
	size_t n = strcspn(volume, ":");

	for (size_t i = 0; i < node->n_storage; i++)
		if (strlen(node->storage[i].id) == n &&
		    strncmp(node->storage[i].id, volume, n) == 0)
			return &node->storage[i];
	return NULL;
}

/* A new disk: STORAGE:SIZE */
static char *check_disk(const struct pve_node *node, const char *value)
{
	struct pve_props p PG_CLEANUP(pve_props_done) = { 0 };
	const char *file;
	const struct pve_storage *s;

	/* the option's own form is checked by whoever reads the whole command */
	free(pve_props_parse("efidisk", value, &p));
	file = pve_props_get(&p, "file");
	s = find_storage(node, file);

	if (!pve_match("^[^:/]+:[0-9.]+$", file))
		return NULL;
	if (!s)
		return pg_strf("storage '%.*s' does not exist", (int)strcspn(file, ":"), file);
	if (!pg_strv_has(&s->content, "images"))
		return pg_strf("storage '%s' does not support content-type 'images'", s->id);
	return NULL;
}

static char *check_root(const struct pve_node *node, const char *key, const char *value)
{
	struct pve_props p PG_CLEANUP(pve_props_done) = { 0 };
	char *why pg_autofree = NULL;

	if (!node->user || strcmp(node->user, "root@pam") == 0)
		return NULL;
	if (strcmp(key, "args") == 0)
		return pg_strf("only root can set 'args' config");
	if (!pg_text_starts(key, "hostpci"))
		return NULL;
	why = pve_props_parse("hostpci", value, &p);
	if (pve_props_get(&p, "host"))
		return pg_strf("only root can set '%s' config for non-mapped devices", key);
	if (pve_props_get(&p, "romfile"))
		return pg_strf("only root can set 'romfile' of '%s'", key);
	return NULL;
}

static bool set_one(const struct pve_node *node, struct pve_vm *vm, struct pve_conf *c,
		    const char *key, const char *value, struct pve_out *out)
{
	char *why;

	if (!pve_option_known(key))
		return refuse(out, pg_strf("Unknown option: %s", key));
	why = pve_option_check(key, value);
	if (!why)
		why = check_root(node, key, value);
	if (!why && pg_text_starts(key, "efidisk"))
		why = check_disk(node, value);
	if (why)
		return refuse(out, why);
	/* of a stopped VM what was pending is overwritten, then all of it is applied */
	if (!vm->running)
		pve_conf_set(c, "PENDING", key, NULL);
	pve_conf_set(c, vm->running ? "PENDING" : "", key, value);
	return true;
}

static bool delete_one(struct pve_vm *vm, struct pve_conf *c, const char *key,
		       struct pve_out *out)
{
	const char *old = pve_conf_get(c, "PENDING", "delete");
	bool pending = pve_conf_get(c, "PENDING", key) != NULL;

	if (!pve_option_known(key))
		return refuse(out, pg_strf("unknown option '%s'", key));
	pve_conf_set(c, "PENDING", key, NULL);
	if (!pve_conf_get(c, "", key)) {
		if (!pending)
			pve_say(out, PVE_WARN,
				"cannot delete '%s' - not set in current configuration!", key);
	} else if (vm->running) {
		char *all pg_autofree = pve_must(pg_strf("%s%s%s", old ? old : "", old ? "," : "",
							 key));

		pve_conf_set(c, "PENDING", "delete", all);
	} else {
		pve_conf_set(c, "", key, NULL);
	}
	return true;
}

/* A key that is set is no longer to be deleted. */
static void undelete(struct pve_conf *c, const char *key)
{
	const char *old = pve_conf_get(c, "PENDING", "delete");
	struct pg_strv all PG_CLEANUP(pg_strv_done) = { 0 }, left PG_CLEANUP(pg_strv_done) = { 0 };
	char *text pg_autofree = NULL;

	if (!old)
		return;
	if (pg_strv_split(old, ",; ", &all) < 0)
		abort();
	for (size_t i = 0; i < all.n; i++)
		if (strcmp(all.v[i] + (all.v[i][0] == '!'), key) != 0 &&
		    pg_strv_add(&left, all.v[i]) < 0)
			abort();
	text = left.n ? pve_must(pg_strv_join(&left, ",")) : NULL;
	pve_conf_set(c, "PENDING", "delete", text);
}

static bool set_option(const struct pve_node *node, struct pve_vm *vm, struct pve_conf *c,
		       const char *key, const char *value, struct pve_out *out)
{
	struct pg_strv gone PG_CLEANUP(pg_strv_done) = { 0 };
	bool good = true;

	if (strcmp(key, "digest") == 0)
		return true;
	if (strcmp(key, "delete") != 0) {
		undelete(c, key);
		return set_one(node, vm, c, key, value, out);
	}
	if (pg_strv_split(value, ",; ", &gone) < 0)
		abort();
	for (size_t i = 0; good && i < gone.n; i++)
		good = delete_one(vm, c, gone.v[i], out);
	return good;
}

static bool qm_set(const struct pve_node *node, struct pve_vm *vm, const struct pg_strv *argv,
		   struct pve_out *out)
{
	struct pve_conf c PG_CLEANUP(pve_conf_done) = { 0 };
	const char *lock;
	bool good = true;

	pve_conf_read(vm->conf, &c, out);
	lock = pve_conf_get(&c, "", "lock");
	if (lock)
		return refuse(out, pg_strf("VM is locked (%s)", lock));
	for (size_t i = 3; good && i < argv->n; i += 2) {
		const char *key = argv->v[i] + strspn(argv->v[i], "-");

		if (key == argv->v[i])
			return refuse(out, pg_strf("too many arguments: '%s'", key));
		if (i + 1 == argv->n)
			return refuse(out, pg_strf("Option %s requires an argument", key));
		good = set_option(node, vm, &c, key, argv->v[i + 1], out);
	}
	if (good) {
		free(vm->conf);
		vm->conf = pve_conf_write(&c);
	}
	return good;
}

/* Does the VM have a hostpci: a raw one, or any? */
static const char *has_hostpci(const struct pve_conf *c, bool raw)
{
	for (size_t i = 0; i < c->n; i++) {
		struct pve_props p PG_CLEANUP(pve_props_done) = { 0 };
		char *why pg_autofree = NULL;

		if (*c->v[i].section || !pg_text_starts(c->v[i].key, "hostpci"))
			continue;
		why = pve_props_parse("hostpci", c->v[i].value, &p);
		if (!raw || pve_props_get(&p, "host"))
			return c->v[i].key;
	}
	return NULL;
}

static bool qm_other(struct pve_vm *vm, const struct pg_strv *argv, struct pve_out *out)
{
	struct pve_conf c PG_CLEANUP(pve_conf_done) = { 0 };
	const char *key;

	pve_conf_read(vm->conf, &c, out);
	if (strcmp(argv->v[1], "migrate") == 0) {
		key = has_hostpci(&c, true);
		if (!key || pg_strv_has(argv, "--force"))
			return true;
		return refuse(out, pg_strf("can't migrate VM which uses local devices: %s", key));
	}
	if (strcmp(argv->v[1], "suspend") == 0) {
		if (!pg_strv_has(argv, "--todisk") || !has_hostpci(&c, false))
			return true;
		return refuse(out, pg_strf("cannot suspend VM to disk due to passed-through PCI "
					   "device(s)"));
	}
	return refuse(out, pg_strf("no such command 'qm %s'", argv->v[1]));
}

bool pve_command(struct pve_node *node, struct pve_vm *vm, const struct pg_strv *argv,
		 struct pve_out *out)
{
	uint64_t vmid = 0;

	if (argv->n < 3)
		return refuse(out, pg_strf("not enough arguments"));
	if (strcmp(argv->v[0], "pvesh") == 0)
		return pve_pvesh(node, argv, out);
	if (strcmp(argv->v[0], "qm") != 0)
		return refuse(out, pg_strf("no such command '%s'", argv->v[0]));
	if (pg_text_number(argv->v[2], 10, 999999999, &vmid) < 0 || vmid != vm->vmid)
		return refuse(out, pg_strf("Configuration file 'nodes/%s/qemu-server/%s.conf' does "
					   "not exist", node->name, argv->v[2]));
	return strcmp(argv->v[1], "set") == 0 ? qm_set(node, vm, argv, out) :
						qm_other(vm, argv, out);
}
