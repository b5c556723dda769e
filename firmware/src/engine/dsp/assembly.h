/* How every kernel in assembly begins: its core, and the macro `function`. No C in here. */
#ifndef ENGINE_DSP_ASSEMBLY_H
#define ENGINE_DSP_ASSEMBLY_H

/* clang-format off */
    .syntax unified
    .cpu cortex-m4
    .fpu fpv4-sp-d16
    .thumb
    .text

.macro function name
    .global \name
    .type \name, %function
    .thumb_func
    .balign 4
\name:
.endm
/* clang-format on */

#endif
