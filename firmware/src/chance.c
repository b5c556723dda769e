#include "chance.h"

#include <stdbool.h>

static const float LOG2_E = 1.44269504f;

/* 2^x, -126 < x < 126: the integer part makes the exponent, a polynomial the rest. Within 1e-5. */
static float power_of_two(float x) {
    const float limited = x < -120.0f ? -120.0f : x > 120.0f ? 120.0f : x;
    const int32_t whole = (int32_t)(limited + 128.0f) - 128; /* down, below zero too */
    const float rest = limited - (float)whole;
    const float fraction =
        1.0000025f + rest * (0.6930067f + rest * (0.2414274f + rest * (0.0520375f + rest * 0.0135206f)));
    union {
        uint32_t bits;
        float value;
    } power = {.bits = (uint32_t)(whole + 127) << 23};
    return power.value * fraction;
}

float score_chance(const struct packed_header *model, const int8_t *scores, size_t count, size_t index) {
    const float scale = model->output_scale;
    const int32_t own = scores[index];
    const float real = (float)(own - model->output_zero_point) * scale;
    const bool alone = model->score_meaning == PACKED_SINGLE_LOGIT;
    if (model->score_meaning != PACKED_LOGIT && !alone) {
        return real;
    }
    if (count == 1 || alone) {
        return 1.0f / (1.0f + power_of_two(-real * LOG2_E));
    }
    float sum = 0.0f;
    for (size_t i = 0; i < count; i++) {
        sum += power_of_two((float)(scores[i] - own) * scale * LOG2_E);
    }
    return 1.0f / sum;
}
