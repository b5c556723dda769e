#include "engine/cold.h" // compiled for size

#include "engine/checked.h" // struct checked, checked_*

/* Windows along one axis: none starts before the border or ends behind it, and each holds a pixel of the
 * input. */
static bool windows_fit(int32_t outputs, int32_t inputs, int32_t kernel, int32_t stride, int32_t pad,
                        int32_t before, int32_t behind, bool bounded) {
    const int32_t last = (outputs - 1) * stride - pad;
    if (kernel < 1 || stride < 1 || pad >= kernel || last >= inputs) {
        return false;
    }
    return bounded || (pad <= before && last + kernel <= inputs + behind);
}

static bool window_fits(const struct packed_operator *op, const struct extent *in, const struct extent *out) {
    return windows_fit(out->height, in->height, op->kernel_height, op->stride_height, op->pad_top, in->top,
                       in->bottom, in->bounded) &&
           windows_fit(out->width, in->width, op->kernel_width, op->stride_width, op->pad_left, in->left,
                       in->right, in->bounded);
}

static bool same_shape(const struct extent *a, const struct extent *b) {
    return a->height == b->height && a->width == b->width && a->channels == b->channels;
}

static bool same_size(const struct extent *a, const struct extent *b) {
    return a->height == b->height && a->width == b->width;
}

/* As a second operand of an output: constants, a map of its shape, or a vector. */
static bool serves(const struct packed_operator *op, const struct extent *second, const struct extent *out) {
    return op->second_input == PACKED_IMAGE ||
           (second->channels == out->channels && (same_size(second, out) || checked_is_vector(second)));
}

static bool has_no_window(const struct packed_operator *op) {
    return op->kernel_height == 1 && op->kernel_width == 1 && op->stride_height == 1 &&
           op->stride_width == 1 && op->depth_multiplier == 1 &&
           (op->kind == PACKED_PAD || op->pad_top == 0) && (op->kind == PACKED_PAD || op->pad_left == 0);
}

static bool pool_is_sound(const struct packed_operator *op, struct extent in, const struct extent *out) {
    in.bounded = true;
    return in.channels == out->channels && op->depth_multiplier == 1 && window_fits(op, &in, out);
}

static bool shapes_are_sound(const struct packed_operator *op, const struct extent *in,
                             const struct extent *second, const struct extent *out) {
    switch (op->kind) {
    case PACKED_CONV:
        return op->depth_multiplier == 1 && window_fits(op, in, out);
    case PACKED_DEPTHWISE:
        return in->channels * op->depth_multiplier == out->channels && window_fits(op, in, out);
    case PACKED_POINTWISE:
        return has_no_window(op) && in->height == out->height && in->width == out->width;
    case PACKED_AVERAGE_POOL:
    case PACKED_MAX_POOL:
        return pool_is_sound(op, *in, out);
    case PACKED_MEAN:
        return has_no_window(op) && checked_is_vector(out) && in->channels == out->channels;
    case PACKED_FULLY_CONNECTED:
        return has_no_window(op) && checked_is_vector(out);
    case PACKED_SOFTMAX:
        return has_no_window(op) && checked_is_vector(in) && same_shape(in, out) &&
               in->channels <= (int32_t)PACKED_MAX_OUTPUTS;
    case PACKED_ADD:
    case PACKED_MULTIPLY:
    case PACKED_MINIMUM:
    case PACKED_MAXIMUM:
        return has_no_window(op) && same_shape(in, out) && serves(op, second, out);
    case PACKED_CONCATENATION:
        return has_no_window(op) && same_size(in, out) && same_size(second, out) &&
               in->channels + second->channels == out->channels;
    case PACKED_PAD:
        return has_no_window(op) && op->extra + in->channels <= out->channels &&
               op->pad_top + in->height <= out->height && op->pad_left + in->width <= out->width;
    case PACKED_TABLE:
        return has_no_window(op) && same_shape(in, out) && (op->extra == 1 || op->extra == out->channels);
    case PACKED_LOAD:
        return has_no_window(op) && same_shape(in, out);
    case PACKED_RESIZE:
        return has_no_window(op) && in->channels == out->channels;
    default:
        return false;
    }
}

/* Shifts of form SHORT are then 1..22. */
static bool form_is_sound(const struct packed_operator *op) {
    const bool is_short = op->form == PACKED_FORM_SHORT;
    return op->form <= PACKED_FORM_SHORT && is_short == (op->least_shift >= 1) && op->least_shift <= 15;
}

