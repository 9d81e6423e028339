# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Sourced by ./try and ./check, with $top the source folder: what both do before they part.

# say WORDS: what is going on, on stderr.
say() {
	printf '%s\n' "$*" >&2
}

# packages SECTION: the names that build-deps lists under [SECTION].
packages() {
	sed -n "/^\[$1\]/,/^\[/{/^[a-z0-9]/p}" "$top/build-deps"
}

# need SECTION...: installs the Debian packages that are missing, as root or through sudo.
need() {
	missing=
	for section; do
		for package in $(packages "$section"); do
			dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null |
				grep -q '^install ok installed' || missing="$missing $package"
		done
	done
	[ -n "$missing" ] || return 0
	say "Installing:$missing"
	as_root=
	if [ "$(id -u)" != 0 ]; then
		if ! command -v sudo >/dev/null; then
			say "These packages are missing, and only root can install them. Run as root:"
			say "  apt-get install$missing"
			exit 1
		fi
		as_root=sudo
	fi
	export DEBIAN_FRONTEND=noninteractive
	$as_root apt-get update -qq >&2 || true
	# shellcheck disable=SC2086 # a list of words
	$as_root apt-get install -y -qq --no-install-recommends $missing >&2
}

# sources: prints the folder to configure from. That is this one, unless a build of its own
# was configured in it: make cannot build elsewhere from such a folder, so a copy is used.
sources() {
	if [ ! -e "$top/config.status" ]; then
		printf '%s\n' "$top"
		return
	fi
	mkdir -p "$top/build/src"
	(cd "$top" && {
		git ls-files -co --exclude-standard -z 2>/dev/null ||
			find . -path ./build -prune -o -type f ! -name '*.[oa]' ! -name 'config.*' \
				! -name Makefile -print0
	} | xargs -0 ls -d 2>/dev/null | tar -c -T - -f -) | tar -x -C "$top/build/src" -f -
	[ -e "$top/build/shared" ] || [ ! -d "$top/../shared" ] ||
		ln -s "$(cd "$top/../shared" && pwd)" "$top/build/shared"
	printf '%s\n' "$top/build/src"
}

# build NAME [CONFIGURE-OPTION...]: configures build/NAME and makes it; prints nothing unless
# it fails. CC and CFLAGS are taken from the environment.
build() {
	name=$1
	shift
	from=$(sources)
	mkdir -p "$top/build/$name"
	log=$top/build/$name/build.log
	{
		if [ ! -x "$from/configure" ] || [ "$from/configure.ac" -nt "$from/configure" ]; then
			"$from/autogen.sh"
		fi &&
		cd "$top/build/$name" &&
		{ [ -e config.status ] || "$from/configure" "$@"; } &&
		make -j"$(nproc)" all
	} >"$log" 2>&1 || {
		tail -n 40 "$log" >&2
		say "The build failed; all of its output is in build/$name/build.log."
		exit 1
	}
}
