/* 3x3 windows with stride 2 over lines of the image -> activations of the pointwise kernels. Contract in dsp/kernels.h. */
#include "engine/dsp/constants.h"

#if defined(__ARM_FEATURE_DSP)

#include "engine/dsp/assembly.h"

/* 8 bytes of a grey line and the next one: the outer bytes of 4 windows -> 4 words; their middle bytes -> r5, r4. */
.macro grey_line line, at
    ldr r4, [\line, #4]
    ldrb r6, [\line, #8]
    ldr r5, [\line], #8
    uxtb16 r7, r5
    uxtb16 r8, r4
    uxtb16 r5, r5, ror #8
    uxtb16 r4, r4, ror #8
    lsr r9, r7, #16
    lsr r10, r8, #16
    orr r9, r9, r8, lsl #16
    orr r10, r10, r6, lsl #16
    str r7, [r3, #\at]
    str r9, [r3, #\at + 4]
    str r8, [r3, #\at + 8]
    str r10, [r3, #\at + 12]
.endm

/* void dsp_grey_windows(uint32_t *to, const uint8_t *const lines[3], size_t blocks) */
function dsp_grey_windows
    push {r4-r11, lr}
    mov r3, r0
    mov r12, r2
    ldmia r1, {r0, r1, r2}
    .balign 4
1:  grey_line r0, 0
    mov r11, r5
    mov lr, r4
    grey_line r1, 16
    pkhbt r6, r11, r5, lsl #16
    pkhtb r7, r5, r11, asr #16
    pkhbt r8, lr, r4, lsl #16
    pkhtb r9, r4, lr, asr #16
    str r6, [r3, #48]
    str r7, [r3, #52]
    str r8, [r3, #56]
    str r9, [r3, #60]
    grey_line r2, 32
    lsr r6, r5, #16
    lsr r7, r4, #16
    str r5, [r3, #64]
    str r6, [r3, #68]
    str r4, [r3, #72]
    str r7, [r3, #76]
    subs r12, r12, #1
    add r3, r3, #80
    bne 1b
    pop {r4-r11, pc}
    .size dsp_grey_windows, . - dsp_grey_windows

/* 8 bytes of a window's RGB line -> 4 steps of a pixel, and its 9th byte -> last. */
.macro colour_line line, at, last
    ldr r4, [\line, #4]
    ldrb \last, [\line, #8]
    ldr r5, [\line], #6
    uxtb16 r6, r5
    uxtb16 r7, r5, ror #8
    uxtb16 r8, r4
    uxtb16 r9, r4, ror #8
    str r6, [r3, #\at]
    str r7, [r3, #\at + 16]
    str r8, [r3, #\at + 32]
    str r9, [r3, #\at + 48]
.endm

/* void dsp_colour_windows(uint32_t *to, const uint8_t *const lines[3], size_t blocks) */
function dsp_colour_windows
    push {r4-r11, lr}
    mov r3, r0
    mov r12, r2
    ldmia r1, {r0, r1, r2}
1:  mov lr, #4
    .balign 4
2:  colour_line r0, 0, r10
    colour_line r1, 64, r11
    orr r10, r10, r11, lsl #16
    colour_line r2, 128, r11
    str r10, [r3, #192]
    str r11, [r3, #208]
    subs lr, lr, #1
    add r3, r3, #4
    bne 2b
    subs r12, r12, #1
    add r3, r3, #240
    bne 1b
    pop {r4-r11, pc}
    .size dsp_colour_windows, . - dsp_colour_windows

#endif
