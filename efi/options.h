/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options of a run: `key=value` words as on a kernel command line. docs/options.md is the
 * user's manual; `options_help` prints the same table.
 *
 * One parser serves every source (firstlight.conf, SMBIOS type 11 strings, LoadOptions); later
 * words win. It knows nothing of firmware.
 */
#ifndef EFI_OPTIONS_H
#define EFI_OPTIONS_H

#include "gpu/cursor.h"
#include "gpu/display.h"
#include "gpu/fault.h"
#include "gpu/picture.h"
#include "mem/log.h"
#include "mem/status.h"
#include "platform/machine.h"
#include "platform/trap.h"
#include "virtio/interrupt.h"

enum option_mode {
	MODE_RUN,
	MODE_WATCH,
	MODE_BENCH,
	MODE_ANIMATE,
	MODE_LIST,
	MODE_HELP,
	MODE_FAULTS
};

enum option_after {
	AFTER_HALT, /* the default: the picture stays */
	AFTER_SHUTDOWN,
	AFTER_RESET,
	AFTER_SEMIHOSTING,
	AFTER_DEBUG_EXIT,
	AFTER_SHELL,
};

/* How the memory that devices use is mapped. */
enum option_dma { DMA_AUTO, DMA_CACHED, DMA_UNCACHED };

enum option_console {
	CONSOLE_FAIL, /* the default */
	CONSOLE_ON,
	CONSOLE_OFF,
};

#define OPTIONS_MAX_VIRTIO_MMIO 16u
#define OPTIONS_MAX_LENGTH      65536u /* bytes of one source */
#define OPTIONS_MAX_WORD        255u /* characters of one word, without its quotes */
#define OPTIONS_LEAST_PACE      300u /* baud; mem/log.h gives a sink up that stalls */

struct options {
	enum option_mode mode; /* mode=run|watch|bench|animate|list; the bare word `help` is
				  MODE_HELP, fault=help MODE_FAULTS */
	enum option_after after; /* after=halt|shutdown|reset|semihosting|debug-exit|shell */
	enum log_level level; /* loglevel=error|info|debug|trace */
	enum option_console console; /* console=fail|on|off: the log on the screen */
	bool persist; /* persist=none|nvram, default none */
	struct picture picture; /* pattern=bars|grid|checker|gradient|solid:rrggbb */
	enum pixel_format format; /* format=b8g8r8x8|…, default b8g8r8x8 */
	bool scattered; /* backing=contiguous|scattered, default contiguous */
	bool cursor; /* cursor=off|on|X,Y, default off */
	struct gpu_cursor_place cursor_place; /* given by X,Y */
	bool label; /* label=on|off, default on */
	bool readback; /* check=readback */
	bool check_3d; /* check=3d; both: check=readback,3d; neither by default: check=none */
	bool blob; /* resource=2d|blob, default 2d */
	bool isolate; /* isolate=on|off, default on */
	struct gpu_display_choice choice; /* video=WIDTHxHEIGHT, 16 to 8192 each, 0: what the
					     display says; scanouts=enabled|all */
	enum gpu_layout layout; /* displays=separate|mirror|extend|span */
	uint32_t timeout_ms; /* timeout=MS, 1 to 600000: how long a device may take to answer;
				default 1000 */
	enum interrupt_mode irq; /* irq=poll|intx|msix|mmio, default poll */
	enum option_dma dma; /* dma=auto|cached|uncached */
	uint32_t duration_s; /* duration=SECONDS of mode=watch and animate; 0: for ever */
	uint32_t frames; /* frames=N of mode=animate; 0: as duration= says */
	uint32_t pace; /* pace=BAUD of the serial line at most; 0: as fast as it goes */
	bool have_earlycon; /* earlycon=…; false: the console that the tables name */
	struct uart_location earlycon;
	struct virtio_mmio_location
		virtio_mmio[OPTIONS_MAX_VIRTIO_MMIO]; /* virtio_mmio.device=…, each adds one */
	unsigned virtio_mmio_count;
	bool packed; /* ring=split|packed */
	uint64_t features_on; /* features=+NAME,-NAME: accepted where offered, beside the usual */
	uint64_t features_off; /* and not accepted */
	enum trap_test crash; /* crash=none|undefined|read|write|execute|null|stack|code|data */
	const struct fault *fault; /* fault=none|NAME[@N]|help; NULL: none */
	uint32_t fault_at; /* N; 0: each time */
};

/* The defaults. */
void options_init(struct options *options);

/*
 * Reads the words of `text` (not NUL-terminated, `length` bytes), separated by white space. Double
 * quotes keep spaces in a word and end on their line; a UTF-8 byte order mark is skipped. With
 * `comments` set, `#` starts a comment up to the end of its line (the configuration file), in which
 * any byte may stand. Later words replace earlier ones.
 *
 * Every bad word is logged as an error under `source`, naming the word, what is wrong with it and
 * the nearest valid key or value ("unknown key `patern`: did you mean `pattern`?"); the other words
 * still count, and each is logged as information. Bytes that are not printable ASCII are one error,
 * which names the first one's offset. The words of a kernel command line that firmware is known to
 * add by itself (root=, init=, rootwait, ro, rw) are passed over, each with a line. Returns OK, or
 * ERR_MALFORMED when a word was bad, or when the whole source was: longer than OPTIONS_MAX_LENGTH,
 * or UTF-16.
 */
MUST_CHECK enum status options_parse(struct options *options, const char *source, const char *text,
	size_t length, bool comments);

/*
 * Values that contradict each other (after=shell but in mode=list: boot services are gone by then;
 * after=… other than shell with mode=list is fine and ignored with a line). ERR_MALFORMED, logged.
 */
MUST_CHECK enum status options_check(const struct options *options);

/*
 * The features to accept where they are offered (virtio_negotiate): the `usual` ones, with what
 * ring= and features= say. Those that belong to a GPU only when the device is one.
 */
uint64_t options_features(const struct options *options, bool gpu, uint64_t usual);

/* Prints the manual, line by line without newlines, through `line`. */
void options_help(void (*line)(void *context, const char *text), void *context);

/* Prints the faults that fault= knows, likewise. */
void options_fault_help(void (*line)(void *context, const char *text), void *context);

#endif
