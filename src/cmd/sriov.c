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

/* --at-boot is the unit's, --now a plan's; any other option. */
enum { AT_BOOT = 1 << 0, NOW = 1 << 1, OTHER = 1 << 2 };

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

static int make(const struct pg_cmd_env *env, const struct pg_cmd_change *call, bool one)
{
	const struct pg_sriov_want *want = &call->choices->sriov;
	struct pg_root *root PG_CLEANUP(pg_root_closep) = NULL;
	struct pg_sriov_report done PG_CLEANUP(pg_sriov_report_done) = { 0 };
	struct pg_err err PG_CLEANUP(pg_err_done) = { 0 };
	const struct pg_exec_opts opts = { .run_commands = PG_UNKNOWN };
	int r = pg_root_open(env->root_dir, &root, &err);

	if (r == 0 && call->own & NOW)
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
static int take_option(const struct pg_cmd_env *env, int c, struct pg_cmd_change *call)
{
	call->own |= c == 'b' ? AT_BOOT : c == 'N' ? NOW : OTHER;
	switch (c) {
	case 'b':
	case 'N':
		return 0;
	case 'd':
		return take_driver(env, call->command, call->choices);
	case 'f':
		return take_vf(env, call->command, call->choices);
	case 'v':
		return pg_cmd_take_vmid(env, call->command, optarg, call->choices);
	default:
		return pg_cmd_take_change_option(env, c, call);
	}
}

static int take_operands(const struct pg_cmd_env *env, int argc, char **argv,
			 const struct pg_cmd_change *call)
{
	struct pg_sriov_want *want = &call->choices->sriov;
	bool at_boot = call->own & AT_BOOT, slot;
	int n = argc - optind;
	uint64_t count = 0;

	if (n > 2 || (n == 1 && !at_boot) || (n == 2 && at_boot))
		return pg_cmd_usage(env, argv[0], at_boot ?
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
static int check(const struct pg_cmd_env *env, const struct pg_cmd_change *call)
{
	const struct pg_choices *c = call->choices;
	const char *command = call->command;
	bool plans = c->vmid || c->sriov.n_vf || call->road.apply || c->pin_nics ||
		     c->trial != PG_UNKNOWN || c->n_accept;

	if (call->own & AT_BOOT && call->own != AT_BOOT)
		return pg_cmd_usage(env, command, "--at-boot goes without other options.");
	if (call->own & NOW && (plans || !c->sriov.wanted))
		return pg_cmd_usage(env, command, "--now takes an address and a number, and of the options "
				    "--vf-driver alone.");
	if (call->own & OTHER && !c->sriov.wanted)
		return pg_cmd_usage(env, command, "Its options go with an address and a number.");
	if (env->json && call->own & (AT_BOOT | NOW))
		return pg_cmd_usage(env, command, "What makes virtual functions has no --json.");
	return 0;
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
	struct pg_cmd_change call PG_CLEANUP(pg_cmd_change_done) = { 0 };
	int status = pg_cmd_take_options(env, argc, argv, options, take_option, &call);

	if (status == 0)
		status = take_operands(env, argc, argv, &call);
	if (status == 0)
		status = check(env, &call);
	if (status)
		return status;
	if (call.own & (AT_BOOT | NOW))
		return make(env, &call, optind < argc);
	return call.choices->sriov.wanted ? pg_cmd_take_road(env, call.choices, &call.road) :
					    pg_cmd_sriov_list(env);
}
