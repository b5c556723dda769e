/* The loops that read one line of the sensor; read_line.h says what they do. They lie in RAM: code in flash waits
 * for the cache whenever the model ran since the line before.
 *
 * A poll reads the data first and the clock behind it. A clock that is high then proves the data: they change when it
 * falls, and the poll before saw it low. Cycles of a poll at zero wait states: 5. */

    .syntax unified
    .cpu cortex-m4
    .thumb
    .section .data.read_line, "aw", %progbits

#include "camera/line_macros.h"

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
3:  await POLLS, poll, 5f
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

/* Colour, averaged while it is read. Four bytes are a group: two luma and the two chroma that they share. The first is
 * polled for; the others are read when their clock is high, by the count of cycles, and every clock is remembered, so
 * that one that was not high shows at the line's end. In the time between two of them what came before is decoded and
 * summed: the pair of the first and third byte in the same group, that of the second and fourth in the next.
 *
 * From a poll that sees the clock high to the next poll: 8 half periods less 4, so that it comes before the clock rises.
 */
ok .req r0 /* bit 4: every clock was high */
chroma_sum .req r12
chroma_unit .req lr
first .req r6 /* data: the pair of the first and third byte */
second .req r9
waiting .req r11 /* the second byte, until its pair is whole */
weight .req r10

