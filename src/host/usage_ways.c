/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The node's addresses that matter to somebody now: those that sessions came in by, and those
 * of the cluster's links. Which interface has them is for usage_net.c to say. */
#include "src/host/usage.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/host/corosync.h"

#define SSHD_CONFIG "/etc/ssh/sshd_config"
#define WAYS_MAX 256
#define HOSTS "/etc/hosts"
#define ISCSI "/sys/class/iscsi_connection"

void pg_ways_done(struct pg_ways *all)
{
	for (size_t i = 0; i < all->n; i++) {
		free(all->v[i].address);
		free(all->v[i].words);
		pg_strv_done(&all->v[i].ifaces);
	}
	free(all->v);
	*all = (struct pg_ways){ 0 };
}

/* Takes `words` over. The second of the same kind at an address is no news. */
static int add_way(struct pg_ways *all, const char *address, const char *kind, char *words)
{
	struct pg_way *way = NULL;
	bool known = all->n >= WAYS_MAX;

	for (size_t i = 0; !known && i < all->n; i++)
		known = strcmp(all->v[i].address, address) == 0 && all->v[i].kind == kind;
	if (words && !known)
		way = pg_vec_add(&all->v, &all->n, sizeof(*way));
	if (!way) {
		free(words);
		return words && known ? 0 : -ENOMEM;
	}
	*way = (struct pg_way){ .address = strdup(address), .words = words, .kind = kind };
	return way->address ? 0 : -ENOMEM;
}

/* Calls `line` with the words of each line. */
static int each_of(const struct pg_bytes *text, const char *sep,
		   int (*line)(const struct pg_strv *words, void *ctx), void *ctx)
{
	size_t pos = 0, len, full;
	const char *at;
	int r = 0;

	while (r == 0 && pg_text_line(text->p, text->n, &pos, &at, &len, &full)) {
		struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
		pg_autofree char *copy = strndup(at, len);

		r = copy ? pg_strv_split(copy, sep, &words) : -ENOMEM;
		if (r == 0 && words.n)
			r = line(&words, ctx);
	}
	return r;
}

/* The same of a file that may be missing. */
static int each_line(const struct pg_root *root, struct pg_facts *facts, const char *path,
		     const char *sep, int (*line)(const struct pg_strv *words, void *ctx),
		     void *ctx)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = pg_usage_read(root, facts, path, &text);

	return r < 0 ? r : each_of(&text, sep, line, ctx);
}

/* ---- sessions: /proc/net/tcp and tcp6 ---- */

struct sessions {
	struct pg_ways *ways;
	struct pg_strv ssh;	/* ports of sshd, four hexadecimal digits as the kernel's */
};

static int read_port(const struct pg_strv *w, void *ctx)
{
	struct sessions *s = ctx;
	uint64_t port;

	if (w->n < 2 || strcasecmp(w->v[0], "port") != 0 ||
	    pg_text_number(w->v[1], 10, UINT16_MAX, &port) < 0)
		return 0;
	return pg_strv_addf(&s->ssh, "%04X", (unsigned)port);
}

static int read_ports(const struct pg_root *root, struct pg_facts *facts, struct sessions *s)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = each_line(root, facts, SSHD_CONFIG, " \t=", read_port, s);

	if (r == 0 && pg_root_list(root, SSHD_CONFIG ".d", &names) == -ENOMEM)
		r = -ENOMEM;
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		pg_autofree char *path = pg_strf(SSHD_CONFIG ".d/%s", names.v[i]);

		r = path ? each_line(root, facts, path, " \t=", read_port, s) : -ENOMEM;
	}
	return r < 0 || s->ssh.n ? r : pg_strv_add(&s->ssh, "0016");
}

/* "0100007F" or four such words: each in the order of the machine's bytes
 * (net/ipv4/tcp_ipv4.c get_tcp4_sock). An IPv4 address in IPv6's clothes is one. */
