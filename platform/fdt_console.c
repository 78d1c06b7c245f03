/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a device tree. Out: the path and line speed of the console that /chosen names. */
#include "mem/format.h"
#include "mem/log.h"
#include "mem/string.h"
#include "platform/fdt.h"

static const char subject[] = "fdt";

/* A string property of a node just below the root; false when there is none. */
static bool find_string(
	const struct fdt *fdt, const char *node_name, const char *name, const char **text)
{
	const struct fdt_node *node = NULL;
	struct fdt_walk walk;
	struct bytes value;

	fdt_walk_begin(&walk, fdt);
	while (!node && fdt_walk_next(&walk))
		if (walk.depth == 2 && !strcmp(walk.nodes[1].name, node_name))
			node = &walk.nodes[1];
	if (!node || !fdt_property(fdt, node, name, &value))
		return false;
	*text = bytes_string(&value);
	return *text;
}

/* The path that an alias stands for (§3.3). */
static bool find_alias(const struct fdt *fdt, const char *alias, size_t length, const char **text)
{
	char name[32];

	if (format(name, sizeof(name), "%.*s", (int)min_u64(length, sizeof(name)), alias) >=
		sizeof(name))
		return false;
	return find_string(fdt, "aliases", name, text);
}

/* `115200n8`: the number in front. */
static uint32_t read_baud(const char *options)
{
	uint32_t value = 0;

	for (; *options >= '0' && *options <= '9' && value < 100000000; options++)
		value = value * 10 + (uint32_t)(*options - '0');
	return value;
}

bool fdt_find_console(const struct fdt *fdt, struct bytes *path, uint32_t *baud)
{
	const char *text, *full;
	size_t length = 0;

	if (!find_string(fdt, "chosen", "stdout-path", &text))
		return false;
	while (text[length] && text[length] != ':')
		length++;
	full = text;
	if (text[0] != '/' && !find_alias(fdt, text, length, &full)) {
		log_info(subject, "stdout-path: %s: there is no such alias", text);
		return false;
	}
	*baud = text[length] ? read_baud(text + length + 1) : 0;
	*path = bytes_of(full, full == text ? length : strlen(full));
	return true;
}

/* Whether a component of a path names a node; it may leave the unit address out (§2.2.3). */
static bool component_matches(const char *component, size_t length, const char *name)
{
	return !strncmp(name, component, length) && (!name[length] || name[length] == '@');
}

bool fdt_path_matches(const struct fdt_walk *walk, struct bytes path)
{
	const char *text = (const char *)path.data;
	size_t at = 0;

	for (unsigned level = 1; level < walk->depth; level++) {
		size_t start = at + 1;

		if (at >= path.size || text[at] != '/')
			return false;
		for (at = start; at < path.size && text[at] != '/';)
			at++;
		if (!component_matches(text + start, at - start, walk->nodes[level].name))
			return false;
	}
	return path.size && at == path.size;
}
