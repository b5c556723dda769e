#include "engine/dsp/sum.h"

#include "engine/dsp/simd.h"
#include "engine/requantize.h" // clamp_between

/* One rounding, which the compiler has proven to give the same. */
static inline uint32_t added(const struct packed_linear_addition *k, uint32_t first, uint32_t second) {
    const uint32_t sum = (uint32_t)k->offset + first * (uint32_t)k->first + second * (uint32_t)k->second;
    return simd_saturate((int32_t)sum >> k->shift);
}

/* Four values at once; the bounds follow. */
void dsp_add_line(const struct engine_call *call, const uint8_t *first, const uint8_t *second, size_t step,
                  uint8_t *to, int32_t width) {
    const struct packed_linear_addition k = *(const struct packed_linear_addition *)call->constants;
    const uint32_t lows = call->op->act_min * 0x01010101u, highs = call->op->act_max * 0x01010101u;
    const uint8_t *const behind = to + width;
    for (const uint8_t *const end = to + width / 4 * 4; to < end; to += 4) {
        const uint32_t a = simd_load(first), b = step > 0 ? simd_load(second) : *second * 0x01010101u;
        const uint32_t sums =
            added(&k, a & 0xFFu, b & 0xFFu) | added(&k, a >> 8 & 0xFFu, b >> 8 & 0xFFu) << 8 |
            added(&k, a >> 16 & 0xFFu, b >> 16 & 0xFFu) << 16 | added(&k, a >> 24, b >> 24) << 24;
        simd_store(to, simd_lesser(simd_greater(sums, lows), highs));
        first += 4;
        second += 4 * step;
    }
    for (; to < behind; to++) {
        const int32_t value = (int32_t)added(&k, *first++, *second);
        *to = (uint8_t)clamp_between(value, call->op->act_min, call->op->act_max);
        second += step;
    }
}
