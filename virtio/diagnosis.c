/* SPDX-License-Identifier: BSD-2-Clause */
/* In: causes in any order, with their evidence. Out: the same causes, ranked, on the log. */
#include "virtio/diagnosis.h"

#include "mem/format.h"
#include "mem/log.h"

static const char *const certainty_words[] = {
	[UNLIKELY] = "unlikely",
	[POSSIBLE] = "possible",
	[LIKELY] = "likely",
	[CERTAIN] = "certain",
};

static void remove_cause(struct diagnosis *d, unsigned at)
{
	d->count--;
	for (unsigned i = at; i < d->count; i++)
		d->causes[i] = d->causes[i + 1];
}

/* Makes room for a cause; NULL when none is due: it is there, or all others are more certain. */
static struct cause *insert(struct diagnosis *d, enum certainty certainty, enum mistake mistake)
{
	unsigned at = 0;

	for (unsigned i = 0; i < d->count; i++) {
		if (d->causes[i].mistake != mistake)
			continue;
		if (d->causes[i].certainty >= certainty)
			return NULL;
		remove_cause(d, i);
	}
	while (at < d->count && d->causes[at].certainty >= certainty)
		at++;
	if (at == DIAGNOSIS_MAX_CAUSES)
		return NULL;
	if (d->count < DIAGNOSIS_MAX_CAUSES)
		d->count++;
	for (unsigned i = d->count - 1; i > at; i--)
		d->causes[i] = d->causes[i - 1];
	return &d->causes[at];
}

void diagnosis_add(struct diagnosis *d, enum certainty certainty, enum mistake mistake,
	const char *evidence, ...)
{
	struct cause *c = insert(d, certainty, mistake);
	va_list args;

	if (!c)
		return;
	c->mistake = mistake;
	c->certainty = certainty;
	va_start(args, evidence);
	format_args(c->evidence, sizeof(c->evidence), evidence, args);
	va_end(args);
}

enum mistake diagnosis_first(const struct diagnosis *d)
{
	return d->count ? d->causes[0].mistake : CAUSE_SLOW;
}

static void log_cause(const struct cause *c, const char *subject)
{
	const char *text = mistake_text(c->mistake), *words = certainty_words[c->certainty];

	if (c->mistake <= MISTAKE_LAST)
		log_error(subject, "cause: mistake %u: %s (%s: %s)", c->mistake, text, words,
			c->evidence);
	else
		log_error(subject, "cause: %s (%s: %s)", text, words, c->evidence);
	log_error(subject, "next: %s", mistake_remedy(c->mistake));
}

void diagnosis_log(const struct diagnosis *d, const char *subject)
{
	for (unsigned i = 0; i < d->count; i++)
		log_cause(&d->causes[i], subject);
}
