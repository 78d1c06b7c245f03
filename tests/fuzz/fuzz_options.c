/* SPDX-License-Identifier: BSD-2-Clause */
/* In: options as text, as of the shell and as of the configuration file. Out: options, checked. */
#include "efi/options.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

static void check(const struct options *o)
{
	fuzz_check(o->mode <= MODE_HELP && o->after <= AFTER_SHELL && o->level <= LOG_TRACE);
	fuzz_check(!o->choice.width == !o->choice.height);
	fuzz_check(!o->choice.width || (o->choice.width >= 16 && o->choice.width <= 8192));
	fuzz_check(!o->choice.height || (o->choice.height >= 16 && o->choice.height <= 8192));
	fuzz_check(o->timeout_ms >= 1 && o->timeout_ms <= 600000);
	fuzz_check(o->virtio_mmio_count <= OPTIONS_MAX_VIRTIO_MMIO);
	fuzz_check(o->picture.pattern <= PICTURE_SOLID);
	fuzz_check(o->crash < TRAP_TEST_COUNT);
	fuzz_check(o->fault || !o->fault_at);
	fuzz_check(!o->have_earlycon || o->earlycon.base);
	for (unsigned i = 0; i < o->virtio_mmio_count; i++)
		fuzz_check_text(o->virtio_mmio[i].source, SOURCE_SIZE);
}

static enum status parse(
	struct options *o, const uint8_t *data, size_t size, bool comments, enum log_level level)
{
	enum status status;

	memset(o, 0, sizeof(*o));
	options_init(o);
	fuzz_begin(level, NULL);
	status = options_parse(o, "fuzz", (const char *)data, size, comments);
	fuzz_check(status == OK || status == ERR_MALFORMED);
	/* An error has its line, and only an error has one at level error. */
	if (level == LOG_ERROR)
		fuzz_check((status != OK) == (fuzz_lines() != 0));
	check(o);
	if (options_check(o) != OK)
		fuzz_check(fuzz_lines());
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int comments = 0; comments < 2; comments++) {
		struct options loud, quiet;
		enum status status = parse(&loud, data, size, comments, LOG_TRACE);

		fuzz_check(parse(&quiet, data, size, comments, LOG_ERROR) == status);
		fuzz_check(loud.mode == quiet.mode && loud.after == quiet.after &&
			   loud.timeout_ms == quiet.timeout_ms &&
			   loud.virtio_mmio_count == quiet.virtio_mmio_count);
		/* Once more on top: later words win, so nothing changes but what adds up. */
		fuzz_begin(LOG_ERROR, NULL);
		if (options_parse(&loud, "fuzz", (const char *)data, size, comments) == OK)
			fuzz_check(loud.mode == quiet.mode &&
				   loud.choice.width == quiet.choice.width &&
				   loud.picture.pattern == quiet.picture.pattern);
		check(&loud);
	}
	return 0;
}
