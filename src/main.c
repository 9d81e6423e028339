/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/base/macro.h"

int main(void)
{
	return 0;
}
