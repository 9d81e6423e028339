# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# French for tests, on machines without that locale too. Sourced after tap.sh: makes the locale below
# $tmp, or skips all. C.UTF-8 would not do: newer C libraries take no catalogue there.
skip_without_french() {
	command -v localedef >/dev/null && [ -e /usr/share/i18n/locales/fr_FR ] ||
		skip_all 'no localedef, or no source of the locale fr_FR (package locales)'
	mkdir -p "$tmp/locale"
	localedef -i fr_FR -f UTF-8 "$tmp/locale/fr_FR.UTF-8" 2>/dev/null
	[ -e "$tmp/locale/fr_FR.UTF-8/LC_MESSAGES" ] || skip_all 'localedef makes no locale here'
}

# in_french COMMAND...: the C library itself leaks in newlocale() where LOCPATH is set.
in_french() {
	env LOCPATH="$tmp/locale" LC_ALL=fr_FR.UTF-8 LANGUAGE='' \
		ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" "$@"
}
