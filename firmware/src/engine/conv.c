/* CONV_2D with any window, from a map or from the image. */
#include "engine/dsp/dsp.h" // dsp_first_rows, dsp_conv_rows
#include "engine/map.h"
#include "engine/windows.h" // windows_rows

void conv_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    if (dsp_first_rows(call, first_row, end_row) || dsp_conv_rows(call, first_row, end_row)) {
        return;
    }
    const struct window_row row = {
        .columns = call->op->kernel_width,
        .taps = call->input.channels,
        .tap_stride = call->input.line_stride,
    };
    windows_rows(call, &row, first_row, end_row);
}
