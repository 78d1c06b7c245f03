/* SPDX-License-Identifier: BSD-2-Clause */
/* In: requests as lists of buffers. Out: the same requests, used by the device, checked. */
#include "virtio/queue.h"

#include "mem/clock.h"
#include "mem/log.h"
#include "mem/tap.h"
#include "virtio/queue_format.h"
#include "virtio/snapshot.h"

/* Of an indirect table; an entry is as large in both formats. */
#define TABLE_ALIGN sizeof(struct virtq_desc)
#define TABLE_SIZE  (sizeof(struct virtq_desc) * QUEUE_MAX_BUFFERS)

static enum status fail_open(struct queue *q, enum status status, const char *cause)
{
	tap_fail(q->dev->name, "queue", "queue %u: %s", q->index, cause);
	return status;
}

/* Any maximum is allowed; the size of a split ring must be a power of two (§2.7, §2.8.10.1). */
static uint16_t fit(const struct queue *q, uint16_t wanted, uint32_t max)
{
	/* §2.7.5: then descriptors are used in the order of their table, which all of them are. */
	if (q->in_order)
		max = (uint32_t)min_u64(max, QUEUE_MAX_SLOTS);
	if (q->format == &queue_packed)
		return (uint16_t)min_u64(wanted, max);
	while (wanted > max)
		wanted /= 2;
	return wanted;
}

/* Chooses the ring's size from what the device allows. */
static enum status choose_size(struct queue *q, uint16_t wanted, uint16_t *size)
{
	struct virtio_device *dev = q->dev;
	uint32_t max = dev->transport->read_queue_size_max(dev, q->index);

	log_info(dev->name, "queue %u: size at most %u, %u wanted", q->index, max, wanted);
	if (!max) {
		(void)virtio_post_mortem(dev, NULL, "queue size", ERR_NOT_FOUND);
		return fail_open(q, ERR_NOT_FOUND, "the device has no such queue (its size is 0)");
	}
	if (max > SPLIT_RING_MAX_SIZE && virtio_judge(dev) == ERR_GONE)
		return fail_open(q, virtio_post_mortem(dev, NULL, "queue size", ERR_GONE),
			"the device left the bus");
	if (max > SPLIT_RING_MAX_SIZE)
		return fail_open(q, ERR_PROTOCOL, "its size is above 32768 (virtio 1.3, 2.7)");
	if (dev->transport->queue_size_is_free) {
		*size = fit(q, wanted, max);
		return OK;
	}
	if (!is_power_of_two(max))
		return fail_open(
			q, ERR_PROTOCOL, "its size is not a power of two (virtio 1.3, 2.7)");
	*size = (uint16_t)max;
	return OK;
}

static enum status allocate(struct queue *q)
{
	uint16_t slots = (uint16_t)min_u64(q->size, QUEUE_MAX_SLOTS);
	enum status status = q->format->open(q, q->size);

	if (status == OK && q->indirect)
		status = dma_alloc(q->dev->pool, TABLE_SIZE * slots, TABLE_ALIGN, &q->tables);
	if (status != OK)
		return fail_open(q, status, status_name(status));
	for (uint16_t i = 0; i < slots; i++)
		q->slots[i] = (struct queue_slot){.next = (uint16_t)(i + 1)};
	q->free_count = slots;
	q->free_tail = (uint16_t)(slots - 1);
	return OK;
}

/* Whether the device is to interrupt for the next used buffer (§2.7.7, §2.7.10, §2.8.10). */
static void tell_interrupts(struct queue *q)
{
	bool wanted = q->dev->interrupt.mode != INTERRUPT_POLL;

	/* What was used before the device could see this is announced by nobody, nor is the rest
	 * of a batch. */
	q->dev->interrupt.came |= q->format->want_interrupts(q, wanted);
	q->dev->interrupt.came |= q->batch.left != 0;
}

