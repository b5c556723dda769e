/* Calls one fast operator on packed records: blob = operator, input map, output map, then parameters. */
#include "engine/dsp/dsp.h"
#include "engine/dsp/scratch.h"
#include "engine/map.h"

enum driver_function { DRIVER_POINTWISE, DRIVER_DEPTHWISE, DRIVER_FIRST, DRIVER_CONV };

struct driver_blob {
    struct packed_operator op;
    struct packed_map input;
    struct packed_map output;
};

static struct engine_map map_of(const struct packed_map *record, uint8_t *arena, bool image) {
    const size_t channels = record->channels;
    const struct engine_map map = {
        .base = arena + record->offset + (image ? 0 : record->left),
        .row_stride = image ? (size_t)record->width * channels : channels * record->line_stride,
        .line_stride = image ? 1 : record->line_stride,
        .pixel_stride = image ? channels : 1,
        .height = record->height,
        .width = record->width,
        .channels = record->channels,
        .ring_rows = record->ring_rows,
        .top = record->top,
        .bottom = record->bottom,
        .left = record->left,
        .right = record->right,
        .fill = record->fill,
    };
    return map;
}

int driver_run(uint8_t *arena, const uint8_t *bytes, unsigned rows, enum driver_function function);

/* rows: first << 16 | end. The answer of the operator. */
int driver_run(uint8_t *arena, const uint8_t *bytes, unsigned rows, enum driver_function function) {
    const struct driver_blob *const blob = (const struct driver_blob *)(const void *)bytes;
    const struct engine_call call = {
        .op = &blob->op,
        .input = map_of(&blob->input, arena, blob->op.input == PACKED_IMAGE),
        .output = map_of(&blob->output, arena, false),
        .weights = (const int8_t *)(bytes + blob->op.weights_offset),
        .constants = bytes + blob->op.constants_offset,
        .scratch = arena + 4 * (size_t)blob->op.scratch_offset_words,
    };
    const size_t first = rows >> 16, end = rows & 0xFFFFu;
    switch (function) {
    case DRIVER_POINTWISE:
        return dsp_pointwise_rows(&call, first, end);
    case DRIVER_DEPTHWISE:
        return dsp_depthwise_rows(&call, first, end);
    case DRIVER_FIRST:
        return dsp_first_rows(&call, first, end);
    case DRIVER_CONV:
        return dsp_conv_rows(&call, first, end);
    default:
        return 0;
    }
}

unsigned driver_scratch(unsigned inputs, unsigned outputs, unsigned size, enum driver_function function);

/* size: width << 16 | height of the output. */
unsigned driver_scratch(unsigned inputs, unsigned outputs, unsigned size, enum driver_function function) {
    const size_t width = size >> 16, height = size & 0xFFFFu;
    switch (function) {
    case DRIVER_POINTWISE:
        return (unsigned)dsp_pointwise_bytes(inputs, outputs, width, height);
    case DRIVER_DEPTHWISE:
        return (unsigned)dsp_depthwise_bytes(outputs);
    default:
        return (unsigned)dsp_first_bytes(inputs, outputs, width);
    }
}

struct driver_tiling {
    unsigned groups, length, outputs, width, height, lines, kernel_width, stride, channels; /* asked */
    unsigned steps, pairs, blocks, rows, resident, bytes;
};

void driver_window(struct driver_tiling *tiling);
unsigned driver_depthwise_any(unsigned channels, unsigned kernel_height);

/* lines: of the image that are held, 0 from a map. */
void driver_window(struct driver_tiling *tiling) {
    const size_t line_bytes =
        tiling->lines == 0
            ? 0
            : dsp_window_line_bytes(tiling->width, tiling->stride, tiling->kernel_width, tiling->channels);
    const struct dsp_window made = dsp_window(tiling->groups, tiling->length, tiling->outputs, tiling->width,
                                              tiling->height, tiling->lines, line_bytes);
    tiling->steps = (unsigned)made.steps;
    tiling->pairs = (unsigned)made.pairs;
    tiling->blocks = (unsigned)made.blocks;
    tiling->rows = (unsigned)made.rows;
    tiling->resident = made.resident != 0;
    tiling->bytes = (unsigned)made.bytes;
}

unsigned driver_depthwise_any(unsigned channels, unsigned kernel_height) {
    return (unsigned)dsp_depthwise_any_bytes(channels, kernel_height);
}
