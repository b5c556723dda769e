/* What the loops of strips.S are made of: its registers are named there. No C in here. */
#ifndef ENGINE_DSP_STRIPS_MACROS_H
#define ENGINE_DSP_STRIPS_MACROS_H

#define BIAS s0
#define MULTIPLIER s1
#define ROUNDING s2
#define SHIFT s3
#define END s4
#define FIRST_ROW s5   /* input rows, then output rows, up to s18 */
#define OUT_OFFSET s15 /* stride 2 */

/* clang-format off */
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
/* clang-format on */

#endif
