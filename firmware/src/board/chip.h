/* What both boards do the same way, because it is the chip's: clocks, counters, cache, marker, reset. */
#ifndef BOARD_CHIP_H
#define BOARD_CHIP_H

#ifdef __cplusplus
extern "C" {
#endif

/* Starts the crystal, the cycle counter and the instruction cache, and makes the marker pin an output. */
void chip_start(void);

#ifdef __cplusplus
}
#endif

#endif
