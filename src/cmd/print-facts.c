/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the named facts for the manual page; the build puts them there. */
#include "src/cmd/facts.h"

int main(void)
{
	pg_facts_print_man(stdout);
	return fflush(stdout) == 0 ? 0 : 1;
}
