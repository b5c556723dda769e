/* DEPTHWISE_CONV_2D: each output channel is a window over one input channel. */
#include "engine/dsp/dsp.h" // dsp_depthwise_rows
#include "engine/map.h"
#include "engine/windows.h" // windows_rows

void depthwise_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    if (dsp_depthwise_rows(call, first_row, end_row) || dsp_depthwise_any_rows(call, first_row, end_row)) {
        return;
    }
    const struct window_row row = {
        .columns = 1,
        .taps = call->op->kernel_width,
        .tap_stride = call->input.pixel_stride,
        .depth_multiplier = call->op->depth_multiplier,
    };
    windows_rows(call, &row, first_row, end_row);
}
