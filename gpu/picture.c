/* SPDX-License-Identifier: BSD-2-Clause */
/* In: a pattern and a surface. Out: the surface's pixels, by integer arithmetic alone. */
#include "gpu/picture.h"

#define GRID_STEP    64u
#define CHECKER_SIDE 8u
#define BARS         7u

static const struct colour black = {0, 0, 0};
static const struct colour white = {255, 255, 255};
static const struct colour red = {255, 0, 0};

/* The colour bars of SMPTE ECR 1-1978 at 75 %, and the shorter ones below them. */
static const struct colour upper_bars[BARS] = {
	{191, 191, 191},
	{191, 191, 0},
	{0, 191, 191},
	{0, 191, 0},
	{191, 0, 191},
	{191, 0, 0},
	{0, 0, 191},
};
static const struct colour lower_bars[BARS] = {
	{0, 0, 191},
	{19, 19, 19},
	{191, 0, 191},
	{19, 19, 19},
	{0, 191, 191},
	{19, 19, 19},
	{191, 191, 191},
};

struct size {
	uint32_t width;
	uint32_t height;
};

static bool on_border(uint32_t x, uint32_t y, struct size s)
{
	return x == 0 || y == 0 || x == s.width - 1 || y == s.height - 1;
}

/* 0 … 255 along a side, which has 16 pixels at least. */
static uint8_t ramp(uint32_t at, uint32_t side)
{
	return (uint8_t)(255 * at / (side - 1)); /* NOLINT(clang-analyzer-core.DivideZero) */
}

/* Where the diagonal crosses row y. */
static uint32_t diagonal(uint32_t y, struct size s)
{
	return y * (s.width - 1) / (s.height - 1); /* NOLINT(clang-analyzer-core.DivideZero) */
}

/* The picture of bars without its diagonal. */
static struct colour bars_colour(uint32_t x, uint32_t y, struct size s)
{
	uint8_t value;

	if (on_border(x, y, s))
		return white;
	if (3 * y < 2 * s.height)
		return upper_bars[BARS * x / s.width];
	if (4 * y < 3 * s.height)
		return lower_bars[BARS * x / s.width];
	value = ramp(x, s.width);
	return (struct colour){value, value, value};
}

static struct colour grid_colour(uint32_t x, uint32_t y, struct size s)
{
	if (on_border(x, y, s))
		return red;
	return x % GRID_STEP == 0 || y % GRID_STEP == 0 ? white : black;
}

static struct colour checker_colour(uint32_t x, uint32_t y)
{
	return (x / CHECKER_SIDE + y / CHECKER_SIDE) % 2 ? white : black;
}

static struct colour gradient_colour(uint32_t x, uint32_t y, struct size s)
{
	uint8_t across = ramp(x, s.width);

	return (struct colour){across, ramp(y, s.height), (uint8_t)(255 - across)};
}

/* The colour of a pixel, but for the diagonal of the bars. */
static struct colour base_colour(const struct picture *p, uint32_t x, uint32_t y, struct size s)
{
	switch (p->pattern) {
	case PICTURE_BARS: return bars_colour(x, y, s);
	case PICTURE_GRID: return grid_colour(x, y, s);
	case PICTURE_CHECKER: return checker_colour(x, y);
	case PICTURE_GRADIENT: return gradient_colour(x, y, s);
	case PICTURE_SOLID: break;
	}
	return p->solid;
}

struct colour picture_colour(
	const struct picture *picture, uint32_t x, uint32_t y, uint32_t width, uint32_t height)
{
	struct size s = {width, height};

	if (picture->pattern == PICTURE_BARS && x == diagonal(y, s))
		return white;
	return base_colour(picture, x, y, s);
}

static uint32_t divide_up(uint32_t value, uint32_t by)
{
	return (value + by - 1) / by;
}

/* Where along a side the value behind that at `at` begins. */
static uint32_t ramp_end(uint32_t at, uint32_t side)
{
	return divide_up((ramp(at, side) + 1u) * (side - 1), 255);
}

/* Where the next step of a grid or checker board begins. */
static uint32_t step_end(uint32_t at, uint32_t step)
{
	return (at / step + 1) * step;
}

static uint32_t bars_end(uint32_t x, uint32_t y, struct size s)
{
	if (4 * y >= 3 * s.height)
		return ramp_end(x, s.width);
	return divide_up((BARS * x / s.width + 1) * s.width, BARS);
}

/* Up to where the base colours right of x are that of x; the border columns stand by themselves. */
static uint32_t run_end(const struct picture *p, uint32_t x, uint32_t y, struct size s)
{
	uint32_t end = s.width;

	if (x == 0 || x == s.width - 1)
		return x + 1;
	switch (p->pattern) {
	case PICTURE_BARS: end = bars_end(x, y, s); break;
	case PICTURE_GRID: end = x % GRID_STEP ? step_end(x, GRID_STEP) : x + 1; break;
	case PICTURE_CHECKER: end = step_end(x, CHECKER_SIDE); break;
	case PICTURE_GRADIENT: end = ramp_end(x, s.width); break;
	case PICTURE_SOLID: break;
	}
	return (uint32_t)min_u64(end, s.width - 1);
}

/* Rows of one kind have the same base colours, but for what change_of says. */
#define ROW_KINDS 4u

