/* The OV7675 (and OV7670): found, reset, set up for a full field of view, put to sleep and woken. capture.h
 * reads its frames.
 *
 * The window is QVGA: the whole 640x480 array, halved in both directions by the sensor, 320x240 pixels a
 * frame in YUV 4:2:2. Smaller windows of this sensor are crops. XCLK is 16 MHz from the I2S master clock,
 * beyond Nordic's 4 MHz for that pin but used so by every Arduino library for this camera; the sources within
 * the specification end at 8 MHz, below the sensor's 10 MHz minimum.
 */
#ifndef CAMERA_OV7675_H
#define CAMERA_OV7675_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol.h" // enum wire_fault_code

enum { CAMERA_WIDTH = 320, CAMERA_HEIGHT = 240, CAMERA_CHROMA_WIDTH = CAMERA_WIDTH / 2 };
enum {
    CAMERA_FASTEST_DIVIDER = 5,
    CAMERA_FASTEST_COLOUR_DIVIDER = 7,
    CAMERA_FASTEST_AVERAGING_DIVIDER = 11, /* in colour, where lines are averaged in their blanking */
    CAMERA_SLOWEST_DIVIDER = 23,
    CAMERA_MOST_EXTRA_ROWS = 4000,
};

/* What makes 320x240 of the array: data sheets and drivers that ran disagree, so it is a setting, and the
 * pins say whether it works (raster.h). */
enum camera_halving { CAMERA_BY_SCALER, CAMERA_BY_FORMAT, CAMERA_BY_VENDOR };

/* What the host may change; applied by camera_start and camera_apply. */
struct camera_settings {
    bool colour_bars;
    bool data_swap;        /* D0 and D1 crossed, as on the kit's shield */
    bool luma_second;      /* the order of a pair is U Y rather than Y U */
    bool chroma_swap;      /* the sensor is to exchange U and V, so that U comes first */
    uint8_t halving;       /* enum camera_halving */
    uint8_t mains_hz;      /* 50 or 60: light flickers at twice that */
    uint8_t clock_divider; /* CLKRC, 1..SLOWEST: a byte lasts 2 * (clock_divider + 1) CPU cycles */
    bool paced;            /* the app chooses clock_divider */
    uint8_t floor;         /* not below this one; 0: not known */
    uint16_t extra_rows;   /* the app's, by camera/pace.h */
    int16_t gain;          /* 0..255, -1 automatic */
    int32_t exposure;      /* lines 0..65535, -1 automatic */
};

struct camera_fault {
    enum wire_fault_code code;
    uint32_t detail; /* see enum wire_fault_code */
};

/* Clock on, reset, identity, settings; takes about 60 ms. The sensor runs afterwards. */
struct camera_fault camera_start(const struct camera_settings *settings);

/* Changes the settings of a running sensor; another halving needs camera_start. */
struct camera_fault camera_apply(const struct camera_settings *settings);

/* Changes the pixel clock of a running sensor. */
struct camera_fault camera_set_clock(uint8_t clock_divider);

/* Standby: registers kept, pins silent and let go of, no clock, power down. And back, which takes about 3 ms;
 * a frame starts then, without extra rows. A sensor in standby knows no commands. */
struct camera_fault camera_sleep(void);
struct camera_fault camera_wake(void);

/* What the sensor has set by now: exposure in rows, gain as AGC[9:0]. */
struct camera_light {
    uint32_t exposure;
    uint32_t gain;
};
struct camera_fault camera_read_light(struct camera_light *light);

/* Rows that the sensor adds to each frame, 0..CAMERA_MOST_EXTRA_ROWS: they stretch it without changing how
 * long a row lasts. In half a millisecond, without reading back: the next frame may come at once. */
struct camera_fault camera_write_rows(uint16_t extra_rows);

/* How long a row of the sensor, and a frame, last with these settings. */
uint32_t camera_row_cycles(const struct camera_settings *settings);
uint32_t camera_frame_cycles(const struct camera_settings *settings);

#endif
