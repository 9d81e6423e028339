# SPDX-License-Identifier: GPL-3.0-or-later
# Prints the texts of the doctor's rules as N_("…"): as pve-gpu has read them, with each run of
# blanks and line ends as one blank.
function put(s) {
	gsub(/[ \t\n]+/, " ", s)
	gsub(/\\'/, "'", s)
	gsub(/"/, "\\\"", s)
	printf "/* xgettext:no-c-format */\nN_(\"%s\")\n", s
}
!inside && /^[ \t]*(title|text|evidence|advice|ask)[ \t]*=[ \t]*'/ {
	sub(/^[^']*'/, "")
	inside = 1
	text = ""
}
inside {
	line = $0
	gsub(/\\'/, "\001", line)
	end = index(line, "'")
	if (end)
		line = substr(line, 1, end - 1)
	text = text line "\n"
	if (end) {
		sub(/\n$/, "", text)
		gsub(/\001/, "\\'", text)
		put(text)
		inside = 0
	}
}