static bool read_address(const char *hex, char ret[INET6_ADDRSTRLEN])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	size_t n = strspn(hex, "0123456789abcdefABCDEF") / 8;
	uint8_t bytes[16];

	if (hex[n * 8] != ':' || (n != 1 && n != 4))
		return false;
	for (size_t i = 0; i < n; i++) {
		char word[9] = "";
		uint64_t value;
		uint32_t v32;

		memcpy(word, hex + i * 8, 8);
		if (pg_text_number(word, 16, UINT32_MAX, &value) < 0)
			return false;
		v32 = (uint32_t)value;
		memcpy(bytes + i * 4, &v32, 4);
	}
	if (n == 4 && memcmp(bytes, mapped, sizeof(mapped)) == 0)
		return inet_ntop(AF_INET, bytes + 12, ret, INET6_ADDRSTRLEN);
	return inet_ntop(n == 1 ? AF_INET : AF_INET6, bytes, ret, INET6_ADDRSTRLEN);
}

static const char *service(const struct sessions *s, const char *local)
{
	const char *port = strchr(local, ':');

	if (port && pg_strv_has(&s->ssh, port + 1))
		return _("SSH session");
	return port && strcmp(port + 1, "1F46") == 0 ? _("web session") : NULL; /* 8006, pveproxy */
}

/* "0: LOCAL:PORT REMOTE:PORT 01 …": 01 is established. */
static int read_session(const struct pg_strv *w, void *ctx)
{
	char local[INET6_ADDRSTRLEN], remote[INET6_ADDRSTRLEN];
	struct sessions *s = ctx;
	const char *kind = w->n > 3 && strcmp(w->v[3], "01") == 0 ? service(s, w->v[1]) : NULL;

	if (!kind || !read_address(w->v[1], local) || !read_address(w->v[2], remote) ||
	    pg_text_starts(local, "127.") || strcmp(local, "::1") == 0 ||
	    strcmp(local, remote) == 0)
		return 0;
	return add_way(s->ways, local, kind, pg_strf(_("%s from %s"), kind, remote));
}

static int read_table(const struct pg_root *root, struct pg_facts *facts, const char *path,
		      struct sessions *s)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = pg_root_read_table(root, path, PG_ROOT_MAX, &text);

	return r < 0 ? pg_note_unread(facts, path, r) : each_of(&text, " \t", read_session, s);
}

/* "TCP6: inuse 0": the kernel counts them (net/ipv4/proc.c, net/ipv6/proc.c). */
static int read_count(const struct pg_strv *w, void *ctx)
{
	const char **kind = ctx;

	if (*kind && w->n >= 3 && strcmp(w->v[0], *kind) == 0 && strcmp(w->v[2], "0") == 0)
		*kind = NULL;
	return 0;
}

/* A table is made by going through all sockets there could be, which takes longer than all else: not for none. */
static int sessions(const struct pg_root *root, struct pg_facts *facts, struct pg_ways *ret)
{
	static const struct {
		const char *count, *kind, *table;
	} families[] = {
		{ "/proc/net/sockstat", "TCP:", "/proc/net/tcp" },
		{ "/proc/net/sockstat6", "TCP6:", "/proc/net/tcp6" },
	};
	struct sessions s = { .ways = ret };
	int r = read_ports(root, facts, &s);

	for (size_t i = 0; r == 0 && i < PG_ARRAY_SIZE(families); i++) {
		const char *kind = families[i].kind;

		r = each_line(root, facts, families[i].count, " ", read_count, &kind);
		if (r == 0 && kind)
			r = read_table(root, facts, families[i].table, &s);
	}
	pg_strv_done(&s.ssh);
	return r;
}

/* ---- links of the cluster: corosync.conf(5) ---- */

/* A link may be named instead of numbered: /etc/hosts knows it. */
struct lookup {
	const char *name;
	char *address;
};

static int read_host(const struct pg_strv *w, void *ctx)
{
	struct lookup *l = ctx;

	for (size_t i = 1; !l->address && i < w->n && *w->v[0] != '#'; i++)
		if (strcmp(w->v[i], l->name) == 0) {
			l->address = strdup(w->v[0]);
			return l->address ? 0 : -ENOMEM;
		}
	return 0;
}

static bool is_address(const char *s)
{
	uint8_t bytes[16];

	return inet_pton(AF_INET, s, bytes) == 1 || inet_pton(AF_INET6, s, bytes) == 1;
}

