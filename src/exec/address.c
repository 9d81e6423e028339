/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the node is reached, as ip(8) tells it in JSON. */
#include <errno.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/proc.h"
#include "src/base/text.h"
#include "src/exec/trial.h"

#define IP_TIMEOUT 10
#define ADDRESSES "ip -json -details address show"

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

static bool has_flag(const struct pg_jval *link, const char *wanted)
{
	const struct pg_jval *flags = pg_jval_get(link, "flags");

	for (size_t i = 0; i < pg_jval_length(flags); i++) {
		const char *flag = pg_jval_str(pg_jval_at(flags, i));

		if (flag && strcmp(flag, wanted) == 0)
			return true;
	}
	return false;
}

static bool is_up(const struct pg_jval *link)
{
	const char *state = pg_jval_get_str(link, "operstate");

	if (!state)
		return false;
	/* Tunnels have no state of their own (RFC 2863). */
	return strcmp(state, "UP") == 0 ||
	       (strcmp(state, "UNKNOWN") == 0 && has_flag(link, "LOWER_UP"));
}

static bool is_kind(const struct pg_jval *link, const char *kind)
{
	const char *is = pg_jval_get_str(pg_jval_get(link, "linkinfo"), "info_kind");

	return is && strcmp(is, kind) == 0;
}

/* A bridge is up as soon as a VM is plugged into it: what leads out of the node counts. */
static bool is_way_out(const struct pg_jval *all, const struct pg_jval *link)
{
	const char *name = pg_jval_get_str(link, "ifname");

	if (!is_up(link) || has_flag(link, "LOOPBACK"))
		return false;
	if (!name || !is_kind(link, "bridge"))
		return true;
	for (size_t i = 0; i < pg_jval_length(all); i++) {
		const struct pg_jval *port = pg_jval_at(all, i);
		const char *master = pg_jval_get_str(port, "master");

		if (master && strcmp(master, name) == 0 && is_up(port) &&
		    !is_kind(port, "tun") && !is_kind(port, "veth"))
			return true;
	}
	return false;
}

static bool is_inet6(const struct pg_jval *addr)
{
	const char *family = pg_jval_get_str(addr, "family");

	return family && strcmp(family, "inet6") == 0;
}

/* One that this node alone has and keeps: not link-local, not on lease, and not one that
 * moves from node to node (keepalived's have no network of their own). */
static bool is_lasting(const struct pg_jval *addr)
{
	const char *scope = pg_jval_get_str(addr, "scope");

	return scope && strcmp(scope, "global") == 0 &&
	       !pg_jval_get_bool(addr, "dynamic", false) &&
	       pg_jval_get_int(addr, "prefixlen", 0) < (is_inet6(addr) ? 128 : 32);
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

struct managing {
	const struct pg_jval *all;
	struct pg_strv links;		/* of the default routes */
	char *ssh;			/* by which this session came; "": none */
	struct pg_strv lasting;		/* on those links */
	bool by_ssh;			/* the session's is such a one, on whatever link */
};

static int take_link(struct managing *m, const struct pg_jval *link)
{
	const struct pg_jval *addrs = pg_jval_get(link, "addr_info");
	const char *name = pg_jval_get_str(link, "ifname");
	bool wanted = name && pg_strv_has(&m->links, name);
	int r = 0;

	if (!is_way_out(m->all, link))
		return 0;
	for (size_t i = 0; r == 0 && i < pg_jval_length(addrs); i++) {
		const struct pg_jval *addr = pg_jval_at(addrs, i);
		const char *local = pg_jval_get_str(addr, "local");

		if (!local || !is_lasting(addr))
			continue;
		m->by_ssh |= strcmp(local, m->ssh) == 0;
		if (wanted && !pg_strv_has(&m->lasting, local))
			r = pg_strv_add(&m->lasting, local);
	}
	return r;
}

static void managing_done(struct managing *m)
{
	pg_strv_done(&m->links);
	pg_strv_done(&m->lasting);
	free(m->ssh);
}

int pg_addresses_managing(const struct pg_run *run, struct pg_strv *ret)
{
	struct pg_jval *all PG_CLEANUP(pg_jval_freep) = NULL;
	struct managing m PG_CLEANUP(managing_done) = { 0 };
	int r = run->commands ? ask_ip(run, ADDRESSES, &all) : 0;

	if (r < 0 || !all)
		return r;
	m.all = all;
	r = default_links(run, "ip -json route show default", &m.links);
	if (r == 0)
		r = default_links(run, "ip -6 -json route show default", &m.links);
	if (r == 0)
		r = ssh_address(&m.ssh);
	for (size_t i = 0; r == 0 && i < pg_jval_length(all); i++)
		r = take_link(&m, pg_jval_at(all, i));
	if (r == 0 && m.by_ssh)
		return pg_strv_add(ret, m.ssh);
	if (r == 0) {
		*ret = m.lasting;
		m.lasting = (struct pg_strv){ 0 };
	}
	return r;
}

static bool has_address(const struct pg_jval *all, const char *address)
{
	for (size_t i = 0; i < pg_jval_length(all); i++) {
		const struct pg_jval *link = pg_jval_at(all, i);
		const struct pg_jval *addrs = pg_jval_get(link, "addr_info");

		for (size_t k = 0; is_way_out(all, link) && k < pg_jval_length(addrs); k++) {
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
	bool wanted[2] = { false }, found[2] = { false };

	if (!address->n)
		return PG_YES;
	if (!run->commands || ask_ip(run, ADDRESSES, &all) < 0 || !all)
		return PG_UNKNOWN;
	for (size_t i = 0; i < address->n; i++) {
		bool six = strchr(address->v[i], ':');

		wanted[six] = true;
		found[six] |= has_address(all, address->v[i]);
	}
	return wanted[0] <= found[0] && wanted[1] <= found[1] ? PG_YES : PG_NO;
}
