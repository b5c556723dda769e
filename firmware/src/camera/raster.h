/* What the sensor really puts on its pins: lines a frame, bytes a line, counted without knowing how it
 * halves. Slow: a quarter of the usual clock, so that a plain loop sees every edge of PCLK. */
#ifndef CAMERA_RASTER_H
#define CAMERA_RASTER_H

#include "camera/ov7675.h" // struct camera_settings

enum { RASTER_MOST_BYTES = 1280 };

struct raster {
    uint32_t lines;
    uint32_t line_bytes;  /* of the line that is wanted */
    uint32_t line_cycles; /* HREF high in it */
    uint32_t frame_cycles;
    uint8_t clock_divider;
    uint32_t kept;                    /* bytes below, at most line_bytes */
    uint8_t bytes[RASTER_MOST_BYTES]; /* of that line, its first ones */
};

/* Counts one frame of a running sensor, whose clock is as before afterwards. Every wait is bounded. */
struct camera_fault camera_count(const struct camera_settings *settings, uint32_t line,
                                 struct raster *raster);

#endif
