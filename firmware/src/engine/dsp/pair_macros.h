/* What the loops of pair_blocks.S are made of, whose registers are named there: products, weights,
 * requantisation. No C in here. */
#ifndef ENGINE_DSP_PAIR_MACROS_H
#define ENGINE_DSP_PAIR_MACROS_H

/* clang-format off */
/* One pair of input channels for 4 pixels. at: byte offset of its weights + 4, from: of its activations + 8.
 * weights_back, from_back: "!" where the pointer moves on. */
.macro step4 at, from, weights_back, from_back
    ldr r2, [r1, #\at]
    ldr r3, [r1, #\at + 4]\weights_back
    ldr r4, [r0, #\from]
    ldr r5, [r0, #\from + 4]
    smlad r6, r4, r2, r6
    smlad r10, r4, r3, r10
    smlad r7, r5, r2, r7
    smlad r11, r5, r3, r11
    ldrd r4, r5, [r0, #\from + 8]\from_back
    smlad r8, r4, r2, r8
    smlad r12, r4, r3, r12
    smlad r9, r5, r2, r9
    smlad lr, r5, r3, lr
.endm

/* The first pair of a block: the biases wait in the last pixel's sums. */
.macro first4
    ldr r2, [r1, #4]
    ldr r3, [r1, #8]
    ldr r4, [r0, #8]
    ldr r5, [r0, #12]
    smlad r6, r4, r2, r9
    smlad r10, r4, r3, lr
    smlad r7, r5, r2, r9
    smlad r11, r5, r3, lr
    ldrd r4, r5, [r0, #16]
    smlad r8, r4, r2, r9
    smlad r12, r4, r3, lr
    smlad r9, r5, r2, r9
    smlad lr, r5, r3, lr
.endm

/* The same for 3 pixels: r2, r3 weights; r4, r5, r12 activations; r6-r8 and r9-r11 sums. 12 cycles for 12 products. */
.macro step3 at, from, weights_back, from_back
    ldr r2, [r1, #\at]
    ldr r3, [r1, #\at + 4]\weights_back
    ldr r4, [r0, #\from]
    ldr r5, [r0, #\from + 4]
    ldr r12, [r0, #\from + 8]\from_back
    smlad r6, r4, r2, r6
    smlad r9, r4, r3, r9
    smlad r7, r5, r2, r7
    smlad r10, r5, r3, r10
    smlad r8, r12, r2, r8
    smlad r11, r12, r3, r11
.endm

.macro first3
    ldr r2, [r1, #4]
    ldr r3, [r1, #8]
    ldr r4, [r0, #4]
    ldr r5, [r0, #8]
    ldr r12, [r0, #12]
    smlad r6, r4, r2, r8
    smlad r9, r4, r3, r11
    smlad r7, r5, r2, r8
    smlad r10, r5, r3, r11
    smlad r8, r12, r2, r8
    smlad r11, r12, r3, r11
.endm

/* 8 weights each of two output channels, from r1 and r2 -> 4 steps of a stream at r0. Uses r4-r11. */
.macro expand_octet
    ldrd r6, r10, [r1], #8
    ldrd r7, r11, [r2], #8
    sxtb16 r8, r10
    sxtb16 r9, r11
    sxtb16 r10, r10, ror #8
    sxtb16 r11, r11, ror #8
    sxtb16 r4, r6
    sxtb16 r5, r7
    sxtb16 r6, r6, ror #8
    sxtb16 r7, r7, ror #8
    stmia r0!, {r4-r11}
.endm

/* Requantisation, by either form of dsp/kernels.h. next_0, next_1 are brought into r2, r3 on the way. */
.macro scale_uniform multiplier, rounding, a, b, c, d, next_0, next_1
    vmov r2, r3, \multiplier, \rounding
    smmla \a, \a, r2, r3
    smmla \b, \b, r2, r3
    smmla \c, \c, r2, r3
    smmla \d, \d, r2, r3
.ifnb \next_0
    vmov r2, r3, \next_0, \next_1
.endif
    usat \a, #8, \a, asr #DSP_UNIFORM_SHIFT
    usat \b, #8, \b, asr #DSP_UNIFORM_SHIFT
    usat \c, #8, \c, asr #DSP_UNIFORM_SHIFT
    usat \d, #8, \d, asr #DSP_UNIFORM_SHIFT
.endm

/* r4: shift. */
.macro scale_shift sums:vararg
.irp sum, \sums
    asr \sum, \sum, r4
.endr
.irp sum, \sums
    usat \sum, #8, \sum
.endr
.endm

/* Where the output's zero point is 0: what is negative saturates, however it is rounded. */
.macro scale_positive multiplier, rounding, sums:vararg
    vmov r2, r3, \multiplier, \rounding
.irp sum, \sums
    smmlar \sum, \sum, r2, r3
.endr
    scale_shift \sums
.endm

.macro scale_fast multiplier, rounding, shift, sums:vararg
    vmov r2, r3, \multiplier, \rounding
.irp sum, \sums
    add r4, r3, \sum, asr #31
    smmlar \sum, \sum, r2, r4
.endr
    vmov r4, \shift
    scale_shift \sums
.endm
/* clang-format on */

#endif
