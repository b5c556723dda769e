/* What the pointwise kernels read: activations and weights as pairs of int16. Contract in dsp/kernels.h. */
#include "engine/dsp/constants.h"

#if defined(__ARM_FEATURE_DSP)

    .syntax unified
    .thumb
    .text

.macro function name
    .global \name
    .type \name, %function
    .thumb_func
    .balign 4
\name:
.endm

/* Lines \a and \b of a channel pair -> their pixels 0..3 as words; doubling costs nothing, as AND shifts its operand.
 * r12: 0x01fe01fe. Uses r8-r10. */
.macro widen_pair a, b, at
    and r8, r12, \a, lsl #1
    and r9, r12, \b, lsl #1
    and \a, r12, \a, lsr #7
    and \b, r12, \b, lsr #7
    pkhbt r10, r8, r9, lsl #16
    pkhtb r9, r9, r8, asr #16
    pkhbt r8, \a, \b, lsl #16
    str r10, [r0, #\at]
    str r8, [r0, #\at + 4]
.endm

/* void dsp_widen4(uint32_t *to, const uint8_t *from, size_t line_stride, size_t blocks, size_t to_step) */
function dsp_widen4
    push {r4-r11, lr}
    ldr r11, [sp, #36]
    mov r12, #0x01fe
    orr r12, r12, r12, lsl #16
    add lr, r2, r2, lsl #1
    .balign 4
1:  ldr r5, [r1, r2]
    ldr r6, [r1, r2, lsl #1]
    ldr r7, [r1, lr]
    ldr r4, [r1], #4
    widen_pair r4, r6, 0
    pkhtb r6, r6, r4, asr #16
    str r9, [r0, #8]
    str r6, [r0, #12]
    widen_pair r5, r7, 16
    pkhtb r7, r7, r5, asr #16
    str r9, [r0, #24]
    str r7, [r0, #28]
    add r0, r0, r11
    subs r3, r3, #1
    bne 1b
    pop {r4-r11, pc}
    .size dsp_widen4, . - dsp_widen4

/* void dsp_widen3(uint32_t *to, const uint8_t *from, size_t line_stride, size_t blocks, size_t to_step, size_t from_step) */
function dsp_widen3
    push {r4-r11, lr}
    ldr r11, [sp, #36]
    ldr r4, [sp, #40]
    vmov s0, r4
    mov r12, #0x01fe
    orr r12, r12, r12, lsl #16
    add lr, r2, r2, lsl #1
    .balign 4
1:  ldr r4, [r1]
    ldr r5, [r1, r2]
    ldr r6, [r1, r2, lsl #1]
    ldr r7, [r1, lr]
    widen_pair r4, r6, 0
    str r9, [r0, #8]
    widen_pair r5, r7, 12
    str r9, [r0, #20]
    vmov r4, s0
    add r0, r0, r11
    add r1, r1, r4
    subs r3, r3, #1
    bne 1b
    pop {r4-r11, pc}
    .size dsp_widen3, . - dsp_widen3

/* void dsp_expand(uint32_t *to, const int8_t *first, const int8_t *second, size_t octets) */
function dsp_expand
    push {r4-r11, lr}
    .balign 4
1:  ldr r10, [r1, #4]
    ldr r11, [r2, #4]
    ldr r6, [r1], #8
    ldr r7, [r2], #8
    sxtb16 r8, r10
    sxtb16 r9, r11
    sxtb16 r10, r10, ror #8
    sxtb16 r11, r11, ror #8
    sxtb16 r4, r6
    sxtb16 r5, r7
    sxtb16 r6, r6, ror #8
    sxtb16 r7, r7, ror #8
    stmia r0!, {r4-r11}
    subs r3, r3, #1
    bne 1b
    pop {r4-r11, pc}
    .size dsp_expand, . - dsp_expand

#endif
