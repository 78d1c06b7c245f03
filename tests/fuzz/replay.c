/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: files and folders of inputs. Out: a target run over each of them, without libFuzzer. A
 * finding ends the program; the last name printed is that of its input.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

#define PATH_SIZE 4096

static unsigned replayed;

/* The input is a block of its own size, so that the sanitizer sees any access outside it. */
static bool replay_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(size);
	bool whole = file && fread(data, 1, size, file) == size;

	if (file)
		fclose(file);
	if (whole) {
		printf("%s\n", path);
		fflush(stdout);
		LLVMFuzzerTestOneInput(data, size);
		replayed++;
	} else {
		perror(path);
	}
	free(data);
	return whole;
}

static bool replay(const char *path);

static bool replay_folder(const char *path)
{
	struct dirent **names;
	int count = scandir(path, &names, NULL, alphasort);
	char inner[PATH_SIZE];
	bool good = count >= 0;

	for (int i = 0; i < count; i++) {
		if (names[i]->d_name[0] != '.') {
			snprintf(inner, sizeof(inner), "%s/%s", path, names[i]->d_name);
			good = replay(inner) && good;
		}
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	return good;
}

static bool replay(const char *path)
{
	struct stat about;

	if (stat(path, &about)) {
		perror(path);
		return false;
	}
	return S_ISDIR(about.st_mode) ? replay_folder(path)
				      : replay_file(path, (size_t)about.st_size);
}

int main(int argc, char **argv)
{
	bool good = argc > 1;

	for (int i = 1; i < argc; i++)
		good = replay(argv[i]) && good;
	printf("%u inputs\n", replayed);
	return good && replayed ? EXIT_SUCCESS : EXIT_FAILURE;
}
