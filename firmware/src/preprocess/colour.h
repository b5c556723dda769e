/* YUV to RGB as the sensor meant it: BT.601 over the full range, U = 128 + 0.564 (B - Y), V = 128 + 0.713 (R
 * - Y) (OV7670 datasheet, "Format"; ITU-R BT.601-7, 2.5.2). host/preprocess.py is the same in NumPy. */
#ifndef PREPROCESS_COLOUR_H
#define PREPROCESS_COLOUR_H

#include <stdint.h>

/* 65536 times 1.402, 0.344136, 0.714136 and 1.772 */
enum {
    COLOUR_V_TO_RED = 91881,
    COLOUR_U_TO_GREEN = 22554,
    COLOUR_V_TO_GREEN = 46802,
    COLOUR_U_TO_BLUE = 116130,
    COLOUR_HALF = 32768
};

static inline uint8_t colour_within(int32_t scaled) {
    const int32_t whole = scaled >> 16;
    return (uint8_t)(whole < 0 ? 0 : whole > 255 ? 255 : whole);
}

/* y, u, v: 0..255. Writes R, G and B, each rounded and held within 0..255. */
static inline void colour_to_rgb(uint8_t *pixel, uint32_t y, uint32_t u, uint32_t v) {
    const int32_t grey = (int32_t)(y * 65536u) + COLOUR_HALF;
    const int32_t blue = (int32_t)u - 128;
    const int32_t red = (int32_t)v - 128;
    pixel[0] = colour_within(grey + COLOUR_V_TO_RED * red);
    pixel[1] = colour_within(grey - COLOUR_U_TO_GREEN * blue - COLOUR_V_TO_GREEN * red);
    pixel[2] = colour_within(grey + COLOUR_U_TO_BLUE * blue);
}

#endif
