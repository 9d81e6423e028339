/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/usage.h"

#include <errno.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"

#define NET	   "/sys/class/net"
#define INTERFACES "/etc/network/interfaces"
#define EDGES_MAX  65536

struct net {
	const struct pg_root *root;
	struct pg_facts *facts;
	struct pg_links links;
	struct pg_ifaces conf;
	struct pg_strv routes; /* interfaces with a default route */
	bool routes_known;
	struct pg_ways ways;
};

static void net_done(struct net *n)
{
	pg_links_done(&n->links);
	pg_ifaces_done(&n->conf);
	pg_strv_done(&n->routes);
	pg_ways_done(&n->ways);
}

/* ---- what stands on what ---- */

static int add_edge(struct net *n, const char *lower, const char *upper)
{
	struct pg_edge *e;

	if (n->links.n_edge >= EDGES_MAX || strcmp(lower, upper) == 0)
		return 0;
	e = pg_vec_add(&n->links.edge, &n->links.n_edge, sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->lower = strdup(lower);
	e->upper = strdup(upper);
	return e->lower && e->upper ? 0 : -ENOMEM;
}

static int edge_to_master(struct net *n, const char *name)
{
	pg_autofree char *link = pg_strf(NET "/%s/master", name);
	pg_autofree char *master = NULL;
	int r = link ? pg_root_readlink_name(n->root, link, &master) : -ENOMEM;

	return r == 0 ? add_edge(n, name, master) : r;
}

/* Ports of a bridge, where the tree has no links to them. */
static int edges_of_bridge(struct net *n, const char *name)
{
	pg_autofree char *dir = pg_strf(NET "/%s/brif", name);
	struct pg_strv ports PG_CLEANUP(pg_strv_done) = { 0 };
	int r;

	if (!dir)
		return -ENOMEM;
	r = pg_root_list(n->root, dir, &ports);
	for (size_t i = 0; r == 0 && i < ports.n; i++)
		r = add_edge(n, ports.v[i], name);
	return r == -ENOMEM ? r : 0;
}

static int edges_of_bond(struct net *n, const char *name)
{
	pg_autofree char *path = pg_strf(NET "/%s/bonding/slaves", name);
	pg_autofree char *slaves = NULL;
	struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
	int r;

	if (!path)
		return -ENOMEM;
	r = pg_root_read_attr(n->root, path, &slaves);
	if (r == 0)
		r = pg_strv_split(slaves, " ", &words);
	for (size_t i = 0; r == 0 && i < words.n; i++)
		r = add_edge(n, words.v[i], name);
	return r == -ENOMEM ? r : 0;
}

/* /proc/net/vlan/config: "vmbr0.100      | 100  | vmbr0" */
static int edges_of_vlans(struct net *n)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t pos = 0, len, full;
	const char *line;
	int r = pg_usage_read(n->root, n->facts, "/proc/net/vlan/config", &text);

	while (r == 0 && pg_text_line(text.p, text.n, &pos, &line, &len, &full)) {
		struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
		pg_autofree char *copy = strndup(line, len);

		r = copy ? pg_strv_split(copy, " \t|", &words) : -ENOMEM;
		if (r == 0 && words.n == 3)
			r = add_edge(n, words.v[2], words.v[0]);
	}
	return r;
}

/* A name with a dot, for a tree that has neither links nor /proc/net/vlan: eth0.100 */
static int edge_of_name(struct net *n, const char *name)
{
	const char *dot = strrchr(name, '.');
	pg_autofree char *lower = dot ? strndup(name, (size_t)(dot - name)) : NULL;

	if (!dot)
		return 0;
	if (!lower)
		return -ENOMEM;
	return pg_strv_has(&n->links.names, lower) ? add_edge(n, lower, name) : 0;
}

static bool is_ovs_internal(const struct net *n, const char *name)
{
	const struct pg_iface *f = pg_ifaces_find(&n->conf, name);

	return f && f->ovs_internal;
}