.macro sample into
    ldrh \into, [ports, #PORT1_IN]
    ldr clock, [ports]
    and ok, ok, clock
.endm

.macro pads count
    .if \count < 0
    .error "this clock is too fast for the loop"
    .endif
    .rept \count
    mov r8, r8
    .endr
.endm

/* Two bytes at once. Six cycles each. */
.macro pair_straight pair, free
    and \free, \pair, #0x000C000C
    and \pair, \pair, #0xFC00FC00
    orr \pair, \free, \pair, lsr #6
    lsr \pair, \pair, #2
    mov r8, r8
    mov r8, r8
.endm
.macro pair_crossed pair, free
    and clock, \pair, #0x00080008
    and \free, \pair, #0x00040004
    and \pair, \pair, #0xFC00FC00
    orr \free, \free, clock, lsr #2
    orr \pair, \free, \pair, lsr #7
    lsr \pair, \pair, #1
.endm

/* To the border, if the weight says that one is reached; and onwards. */
.macro luma_to_border pair
    smlad weight, weight, \pair, sum
.endm
.macro luma_onwards pair
    smlad sum, unit, \pair, sum
.endm
.macro chroma_to_border pair
    mla weight, weight, \pair, chroma_sum
.endm
.macro chroma_onwards pair
    mla chroma_sum, chroma_unit, \pair, chroma_sum
.endm

/* HREF's fall; keeps to, steps, sum, chroma_sum, first, second and waiting. */
tail_of_groups:
    mov left, lr
    load_counter
    time_tail
    bx left

.macro begin_groups
    push {r0, r4-r11, lr}
    load_reading
    load_start
    mov second, #0
.endm

/* To the next group at 3, or on behind the last. */
.macro end_group
    subs left, #1
    bne 3b
    mov first, ok
    ldr r0, [sp]
    bl tail_of_groups
.endm

.macro end_group_line
    tst first, #PCLK_BIT
    itt eq
    moveq step, #-1
    streq step, [r0, #READING_TAIL]
    mov left, #0
    b 9f
12: mov left, #-1 /* too late */
9:  mov r0, left
    pop {r1, r4-r11, pc}
.endm

.macro poll_first found
    ldrh first, [ports, #PORT1_IN]
    ldr clock, [ports]
    lsls clock, clock, #PCLK_TO_SIGN
    bmi \found
.endm

/* one, other: which of luma and chroma the first and third byte are, and the second and fourth; back: where the other's
 * sum lies behind the next one's. shift: how far behind the polled byte's phase the others are read: a poll meets 0..4
 * of a clock that is high for half_period; a taken branch that costs more here than on paper shifts them, too. */
.macro read_colour name, decode, one, other, back, half_period, shift
function \name
    begin_groups
    mov waiting, #0
    await_start
    ldr chroma_unit, [r0, #READING_CHROMA_UNIT]
    mov chroma_sum, #0
    mov ok, #-1
    check_href
    await FIRST_GROUP_POLLS, poll_first, 5f
    .balign 4
3:  await GROUP_POLLS, poll_first, 5f
    .balign 4
5:  pkhbt second, waiting, second, lsl #16
    \decode second, weight
    pads 2 * \half_period + \shift - 6 - 7
    sample waiting
    ldr weight, [steps], #4
    cmp weight, #0
    \other\()_to_border second
    \other\()_onwards second
    it ne
    strne weight, [to, #-\back]
    ldr weight, [steps], #4
    pads 2 * \half_period - 4 - 9
    sample second
    pkhbt first, first, second, lsl #16
    \decode first, second
    cmp weight, #0
    \one\()_to_border first
    \one\()_onwards first
    pads 2 * \half_period - 4 - 10
    sample second
    it ne
    strne weight, [to], #8
    pads 2 * \half_period - 8 - \shift - 5
    end_group
    pkhbt second, waiting, second, lsl #16
    \decode second, weight
    ldr weight, [steps]
    cmp weight, #0
    \other\()_to_border second
    it ne
    strne weight, [to, #-\back]
    end_group_line
.endm

/* Grey in the same way, for fast clocks: two luma bytes are a group. The chroma between them is passed over. */
.macro read_grey_pairs name, decode, half_period, shift
function \name
    begin_groups
    await_start
    ldr start, [r0, #READING_SKIPS]
    mov ok, #-1
    check_href
    await_first_byte FIRST_GROUP_POLLS, poll_first
    .balign 4
3:  await GROUP_POLLS, poll_first, 5f
    .balign 4
5:  \decode second, weight
    ldr weight, [steps], #4
    cmp weight, #0
    luma_to_border second
    luma_onwards second
    it ne
    strne weight, [to], #4
    pads 4 * \half_period + \shift - 6 - 13
    sample waiting
    pkhbt second, first, waiting, lsl #16
    pads 4 * \half_period - 8 - \shift - 4
    end_group
    \decode second, weight
    ldr weight, [steps]
    cmp weight, #0
    luma_to_border second
    it ne
    strne weight, [to]
    end_group_line
.endm

    read_grey_pairs read_line_pairs_straight_5, pair_straight, 5, 0
    read_grey_pairs read_line_pairs_crossed_5, pair_crossed, 5, 0
    read_grey_pairs read_line_pairs_straight_6, pair_straight, 6, 0
    read_grey_pairs read_line_pairs_crossed_6, pair_crossed, 6, 0

    read_colour read_line_colour_straight_8, pair_straight, luma, chroma, 4, 8, 1
    read_colour read_line_colour_crossed_8, pair_crossed, luma, chroma, 4, 8, 1
    read_colour read_line_colour_straight_second_8, pair_straight, chroma, luma, 12, 8, 1
    read_colour read_line_colour_crossed_second_8, pair_crossed, chroma, luma, 12, 8, 1
    read_colour read_line_colour_straight_7, pair_straight, luma, chroma, 4, 7, 0
    read_colour read_line_colour_crossed_7, pair_crossed, luma, chroma, 4, 7, 0
    read_colour read_line_colour_straight_second_7, pair_straight, chroma, luma, 12, 7, 0
    read_colour read_line_colour_crossed_second_7, pair_crossed, chroma, luma, 12, 7, 0

function read_line_bytes
    begin_line
    .balign 4
3:  await POLLS, poll, 5f
    .balign 4
5:  strh data, [to], #2
    await LOW_POLLS, poll_low, 6f
6:  await POLLS, poll, 4f
4:  strh data, [to], #2
    subs left, #2
    beq 8f
    await LOW_POLLS, poll_low, 3b
8:  time_tail
    end_line

    .balign 4
    .global read_line_end
read_line_end:
