/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pci.ids as text, of which few names are wanted: libpci would make a table of all 40,000. */
#include "src/host/names.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/strbuf.h"

/* What stands behind the line's beginning, which the text has from `from` on, before `end`; or NULL. */
static const char *behind(const char *from, const char *end, const char *beginning)
{
	const char *at = memmem(from, (size_t)(end - from), beginning, strlen(beginning));

	return at ? at + strlen(beginning) : NULL;
}

static const char *end_of_line(const char *at, const char *end)
{
	const char *line = memchr(at, '\n', (size_t)(end - at));

	return line ? line : end;
}

/* Lines of a vendor begin with a tab; between them may be comments. */
static const char *end_of_vendor(const char *at, const char *end)
{
	const char *line = end_of_line(at, end);

	while (line + 1 < end && (line[1] == '\t' || line[1] == '#' || line[1] == '\n'))
		line = end_of_line(line + 1, end);
	return line;
}

static int take(const char *at, const char *end, char **ret)
{
	if (!at)
		return 0;
	*ret = strndup(at, (size_t)(end_of_line(at, end) - at));
	return *ret ? 0 : -ENOMEM;
}

int pg_pci_ids_names(const struct pg_bytes *ids, uint16_t vendor, uint16_t device, char **ret_vendor,
		     char **ret_device)
{
	const char *end = ids->p + ids->n, *at;
	char beginning[16];
	int r;

	(void)snprintf(beginning, sizeof(beginning), "\n%04x  ", vendor);
	at = behind(ids->p, end, beginning);
	r = *ret_vendor ? 0 : take(at, end, ret_vendor);
	if (!at || *ret_device || r < 0)
		return r;
	(void)snprintf(beginning, sizeof(beginning), "\n\t%04x  ", device);
	end = end_of_vendor(at, end);
	return take(behind(at, end, beginning), end, ret_device);
}
