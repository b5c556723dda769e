/* CONV_2D 1x1: activations widened to pairs of int16, then blocks of 4 or 3 pixels x 2 output channels.
 *
 * Two orders. Resident, for many pixels and few weights: all weights are widened once, at row 0; then each
 * row is widened and multiplied by all of them. Transient, for few pixels and many weights: a band of rows is
 * widened, then one pair of output channels after the other, so that each weight is read once from flash a
 * band.
 */
#include "engine/cold.h" // compiled for size

#include "engine/dsp/clamp.h" // dsp_clamp_rows
#include "engine/dsp/dsp.h"
#include "engine/dsp/kernels.h" // struct dsp_pairs, struct dsp_widening, the kernels
#include "engine/dsp/scratch.h" // dsp_pointwise_steps and others
#include "engine/dsp/stream.h"  // dsp_stream_pair, struct dsp_limits

/* Doubled activations: weights times 2^d are int16, so d is at most 8. */
enum { LEAST_SHIFT = DSP_UNIFORM_SHIFT - 8 };

struct shape {
    size_t pixels; /* of a block: 4 or 3 */
    size_t steps;
    size_t pairs; /* of output channels, an odd last one counted */
    size_t rows;  /* that are widened at once */
    bool resident;
};

/* How the scratch is used. */
struct workspace {
    uint32_t *streams;
    uint32_t *activations;
};

/* Blocks of some rows. 4 pixels: `blocks` in each row from column x on. 3 pixels: all columns of the rows. */
struct tile {
    int32_t y;
    size_t rows;
    size_t x;
    size_t blocks;
    uint32_t *activations;
};

/* Lines of 2 pixels are computed as a block of 3, of which the last one is anything: it may fall on the
 * line's border, which is then filled again, and on what is nobody's. */
static bool has_room_for_block(const struct engine_map *output) {
    return output->width == 2 && (size_t)output->left + 3 <= output->line_stride;
}

static void borders_restore(const struct engine_map *output, int32_t first_row, int32_t end_row) {
    for (int32_t y = first_row; output->width == 2 && y < end_row; y++) {
        for (int32_t channel = 0; channel < output->channels; channel++) {
            map_line(output, y, channel)[2] = output->fill;
        }
    }
}

static bool shape_of(const struct engine_call *call, struct shape *shape) {
    const size_t width = (size_t)call->output.width, outputs = (size_t)call->output.channels;
    shape->pixels = dsp_block_pixels(width);
    const bool room = width >= shape->pixels || has_room_for_block(&call->output);
    if (!requantize_is_fast(call->op->form) || !room) {
        return false;
    }
    shape->steps = dsp_pointwise_steps((size_t)call->input.channels, width);
    shape->pairs = (outputs + 1) / 2;
    shape->resident = dsp_pointwise_is_resident(width, shape->steps, outputs) != 0;
    const size_t fixed = dsp_pointwise_fixed_bytes(shape->steps, outputs, shape->resident);
    const size_t given = 4 * (size_t)call->op->scratch_words;
    shape->rows = given < fixed ? 0 : (given - fixed) / dsp_row_bytes(width, shape->steps);
    return shape->rows > 0;
}

static struct workspace workspace_of(const struct engine_call *call, const struct shape *shape) {
    uint32_t *const words = (uint32_t *)(void *)call->scratch;
    const size_t streams = shape->resident ? shape->pairs : 1;
    const struct workspace found = {words, words + streams * dsp_stream_bytes(shape->steps) / 4};
    return found;
}

static void widen_run(const struct shape *shape, struct dsp_widening *job) {
#if DSP_FAST
    (shape->pixels == 3 ? dsp_widen3 : dsp_widen4)(job);
#else
    dsp_widen_plain(job, shape->pixels);
#endif
}

