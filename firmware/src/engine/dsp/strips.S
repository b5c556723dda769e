/* Depthwise 3x3 kernels for the Cortex-M4: strips of 2 pixels x some output rows, one channel after the other.
 * Contract in dsp/kernels.h.
 *
 * A strip walks down: each input row is loaded and split into pixel pairs once, and added to the two or three output rows
 * that read it. Of bytes b0-b3 of a line, even = (b0, b2) and odd = (b1, b3). The windows are, with stride 1,
 *     left pixel   even * (w0, w2) + odd.low * w1          right pixel   odd * (w0, w2) + even.high * w1
 * and with stride 2, b4 loaded apart,
 *     left pixel   the same                                right pixel   even.high * w0 + odd.high * w1 + b4 * w2.
 * Row pointers wait in FPU registers, so rows may lie anywhere (rings); one offset, r0, serves all of them.
 * Registers: r1-r3 (w0, w2) of window rows 0-2, r4 w1 of rows 0 and 1, r5 w1 of row 2, r6-r9 sums of two output rows,
 * r10 even, r11 odd; r12 is free, lr the multiplier with stride 1; they are b4 and r0 + 4 with stride 2.
 */
#include "engine/dsp/constants.h"

#if defined(__ARM_FEATURE_DSP)

#include "engine/dsp/assembly.h"

#define BIAS s0
#define MULTIPLIER s1
#define ROUNDING s2
#define SHIFT s3
#define END s4
#define FIRST_ROW s5 /* input rows, then output rows, up to s18 */
#define OUT_OFFSET s15 /* stride 2 */

/* Two finished sums -> 2 bytes in a; u holds the multiplier. Spoils b, v. */
.macro scale_two form, a, b, u, v
    vmov \v, ROUNDING
.ifc \form, uniform
    smmla \a, \a, \u, \v
    smmla \b, \b, \u, \v
    usat \a, #8, \a, asr #DSP_UNIFORM_SHIFT
    usat \b, #8, \b, asr #DSP_UNIFORM_SHIFT
.else
    add \v, \v, \a, asr #31
    smmlar \a, \a, \u, \v
    vmov \v, ROUNDING
    add \v, \v, \b, asr #31
    smmlar \b, \b, \u, \v
    vmov \v, SHIFT
    asr \a, \a, \v
    asr \b, \b, \v
    usat \a, #8, \a
    usat \b, #8, \b
.endif
.endm

