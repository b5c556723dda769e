/* Pointwise kernels for the Cortex-M4: blocks of 4 or 3 pixels x 2 output channels. Contract in dsp/kernels.h.
 *
 * Registers of the 4-pixel kernels: r0 activations, r1 weights, both 4 bytes behind so that the last load of a run can
 * write the pointer back; r2-r5 operands; r6-r9 sums of the first channel, r10-r12 and lr of the second.
 * What is needed once a block waits in the caller-saved half of the FPU registers: a VMOV takes one cycle, and two loads in
 * a row would take three. Per pair of input channels: 6 loads in 2 bursts and 8 SMLAD = 16 cycles for 16 products.
 */
#include "engine/dsp/constants.h"

#if defined(__ARM_FEATURE_DSP)

    .syntax unified
    .thumb
    .text

/* s0-s7 are the 8 parameter words of a pair's stream */
#define BIAS_0 s0
#define BIAS_1 s1
#define MULTIPLIER_0 s2
#define ROUNDING_0 s3
#define SHIFT_0 s4
#define MULTIPLIER_1 s5
#define ROUNDING_1 s6
#define SHIFT_1 s7
#define WEIGHTS s8
#define WEIGHTS_END s9
#define OUT_0 s10
#define OUT_1 s11
#define OUT_END s12
#define SEGMENTS_LEFT s13
#define BLOCK_STEP s14

