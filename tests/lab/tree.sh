# SPDX-License-Identifier: GPL-3.0-or-later
# A tree of Debian $release, made of packages alone. Sourced by image.sh and mtty.sh.
mirror=${LAB_MIRROR:-http://deb.debian.org/debian}

tree() { # FOLDER PACKAGES
	mmdebstrap --quiet --mode=root --variant=minbase --aptopt='Acquire::Retries "3"' \
		--aptopt='APT::Install-Recommends "false"' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--include="$(echo $2 | tr ' ' ',')" $(proxies) "$release" "$1" "$mirror"
}

# What this machine's apt needs to reach a mirror.
proxies() {
	for f in /etc/apt/apt.conf.d/*; do
		if grep -qsi proxy "$f"; then
			printf -- '--aptopt=%s ' "$f"
		fi
	done
}
