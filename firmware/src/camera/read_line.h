/* The loops that read one line of the sensor: the only code here whose speed decides whether it is right.
 *
 * They follow the pixel clock by polling. A poll reads the data first, then the clock; data count when the
 * clock behind them was high, so a sample cannot be of another byte than the one whose clock was seen. What
 * remains is a byte that is missed or taken twice: it shows in how long HREF stays up behind the last sample.
 * So each line is exact, or known not to be.
 *
 * Cycles at 64 MHz, GPIO reads at zero wait states: a poll that fails takes 5 (LDRH 2, LDR 1, LSLS 1, branch
 * not taken 1). In grey a luma byte is awaited, averaged and the chroma byte behind it slept over: from poll
 * to poll READ_LINE_GREY_CYCLES and those of the sled, which must come to 3..5 half periods of the clock less
 * a poll. Among all bytes from poll to poll 13, every second time 16.
 */
#ifndef CAMERA_READ_LINE_H
#define CAMERA_READ_LINE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    READ_LINE_GREY_CYCLES = 20,
    READ_LINE_MOST_PADS = 64,    /* of the sled, a cycle each */
    READ_LINE_EARLY_CYCLES = 60, /* polling begins before HREF rises; it goes on for 120 or more */
    READ_LINE_GROUP_BYTES = 4,   /* two luma and the chroma that they share */
};

/* In and out of the loops, which know the members' places. */
struct camera_reading {
    uint32_t *to;          /* running sums; READ_LINE_BYTES: two samples in a word */
    uint32_t count;        /* of luma samples, of groups, or of bytes */
    const uint32_t *steps; /* see preprocess/area.h, and unit */
    uint32_t unit;         /* of luma; for groups twice, one in each half */
    uint32_t sled;         /* set by read_line */
    uint32_t skips_first;
    uint32_t start_cycles; /* when polling begins: the line is due READ_LINE_EARLY_CYCLES later */
    uint32_t tail_cycles;  /* out: from the last sample to HREF's fall, about */
    uint32_t ended_cycles; /* out: HREF's fall */
    uint32_t chroma_unit;
};

enum read_line_kind { READ_LINE_STRAIGHT, READ_LINE_CROSSED, READ_LINE_BYTES };

/* Reads a line with interrupts held back. grey_pads: cycles of the sled. Returns how many samples are
 * missing: all of them when no clock came, READ_LINE_LATE when the line had begun before. */
#define READ_LINE_LATE UINT32_MAX

/* The half period of the fastest clock whose edges no poll can miss on this chip: its GPIO reads are timed.
 */
uint32_t read_line_least_half_period(void);
uint32_t read_line(struct camera_reading *reading, enum read_line_kind kind, uint32_t grey_pads);

/* The fastest clocks: groups of READ_LINE_GROUP_BYTES are summed while they are read, of which the first byte
 * is polled for and the others are read by the count of cycles, each proved by its clock. Whether there is
 * such a loop at this half period of the clock; and it. Groups are missing then; a tail of UINT32_MAX: a
 * clock was not high. */
bool read_line_takes_groups(bool colour, uint32_t half_period);
uint32_t read_line_in_groups(struct camera_reading *reading, bool colour, uint32_t half_period,
                             bool data_swap, bool luma_second);

#endif
