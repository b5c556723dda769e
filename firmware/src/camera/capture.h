/* Reads the sensor's frames, line by line, in the interrupt of the highest priority, while everything else
 * goes on.
 *
 * VSYNC's fall starts a timer in hardware, whose match calls just before the first line is due; each line's
 * end starts it again for the next. When the first line comes, and how long it is dark between two, is
 * measured on a frame that is not handed over: after every change of the sensor's timing.
 */
#ifndef CAMERA_CAPTURE_H
#define CAMERA_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "camera/ov7675.h" // struct camera_settings

/* Where a frame's lines go, in order, in the interrupt: before the next line.
 *
 * Sums are made while a line is read, by units and steps as preprocess/area.h says, and `take` finds them
 * there. groups: in groups, where read_line_takes_groups at this clock. Without, grey takes steps of each
 * pixel; in colour `take` gets CAMERA_WIDTH words of luma, 0..255, and CAMERA_CHROMA_WIDTH words of chroma, U
 * | V << 16, which are NULL otherwise. */
struct camera_sink {
    bool groups;
    const uint32_t *steps;
    uint32_t unit;
    uint32_t chroma_unit;
    uint32_t *sums;
    void (*take)(void *context, const uint32_t *luma, const uint32_t *chroma);
    void *context;
};

/* Reads the next whole frame from now on; the sink stays the caller's. Ends a frame that is under way. */
void capture_begin(const struct camera_settings *settings, bool colour, const struct camera_sink *sink);

/* Lets go of a frame under way. */
void capture_abandon(void);

/* True from capture_begin until capture_wait or capture_abandon. */
bool capture_is_begun(void);

/* A frame that is over. */
struct capture {
    struct camera_fault fault;
    uint32_t ended_cycles;         /* board_cycles() at its end */
    uint32_t begun_at_line_cycles; /* board_line_cycles() at its first line */
};

/* Waits for the frame that was begun; every wait is bounded. */
struct capture capture_wait(void);

/* The sensor's timing may have changed: it is measured again. */
void capture_forget_timing(void);

#endif