/* Channel parameters: 5 words of weights, 4 of constants. */
.macro channel_load
    ldr r12, [r11, #DSP_STRIPS_PARAMETERS]
    ldmia r12!, {r1-r5}
    vldmia r12!, {s0-s3}
    str r12, [r11, #DSP_STRIPS_PARAMETERS]
.endm

/* Stride 1; a, b: sums of the left and the right pixel. r12 points to the row. */
.macro load_1
    ldr r10, [r12, r0]
    uxtb16 r11, r10, ror #8
    uxtb16 r10, r10
.endm

.macro finish_1 a, b
    smlad \a, r10, r3, \a
    smlabb \a, r11, r5, \a
    smlad \b, r11, r3, \b
    smlatb \b, r10, r5, \b
.endm

.macro middle_1 a, b, next
    smlad \a, r10, r2, \a
    smlabt \a, r11, r4, \a
    smlad \b, r11, r2, \b
.ifnb \next
    vmov r12, \next
.endif
    smlatt \b, r10, r4, \b
.endm

.macro start_1 a, b, next
    vmov \b, BIAS
    smlad \a, r10, r1, \b
    smlabb \a, r11, r4, \a
    smlad \b, r11, r1, \b
    vmov r12, \next
    smlatb \b, r10, r4, \b
.endm

.macro store_1 form, out, a, b
    scale_two \form, \a, \b, lr, r12
    vmov r12, \out
    orr \a, \a, \b, lsl #8
    strh \a, [r12, r0]
.endm

/* An input row that is the last one of a, b, in the middle of c, d, and the first one of the output row after them. */
.macro row_1 form, out, a, b, c, d, next
    load_1
    finish_1 \a, \b
    middle_1 \c, \d
    store_1 \form, \out, \a, \b
    start_1 \a, \b, \next
.endm

.macro first_rows_1 second, third
    load_1
    start_1 r6, r7, \second
    load_1
    middle_1 r6, r7
    start_1 r8, r9, \third
.endm

.macro last_rows_1 form, a, b, out_a, c, d, out_c, next
    load_1
    finish_1 \a, \b
    middle_1 \c, \d
    store_1 \form, \out_a, \a, \b
    vmov r12, \next
    load_1
    finish_1 \c, \d
    store_1 \form, \out_c, \c, \d
.endm

.macro adjust pointers:vararg
.irp pointer, \pointers
    vmov r11, \pointer
    add r11, r11, r10
    vmov \pointer, r11
.endr
.endm

/* After a strip of stride 1: the next one of the line, or the next channel. */
.macro strip_end_1 frame, strip, channel, outs:vararg
    add r0, r0, #2
    vmov r10, END
    vmov r12, FIRST_ROW
    cmp r0, r10
    bne \strip
    ldr r11, [sp, #\frame]
    ldr r12, [r11, #DSP_STRIPS_CHANNELS]
    subs r12, r12, #1
    str r12, [r11, #DSP_STRIPS_CHANNELS]
    beq 9f
    ldr r12, [r11, #DSP_STRIPS_IN_GAP]
    ldr lr, [r11, #DSP_STRIPS_LINE_STRIDE]
    add r0, r0, r12
    add r10, r10, lr
    vmov END, r10
    ldr r10, [r11, #DSP_STRIPS_OUT_GAP]
    cmp r10, #0
    beq \channel
    mov r12, r11
    adjust \outs
    mov r11, r12
    b \channel
9:
.endm

    function dsp_strips1_uniform_6
    push {r0, r4-r11, lr}
    vpush {s16-s18}
    mov r11, r0
    add r1, r0, #DSP_STRIPS_END
    vldmia r1, {s4-s18}
    mov r0, #0
1:  channel_load
    vmov lr, MULTIPLIER
    vmov r12, FIRST_ROW
    .balign 4
2:  first_rows_1 s6, s7
    row_1 uniform, s13, r6, r7, r8, r9, s8
    row_1 uniform, s14, r8, r9, r6, r7, s9
    row_1 uniform, s15, r6, r7, r8, r9, s10
    row_1 uniform, s16, r8, r9, r6, r7, s11
    last_rows_1 uniform, r6, r7, s17, r8, r9, s18, s12
    strip_end_1 12, 2b, 1b, s13, s14, s15, s16, s17, s18
    vpop {s16-s18}
    pop {r0, r4-r11, pc}
    .size dsp_strips1_uniform_6, . - dsp_strips1_uniform_6

    function dsp_strips1_uniform_3
    push {r0, r4-r11, lr}
    mov r11, r0
    add r1, r0, #DSP_STRIPS_END
    vldmia r1, {s4-s12}
    mov r0, #0
1:  channel_load
    vmov lr, MULTIPLIER
    vmov r12, FIRST_ROW
    .balign 4
2:  first_rows_1 s6, s7
    row_1 uniform, s10, r6, r7, r8, r9, s8
    last_rows_1 uniform, r8, r9, s11, r6, r7, s12, s9
    strip_end_1 0, 2b, 1b, s10, s11, s12
    pop {r0, r4-r11, pc}
    .size dsp_strips1_uniform_3, . - dsp_strips1_uniform_3

    function dsp_strips1_fast_1
    push {r0, r4-r11, lr}
    mov r11, r0
    add r1, r0, #DSP_STRIPS_END
    vldmia r1, {s4-s8}
    mov r0, #0
1:  channel_load
    vmov lr, MULTIPLIER
    vmov r12, FIRST_ROW
    .balign 4
2:  load_1
    start_1 r6, r7, s6
    load_1
    middle_1 r6, r7, s7
    load_1
    finish_1 r6, r7
    store_1 fast, s8, r6, r7
    strip_end_1 0, 2b, 1b, s8
    pop {r0, r4-r11, pc}
    .size dsp_strips1_fast_1, . - dsp_strips1_fast_1

/* Stride 2; r12 points to the row, and then is b4. */
.macro load_2
    ldr r10, [r12, r0]
    ldrb r12, [r12, lr]
    uxtb16 r11, r10, ror #8
    uxtb16 r10, r10
.endm

.macro finish_2 a, b, next
    smlabt \b, r12, r3, \b
.ifnb \next
    vmov r12, \next
.endif
    smlatb \b, r10, r3, \b
    smlatb \b, r11, r5, \b
    smlad \a, r10, r3, \a
    smlabb \a, r11, r5, \a
.endm

.macro middle_2 a, b, next
    smlabt \b, r12, r2, \b
    vmov r12, \next
    smlatb \b, r10, r2, \b
    smlatt \b, r11, r4, \b
    smlad \a, r10, r2, \a
    smlabt \a, r11, r4, \a
.endm

.macro start_2 a, b, next
    vmov \a, BIAS
    smlabt \b, r12, r1, \a
    vmov r12, \next
    smlatb \b, r10, r1, \b
    smlatb \b, r11, r4, \b
    smlad \a, r10, r1, \a
    smlabb \a, r11, r4, \a
.endm

.macro store_2 form, out, a, b
    vmov r10, MULTIPLIER
    scale_two \form, \a, \b, r10, r11
    vmov r10, \out
    vmov r11, OUT_OFFSET
    orr \a, \a, \b, lsl #8
    strh \a, [r10, r11]
.endm

/* The last row of a, b, which is the first one of c, d, and the row after it. */
.macro rows_2 form, out, a, b, c, d, next, after
    load_2
    finish_2 \a, \b
    start_2 \c, \d, \next
    store_2 \form, \out, \a, \b
    load_2
    middle_2 \c, \d, \after
.endm

.macro strip_end_2 strip, channel
    vmov r11, OUT_OFFSET
    add r0, r0, #4
    vmov r10, END
    add r11, r11, #2
    vmov r12, FIRST_ROW
    add lr, r0, #4
    vmov OUT_OFFSET, r11
    cmp r0, r10
    bne \strip
    ldr r11, [sp]
    ldr r12, [r11, #DSP_STRIPS_CHANNELS]
    subs r12, r12, #1
    str r12, [r11, #DSP_STRIPS_CHANNELS]
    beq 9f
    ldr r12, [r11, #DSP_STRIPS_LINE_STRIDE]
    add r10, r10, r12
    vmov END, r10
    ldr r10, [r11, #DSP_STRIPS_OUT_GAP]
    vmov r12, OUT_OFFSET
    add r12, r12, r10
    vmov OUT_OFFSET, r12
    ldr r12, [r11, #DSP_STRIPS_IN_GAP]
    add r0, r0, r12
    b \channel
9:
.endm

.macro kernel_begin_2 last
    push {r0, r4-r11, lr}
    mov r11, r0
    add r1, r0, #DSP_STRIPS_END
    vldmia r1, {s4-\last}
    mov r0, #0
    vmov OUT_OFFSET, r0
1:  channel_load
    vmov r12, FIRST_ROW
    add lr, r0, #4
    .balign 4
2:  load_2
    start_2 r6, r7, s6
    load_2
    middle_2 r6, r7, s7
.endm

    function dsp_strips2_uniform_3
    kernel_begin_2 s14
    rows_2 uniform, s12, r6, r7, r8, r9, s8, s9
    rows_2 uniform, s13, r8, r9, r6, r7, s10, s11
    load_2
    finish_2 r6, r7
    store_2 uniform, s14, r6, r7
    strip_end_2 2b, 1b
    pop {r0, r4-r11, pc}
    .size dsp_strips2_uniform_3, . - dsp_strips2_uniform_3

    function dsp_strips2_fast_1
    kernel_begin_2 s8
    load_2
    finish_2 r6, r7
    store_2 fast, s8, r6, r7
    strip_end_2 2b, 1b
    pop {r0, r4-r11, pc}
    .size dsp_strips2_fast_1, . - dsp_strips2_fast_1

/* uint32_t dsp_strips_prepare(uint32_t *to, const int8_t *weights, const struct requantize_form *form, size_t channels)
 * r4 multiplier, r5 bias, r6-r9 and r12 weights, r10 shift, r11 whatever, lr scale. */
    function dsp_strips_prepare
    push {r4-r11, lr}
    ldr r4, [r2, #REQUANTIZE_ZERO_POINT]
    ldr r5, [r2, #REQUANTIZE_LEAST_SHIFT]
    ldr r7, [r2, #REQUANTIZE_IS_SIGNED]
    ldr r2, [r2, #REQUANTIZE_CONSTANTS]
    lsls r7, r7, #5
    adds r7, r7, #DSP_UNIFORM_SHIFT - 7
    vmov s0, r7 /* the least shift of uniform: out of reach where negative sums are kept */
    lsl r7, r4, #DSP_UNIFORM_SHIFT
    add r7, r7, #1 << (DSP_UNIFORM_SHIFT - 1)
    vmov s5, r7 /* rounding of uniform, but for its last bit */
    mov r6, #1
    add r4, r6, r4, lsl #1
    vmov s1, r4 /* rounding of any shift, when shifted by one less */
    vmov s2, r6 /* all of them are uniform so far */
    vmov s4, r5
    .balign 4
1:  vmov r10, s4
    ldr r6, [r1]
    ldr r7, [r1, #3]
    ldr r8, [r1, #5]
    add r1, r1, #9
    cmp r10, #0
    beq 5f
    ldr r4, [r2], #4 /* half a word off every other time */
    ldrh r5, [r2], #2
    and r11, r4, #7
    asr r9, r4, #14
    add r10, r10, r11
    pkhbt r5, r5, r9
    mov r11, #1
    bfi r4, r11, #30, #2
    vmov r9, s0 /* weights times 2^(1 + d) are int16: d <= 7; such a bias is small enough, see 5 */
    sub r9, r10, r9
    cmp r9, #6
    bhi 4f
3:  rsb lr, r10, #DSP_UNIFORM_SHIFT /* r11: 1 */
    vmov r9, s5
    lsl r11, r11, lr
    mov r10, #0
    add r9, r9, r11, lsr #1
    add lr, lr, #1
2:  str r9, [r0, #28]
    sxtb16 r9, r6, ror #8    /* (w1, w3) */
    sxtb16 r6, r6            /* (w0, w2) */
    sxtb16 r12, r7, ror #8   /* (w4, w6) */
    sxtb16 r7, r7            /* (w3, w5) */
    pkhbt r9, r9, r12, lsl #16
    asr r12, r8, #16
    sxtb16 r8, r8, ror #8    /* (w6, w8) */
    sxtb r12, r12            /* w7 */
    lsl r11, r11, #1         /* what a negative low half leaves in the high half is masked */
    sub r11, r11, #1
    lsl r6, r6, lr
    lsl r7, r7, lr
    lsl r8, r8, lr
    lsl r9, r9, lr
    lsl r12, r12, lr
    bic r6, r6, r11, lsl #16
    bic r7, r7, r11, lsl #16
    bic r8, r8, r11, lsl #16
    bic r9, r9, r11, lsl #16
    lsl r5, r5, lr
    stmia r0!, {r6-r9, r12}
    str r10, [r0, #12]
    strd r5, r4, [r0], #16
    subs r3, r3, #1
    bne 1b
    vmov r0, s2
    pop {r4-r11, pc}
4:  mov lr, #1
    vmov r9, s1
    sub r11, r10, #1
    lsl r9, r9, r11
    mov r11, #0
    vmov s2, r11
    mov r11, #1
    b 2b
5:  ldmia r2!, {r4, r5} /* form FAST */
    and r10, r5, #31
    asr r5, r5, #5
    vmov r11, s0
    sub r11, r10, r11
    cmp r11, #6
    bhi 4b
    add r11, r10, #17 /* 9 * 255 * 128 + |bias| < 1 << (18 + shift), as shift >= 5 */
    asr r11, r5, r11
    add r11, r11, #1
    cmp r11, #1
    bhi 4b
    mov r11, #1
    b 3b
    .size dsp_strips_prepare, . - dsp_strips_prepare

#endif
