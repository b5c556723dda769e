/* TABLE: any function of one value, the same for all channels or one a channel. Reads maps and the image. */
#include "engine/cold.h" // compiled for size

#include "engine/map.h"

enum { TABLE_BYTES = 256 };

void table_rows(const struct engine_call *call, size_t first_row, size_t end_row) {
    const struct engine_map *const input = &call->input;
    const size_t step = call->op->extra > 1 ? TABLE_BYTES : 0;
    for (int32_t y = (int32_t)first_row; y < (int32_t)end_row; y++) {
        const uint8_t *table = (const uint8_t *)call->weights;
        for (int32_t c = 0; c < call->output.channels; c++) {
            const uint8_t *from = map_line(input, y, c);
            uint8_t *to = map_line(&call->output, y, c);
            for (int32_t x = call->output.width; x > 0; x--) {
                *to++ = table[*from];
                from += input->pixel_stride;
            }
            table += step;
        }
    }
}
