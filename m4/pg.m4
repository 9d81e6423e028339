dnl SPDX-License-Identifier: GPL-3.0-or-later
dnl PG_ADD_CFLAG(VARIABLE, FLAG): adds the flag if the compiler knows it.
AC_DEFUN([PG_ADD_CFLAG], [
	AS_VAR_PUSHDEF([pg_var], [pg_cv_flag_$2])
	AC_CACHE_CHECK([whether $CC takes $2], [pg_var], [
		pg_saved_CFLAGS="$CFLAGS"
		CFLAGS="$CFLAGS -Werror $2"
		AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
			[AS_VAR_SET([pg_var], [yes])], [AS_VAR_SET([pg_var], [no])])
		CFLAGS="$pg_saved_CFLAGS"
	])
	AS_VAR_IF([pg_var], [yes], [$1="[$]$1 $2"])
	AS_VAR_POPDEF([pg_var])
])

AC_DEFUN([PG_COMPILER_WARNINGS], [
	WARN_CFLAGS=
	m4_foreach_w([pg_flag], [-Wall -Wextra -Walloca -Wvla -Wcast-align -Wcast-qual
		-Wdate-time -Wdouble-promotion -Wduplicated-branches -Wduplicated-cond
		-Wendif-labels -Wfloat-equal -Wformat=2 -Wformat-overflow=2 -Wformat-signedness
		-Wimplicit-fallthrough=3 -Winit-self -Wlogical-op -Wmissing-declarations
		-Wmissing-include-dirs -Wmissing-prototypes -Wnested-externs -Wnull-dereference
		-Wold-style-definition -Wpointer-arith -Wredundant-decls -Wreturn-type
		-Wshadow -Wsign-compare -Wstrict-aliasing=2 -Wstrict-prototypes
		-Wundef -Wuninitialized -Wunused -Wunused-result -Wwrite-strings
		-Wconversion -Wno-format-nonliteral],
		[PG_ADD_CFLAG([WARN_CFLAGS], pg_flag)])
	AS_IF([test "$enable_werror" = yes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])
	AC_SUBST([WARN_CFLAGS])
])

dnl asks for every enumerator to be named, also where there is a default.

AC_DEFUN([PG_HARDENING], [
	HARDEN_CFLAGS=
	HARDEN_LDFLAGS=
	m4_foreach_w([pg_flag], [-fPIE -fstack-protector-strong -fstack-clash-protection
		-fcf-protection -fno-common -fno-strict-overflow],
		[PG_ADD_CFLAG([HARDEN_CFLAGS], pg_flag)])
	dnl m4_defn keeps the commas of a flag together.
	m4_foreach_w([pg_flag], [-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack],
		[PG_ADD_CFLAG([HARDEN_LDFLAGS], m4_defn([pg_flag]))])
	AS_IF([test "$enable_asan" != yes && test "$enable_fuzzing" != yes],
		[AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [[
#ifndef __OPTIMIZE__
#error "_FORTIFY_SOURCE needs optimisation"
#endif
]])], [HARDEN_CPPFLAGS="-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"])])
	AC_SUBST([HARDEN_CPPFLAGS])
	AC_SUBST([HARDEN_CFLAGS])
	AC_SUBST([HARDEN_LDFLAGS])
])

AC_DEFUN([PG_SANITIZERS], [
	SAN_CFLAGS=
	AS_IF([test "$enable_asan" = yes],
		[SAN_CFLAGS="$SAN_CFLAGS -fsanitize=address -fno-omit-frame-pointer"])
	AS_IF([test "$enable_ubsan" = yes],
		[SAN_CFLAGS="$SAN_CFLAGS -fsanitize=undefined -fno-sanitize-recover=all"])
	AS_IF([test "$enable_coverage" = yes], [SAN_CFLAGS="$SAN_CFLAGS --coverage -O0 -DPG_COVERAGE"])
	FUZZ_LIBS=
	AS_IF([test "$enable_fuzzing" = yes], [
		SAN_CFLAGS="$SAN_CFLAGS -fsanitize=fuzzer-no-link"
		FUZZ_LIBS=-fsanitize=fuzzer
		AC_DEFINE([PG_FUZZING], [1], [libFuzzer brings its own main])])
	AC_SUBST([SAN_CFLAGS])
	AC_SUBST([FUZZ_LIBS])
])
