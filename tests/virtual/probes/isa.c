/* DSP and FPU instructions, one function for all: results and the Q and GE flags go to `outputs`. */
#include "probe.h"

#define OPERATIONS(X)                                                                                        \
    X("smlad %0,%1,%2,%3")                                                                                   \
    X("smladx %0,%1,%2,%3")                                                                                  \
    X("smlsd %0,%1,%2,%3")                                                                                   \
    X("smuad %0,%1,%2")                                                                                      \
    X("smlabb %0,%1,%2,%3")                                                                                  \
    X("smlatt %0,%1,%2,%3")                                                                                  \
    X("smmul %0,%1,%2")                                                                                      \
    X("smmulr %0,%1,%2")                                                                                     \
    X("smmlar %0,%1,%2,%3")                                                                                  \
    X("sxtb16 %0,%1")                                                                                        \
    X("sxtb16 %0,%1,ror #8")                                                                                 \
    X("uxtab16 %0,%1,%2")                                                                                    \
    X("pkhbt %0,%1,%2,lsl #16")                                                                              \
    X("pkhtb %0,%1,%2,asr #16")                                                                              \
    X("ssat %0,#8,%1")                                                                                       \
    X("usat %0,#8,%1")                                                                                       \
    X("qadd %0,%1,%2")                                                                                       \
    X("qsub %0,%1,%2")                                                                                       \
    X("sadd8 %0,%1,%2\n sel %0,%1,%2")                                                                       \
    X("usada8 %0,%1,%2,%3")                                                                                  \
    X("sdiv %0,%1,%2")                                                                                       \
    X("udiv %0,%1,%2")                                                                                       \
    X("rbit %0,%1")                                                                                          \
    X("clz %0,%1")                                                                                           \
    X("mls %0,%1,%2,%3")                                                                                     \
    X("vmov s0,%1\n vmov s1,%2\n vadd.f32 s2,s0,s1\n vmov %0,s2")                                            \
    X("vmov s0,%1\n vmov s1,%2\n vmul.f32 s2,s0,s1\n vmov %0,s2")                                            \
    X("vmov s0,%1\n vmov s1,%2\n vdiv.f32 s2,s0,s1\n vmov %0,s2")                                            \
    X("vmov s0,%1\n vsqrt.f32 s2,s0\n vmov %0,s2")                                                           \
    X("vmov s0,%1\n vcvt.s32.f32 s2,s0\n vmov %0,s2")                                                        \
    X("vmov s0,%1\n vcvt.f32.s32 s2,s0\n vmov %0,s2")

enum { OPERATION_COUNT = 31, MOST_INPUTS = 100 };
uint32_t inputs[MOST_INPUTS][3];
uint32_t outputs[MOST_INPUTS][OPERATION_COUNT][2];

void run_isa(uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t a = inputs[i][0], b = inputs[i][1], c = inputs[i][2];
        uint32_t *out = outputs[i][0];
#define ONE(text)                                                                                            \
    {                                                                                                        \
        uint32_t result, flags;                                                                              \
        __asm volatile("msr apsr_nzcvqg, %0" : : "r"(0));                                                    \
        __asm volatile(text : "=&r"(result) : "r"(a), "r"(b), "r"(c) : "s0", "s1", "s2", "cc");              \
        __asm volatile("mrs %0, apsr" : "=r"(flags));                                                        \
        *out++ = result;                                                                                     \
        *out++ = flags & 0x080F0000u;                                                                        \
    }
        OPERATIONS(ONE)
    }
}

/* 7, unless the IT state of the load outlives its block. The block behind the call is looked up by that state. */
__attribute__((naked)) uint32_t seven_after_a_conditional_load(void) { /* place, seven */
    __asm("push {r4, lr}\n"
          "mov r4, r1\n"
          "cmp r0, #0\n"
          "it ne\n"
          "ldrne r2, [r0]\n"
          "movs r0, #0\n" /* and not equal is false from here on */
          "blx r4\n"
          "pop {r4, pc}\n");
}

__attribute__((naked)) uint32_t seven(void) {
    __asm("mov.w r0, #7\n"
          "bx lr\n");
}
