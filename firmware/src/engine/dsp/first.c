/* The first CONV_2D: 3x3 with stride 2 over the image, grey or RGB. Its windows are laid out as steps of the
 * pointwise kernel, row by row. Lines of the image are copied beside their borders first, so that no window
 * tests bounds.
 */
#include "engine/cold.h" // compiled for size

#include "engine/dsp/clamp.h" // dsp_clamp_rows
#include "engine/dsp/dsp.h"
#include "engine/dsp/kernels.h" // struct dsp_pairs, the kernels
#include "engine/dsp/scratch.h" // dsp_first_bytes and others
#include "engine/dsp/stream.h"  // dsp_pair_constants, dsp_weight_pair
#include "engine/words.h"       // words_fill, bytes_copy

#if DSP_FAST
#define grey_windows dsp_grey_windows
#define colour_windows dsp_colour_windows
#else
#define grey_windows dsp_grey_windows_plain
#define colour_windows dsp_colour_windows_plain
#endif

enum { WINDOW = 3, STRIDE = 2, MOST_STEPS = 16, LEAST_SHIFT = DSP_UNIFORM_SHIFT - 7 };

struct workspace {
    uint32_t *streams;
    uint32_t *activations;
    uint8_t *lines[WINDOW]; /* line y of the image is in lines[(y + WINDOW) % WINDOW] */
    size_t steps;
    size_t pairs;
};

/* Where the weight of byte `byte` of window row `row` goes: the half of a step. A grey row is bytes 0, 2 and
 * 1; an RGB row is bytes 0, 2 | 1, 3 | 4, 6 | 5, 7 and 8. What is left over of three rows shares the last
 * steps. */
static size_t half_of(size_t channels, size_t row, size_t byte) {
    const size_t last = channels == 1 ? 1 : 8;
    if (byte == last) {
        const size_t step = channels == 1 ? 3 : 12;
        return 2 * (step + row / 2) + row % 2;
    }
    if (channels == 1) {
        return 2 * row + byte / 2;
    }
    return 2 * (4 * row + byte / 4 * 2 + byte % 2) + byte % 4 / 2;
}

static bool is_ours(const struct engine_call *call) {
    const struct packed_operator *const op = call->op;
    const int32_t channels = call->input.channels;
    return op->input == PACKED_IMAGE && requantize_is_fast(op->form) && (channels == 1 || channels == 3) &&
           op->kernel_height == WINDOW && op->kernel_width == WINDOW && op->stride_height == STRIDE &&
           op->stride_width == STRIDE && op->pad_left <= 1 && call->output.width >= 4 &&
           4 * (size_t)op->scratch_words >=
               dsp_first_bytes((size_t)channels, (size_t)call->output.channels, (size_t)call->output.width);
}

static struct workspace workspace_of(const struct engine_call *call) {
    const size_t channels = (size_t)call->input.channels, width = (size_t)call->output.width;
    uint32_t *const words = (uint32_t *)(void *)call->scratch;
    struct workspace work = {
        .streams = words,
        .steps = dsp_first_steps(channels),
        .pairs = ((size_t)call->output.channels + 1) / 2,
    };
    work.activations = work.streams + work.pairs * dsp_stream_bytes(work.steps) / 4;
    uint8_t *const lines = (uint8_t *)(work.activations + (width + 3) / 4 * 4 * work.steps);
    for (size_t i = 0; i < WINDOW; i++) {
        work.lines[i] = lines + i * dsp_first_line_bytes(channels, width);
    }
    return work;
}

/* The weights of one output channel, shifted left; to: its words lie 2 apart. */
static void weights_put(const int8_t *weights, size_t channels, uint32_t shift, size_t steps, uint32_t *to) {
    uint32_t words[2 * MOST_STEPS / 4];
    int8_t *const halves = (int8_t *)words;
    words_fill(words, 0, 2 * MOST_STEPS / 4);
    for (size_t row = 0; row < WINDOW; row++) {
        for (size_t byte = 0; byte < WINDOW * channels; byte++) {
            halves[half_of(channels, row, byte)] = *weights++;
        }
    }
    for (size_t step = 0; step < steps; step++) {
        to[2 * step] = dsp_weight_pair(halves[2 * step], halves[2 * step + 1], shift);
    }
}

