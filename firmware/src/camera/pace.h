/* Which pixel clock gives the most frames a second, given how long the board is busy between two captures.
 *
 * The sensor runs freely: a board that is ready just after a frame began waits for the next one. So a clock a
 * little slower can give more frames than the fastest.
 */
#ifndef CAMERA_PACE_H
#define CAMERA_PACE_H

#include <stdint.h>

enum {
    CAMERA_FASTEST_DIVIDER = 11, /* 24 cycles a byte: the capture loop is exact down to 20 */
    CAMERA_SLOWEST_DIVIDER = 23,
};

/* The divider (CLKRC) whose frames repeat fastest when `busy_cycles` pass between the end of a frame and the
 * wait for the next; the fastest clock of equals. */
uint8_t camera_best_divider(uint32_t busy_cycles);

/* CPU cycles from one frame that is captured to the next with this divider. */
uint32_t camera_period(uint8_t divider, uint32_t busy_cycles);

#endif
