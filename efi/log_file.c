/* SPDX-License-Identifier: BSD-2-Clause */
/* In: the log. Out: firstlight.log. */
#include "efi/log_file.h"

#include "mem/log.h"

struct file_sink {
	struct log_sink sink;
	struct text_file file;
};

static size_t take(struct log_sink *sink, const char *text, size_t length)
{
	struct file_sink *s = CONTAINER_OF(sink, struct file_sink, sink);

	text_file_write(&s->file, text, length);
	return length;
}

bool log_file_write(const struct firmware *fw, char said[TEXT_FILE_SAID_SIZE])
{
	struct file_sink s = {.sink = {.name = "firstlight.log", .write = take}};

	text_file_create(&s.file, fw, s.sink.name);
	log_replay(&s.sink);
	return text_file_close(&s.file, said);
}