/* One pair of input channels for 4 pixels. at: byte offset of its weights + 4, from: of its activations + 4.
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
    ldr r4, [r0, #\from + 8]
    ldr r5, [r0, #\from + 12]\from_back
    smlad r8, r4, r2, r8
    smlad r12, r4, r3, r12
    smlad r9, r5, r2, r9
    smlad lr, r5, r3, lr
.endm

/* The first pair of a block: the biases wait in the last pixel's sums. */
.macro first4
    ldr r2, [r1, #4]
    ldr r3, [r1, #8]
    ldr r4, [r0, #4]
    ldr r5, [r0, #8]
    smlad r6, r4, r2, r9
    smlad r10, r4, r3, lr
    smlad r7, r5, r2, r9
    smlad r11, r5, r3, lr
    ldr r4, [r0, #12]
    ldr r5, [r0, #16]
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

/* Requantisation. Either form is exact; see dsp/requantize.h. */
.macro scale form, multiplier, rounding, shift, a, b, c, d
    vmov r2, \multiplier
    vmov r3, \rounding
.ifc \form, uniform
    smmla \a, \a, r2, r3
    smmla \b, \b, r2, r3
    smmla \c, \c, r2, r3
    .ifnb \d
    smmla \d, \d, r2, r3
    .endif
    usat \a, #8, \a, asr #DSP_UNIFORM_SHIFT
    usat \b, #8, \b, asr #DSP_UNIFORM_SHIFT
    usat \c, #8, \c, asr #DSP_UNIFORM_SHIFT
    .ifnb \d
    usat \d, #8, \d, asr #DSP_UNIFORM_SHIFT
    .endif
.else
    vmov r4, \shift
    smmlar \a, \a, r2, r3
    smmlar \b, \b, r2, r3
    smmlar \c, \c, r2, r3
    .ifnb \d
    smmlar \d, \d, r2, r3
    .endif
    asr \a, \a, r4
    asr \b, \b, r4
    asr \c, \c, r4
    .ifnb \d
    asr \d, \d, r4
    .endif
    usat \a, #8, \a
    usat \b, #8, \b
    usat \c, #8, \c
    .ifnb \d
    usat \d, #8, \d
    .endif
.endif
.endm

/* The next pair of output channels; r0 is the job. */
.macro pair_begin
    ldr r1, [r0, #DSP_PAIRS_STREAM]
    ldr r2, [r0, #DSP_PAIRS_OUT]
    ldr r3, [r0, #DSP_PAIRS_LINE_STRIDE]
    ldr r4, [r0, #DSP_PAIRS_WEIGHT_BYTES]
    ldr r5, [r0, #DSP_PAIRS_SEGMENT_SPAN]
    ldr r6, [r0, #DSP_PAIRS_SEGMENTS]
    ldr r7, [r0, #DSP_PAIRS_BLOCK_STEP]
    vldmia r1!, {s0-s7}
    add r8, r2, r3
    vmov OUT_0, r2
    vmov OUT_1, r8
    add r8, r8, r3
    add r2, r2, r5
    str r8, [r0, #DSP_PAIRS_OUT]
    add r8, r1, r4
    vmov OUT_END, r2
    sub r1, r1, #4
    str r8, [r0, #DSP_PAIRS_STREAM]
    vmov WEIGHTS, r1
    sub r8, r8, #4
    vmov SEGMENTS_LEFT, r6
    vmov WEIGHTS_END, r8
    vmov BLOCK_STEP, r7
    ldr r0, [r0, #DSP_PAIRS_ACTIVATIONS]
    sub r0, r0, #4
.endm

/* After a block: another one in this segment, in the next one, or the next pair. r2 is OUT_0, already moved on. */
.macro pair_end block, pair
    vmov r3, OUT_END
    cmp r2, r3
    bne \block
    vmov r4, SEGMENTS_LEFT
    ldr r5, [sp]
    subs r4, r4, #1
    beq 8f
    vmov SEGMENTS_LEFT, r4
    ldr r6, [r5, #DSP_PAIRS_SEGMENT_SKIP]
    ldr r7, [r5, #DSP_PAIRS_SEGMENT_SPAN]
    vmov r3, OUT_1
    add r2, r2, r6
    add r3, r3, r6
    add r7, r7, r2
    vmov OUT_0, r2
    vmov OUT_1, r3
    vmov OUT_END, r7
    b \block
8:  ldr r4, [r5, #DSP_PAIRS_PAIRS]
    mov r0, r5
    subs r4, r4, #1
    str r4, [r5, #DSP_PAIRS_PAIRS]
    bne \pair
    pop {r0, r4-r11, pc}
.endm

/* The second channel is stored first: an odd last channel has line_stride 0 and overwrites what its neighbour stored. */
.macro store4
    vmov r3, OUT_1
    vmov r2, OUT_0
    strb r11, [r3, #1]
    strb r12, [r3, #2]
    strb lr, [r3, #3]
    strb r10, [r3], #4
    strb r7, [r2, #1]
    strb r8, [r2, #2]
    strb r9, [r2, #3]
    strb r6, [r2], #4
    vmov OUT_1, r3
    vmov OUT_0, r2
.endm

.macro store3
    vmov r5, OUT_1
    vmov r2, OUT_0
    vmov r4, BLOCK_STEP
    strb r9, [r5]
    strb r10, [r5, #1]
    strb r11, [r5, #2]
    strb r6, [r2]
    strb r7, [r2, #1]
    strb r8, [r2, #2]
    add r5, r5, r4
    add r2, r2, r4
    vmov OUT_1, r5
    vmov OUT_0, r2
.endm

.macro finish4 form, block, pair
    scale \form, MULTIPLIER_0, ROUNDING_0, SHIFT_0, r6, r7, r8, r9
    scale \form, MULTIPLIER_1, ROUNDING_1, SHIFT_1, r10, r11, r12, lr
    store4
    pair_end \block, \pair
.endm

.macro block_begin last_0, last_1
    vmov r1, WEIGHTS
    vmov \last_0, BIAS_0
    vmov \last_1, BIAS_1
.endm

.macro function name
    .global \name
    .type \name, %function
    .thumb_func
    .balign 4
\name:
.endm

/* Few input channels: all their pairs without a loop. */
.macro kernel4_short form, steps
    function dsp_pairs4_\form\()_\steps
    push {r0, r4-r11, lr}
1:  pair_begin
    .balign 4
2:  block_begin r9, lr
    first4
    .set done, 1
    .rept \steps - 2
    step4 4 + 8 * done, 4 + 16 * done
    .set done, done + 1
    .endr
    step4 4 + 8 * done, 4 + 16 * done, , !
    finish4 \form, 2b, 1b
    .size dsp_pairs4_\form\()_\steps, . - dsp_pairs4_\form\()_\steps
.endm

/* Any multiple of 16 pairs of input channels. The first 4 of a block stand apart, as their sums start from the biases. */
.macro kernel4_long form
    function dsp_pairs4_\form\()_16
    push {r0, r4-r11, lr}
1:  pair_begin
    .balign 4
2:  block_begin r9, lr
    first4
    step4 12, 20
    step4 20, 36
    step4 28, 52
    b 4f
    .balign 4
3:  step4 4, 4
    step4 12, 20
    step4 20, 36
    step4 28, 52
    .balign 4
4:  step4 36, 68
    step4 44, 84
    step4 52, 100
    step4 60, 116, , !
    step4 68, 4
    step4 76, 20
    step4 84, 36
    step4 92, 52
    step4 100, 68
    step4 108, 84
    step4 116, 100
    step4 124, 116, !, !
    vmov r2, WEIGHTS_END
    cmp r1, r2
    bne 3b
    finish4 \form, 2b, 1b
    .size dsp_pairs4_\form\()_16, . - dsp_pairs4_\form\()_16
.endm

/* The same for blocks of 3 pixels. */
.macro kernel3_long form
    function dsp_pairs3_\form\()_16
    push {r0, r4-r11, lr}
1:  pair_begin
    .balign 4
2:  block_begin r8, r11
    first3
    step3 12, 16
    step3 20, 28
    step3 28, 40
    b 4f
    .balign 4
3:  step3 4, 4
    step3 12, 16
    step3 20, 28
    step3 28, 40
    .balign 4
4:  step3 36, 52
    step3 44, 64
    step3 52, 76
    step3 60, 88
    step3 68, 100
    step3 76, 112
    step3 84, 124
    step3 92, 136
    step3 100, 148
    step3 108, 160
    step3 116, 172
    step3 124, 184, !, !
    vmov r2, WEIGHTS_END
    cmp r1, r2
    bne 3b
    scale \form, MULTIPLIER_0, ROUNDING_0, SHIFT_0, r6, r7, r8
    scale \form, MULTIPLIER_1, ROUNDING_1, SHIFT_1, r9, r10, r11
    store3
    pair_end 2b, 1b
    .size dsp_pairs3_\form\()_16, . - dsp_pairs3_\form\()_16
.endm

kernel4_short fast, 4
kernel4_short fast, 5
kernel4_short fast, 8
kernel4_long fast
kernel4_short uniform, 4
kernel4_short uniform, 5
kernel4_short uniform, 8
kernel4_long uniform
kernel3_long fast

#endif