/* An operator with the extents of its maps. */
struct shaped_operator {
    const struct packed_operator *op;
    struct extent in;
    struct extent second;
    struct extent out;
};

static bool is_pairwise(uint8_t kind) {
    return kind == PACKED_ADD || kind == PACKED_MULTIPLY || kind == PACKED_MINIMUM || kind == PACKED_MAXIMUM;
}

static bool indices_are_sound(const struct packed_header *header, const struct packed_operator *op) {
    const uint8_t kind = op->kind;
    const bool from_image = op->input == PACKED_IMAGE, one_input = op->second_input == PACKED_IMAGE;
    const bool reads_image =
        kind == PACKED_CONV || kind == PACKED_LOAD || kind == PACKED_TABLE || kind == PACKED_FULLY_CONNECTED;
    return (!from_image || reads_image) &&
           (from_image || (kind != PACKED_LOAD && op->input < header->map_count)) &&
           op->output < header->map_count && (one_input || op->second_input < header->map_count) &&
           (one_input ? kind != PACKED_CONCATENATION : is_pairwise(kind) || kind == PACKED_CONCATENATION);
}

static bool operator_is_sound(const struct checked *model, const struct shaped_operator *checked) {
    const struct packed_operator *const op = checked->op;
    return form_is_sound(op) && op->act_min <= op->act_max &&
           shapes_are_sound(op, &checked->in, &checked->second, &checked->out) &&
           4 * ((uint32_t)op->scratch_offset_words + op->scratch_words) <= model->header->arena_bytes;
}

static uint32_t even(uint32_t count) {
    return count + count % 2;
}

/* The operator's weights, `count` x `size` bytes, and how many requantisation records it has. */
struct parameter_counts {
    uint32_t count;
    uint32_t size;
    uint32_t records;
};

/* Values of an operator's input; more than any blob holds where 32 bits do not count them. */
static uint32_t values_of(const struct extent *extent) {
    const uint64_t values = (uint64_t)extent->height * (uint64_t)extent->width * (uint64_t)extent->channels;
    return values > UINT32_MAX ? UINT32_MAX : (uint32_t)values;
}

/* Of an operator's second operand, when it lies in the blob. */
static uint32_t constant_channels(const struct shaped_operator *checked) {
    return checked->op->second_input == PACKED_IMAGE ? (uint32_t)checked->out.channels : 0;
}

static struct parameter_counts parameter_counts(const struct shaped_operator *checked) {
    const struct packed_operator *const op = checked->op;
    const uint32_t taps = (uint32_t)op->kernel_height * op->kernel_width;
    const uint32_t channels = (uint32_t)checked->out.channels, inputs = (uint32_t)checked->in.channels;
    struct parameter_counts found = {0, 1, 0};
    switch (op->kind) {
    case PACKED_CONV:
    case PACKED_DEPTHWISE:
        found.count = channels * taps;
        found.size = op->kind == PACKED_CONV ? inputs : 1;
        found.records = channels;
        break;
    case PACKED_POINTWISE:
        found.count = found.records = even(channels);
        found.size = inputs;
        break;
    case PACKED_FULLY_CONNECTED:
        found.count = found.records = even(channels);
        found.size = values_of(&checked->in);
        break;
    case PACKED_TABLE:
        found.count = op->extra;
        found.size = 256;
        break;
    case PACKED_RESIZE:
        found.count = (uint32_t)checked->out.height + (uint32_t)checked->out.width;
        found.size = sizeof(struct packed_sample);
        break;
    case PACKED_MULTIPLY:
        found.count = constant_channels(checked);
        found.records = 1;
        break;
    case PACKED_ADD:
    case PACKED_MINIMUM:
    case PACKED_MAXIMUM:
        found.count = constant_channels(checked);
        break;
    case PACKED_MEAN:
        found.records = 1;
        break;
    default:
        break;
    }
    return found;
}

