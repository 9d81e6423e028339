/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the keys for the manual page; the build puts them there. */
#include "ui/keys.h"

int main(void)
{
	ui_keys_print_man(stdout);
	return fflush(stdout) == 0 ? 0 : 1;
}