static void streams_prepare(const struct engine_call *call, const struct workspace *work) {
    const size_t channels = (size_t)call->input.channels, taps = WINDOW * WINDOW * channels;
    const struct dsp_limits limits = {taps, LEAST_SHIFT};
    uint32_t scales[2];
    for (size_t c = 0; c < (size_t)call->output.channels; c++) {
        uint32_t *const stream = work->streams + c / 2 * dsp_stream_bytes(work->steps) / 4;
        if (c % 2 == 0) {
            dsp_pair_constants(call, c / 2, &limits, scales, stream);
        }
        weights_put(call->weights + c * taps, channels, scales[c % 2], work->steps,
                    stream + DSP_PARAMETER_WORDS + c % 2);
    }
}

/* Line y of the image beside its borders, which are there; y may lie outside. */
static void line_copy(const struct engine_call *call, const struct workspace *work, int32_t y) {
    const struct engine_map *const image = &call->input;
    const size_t bytes = (size_t)(image->width * image->channels);
    const size_t left = call->op->pad_left * (size_t)image->channels;
    const size_t all = dsp_first_line_bytes((size_t)image->channels, (size_t)call->output.width);
    uint8_t *const to = work->lines[(y + WINDOW) % WINDOW];
    if (y < 0 || y >= image->height) {
        for (size_t i = 0; i < all; i++) {
            to[i] = image->fill;
        }
        return;
    }
    const size_t room = all - left;
    bytes_copy(to + left, image->base + (size_t)y * image->row_stride, bytes < room ? bytes : room);
}

static void borders_prepare(const struct engine_call *call, const struct workspace *work) {
    const struct engine_map *const image = &call->input;
    const size_t line = dsp_first_line_bytes((size_t)image->channels, (size_t)call->output.width);
    words_fill((uint32_t *)(void *)work->lines[0], image->fill * 0x01010101u, (WINDOW * line + 3) / 4);
}

/* Blocks from column x on, of the three lines from `top` on. */
static void blocks_widen(const struct engine_call *call, const struct workspace *work, int32_t top, size_t x,
                         size_t blocks, uint32_t *to) {
    const size_t channels = (size_t)call->input.channels;
    const uint8_t *lines[WINDOW];
    for (int32_t i = 0; i < WINDOW; i++) {
        lines[i] = work->lines[(top + i + WINDOW) % WINDOW] + STRIDE * x * channels;
    }
    (channels == 1 ? grey_windows : colour_windows)(to, lines, blocks);
}

static void kernel_run(struct dsp_pairs *job, bool grey) {
#if DSP_FAST
    (grey ? dsp_pairs4_5 : dsp_pairs4_16)(job);
#else
    (void)grey;
    dsp_pairs_plain(job, 4);
#endif
}

/* `blocks` blocks of row y from column x on, of all output channels. */
static void blocks_compute(const struct engine_call *call, const struct workspace *work, int32_t y, size_t x,
                           size_t blocks) {
    const bool odd = call->output.channels % 2 != 0, grey = call->input.channels == 1;
    struct dsp_pairs job; /* without rows to skip to, and with a stream: the other fields are not read */
    job.activations = work->activations;
    job.stream = work->streams;
    job.weight_bytes = (uint32_t)(work->steps * 8);
    job.out = map_line(&call->output, y, 0) + x;
    job.line_stride = (uint32_t)call->output.line_stride;
    job.pairs = (uint32_t)(work->pairs - (odd ? 1 : 0));
    job.segments = 1;
    job.segment_span = (int32_t)(4 * blocks);
    job.segment_skip = 0;
    job.block_step = 0;
    job.weights = NULL;
    blocks_widen(call, work, y * STRIDE - call->op->pad_top, x, blocks, work->activations);
    if (job.pairs > 0) {
        kernel_run(&job, grey);
    }
    if (odd) {
        job.pairs = 1;
        job.line_stride = 0;
        kernel_run(&job, grey);
    }
}

bool dsp_first_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    if (!is_ours(call)) {
        return false;
    }
    const struct workspace work = workspace_of(call);
    if (first_row == 0) {
        streams_prepare(call, &work);
        borders_prepare(call, &work);
    }
    const size_t width = (size_t)call->output.width;
    int32_t copied = (int32_t)first_row * STRIDE - call->op->pad_top;
    for (int32_t y = (int32_t)first_row; y < (int32_t)end_row; y++) {
        for (const int32_t end = y * STRIDE - call->op->pad_top + WINDOW; copied < end; copied++) {
            line_copy(call, &work, copied);
        }
        blocks_compute(call, &work, y, 0, width / 4);
        if (width % 4 != 0) { /* a last block that overlaps its neighbour */
            blocks_compute(call, &work, y, width - 4, 1);
        }
    }
    dsp_clamp_rows(call, first_row, end_row);
    return true;
}
