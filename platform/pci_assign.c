/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a BAR without a usable address. Out: an address, and bridge windows open up to it. */
#include "platform/pci_assign.h"

#include "platform/pci_bar.h"
#include "platform/pci_window.h"

/*
 * No address is given below these: fixed devices decode there without a BAR, whatever the
 * apertures say (x86: ISA and chipset ports, VGA memory, option ROMs).
 */
#define FIRST_IO     0x1000u
#define FIRST_MEMORY 0x100000u
#define FOUR_GIB     0x100000000ul

struct request {
	struct pci_tree *tree;
	struct pci_device *device;
	struct pci_bar *bar;
	enum pci_window_kind kind; /* the windows on the way that are to forward it */
	bool ahead; /* windows are opened with room for all that is behind their bridge */
	uint64_t align; /* a power of two */
};

/* Inclusive, since a range may end where addresses do. */
struct range {
	uint64_t first;
	uint64_t last;
};

static bool range_holds(const struct range *outer, const struct range *inner)
{
	return inner->first >= outer->first && inner->last <= outer->last;
}

/* Bus numbers nest as bridges do: pci_scan saw to that. */
static bool is_above(const struct pci_device *bridge, const struct pci_device *device)
{
	return bridge->secondary_bus && bridge->address.segment == device->address.segment &&
	       device->address.bus >= bridge->secondary_bus &&
	       device->address.bus <= bridge->subordinate_bus;
}

/* True, and where it ends, when [base, base + size) is there and in the way. */
static bool in_the_way(const struct range *range, uint64_t base, uint64_t size, uint64_t *last)
{
	if (!ranges_overlap(range->first, range->last - range->first + 1, base, size))
		return false;
	*last = base + (size - 1);
	return true;
}

static bool bar_in_the_way(const struct request *r, const struct pci_device *d,
	const struct range *range, uint64_t *last)
{
	for (unsigned i = 0; i < PCI_MAX_BARS; i++) {
		const struct pci_bar *bar = &d->bars[i];

		if (bar != r->bar && bar->assigned && bar->space == r->bar->space &&
			in_the_way(range, bar->bus_base, bar->size, last))
			return true;
	}
	return false;
}

/* The windows that are to forward the request are no obstacle: they are the way. */
static bool window_in_the_way(const struct request *r, const struct pci_device *d,
	const struct range *range, uint64_t *last)
{
	bool on_the_way = is_above(d, r->device);

	for (unsigned kind = 0; kind < PCI_WINDOW_COUNT; kind++) {
		const struct pci_window *w = &d->windows[kind];

		if (pci_window_space(kind) == r->bar->space && !(on_the_way && kind == r->kind) &&
			in_the_way(range, w->base, w->size, last))
			return true;
	}
	return false;
}

/*
 * Whether something has its place in `range`, and where that ends. With `bridge`, the range is to
 * be its window, and what is behind it may be inside.
 */
static bool occupied(const struct request *r, const struct pci_device *bridge,
	const struct range *range, uint64_t *last)
{
	for (unsigned i = 0; i < r->tree->count; i++) {
		const struct pci_device *d = &r->tree->devices[i];

		if (d->address.segment != r->device->address.segment ||
			(bridge && is_above(bridge, d)))
			continue;
		if (bar_in_the_way(r, d, range, last) || window_in_the_way(r, d, range, last))
			return true;
	}
	return false;
}

/* The windows that a BAR is best behind. */
static enum pci_window_kind kind_of(const struct pci_bar *bar)
{
	if (bar->space == PCI_SPACE_IO)
		return PCI_WINDOW_IO;
	return bar->prefetchable ? PCI_WINDOW_PREFETCH : PCI_WINDOW_MEMORY;
}

/* What the BARs of one bus need that a kind of window is for. */
struct need {
	uint64_t sum;
	uint64_t largest;
};

static void add_need(struct need *need, const struct pci_device *d, enum pci_window_kind kind)
{
	for (unsigned i = 0; i < PCI_MAX_BARS; i++) {
		const struct pci_bar *bar = &d->bars[i];

		if (bar->size && kind_of(bar) == kind) {
			need->sum += bar->size;
			need->largest = max_u64(need->largest, bar->size);
		}
	}
}

/*
 * How much a window needs to hold all BARs behind its bridge when it begins at a multiple of the
 * largest. Sizes are powers of two and each takes the lowest place, so that on a bus nothing is
 * lost between them in whatever order they come. Windows of bridges further down are multiples of
 * their own largest BAR, and between those one place of the size of the largest may stay empty.
 */
