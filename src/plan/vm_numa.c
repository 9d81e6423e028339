/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the VM's memory is laid out: NUMA nodes, hugepages, memory that is plugged in. What Proxmox
 * dies of at the start (PVE::QemuServer::Memory: config, hugepages_topology), in its order.
 */
#include "src/plan/vm_check.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/plan/usb.h"

enum { NODES = 8, STATIC = 1024 };

struct layout {
	const struct pg_system *system;
	const struct pg_guest *guest;
	const char *hugepages;		/* NULL: none */
	bool numa, hotplug;
	uint64_t memory, fixed;		/* MiB; fixed: what is there before any is plugged in */
	unsigned sockets;
};

/* key: whose value is the evidence */
struct fault {
	const char *id, *key, *why, *advice;
};

#define NO_FAULT ((struct fault){ 0 })

/* ---- sizes of pages ---- */

static const char *no_size(const struct layout *l, uint64_t mib)
{
	const struct pg_system *s = l->system;
	bool large = strcmp(l->hugepages, "1024") == 0;

	if (s->pages_2m == PG_NO && s->pages_1g == PG_NO)
		return _("The node's processor or kernel has no hugepages: the VM will not start.");
	if (strcmp(l->hugepages, "any") == 0)
		return mib % 2 ? _("The memory of the VM (of each socket or NUMA node) is no even number of MiB, "
				 "which hugepages need: it will not start.") :
		       mib % 1024 && s->pages_2m == PG_NO ?
			     _("The node has hugepages of 1 GiB only, and the memory of the VM (of each socket "
			     "or NUMA node) is no multiple of that: it will not start.") : NULL;
	if ((large ? s->pages_1g : s->pages_2m) == PG_NO)
		return _("The node's processor or kernel has no hugepages of this size: the VM will not start.");
	return mib % (large ? 1024 : 2) ?
		       _("The memory of the VM (of each socket or NUMA node) is no multiple of the size of the "
		       "hugepages: it will not start.") : NULL;
}

static struct fault size(const struct layout *l, uint64_t mib)
{
	const char *why = l->hugepages ? no_size(l, mib) : NULL;

	return why ? (struct fault){ "hugepages", "hugepages", why,
				     _("Give it such an amount of memory, choose another size of hugepages, or "
				     "take them out.") } : NO_FAULT;
}

/* ---- nodes that the VM names itself: numa0 to numa7 ---- */

static const char *const node_key[NODES] = { "numa0", "numa1", "numa2", "numa3",
					     "numa4", "numa5", "numa6", "numa7" };

/* Its value; NULL: none. One without cpus= is dropped when the file is read. */
static const char *node(const struct layout *l, unsigned i)
{
	const char *value = pg_vm_value(l->guest, node_key[i]);
	size_t n;

	return value && pg_pve_part(value, "cpus", false, &n) ? value : NULL;
}

static bool has_nodes(const struct layout *l)
{
	for (unsigned i = 0; i < NODES; i++)
		if (node(l, i))
			return true;
	return false;
}

static uint64_t node_memory(const char *value)
{
	size_t n = 0;
	const char *at = pg_pve_part(value, "memory", false, &n);

	return at && isdigit((unsigned char)*at) ? strtoull(at, NULL, 10) : 0;
}

/* Of hostnodes= "0-1;3": the greatest number. */
static unsigned long greatest(const char *list, size_t n)
{
	unsigned long most = 0;

	for (const char *p = list; p < list + n; p++)
		if (isdigit((unsigned char)*p)) {
			char *end;
			unsigned long one = strtoul(p, &end, 10);

			most = one > most ? one : most;
			p = end;
		}
	return most;
}

static struct fault host_nodes(const struct layout *l, const char *key, const char *value)
{
	size_t n = 0, n_policy;
	const char *hosts = pg_pve_part(value, "hostnodes", false, &n);

	if (!hosts)
		return !l->hugepages ? NO_FAULT :
			(struct fault){ "hugepages", key,
					_("With hugepages each NUMA node of the VM needs hostnodes: it will not start "
					"(numa hostnodes need to be defined to use hugepages)."),
					_("Add hostnodes and policy=bind to it, or take hugepages out.") };
	if (l->system->numa_nodes && greatest(hosts, n) >= l->system->numa_nodes)
		return (struct fault){ "numa", key,
				       _("The VM names a NUMA node that this node has not: it will not start (host "
				       "NUMA node doesn't exist)."), _("Name one that is there in hostnodes.") };
	if (!pg_pve_part(value, "policy", false, &n_policy))
		return (struct fault){ "numa", key,
				       _("hostnodes without a policy: the VM will not start (you need to define a "
				       "policy for hostnode)."), _("Add policy=bind or policy=preferred.") };
	/* Proxmox asks for one digit. */
	return !l->hugepages || n == 1 ? NO_FAULT :
		(struct fault){ "hugepages", key,
				_("With hugepages each NUMA node of the VM takes its memory from one node of the "
				"host, 0 to 9: it will not start (more than 1 hostnode value in numa node is not "
				"supported when hugepages are enabled)."),
				_("Name one host node in hostnodes, or take hugepages out.") };
}

static struct fault nodes(const struct layout *l)
{
	struct fault f = NO_FAULT;
	uint64_t sum = 0;
	const char *last = NULL;

	for (unsigned i = 0; !f.why && i < NODES; i++) {
		const char *value = node(l, i);

		if (!value)
			continue;
		last = node_key[i];
		sum += node_memory(value);
		if (!node_memory(value))
			return (struct fault){ "numa", last,
					       _("A NUMA node of the VM has no memory: it will not start (missing NUMA "
					       "node memory value)."), _("Add memory= to it.") };
		f = size(l, node_memory(value));
		if (!f.why)
			f = host_nodes(l, last, value);
	}
	if (f.why || sum == l->memory)
		return f;
	return (struct fault){ "numa", "memory",
			       _("The NUMA nodes of the VM (numa0, …) do not have its memory together: it will not "
			       "start (total memory for NUMA nodes must be equal to vm static memory)."),
			       _("Make memory: the sum of their memory=.") };
}

