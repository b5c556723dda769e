/* What the loops of line_loops.S have in common: the ports, the reading, its start and its end. No C in here.
 */
#ifndef CAMERA_LINE_MACROS_H
#define CAMERA_LINE_MACROS_H

/* clang-format off */
    .equ PORT0_IN, 0x50000510
    .equ PORT1_IN, 0x300 /* behind port 0's */
    .equ CYCLE_COUNTER, 0xE0001004
    .equ PCLK_TO_SIGN, 31 - 4 /* P0.04 */
    .equ HREF_TO_SIGN, 31 - 5 /* P0.05 */
    .equ FIRST_POLLS, 32 /* 160 cycles or more */
    .equ POLLS, 8 /* 40 or more: half a period of the slowest clock, and what the sled falls short of it */
    .equ LOW_POLLS, 10 /* 40 or more */
    .equ FIRST_GROUP_POLLS, 24 /* 120 or more */
    .equ GROUP_POLLS, 4 /* 20: 12 would do */
    .equ PCLK_BIT, 1 << 4
    .equ TAIL_POLLS, 40 /* 160 or more: five half periods of the slowest clock */

/* The first members of struct camera_reading */
    .equ READING_TO, 0
    .equ READING_COUNT, 4
    .equ READING_STEPS, 8
    .equ READING_UNIT, 12
    .equ READING_SLED, 16
    .equ READING_SKIPS, 20
    .equ READING_START, 24
    .equ READING_TAIL, 28
    .equ READING_ENDED, 32
    .equ READING_CHROMA_UNIT, 36

to .req r1
left .req r2
steps .req r3
unit .req r4
ports .req r5
data .req r6
clock .req r7
sum .req r8
part .req r9
step .req r10
sled .req r11
start .req r12
counter .req lr

.macro poll found
    ldrh data, [ports, #PORT1_IN]
    ldr clock, [ports]
    lsls clock, clock, #PCLK_TO_SIGN
    bmi \found
.endm

.macro poll_low found
    ldr clock, [ports]
    lsls clock, clock, #PCLK_TO_SIGN
    bpl \found
.endm

/* Polls in a row, without a loop: to `found`, or to 9 when none of them met what it looks for. */
.macro await polls, poll, found
    .rept \polls
    \poll \found
    .endr
    b 9f
.endm

.macro load_reading
    ldr to, [r0, #READING_TO]
    ldr left, [r0, #READING_COUNT]
    ldr steps, [r0, #READING_STEPS]
    ldr unit, [r0, #READING_UNIT]
.endm

.macro load_counter
    movw counter, #:lower16:CYCLE_COUNTER
    movt counter, #:upper16:CYCLE_COUNTER
.endm

.macro load_start
    ldr start, [r0, #READING_START]
    movw ports, #:lower16:PORT0_IN
    movt ports, #:upper16:PORT0_IN
    load_counter
    mov sum, #0
.endm

/* For the cycle at which HREF is about to rise. */
.macro await_start
1:  ldr clock, [counter]
    subs clock, clock, start
    bmi 1b
.endm

/* To 12 when HREF has risen: the line began before we came. */
.macro check_href
    ldr clock, [ports]
    lsls clock, clock, #HREF_TO_SIGN
    bmi 12f
.endm

/* For the first byte, then to 5; or to 3 behind a byte that is skipped. start: whether one is. */
.macro await_first_byte polls, poll
    cmp start, #0
    bne 2f
    await \polls, \poll, 5f
2:  await \polls, \poll, 4f
4:  await LOW_POLLS, poll_low, 3f
.endm

.macro begin_line
    push {r4-r11, lr}
    load_reading
    ldr sled, [r0, #READING_SLED]
    load_start
    await_start
    ldr start, [r0, #READING_SKIPS]
    check_href
    await_first_byte FIRST_POLLS, poll
.endm

/* From HREF's fall it shows whether a byte was missed or taken twice: its time behind the last sample. */
.macro time_tail
    ldr clock, [counter]
    .rept TAIL_POLLS
    ldr step, [ports]
    lsls step, step, #HREF_TO_SIGN
    bpl 7f
    .endr
7:  ldr step, [counter]
    str step, [r0, #READING_ENDED]
    subs step, step, clock
    str step, [r0, #READING_TAIL]
.endm

.macro end_line
    b 9f
12: mov left, #-1 /* too late */
9:  mov r0, left
    pop {r4-r11, pc}
.endm
/* clang-format on */

#endif
