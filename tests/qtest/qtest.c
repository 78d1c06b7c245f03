/* SPDX-License-Identifier: BSD-2-Clause */
/* In: register accesses of the code under test. Out: the same accesses, made by QEMU. */
#include "tests/qtest/qtest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem/log.h"

#define LINE_SIZE 128u

static int qtest = -1;
static bool ports;

struct qtest_count qtest_count;

static NORETURN void bail_out(const char *what, const char *line)
{
	log_line("Bail out! qtest: %s: %s", what, line);
	log_drain();
	exit(EXIT_FAILURE);
}

static void send_line(const char *line)
{
	size_t length = strlen(line);

	if (write(qtest, line, length) != (ssize_t)length)
		bail_out("the request cannot be sent", line);
}

/* Each request has one answer, so no more than one line is ever on its way. */
static void receive_line(const char *request, char line[LINE_SIZE])
{
	size_t length = 0;
	ssize_t got;

	do {
		got = read(qtest, line + length, LINE_SIZE - 1 - length);
		if (got <= 0)
			bail_out("no answer", request);
		length += (size_t)got;
	} while (line[length - 1] != '\n' && length < LINE_SIZE - 1);
	line[length - 1] = '\0';
	if (strncmp(line, "OK", 2))
		bail_out(request, line);
}

/* The protocol's names of the widths. */
static char width_letter(unsigned width)
{
	switch (width) {
	case 1: return 'b';
	case 2: return 'w';
	case 4: return 'l';
	default: return 'q';
	}
}

void qtest_open(int socket, bool has_ports)
{
	qtest = socket;
	ports = has_ports;
}

uint64_t io_read(enum io_space space, uint64_t address, unsigned width)
{
	char request[LINE_SIZE], answer[LINE_SIZE];

	snprintf(request, sizeof(request), "%s%c 0x%" PRIx64 "\n", space == IO_PORT ? "in" : "read",
		width_letter(width), address);
	send_line(request);
	receive_line(request, answer);
	qtest_count.reads++;
	return strtoull(answer + 2, NULL, 0);
}

void io_write(enum io_space space, uint64_t address, unsigned width, uint64_t value)
{
	char request[LINE_SIZE], answer[LINE_SIZE];

	snprintf(request, sizeof(request), "%s%c 0x%" PRIx64 " 0x%" PRIx64 "\n",
		space == IO_PORT ? "out" : "write", width_letter(width), address, value);
	send_line(request);
	receive_line(request, answer);
	qtest_count.writes++;
}

bool io_has_ports(void)
{
	return ports;
}
