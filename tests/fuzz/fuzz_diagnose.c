/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In: a good snapshot that bytes are written over, a ring, or commands of a GPU with their answers.
 * Out: a judgement that ends, is ranked and said in whole lines, and is the same when made again.
 */
#include "virtio/diagnose.h"

#include <stdlib.h>
#include <string.h>

#include "gpu/diagnose.h"
#include "mem/bytes.h"
#include "tests/fuzz/fuzz.h"
#include "virtio/chain.h"
#include "virtio/device.h"

#define RAM_BASE    0x40000000u
#define RING_SIZE   8u
#define COMMAND_MAX 96u /* bytes of a request, with two entries behind an ATTACH_BACKING */

static uint8_t ram[4 * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

static struct dma_pool pool_of_ram(void)
{
	struct dma_pool pool = {0};

	memset(ram, 0, sizeof(ram));
	fuzz_check(dma_pool_add(&pool, paddr_of(RAM_BASE), ram, sizeof(ram)) == OK);
	return pool;
}

/* ---- what must hold of every diagnosis ---- */

static void check_diagnosis(const struct diagnosis *d)
{
	fuzz_check(d->count <= DIAGNOSIS_MAX_CAUSES);
	for (unsigned i = 0; i < d->count; i++) {
		const struct cause *c = &d->causes[i];

		fuzz_check(c->mistake && c->mistake < CAUSE_COUNT);
		fuzz_check(c->certainty <= CERTAIN);
		fuzz_check(!i || c->certainty <= d->causes[i - 1].certainty);
		fuzz_check_text(c->evidence, sizeof(c->evidence));
		fuzz_check(*mistake_text(c->mistake) && *mistake_remedy(c->mistake));
		for (unsigned k = 0; k < i; k++)
			fuzz_check(d->causes[k].mistake != c->mistake);
	}
	diagnosis_log(d, "fuzz");
}

/* ---- a snapshot ---- */

static struct written done(uint64_t value)
{
	return (struct written){true, value};
}

/* One request that was not answered, on which nothing wrong can be seen. */
static struct virtio_snapshot good_snapshot(void)
{
	return (struct virtio_snapshot){
		.failure = ERR_TIMEOUT,
		.is_mmio = true,
		.device_id = VIRTIO_ID_GPU,
		.device_id_now = VIRTIO_ID_GPU,
		.status = 0x0f,
		.offered = 0x130000003,
		.accepted = 0x130000002,
		.programmed = {.complete = true,
			.status = done(0x0f),
			.size = done(64),
			.enable = done(1),
			.desc = done(0x10000),
			.avail = done(0x10400),
			.used = done(0x10488),
			.features = done(0x130000002),
			.doorbell = done(0)},
		.has_queue = true,
		.device = {.size_max = 1024, .ready = true},
		.size = 64,
		.desc = 0x10000,
		.avail = 0x10400,
		.used = 0x10488,
		.ring_in_memory = true,
		.used_align = 4,
		.avail_idx = 8,
		.used_idx = 7,
		.used_idx_seen = 7,
		.in_flight = 1,
		.notified = true,
		.chain_end = CHAIN_WHOLE,
		.chain_count = 2,
		.chain = {{0, 0x20000, 24, VIRTQ_DESC_F_NEXT, 1, true, false},
			{1, 0x21000, 408, VIRTQ_DESC_F_WRITE, 0, true, false}},
		.request_length = 24,
		.request_least = 24,
		.response_room = 408,
	};
}

/* Bytes of the input at offsets of the input. */
static void write_over(struct virtio_snapshot *s, struct bytes *in)
{
	while (bytes_left(in) > 3) {
		size_t at = bytes_le16(in) % sizeof(*s);

		for (unsigned count = 1 + (bytes_u8(in) & 7); count && at < sizeof(*s); count--)
			((uint8_t *)s)[at++] = bytes_u8(in);
	}
}

static void mend_bool(bool *b)
{
	uint8_t byte;

	memcpy(&byte, b, 1);
	*b = byte & 1;
}

static void mend_written(struct written *w)
{
	mend_bool(&w->done);
}

static void mend_programmed(struct virtio_programmed *p)
{
	mend_bool(&p->complete);
	mend_written(&p->size);
	mend_written(&p->align);
	mend_written(&p->pfn);
	mend_written(&p->enable);
	mend_written(&p->desc);
	mend_written(&p->avail);
	mend_written(&p->used);
	mend_written(&p->status);
	mend_written(&p->page_size);
	mend_written(&p->features);
	mend_written(&p->late_features);
	mend_written(&p->pfn_zero);
	mend_written(&p->doorbell);
	p->narrow_name = p->narrow_name ? "Status" : NULL;
}

static void mend_event(struct packed_event *event)
{
	uint32_t flags;

	memcpy(&flags, &event->flags, sizeof(flags));
	event->flags = flags % 4;
	mend_bool(&event->place.wrap);
}

static void mend_packed(struct snapshot_packed *at)
{
	mend_bool(&at->next_avail.wrap);
	mend_bool(&at->next_used.wrap);
	mend_event(&at->driver);
	mend_event(&at->device);
}

/* What is no plain number, and what counts the entries of an array, is made a value of its type. */
static void mend(struct virtio_snapshot *s)
{
	uint32_t failure, end, coherence;

	memcpy(&failure, &s->failure, sizeof(failure));
	s->failure = (enum status)(failure % STATUS_COUNT);
	memcpy(&end, &s->chain_end, sizeof(end));
	s->chain_end = (enum chain_end)(end % (CHAIN_TABLE_OUTSIDE + 1));
	memcpy(&coherence, &s->coherence, sizeof(coherence));
	s->coherence = (enum coherence)(coherence % (COHERENCE_NO + 1));
	s->step = s->transport = "fuzz";
	mend_bool(&s->legacy);
	mend_bool(&s->is_mmio);
	s->is_pci = !s->is_mmio;
	mend_bool(&s->has_accepted_now);
	mend_bool(&s->has_queue);
	mend_bool(&s->device.ready);
	mend_bool(&s->ring_in_memory);
	mend_bool(&s->packed);
	mend_bool(&s->uncached);
	mend_packed(&s->at);
	mend_bool(&s->notified);
	mend_bool(&s->response_written);
	mend_programmed(&s->programmed);
	s->chain_count %= SNAPSHOT_CHAIN + 1;
	s->request_count %= SNAPSHOT_REQUEST + 1;
	s->response_count %= SNAPSHOT_RESPONSE + 1;
	for (unsigned i = 0; i < SNAPSHOT_CHAIN; i++) {
		mend_bool(&s->chain[i].in_memory);
		mend_bool(&s->chain[i].in_table);
	}
}

static void judge_snapshot(struct bytes *in)
{
	struct virtio_snapshot s = good_snapshot();
	struct diagnosis d = {0}, again = {0};

	write_over(&s, in);
	mend(&s);
	diagnose(&s, &d);
	diagnose(&s, &again);
	fuzz_check(d.count && !memcmp(&d, &again, sizeof(d)));
	check_diagnosis(&d);
	virtio_snapshot_log(&s, "fuzz");
}

/* ---- a ring ---- */

static void walk_ring(struct bytes *in)
{
	uint16_t slot = bytes_left(in) ? bytes_u8(in) : 0;
	size_t size = min_u64(bytes_left(in), sizeof(ram));
	struct dma_pool pool = pool_of_ram();
	struct split_layout layout = split_layout_of(RING_SIZE, 4);
	struct dma_block block;
	struct split_ring ring;
	struct chain chain;

	fuzz_check(dma_alloc(&pool, layout.size, PAGE_SIZE, &block) == OK);
	split_ring_init(&ring, RING_SIZE, &block, &layout);
	memcpy(ram, bytes_take(in, size), size);
	chain_walk(&ring, &pool, slot, &chain);
	fuzz_check(chain.end != CHAIN_NONE && chain.end <= CHAIN_TABLE_OUTSIDE);
	fuzz_check(chain.count <= SNAPSHOT_CHAIN);
	fuzz_check(chain.end == CHAIN_HEAD_OUTSIDE || (chain.count && chain.head < RING_SIZE));
	for (unsigned i = 0; i < chain.count; i++) {
		const struct snapshot_descriptor *c = &chain.descriptors[i];

		fuzz_check(c->in_memory == !!dma_at(&pool, (paddr){c->addr}, c->len));
	}
}

/* ---- a journal ---- */

static struct io_access read_access(struct bytes *in)
{
	static const char *const names[] = {"Status", "device_status", "QueueSel", "queue_select",
		"DriverFeaturesSel", "DriverFeatures", "driver_feature", "driver_features",
		"QueuePFN", "queue_address", "QueueReady", "queue_enable", "QueueDescLow",
		"QueueDescHigh", "QueueNotify", "notify", "GuestPageSize", "QueueSize", "", "I"};
	uint8_t what = bytes_u8(in);

	return (struct io_access){
		.name = names[what % ARRAY_SIZE(names)],
		.width = (uint8_t)(1 << (bytes_u8(in) & 3)),
		.write = what & 0x80,
		.offset = bytes_u8(in) * 2u,
		.value = bytes_le16(in),
	};
}

/* What was written by it, judged as that of a device which reads as a good one. */
static void judge_journal(struct bytes *in)
{
	static struct io_journal journal;
	struct virtio_snapshot s = good_snapshot();
	struct diagnosis d = {0};

	s.step = s.transport = "fuzz";
	s.legacy = bytes_left(in) && bytes_u8(in) & 1;
	for (journal.next = 0; bytes_left(in) > 5; journal.next++)
		journal.access[journal.next % IO_JOURNAL_SIZE] = read_access(in);
	s.programmed = virtio_programmed_of(&journal, s.index);
	fuzz_check(!s.programmed.pfn.value || s.programmed.pfn.done);
	diagnose(&s, &d);
	fuzz_check(d.count);
	check_diagnosis(&d);
	virtio_snapshot_log(&s, "fuzz");
}

/* ---- commands ---- */

/* A request of any length; the bytes behind what is there are 0. */
static void send_command(struct gpu_history *h, const struct dma_pool *pool, struct bytes *in)
{
	uint8_t type = bytes_u8(in), rest = bytes_u8(in);
	uint32_t length = (uint32_t)min_u64(bytes_u8(in), COMMAND_MAX);
	size_t there = min_u64(length, bytes_left(in));
	uint8_t *request = calloc(1, length + 1);
	uint32_t number;
	struct virtio_gpu_ctrl_hdr hdr = {.type = le32_of(0x100u + type % 16)};
	struct virtio_gpu_ctrl_hdr answer = {
		.type = le32_of(rest & 16 ? 0x1200u + rest % 8 : 0x1100u + rest % 8)};

	memcpy(request, bytes_take(in, there), there);
	memcpy(request, &hdr, min_u64(sizeof(hdr.type), length));
	number = gpu_history_sent(h, request, length, rest & 32 ? 8 : 2048, pool);
	free(request);
	if (rest & 64)
		gpu_history_outside(h, RAM_BASE - 1);
	if (!(rest & 128))
		gpu_history_answered(h, number - rest % 3, &answer, rest & 8 ? 4 : sizeof(answer));
}

static void judge_commands(struct bytes *in)
{
	static struct gpu_history history;
	struct dma_pool pool = pool_of_ram();
	struct gpu_intent intent = {
		.num_scanouts = 1,
		.resource = 1,
		.width = 64,
		.height = 48,
		.stride_bytes = 256,
		.format = VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM,
	};
	struct diagnosis answer = {0}, picture = {0};

	history.count = 0;
	while (bytes_left(in) > 2)
		send_command(&history, &pool, in);
	gpu_history_log(&history, history.count, GPU_HISTORY_SIZE + 1, "fuzz");
	gpu_diagnose_answer(&history, history.count, &intent, &answer);
	fuzz_check(!answer.count == !history.count);
	check_diagnosis(&answer);
	gpu_diagnose_picture(&history, &intent, &picture);
	check_diagnosis(&picture);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const kinds[])(struct bytes * in) = {
		judge_snapshot, walk_ring, judge_journal, judge_commands};
	struct bytes in = bytes_of(data, size);

	fuzz_begin(LOG_TRACE, NULL);
	kinds[(size ? bytes_u8(&in) : 0) % ARRAY_SIZE(kinds)](&in);
	fuzz_lines();
	return 0;
}
