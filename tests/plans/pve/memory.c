/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The memory of a VM at its start: config() of PVE::QemuServer::Memory, then hugepages_topology(). */
#include "tests/plans/pve/pve.h"

#include <stdio.h>
#include <string.h>

#include "src/base/text.h"

struct memory {
	const struct pve_node *node;
	const struct pve_conf *conf;
	const char *huge;
	bool numa, hotplug;
	unsigned long all, start, sockets;
};

static bool is_there(const struct pve_node *node, unsigned long host)
{
	return !node->numa || host < node->numa;
}

/* hugepages_size() */
static char *size(const struct memory *m, unsigned long mib)
{
	bool small = !m->node->pages_known || m->node->pages_2m;
	bool large = !m->node->pages_known || m->node->pages_1g;

	if (!m->huge)
		return NULL;
	if (mib == 0 || mib & 1)
		return pg_strf("memory size '%lu' is not a positive even integer; cannot use for hugepages",
			       mib);
	if (!small && !large)
		return pg_strf("your system doesn't support hugepages");
	if (strcmp(m->huge, "any") == 0)
		return (large && mib % 1024 == 0) || small ? NULL :
			pg_strf("host only supports 1024 GB hugepages, but requested size '%lu' is not a "
				"multiple of 1024 MB", mib);
	if (strcmp(m->huge, "2") == 0 ? !small : !large)
		return pg_strf("your system doesn't support hugepages of %s MB", m->huge);
	if (mib % strtoul(m->huge, NULL, 10))
		return pg_strf("Memory size %lu is not a multiple of the requested hugepages size %s", mib,
			       m->huge);
	return NULL;
}

/* "0-2;5": is each of the host's nodes there? */
static char *hosts(const struct memory *m, const char *list)
{
	struct pg_strv part PG_CLEANUP(pg_strv_done) = { 0 };

	if (pg_strv_split(list, ";", &part) < 0)
		abort();
	for (size_t i = 0; i < part.n; i++) {
		const char *dash = strchr(part.v[i], '-');
		unsigned long from = strtoul(part.v[i], NULL, 10);
		unsigned long to = dash ? strtoul(dash + 1, NULL, 10) : from;

		for (; from <= to; from++)
			if (!is_there(m->node, from))
				return pg_strf("host NUMA node%lu doesn't exist", from);
	}
	return NULL;
}

static char *custom(const struct memory *m, unsigned n, const char *value, unsigned long *sum)
{
	struct pve_props p PG_CLEANUP(pve_props_done) = { 0 };
	char *why = pve_props_parse("numa", value, &p);
	const char *memory = pve_props_get(&p, "memory"), *list = pve_props_get(&p, "hostnodes");

	if (why)
		return why;
	if (!memory || !strtoul(memory, NULL, 10))
		return pg_strf("missing NUMA node%u memory value", n);
	*sum += strtoul(memory, NULL, 10);
	why = size(m, strtoul(memory, NULL, 10));
	if (!why && list)
		why = hosts(m, list);
	if (!why && list && !pve_props_get(&p, "policy"))
		return pg_strf("you need to define a policy for hostnode %s", list);
	if (!why && !list && m->huge)
		return pg_strf("numa hostnodes need to be defined to use hugepages");
	if (!why && m->huge && !pve_match("^[0-9]$", list))
		return pg_strf("more than 1 hostnode value in numa node is not supported when hugepages are "
			       "enabled");
	return why;
}

static char *nodes(const struct memory *m)
{
	unsigned long sum = 0, i;
	char *why = NULL;

	for (unsigned n = 0; !why && n < 8; n++) {
		char key[8];
		const char *value;

		snprintf(key, sizeof(key), "numa%u", n);
		value = pve_conf_get(m->conf, "", key);
		if (value && m->hotplug)
			return pg_strf("cannot enable memory hotplugging with custom NUMA topology");
		if (value)
			why = custom(m, n, value, &sum);
	}
	if (!why && sum && sum != m->start)
		return pg_strf("total memory for NUMA nodes must be equal to vm static memory");
	for (i = 0; !why && !sum && i < m->sockets; i++)
		why = m->huge && !is_there(m->node, i) ?
			      pg_strf("host NUMA node%lu doesn't exist", i) :
			      size(m, m->start / m->sockets);
	return why;
}

/* foreach_dimm() */
static char *dimms(const struct memory *m)
{
	unsigned long at = m->start, one = m->huge && strcmp(m->huge, "1024") == 0 ? 1024 : 512;

	for (unsigned round = 0; round < 8; round++, one *= 2)
		for (unsigned i = 0; i < 32 && at < m->all; i++) {
			char *why = size(m, one);

			at += one;
			if (!why && at > m->all)
				why = pg_strf("memory size (%lu) must be aligned to %lu for hotplugging", m->all,
					      one);
			if (why)
				return why;
		}
	return NULL;
}

static unsigned long number(const struct pve_conf *conf, const char *key, unsigned long other)
{
	const char *s = pve_conf_get(conf, "", key);

	return s ? strtoul(s + (pg_text_starts(s, "current=") ? 8 : 0), NULL, 10) : other;
}

char *pve_start_memory(const struct pve_node *node, const struct pve_conf *conf)
{
	const char *numa = pve_conf_get(conf, "", "numa"), *hotplug = pve_conf_get(conf, "", "hotplug");
	struct memory m = { .node = node, .conf = conf, .huge = pve_conf_get(conf, "", "hugepages"),
			    .numa = numa && pve_boolean(numa) == 1,
			    .hotplug = hotplug && pve_match("(^|[,; ])memory([,; ]|$)", hotplug),
			    .all = number(conf, "memory", 512), .sockets = number(conf, "sockets", 1) };
	char *why;

	m.start = !m.hotplug ? m.all : m.huge && strcmp(m.huge, "1024") == 0 ? 1024 * m.sockets : 1024;
	if (m.hotplug && !m.numa)
		return pg_strf("NUMA needs to be enabled for memory hotplug");
	for (char key[] = "virtiofs0"; m.hotplug && key[8] <= '9'; key[8]++)
		if (pve_conf_get(conf, "", key))
			return pg_strf("Memory hotplug does not work in combination with virtio-fs.");
	if (m.all < m.start)
		return pg_strf("minimum memory must be %luMB", m.start);
	if (m.huge && !m.numa)
		return pg_strf("numa needs to be enabled to use hugepages");
	if (!m.numa)
		return NULL;
	why = nodes(&m);
	return why || !m.hotplug ? why : dimms(&m);
}
