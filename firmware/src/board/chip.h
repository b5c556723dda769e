/* What both boards do the same way, because it is the chip's: clocks, counters, cache, marker, reset. */
#ifndef BOARD_CHIP_H
#define BOARD_CHIP_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The 32 MHz crystal. Without it the chip's own oscillator clocks the CPU. */
void chip_set_crystal(bool on);

/* True while a USB cable gives power. */
bool chip_has_usb_power(void);

/* For an interrupt that lets itself come again although it was held off: true before a line, and then it is
 * held off once more. */
bool chip_holds_off(void);

/* Runs an interrupt's work and keeps its cycles apart from the work of the code it interrupts. */
void chip_line(void);
bool chip_feed(bool (*feed)(void));

/* Starts the crystal, the cycle counter and the instruction cache, and makes the marker pin an output. */
void chip_start(void);

#ifdef __cplusplus
}
#endif

#endif