/* Quads of channels. What follows an incomplete last one is read with it and meets weights of zero. */
static void tile_widen(const struct engine_map *input, const struct shape *shape, const struct tile *tile) {
    const bool columns = shape->pixels == 3;
    const uint8_t *from = map_line(input, tile->y, 0) + tile->x;
    const size_t blocks = columns ? tile->rows : tile->blocks;
    uint32_t *to = tile->activations;
    for (size_t i = columns ? tile->blocks : tile->rows; i > 0; i--) {
        struct dsp_widening job = {
            .to = to,
            .from = from,
            .line_stride = (uint32_t)input->line_stride,
            .blocks = (uint32_t)blocks,
            .to_step = (uint32_t)(4 * shape->pixels * shape->steps),
            .from_step = (uint32_t)input->row_stride,
            .quads = ((uint32_t)input->channels + 3u) / 4,
        };
        widen_run(shape, &job);
        to += blocks * shape->pixels * shape->steps;
        from += columns ? 3 : input->row_stride;
    }
}

/* The weights of an output channel, in one group. */
static struct dsp_groups layout_of(const struct engine_call *call, const struct shape *shape) {
    const struct dsp_groups made = {1, (size_t)call->input.channels, shape->steps};
    return made;
}

/* Rows from y on, before `end`, that fit the scratch and do not wrap around the ring of either map. */
static size_t rows_together(const struct engine_call *call, const struct shape *shape, int32_t y,
                            int32_t end) {
    const struct engine_map *const maps[2] = {&call->input, &call->output};
    int32_t rows = end - y < (int32_t)shape->rows ? end - y : (int32_t)shape->rows;
    for (size_t i = 0; i < 2; i++) {
        const int32_t left = maps[i]->ring_rows - (y + maps[i]->top) % maps[i]->ring_rows;
        rows = left < rows ? left : rows;
    }
    return (size_t)rows;
}

static void tile_multiply(const struct engine_call *call, const struct shape *shape, const struct tile *tile,
                          uint32_t *streams) {
    const int32_t row_stride = (int32_t)call->output.row_stride;
    const struct dsp_groups layout = layout_of(call, shape);
    const bool rows = shape->pixels == 4; /* are segments */
    struct dsp_pairs job;
    job.activations = tile->activations;
    job.out = map_line(&call->output, tile->y, 0) + tile->x;
    job.line_stride = (uint32_t)call->output.line_stride;
    job.segments = (uint32_t)(rows ? tile->rows : tile->blocks);
    job.segment_span = rows ? (int32_t)(4 * tile->blocks) : (int32_t)tile->rows * row_stride;
    job.segment_skip = (rows ? row_stride : 3) - job.segment_span;
    job.block_step = row_stride;
    dsp_pairs_multiply(call, &job, &layout, shape->pixels, streams, shape->resident);
}

/* Rows that lie one after another in both maps: all whole blocks, and then a last one that overlaps them. */
static void rows_compute(const struct engine_call *call, const struct shape *shape,
                         const struct workspace *work, int32_t y, size_t rows) {
    const size_t width = call->output.width == 2 ? 3 : (size_t)call->output.width;
    struct tile tile = {y, rows, 0, width / shape->pixels, work->activations};
    tile_widen(&call->input, shape, &tile);
    tile_multiply(call, shape, &tile, work->streams);
    if (width % shape->pixels != 0) {
        tile.x = width - shape->pixels;
        tile.blocks = 1;
        tile_widen(&call->input, shape, &tile);
        tile_multiply(call, shape, &tile, work->streams);
    }
}

static void streams_prepare(const struct engine_call *call, const struct shape *shape,
                            const struct workspace *work) {
    const struct dsp_limits limits = {(size_t)call->input.channels, LEAST_SHIFT};
    const struct dsp_groups layout = layout_of(call, shape);
    uint32_t *to = work->streams;
    for (size_t pair = 0; pair < shape->pairs; pair++) {
        dsp_stream_pair(call, pair, &layout, &limits, to);
        to += dsp_stream_bytes(shape->steps) / 4;
    }
}

bool dsp_pointwise_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    struct shape shape;
    if (!shape_of(call, &shape)) {
        return false;
    }
    const struct workspace work = workspace_of(call, &shape);
    if (first_row == 0 && shape.resident) {
        streams_prepare(call, &shape, &work);
    }
    for (int32_t y = (int32_t)first_row; y < (int32_t)end_row;) {
        const size_t rows = rows_together(call, &shape, y, (int32_t)end_row);
        rows_compute(call, &shape, &work, y, rows);
        y += (int32_t)rows;
    }
    dsp_clamp_rows(call, first_row, end_row);
    borders_restore(&call->output, (int32_t)first_row, (int32_t)end_row);
    return true;
}