/* An internal port is among the ports of an Open vSwitch bridge, and stands on it. */
static int edges_of_conf(struct net *n)
{
	int r = 0;

	for (size_t i = 0; i < n->conf.n; i++) {
		const struct pg_iface *f = &n->conf.v[i];

		for (size_t k = 0; r == 0 && k < f->below.n; k++)
			r = is_ovs_internal(n, f->below.v[k]) ?
				    add_edge(n, f->name, f->below.v[k]) :
				    add_edge(n, f->below.v[k], f->name);
		if (r == 0 && f->ovs_internal && f->ovs_bridge)
			r = add_edge(n, f->ovs_bridge, f->name);
	}
	return r;
}

/* What it hangs on: of its link in the class, since its device is on the way there; of `device` where a
 * tree has a folder instead. */
static int read_place(struct net *n, const char *name, struct pg_port *port)
{
	pg_autofree char *dir = pg_strf(NET "/%s", name), *device = pg_strf(NET "/%s/device", name);
	pg_autofree char *way = NULL;
	int r = dir && device ? pg_root_readlink(n->root, dir, &way) : -ENOMEM;

	if (r == 0)
		r = pg_devset_add_resolved(n->facts, way, &port->devs);
	if (r != -ENOMEM && !port->devs.n)
		r = pg_devset_add_path(n->root, n->facts, device, &port->devs);
	return r == -ENOMEM ? r : 0;
}

/* One entry of its folder: `master` (bridge, bond), upper_NAME and lower_NAME links (net/core/dev.c). */
static int read_entry(struct net *n, const char *name, const char *entry, struct pg_port *port)
{
	if (pg_text_starts(entry, "upper_"))
		return add_edge(n, name, entry + strlen("upper_"));
	if (pg_text_starts(entry, "lower_"))
		return add_edge(n, entry + strlen("lower_"), name);
	if (strcmp(entry, "master") == 0)
		return edge_to_master(n, name);
	if (strcmp(entry, "brif") == 0)
		return edges_of_bridge(n, name);
	port->bond |= strcmp(entry, "bonding") == 0;
	port->card |= strcmp(entry, "device") == 0;
	return 0;
}

/* Nothing is asked for that its folder does not have. */
static int read_port(struct net *n, const char *name, struct pg_port *port)
{
	pg_autofree char *dir = pg_strf(NET "/%s", name);
	struct pg_strv entries PG_CLEANUP(pg_strv_done) = { 0 };
	int r = dir ? pg_root_list(n->root, dir, &entries) : -ENOMEM;

	for (size_t i = 0; r != -ENOMEM && i < entries.n; i++)
		r = read_entry(n, name, entries.v[i], port);
	if (r != -ENOMEM && port->bond)
		r = edges_of_bond(n, name);
	if (r != -ENOMEM && port->card)
		r = read_place(n, name, port);
	return r == -ENOMEM ? r : edge_of_name(n, name);
}

static int read_edges(struct net *n)
{
	int r = edges_of_vlans(n);

	n->links.port = calloc(n->links.names.n + 1, sizeof(*n->links.port));
	if (!n->links.port)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < n->links.names.n; i++)
		r = read_port(n, n->links.names.v[i], &n->links.port[i]);
	return r < 0 ? r : edges_of_conf(n);
}

/* ---- routes and addresses ---- */

/* RTF_UP without RTF_REJECT (linux/route.h) */
static bool route_usable(const char *flags)
{
	uint64_t f;

	return pg_text_number(flags, 16, UINT32_MAX, &f) == 0 && f & 1 && !(f & 0x200);
}

/* /proc/net/route: interface, destination, gateway, flags, …, mask as eighth */
static const char *default_ipv4(const struct pg_strv *w)
{
	return w->n >= 8 && strcmp(w->v[1], "00000000") == 0 &&
			       strcmp(w->v[7], "00000000") == 0 && route_usable(w->v[3])
		       ? w->v[0]
		       : NULL;
}

/* /proc/net/ipv6_route: destination, its length, …, flags as ninth, interface */
static const char *default_ipv6(const struct pg_strv *w)
{
	return w->n >= 10 && strspn(w->v[0], "0") == 32 && strcmp(w->v[1], "00") == 0 &&
			       route_usable(w->v[8]) && strcmp(w->v[9], "lo") != 0
		       ? w->v[9]
		       : NULL;
}

