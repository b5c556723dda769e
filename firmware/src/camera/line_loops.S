/* The loops that read one line of the sensor; read_line.h says what they do. They lie in RAM: code in flash waits
 * for the cache whenever the model ran since the line before.
 *
 * A poll reads the data first and the clock behind it. A clock that is high then proves the data: they change when it
 * falls, and the poll before saw it low. Cycles of a poll at zero wait states: 5. */

    .syntax unified
    .cpu cortex-m4
    .thumb
    .section .data.read_line, "aw", %progbits

    .equ PORT0_IN, 0x50000510
    .equ PORT1_IN, 0x300 /* behind port 0's */
    .equ CYCLE_COUNTER, 0xE0001004
    .equ PCLK_TO_SIGN, 31 - 4 /* P0.04 */
    .equ HREF_TO_SIGN, 31 - 5 /* P0.05 */
    .equ FIRST_POLLS, 32 /* 160 cycles or more */
    .equ POLLS, 8 /* 40 or more: half a period of the slowest clock, and what the sled falls short of it */
    .equ LOW_POLLS, 10 /* 40 or more */
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

/* Waits for the cycle at which HREF is about to rise, then for the first byte; from there to 5, or to 3 behind a byte
 * that is skipped. */
.macro begin_line
    push {r4-r11, lr}
    ldr to, [r0, #READING_TO]
    ldr left, [r0, #READING_COUNT]
    ldr steps, [r0, #READING_STEPS]
    ldr unit, [r0, #READING_UNIT]
    ldr sled, [r0, #READING_SLED]
    ldr start, [r0, #READING_START]
    movw ports, #:lower16:PORT0_IN
    movt ports, #:upper16:PORT0_IN
    movw counter, #:lower16:CYCLE_COUNTER
    movt counter, #:upper16:CYCLE_COUNTER
    mov sum, #0
1:  ldr clock, [counter]
    subs clock, clock, start
    bmi 1b
    ldr start, [r0, #READING_SKIPS]
    ldr clock, [ports]
    lsls clock, clock, #HREF_TO_SIGN
    bmi 12f
    cmp start, #0
    bne 2f
    .rept FIRST_POLLS
    poll 5f
    .endr
    b 9f
2:  .rept FIRST_POLLS
    poll 4f
    .endr
    b 9f
4:  .rept LOW_POLLS
    poll_low 3f
    .endr
    b 9f
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

/* The bits 3:2 are D1:D0, or crossed. */
.macro decode_straight
    ubfx clock, data, #2, #2
.endm
.macro decode_crossed
    rbit clock, data
    ubfx clock, clock, #28, #2
.endm

.macro average decode
    \decode
    lsrs data, data, #10
    orr data, clock, data, lsl #2
    ldr step, [steps], #4
    smlabb part, step, data, sum
    smlabb sum, unit, data, sum
    str part, [to]
    add to, to, step, lsr #16
.endm

/* From a poll that sees the clock high to the next poll: READ_LINE_GREY_CYCLES and those of the sled. */
.macro read_grey name, decode
    begin_line
    .balign 4
    .rept 64 /* READ_LINE_MOST_PADS */
    mov r8, r8 /* never left out, as NOP may be */
    .endr
    .global \name
\name:
3:  .rept POLLS
    poll 5f
    .endr
    b 9f
    .balign 4
5:  subs left, #1
    beq 8f
    average \decode
    bx sled
8:  time_tail
    average \decode
    end_line
.endm

.macro function name
    .balign 8
    .global \name
    .type \name, %function
    .thumb_func
\name:
.endm

function read_line_grey_straight
    read_grey read_line_ready_straight, decode_straight

function read_line_grey_crossed
    read_grey read_line_ready_crossed, decode_crossed

function read_line_bytes
    begin_line
    .balign 4
3:  .rept POLLS
    poll 5f
    .endr
    b 9f
    .balign 4
5:  strh data, [to], #2
    .rept LOW_POLLS
    poll_low 6f
    .endr
    b 9f
6:  .rept POLLS
    poll 4f
    .endr
    b 9f
4:  strh data, [to], #2
    subs left, #2
    beq 8f
    .rept LOW_POLLS
    poll_low 3b
    .endr
    b 9f
8:  time_tail
    end_line

    .balign 4
    .global read_line_end
read_line_end:
