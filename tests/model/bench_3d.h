/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A GPU with more than 2D on the bench: which features it offers, and the driver's way with all of
 * check= and resource=.
 */
#ifndef TESTS_MODEL_BENCH_3D_H
#define TESTS_MODEL_BENCH_3D_H

#include "bench.h"
#include "gpu/blob.h"
#include "gpu/check_3d.h"
#include "gpu/protocol_3d.h"
#include "gpu/readback.h"

#define UUID  FEATURE(VIRTIO_GPU_F_RESOURCE_UUID)
#define VIRGL FEATURE(VIRTIO_GPU_F_VIRGL)
#define INIT  FEATURE(VIRTIO_GPU_F_CONTEXT_INIT)
#define BLOB  FEATURE(VIRTIO_GPU_F_RESOURCE_BLOB)
#define ALIGN FEATURE(VIRTIO_GPU_F_BLOB_ALIGNMENT)

/* A machine with a GPU that offers these too, and has the capability sets virgl and virgl2. */
void bench_3d_open(struct bench *b, enum model_transport transport, uint64_t offered);

/* The device has a shared memory region of MODEL_HOST_VISIBLE bytes. MODEL_PCI. */
void bench_3d_add_region(struct bench *b);

/* Shows the bars with check=3d and resource=blob as the application does. */
enum status bench_3d_show(struct bench *b, bool check_3d, bool blob);

#endif
