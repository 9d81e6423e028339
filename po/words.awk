# SPDX-License-Identifier: GPL-3.0-or-later
# Leaves out of a catalogue (without wrapped lines) the messages in which no word stands that
# could be translated: formats, paths, names of options.
BEGIN { RS = ""; ORS = "\n\n" }
NR == 1 { print; next }
{
	text = $0
	gsub(/(^|\n)#[^\n]*/, "", text)
	gsub(/(^|\n)msgstr[^\n]*/, "", text)
	gsub(/(^|\n)msgid(_plural)? /, "", text)
	gsub(/\\n|\\"/, " ", text)
	gsub(/%[-+ 0#]*[0-9*]*(\.[0-9*]+)?(hh|h|ll|l|z|j)?[diouxXcsp]/, " ", text)
	gsub(/<PRI[a-zA-Z0-9]+>/, " ", text)
	# words with a sign in or at them are names: paths, options, values
	gsub(/[A-Za-z0-9_.:-]*[\/=_][A-Za-z0-9_.:\/=-]*/, " ", text)
	if (text ~ /[A-Za-z][A-Za-z]/)
		print
}
