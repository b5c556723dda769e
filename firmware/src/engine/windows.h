/* Sums over windows of any size: what CONV and DEPTHWISE share when no fast kernel fits. */
#ifndef ENGINE_WINDOWS_H
#define ENGINE_WINDOWS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/map.h" // struct engine_call

/* How a row of a window is read, in the order of its weights: `taps` values `tap_stride` apart, at each of
 * `columns` neighbouring pixels. */
struct window_row {
    int32_t columns;
    int32_t taps;
    size_t tap_stride;
    int32_t
        depth_multiplier; /* output channel c reads input channel c / this; 0: all read from channel 0 on */
};

/* Rows first_row..end_row-1 of the output. The image has no border: only there columns are tested, so
 * `columns` must be the window's width. */
void windows_rows(const struct engine_call *call, const struct window_row *row, size_t first_row,
                  size_t end_row);

#endif
