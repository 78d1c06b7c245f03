/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: a QEMU that is connected by qtest, its guest's memory, and commands on standard input, a line
 * each. Out: TAP on standard output, a test point a command, with the status as exit code.
 *
 * The code under test is that of the application, object for object; what is missing here is the
 * firmware in front of it and the processor below it. tests/qtest/bench.py is the other end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "mem/log.h"
#include "mem/tap.h"
#include "tests/qtest/bench.h"
#include "tests/qtest/host.h"
#include "tests/qtest/qtest.h"

#define LINE_SIZE 256u

struct command {
	const char *name;
	unsigned arguments; /* at least */
	enum status (*run)(struct bench *b, const struct words *w);
	const char *help;
};

static const struct command commands[] = {
	{"mmio", 3, machine_mmio, "BASE SIZE COUNT: virtio-mmio windows, one after the other"},
	{"pci", 3, machine_pci, "ECAM FIRST LAST: a host bridge's buses; ECAM 0: by ports"},
	{"aperture", 4, machine_aperture,
		"memory|prefetch|io|io-mmio BUS CPU SIZE: of the last host bridge"},
	{"memory", 3, machine_memory, "ADDRESS OFFSET SIZE: for DMA; OFFSET: in the mapping"},
	{"timeout", 2, machine_timeout, "DEVICE MS: how long it may take to answer"},
	{"unplug", 1, machine_unplug, "DEVICE: take its registers off the PCI bus"},
	{"find", 0, machine_find, "scan the host bridges, find the virtio devices"},
	{"faults", 0, fault_list,
		"a line for each and each transport: fault NAME MISTAKE TRANSPORT"},
	{"fault", 2, fault_on, "DEVICE NAME [N]: it is driven with that fault (gpu/fault.h)"},
	{"show", 2, light_show,
		"DEVICE PATTERN [WIDTH HEIGHT [LABEL [LAYOUT [SCANOUTS [FORMAT [CURSOR "
		"[scattered]]]]]]]: the picture on a GPU, a word over it (-: none), on all "
		"scanouts or the enabled"},
	{"rounds", 3, light_rounds,
		"DEVICE COUNT SHOWS: that often open, show so often and take down, close"},
	{"watch", 2, light_watch,
		"DEVICE MS: follow its displays so long; its last line says how many changes"},
	{"animate", 2, light_animate, "DEVICE FRAMES: a moving picture, so many frames of it"},
	{"repaint", 4, light_repaint,
		"DEVICE PATTERN WIDTH HEIGHT: another picture, a tile of this size at a time"},
	{"patch", 3, light_patch,
		"DEVICE PATTERN COUNT: another picture in that many rectangles, which the log "
		"names"},
	{"flush", 2, light_flush, "DEVICE COUNT: that many flushes, many at a time"},
	{"frames", 2, light_frames,
		"DEVICE COUNT: so often its pictures drawn and presented; its last line says what "
		"one costs"},
	{"stall", 1, light_stall, "DEVICE: send a request that is never answered, and recover"},
	{"break", 1, light_break, "DEVICE: spoil its control queue: a head that no ring has"},
	{"close", 1, light_close, "DEVICE: reset it, take its memory back"},
	{"want", 1, device_want,
		"FEATURES: a word of bits that is accepted from now on, beside the usual ones"},
	{"entropy", 1, device_entropy, "DEVICE: prove an entropy device"},
	{"ring", 5, device_ring,
		"DEVICE QUEUE SIZE EXPECTED COUNT: that many requests through one queue, asked to "
		"have SIZE entries and to get EXPECTED"},
};

uint64_t words_number(const struct words *w, unsigned index)
{
	return index < w->count ? strtoull(w->word[index], NULL, 0) : 0;
}

struct virtio_device *bench_find_device(struct bench *b, const struct words *w, unsigned index)
{
	for (unsigned i = 0; i < b->found.count; i++)
		if (!strcmp(b->found.devices[i].name, w->word[index]))
			return &b->found.devices[i];
	log_error("qtest", "device: %s was not found", w->word[index]);
	return NULL;
}

static struct words split(char *line)
{
	struct words words = {0};

	for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n"))
		if (words.count < COMMAND_MAX_WORDS)
			words.word[words.count++] = word;
	return words;
}

static enum status run(struct bench *b, const struct words *w)
{
	for (unsigned i = 0; i < ARRAY_SIZE(commands); i++) {
		const struct command *c = &commands[i];

		if (!w->count || strcmp(c->name, w->word[0]))
			continue;
		if (w->count > c->arguments)
			return c->run(b, w);
		log_error("qtest", "usage: %s %s", c->name, c->help);
		return ERR_MALFORMED;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(commands); i++)
		log_error("qtest", "known is: %s %s", commands[i].name, commands[i].help);
	return ERR_NOT_FOUND;
}

/* Every command, as it came, is the text of its test point. */
static void serve(struct bench *b)
{
	char line[LINE_SIZE], text[LINE_SIZE];

	while (fgets(line, sizeof(line), stdin)) {
		struct words words;

		line[strcspn(line, "\n")] = '\0';
		strcpy(text, line);
		words = split(line);
		tap_open("qtest");
		tap_close("qtest", run(b, &words), "%s", text);
		log_drain();
	}
	tap_end();
	log_drain();
}

static bool map_memory(struct bench *b, int file)
{
	struct stat stat;

	if (fstat(file, &stat))
		return false;
	b->memory_size = (size_t)stat.st_size;
	b->memory = mmap(NULL, b->memory_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	return b->memory != MAP_FAILED;
}

/* Usage: firstlight-qtest SOCKET MEMORY [ports]. Two file descriptors, and what an x86 has. */
int main(int count, char **arguments)
{
	static struct bench bench;

	if (count < 3 || !host_start() || !map_memory(&bench, atoi(arguments[2]))) {
		fprintf(stderr, "usage: firstlight-qtest SOCKET MEMORY [ports]\n");
		return EXIT_FAILURE;
	}
	qtest_open(atoi(arguments[1]), count > 3);
	tap_begin();
	serve(&bench);
	return tap_passed() ? EXIT_SUCCESS : EXIT_FAILURE;
}