static struct need window_need(const struct request *r, const struct pci_device *bridge)
{
	uint64_t granule = pci_window_granule(r->kind);
	struct need all = {kind_of(r->bar) == r->kind ? 0 : r->bar->size, r->bar->size}, bus = {0};
	const struct pci_device *above = bridge;
	unsigned buses = 0;

	/* The functions of a bus stand side by side. */
	for (unsigned i = 0; i < r->tree->count; i++) {
		const struct pci_device *d = &r->tree->devices[i];

		if (!is_above(bridge, d))
			continue;
		if (d->bridge != above) {
			all.sum += align_up(bus.sum, max_u64(bus.largest, granule));
			buses += bus.sum != 0;
			bus = (struct need){0};
			above = d->bridge;
		}
		add_need(&bus, d, r->kind);
		all.largest = max_u64(all.largest, bus.largest);
	}
	all.sum = align_up(all.sum + align_up(bus.sum, max_u64(bus.largest, granule)), all.largest);
	buses += bus.sum != 0;
	if (buses > 1 && all.largest > granule)
		all.sum += all.largest;
	return all;
}

/* What the bridge's window has to be to forward `range` too. */
static struct range window_with(
	const struct request *r, const struct pci_device *bridge, struct range range)
{
	const struct pci_window *w = &bridge->windows[r->kind];
	uint64_t granule = pci_window_granule(r->kind);

	if (w->size) {
		range.first = min_u64(range.first, w->base);
		range.last = max_u64(range.last, w->base + (w->size - 1));
	} else if (r->ahead) {
		range.last = max_u64(range.last, range.first + (window_need(r, bridge).sum - 1));
	}
	return (struct range){align_down(range.first, granule), range.last | (granule - 1)};
}

static bool has_aperture(const struct request *r, const struct range *range)
{
	for (unsigned i = 0; i < r->device->host->aperture_count; i++) {
		const struct pci_aperture *a = &r->device->host->apertures[i];

		if (a->space == r->bar->space &&
			(!a->prefetchable || r->kind == PCI_WINDOW_PREFETCH) &&
			range->first >= a->bus_base &&
			range_inside(range->first - a->bus_base, range->last - range->first + 1,
				a->size))
			return true;
	}
	return false;
}

/*
 * Whether the BAR can be put at `base`. If not, *next is the first address worth a try, or 0 when
 * none above is.
 */
static bool fits(const struct request *r, uint64_t base, uint64_t *next)
{
	struct range range = {base, base + (r->bar->size - 1)}, window;
	uint64_t last;

	*next = 0;
	if (range.last < base || (!r->bar->is_64bit && range.last > UINT32_MAX))
		return false;
	if (occupied(r, NULL, &range, &last)) {
		*next = last + 1;
		return false;
	}
	for (const struct pci_device *b = r->device->bridge; b; b = b->bridge) {
		window = window_with(r, b, range);
		if (b->windows[r->kind].refused || window.last > pci_window_last(b, r->kind))
			return false;
		/* An open window is forwarded by all bridges above. */
		if (window.last - window.first + 1 == b->windows[r->kind].size)
			return true;
		if (occupied(r, b, &window, &last)) {
			*next = last + 1;
			return false;
		}
		range = window;
	}
	return has_aperture(r, &range);
}

/* The lowest place in [first, last]. Each step passes an obstacle, so there are few. */
static bool search(const struct request *r, const struct range *within, uint64_t *out)
{
	uint64_t base = align_up(within->first, r->align), next;
	struct range range = {base, base + (r->bar->size - 1)};

	while (range.first >= within->first && range.last >= range.first &&
		range_holds(within, &range)) {
		if (fits(r, range.first, &next)) {
			*out = range.first;
			return true;
		}
		next = align_up(next, r->align);
		if (next <= range.first)
			return false;
		range = (struct range){next, next + (r->bar->size - 1)};
	}
	return false;
}

/* The parts of the host bridge's apertures that lie in [first, last]. */
static bool search_apertures(const struct request *r, uint64_t first, uint64_t last, uint64_t *out)
{
	for (unsigned i = 0; i < r->device->host->aperture_count; i++) {
		const struct pci_aperture *a = &r->device->host->apertures[i];
		struct range within = {
			max_u64(first, a->bus_base), min_u64(last, a->bus_base + (a->size - 1))};

		if (a->space == r->bar->space && a->size && search(r, &within, out))
			return true;
	}
	return false;
}

/*
 * A window has one place: where it is full, only what adjoins it can be added. Anything further
 * away has the same obstacles in between.
 */
