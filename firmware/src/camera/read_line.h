/* The loop that reads one line of the sensor: the only code here whose speed decides whether it is right. */
#ifndef CAMERA_READ_LINE_H
#define CAMERA_READ_LINE_H

#include <stdint.h>

#define CAMERA_NO_LINE UINT32_MAX
enum { CAMERA_HREF_POLL_CYCLES = 20 }; /* of one round of the wait for HREF */

/* Waits for HREF, at most `href_rounds` rounds, then reads `count` luma samples at the rising edges of every
 * second PCLK: the low half of port 1. skip_first: the first byte of each pair is chroma. Call with
 * interrupts masked. Returns the samples read, fewer when PCLK stood still, or CAMERA_NO_LINE.
 *
 * Cycles at 64 MHz, GPIO reads at zero wait states: a poll that fails takes 4 (LDR 2, LSLS 1, branch not
 * taken 1), so an edge is seen at most 4 late and its exit costs 2 more; sample, store and count take 6. Of
 * each luma's two PCLK periods 4 edges must be seen, each within its half period.
 * tests/system/test_capture.py sweeps the clock and prints the fastest that is still exact.
 */
uint32_t camera_read_line(uint16_t *samples, uint32_t count, uint32_t skip_first, uint32_t href_rounds);

/* The same, but every byte: `count` of them, luma and chroma by turns. Of each PCLK period 2 edges must be
 * seen, so it bears the same clocks. */
uint32_t camera_read_bytes(uint16_t *samples, uint32_t count, uint32_t href_rounds);

#endif