static unsigned bars_kind(uint32_t y, struct size s)
{
	if (3 * y < 2 * s.height)
		return 1;
	return 4 * y < 3 * s.height ? 2 : 3;
}

static unsigned kind_of(const struct picture *p, uint32_t y, struct size s)
{
	bool border = y == 0 || y == s.height - 1;

	switch (p->pattern) {
	case PICTURE_BARS: return border ? 0 : bars_kind(y, s);
	case PICTURE_GRID: return border ? 0 : y % GRID_STEP ? 1 : 2;
	case PICTURE_CHECKER: return y / CHECKER_SIDE % 2;
	case PICTURE_GRADIENT:
	case PICTURE_SOLID: break;
	}
	return 0;
}

/* Up to where the rows below y are of its kind, and have its colours; as run_end for columns. */
static uint32_t band_end(const struct picture *p, uint32_t y, struct size s)
{
	const uint32_t bars[ROW_KINDS] = {
		1, divide_up(2 * s.height, 3), divide_up(3 * s.height, 4), s.height};
	uint32_t end = s.height;

	if (y == 0 || y == s.height - 1)
		return y + 1;
	switch (p->pattern) {
	case PICTURE_BARS: end = bars[bars_kind(y, s)]; break;
	case PICTURE_GRID: end = y % GRID_STEP ? step_end(y, GRID_STEP) : y + 1; break;
	case PICTURE_CHECKER: end = step_end(y, CHECKER_SIDE); break;
	case PICTURE_GRADIENT: end = ramp_end(y, s.height); break;
	case PICTURE_SOLID: break;
	}
	return (uint32_t)min_u64(end, s.height - 1);
}

/* The bits in which every pixel of row y is not that of row `twin`: the green of the gradient. */
static le32 change_of(const struct picture *p, const struct surface *surface, uint32_t twin,
	uint32_t y, struct size s)
{
	struct colour here = {.green = ramp(y, s.height)}, there = {.green = ramp(twin, s.height)};

	if (p->pattern != PICTURE_GRADIENT)
		return (le32){0};
	return (le32){surface_pixel(surface, here).raw ^ surface_pixel(surface, there).raw};
}

static void draw_diagonal(const struct surface *surface, const struct picture_place *place)
{
	struct size s = {place->width, place->height};
	le32 pixel = surface_pixel(surface, white);

	for (uint32_t y = 0; y < surface->height; y++) {
		uint32_t x = diagonal(place->y + y, s) - place->x;

		if (x < surface->width)
			surface_row(surface, y)[x] = pixel;
	}
}

/* Row y by its pieces of one colour. */
static void draw_row(const struct picture *picture, const struct surface *surface,
	const struct picture_place *place, uint32_t y)
{
	struct size s = {place->width, place->height};
	le32 *row = surface_row(surface, y);
	uint32_t x = 0, end;

	for (; x < surface->width; x = end) {
		struct colour c = base_colour(picture, place->x + x, place->y + y, s);

		end = run_end(picture, place->x + x, place->y + y, s) - place->x;
		end = (uint32_t)min_u64(end, surface->width);
		pixel_fill(row + x, surface_pixel(surface, c), end - x);
	}
}

/* Makes the rows from y to `end` of row `twin`, which is of their kind. */
static void copy_rows(const struct picture *picture, const struct surface *surface,
	const struct picture_place *place, uint32_t twin, uint32_t y, uint32_t end)
{
	struct size s = {place->width, place->height};
	le32 change = change_of(picture, surface, place->y + twin, place->y + y, s);
	const le32 *from = surface_row(surface, twin);
	le32 *rows[PIXEL_ROWS];

	for (; y < end; y += PIXEL_ROWS) {
		for (uint32_t i = 0; i < PIXEL_ROWS; i++)
			rows[i] = surface_row(surface, y + i < end ? y + i : y);
		pixel_make_rows(rows, from, change, surface->width);
	}
}

/* The first row of each kind is drawn, and the others are made of it. */
void picture_draw_part(const struct picture *picture, const struct surface *surface,
	const struct picture_place *place)
{
	struct size s = {place->width, place->height};
	uint32_t first[ROW_KINDS], end;
	bool drawn[ROW_KINDS] = {false};

	for (uint32_t y = 0; y < surface->height; y = end) {
		unsigned kind = kind_of(picture, place->y + y, s);

		end = band_end(picture, place->y + y, s) - place->y;
		end = (uint32_t)min_u64(end, surface->height);
		if (!drawn[kind]) {
			draw_row(picture, surface, place, y);
			drawn[kind] = true;
			first[kind] = y++;
		}
		copy_rows(picture, surface, place, first[kind], y, end);
	}
	if (picture->pattern == PICTURE_BARS)
		draw_diagonal(surface, place);
}

void picture_draw(const struct picture *picture, const struct surface *surface)
{
	const struct picture_place whole = {0, 0, surface->width, surface->height};

	picture_draw_part(picture, surface, &whole);
}

const char *picture_name(enum picture_pattern pattern)
{
	static const char *const names[] = {
		[PICTURE_BARS] = "bars",
		[PICTURE_GRID] = "grid",
		[PICTURE_CHECKER] = "checker",
		[PICTURE_GRADIENT] = "gradient",
		[PICTURE_SOLID] = "solid",
	};

	return (unsigned)pattern < ARRAY_SIZE(names) ? names[pattern] : "unknown";
}