enum status queue_open(struct queue *q, struct virtio_device *dev, uint16_t index, uint16_t wanted)
{
	enum status status;

	*q = (struct queue){
		.dev = dev,
		.format = virtio_has(dev, VIRTIO_F_RING_PACKED) ? &queue_packed : &queue_split,
		.index = index,
		.indirect = virtio_has(dev, VIRTIO_F_INDIRECT_DESC),
		.event_idx = virtio_has(dev, VIRTIO_F_EVENT_IDX),
		.in_order = virtio_has(dev, VIRTIO_F_IN_ORDER),
	};
	status = choose_size(q, wanted, &q->size);
	if (status != OK)
		return status;
	status = allocate(q);
	if (status != OK)
		return status;
	virtio_interrupt_assign(dev, index);
	tell_interrupts(q);
	log_info(dev->name, "queue %u: %s, %u entries, desc 0x%lx driver 0x%lx device 0x%lx", index,
		q->format->name, q->size, q->desc_area.value, q->driver_area.value,
		q->device_area.value);
	status = dev->transport->setup_queue(dev, q);
	if (status != OK)
		return fail_open(q, virtio_post_mortem(dev, q, "queue setup", status),
			"the device did not take it");
	dev->opened = q;
	tap_ok(dev->name, "queue %u ready (step 7)", index);
	return OK;
}

void queue_close(struct queue *q)
{
	if (!q->dev)
		return;
	if (q->dev->opened == q)
		q->dev->opened = NULL;
	dma_free(q->dev->pool, &q->tables);
	dma_free(q->dev->pool, &q->memory);
}

/* §2.6.1.1.2: the queue's memory is the device's until it says that the queue is reset. */
static enum status await_reset(struct queue *q)
{
	uint64_t start = clock_us();

	q->dev->transport->reset_queue(q->dev, q->index);
	while (!q->dev->transport->queue_is_reset(q->dev)) {
		if (clock_us() - start > q->dev->timeout_us)
			return fail_open(q, ERR_TIMEOUT, "its reset does not end (queue_reset)");
		log_poll();
		cpu_relax();
	}
	return OK;
}

enum status queue_reset(struct queue *q)
{
	uint32_t least = q->request_least;
	enum status status = await_reset(q);

	if (status != OK)
		return status;
	tap_ok(q->dev->name, "queue %u reset", q->index);
	queue_close(q);
	status = queue_open(q, q->dev, q->index, q->size);
	q->request_least = least;
	return status;
}

/* The buffers in the head's own table, and the one that names it in the ring. */
static struct queue_buffer fill_table(struct queue *q, uint16_t head,
	const struct queue_buffer *buffers, const uint16_t *flags, unsigned count)
{
	uint8_t *table = (uint8_t *)q->tables.data + TABLE_SIZE * head;

	q->format->fill_table(table, buffers, flags, count);
	return (struct queue_buffer){
		.address = dma_address(&q->tables, table),
		.length = (uint32_t)(count * sizeof(struct virtq_desc)),
	};
}

/* Takes `count` descriptors, linked by `next`, off the free list. */
static uint16_t take_slots(struct queue *q, unsigned count)
{
	uint16_t head = q->free_head;

	for (unsigned i = 0; i < count; i++)
		q->free_head = q->slots[q->free_head].next;
	q->free_count = (uint16_t)(q->free_count - count);
	return head;
}

/* At the list's end: with IN_ORDER descriptors are used round and round (§2.7.5). */
static void give_slots(struct queue *q, uint16_t head)
{
	uint16_t count = q->slots[head].count, last = head;

	for (unsigned i = 1; i < count; i++)
		last = q->slots[last].next;
	q->slots[head].count = 0;
	if (q->free_count)
		q->slots[q->free_tail].next = head;
	else
		q->free_head = head;
	q->free_tail = last;
	q->free_count = (uint16_t)(q->free_count + count);
}

