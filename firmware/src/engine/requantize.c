#include "engine/cold.h" // compiled for size

#include "engine/requantize.h"

struct requantize_channel requantize_channel(const struct requantize_form *form, size_t index) {
    struct requantize_channel made;
    if (form->form == PACKED_FORM_SHORT) {
        const struct packed_short_requantisation *packed = form->constants;
        const uint32_t scale = packed[index].scale_low | (uint32_t)packed[index].scale_high << 16;
        made.bias = ((int32_t)scale >> 30) * (1 << 16) + packed[index].bias_low;
        made.multiplier = (int32_t)((scale & 0x3FFFFFFFu) | 1u << 30);
        made.shift = form->least_shift + (int32_t)(scale & 7u);
        made.rounding = (2 * form->zero_point + 1) << (made.shift - 1);
    } else if (form->form == PACKED_FORM_FAST) {
        const struct packed_fast_requantisation *packed = form->constants;
        made.bias = packed[index].bias_and_shift >> 5;
        made.multiplier = (int32_t)packed[index].multiplier;
        made.shift = packed[index].bias_and_shift & 31;
        made.rounding = (2 * form->zero_point + 1) << (made.shift - 1);
    } else {
        const struct packed_requantisation *packed = form->constants;
        made.bias = packed[index].bias;
        made.multiplier = packed[index].multiplier;
        made.rounding = packed[index].rounding;
        made.shift = packed[index].shift;
    }
    return made;
}

static uint8_t requantize_fast(int32_t acc, const struct requantize_channel *channel,
                               const struct requantize_form *form) {
    const int32_t x = wrapping_add(multiply_high_rounding(acc, channel->multiplier), acc >> 31);
    const int32_t value = wrapping_add(x, channel->rounding) >> channel->shift;
    return (uint8_t)clamp_between(value, form->act_min, form->act_max);
}

/* SINGLE rounds product and shift together; GENERAL and WIDE one after the other, in 64 bits; GENERAL is made
 * so that its sums fit 32. */
static uint8_t requantize_exactly(int32_t acc, const struct requantize_channel *channel,
                                  const struct requantize_form *form) {
    int32_t right = channel->shift > 0 ? channel->shift : 0;
    const int32_t left = channel->shift < 0 ? -channel->shift : 0;
    int64_t x;
    if (form->form == PACKED_FORM_SINGLE) {
        right = 31 + channel->shift;
        x = (int64_t)acc * channel->multiplier + ((int64_t)1 << (right - 1));
    } else {
        x = multiply_high_rounding((int32_t)((uint32_t)acc << left), channel->multiplier);
        x += (right > 0 && x < 0 ? -1 : 0) + (int64_t)channel->rounding;
    }
    const int64_t value = (x >> right) + (form->form == PACKED_FORM_GENERAL ? 0 : form->zero_point);
    const int64_t low = value < form->act_min ? form->act_min : value;
    return (uint8_t)(low > form->act_max ? form->act_max : low);
}

uint8_t requantize(int32_t acc, const struct requantize_channel *channel,
                   const struct requantize_form *form) {
    return requantize_is_fast(form->form) ? requantize_fast(acc, channel, form)
                                          : requantize_exactly(acc, channel, form);
}
