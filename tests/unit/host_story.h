/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Histories of GPU commands for tests: each function sends a command, which is answered with
 * VIRTIO_GPU_RESP_OK_NODATA until the test says otherwise.
 */
#ifndef TESTS_UNIT_HOST_STORY_H
#define TESTS_UNIT_HOST_STORY_H

#include "gpu/history.h"

#define STORY_BASE 0x40000000u
#define STORY_SIZE 0x10000u /* of memory that may be given to a device */

struct story {
	struct gpu_history history;
	struct dma_pool pool;
	uint32_t cut; /* the next request is sent with so many bytes; 0: with all */
	uint32_t number; /* of the newest command */
	uint32_t room; /* for the next response; 0: 2048 */
};

extern struct story the_story;

void story_begin(void);
void story_send(void *request, uint32_t type, uint32_t flags, uint32_t size);
void story_header(uint32_t type);
void story_edid(uint32_t scanout);
void story_create(uint32_t resource, uint32_t format, uint32_t width, uint32_t height);
void story_unref(uint32_t resource);
void story_detach(uint32_t resource);
/* `entries` as stated; there are as many, up to 64, in the request. */
void story_attach(uint32_t resource, uint64_t address, uint32_t length, uint32_t entries);
/* A blob of one entry. */
void story_blob(uint32_t resource, uint64_t address, uint32_t length);
void story_scanout_blob(
	uint32_t scanout, uint32_t resource, uint32_t format, struct rectangle area);
void story_scanout(uint32_t scanout, uint32_t resource, struct rectangle area);
void story_transfer(uint32_t resource, struct rectangle area, uint64_t offset);
void story_flush(uint32_t resource, struct rectangle area, uint32_t flags);
/* The newest command was answered so. */
void story_answer(uint32_t type, uint32_t length);

#endif