static enum status check_buffers(
	struct queue *q, const struct queue_buffer *buffers, unsigned count)
{
	/* A chain is never longer than the ring, not even in an indirect table (§2.7.5.3.1). */
	bool good = count && count <= QUEUE_MAX_BUFFERS && count <= q->size;

	for (unsigned i = 0; good && i < count; i++)
		good = buffers[i].length;
	if (good)
		return OK;
	log_error(q->dev->name,
		"queue %u: a request of %u buffers, or an empty one, is refused (%u fit)", q->index,
		count, (unsigned)min_u64(QUEUE_MAX_BUFFERS, q->size));
	return ERR_RANGE;
}

/* What is remembered of a request outside the ring. */
static void describe(struct queue *q, uint16_t head, const struct queue_buffer *buffers,
	unsigned readable, unsigned count)
{
	struct queue_slot *slot = &q->slots[head];

	slot->number = q->avail_idx;
	slot->readable = slot->writable = 0;
	for (unsigned i = 0; i < count; i++)
		*(i < readable ? &slot->readable : &slot->writable) += buffers[i].length;
	q->order[q->avail_idx % QUEUE_MAX_SLOTS] = head;
}

/* The flags of descriptor i in a chain of `count`, of which the first are readable. */
static uint16_t flags_of(unsigned i, unsigned readable, unsigned count)
{
	return (uint16_t)((i >= readable ? VIRTQ_DESC_F_WRITE : 0) |
			  (i + 1 < count ? VIRTQ_DESC_F_NEXT : 0));
}

enum status queue_add(struct queue *q, const struct queue_buffer *buffers, unsigned readable,
	unsigned writable, void *token)
{
	unsigned count = readable + writable;
	bool indirect = q->indirect && count > 1;
	unsigned needed = indirect ? 1 : count;
	enum status status = check_buffers(q, buffers, count);
	uint16_t flags[QUEUE_MAX_BUFFERS], head;

	if (status != OK)
		return status;
	if (needed > q->free_count)
		return ERR_NO_MEMORY;
	head = take_slots(q, needed);
	describe(q, head, buffers, readable, count);
	q->slots[head].count = (uint16_t)needed;
	q->slots[head].token = token;
	for (unsigned i = 0; i < count; i++)
		flags[i] = flags_of(i, readable, count);
	if (indirect) {
		struct queue_buffer table = fill_table(q, head, buffers, flags, count);
		uint16_t whole = VIRTQ_DESC_F_INDIRECT;

		q->format->add(q, head, &table, &whole, 1);
	} else {
		q->format->add(q, head, buffers, flags, count);
	}
	q->avail_idx++;
	q->in_flight++;
	return OK;
}

uint32_t queue_notification(const struct queue *q)
{
	if (!virtio_has(q->dev, VIRTIO_F_NOTIFICATION_DATA))
		return q->index;
	return q->index | (uint32_t)q->format->next(q) << 16;
}

void queue_notify(struct queue *q)
{
	bool wanted;

	q->writes_at_publish = q->dev->count.writes;
	wanted = q->format->publish(q);
	q->published_idx = q->avail_idx;
	if (!wanted)
		return;
	q->notifications++;
	q->dev->transport->notify_queue(q->dev, q);
}

static struct queue_request as_added(const struct queue *q, uint16_t number)
{
	uint16_t head = q->order[number % QUEUE_MAX_SLOTS];
	const struct queue_slot *slot = &q->slots[head];

	return (struct queue_request){head, slot->readable, slot->writable, .whole = true};
}

struct queue_request queue_published(const struct queue *q, unsigned back)
{
	uint16_t number = (uint16_t)(q->published_idx - 1 - back);
	struct queue_request r = {0};
	struct chain chain;

