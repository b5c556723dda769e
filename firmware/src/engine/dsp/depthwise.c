/* DEPTHWISE_CONV_2D 3x3: bands of 6, 3 or fewer output rows, all channels of a band in one kernel run. */
#include "engine/cold.h" // compiled for size

#include "engine/dsp/clamp.h" // dsp_clamp_rows
#include "engine/dsp/dsp.h"
#include "engine/dsp/kernels.h" // struct dsp_strips, the kernels
#include "engine/dsp/scratch.h" // dsp_depthwise_bytes

#if DSP_FAST
typedef void (*strips_kernel)(struct dsp_strips *job);
#else
#define dsp_strips_prepare dsp_strips_prepare_plain
#endif

enum { LEAST_ROWS = 3 };

static bool is_ours(const struct engine_call *call) {
    const struct packed_operator *const op = call->op;
    const bool window = op->kernel_height == 3 && op->kernel_width == 3 &&
                        op->stride_height == op->stride_width && op->stride_height <= 2 &&
                        op->depth_multiplier == 1;
    /* the last strip of an odd width writes a pixel more: it needs a byte that is nobody's */
    const bool room = call->output.width % 2 == 0 ||
                      (call->output.right == 0 &&
                       (size_t)(call->output.left + call->output.width) < call->output.line_stride);
    return window && room && requantize_is_fast(call->op->form) && call->output.width >= 2 &&
           4 * (size_t)call->op->scratch_words >= dsp_depthwise_bytes((size_t)call->output.channels);
}

static void kernel_run(struct dsp_strips *job, size_t rows, size_t stride, bool uniform) {
#if DSP_FAST
    static const strips_kernel uniform_kernels[2][2] = {
        {dsp_strips1_uniform_3, dsp_strips1_uniform_6},
        {dsp_strips2_uniform_3, NULL},
    };
    static const strips_kernel fast_kernels[2] = {dsp_strips1_fast_1, dsp_strips2_fast_1};
    (uniform ? uniform_kernels[stride - 1][rows / 6] : fast_kernels[stride - 1])(job);
#else
    dsp_strips_plain(job, rows, stride, uniform);
#endif
}

/* Where rows y..y+count-1 of a channel start, the first one `idle` times more; the place behind the list. */
static const uint8_t **rows_list(const uint8_t **to, const struct engine_map *map, int32_t y, int32_t channel,
                                 int32_t idle, int32_t count) {
    const uint8_t *line = map_line(map, y, channel);
    int32_t left = map->ring_rows - (y + map->top) % map->ring_rows;
    for (int32_t row = -idle; row < count; row++) {
        *to++ = line;
        if (row >= 0) {
            line += map->row_stride;
            if (--left == 0) {
                line -= (size_t)map->ring_rows * map->row_stride;
            }
        }
    }
    return to;
}

/* The job of channels first..end-1 of `rows` output rows from y on. Uniform channels have no kernel of fewer
 * rows than 3: then the first rows that it computes are idle ones, which the row that is wanted overwrites.
 */
static void band_run(const struct engine_call *call, int32_t y, size_t rows, size_t first, size_t end,
                     bool uniform) {
    const int32_t stride = call->op->stride_height;
    const uint32_t pixels = ((uint32_t)call->output.width + 1u) & ~1u;
    const uint32_t bytes = pixels * (uint32_t)stride;
    const uint32_t *const parameters = (const uint32_t *)(const void *)call->scratch + 1;
    struct dsp_strips job; /* set field by field: an initialiser would clear all rows first */
    job.parameters = parameters + DSP_STRIP_WORDS * first;
    job.channels = (uint32_t)(end - first);
    job.in_gap = (int32_t)(call->input.line_stride - bytes);
    job.out_gap = (int32_t)call->output.line_stride -
                  (stride == 1 ? (int32_t)call->input.line_stride : (int32_t)pixels);
    job.line_stride = (uint32_t)call->input.line_stride;
    job.end = bytes;
    const int32_t top = y * stride - call->op->pad_top;
    const size_t all = uniform && rows < LEAST_ROWS ? LEAST_ROWS : rows;
    const int32_t idle = (int32_t)(all - rows);
    const uint8_t **const behind = rows_list(job.rows, &call->input, top, (int32_t)first, idle * stride,
                                             (int32_t)(rows - 1) * stride + 3);
    for (const uint8_t **place = job.rows; place < behind; place++) {
        *place -= call->op->pad_left;
    }
    rows_list(behind, &call->output, y, (int32_t)first, idle, (int32_t)rows);
    kernel_run(&job, all, (size_t)stride, uniform);
}

/* Rows from y on, channels of one kind after the other: a kernel of more than one row exists for uniform
 * channels only. */
static void mixed_band_run(const struct engine_call *call, int32_t y, size_t rows) {
    const uint32_t *const parameters = (const uint32_t *)(const void *)call->scratch + 1;
    const size_t channels = (size_t)call->output.channels;
    for (size_t first = 0, end; first < channels; first = end) {
        const bool uniform = parameters[DSP_STRIP_WORDS * first + 8] == 0;
        for (end = first + 1; end < channels && uniform == (parameters[DSP_STRIP_WORDS * end + 8] == 0);
             end++) {
        }
        const size_t height = uniform ? rows : 1;
        for (size_t row = 0; row < rows; row += height) {
            band_run(call, y + (int32_t)row, height, first, end, uniform);
        }
    }
}

bool dsp_depthwise_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    if (!is_ours(call)) {
        return false;
    }
    uint32_t *const all_uniform = (uint32_t *)(void *)call->scratch;
    if (first_row == 0) {
        const struct requantize_form form = requantize_form(call->op, call->constants, call->output.fill);
        *all_uniform =
            dsp_strips_prepare(all_uniform + 1, call->weights, &form, (size_t)call->output.channels);
    }
    const size_t most = call->op->stride_height == 1 ? 6 : 3;
    for (size_t y = first_row, rows; y < end_row; y += rows) {
        const size_t left = end_row - y;
        rows = left >= most ? most : left >= LEAST_ROWS ? LEAST_ROWS : left;
        if (*all_uniform) {
            band_run(call, (int32_t)y, rows, 0, (size_t)call->output.channels, true);
        } else {
            mixed_band_run(call, (int32_t)y, rows);
        }
    }
    dsp_clamp_rows(call, first_row, end_row);
    return true;
}
