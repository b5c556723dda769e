/* CONV_2D of any window, from a map or from the image: the windows of 4 pixels are laid out as steps of the
 * pointwise kernels, in the order of their weights (scratch.h, struct dsp_window), and all output channels
 * run over them.
 */
#include "engine/cold.h" // compiled for size

#include "engine/dsp/clamp.h" // dsp_clamp_rows
#include "engine/dsp/dsp.h"
#include "engine/dsp/gather.h"  // dsp_gather_map, dsp_gather_image
#include "engine/dsp/kernels.h" // struct dsp_pairs
#include "engine/dsp/scratch.h" // struct dsp_window
#include "engine/dsp/stream.h"  // dsp_stream_pair, dsp_pairs_multiply
#include "engine/words.h"       // words_fill, bytes_copy

enum { PIXELS = 4, LEAST_SHIFT = DSP_UNIFORM_SHIFT - 8 };

struct workspace {
    uint32_t *streams;
    uint32_t *activations;
    uint8_t *lines; /* of the image, kernel_height of them: line y is number y modulo that */
};

/* Rows y..y+rows-1, `blocks` blocks of each from column x on. */
struct tile {
    int32_t y;
    int32_t x;
    size_t rows;
    size_t blocks;
};

static struct dsp_window window_of(const struct engine_call *call) {
    const struct packed_operator *const op = call->op;
    const size_t channels = (size_t)call->input.channels, width = (size_t)call->output.width;
    const bool image = op->input == PACKED_IMAGE;
    const size_t line = dsp_window_line_bytes(width, op->stride_width, op->kernel_width, channels);
    return dsp_window(image ? op->kernel_height : (size_t)op->kernel_height * op->kernel_width,
                      image ? op->kernel_width * channels : channels, (size_t)call->output.channels, width,
                      (size_t)call->output.height, op->kernel_height, image ? line : 0);
}

/* Blocks of narrow lines run over their end: there must be room, which is filled again. */
static bool is_ours(const struct engine_call *call, const struct dsp_window *window) {
    const struct engine_map *const out = &call->output;
    const bool room = out->width >= PIXELS || (size_t)out->left + PIXELS <= out->line_stride;
    return requantize_is_fast(call->op->form) && room && window->line_bytes <= UINT16_MAX &&
           (out->width >= PIXELS || call->op->stride_width <= 2) &&
           4 * (size_t)call->op->scratch_words >= window->bytes;
}

static struct workspace workspace_of(const struct engine_call *call, const struct dsp_window *window) {
    struct workspace work;
    work.streams = (uint32_t *)(void *)call->scratch;
    work.activations =
        work.streams + (window->resident ? window->pairs : 1) * dsp_stream_bytes(window->steps) / 4;
    work.lines = (uint8_t *)(work.activations + window->rows * window->blocks * PIXELS * window->steps);
    return work;
}

static uint8_t *line_of(const struct engine_call *call, const struct dsp_window *window,
                        const struct workspace *work, int32_t y) {
    const int32_t count = call->op->kernel_height;
    return work->lines + (size_t)((y + count) % count) * window->line_bytes;
}

/* Line y of the image beside its borders; y may lie outside. */
static void line_copy(const struct engine_call *call, const struct dsp_window *window,
                      const struct workspace *work, int32_t y) {
    const struct engine_map *const image = &call->input;
    uint8_t *const to = line_of(call, window, work, y);
    words_fill((uint32_t *)(void *)to, image->fill * 0x01010101u, window->line_bytes / 4);
    if (y >= 0 && y < image->height) {
        const size_t left = call->op->pad_left * (size_t)image->channels, room = window->line_bytes - left;
        const size_t bytes = (size_t)(image->width * image->channels);
        bytes_copy(to + left, image->base + (size_t)y * image->row_stride, bytes < room ? bytes : room);
    }
}

static void tile_gather(const struct engine_call *call, const struct dsp_window *window,
                        const struct workspace *work, const struct tile *tile) {
    const struct packed_operator *const op = call->op;
    uint32_t *to = work->activations;
    for (size_t row = 0; row < tile->rows; row++) {
        const int32_t top = (tile->y + (int32_t)row) * op->stride_height - op->pad_top;
        uint32_t *group = to;
        for (int32_t k = 0; k < op->kernel_height; k++) {
            struct dsp_gather job; /* set field by field: an initialiser would clear it first */
            job.to = group;
            job.blocks = tile->blocks;
            job.steps = window->steps;
            job.length = window->length;
            job.stride = op->stride_width;
            if (op->input == PACKED_IMAGE) {
                job.stride *= (size_t)call->input.channels;
                job.from = line_of(call, window, work, top + k) + (size_t)tile->x * job.stride;
                dsp_gather_image(&job);
                group += (window->length + 3) / 4 * 2 * PIXELS;
                continue;
            }
            job.from =
                map_line(&call->input, top + k, 0) + tile->x * (int32_t)op->stride_width - op->pad_left;
            job.line_stride = call->input.line_stride;
            for (int32_t column = 0; column < op->kernel_width; column++) {
                dsp_gather_map(&job);
                job.from++;
                job.to += (window->length + 3) / 4 * 2 * PIXELS;
            }
            group = job.to;
        }
        to += tile->blocks * PIXELS * window->steps;
    }
}

