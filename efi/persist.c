/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the log of a run that ends. Out: a summary in a variable; later the same in a file. */
#include "efi/persist.h"

#include "efi/own_memory.h"
#include "efi/text_file.h"
#include "mem/format.h"
#include "mem/log.h"
#include "mem/string.h"
#include "mem/tap.h"

#define ATTRIBUTES \
	(EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)
#define FILE_NAME "firstlight-last.log"

/* What services take without const. */
static EFI_GUID vendor = {
	0x5b0c7c1e, 0x8f0d, 0x4d53, {0x9a, 0x61, 0x2e, 0x71, 0xc4, 0x0b, 0xd8, 0x3f}};
static CHAR16 variable[] = L"FirstlightLast";

/* Keeps the lines that say what failed and why, up to a limit. */
struct failure_sink {
	struct log_sink sink;
	char *out;
	size_t length;
	size_t limit;
	size_t line_length;
	char line[LOG_LINE_SIZE];
};

/* Keeps the end of a text. */
struct tail_sink {
	struct log_sink sink;
	char *out;
	size_t length;
	size_t limit;
};

static bool says_failure(const char *line)
{
	while (*line == ' ')
		line++;
	if (!strncmp(line, "not ok ", 7))
		return true;
	for (; *line; line++)
		if (!strncmp(line, ": error: cause: ", 16))
			return true;
	return false;
}

static size_t take_failures(struct log_sink *sink, const char *text, size_t length)
{
	struct failure_sink *s = CONTAINER_OF(sink, struct failure_sink, sink);

	for (size_t i = 0; i < length; i++) {
		if (s->line_length + 1 < sizeof(s->line))
			s->line[s->line_length++] = text[i];
		if (text[i] != '\n')
			continue;
		s->line[s->line_length] = '\0';
		if (says_failure(s->line) && s->length + s->line_length <= s->limit) {
			memcpy(s->out + s->length, s->line, s->line_length);
			s->length += s->line_length;
		}
		s->line_length = 0;
	}
	return length;
}

static size_t take_tail(struct log_sink *sink, const char *text, size_t length)
{
	struct tail_sink *s = CONTAINER_OF(sink, struct tail_sink, sink);
	size_t fresh = min_u64(length, s->limit);
	size_t kept = min_u64(s->length, s->limit - fresh);

	memmove(s->out, s->out + s->length - kept, kept);
	memcpy(s->out + kept, text + length - fresh, fresh);
	s->length = kept + fresh;
	return length;
}

/* Without the part of a line that a tail begins with, when it is not the whole text. */
static void drop_part(struct tail_sink *s)
{
	size_t at = 0;

	if (s->length < s->limit)
		return;
	while (at < s->length && s->out[at++] != '\n')
		;
	s->length -= at;
	memmove(s->out, s->out + at, s->length);
}

size_t persist_summary(char out[PERSIST_MAX_SIZE], const char *result)
{
	size_t length = format(out, PERSIST_MAX_SIZE / 4, "%s", result);
	struct failure_sink failures = {.sink = {.name = "failures", .write = take_failures},
		.out = out,
		.length = length,
		.limit = PERSIST_MAX_SIZE / 2};
	struct tail_sink tail = {.sink = {.name = "tail", .write = take_tail}};

	log_replay(&failures.sink);
	tail.out = out + failures.length;
	tail.limit = PERSIST_MAX_SIZE - failures.length;
	log_replay(&tail.sink);
	drop_part(&tail);
	return failures.length + tail.length;
}

void persist_write(const struct firmware *fw, const char *result)
{
	static char summary[PERSIST_MAX_SIZE];
	size_t length = persist_summary(summary, result);
	EFI_STATUS status;
	bool own = own_memory_plan()->in_force;

	own_memory_leave();
	status = fw->system->RuntimeServices->SetVariable(
		variable, &vendor, ATTRIBUTES, length, summary);
	if (own)
		own_memory_return();
	if (EFI_ERROR(status))
		tap_skip("efi", "persist", "firmware does not take %zu bytes: status 0x%lx", length,
			(uint64_t)status);
	else
		tap_ok("efi", "persist: %zu bytes in the variable FirstlightLast", length);
}

static void forget(const struct firmware *fw)
{
	EFI_STATUS status =
		fw->system->RuntimeServices->SetVariable(variable, &vendor, ATTRIBUTES, 0, NULL);

	if (EFI_ERROR(status))
		log_info("efi", "persist: FirstlightLast cannot be deleted: status 0x%lx",
			(uint64_t)status);
}

void persist_recover(const struct firmware *fw)
{
	static char summary[PERSIST_MAX_SIZE];
	char said[TEXT_FILE_SAID_SIZE];
	struct text_file file;
	UINTN length = sizeof(summary);
	EFI_STATUS status =
		fw->system->RuntimeServices->GetVariable(variable, &vendor, NULL, &length, summary);

	if (status == EFI_NOT_FOUND)
		return;
	if (EFI_ERROR(status) || length > sizeof(summary)) {
		log_info("efi", "persist: FirstlightLast cannot be read: status 0x%lx, %lu bytes",
			(uint64_t)status, (uint64_t)length);
		return;
	}
	text_file_create(&file, fw, FILE_NAME);
	text_file_write(&file, summary, length);
	if (text_file_close(&file, said))
		forget(fw);
	log_info("efi", "persist: of an earlier run: %s", said);
}
