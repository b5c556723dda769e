#include "preprocess/area.h"

#include <string.h> // memset

#include "preprocess/colour.h" // colour_to_rgb

enum {
    MAX_FROM = 2048,
    MAX_HALF_UNITS = 257, /* 255 times so many fit the half of a word */
    HALF = 0xFFFF,
};

static uint32_t greatest_common_divisor(uint32_t a, uint32_t b) {
    while (b != 0) {
        const uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static struct area_axis axis_of(uint32_t from, uint32_t to) {
    const uint32_t divisor = greatest_common_divisor(from, to);
    return (struct area_axis){from, to, to / divisor, from / divisor};
}

bool area_start(struct area *area, const struct area_picture *from, uint32_t width, uint32_t height,
                size_t channels, uint8_t *image) {
    if (width == 0 || width > AREA_MAX_WIDTH || height == 0 || height > AREA_MAX_HEIGHT || from->width == 0 ||
        from->width > MAX_FROM || from->height == 0 || from->height > MAX_FROM) {
        return false;
    }
    memset(area, 0, sizeof *area);
    area->across = axis_of(from->width, width);
    area->across_chroma = axis_of(from->width / 2, width);
    area->down = axis_of(from->height, height);
    area->colour = from->colour;
    area->halves = area->across_chroma.span * area->down.span <= MAX_HALF_UNITS;
    area->channels = channels;
    area->image = image;
    area->room = area->down.span;
    if (channels != 1 && channels != AREA_COLOUR_CHANNELS) {
        return false;
    }
    return !from->colour || (channels == AREA_COLOUR_CHANNELS && from->width % 2 == 0 &&
                             area->across_chroma.span <= MAX_HALF_UNITS);
}

void area_plan_steps(const struct area_axis *axis, uint32_t *steps) {
    uint32_t room = axis->span;
    for (uint32_t i = 0; i < axis->from; i++) {
        const bool ends = axis->unit >= room;
        steps[i] = ends ? room | (uint32_t)sizeof(uint32_t) << 16 : 0;
        room = ends ? axis->span - (axis->unit - room) : room - axis->unit;
    }
}

bool area_sums_groups(const struct area *area) {
    return area->across.from % 2 == 0 && 2 * area->across.to <= area->across.from;
}

/* Where a group of so many units reaches a border: what comes before it, 0 when none is reached. */
static uint32_t before_border(uint32_t *room, uint32_t units, uint32_t span) {
    const uint32_t before = *room <= units ? *room : 0;
    *room = before != 0 ? span - (units - before) : *room - units;
    return before;
}

static uint32_t luma_before_border(uint32_t *room, const struct area_axis *luma) {
    const uint32_t of_two = before_border(room, 2 * luma->unit, luma->span);
    const uint32_t of_first = of_two < luma->unit ? of_two : luma->unit;
    return of_first | (of_two - of_first) << 16;
}

void area_plan_groups(const struct area *area, bool luma_second, uint32_t *steps) {
    const struct area_axis *const luma = &area->across;
    const struct area_axis *const chroma = &area->across_chroma;
    uint32_t luma_room = luma->span;
    uint32_t chroma_room = chroma->span;
    *steps++ = 0;
    for (uint32_t group = 0; group < luma->from / 2; group++) {
        const uint32_t of_luma = luma_before_border(&luma_room, luma);
        if (!area->colour) {
            *steps++ = of_luma;
            continue;
        }
        const uint32_t of_chroma = before_border(&chroma_room, chroma->unit, chroma->span);
        *steps++ = luma_second ? of_chroma : of_luma;
        *steps++ = luma_second ? of_luma : of_chroma;
    }
}

void area_sum_across(const struct area_axis *axis, const uint32_t *restrict in, uint32_t *restrict sums,
                     size_t stride) {
    const uint32_t unit = axis->unit;
    const uint32_t span = axis->span;
    const uint32_t *const end = sums + axis->to * stride;
    uint32_t sum = 0;
    uint32_t border = span; /* of the output pixel in hand, in units from *in on */
    for (; sums < end; border += span, sums += stride) {
        for (; border >= unit; border -= unit) {
            sum += unit * *in++;
        }
        *sums = border != 0 ? sum + border * *in : sum;
    }
}

/* Four at a time: the loop itself costs as much as one of them. */
static void add_row(uint32_t *restrict out, const uint32_t *restrict in, uint32_t count, uint32_t weight) {
    for (; count >= 4; count -= 4, out += 4, in += 4) {
        const uint32_t a = in[0], b = in[1], c = in[2], d = in[3];
        out[0] += weight * a;
        out[1] += weight * b;
        out[2] += weight * c;
        out[3] += weight * d;
    }
    for (; count > 0; count--) {
        *out++ += weight * *in++;
    }
}

/* Each pixel's chroma in words of its own, as the sums of a whole rectangle do not fit their halves. */
static void add_apart(struct area *area, const uint32_t *sums, uint32_t weight) {
    uint32_t before = 0;
    for (uint32_t x = 0; x < area->across.to; x++) {
        const uint32_t chroma = sums[2 * x + 1] - before;
        before = sums[2 * x + 1];
        area->sum[2 * x] += weight * sums[2 * x];
        area->sum[2 * x + 1] += weight * (chroma & HALF);
        area->sum_v[x] += weight * (chroma >> 16);
    }
}

static void add_weighted(struct area *area, const uint32_t *sums, uint32_t weight) {
    if (area->colour && !area->halves) {
        add_apart(area, sums, weight);
    } else {
        add_row(area->sum, sums, area->across.to * (area->colour ? 2 : 1), weight);
    }
}

/* What a mean is divided by: floor((2 * sum + total) / (2 * total)), by a product: with a reciprocal that is
 * rounded up it is exact as long as dividend times divisor stay below 2^32 (Warren, Hacker's Delight, 10-9).
 */
struct divisor {
    uint32_t total;
    uint32_t reciprocal; /* 0: divide */
};

enum { MOST_TOTAL = 2000 };

static struct divisor divisor_of(uint32_t total) {
    return (struct divisor){total, total < MOST_TOTAL ? UINT32_MAX / (2 * total) + 1u : 0};
}

#define INLINE static inline __attribute__((always_inline)) /* one copy for each set of constants */

INLINE uint32_t mean_of(uint32_t sum, struct divisor by, bool multiplies) {
    const uint32_t dividend = 2 * sum + by.total;
    return multiplies ? (uint32_t)((uint64_t)dividend * by.reciprocal >> 32) : dividend / (2 * by.total);
}

/* The newest line ends a row: so much of it belongs there, and so much to the next one. */
struct parts {
    uint32_t here;
    uint32_t next;
};

INLINE uint32_t take(uint32_t *sum, uint32_t in, struct parts parts) {
    const uint32_t whole = *sum + parts.here * in;
    *sum = parts.next * in;
    return whole;
}

INLINE void write_grey_as(struct area *area, const uint32_t *sums, struct parts parts, uint8_t *out,
                          size_t channels, bool multiplies) {
    const struct divisor by = divisor_of(area->across.span * area->down.span);
    uint32_t before = 0;
    for (uint32_t *sum = area->sum, *const end = sum + area->across.to; sum < end; sum++) {
        const uint32_t whole = take(sum, *sums++, parts);
        const uint8_t mean = (uint8_t)mean_of(whole - before, by, multiplies);
        before = whole;
        for (size_t channel = 0; channel < channels; channel++) {
            *out++ = mean;
        }
    }
}

static void write_grey(struct area *area, const uint32_t *sums, struct parts parts, uint8_t *out) {
    const bool multiplies = divisor_of(area->across.span * area->down.span).reciprocal != 0;
    if (area->channels == 1 && multiplies) {
        write_grey_as(area, sums, parts, out, 1, true);
    } else if (multiplies) {
        write_grey_as(area, sums, parts, out, area->channels, true);
    } else {
        write_grey_as(area, sums, parts, out, area->channels, false);
    }
}

INLINE void write_colour_as(struct area *area, const uint32_t *sums, struct parts parts, uint8_t *out,
                            bool quick) {
    const struct divisor by = divisor_of(area->across.span * area->down.span);
    const struct divisor chroma_by = divisor_of(area->across_chroma.span * area->down.span);
    uint32_t *sum = area->sum;
    uint32_t before = 0;
    uint32_t chroma_before = 0;
    for (uint32_t x = 0; x < area->across.to; x++, sum += 2, sums += 2, out += AREA_COLOUR_CHANNELS) {
        uint32_t u, v;
        const uint32_t luma = take(sum, sums[0], parts);
        if (quick) {
            const uint32_t chroma = take(sum + 1, sums[1], parts);
            u = (chroma - chroma_before) & HALF;
            v = (chroma - chroma_before) >> 16;
            chroma_before = chroma;
        } else {
            const uint32_t chroma = sums[1] - chroma_before;
            u = take(sum + 1, chroma & HALF, parts);
            v = take(&area->sum_v[x], chroma >> 16, parts);
            chroma_before = sums[1];
        }
        colour_to_rgb(out, mean_of(luma - before, by, quick), mean_of(u, chroma_by, quick),
                      mean_of(v, chroma_by, quick));
        before = luma;
    }
}

/* Where chroma fits halves the divisors are small, too. */
static void write_colour(struct area *area, const uint32_t *sums, struct parts parts, uint8_t *out) {
    if (area->halves && divisor_of(area->across.span * area->down.span).reciprocal != 0) {
        write_colour_as(area, sums, parts, out, true);
    } else {
        write_colour_as(area, sums, parts, out, false);
    }
}

static void write_row(struct area *area, const uint32_t *sums, struct parts parts) {
    uint8_t *const out = area->image + area->rows_done * area->across.to * area->channels;
    if (area->colour) {
        write_colour(area, sums, parts, out);
    } else {
        write_grey(area, sums, parts, out);
    }
    area->rows_done++;
}

void area_add_line(struct area *area, const uint32_t *sums) {
    uint32_t left = area->down.unit;
    if (area_is_complete(area)) {
        return;
    }
    if (left < area->room) {
        add_weighted(area, sums, left);
    }
    while (left >= area->room && !area_is_complete(area)) {
        left -= area->room;
        write_row(area, sums, (struct parts){area->room, left < area->down.span ? left : 0});
        area->room = area->down.span;
    }
    area->room -= left;
}

bool area_is_complete(const struct area *area) {
    return area->rows_done == area->down.to;
}
