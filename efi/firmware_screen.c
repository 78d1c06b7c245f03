/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the framebuffer that firmware described, if any. Out: the picture or the log on it. */
#include "efi/firmware_screen.h"

#include "mem/format.h"
#include "mem/tap.h"

static enum status open_framebuffer(struct program *p)
{
	return p->framebuffer.frame
		       ? OK
		       : linear_open(&p->framebuffer, &p->machine.framebuffer, &p->dma);
}

static void console_drawn(void *context, struct rectangle area)
{
	linear_present(context, area);
}

void firmware_screen_open_console(struct program *p)
{
	struct rectangle area = {0, 0, p->machine.framebuffer.width, p->machine.framebuffer.height};

	if (!p->machine.framebuffer.base || open_framebuffer(p) != OK)
		return;
	p->console.drawn = console_drawn;
	p->console.context = &p->framebuffer;
	log_detach(&p->console.sink);
	if (p->framebuffer_shows)
		area = console_half(area);
	if (console_open(&p->console, &p->framebuffer.surface, area) != OK ||
		!log_attach(&p->console.sink))
		log_info("framebuffer", "the log cannot be shown on it");
}

void firmware_screen_show(struct program *p)
{
	char label[PROGRAM_LABEL_SIZE];
	enum status status;

	if (!p->machine.framebuffer.base) {
		tap_skip("framebuffer", "picture", "firmware has none");
		return;
	}
	status = open_framebuffer(p);
	if (status != OK) {
		tap_fail("framebuffer", "picture", "%s", status_name(status));
		return;
	}
	format(label, sizeof(label), "firstlight %s\nfirmware's framebuffer\n%ux%u\nPASS",
		FIRSTLIGHT_VERSION, p->machine.framebuffer.width, p->machine.framebuffer.height);
	/* Its next line would go over the picture. */
	log_detach(&p->console.sink);
	linear_show(&p->framebuffer, &p->options.picture, p->options.label ? label : NULL);
	p->framebuffer_shows = true;
	tap_ok("framebuffer", "picture shown");
	if (p->options.console == CONSOLE_ON)
		firmware_screen_open_console(p);
}