	if (q->format == &queue_packed)
		return as_added(q, number);
	q->format->walk(q, number, &chain);
	r.head = chain.head;
	r.readable = chain.readable;
	r.writable = chain.writable;
	r.whole = chain.end == CHAIN_WHOLE;
	for (unsigned i = 0; i < chain.count && !r.outside; i++) {
		r.outside = !chain.descriptors[i].in_memory;
		r.address = r.outside ? chain.descriptors[i].addr : 0;
	}
	return r;
}

uint16_t queue_oldest(const struct queue *q)
{
	uint16_t age = 0;

	for (unsigned i = 0; i < QUEUE_MAX_SLOTS; i++)
		if (q->slots[i].count && (uint16_t)(q->avail_idx - q->slots[i].number) > age)
			age = (uint16_t)(q->avail_idx - q->slots[i].number);
	return age ? (uint16_t)(q->avail_idx - age) : q->used_idx;
}

enum status queue_broken(struct queue *q, const char *what, uint32_t value)
{
	log_error(q->dev->name, "queue %u: the device broke the used ring: %s (0x%x)", q->index,
		what, value);
	(void)virtio_post_mortem(q->dev, q, "used ring", ERR_PROTOCOL);
	return ERR_PROTOCOL;
}

/* The next used element, checked: a batch of one request, unless they are used in order. */
static enum status look(struct queue *q)
{
	struct queue_element e = {0};
	enum status status = q->format->look(q, &e);
	uint16_t left = 1;

	if (status != OK)
		return status;
	if (e.id >= QUEUE_MAX_SLOTS || !q->slots[e.id].count)
		return queue_broken(q, "an id that heads no chain in flight", e.id);
	if (e.length > q->slots[e.id].writable)
		return queue_broken(q, "a length beyond the writable buffers", e.length);
	if (q->in_order)
		left = (uint16_t)(q->slots[e.id].number - q->used_idx + 1);
	if (left > e.most)
		return queue_broken(q, "an id behind all that is used", e.id);
	q->batch = (struct queue_batch){left, (uint16_t)e.id, e.length};
	return OK;
}

enum status queue_take(struct queue *q, struct queue_used *used)
{
	enum status status = q->batch.left ? OK : look(q);
	uint16_t head;

	if (status != OK)
		return status;
	head = --q->batch.left ? q->order[q->used_idx % QUEUE_MAX_SLOTS] : q->batch.last;
	used->token = q->slots[head].token;
	/* §2.7.9, §2.8.8: those without an element were used completely. */
	used->length = q->batch.left ? q->slots[head].writable : q->batch.length;
	q->used_idx++;
	q->in_flight--;
	q->format->pass(q, head);
	give_slots(q, head);
	/* One interrupt may be for several. */
	if (q->event_idx || q->dev->interrupt.mode != INTERRUPT_POLL)
		tell_interrupts(q);
	return OK;
}

enum status queue_wait(struct queue *q, struct queue_used *used)
{
	enum status status = ERR_NOT_FOUND;
	uint64_t start;

	/* Of a batch all but the first are mostly there: then no time is taken. */
	if (q->dev->interrupt.mode == INTERRUPT_POLL)
		status = queue_take(q, used);
	if (status != ERR_NOT_FOUND)
		return status;
	start = clock_us();
	for (;;) {
		/* The time is read first: an answer that came before the deadline counts even
		 * when this processor was held up between the two. */
		uint64_t waited = clock_us() - start;
		bool late = waited > q->dev->timeout_us;

		status = virtio_interrupt_look(q->dev, waited) || late ? queue_take(q, used)
								       : ERR_NOT_FOUND;
		if (status == OK)
			virtio_interrupt_answered(q->dev);
		if (status != ERR_NOT_FOUND)
			return status;
		/* One register read more for each such interrupt, and none without. */
		if (late || (virtio_interrupt_is_alarm(q->dev) && virtio_judge(q->dev) != OK))
			return virtio_post_mortem(q->dev, q, "request", ERR_TIMEOUT);
		log_poll();
		cpu_relax();
	}
}