static struct dsp_groups layout_of(const struct dsp_window *window) {
    const struct dsp_groups made = {window->groups, window->length, window->steps};
    return made;
}

static void tile_multiply(const struct engine_call *call, const struct dsp_window *window,
                          const struct workspace *work, const struct tile *tile) {
    const struct engine_map *const output = &call->output;
    const struct dsp_groups layout = layout_of(window);
    struct dsp_pairs job;
    job.activations = work->activations;
    job.out = map_line(output, tile->y, 0) + tile->x;
    job.line_stride = (uint32_t)output->line_stride;
    job.segments = (uint32_t)tile->rows;
    job.segment_span = (int32_t)(PIXELS * tile->blocks);
    job.segment_skip = (int32_t)output->row_stride - job.segment_span;
    job.block_step = 0;
    dsp_pairs_multiply(call, &job, &layout, PIXELS, work->streams, window->resident);
}

static void tile_compute(const struct engine_call *call, const struct dsp_window *window,
                         const struct workspace *work, const struct tile *tile) {
    tile_gather(call, window, work, tile);
    tile_multiply(call, window, work, tile);
}

/* Whole blocks, tile after tile, and then a last one that overlaps its neighbour. */
static void rows_compute(const struct engine_call *call, const struct dsp_window *window,
                         const struct workspace *work, int32_t y, size_t rows) {
    const int32_t width = call->output.width;
    struct tile tile = {y, 0, rows, 0};
    for (size_t left = width < PIXELS ? 1 : (size_t)width / PIXELS; left > 0; left -= tile.blocks) {
        tile.blocks = left < window->blocks ? left : window->blocks;
        tile_compute(call, window, work, &tile);
        tile.x += (int32_t)(PIXELS * tile.blocks);
    }
    if (width > PIXELS && width % PIXELS != 0) {
        tile.x = width - PIXELS;
        tile.blocks = 1;
        tile_compute(call, window, work, &tile);
    }
}

static void streams_prepare(const struct engine_call *call, const struct dsp_window *window, uint32_t *to) {
    const struct dsp_limits limits = {window->groups * window->length, LEAST_SHIFT};
    const struct dsp_groups layout = layout_of(window);
    for (size_t pair = 0; pair < window->pairs; pair++) {
        dsp_stream_pair(call, pair, &layout, &limits, to);
        to += dsp_stream_bytes(window->steps) / 4;
    }
}

static void borders_restore(const struct engine_call *call, int32_t first_row, int32_t end_row) {
    const struct engine_map *const output = &call->output;
    for (int32_t y = first_row; output->width < PIXELS && y < end_row; y++) {
        for (int32_t channel = 0; channel < output->channels; channel++) {
            uint8_t *const line = map_line(output, y, channel);
            for (int32_t x = output->width; x < PIXELS; x++) {
                line[x] = output->fill;
            }
        }
    }
}

/* Rows from y on that the scratch holds and that do not wrap around the output's ring; of the image one, as
 * its lines are copied row by row. */
static size_t rows_together(const struct engine_call *call, const struct dsp_window *window, int32_t y,
                            int32_t end) {
    const struct engine_map *const output = &call->output;
    const int32_t left = output->ring_rows - (y + output->top) % output->ring_rows;
    int32_t rows = window->line_bytes > 0 ? 1 : (int32_t)window->rows;
    rows = end - y < rows ? end - y : rows;
    return (size_t)(left < rows ? left : rows);
}

bool dsp_conv_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    const struct dsp_window window = window_of(call);
    if (!is_ours(call, &window)) {
        return false;
    }
    const struct workspace work = workspace_of(call, &window);
    if (first_row == 0 && window.resident) {
        streams_prepare(call, &window, work.streams);
    }
    const struct packed_operator *const op = call->op;
    int32_t copied = (int32_t)first_row * op->stride_height - op->pad_top;
    if (first_row > 0 && op->kernel_height > op->stride_height) {
        copied += op->kernel_height - op->stride_height; /* the row before has read them */
    }
    for (int32_t y = (int32_t)first_row; y < (int32_t)end_row;) {
        const size_t rows = rows_together(call, &window, y, (int32_t)end_row);
        const int32_t top = y * op->stride_height - op->pad_top;
        copied = copied < top ? top : copied;
        for (; window.line_bytes > 0 && copied < top + op->kernel_height; copied++) {
            line_copy(call, &window, &work, copied);
        }
        rows_compute(call, &window, &work, y, rows);
        y += (int32_t)rows;
    }
    dsp_clamp_rows(call, first_row, end_row);
    borders_restore(call, (int32_t)first_row, (int32_t)end_row);
    return true;
}
