/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a model of a GPU holds: resources with their pictures on the host's side, and what the
 * displays show of them. A test says what displays there are, and looks at the screens.
 */
#ifndef TESTS_MODEL_MODEL_GPU_H
#define TESTS_MODEL_MODEL_GPU_H

#include "model_device.h"

#define MODEL_RESOURCES 64u
#define MODEL_BACKING   1026u
#define MODEL_CONTEXTS  4u
#define MODEL_CAPSETS   4u

/* Bytes of the shared memory region that blobs are mapped into, where a test adds one. */
#define MODEL_HOST_VISIBLE 0x10000u

struct model_resource {
	uint32_t id; /* 0: free */
	uint32_t width;
	uint32_t height;
	uint32_t stride; /* bytes of a row of the backing */
	const char *bytes; /* of a pixel, in memory: "BGRX" */
	uint32_t *pixels; /* 0xAARRGGBB, X in place of A */
	bool transferred;
	bool fenced; /* the last transfer was */
	uint64_t blob; /* bytes of one; 0: it is none */
	uint64_t offset; /* of a blob's first pixel */
	uint32_t context; /* that it is attached to; 0: none */
	bool mappable;
	bool mapped;
	uint32_t backing_count;
	struct model_segment backing[MODEL_BACKING];
};

struct model_capset {
	uint32_t id;
	uint32_t version;
	uint32_t size;
};

struct model_display {
	bool enabled;
	uint32_t width;
	uint32_t height;
	uint32_t x; /* on the desktop */
	uint32_t y;

	/* What it shows. */
	uint32_t resource; /* 0: nothing */
	uint32_t shown_x; /* of the resource */
	uint32_t shown_y;
	uint32_t shown_width;
	uint32_t shown_height;
	uint32_t *screen; /* as of the last flush */
	uint32_t cursor; /* the resource that is shown; 0: none */
	uint32_t cursor_x;
	uint32_t cursor_y;
	uint32_t hot_x;
	uint32_t hot_y;
};

struct model_gpu {
	struct model_resource resources[MODEL_RESOURCES];
	struct model_display displays[VIRTIO_GPU_MAX_SCANOUTS];
	uint8_t edid[1024];
	uint32_t edid_size;
	uint32_t refuse_command; /* this command gets the response refuse_with */
	uint32_t refuse_with;
	uint32_t refused_resource; /* may be named by what was sent with its creation */
	bool displays_asked;
	bool edid_asked;
	uint64_t last_fence;
	unsigned flushes;
	unsigned resource_count;
	unsigned resource_peak; /* the most that there ever were */
	unsigned cursor_updates;
	unsigned cursor_moves;
	uint32_t contexts[MODEL_CONTEXTS]; /* their ids; 0: free */
	uint32_t context_init; /* of the one that was created last */
	unsigned submits;
	unsigned maps;
	struct model_capset capsets[MODEL_CAPSETS];
};

/* A command of the device: the response's type, its data behind the header in `response`. */
typedef uint32_t model_command(struct model *m, const void *request, uint32_t size, void *response);

/* Resources that other devices may know: model_gpu_blob.c. */
model_command model_assign_uuid, model_create_blob, model_set_scanout_blob, model_map_blob,
	model_unmap_blob;

/* Capability sets and contexts: model_gpu_3d.c. */
model_command model_capset_info, model_capset, model_ctx_create, model_ctx_destroy,
	model_ctx_attach, model_ctx_detach, model_transfer_3d, model_transfer_3d_back, model_submit;

/* What a GET_CAPSET is answered with behind the header. */
uint32_t model_capset_size(const struct model *m, const void *request);

/* The resource with this id; without one, a breach of the rules. */
struct model_resource *model_known_resource(struct model *m, uint32_t id, const char *command);

/* A place for a new resource of this id; NULL when the id is not good or there is no place. */
struct model_resource *model_new_resource(struct model *m, uint32_t id, const char *command);

/* Takes the entries that stand behind a request's struct of `at` bytes. False when it cannot. */
bool model_take_backing(struct model *m, struct model_resource *r, const void *request,
	uint32_t size, uint32_t at, uint32_t count);

/* The rectangle as numbers, and whether it lies inside and is not empty. */
struct virtio_gpu_rect model_rect(struct virtio_gpu_rect wire);
bool model_covered(const struct virtio_gpu_rect *r, uint32_t width, uint32_t height);

/* A scanout shows so much of a resource from now on. */
void model_show(struct model *m, uint32_t scanout, const struct model_resource *r,
	const struct virtio_gpu_rect *rect);

static inline uint32_t model_num_scanouts(const struct model *m)
{
	return m->config[8] | (uint32_t)m->config[9] << 8;
}

/* EVENT_DISPLAY: the configuration changes. */
void model_raise_display_event(struct model *m);

/* The resource with this id; NULL when there is none. */
struct model_resource *model_find_resource(struct model *m, uint32_t id);

/* How the bytes of a pixel of that format are in memory; NULL for no format of the specification.
 */
const char *model_format(uint32_t format);

/* TRANSFER_TO_HOST_2D and RESOURCE_FLUSH, with rectangles that were found good. */
void model_transfer(struct model *m, struct model_resource *r, const struct virtio_gpu_rect *rect,
	uint64_t offset);
/* The whole picture, back to the memory that backs it. */
void model_transfer_back(struct model *m, const struct model_resource *r, uint32_t stride);
void model_flush(
	struct model *m, const struct model_resource *r, const struct virtio_gpu_rect *rect);

/* Frees what a resource holds: there is one less. */
void model_drop_resource(struct model *m, struct model_resource *r);

#endif
