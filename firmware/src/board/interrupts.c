#include "board/interrupts.h"

#include "board/board.h"    // board_line_*, board_mask
#include "board/nrf52840.h" // TIMER3, GPIOTE, PPI, NVIC

/* The highest of their kind that Arduino's core could want: it takes the lowest first. */
enum { EDGE_CHANNEL = 7, LINE_CHANNEL = 19 };

/* An exception's entry and its return cost 12 cycles each (ARM DDI 0439, 3.9). */
enum { EXCEPTION_CYCLES = 24 };

static volatile uint32_t line_cycles; /* of the camera's interrupts so far */
static volatile uint32_t feed_cycles; /* of the port's, less the camera's within them */
static void (*line_handler)(void);

/* Arduino's core masks interrupts throughout its own for USB, up to 4,832 cycles were counted. So the others
 * are held off from so long before a line: then nothing masks when it comes. */
enum { HOLD_OFF_TICKS = 5000 / BOARD_TICK_CYCLES };

static uint32_t held_off[2]; /* of the NVIC's enable bits */

static void hold_others_off(void) {
    held_off[0] |= NVIC_ISER0 & ~(1u << LINE_TIMER_IRQ);
    held_off[1] |= NVIC_ISER1;
    NVIC_ICER0 = held_off[0];
    NVIC_ICER1 = held_off[1];
}

bool interrupts_hold_off(void) {
    const uint32_t before = board_mask();
    const bool holds = (held_off[0] | held_off[1]) != 0;
    if (holds) {
        hold_others_off();
    }
    board_unmask(before);
    return holds;
}

/* Masked: an interrupt of the line between the two would hold them off, and what it notes would be forgotten.
 */
static void let_others_come(void) {
    const uint32_t before = board_mask();
    NVIC_ISER0 = held_off[0];
    NVIC_ISER1 = held_off[1];
    held_off[0] = 0;
    held_off[1] = 0;
    board_unmask(before);
}

void interrupts_line(void) {
    const uint32_t start = DWT_CYCCNT;
    if (TIMER_EVENTS_COMPARE2(LINE_TIMER) != 0) {
        TIMER_EVENTS_COMPARE2(LINE_TIMER) = 0;
        hold_others_off();
    }
    if (TIMER_EVENTS_COMPARE0(LINE_TIMER) != 0) {
        TIMER_EVENTS_COMPARE0(LINE_TIMER) = 0;
        line_handler();
        let_others_come();
    }
    (void)TIMER_EVENTS_COMPARE0(LINE_TIMER); /* the writes must land before the return, or it fires again */
    line_cycles += DWT_CYCCNT - start + EXCEPTION_CYCLES;
}

bool interrupts_feed(bool (*feed)(void)) {
    const uint32_t start = board_work_cycles();
    const bool more = feed();
    feed_cycles += board_work_cycles() - start + EXCEPTION_CYCLES;
    return more;
}

/* The three belong together when no interrupt of the camera came between them. */
uint32_t board_work_cycles(void) {
    uint32_t lines;
    uint32_t work;
    do {
        lines = line_cycles;
        work = DWT_CYCCNT - lines - feed_cycles;
    } while (lines != line_cycles);
    return work;
}

uint32_t board_line_cycles(void) {
    return line_cycles;
}

/* TIMER3 counts, GPIOTE sees the edge, PPI starts the timer with it: free under Arduino's core, which takes
 * TIMER1 for its clock. */
void board_start_lines(void (*handler)(void)) {
    line_handler = handler;
    TIMER_TASKS_STOP(LINE_TIMER) = 1;
    TIMER_MODE(LINE_TIMER) = 0;
    TIMER_BITMODE(LINE_TIMER) = TIMER_32_BITS;
    TIMER_PRESCALER(LINE_TIMER) = 0;
    PPI_CHANNEL_EVENT(LINE_CHANNEL) = (uint32_t)(uintptr_t)&GPIOTE_EVENTS_IN(EDGE_CHANNEL);
    PPI_CHANNEL_TASK(LINE_CHANNEL) = (uint32_t)(uintptr_t)&TIMER_TASKS_START(LINE_TIMER);
    NVIC_PRIORITY(LINE_TIMER_IRQ) = NVIC_HIGHEST;
    NVIC_ISER0 = 1u << LINE_TIMER_IRQ;
}

static void match_at(uint32_t ticks) {
    TIMER_CC0(LINE_TIMER) = ticks;
    TIMER_CC2(LINE_TIMER) = ticks > HOLD_OFF_TICKS ? ticks - HOLD_OFF_TICKS : 1;
}

void board_line_on_edge(uint32_t pin, uint32_t ticks) {
    board_line_stop();
    match_at(ticks);
    TIMER_EVENTS_COMPARE0(LINE_TIMER) = 0;
    TIMER_EVENTS_COMPARE2(LINE_TIMER) = 0;
    TIMER_INTENSET(LINE_TIMER) = TIMER_INT_COMPARE0 | TIMER_INT_COMPARE2;
    GPIOTE_CONFIG(EDGE_CHANNEL) = GPIOTE_EVENT | pin << GPIOTE_PIN_SHIFT | GPIOTE_FALLING;
    PPI_CHENSET = 1u << LINE_CHANNEL;
}

void board_line_restart(uint32_t ticks) {
    TIMER_TASKS_CLEAR(LINE_TIMER) = 1;
    match_at(ticks);
}

void board_line_stop(void) {
    const uint32_t before = board_mask();
    TIMER_INTENCLR(LINE_TIMER) = TIMER_INT_COMPARE0 | TIMER_INT_COMPARE2;
    PPI_CHENCLR = 1u << LINE_CHANNEL;
    GPIOTE_CONFIG(EDGE_CHANNEL) = 0;
    TIMER_TASKS_STOP(LINE_TIMER) = 1;
    TIMER_TASKS_CLEAR(LINE_TIMER) = 1;
    TIMER_EVENTS_COMPARE0(LINE_TIMER) =
        0; /* a match of just now is none any more: it would hold others off */
    TIMER_EVENTS_COMPARE2(LINE_TIMER) = 0;
    (void)TIMER_EVENTS_COMPARE0(LINE_TIMER); /* the writes must land before an interrupt can */
    NVIC_ICPR0 = 1u << LINE_TIMER_IRQ;
    let_others_come();
    board_unmask(before);
}

uint32_t board_line_ticks(void) {
    TIMER_TASKS_CAPTURE1(LINE_TIMER) = 1;
    return TIMER_CC1(LINE_TIMER);
}

uint32_t board_mask(void) {
    uint32_t before;
    __asm volatile("mrs %0, primask\n cpsid i" : "=r"(before)::"memory");
    return before;
}

void board_unmask(uint32_t before) {
    __asm volatile("msr primask, %0" ::"r"(before) : "memory");
}
