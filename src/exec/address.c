/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the node is reached, as ip(8) tells it in JSON. */
#include <errno.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/proc.h"
#include "src/base/text.h"
#include "src/exec/trial.h"

#define IP_TIMEOUT 10

/* What `ip -json …` says; *ret is NULL where it says nothing that can be read. */
static int ask_ip(const struct pg_run *run, const char *arguments, struct pg_jval **ret)
{
	const struct pg_proc_opts opts = { .path = run->opts->path, .timeout_s = IP_TIMEOUT,
					   .split_stderr = true };
	struct pg_proc_result result = { 0 };
	struct pg_strv argv PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_strv_split(arguments, " ", &argv);

	if (r < 0)
		return r;
	r = pg_proc_run(argv.v, &opts, &result, NULL);
	if (r == 0 && result.status == 0)
		r = pg_json_parse(result.output.p ? result.output.p : "", result.output.n, ret);
	pg_proc_result_done(&result);
	return r == -ENOMEM ? r : 0;
}

/* Tunnels have no state of their own (RFC 2863 operational status, "unknown"). */
static bool is_up(const struct pg_jval *link)
{
	const char *state = pg_jval_get_str(link, "operstate");
	const struct pg_jval *flags = pg_jval_get(link, "flags");

	if (state && strcmp(state, "UP") == 0)
		return true;
	for (size_t i = 0; state && strcmp(state, "UNKNOWN") == 0 && i < pg_jval_length(flags); i++) {
		const char *flag = pg_jval_str(pg_jval_at(flags, i));

		if (flag && strcmp(flag, "LOWER_UP") == 0)
			return true;
	}
	return false;
}

static bool is_loopback(const struct pg_jval *link)
{
	const struct pg_jval *flags = pg_jval_get(link, "flags");

	for (size_t i = 0; i < pg_jval_length(flags); i++) {
		const char *flag = pg_jval_str(pg_jval_at(flags, i));

		if (flag && strcmp(flag, "LOOPBACK") == 0)
			return true;
	}
	return false;
}

/* One that may be another after the reboot: link-local, or made up by the kernel from what
 * the router says. */
static bool is_lasting(const struct pg_jval *addr)
{
	const char *scope = pg_jval_get_str(addr, "scope");
	const char *family = pg_jval_get_str(addr, "family");

	if (!scope || strcmp(scope, "global") != 0)
		return false;
	return !family || strcmp(family, "inet6") != 0 ||
	       !pg_jval_get_bool(addr, "dynamic", false);
}

/* The interfaces of the default routes. */
static int default_links(const struct pg_run *run, const char *command, struct pg_strv *ret)
{
	struct pg_jval *routes PG_CLEANUP(pg_jval_freep) = NULL;
	int r = ask_ip(run, command, &routes);

	for (size_t i = 0; r == 0 && i < pg_jval_length(routes); i++) {
		const char *dev = pg_jval_get_str(pg_jval_at(routes, i), "dev");

		if (dev && !pg_strv_has(ret, dev))
			r = pg_strv_add(ret, dev);
	}
	return r;
}

/* "CLIENT PORT SERVER PORT" (sshd(8)): the third. */
static int ssh_address(char **ret)
{
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	const char *s = getenv("SSH_CONNECTION");
	int r = s ? pg_strv_split(s, " ", &words) : 0;

	if (r < 0)
		return r;
	*ret = strdup(words.n == 4 ? words.v[2] : "");
	return *ret ? 0 : -ENOMEM;
}

static int take_link(const struct pg_jval *link, const struct pg_strv *links, const char *ssh,
		     struct pg_strv *ret)
{
	const struct pg_jval *addrs = pg_jval_get(link, "addr_info");
	const char *name = pg_jval_get_str(link, "ifname");
	bool wanted = name && pg_strv_has(links, name);
	int r = 0;

	if (!is_up(link) || is_loopback(link))
		return 0;
	for (size_t i = 0; r == 0 && i < pg_jval_length(addrs); i++) {
		const struct pg_jval *addr = pg_jval_at(addrs, i);
		const char *local = pg_jval_get_str(addr, "local");

		if (local && !pg_strv_has(ret, local) &&
		    ((wanted && is_lasting(addr)) || strcmp(local, ssh) == 0))
			r = pg_strv_add(ret, local);
	}
	return r;
}

int pg_addresses_managing(const struct pg_run *run, struct pg_strv *ret)
{
	struct pg_jval *all PG_CLEANUP(pg_jval_freep) = NULL;
	struct pg_strv links PG_CLEANUP(pg_strv_done) = { 0 };
	pg_autofree char *ssh = NULL;
	int r = run->commands ? ask_ip(run, "ip -json address show", &all) : 0;

	if (r < 0 || !all)
		return r;
	r = default_links(run, "ip -json route show default", &links);
	if (r == 0)
		r = default_links(run, "ip -6 -json route show default", &links);
	if (r == 0)
		r = ssh_address(&ssh);
	for (size_t i = 0; r == 0 && i < pg_jval_length(all); i++)
		r = take_link(pg_jval_at(all, i), &links, ssh, ret);
	return r;
}

static bool has_address(const struct pg_jval *all, const char *address)
{
	for (size_t i = 0; i < pg_jval_length(all); i++) {
		const struct pg_jval *link = pg_jval_at(all, i);
		const struct pg_jval *addrs = pg_jval_get(link, "addr_info");

		for (size_t k = 0; is_up(link) && k < pg_jval_length(addrs); k++) {
			const char *local = pg_jval_get_str(pg_jval_at(addrs, k), "local");

			if (local && strcmp(local, address) == 0)
				return true;
		}
	}
	return false;
}

enum pg_tri pg_addresses_are_up(const struct pg_run *run, const struct pg_strv *address)
{
	struct pg_jval *all PG_CLEANUP(pg_jval_freep) = NULL;

	if (!address->n)
		return PG_YES;
	if (!run->commands || ask_ip(run, "ip -json address show", &all) < 0 || !all)
		return PG_UNKNOWN;
	for (size_t i = 0; i < address->n; i++)
		if (!has_address(all, address->v[i]))
			return PG_NO;
	return PG_YES;
}