/* ---- nodes that Proxmox makes, one for each socket ---- */

static struct fault sockets(const struct layout *l)
{
	if (!l->hugepages || !l->system->numa_nodes || l->sockets <= l->system->numa_nodes)
		return size(l, l->fixed / l->sockets);
	return (struct fault){ "hugepages", "sockets",
			       _("With hugepages each socket of the VM takes its memory from a NUMA node of its own, "
			       "and the node has fewer of these: the VM will not start (host NUMA node doesn't "
			       "exist)."),
			       _("Give the VM fewer sockets and more cores, or take hugepages out.") };
}

/* ---- memory that is plugged in ---- */

/* The last module is whole: 32 of each size, then twice that (foreach_dimm). */
static struct fault modules(const struct layout *l)
{
	uint64_t dimm = l->hugepages && strcmp(l->hugepages, "1024") == 0 ? 1024 : 512, at = l->fixed;
	struct fault f = at < l->memory ? size(l, dimm) : NO_FAULT;

	for (unsigned i = 0; at < l->memory && i < 8 * 32; i++) {
		at += dimm;
		dimm *= (i + 1) % 32 ? 1 : 2;
	}
	return f.why || at <= l->memory ? f :
		(struct fault){ "memory-hotplug", "memory",
				_("The memory of a VM with hotplug of memory is made of whole modules, and this "
				"amount is not: it will not start (memory size must be aligned for "
				"hotplugging)."),
				_("Give it a multiple of 1 GiB (of 4 GiB where it has more than 100), or take memory "
				"out of hotplug.") };
}

static bool has_virtiofs(const struct pg_guest *guest)
{
	for (char key[] = "virtiofs0"; key[8] <= '9'; key[8]++)
		if (pg_vm_value(guest, key))
			return true;
	return false;
}

static struct fault hotplug(const struct layout *l)
{
	const char *advice = _("Take memory out of hotplug.");

	if (!l->hotplug)
		return NO_FAULT;
	if (!l->numa)
		return (struct fault){ "memory-hotplug", "hotplug",
				       _("Hotplug of memory needs NUMA: the VM will not start (NUMA needs to be enabled "
				       "for memory hotplug)."), _("Set numa: 1, or take memory out of hotplug.") };
	if (has_nodes(l))
		return (struct fault){ "memory-hotplug", "hotplug",
				       _("Hotplug of memory and NUMA nodes of its own exclude each other: the VM will "
				       "not start (cannot enable memory hotplugging with custom NUMA topology)."),
				       advice };
	if (has_virtiofs(l->guest))
		return (struct fault){ "memory-hotplug", "hotplug",
				       _("Hotplug of memory and a folder of the node (virtiofs) exclude each other: the "
				       "VM will not start (Memory hotplug does not work in combination with "
				       "virtio-fs)."), advice };
	return l->memory >= l->fixed ? NO_FAULT :
		(struct fault){ "memory-hotplug", "memory",
				_("The VM has less memory than hotplug of memory begins with (1 GiB; with large "
				"hugepages for each socket): it will not start."), advice };
}

/* ---- all ---- */

static struct fault first_fault(const struct layout *l)
{
	struct fault f = hotplug(l);

	if (!f.why && l->hugepages && !l->numa)
		return (struct fault){ "hugepages", "hugepages",
				       _("Hugepages need NUMA: the VM will not start (numa needs to be enabled to use "
				       "hugepages)."), _("Set numa: 1, or take hugepages out.") };
	if (f.why || !l->numa)
		return f;
	f = has_nodes(l) ? nodes(l) : sockets(l);
	return f.why || !l->hotplug ? f : modules(l);
}

static unsigned sockets_of(const struct pg_guest *guest)
{
	const char *sockets = pg_vm_value(guest, "sockets");
	uint64_t n = 1;

	if (sockets && (pg_text_number(sockets, 10, 64, &n) < 0 || n == 0))
		n = 1;
	return (unsigned)n;
}

int pg_check_numa(const struct pg_facts *facts, const struct pg_guest *guest, const char *hugepages,
		  const char *numa, struct pg_findings *f)
{
	const char *plugged = pg_vm_value(guest, "hotplug"), *value;
	struct layout l = { &facts->system, guest, hugepages, numa && pg_pve_true(numa),
			    plugged && pg_list_has(plugged, "memory"),
			    pg_memory_mib(pg_vm_value(guest, "memory")), 0, sockets_of(guest) };
	struct pg_finding *finding;
	struct pg_vm_scope scope;
	struct fault fault;

	l.fixed = !l.hotplug ? l.memory :
		  hugepages && strcmp(hugepages, "1024") == 0 ? STATIC * (uint64_t)l.sockets : STATIC;
	fault = l.memory ? first_fault(&l) : NO_FAULT;
	if (!fault.why)
		return 0;
	pg_vm_scope(guest->vmid, &scope);
	finding = pg_findings_add(f, fault.id, PG_LEVEL_BLOCK, scope.s, "%s", fault.why);
	value = strcmp(fault.key, "hugepages") == 0 ? hugepages : pg_vm_value(guest, fault.key);
	if (pg_finding_evidence(finding, "%s: %s", fault.key, value ? value : _("(not set)")) < 0)
		return -ENOMEM;
	return pg_finding_advice(finding, "%s", fault.advice);
}
