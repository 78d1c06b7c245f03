/* SPDX-License-Identifier: BSD-2-Clause */
/* In: what a driver did wrong. Out: the rule and its clause, by name. */
#include "model_rules.h"

#include <stdio.h>
#include <string.h>

#include "model_device.h"

static const struct {
	const char *name;
	const char *clause;
	const char *text;
} rules[RULE_COUNT] = {
#define RULE(constant, name, clause, text) [RULE_##constant] = {name, clause, text},
	MODEL_RULES(RULE)
#undef RULE
};

void model_break(struct model *m, enum model_rule rule, const char *fmt, ...)
{
	size_t length = strlen(m->report);
	char detail[256];
	va_list args;

	if (m->broken[rule]++)
		return;
	va_start(args, fmt);
	vsnprintf(detail, sizeof(detail), fmt, args);
	va_end(args);
	snprintf(m->report + length, sizeof(m->report) - length, "broken: %s %s: %s (%s)\n",
		rules[rule].name, rules[rule].clause, rules[rule].text, detail);
	fputs(m->report + length, stderr);
}

void model_check(const struct model *m)
{
	if (m->report[0])
		fail_msg("%s", m->report);
}
