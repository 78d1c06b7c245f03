/* SPDX-License-Identifier: BSD-2-Clause */
/* In: named accesses at offsets. Out: raw accesses inside the window, counted and traced. */
#include "region.h"

#include "log.h"
#include "map.h"

enum status region_init(struct region *region, const char *subject, enum io_space space,
	uint64_t base, uint64_t size, uint64_t needed, struct io_count *count)
{
	uint64_t space_size = space == IO_PORT ? 0x10000 : UINT64_MAX;

	if (!size || size < needed || !range_inside(base, size, space_size)) {
		log_error(subject,
			"window: 0x%lx bytes at 0x%lx are not usable (0x%lx bytes needed)", size,
			base, needed);
		return ERR_RANGE;
	}
	if (space == IO_MMIO) {
		enum status status = map_device(subject, base, size);

		if (status != OK)
			return status;
	}
	*region = (struct region){subject, space, base, size, count};
	return OK;
}

enum status region_sub(
	struct region *out, const struct region *region, uint64_t offset, uint64_t size)
{
	if (!size || !range_inside(offset, size, region->size)) {
		log_error(region->subject,
			"window: offset 0x%lx length 0x%lx lies outside the region's 0x%lx bytes",
			offset, size, region->size);
		return ERR_RANGE;
	}
	*out = *region;
	out->base += offset;
	out->size = size;
	return OK;
}

/* What io_read and io_write count on (mem/io.h). */
static bool access_allowed(
	const struct region *region, uint64_t offset, unsigned width, const char *name)
{
	unsigned widest = region->space == IO_PORT ? 4 : 8;
	const char *wrong = NULL;

	if (!is_power_of_two(width) || width > widest)
		wrong = "no width of a register";
	else if (!range_inside(offset, width, region->size))
		wrong = "outside the window";
	else if ((region->base + offset) % width)
		wrong = "misaligned";
	if (!wrong)
		return true;
	log_error(region->subject,
		"register: %s at 0x%lx + 0x%lx of 0x%lx bytes, %u bytes wide: %s: not accessed (a "
		"mistake of this program)",
		name, region->base, offset, region->size, width, wrong);
	return false;
}

static bool is_repeat(const struct io_access *a, const struct io_access *b)
{
	return a->name == b->name && a->offset == b->offset && a->value == b->value &&
	       a->width == b->width && a->write == b->write;
}

static void note(struct io_count *count, const struct io_access *access)
{
	struct io_journal *j;

	if (!count)
		return;
	if (access->write)
		count->writes++;
	else
		count->reads++;
	j = count->journal;
	if (!j)
		return;
	if (j->next && is_repeat(&j->access[(j->next - 1) % IO_JOURNAL_SIZE], access)) {
		j->access[(j->next - 1) % IO_JOURNAL_SIZE].repeats++;
		return;
	}
	j->access[j->next++ % IO_JOURNAL_SIZE] = *access;
}

uint64_t region_read(const struct region *region, uint64_t offset, unsigned width, const char *name)
{
	uint64_t value;

	if (!access_allowed(region, offset, width, name))
		return UINT64_MAX;
	value = io_read(region->space, region->base + offset, width);
	note(region->count, &(struct io_access){name, offset, value, 0, (uint8_t)width, false});
	log_trace(region->subject, "register: %s 0x%03lx -> 0x%lx", name, offset, value);
	return value;
}

void region_write(const struct region *region, uint64_t offset, unsigned width, uint64_t value,
	const char *name)
{
	if (!access_allowed(region, offset, width, name))
		return;
	log_trace(region->subject, "register: %s 0x%03lx <- 0x%lx", name, offset, value);
	note(region->count, &(struct io_access){name, offset, value, 0, (uint8_t)width, true});
	io_write(region->space, region->base + offset, width, value);
}
