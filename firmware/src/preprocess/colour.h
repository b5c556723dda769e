/* YUV to RGB as the sensor meant it: BT.601 over the full range, U = 128 + 0.564 (B - Y), V = 128 + 0.713 (R
 * - Y) (OV7670 datasheet, "Format"; ITU-R BT.601-7, 2.5.2). host/preprocess.py is the same in NumPy. */
#ifndef PREPROCESS_COLOUR_H
#define PREPROCESS_COLOUR_H

#include <stdint.h>

/* Turns `count` pixels of three bytes from Y, U, V into R, G, B, each rounded and held within 0..255. */
void colour_from_yuv(uint8_t *pixels, uint32_t count);

#endif