static bool records_are_sound(const struct checked *model, const struct packed_operator *op, uint32_t count) {
    const uint32_t size = op->form == PACKED_FORM_SHORT  ? sizeof(struct packed_short_requantisation)
                          : op->form == PACKED_FORM_FAST ? sizeof(struct packed_fast_requantisation)
                                                         : sizeof(struct packed_requantisation);
    if (!checked_lies_inside(model->header, op->constants_offset, count, size)) {
        return false;
    }
    if (op->form == PACKED_FORM_SHORT) {
        return true; /* any bytes are sound, with a sound least_shift */
    }
    const void *records = model->blob + op->constants_offset;
    const struct packed_fast_requantisation *fast = records;
    const struct packed_requantisation *general = records;
    for (uint32_t i = 0; i < count; i++) {
        if (op->form == PACKED_FORM_FAST) {
            const int32_t shift = fast[i].bias_and_shift & 31;
            if (fast[i].multiplier > INT32_MAX || shift < 1 || shift > 22) {
                return false;
            }
        } else if (general[i].multiplier < 0 || general[i].shift < -30 || general[i].shift > 31) {
            return false;
        }
    }
    return true;
}

/* `count` samples lie among `size` rows or columns. */
static bool samples_fit(const struct packed_sample *samples, int32_t count, int32_t size) {
    for (int32_t i = 0; i < count; i++) {
        if (samples[i].first >= size || samples[i].second >= size || samples[i].fraction < -1024 ||
            samples[i].fraction > 1024) {
            return false;
        }
    }
    return true;
}

static bool samples_are_sound(const struct checked *model, const struct shaped_operator *checked) {
    const struct packed_sample *rows = (const void *)(model->blob + checked->op->weights_offset);
    return samples_fit(rows, checked->out.height, checked->in.height) &&
           samples_fit(rows + checked->out.height, checked->out.width, checked->in.width);
}

static bool addition_is_sound(const struct checked *model, const struct packed_operator *op) {
    if (op->form == PACKED_FORM_FAST) {
        const struct packed_linear_addition *k = (const void *)(model->blob + op->constants_offset);
        return checked_lies_inside(model->header, op->constants_offset, 1, sizeof *k) &&
               (uint32_t)k->shift <= 31;
    }
    if (!checked_lies_inside(model->header, op->constants_offset, 1, sizeof(struct packed_addition))) {
        return false;
    }
    const struct packed_addition *a = (const void *)(model->blob + op->constants_offset);
    const uint32_t shifts = (uint32_t)a->first_shift | (uint32_t)a->second_shift | (uint32_t)a->output_shift;
    const uint32_t points = (uint32_t)a->first_zero_point | (uint32_t)a->second_zero_point;
    return shifts <= 31 && points <= 255 && a->first_multiplier >= 0 && a->second_multiplier >= 0 &&
           a->output_multiplier >= 0;
}

/* No product of the exponential leaves 32 bits. */
static bool softmax_is_sound(const struct checked *model, const struct packed_operator *op) {
    if (!checked_lies_inside(model->header, op->constants_offset, 1, sizeof(struct packed_softmax))) {
        return false;
    }
    const struct packed_softmax *k = (const void *)(model->blob + op->constants_offset);
    return k->multiplier >= 0 && k->left_shift >= 0 && k->left_shift <= 31 && k->largest_difference >= 0 &&
           k->largest_difference <= 255 && k->largest_difference <= INT32_MAX >> k->left_shift;
}

static bool parameters_are_sound(const struct checked *model, const struct shaped_operator *checked) {
    const struct packed_operator *const op = checked->op;
    const struct parameter_counts needed = parameter_counts(checked);
    if ((needed.count > 0 &&
         !checked_lies_inside(model->header, op->weights_offset, needed.count, needed.size)) ||
        op->weights_offset > model->header->total_bytes ||
        op->constants_offset > model->header->total_bytes) {
        return false;
    }
    if (op->kind == PACKED_ADD) {
        return addition_is_sound(model, op);
    }
    if (op->kind == PACKED_RESIZE) {
        return samples_are_sound(model, checked);
    }
    if (op->kind == PACKED_SOFTMAX) {
        return softmax_is_sound(model, op);
    }
    return needed.records == 0 || records_are_sound(model, op, needed.records);
}

enum engine_status checked_operator(const struct checked *model, const struct packed_operator *op) {
    if (!indices_are_sound(model->header, op)) {
        return ENGINE_BAD_OPERATOR;
    }
    const struct shaped_operator checked = {
        .op = op,
        .in = checked_extent(model, op->input),
        .second = checked_extent(model, op->second_input),
        .out = checked_extent(model, op->output),
    };
    if (!operator_is_sound(model, &checked)) {
        return ENGINE_BAD_OPERATOR;
    }
    return parameters_are_sound(model, &checked) ? ENGINE_OK : ENGINE_BAD_PARAMETERS;
}
