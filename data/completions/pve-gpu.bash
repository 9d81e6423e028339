# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of pve-gpu for bash: the program itself knows what fits.
_pve_gpu() {
	local line=${COMP_LINE:0:COMP_POINT} word about current prefix i
	local -a words found abouts
	read -ra words <<<"$line"
	[[ $line == *[[:space:]] ]] && words+=("")
	current=${words[-1]}
	COMPREPLY=()
	while IFS=$'\t' read -r word about; do
		if [[ $word == :files ]]; then
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "${current#*=}")
			return
		fi
		found+=("$word")
		abouts+=("$about")
	done < <("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null)
	# Of a word with ':' or '=' in it bash replaces what stands behind the last one only.
	prefix=
	[[ $current == *[:=]* ]] && prefix=${current%"${current##*[:=]}"}
	for i in "${!found[@]}"; do
		word=${found[i]#"$prefix"}
		# What is said about it is seen where there is a choice, and never put into the line.
		if ((${#found[@]} > 1)) && [[ -n ${abouts[i]} && $COMP_TYPE != 37 ]]; then
			word="$word  (${abouts[i]})"
		fi
		COMPREPLY+=("$word")
	done
	[[ ${#found[@]} == 1 && ${found[0]} == --*= ]] && compopt -o nospace 2>/dev/null
	return 0
}
complete -F _pve_gpu pve-gpu
