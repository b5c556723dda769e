/* A pin's edge -> GPIOTE -> PPI -> TIMER -> interrupt, and EGU -> PPI -> GPIOTE task, as nrfx would set them up. */
#include "probe.h"

enum { GPIOTE = 0x40006000, PPI = 0x4001F000, TIMER3 = 0x4001A000, EGU2 = 0x40016000 };

static volatile uint32_t compared;

/* How late the handler is: the timer's own count at its first instruction, less the compare value. */
void TIMER3_Handler(void) {
    REGISTER(TIMER3 + 0x044) = 1; /* CAPTURE[1] */
    REGISTER(TIMER3 + 0x140) = 0;
    (void)REGISTER(TIMER3 + 0x140);
    record(CYCCNT);
    record(REGISTER(TIMER3 + 0x544));
    compared = compared + 1;
}

/* `count` interrupts, each `ticks` of 16 MHz behind an edge (polarity: 1 rise, 2 fall) of a pin of P0. */
void time_from_edge(uint32_t pin, uint32_t polarity, uint32_t ticks, uint32_t count) {
    REGISTER(TIMER3 + 0x510) = 0;
    REGISTER(TIMER3 + 0x508) = 3;
    REGISTER(TIMER3 + 0x540) = ticks;
    REGISTER(TIMER3 + 0x304) = 1u << 16;
    REGISTER(GPIOTE + 0x510) = 1u | pin << 8 | polarity << 16;
    REGISTER(PPI + 0x510) = GPIOTE + 0x100;
    REGISTER(PPI + 0x514) = TIMER3 + 0x00C;
    REGISTER(PPI + 0x910) = TIMER3;
    REGISTER(PPI + 0x504) = 1;
    compared = 0;
    REGISTER(0xE000E100) = 1u << 26;
    while (compared < count) {
    }
    REGISTER(0xE000E180) = 1u << 26;
    REGISTER(PPI + 0x508) = 1;
    REGISTER(GPIOTE + 0x510) = 0;
}

/* EGU2's event 3 toggles P0.13 by PPI; the group switches the channel off and on. */
void toggle_by_events(void) {
    REGISTER(0x50000700 + 4 * 13) = 0; /* an input with its buffer on: the channel makes it an output */
    REGISTER(GPIOTE + 0x514) = 3u | 13u << 8 | 3u << 16 | 1u << 20;
    record(REGISTER(0x50000510) >> 13 & 1); /* OUTINIT */
    REGISTER(PPI + 0x510 + 8 * 5) = EGU2 + 0x10C;
    REGISTER(PPI + 0x514 + 8 * 5) = GPIOTE + 0x004;
    REGISTER(PPI + 0x800 + 4 * 2) = 1u << 5;
    REGISTER(PPI + 8 * 2) = 1; /* CHG[2].EN */
    REGISTER(EGU2 + 0x00C) = 1;
    record(REGISTER(EGU2 + 0x10C));
    record(REGISTER(0x50000510) >> 13 & 1);
    REGISTER(PPI + 8 * 2 + 4) = 1; /* CHG[2].DIS */
    REGISTER(EGU2 + 0x00C) = 1;
    record(REGISTER(0x50000510) >> 13 & 1);
    REGISTER(GPIOTE + 0x034) = 1; /* SET[1] */
    record(REGISTER(0x50000510) >> 13 & 1);
    REGISTER(GPIOTE + 0x064) = 1; /* CLR[1] */
    record(REGISTER(0x50000510) >> 13 & 1);
}

/* P0.14 sensed for high: DETECT's rise makes the PORT event once, until LATCH and the level are gone. */
void sense_a_pin(void) {
    REGISTER(0x50000700 + 4 * 14) = 1u | 2u << 16; /* output, buffer on, SENSE high */
    record(REGISTER(GPIOTE + 0x17C));
    REGISTER(0x50000508) = 1u << 14;
    record(REGISTER(GPIOTE + 0x17C));
    record(REGISTER(0x50000520) >> 14 & 1);
    REGISTER(GPIOTE + 0x17C) = 0;
    REGISTER(0x5000050C) = 1u << 14;
    record(REGISTER(0x50000520) >> 14 & 1);
    REGISTER(0x50000520) = 1u << 14;
    record(REGISTER(0x50000520) >> 14 & 1);
    REGISTER(0x50000508) = 1u << 14;
    record(REGISTER(GPIOTE + 0x17C));
}
