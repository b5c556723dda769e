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
#include "engine/dsp/strips_macros.h"

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
