/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pve-gpu sriov: devices that can have virtual functions; a plan for their number; and what the unit
 * runs to make them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/i18n.h"
#include "src/base/text.h"
#include "src/cmd/live.h"
#include "src/cmd/options.h"
#include "src/exec/sriov.h"

struct call {
	struct pg_choices *choices;
	struct pg_cmd_road road;
	bool at_boot, now;	/* of the unit, of a plan */
	bool any;		/* another option was given */
};

/* ---- making them ---- */

static int report(const struct pg_cmd_env *env, const struct pg_sriov_report *r)
{
	for (size_t i = 0; i < r->done.n; i++)
		pg_out_line(env, PG_TONE_PLAIN, "%s", r->done.v[i]);
	for (size_t i = 0; i < r->listed.n; i++)
		pg_out_line(env, PG_TONE_PLAIN, "  %s", r->listed.v[i]);
	for (size_t i = 0; i < r->declined.n; i++) {
		pg_autofree char *text = pg_out_text(env, r->declined.v[i]);

		(void)fprintf(env->diag, "pve-gpu: %s\n", text ? text : "");
	}
	return r->declined.n ? PG_EXIT_REFUSED : PG_EXIT_OK;
}

static int make(const struct pg_cmd_env *env, const struct call *call, bool one)
{
	const struct pg_sriov_want *want = &call->choices->sriov;
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;
	struct pg_sriov_report done PG_CLEANUP(pg_sriov_report_done) = { 0 };
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	const struct pg_exec_opts opts = { .run_commands = PG_UNKNOWN };
	int r = pg_root_open(env->root_dir, &root, &err);

	if (r == 0 && call->now)
		r = pg_sriov_now(root, &opts, want->pf, want->count, want->host_driver == PG_YES, &done,
				 &err);
	else if (r == 0)
		r = pg_sriov_at_boot(root, &opts, one ? &want->pf : NULL,
				     pg_root_is_live(root) ? PG_SRIOV_WAIT : 0, &done, &err);
	if (r == 0)
		return report(env, &done);
	err.code = r;
	pg_cmd_complain(env, &err);
	return PG_EXIT_REFUSED;
}

/* ---- what it is called with ---- */

static int take_driver(const struct pg_cmd_env *env, const char *command, struct pg_choices *choices)
{
	if (strcmp(optarg, "host") != 0 && strcmp(optarg, "none") != 0)
		return pg_cmd_usage(env, command, "--vf-driver is host or none, not %s.", optarg);
	choices->sriov.host_driver = strcmp(optarg, "host") == 0 ? PG_YES : PG_NO;
	return 0;
}

static int take_vf(const struct pg_cmd_env *env, const char *command, struct pg_choices *choices)
{
	int r = pg_choices_vf_text(choices, optarg);

	if (r == -EINVAL)
		return pg_cmd_usage(env, command, "--vf takes the number of a virtual function and its "
				    "settings, like 0,mac=02:11:22:33:44:55,vlan=10,trust=on,spoofchk=off, "
				    "not %s.", optarg);
	return r < 0 ? pg_cmd_no_memory(env) : 0;
}

/* Returns 0 or the exit status. */
static int take_option(const struct pg_cmd_env *env, int c, const char *command, struct call *call)
{
	call->any |= c != 'b' && c != 'N';
	switch (c) {
	case 'b':
		call->at_boot = true;
		return 0;
	case 'N':
		call->now = true;
		return 0;
	case 'd':
		return take_driver(env, command, call->choices);
	case 'f':
		return take_vf(env, command, call->choices);
	case 'v':
		return pg_cmd_take_vmid(env, command, optarg, call->choices);
	default:
		return pg_cmd_take_change_option(env, c, command, call->choices, &call->road);
	}
}

static int take_operands(const struct pg_cmd_env *env, int argc, char **argv, struct call *call)
{
	struct pg_sriov_want *want = &call->choices->sriov;
	int n = argc - optind;
	uint64_t count = 0;
	bool slot;

	if (n > 2 || (n == 1 && !call->at_boot) || (n == 2 && call->at_boot))
		return pg_cmd_usage(env, argv[0], call->at_boot ?
				    "--at-boot takes the address of one card, or nothing." :
				    N_("It takes the address of a device and how many virtual functions it "
				    "is to have."));
	if (n && (pg_bdf_parse_loose(argv[optind], &want->pf, &slot) < 0 || slot))
		return pg_cmd_usage(env, argv[0], "%s is not the address of one function, like "
				    "0000:07:00.0.", argv[optind]);
	if (n == 2 && pg_text_number(argv[optind + 1], 10, UINT16_MAX, &count) < 0)
		return pg_cmd_usage(env, argv[0], "%s is no number of virtual functions.",
				    argv[optind + 1]);
	want->count = (unsigned)count;
	want->wanted = n == 2;
	return 0;
}

/* Which of its four ways: 0, or PG_EXIT_USAGE. */
static int check(const struct pg_cmd_env *env, const char *command, const struct call *call)
{
	const struct pg_choices *c = call->choices;
	bool plans = c->vmid || c->sriov.n_vf || call->road.apply || call->road.yes || c->pin_nics ||
		     c->trial != PG_UNKNOWN || c->n_accept;

	if (call->at_boot && (call->any || call->now))
		return pg_cmd_usage(env, command, "--at-boot goes without other options.");
	if (call->now && (plans || !c->sriov.wanted))
		return pg_cmd_usage(env, command, "--now takes an address and a number, and of the options "
				    "--vf-driver alone.");
	if (call->any && !c->sriov.wanted)
		return pg_cmd_usage(env, command, "Its options go with an address and a number.");
	if (env->json && (call->at_boot || call->now))
		return pg_cmd_usage(env, command, "What makes virtual functions has no --json.");
	return pg_cmd_check_road(env, command, &call->road);
}

int pg_cmd_sriov(const struct pg_cmd_env *env, int argc, char **argv)
{
	static const struct option options[] = {
		{ "at-boot", no_argument, NULL, 'b' },
		{ "now", no_argument, NULL, 'N' },
		{ "vf-driver", required_argument, NULL, 'd' },
		{ "vf", required_argument, NULL, 'f' },
		{ "vm", required_argument, NULL, 'v' },
		PG_CMD_BOOT_OPTIONS,
		PG_CMD_ROAD_OPTIONS,
		{ 0 },
	};
	struct pg_choices *choices PG_CLEANUP(pg_choices_freep) = pg_choices_new();
	struct call call = { .choices = choices };
	bool begun = false;
	int c, status;

	if (!choices)
		return pg_cmd_no_memory(env);
	while ((c = pg_cmd_getopt(env, argc, argv, options, &begun)) != -1) {
		status = take_option(env, c, argv[0], &call);
		if (status)
			return status;
	}
	status = take_operands(env, argc, argv, &call);
	if (status == 0)
		status = check(env, argv[0], &call);
	if (status)
		return status;
	if (call.at_boot || call.now)
		return make(env, &call, optind < argc);
	return choices->sriov.wanted ? pg_cmd_take_road(env, choices, &call.road) :
				       pg_cmd_sriov_list(env);
}
