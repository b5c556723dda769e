#include "preprocess/area.h"

#include <string.h> // memset

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

bool area_start(struct area *area, uint32_t from_width, uint32_t from_height, uint32_t width, uint32_t height,
                size_t channels, uint8_t *image) {
    if (width == 0 || width > AREA_MAX_WIDTH || height == 0 || from_width == 0 || from_height == 0 ||
        from_width > 2048 || from_height > 2048 || height > AREA_MAX_HEIGHT) {
        return false;
    }
    area->across = axis_of(from_width, width);
    area->down = axis_of(from_height, height);
    area->channels = channels;
    area->image = image;
    area->rows_done = 0;
    area->room = area->down.span;
    memset(area->sum, 0, sizeof area->sum);
    return true;
}

static void average_across(struct area *area, const uint8_t *luma) {
    const uint32_t unit = area->across.unit;
    const uint32_t span = area->across.span;
    uint32_t *out = area->line;
    uint32_t room = span;
    uint32_t sum = 0;
    for (const uint8_t *end = luma + area->across.from; luma < end; luma++) {
        uint32_t left = unit;
        while (left >= room) {
            *out++ = sum + room * *luma;
            left -= room;
            room = span;
            sum = 0;
        }
        sum += left * *luma;
        room -= left;
    }
}

static void add_weighted(struct area *area, uint32_t weight) {
    for (uint32_t x = 0; x < area->across.to; x++) {
        area->sum[x] += weight * area->line[x];
    }
}

static void write_row(struct area *area) {
    const uint32_t total = area->across.span * area->down.span;
    uint8_t *out = area->image + area->rows_done * area->across.to * area->channels;
    for (uint32_t x = 0; x < area->across.to; x++) {
        const uint8_t mean = (uint8_t)((2 * area->sum[x] + total) / (2 * total));
        for (size_t c = 0; c < area->channels; c++) {
            *out++ = mean;
        }
        area->sum[x] = 0;
    }
    area->rows_done++;
}

void area_add_line(struct area *area, const uint8_t *luma) {
    if (area_is_complete(area)) {
        return;
    }
    average_across(area, luma);
    uint32_t left = area->down.unit;
    while (left >= area->room && !area_is_complete(area)) {
        add_weighted(area, area->room);
        left -= area->room;
        area->room = area->down.span;
        write_row(area);
    }
    if (left > 0) {
        add_weighted(area, left);
        area->room -= left;
    }
}

bool area_is_complete(const struct area *area) {
    return area->rows_done == area->down.to;
}