/* A name that only DNS knows is not asked for: nothing here waits for a network. */
static int add_link(const struct pg_root *root, struct pg_facts *facts, const char *ring,
		    struct pg_ways *ret)
{
	static const char *const kinds[] = { "0", "1", "2", "3", "4", "5", "6", "7" };
	struct lookup l = { .name = ring + 1 };
	const char *address;
	size_t had = ret->n;
	int r = each_line(root, facts, HOSTS, " \t", read_host, &l);

	address = l.address ? l.address : l.name;
	if (r == 0 && !is_address(address))
		r = pg_strv_addf(&facts->unread_net,
				 _("corosync link %c (%s): which card has its address is not known"), *ring,
				 l.name);
	if (r == 0)
		r = add_way(ret, address, kinds[*ring - '0'],
			    pg_strf(_("corosync link %c (%s)"), *ring, l.name));
	for (size_t i = had; r == 0 && i < ret->n; i++)
		ret->v[i].cluster = true;
	free(l.address);
	return r;
}

static int read_corosync(const struct pg_root *root, struct pg_facts *facts, const char *path,
			 struct pg_corosync *ret)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = pg_usage_read(root, facts, path, &text);

	return r < 0 ? r : pg_corosync_parse(&text, ret);
}

static int cluster(const struct pg_root *root, struct pg_facts *facts, struct pg_ways *ret)
{
	struct pg_corosync conf PG_CLEANUP(pg_corosync_done) = { 0 };
	const char *own = facts->system.node;
	int r = read_corosync(root, facts, "/etc/corosync/corosync.conf", &conf);

	if (r == 0 && !conf.n)
		r = read_corosync(root, facts, "/etc/pve/corosync.conf", &conf);
	for (size_t i = 0; own && i < conf.n; i++)
		for (size_t k = 0; r == 0 && k < conf.v[i].links.n; k++)
			if (conf.v[i].name && strcmp(conf.v[i].name, own) == 0)
				r = add_link(root, facts, conf.v[i].links.v[k], ret);
	return r;
}

/* ---- disks over the network ---- */

/* "SERVER:/PATH / nfs4 rw,…,addr=10.9.0.5 0 0" */
static int read_net_root(const struct pg_strv *w, void *ctx)
{
	struct pg_strv options PG_CLEANUP(pg_strv_done) = { 0 };
	int r;

	if (w->n < 4 || strcmp(w->v[1], "/") != 0 || !pg_text_starts(w->v[2], "nfs"))
		return 0;
	r = pg_strv_split(w->v[3], ",", &options);
	for (size_t i = 0; r == 0 && i < options.n; i++)
		if (pg_text_starts(options.v[i], "addr="))
			r = add_way(ctx, options.v[i] + strlen("addr="), "root",
				    pg_strf(_("root file system of %s"), w->v[0]));
	return r;
}

/* A disk of iSCSI hangs on no card in /sys/devices. */
static int iscsi(const struct pg_root *root, struct pg_ways *ret)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = pg_root_list(root, ISCSI, &names);

	for (size_t i = 0; r == 0 && i < names.n; i++) {
		pg_autofree char *path = pg_strf(ISCSI "/%s/persistent_address", names.v[i]);
		pg_autofree char *address = NULL;

		r = path ? pg_root_read_attr(root, path, &address) : -ENOMEM;
		if (r == 0)
			r = add_way(ret, address, "iSCSI", pg_strf(_("iSCSI disks of %s"), address));
		else if (r != -ENOMEM)
			r = 0;
	}
	return r == -ENOMEM ? r : 0;
}

int pg_ways_collect(const struct pg_root *root, struct pg_facts *facts, struct pg_bytes *mounts,
		    struct pg_ways *ret)
{
	int r = sessions(root, facts, ret);

	if (r == 0)
		r = pg_usage_read(root, facts, "/proc/mounts", mounts);
	if (r == 0)
		r = each_of(mounts, " ", read_net_root, ret);
	if (r == 0)
		r = iscsi(root, ret);
	return r < 0 ? r : cluster(root, facts, ret);
}
