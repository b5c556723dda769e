/* Pointwise kernels for the Cortex-M4: blocks of 4 or 3 pixels x 2 output channels. Contract in dsp/kernels.h.
 *
 * Registers of the 4-pixel kernels: r0 activations (8 bytes behind), r1 weights (4 behind), so that the last load of a run
 * can write the pointer back; r2-r5 operands; r6-r9 sums of the first channel, r10-r12 and lr of the second.
 * What is needed once a block waits in the caller-saved half of the FPU registers, as a VMOV takes one cycle a register.
 * Per pair of input channels: 6 loads in 2 bursts and 8 SMLAD = 16 cycles for 16 products.
 */
#include "engine/dsp/constants.h"

#if defined(__ARM_FEATURE_DSP)

#include "engine/dsp/assembly.h"
#include "engine/dsp/pair_macros.h"

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

/* The next pair of output channels, whose weights and constants may have to be fetched from flash (form SHORT). r0: the job,
 * which is at [sp] too. Leaves the activations' pointer in r0. */
    .balign 4
pair_begin:
    ldr r4, [r0, #DSP_PAIRS_WEIGHTS]
    cbnz r4, pair_from_flash
    ldr r1, [r0, #DSP_PAIRS_STREAM]
    vldmia r1!, {s0-s7}
    ldr r4, [r0, #DSP_PAIRS_WEIGHT_BYTES]
    add r8, r1, r4
    str r8, [r0, #DSP_PAIRS_STREAM]
pair_places: /* r1: the pair's weights, r4: their bytes */
    ldr r2, [r0, #DSP_PAIRS_OUT]
    ldr r3, [r0, #DSP_PAIRS_LINE_STRIDE]
    ldr r5, [r0, #DSP_PAIRS_SEGMENT_SPAN]
    ldr r6, [r0, #DSP_PAIRS_SEGMENTS]
    ldr r7, [r0, #DSP_PAIRS_BLOCK_STEP]
    sub r1, r1, #4
    add r8, r2, r3
    vmov WEIGHTS, r1
    vmov OUT_0, OUT_1, r2, r8
    add r4, r4, r1
    add r8, r8, r3
    add r2, r2, r5
    vmov WEIGHTS_END, r4
    vmov OUT_END, r2
    str r8, [r0, #DSP_PAIRS_OUT]
    vmov SEGMENTS_LEFT, r6
    vmov BLOCK_STEP, r7
    ldr r0, [r0, #DSP_PAIRS_ACTIVATIONS]
    bx lr

/* A record of form SHORT -> bias, multiplier, rounding, shift. r1: 1; r9: rounding of the least shift, r10. Spoils r2, r3, r11. */
.macro record_load scale, bias, to_bias, to_multiplier, to_rounding, to_shift
    and r2, \scale, #7
    asr r3, \scale, #14
    lsl r11, r9, r2
    pkhbt \bias, \bias, r3
    bfi \scale, r1, #30, #2
    add r2, r2, r10
    lsl \bias, \bias, #1
    vmov \to_bias, \bias
    vmov \to_multiplier, \scale
    vmov \to_rounding, r11
    vmov \to_shift, r2
.endm

pair_from_flash:
    mov r12, lr
    ldr r8, [r0, #DSP_PAIRS_RECORDS]
    ldr r9, [r0, #DSP_PAIRS_ROUNDING]
    ldr r10, [r0, #DSP_PAIRS_LEAST_SHIFT]
    ldrh r5, [r8, #4]
    ldr r6, [r8, #6] /* half a word off */
    ldrh r7, [r8, #10]
    ldr r4, [r8], #12
    mov r1, #1
    str r8, [r0, #DSP_PAIRS_RECORDS]
    record_load r4, r5, BIAS_0, MULTIPLIER_0, ROUNDING_0, SHIFT_0
    record_load r6, r7, BIAS_1, MULTIPLIER_1, ROUNDING_1, SHIFT_1
    ldr r1, [r0, #DSP_PAIRS_WEIGHTS]
    ldr r3, [r0, #DSP_PAIRS_WEIGHT_BYTES]
    add r2, r1, r3, lsr #2
    add r4, r2, r3, lsr #2
    str r4, [r0, #DSP_PAIRS_WEIGHTS]
    ldr r0, [r0, #DSP_PAIRS_STREAM]
    add lr, r0, r3
    .balign 4
1:
.rept 4
    expand_octet
.endr
    cmp r0, lr
    bne 1b
    ldr r0, [sp]
    ldr r1, [r0, #DSP_PAIRS_STREAM]
    ldr r4, [r0, #DSP_PAIRS_WEIGHT_BYTES]
    mov lr, r12
    b pair_places

/* After a segment: the next one, or the next pair. r2 is OUT_0, already moved on. */
.macro segment_end block, pair
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
    vmov OUT_0, OUT_1, r2, r3
    vmov OUT_END, r7
    b \block
8:  mov r0, r5
    ldr r4, [r0, #DSP_PAIRS_PAIRS]
    subs r4, r4, #1
    str r4, [r0, #DSP_PAIRS_PAIRS]
    bne \pair
    pop {r0, r4-r11, pc}
.endm

/* The end of a block of 4 pixels. The second channel is stored first: an odd last channel has line_stride 0 and overwrites
 * what its neighbour stored. What follows the first branch is reached at a segment's end only, or in form fast. */
.macro finish4 block, pair
    vmov r4, SHIFT_0
    cbnz r4, 7f
    scale_uniform MULTIPLIER_0, ROUNDING_0, r6, r7, r8, r9
    scale_uniform MULTIPLIER_1, ROUNDING_1, r10, r11, r12, lr, OUT_0, OUT_1
6:  strb r11, [r3, #1]
    strb r12, [r3, #2]
    strb lr, [r3, #3]
    strb r10, [r3], #4
    strb r7, [r2, #1]
    strb r8, [r2, #2]
    strb r9, [r2, #3]
    strb r6, [r2], #4
    vmov OUT_0, OUT_1, r2, r3
    vmov r3, OUT_END
    cmp r2, r3
    bne \block
    b 9f
7:  adr.w r5, 6b
    orr r5, r5, #1
    b scale_fast4
9:  segment_end \block, \pair
.endm

/* Form fast for any zero point, which few layers need: apart. r5: where to go on. */
    .balign 4
scale_fast4:
    scale_fast MULTIPLIER_0, ROUNDING_0, SHIFT_0, r6, r7, r8, r9
    scale_fast MULTIPLIER_1, ROUNDING_1, SHIFT_1, r10, r11, r12, lr
    vmov r2, r3, OUT_0, OUT_1
    bx r5

.macro finish3 block, pair
    vmov r4, SHIFT_0
    lsls r5, r4, #31 - DSP_SIGNED_BIT
    bmi 7f
    scale_positive MULTIPLIER_0, ROUNDING_0, r6, r7, r8
    vmov r4, SHIFT_1
    scale_positive MULTIPLIER_1, ROUNDING_1, r9, r10, r11
    vmov r2, r3, OUT_0, OUT_1
6:  vmov r4, BLOCK_STEP
    strb r9, [r3]
    strb r10, [r3, #1]
    strb r11, [r3, #2]
    strb r6, [r2]
    strb r7, [r2, #1]
    strb r8, [r2, #2]
    add r3, r3, r4
    add r2, r2, r4
    vmov OUT_0, OUT_1, r2, r3
    vmov r3, OUT_END
    cmp r2, r3
    bne \block
    segment_end \block, \pair
7:  mov r12, r11 /* as a block of 4 pixels, of which the last ones are anything */
    mov r11, r10
    mov r10, r9
    adr.w r5, 8f
    orr r5, r5, #1
    b scale_fast4
8:  mov r9, r10
    mov r10, r11
    mov r11, r12
    vmov lr, WEIGHTS_END
    b 6b
.endm

.macro block_begin last_0, last_1
    vmov \last_0, \last_1, BIAS_0, BIAS_1
.endm

/* Few input channels: all their pairs without a loop; r1 stays. */
.macro kernel4_short steps
    function dsp_pairs4_\steps
    push {r0, r4-r11, lr}
1:  bl pair_begin
    sub r0, r0, #8
    .balign 4
2:  block_begin r9, lr
    first4
    .set done, 1
    .rept \steps - 2
    step4 4 + 8 * done, 8 + 16 * done
    .set done, done + 1
    .endr
    step4 4 + 8 * done, 8 + 16 * done, , !
    finish4 2b, 1b
    .size dsp_pairs4_\steps, . - dsp_pairs4_\steps
.endm

kernel4_short 4
kernel4_short 5
kernel4_short 8

/* Kernels of any number of steps: what lies before the steps of a round, and behind them. */
.macro kernel4_long_begin name
    function \name
    push {r0, r4-r11, lr}
1:  bl pair_begin
    sub r0, r0, #8
    .balign 4
2:  vmov r1, WEIGHTS
    block_begin r9, lr
    first4
    b 4f
    .balign 4
3:  step4 4, 8
    .balign 4
4:
.endm

.macro kernel4_long_end name
    vmov r2, WEIGHTS_END
    cmp r1, r2
    bne 3b
    finish4 2b, 1b
    .size \name, . - \name
.endm

/* Any multiple of 16 pairs of input channels. The first one of a block stands apart, as its sums start from the biases. */
    kernel4_long_begin dsp_pairs4_16
    step4 12, 24
    step4 20, 40
    step4 28, 56
    step4 36, 72
    step4 44, 88
    step4 52, 104
    step4 60, 120, , !
    step4 68, 8
    step4 76, 24
    step4 84, 40
    step4 92, 56
    step4 100, 72
    step4 108, 88
    step4 116, 104
    step4 124, 120, !, !
    kernel4_long_end dsp_pairs4_16

/* Any multiple of 4, from 8 on. */
    kernel4_long_begin dsp_pairs4_4n
    step4 12, 24
    step4 20, 40
    step4 28, 56, !, !
    kernel4_long_end dsp_pairs4_4n

/* The same for blocks of 3 pixels; lr is WEIGHTS_END. */
    function dsp_pairs3_16
    push {r0, r4-r11, lr}
1:  bl pair_begin
    sub r0, r0, #4
    vmov lr, WEIGHTS_END
    .balign 4
2:  vmov r1, WEIGHTS
    block_begin r8, r11
    first3
    b 4f
    .balign 4
3:  step3 4, 4
    .balign 4
4:
    .set done, 1
    .rept 14
    step3 4 + 8 * done, 4 + 12 * done
    .set done, done + 1
    .endr
    step3 124, 184, !, !
    cmp r1, lr
    bne 3b
    finish3 2b, 1b
    .size dsp_pairs3_16, . - dsp_pairs3_16

#endif
