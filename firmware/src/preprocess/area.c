#include "preprocess/area.h"

#include <string.h> // memset

#include "preprocess/colour.h" // colour_from_yuv

enum {
    MAX_FROM = 2048,
    MAX_CHROMA_SPAN = 257, /* 255 * span fits the half of a word */
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
    area->channels = channels;
    area->image = image;
    area->room = area->down.span;
    if (channels != 1 && channels != AREA_COLOUR_CHANNELS) {
        return false;
    }
    return !from->colour || (channels == AREA_COLOUR_CHANNELS && from->width % 2 == 0 &&
                             area->across_chroma.span <= MAX_CHROMA_SPAN);
}

void area_plan_steps(const struct area_axis *axis, uint32_t *steps) {
    uint32_t room = axis->span;
    for (uint32_t i = 0; i < axis->from; i++) {
        const bool ends = axis->unit >= room;
        steps[i] = ends ? room | (uint32_t)sizeof(uint32_t) << 16 : 0;
        room = ends ? axis->span - (axis->unit - room) : room - axis->unit;
    }
}

void area_sum_across(const struct area_axis *axis, const uint32_t *restrict in, uint32_t *restrict sums) {
    const uint32_t unit = axis->unit;
    const uint32_t span = axis->span;
    const uint32_t *const end = sums + axis->to;
    uint32_t sum = 0;
    uint32_t border = span; /* of the output pixel in hand, in units from *in on */
    for (; sums < end; border += span) {
        for (; border >= unit; border -= unit) {
            sum += unit * *in++;
        }
        *sums++ = border > 0 ? sum + border * *in : sum;
    }
}

/* The newest line's sums. */
struct sums {
    const uint32_t *luma;
    const uint32_t *chroma;
};

/* Four at a time: the loop itself costs as much as one of them. */
static void add_row(uint32_t *restrict out, const uint32_t *restrict in, uint32_t width, uint32_t weight) {
    for (; width >= 4; width -= 4, out += 4, in += 4) {
        const uint32_t a = in[0], b = in[1], c = in[2], d = in[3];
        out[0] += weight * a;
        out[1] += weight * b;
        out[2] += weight * c;
        out[3] += weight * d;
    }
    for (; width > 0; width--) {
        *out++ += weight * *in++;
    }
}

static void add_weighted(struct area *area, const struct sums *line, uint32_t weight) {
    const uint32_t width = area->across.to;
    add_row(area->sum, line->luma, width, weight);
    if (!area->colour) {
        return;
    }
    uint32_t before = 0;
    for (uint32_t x = 0; x < width; x++) {
        const uint32_t chroma = line->chroma[x] - before;
        before = line->chroma[x];
        area->sum_u[x] += weight * (chroma & HALF);
        area->sum_v[x] += weight * (chroma >> 16);
    }
}

/* floor((2 * sum + total) / (2 * total)) by a product: with a reciprocal that is rounded up it is exact as
 * long as dividend times divisor stay below 2^32 (Warren, Hacker's Delight, 10-9); 0: divide. */
enum { MOST_TOTAL = 2000 };

static uint32_t reciprocal_of(uint32_t total) {
    return total < MOST_TOTAL ? UINT32_MAX / (2 * total) + 1u : 0;
}

static inline uint8_t mean_of(uint32_t sum, uint32_t total, uint32_t reciprocal) {
    const uint32_t dividend = 2 * sum + total;
    const uint32_t mean =
        reciprocal != 0 ? (uint32_t)((uint64_t)dividend * reciprocal >> 32) : dividend / (2 * total);
    return (uint8_t)mean;
}

/* A row's sums with the newest line in it; they begin anew. */
static inline uint32_t take(uint32_t *sum, uint32_t part) {
    const uint32_t whole = *sum + part;
    *sum = 0;
    return whole;
}

static void write_grey(struct area *area, const struct sums *line, uint32_t weight, uint8_t *out) {
    const uint32_t total = area->across.span * area->down.span;
    const uint32_t reciprocal = reciprocal_of(total);
    const uint32_t *luma = line->luma;
    uint32_t before = 0;
    for (uint32_t *sum = area->sum, *const end = sum + area->across.to; sum < end; sum++) {
        const uint32_t whole = take(sum, weight * *luma++);
        const uint8_t mean = mean_of(whole - before, total, reciprocal);
        before = whole;
        *out++ = mean;
        if (area->channels == AREA_COLOUR_CHANNELS) {
            *out++ = mean;
            *out++ = mean;
        }
    }
}

static void write_yuv(struct area *area, const struct sums *line, uint32_t weight, uint8_t *out) {
    const uint32_t total = area->across.span * area->down.span;
    const uint32_t chroma_total = area->across_chroma.span * area->down.span;
    const uint32_t reciprocal = reciprocal_of(total);
    const uint32_t chroma_reciprocal = reciprocal_of(chroma_total);
    uint32_t before = 0;
    uint32_t chroma_before = 0;
    for (uint32_t x = 0; x < area->across.to; x++) {
        const uint32_t chroma = line->chroma[x] - chroma_before;
        const uint32_t sum = take(&area->sum[x], weight * line->luma[x]);
        *out++ = mean_of(sum - before, total, reciprocal);
        *out++ = mean_of(take(&area->sum_u[x], weight * (chroma & HALF)), chroma_total, chroma_reciprocal);
        *out++ = mean_of(take(&area->sum_v[x], weight * (chroma >> 16)), chroma_total, chroma_reciprocal);
        before = sum;
        chroma_before = line->chroma[x];
    }
}

/* The newest line, of this weight, ends a row. In colour Y, U, V stay in the image until the next line, which
 * has time to convert them. */
static void write_row(struct area *area, const struct sums *line, uint32_t weight) {
    uint8_t *const out = area->image + area->rows_done * area->across.to * area->channels;
    if (area->colour) {
        write_yuv(area, line, weight, out);
    } else {
        write_grey(area, line, weight, out);
    }
    area->rows_done++;
}

static void convert_rows(struct area *area) {
    const uint32_t bytes = area->across.to * AREA_COLOUR_CHANNELS;
    for (; area->rows_converted < area->rows_done; area->rows_converted++) {
        colour_from_yuv(area->image + area->rows_converted * bytes, area->across.to);
    }
}

void area_add_line(struct area *area, const uint32_t *luma_sums, const uint32_t *chroma_sums) {
    const struct sums line = {luma_sums, chroma_sums};
    if (area_is_complete(area)) {
        return;
    }
    if (area->colour) {
        convert_rows(area);
    }
    uint32_t left = area->down.unit;
    while (left >= area->room && !area_is_complete(area)) {
        write_row(area, &line, area->room);
        left -= area->room;
        area->room = area->down.span;
    }
    if (left > 0) {
        add_weighted(area, &line, left);
        area->room -= left;
    }
    if (area->colour && area_is_complete(area)) {
        convert_rows(area);
    }
}

bool area_is_complete(const struct area *area) {
    return area->rows_done == area->down.to;
}
