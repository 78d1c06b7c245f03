/* SPDX-License-Identifier: BSD-2-Clause */
/* In: what a GPU offers beyond 2D. Out: the driver's way with it. */
#include "bench_3d.h"

#include "model_pci.h"

void bench_3d_open(struct bench *b, enum model_transport transport, uint64_t offered)
{
	static const struct model_capset capsets[] = {
		{VIRTIO_GPU_CAPSET_VIRGL, 1, 308}, {VIRTIO_GPU_CAPSET_VIRGL2, 2, 1376}};

	host_reset(NULL);
	bench_open(b, transport, &model_type_gpu);
	b->model.understood |= GPU_3D_FEATURES | GPU_BLOB_FEATURES;
	b->model.offered |= offered;
	b->model.config[12] = offered & VIRGL ? ARRAY_SIZE(capsets) : 0;
	for (unsigned i = 0; i < ARRAY_SIZE(capsets); i++)
		b->model.gpu->capsets[i] = capsets[i];
}

/* In place of the vendor's capability. */
void bench_3d_add_region(struct bench *b)
{
	model_pci_put(&b->model, MODEL_CAP_VENDOR + 3, 1, 8);
	model_pci_put(&b->model, MODEL_CAP_VENDOR + 4, 2, 4 | VIRTIO_GPU_SHM_ID_HOST_VISIBLE << 8);
	model_pci_put(&b->model, MODEL_CAP_VENDOR + 12, 4, MODEL_HOST_VISIBLE);
}

enum status bench_3d_show(struct bench *b, bool check_3d, bool blob)
{
	const struct gpu_show show = {.picture = {.pattern = PICTURE_BARS},
		.check_3d = check_3d,
		.readback = check_3d,
		.blob = blob};
	struct gpu_setup setup = gpu_setup_full;
	enum status status;

	if (check_3d)
		setup.features |= GPU_3D_FEATURES;
	if (blob)
		setup.features |= GPU_BLOB_FEATURES;
	bench_find(b);
	assert_non_null(b->dev);
	status = gpu_open(&b->gpu, 0, b->dev, &setup);
	if (status == OK)
		status = gpu_show(&b->gpu, &show, &b->screens);
	return status;
}
