/* The camera's line timer, which nothing but a mask may delay, and what the interrupts of both boards share:
 * their cycles are counted apart from the code that they interrupt. */
#ifndef BOARD_INTERRUPTS_H
#define BOARD_INTERRUPTS_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The line timer's interrupt: calls the handler of board_start_lines when a line is due. Some time before one
 * it holds all others off, and lets them come behind it. To be called at NVIC_HIGHEST. */
void interrupts_line(void);

/* The port's interrupt: runs `feed` and returns what it returned. To be called at a lower priority. */
bool interrupts_feed(bool (*feed)(void));

/* For an interrupt that lets itself come again although it was held off: true before a line, and then it is
 * held off once more. */
bool interrupts_hold_off(void);

#ifdef __cplusplus
}
#endif

#endif