static int read_routes(struct net *n, const char *path,
		       const char *(*pick)(const struct pg_strv *words))
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t pos = 0, len, full;
	const char *line;
	int r = pg_usage_read(n->root, n->facts, path, &text);

	n->routes_known |= text.n > 0;
	while (r == 0 && pg_text_line(text.p, text.n, &pos, &line, &len, &full)) {
		struct pg_strv words PG_CLEANUP(pg_strv_done) = { 0 };
		pg_autofree char *copy = strndup(line, len);
		const char *name;

		r = copy ? pg_strv_split(copy, " \t", &words) : -ENOMEM;
		name = r == 0 ? pick(&words) : NULL;
		if (name && !pg_strv_has(&n->routes, name))
			r = pg_strv_add(&n->routes, name);
	}
	return r;
}

static int read_conf_file(struct net *n, const char *path)
{
	struct pg_bytes text PG_CLEANUP(pg_bytes_done) = { 0 };
	int r = pg_usage_read(n->root, n->facts, path, &text);

	return r < 0 ? r : pg_ifaces_parse(&text, &n->conf);
}

static int read_conf(struct net *n)
{
	struct pg_strv names PG_CLEANUP(pg_strv_done) = { 0 };
	int r = read_conf_file(n, INTERFACES);

	if (r < 0)
		return r;
	r = pg_root_list(n->root, INTERFACES ".d", &names);
	if (r < 0)
		return pg_note_unread(n->facts, INTERFACES ".d", r);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		pg_autofree char *path = pg_strf(INTERFACES ".d/%s", names.v[i]);

		r = path ? read_conf_file(n, path) : -ENOMEM;
	}
	return r;
}

/* The kernel's routes, and the gateways of the file: a network of a VRF, or one with rules of its
 * own, has its default route in a table that /proc/net/route does not show. */
static bool has_default_route(const struct net *n, const char *name)
{
	const struct pg_iface *f = pg_ifaces_find(&n->conf, name);

	return pg_strv_has(&n->routes, name) || (f && f->gateway);
}

static bool any_default_route(const struct net *n)
{
	bool any = n->routes.n > 0;

	for (size_t i = 0; !n->routes_known && i < n->conf.n; i++)
		any |= n->conf.v[i].gateway;
	return any;
}

/* ---- words ---- */

/* The interface and all that stands on it, lowest first. */
static int closure(const struct net *n, const char *name, struct pg_strv *ret)
{
	int r = pg_strv_add(ret, name);

	for (size_t i = 0; r == 0 && i < ret->n; i++) {
		for (size_t k = 0; r == 0 && k < n->links.n_edge; k++) {
			if (strcmp(n->links.edge[k].lower, ret->v[i]) == 0 &&
			    !pg_strv_has(ret, n->links.edge[k].upper))
				r = pg_strv_add(ret, n->links.edge[k].upper);
		}
	}
	return r;
}

static int use_address(struct net *n, const struct pg_devset *devs, const char *name,
		       bool *used)
{
	const struct pg_iface *f = pg_ifaces_find(&n->conf, name);
	bool route = has_default_route(n, name);
	bool addresses = f && f->addresses.n;
	pg_autofree char *list = NULL;
	char *detail;

	if (!route && !addresses)
		return 0;
	*used = true;
	list = addresses ? pg_strv_join(&f->addresses, " ") : strdup("");
	detail = list ? pg_strf("%s%s%s%s", name, *list ? " " : "", list,
				route ? _(", default route") : "")
		      : NULL;
	return pg_devset_use(n->facts, devs, PG_USE_NETWORK, detail,
			     route || !any_default_route(n), pg_links_support(&n->links, name));
}

static int read_ways(struct net *n, struct pg_bytes *mounts)
{
	int r = pg_ways_collect(n->root, n->facts, mounts, &n->ways);

	for (size_t i = 0; r == 0 && i < n->ways.n; i++)
		r = pg_ifaces_of_address(n->root, n->facts, &n->conf, n->ways.v[i].address,
					 &n->ways.v[i].ifaces);
	return r;
}

