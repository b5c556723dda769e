/* RESIZE: TFLite's integer bilinear interpolation between rows and columns that the compiler has chosen; the
 * nearest neighbour is the case without fractions. */
#include "engine/cold.h" // compiled for size

#include "engine/map.h"

enum { ONE = 1 << 10, HALF = 1 << 19 };

static int32_t between(int32_t first, int32_t second, int32_t fraction) {
    return first * (ONE - fraction) + second * fraction;
}

/* Of u; halves go away from q = 0, which is u = 128. */
static uint8_t interpolated(const uint8_t *top, const uint8_t *bottom, const struct packed_sample *column,
                            int32_t down) {
    const int32_t left = between(top[column->first] - 128, bottom[column->first] - 128, down);
    const int32_t right = between(top[column->second] - 128, bottom[column->second] - 128, down);
    const int32_t sum = between(left, right, column->fraction);
    return (uint8_t)((sum + (sum > 0 ? HALF : -HALF)) / (ONE * ONE) + 128);
}

void resize_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    const struct packed_sample *const rows = (const void *)call->weights;
    const struct packed_sample *const columns = rows + call->output.height;
    for (size_t y = first_row; y < end_row; y++) {
        for (int32_t c = 0; c < call->output.channels; c++) {
            const uint8_t *const top = map_line(&call->input, rows[y].first, c);
            const uint8_t *const bottom = map_line(&call->input, rows[y].second, c);
            uint8_t *const to = map_line(&call->output, (int32_t)y, c);
            for (int32_t x = 0; x < call->output.width; x++) {
                to[x] = interpolated(top, bottom, &columns[x], rows[y].fraction);
            }
        }
    }
}
