#include "preprocess/colour.h"

/* 65536 times 1.402, 0.344136, 0.714136 and 1.772 */
enum { V_TO_RED = 91881, U_TO_GREEN = 22554, V_TO_GREEN = 46802, U_TO_BLUE = 116130, HALF = 32768 };

static uint8_t within(int32_t scaled) {
    if (scaled < 0) {
        return 0;
    }
    return scaled >> 16 > 255 ? 255 : (uint8_t)(scaled >> 16);
}

void colour_from_yuv(uint8_t *pixels, uint32_t count) {
    for (uint8_t *pixel = pixels; count > 0; pixel += 3, count--) {
        const int32_t grey = (int32_t)pixel[0] * 65536 + HALF;
        const int32_t blue = pixel[1] - 128;
        const int32_t red = pixel[2] - 128;
        pixel[0] = within(grey + V_TO_RED * red);
        pixel[1] = within(grey - U_TO_GREEN * blue - V_TO_GREEN * red);
        pixel[2] = within(grey + U_TO_BLUE * blue);
    }
}
