/* What the pointwise kernels read: activations and weights as pairs of int16. Contract in dsp/kernels.h. */
#include "engine/dsp/constants.h"

#if defined(__ARM_FEATURE_DSP)

#include "engine/dsp/assembly.h"

/* Lines \a and \b of a channel pair -> their pixels 0, 1, 2 in \a, \b, r9, and the third after 0 in \third, if there is one;
 * doubling costs nothing, as AND shifts its operand. r12: 0x01fe01fe. Uses r8. */
.macro widen_pair a, b, third
    and r8, r12, \a, lsl #1
    and r9, r12, \b, lsl #1
    and \a, r12, \a, lsr #7
    and \b, r12, \b, lsr #7
.ifnb \third
    pkhtb \third, \b, \a, asr #16
.endif
    pkhbt \b, \a, \b, lsl #16
    pkhbt \a, r8, r9, lsl #16
    pkhtb r9, r9, r8, asr #16
.endm

/* void dsp_widen4(const struct dsp_widening *job) and dsp_widen3: r0 to, r1 from, r2 line stride, r3 blocks, r11 what is left of
 * the step of `to`, r12 the mask, lr three lines. bytes: of a quad in a block. */
.macro quad_begin bytes
    push {r0, r4-r11, lr}
    mov r12, #0x01fe
    orr r12, r12, r12, lsl #16
    ldr r3, [r0, #DSP_WIDENING_FROM_STEP]
    vmov s0, r3
1:  ldr r1, [r0, #DSP_WIDENING_FROM]
    ldr r2, [r0, #DSP_WIDENING_LINE_STRIDE]
    ldr r4, [r0, #DSP_WIDENING_TO]
    ldr r3, [r0, #DSP_WIDENING_BLOCKS]
    ldr r11, [r0, #DSP_WIDENING_TO_STEP]
    add lr, r2, r2, lsl #1
    sub r11, r11, #\bytes
    mov r0, r4
    .balign 4
.endm

/* Another quad. */
.macro quad_end bytes
    ldr r0, [sp]
    ldr r4, [r0, #DSP_WIDENING_FROM]
    ldr r5, [r0, #DSP_WIDENING_TO]
    ldr r6, [r0, #DSP_WIDENING_QUADS]
    add r4, r4, r2, lsl #2
    add r5, r5, #\bytes
    subs r6, r6, #1
    str r4, [r0, #DSP_WIDENING_FROM]
    str r5, [r0, #DSP_WIDENING_TO]
    str r6, [r0, #DSP_WIDENING_QUADS]
    bne 1b
    pop {r0, r4-r11, pc}
.endm

function dsp_widen4
    quad_begin 32
2:  ldr r5, [r1, r2]
    ldr r6, [r1, r2, lsl #1]
    ldr r7, [r1, lr]
    ldr r4, [r1], #4
    widen_pair r4, r6, r10
    stmia r0!, {r4, r6, r9, r10}
    widen_pair r5, r7, r10
    stmia r0!, {r5, r7, r9, r10}
    add r0, r0, r11
    subs r3, r3, #1
    bne 2b
    quad_end 32
    .size dsp_widen4, . - dsp_widen4

function dsp_widen3
    quad_begin 24
2:  ldr r4, [r1]
    ldr r5, [r1, r2]
    ldr r6, [r1, r2, lsl #1]
    ldr r7, [r1, lr]
    widen_pair r4, r6
    stmia r0!, {r4, r6, r9}
    widen_pair r5, r7
    stmia r0!, {r5, r7, r9}
    vmov r4, s0
    add r0, r0, r11
    add r1, r1, r4
    subs r3, r3, #1
    bne 2b
    quad_end 24
    .size dsp_widen3, . - dsp_widen3

/* Two words of (b0, b2) and (b1, b3), shifted left by r3; r12: what a negative low half leaves in the high one. */
.macro weights_word from, odd, at
    sxtb16 \odd, \from, ror #8
    sxtb16 \from, \from
    lsl \odd, \odd, r3
    lsl \from, \from, r3
    bic \odd, \odd, r12
    bic \from, \from, r12
    str \from, [r0, #\at]
    str \odd, [r0, #\at + 8]
.endm

/* void dsp_widen_weights(uint32_t *to, const int8_t *weights, size_t octets, uint32_t shift) */
function dsp_widen_weights
    push {r4-r7, lr}
    mov r12, #1
    lsl r12, r12, r3
    sub r12, r12, #1
    lsl r12, r12, #16
    .balign 4
1:  ldr r5, [r1, #4]
    ldr r4, [r1], #8
    weights_word r4, r6, 0
    weights_word r5, r7, 16
    subs r2, r2, #1
    add r0, r0, #32
    bne 1b
    pop {r4-r7, pc}
    .size dsp_widen_weights, . - dsp_widen_weights

#endif
