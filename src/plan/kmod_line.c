/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/plan/kmod_line.h"

#include <errno.h>

void pg_kmod_line_done(struct pg_kmod_line *j)
{
	free(j->s);
	free(j->at);
	*j = (struct pg_kmod_line){ 0 };
}

int pg_kmod_line_alloc(const struct pg_bytes *in, struct pg_kmod_line *ret)
{
	ret->s = malloc(in->n + 1);
	ret->at = calloc(in->n + 1, sizeof(*ret->at));
	return ret->s && ret->at ? 0 : -ENOMEM;
}

bool pg_kmod_line_next(const struct pg_bytes *in, size_t *pos, unsigned *line,
			struct pg_kmod_line *j)
{
	size_t i = *pos;

	if (i >= in->n)
		return false;
	j->n = 0;
	j->line = *line;
	for (; i < in->n && in->p[i] != '\n'; i++) {
		if (in->p[i] == '\\' && i + 1 < in->n) {
			i++;
			if (in->p[i] == '\n') {
				(*line)++;
				continue;
			}
		}
		j->s[j->n] = in->p[i];
		j->at[j->n++] = i;
	}
	j->s[j->n] = '\0';
	(*line)++;
	*pos = i + 1;
	return true;
}

bool pg_kmod_word(const struct pg_kmod_line *j, size_t *pos, const char **word, size_t *len)
{
	size_t i = *pos;

	while (i < j->n && (j->s[i] == ' ' || j->s[i] == '\t'))
		i++;
	*word = j->s + i;
	for (*len = 0; i < j->n && j->s[i] != ' ' && j->s[i] != '\t'; i++)
		(*len)++;
	*pos = i;
	return *len > 0;
}
