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
    return !from->colour || (channels == AREA_COLOUR_CHANNELS && from->width % 2 == 0 &&
                             area->across_chroma.span <= MAX_CHROMA_SPAN);
}

/* Two values in a word are averaged at once: their sums do not touch. */
static void average_across(const struct area_axis *axis, const uint32_t *restrict in,
                           uint32_t *restrict out) {
    const uint32_t unit = axis->unit;
    const uint32_t span = axis->span;
    const uint32_t *const end = out + axis->to;
    uint32_t last = 0;
    uint32_t rest = 0; /* units of `last` that no output pixel has yet */
    while (out < end) {
        if (rest >= span) { /* wider than the picture */
            *out++ = span * last;
            rest -= span;
            continue;
        }
        int32_t room = (int32_t)(span - rest - unit); /* less a unit: its sign ends the loop */
        uint32_t whole = 0;
        while (room >= 0) {
            whole += *in++;
            room -= (int32_t)unit;
        }
        const uint32_t part = (uint32_t)room + unit;
        const uint32_t sum = rest * last + unit * whole;
        last = part > 0 ? *in++ : 0;
        rest = part > 0 ? unit - part : 0;
        *out++ = sum + part * last;
    }
}

static void add_weighted(struct area *area, uint32_t weight) {
    const uint32_t *const end = area->line + area->across.to;
    uint32_t *sum = area->sum;
    for (const uint32_t *line = area->line; line < end; line++) {
        *sum++ += weight * *line;
    }
    if (!area->colour) {
        return;
    }
    for (uint32_t x = 0; x < area->across.to; x++) {
        const uint32_t chroma = area->chroma_line[x];
        area->sum_u[x] += weight * (chroma & HALF);
        area->sum_v[x] += weight * (chroma >> 16);
    }
}

/* What a sum and its last part come to; it begins anew. */
static inline uint8_t take_mean(uint32_t *sum, uint32_t part, uint32_t total) {
    const uint32_t mean = (2 * (*sum + part) + total) / (2 * total);
    *sum = 0;
    return (uint8_t)mean;
}

static void write_grey(struct area *area, uint32_t weight, uint8_t *out) {
    const uint32_t total = area->across.span * area->down.span;
    const uint32_t width = area->across.to;
    const size_t channels = area->channels;
    for (uint32_t x = 0; x < width; x++) {
        const uint8_t mean = take_mean(&area->sum[x], weight * area->line[x], total);
        for (size_t c = 0; c < channels; c++) {
            *out++ = mean;
        }
    }
}

static void write_yuv(struct area *area, uint32_t weight, uint8_t *out) {
    const uint32_t total = area->across.span * area->down.span;
    const uint32_t chroma_total = area->across_chroma.span * area->down.span;
    const uint32_t width = area->across.to;
    for (uint32_t x = 0; x < width; x++) {
        const uint32_t chroma = area->chroma_line[x];
        *out++ = take_mean(&area->sum[x], weight * area->line[x], total);
        *out++ = take_mean(&area->sum_u[x], weight * (chroma & HALF), chroma_total);
        *out++ = take_mean(&area->sum_v[x], weight * (chroma >> 16), chroma_total);
    }
}

/* The newest line, of this weight, ends a row. In colour Y, U, V stay in the image until the next line, which
 * has time to convert them. */
static void write_row(struct area *area, uint32_t weight) {
    uint8_t *const out = area->image + area->rows_done * area->across.to * area->channels;
    if (area->colour) {
        write_yuv(area, weight, out);
    } else {
        write_grey(area, weight, out);
    }
    area->rows_done++;
}

static void convert_rows(struct area *area) {
    const uint32_t bytes = area->across.to * AREA_COLOUR_CHANNELS;
    for (; area->rows_converted < area->rows_done; area->rows_converted++) {
        colour_from_yuv(area->image + area->rows_converted * bytes, area->across.to);
    }
}

void area_add_line(struct area *area, const uint32_t *luma, const uint32_t *chroma) {
    if (area_is_complete(area)) {
        return;
    }
    average_across(&area->across, luma, area->line);
    if (area->colour) {
        convert_rows(area);
        average_across(&area->across_chroma, chroma, area->chroma_line);
    }
    uint32_t left = area->down.unit;
    while (left >= area->room && !area_is_complete(area)) {
        write_row(area, area->room);
        left -= area->room;
        area->room = area->down.span;
    }
    if (left > 0) {
        add_weighted(area, left);
        area->room -= left;
    }
    if (area->colour && area_is_complete(area)) {
        convert_rows(area);
    }
}

bool area_is_complete(const struct area *area) {
    return area->rows_done == area->down.to;
}
