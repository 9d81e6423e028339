#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a unit test program; under valgrind where VALGRIND is "yes" (./check sets it).
# A leak or a wrong access is then a status that no test program gives.
if [ "${VALGRIND:-no}" != yes ]; then
	exec "$@"
fi
exec valgrind --quiet --leak-check=full --show-leak-kinds=definite,indirect \
	--errors-for-leak-kinds=definite,indirect --error-exitcode=99 --trace-children=no \
	--child-silent-after-fork=yes "$@"
