/* The Cortex-M4's packed instructions as functions, and what they compute on any other machine. */
#ifndef ENGINE_DSP_SIMD_H
#define ENGINE_DSP_SIMD_H

#include <stdint.h>

#include "engine/dsp/dsp.h" // DSP_FAST

/* Also where the size counts. */
#define DSP_INLINE __attribute__((always_inline))

/* Four bytes from any address. */
static inline uint32_t simd_load(const void *from) {
    uint32_t word;
    __builtin_memcpy(&word, from, sizeof word);
    return word;
}

static inline void simd_store(void *to, uint32_t word) {
    __builtin_memcpy(to, &word, sizeof word);
}

#if DSP_FAST

/* Bytes 0 and 2, without sign, as halves. */
static inline uint32_t simd_even(uint32_t word) {
    uint32_t found;
    __asm__("uxtb16 %0, %1" : "=r"(found) : "r"(word));
    return found;
}

/* Bytes 1 and 3. */
static inline uint32_t simd_odd(uint32_t word) {
    uint32_t found;
    __asm__("uxtb16 %0, %1, ror #8" : "=r"(found) : "r"(word));
    return found;
}

/* The same with sign. */
static inline uint32_t simd_even_signed(uint32_t word) {
    uint32_t found;
    __asm__("sxtb16 %0, %1" : "=r"(found) : "r"(word));
    return found;
}

static inline uint32_t simd_odd_signed(uint32_t word) {
    uint32_t found;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(found) : "r"(word));
    return found;
}

/* sum + a.low * b.low + a.high * b.high, modulo 2^32. */
static inline int32_t simd_dot(uint32_t a, uint32_t b, int32_t sum) {
    __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}

/* sum + a.low * b.high + a.high * b.low, modulo 2^32. */
static inline int32_t simd_dot_crossed(uint32_t a, uint32_t b, int32_t sum) {
    __asm__("smladx %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}

/* Low half of a, high half of b. */
static inline uint32_t simd_join(uint32_t a, uint32_t b) {
    uint32_t found;
    __asm__("pkhbt %0, %1, %2" : "=r"(found) : "r"(a), "r"(b));
    return found;
}

/* sum + all four bytes. */
static inline uint32_t simd_sum(uint32_t word, uint32_t sum) {
    __asm__("usada8 %0, %1, %2, %0" : "+r"(sum) : "r"(word), "r"(0));
    return sum;
}

/* sum + a * b / 2^32, rounded; modulo 2^32. */
static inline int32_t simd_multiply_high(int32_t a, int32_t b, int32_t sum) {
    __asm__("smmlar %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}

/* Cut at 0 and 255. */
static inline uint32_t simd_saturate(int32_t value) {
    uint32_t found;
    __asm__("usat %0, #8, %1" : "=r"(found) : "r"(value));
    return found;
}

/* The greater of each pair of bytes. */
static inline uint32_t simd_greater(uint32_t a, uint32_t b) {
    uint32_t more;
    __asm__("uqsub8 %0, %1, %2\n\tuqadd8 %0, %0, %2" : "=&r"(more) : "r"(a), "r"(b));
    return more;
}

/* The lesser of each pair of bytes. */
static inline uint32_t simd_lesser(uint32_t a, uint32_t b) {
    uint32_t more;
    __asm__("uqsub8 %0, %1, %2\n\tusub8 %0, %1, %0" : "=&r"(more) : "r"(a), "r"(b));
    return more;
}

#else

static inline uint32_t simd_even(uint32_t word) {
    return word & 0x00FF00FFu;
}

static inline uint32_t simd_odd(uint32_t word) {
    return word >> 8 & 0x00FF00FFu;
}

static inline uint32_t simd_even_signed(uint32_t word) {
    return (uint16_t)(int8_t)(word & 0xFFu) | (uint32_t)(uint16_t)(int8_t)(word >> 16 & 0xFFu) << 16;
}

static inline uint32_t simd_odd_signed(uint32_t word) {
    return simd_even_signed(word >> 8);
}

static inline int32_t simd_dot(uint32_t a, uint32_t b, int32_t sum) {
    const int32_t low = (int16_t)(a & 0xFFFFu) * (int16_t)(b & 0xFFFFu);
    const int32_t high = (int16_t)(a >> 16) * (int16_t)(b >> 16);
    return (int32_t)((uint32_t)sum + (uint32_t)low + (uint32_t)high);
}

static inline int32_t simd_dot_crossed(uint32_t a, uint32_t b, int32_t sum) {
    return simd_dot(a, b >> 16 | b << 16, sum);
}

static inline uint32_t simd_join(uint32_t a, uint32_t b) {
    return (a & 0xFFFFu) | (b & 0xFFFF0000u);
}

static inline uint32_t simd_sum(uint32_t word, uint32_t sum) {
    return sum + (word & 0xFFu) + (word >> 8 & 0xFFu) + (word >> 16 & 0xFFu) + (word >> 24);
}

static inline int32_t simd_multiply_high(int32_t a, int32_t b, int32_t sum) {
    return (int32_t)((uint32_t)sum + (uint32_t)(((int64_t)a * b + (1ll << 31)) >> 32));
}

static inline uint32_t simd_saturate(int32_t value) {
    return (uint32_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static inline uint32_t simd_greater(uint32_t a, uint32_t b) {
    uint32_t found = 0;
    for (uint32_t i = 0; i < 32; i += 8) {
        const uint32_t x = a >> i & 0xFFu, y = b >> i & 0xFFu;
        found |= (x > y ? x : y) << i;
    }
    return found;
}

static inline uint32_t simd_lesser(uint32_t a, uint32_t b) {
    return ~simd_greater(~a, ~b);
}

#endif

#endif
