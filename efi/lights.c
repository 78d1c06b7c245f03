/* SPDX-License-Identifier: BSD-2-Clause */
/* In: devices that are ready to be driven. Out: a picture on each GPU, or the reason why not. */
#include "efi/lights.h"

#include "efi/devices.h"
#include "efi/firmware_screen.h"
#include "gpu/absent.h"
#include "gpu/bench.h"
#include "gpu/blob.h"
#include "gpu/check_3d.h"
#include "gpu/isolate.h"
#include "gpu/readback.h"
#include "gpu/samples.h"
#include "gpu/screen_log.h"
#include "gpu/watch.h"
#include "mem/clock.h"
#include "mem/format.h"
#include "mem/tap.h"

/* Shows the picture; a GPU that cannot is tried in small steps, for the log. */
static enum status light(
	struct program *p, struct light *l, unsigned number, struct virtio_device *dev)
{
	struct gpu_setup setup = gpu_setup_full;
	enum status status = OK;

	setup.features = options_features(&p->options, true, setup.features);
	setup.cursor = p->options.cursor;
	if (p->options.readback)
		setup.features |= GPU_READBACK_FEATURES;
	if (p->options.check_3d)
		setup.features |= GPU_3D_FEATURES;
	if (p->options.blob)
		setup.features |= GPU_BLOB_FEATURES;
	if (p->options.fault)
		status = fault_install(&l->fault, p->options.fault, p->options.fault_at, dev);
	if (status != OK)
		return status;
	l->show = (struct gpu_show){
		.picture = p->options.picture,
		.format = p->options.format,
		.scattered = p->options.scattered,
		.cursor = p->options.cursor_place,
		.layout = p->options.layout,
		.choice = p->options.choice,
		.readback = p->options.readback,
		.check_3d = p->options.check_3d,
		.blob = p->options.blob,
		.label = p->options.label ? l->label : NULL,
	};
	format(l->label, sizeof(l->label), "firstlight %s\ngpu%u: %s\n%s", FIRSTLIGHT_VERSION,
		number, dev->name, dev->transport->name);
	status = gpu_session_open(&l->session, number, dev, &setup, &l->show);
	l->lit = status == OK;
	log_info(dev->name, "register accesses: %lu reads, %lu writes, %lu notifications",
		dev->count.reads, dev->count.writes, l->session.gpu.control.notifications);
	if (status != OK && p->options.isolate)
		gpu_isolate(&l->session, devices_find_entropy(p));
	return status;
}

/* When the first picture is on its screen: what that took, and what the log had come to. */
static void measure_first(const struct program *p)
{
	const struct log_sink *serial = &p->serial.sink;

	metric("run", "first-pixel", "time", clock_ns(), "ns");
	metric("run", "first-pixel", "log", the_log.written, "characters");
	metric("run", "first-pixel", "sent", serial->taken, "characters");
}

void lights_show(struct program *p)
{
	for (unsigned i = 0; i < p->devices.count; i++) {
		struct virtio_device *dev = &p->devices.devices[i];
		struct light *l = &p->lights[p->found];
		enum status status;

		if (dev->device_id != VIRTIO_ID_GPU)
			continue;
		if (p->found == PROGRAM_MAX_GPUS) {
			tap_fail(
				dev->name, "GPU", "%u others are driven already", PROGRAM_MAX_GPUS);
			continue;
		}
		tap_open(dev->name);
		status = light(p, l, p->found, dev);
		tap_close(dev->name, status, "gpu%u: picture shown", p->found);
		p->found++;
		if (status == OK && !p->lit++ && p->options.pace)
			measure_first(p);
	}
	if (p->found)
		return;
	tap_skip("gpu", "picture", "no virtio GPU was found");
	gpu_explain_absence(&p->devices, &p->pci, p->machine.pci_host_count);
}

void lights_watch(struct program *p)
{
	struct gpu_watch *watches = p->watches;
	unsigned count = 0;

	for (unsigned i = 0; i < p->found; i++)
		if (p->lights[i].lit)
			watches[count++] = (struct gpu_watch){.session = &p->lights[i].session};
	gpu_watch_run(watches, count, p->options.duration_s * 1000000ull);
	p->lit = 0;
	for (unsigned i = 0; i < count; i++) {
		p->lit += watches[i].status == OK;
		p->served += watches[i].served;
	}
}

static enum status bench_screens(struct light *l)
{
	struct gpu_session *s = &l->session;
	enum status status = OK;

	for (unsigned i = 0; status == OK && i < VIRTIO_GPU_MAX_SCANOUTS; i++)
		if (s->screens.screens[i].frame.view_count)
			status = gpu_bench_run(&s->gpu, &s->screens.screens[i], &l->show.picture);
	return status;
}

void lights_bench(struct program *p)
{
	p->lit = 0;
	for (unsigned i = 0; i < p->found; i++)
		if (p->lights[i].lit)
			p->lit += bench_screens(&p->lights[i]) == OK;
}

/* The fewer of those that frames= and duration= ask for; 0: no end. */
static uint64_t frames_asked_for(const struct options *options)
{
	uint64_t fit = (uint64_t)options->duration_s * GPU_ANIMATE_RATE;

	if (!options->frames || !fit)
		return options->frames + fit;
	return min_u64(options->frames, fit);
}

void lights_animate(struct program *p)
{
	struct gpu_animation *animations = p->animations;
	unsigned count = 0;

	for (unsigned i = 0; i < p->found; i++)
		if (p->lights[i].lit)
			animations[count++].session = &p->lights[i].session;
	gpu_animate_run(animations, count, frames_asked_for(&p->options));
	p->lit = 0;
	for (unsigned i = 0; i < count; i++) {
		/* One that could not be animated keeps its picture: what failed is a step. */
		p->lit += animations[i].session->open;
		p->frames += animations[i].pace.shown;
		p->dropped += animations[i].pace.dropped;
	}
}

void lights_show_log(struct program *p, enum verdict verdict, const char *last)
{
	if (p->options.console == CONSOLE_OFF ||
		(p->options.console == CONSOLE_FAIL && verdict != VERDICT_FAIL))
		return;
	for (unsigned i = 0; i < p->found; i++) {
		struct gpu_session *s = &p->lights[i].session;

		if (p->lights[i].lit && s->open &&
			gpu_screens_show_log(&s->gpu, &s->screens, last) != OK)
			log_info(s->gpu.name, "the log cannot be shown on it");
	}
	if (p->options.console == CONSOLE_FAIL)
		firmware_screen_open_console(p);
}
