#include "engine/dsp/clamp.h"

#include "engine/dsp/simd.h"
#include "engine/requantize.h" // clamp_between

static void line_clamp(uint8_t *line, int32_t width, uint32_t low, uint32_t high) {
    uint8_t *const end = line + width;
    const uint32_t lows = low * 0x01010101u, highs = high * 0x01010101u;
    for (; line + 4 <= end; line += 4) {
        simd_store(line, simd_lesser(simd_greater(simd_load(line), lows), highs));
    }
    for (; line < end; line++) {
        *line = (uint8_t)clamp_between(*line, (int32_t)low, (int32_t)high);
    }
}

void dsp_clamp_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    const uint32_t low = call->op->act_min, high = call->op->act_max;
    if (low == 0 && high == 255) {
        return;
    }
    for (size_t y = first_row; y < end_row; y++) {
        for (int32_t c = 0; c < call->output.channels; c++) {
            line_clamp(map_line(&call->output, (int32_t)y, c), call->output.width, low, high);
        }
    }
}