/* Sessions and links of the cluster that come in by the interface. */
static int use_ways(struct net *n, const struct pg_devset *devs, const char *name, bool *used)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n->ways.n; i++) {
		if (!pg_strv_has(&n->ways.v[i].ifaces, name))
			continue;
		*used = true;
		r = pg_devset_use(n->facts, devs, PG_USE_NETWORK,
				  pg_strf("%s, %s", name, n->ways.v[i].words), true,
				  n->ways.v[i].cluster ? n->links.cluster : pg_links_support(&n->links, name));
	}
	return r;
}

/* Carries no address: named by what stands on it (a bridge for VMs), or by itself. */
static int use_bare(struct net *n, const struct pg_devset *devs,
		    const struct pg_strv *above)
{
	const char *top = above->v[above->n - 1];
	pg_autofree char *path = pg_strf(NET "/%s/operstate", above->v[0]);
	pg_autofree char *state = NULL;

	if (!path)
		return -ENOMEM;
	if (above->n > 1)
		return pg_devset_use(n->facts, devs, PG_USE_NETWORK, strdup(top), false,
				     pg_links_support(&n->links, top));
	if (pg_root_read_attr(n->root, path, &state) < 0 || strcmp(state, "up") != 0)
		return 0;
	return pg_devset_use(n->facts, devs, PG_USE_NETWORK,
			     pg_strf(_("%s, link is up"), top), false, pg_links_support(&n->links, top));
}

static int use_iface(struct net *n, const char *name, const struct pg_devset *devs)
{
	struct pg_strv above PG_CLEANUP(pg_strv_done) = { 0 };
	bool used = false;
	int r = devs->n ? closure(n, name, &above) : 0;

	for (size_t i = 0; r == 0 && i < above.n; i++) {
		r = use_address(n, devs, above.v[i], &used);
		if (r == 0)
			r = use_ways(n, devs, above.v[i], &used);
	}
	if (r < 0 || used || !devs->n)
		return r;
	return use_bare(n, devs, &above);
}

/* ---- a default route that no card is known of ---- */

/* Does a card hang below the interface, or is it one (of a bus other than PCI too)? */
static bool stands_on_card(const struct net *n, const char *name)
{
	bool any = false;

	for (size_t i = 0; !any && i < n->links.names.n; i++) {
		struct pg_strv above PG_CLEANUP(pg_strv_done) = { 0 };

		any = n->links.port[i].card && closure(n, n->links.names.v[i], &above) == 0 &&
		      pg_strv_has(&above, name);
	}
	return any;
}

/* PPPoE, or a tunnel with all traffic: the kernel does not show what it goes over. */
static int note_routes(struct net *n)
{
	for (size_t i = 0; i < n->routes.n; i++)
		if (stands_on_card(n, n->routes.v[i]))
			return 0;
	return !n->routes.n ? 0 :
		pg_strv_addf(&n->facts->unread_net,
			     _("default route by %s: which card it goes over is not known"),
			     n->routes.v[0]);
}

int pg_usage_net(const struct pg_root *root, struct pg_facts *facts, struct pg_bytes *mounts)
{
	struct net n PG_CLEANUP(net_done) = { .root = root, .facts = facts };
	int r = pg_root_list(root, NET, &n.links.names);

	if (r < 0)
		return pg_note_unread(facts, NET, r);
	r = read_conf(&n);
	if (r == 0)
		r = read_edges(&n);
	if (r == 0)
		r = read_routes(&n, "/proc/net/route", default_ipv4);
	if (r == 0)
		r = read_routes(&n, "/proc/net/ipv6_route", default_ipv6);
	if (r == 0)
		r = read_ways(&n, mounts);
	if (r == 0)
		r = pg_net_support(root, facts, &n.links, &n.ways);
	if (r == 0 && !n.routes_known && !n.conf.n)
		r = pg_strv_add(&facts->unread_net, _("/proc/net/route: it is not there"));
	if (r == 0)
		r = note_routes(&n);
	for (size_t i = 0; r == 0 && i < n.links.names.n; i++)
		r = use_iface(&n, n.links.names.v[i], &n.links.port[i].devs);
	return r;
}
