/* How many rows the sensor adds to its frames, so that one is there whenever the board is ready for it.
 *
 * The sensor runs freely. A board that is ready just after a frame began waits for the next; so the frame is
 * made a little longer than the board's own period. Rows are added, and the pixel clock stays: a slow one
 * costs the CPU more, as it reads every byte, and a row's length, by which exposure and mains flicker are
 * counted, is constant.
 */
#ifndef CAMERA_PACE_H
#define CAMERA_PACE_H

#include <stdint.h>

#include "camera/ov7675.h" // struct camera_settings

/* What a frame costs, in CPU cycles. */
struct pace_load {
    uint32_t work;    /* from an image to the wait for the next: inference, sending and the rest */
    uint32_t reading; /* interrupts that read a frame */
    bool overlaps;    /* the next frame is read meanwhile */
};

/* The board's period, smoothed; 0: not known. */
struct pace {
    uint32_t period;
};

/* Takes what the last frame cost; the rows to add from now on, settings->extra_rows when these fit well
 * enough. */
uint16_t pace_extra_rows(struct pace *pace, const struct camera_settings *settings,
                         const struct pace_load *load);

#endif
