/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/host/usage.h"

#include <errno.h>
#include <string.h>

void pg_support_done(struct pg_support *s)
{
	free(s->name);
	free(s->down);
	free(s->why);
	free(s->look);
	free(s->below);
	free(s->dev);
}

int pg_support_new(struct pg_facts *facts, const char *name, size_t *ret)
{
	pg_autofree char *copy = strdup(name);
	struct pg_support *s =
		copy ? pg_vec_add(&facts->support, &facts->n_support, sizeof(*s)) : NULL;

	if (!s)
		return -ENOMEM;
	s->name = PG_STEAL(copy);
	*ret = facts->n_support - 1;
	return 0;
}

static int add(size_t **v, size_t *n, size_t what)
{
	size_t *at = pg_vec_add(v, n, sizeof(*at));

	if (!at)
		return -ENOMEM;
	*at = what;
	return 0;
}

int pg_support_below(struct pg_facts *facts, size_t of, size_t below)
{
	struct pg_support *s = &facts->support[of];

	s->need += !s->is_set;
	return add(&s->below, &s->n_below, below);
}

int pg_support_devs(struct pg_facts *facts, size_t of, const struct pg_devset *devs)
{
	struct pg_support *s = &facts->support[of];
	int r = 0;

	for (size_t i = 0; r == 0 && i < devs->n; i++)
		if (devs->v[i] < facts->n_dev)
			r = add(&s->dev, &s->n_dev, devs->v[i]);
	return r;
}

int pg_support_set(struct pg_facts *facts, size_t which, size_t need, char *look)
{
	struct pg_support *s = &facts->support[which];

	if (!look)
		return -ENOMEM;
	free(s->look);
	s->look = look;
	s->is_set = true;
	s->need = need;
	return 0;
}

/* The first word about it stays. */
static int say(char **to, char *words)
{
	if (!words)
		return -ENOMEM;
	if (*to)
		free(words);
	else
		*to = words;
	return 0;
}

int pg_support_down(struct pg_facts *facts, size_t which, char *words)
{
	return say(&facts->support[which].down, words);
}

int pg_support_why(struct pg_facts *facts, size_t which, char *words)
{
	return say(&facts->support[which].why, words);
}