static bool beside(const struct request *r, const struct pci_window *w, uint64_t *out)
{
	uint64_t above = align_up(w->base + w->size, r->align), next;

	if (above > w->base && fits(r, above, &next)) {
		*out = above;
		return true;
	}
	if (w->base < r->bar->size)
		return false;
	*out = align_down(w->base - r->bar->size, r->align);
	return *out && fits(r, *out, &next);
}

static bool find_place(const struct request *r, uint64_t *out)
{
	const struct pci_device *open = r->device->bridge;
	uint64_t first = r->bar->space == PCI_SPACE_IO ? FIRST_IO : FIRST_MEMORY;

	while (open && !open->windows[r->kind].size)
		open = open->bridge;
	if (open) {
		const struct pci_window *w = &open->windows[r->kind];
		struct range within = {w->base, w->base + (w->size - 1)};

		return search(r, &within, out) || beside(r, w, out);
	}
	return (r->bar->is_64bit && search_apertures(r, FOUR_GIB, UINT64_MAX, out)) ||
	       search_apertures(r, first, UINT32_MAX, out);
}

/* Makes every window above the device forward `address`, the one nearest to the host first. */
static enum status open_windows(const struct request *r, uint64_t address)
{
	struct pci_device *done = NULL, *next;
	enum status status;

	for (; done != r->device->bridge; done = next) {
		struct range range = {address, address + (r->bar->size - 1)};
		struct pci_device *b = r->device->bridge;

		for (next = b; next->bridge != done; next = next->bridge)
			;
		for (range = window_with(r, b, range); b != next; range = window_with(r, b, range))
			b = b->bridge;
		if (range.last - range.first + 1 == next->windows[r->kind].size)
			continue;
		status = pci_window_set(next, r->kind, range.first, range.last - range.first + 1);
		if (status != OK)
			return status;
	}
	return OK;
}

/*
 * The alignment of the BAR's place. A window that is opened for it begins there too: at a granule,
 * and, if all behind the uppermost of them is to have room, where the largest BAR can begin.
 */
static uint64_t alignment(const struct request *r)
{
	uint64_t align = r->bar->size;

	for (const struct pci_device *b = r->device->bridge; b && !b->windows[r->kind].size;
		b = b->bridge) {
		align = max_u64(align, pci_window_granule(r->kind));
		if (r->ahead)
			align = max_u64(align, window_need(r, b).largest);
	}
	return align;
}

/* Tries to place the BAR behind windows of one kind. */
static enum status assign_by(struct request *r, enum pci_window_kind kind, unsigned index)
{
	uint64_t address;
	bool found;
	enum status status;

	r->kind = kind;
	r->ahead = true;
	r->align = alignment(r);
	found = find_place(r, &address);
	if (!found) {
		/* For this BAR alone there may be room. */
		r->ahead = false;
		r->align = alignment(r);
		found = find_place(r, &address);
	}
	/* A bridge that does not keep a window has said so; another kind may do. */
	if (!found || open_windows(r, address) != OK)
		return ERR_NO_MEMORY;
	status = pci_bar_set(r->device, index, address);
	if (status == OK)
		log_info(r->device->name, "BAR %u: given %s 0x%lx (0x%lx bytes)", index,
			r->bar->space == PCI_SPACE_IO ? "I/O" : "memory", address, r->bar->size);
	return status;
}

/*
 * What is in the way is known only when all functions are sized. One whose BARs are malformed has
 * its line and is left out.
 */
static void size_all_devices(struct pci_tree *tree, uint16_t segment)
{
	for (unsigned i = 0; i < tree->count; i++) {
		struct pci_device *d = &tree->devices[i];

		if (d->address.segment == segment && pci_size_bars(d) != OK)
			log_debug(d->name, "BARs: not known: not counted as obstacles");
	}
}

enum status pci_assign_bar(
	struct pci_tree *tree, struct pci_device *device, unsigned index, enum log_level level)
{
	struct pci_bar *bar = &device->bars[index];
	struct request r = {.tree = tree, .device = device, .bar = bar};
	enum status status;

	size_all_devices(tree, device->address.segment);
	status = assign_by(&r, kind_of(bar), index);
	/* Prefetchable memory may be behind any window, other memory only behind this one. */
	if (status == ERR_NO_MEMORY && kind_of(bar) == PCI_WINDOW_PREFETCH)
		status = assign_by(&r, PCI_WINDOW_MEMORY, index);
	if (status == ERR_NO_MEMORY)
		log_at(level, device->name,
			"BAR %u: no aperture has room for 0x%lx bytes of %s%s (it holds 0x%lx)",
			index, bar->size, bar->is_64bit ? "64-bit " : "",
			bar->space == PCI_SPACE_IO ? "I/O" : "memory", bar->bus_base);
	return status;
}
