/* What both boards do the same way, because it is the chip's: clocks, counters, cache, supply, reset. Beside
 * it lie interrupts.h, pins.h and flash.c. */
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

/* Starts the crystal, the cycle counter and the instruction cache, and makes the pins of
 * pins.h outputs. */
void chip_start(void);

#ifdef __cplusplus
}
#endif

#endif
