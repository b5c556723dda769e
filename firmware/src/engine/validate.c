#include "engine/cold.h" // compiled for size

#include "engine/validate.h"

#include <stdbool.h>

#include "crc32.h"        // crc32_add
#include "engine/words.h" // words_fill

/* What the checks share. The pointers are set once their tables are known to lie inside the blob. */
struct checked {
    const uint8_t *blob;
    const struct packed_header *header;
    const struct packed_map *maps;
    const struct packed_operator *operators;
    const struct packed_step *steps;
};

/* Height, width and channels of an operator's input or output, and the borders that its windows may read. */
struct extent {
    int32_t height;
    int32_t width;
    int32_t channels;
    int32_t top;
    int32_t bottom;
    int32_t left;
    int32_t right;
    bool bounded; /* the operator tests bounds itself: the image, and pools */
};

static bool is_dimension(uint32_t value) {
    return value >= 1 && value <= PACKED_MAX_DIMENSION;
}

/* `count` items of `size` (at least 1) bytes at `offset` lie in the blob behind its header, 4-byte aligned.
 */
static bool lies_inside(const struct packed_header *header, uint32_t offset, uint32_t count, uint32_t size) {
    return offset % 4 == 0 && offset >= sizeof *header && offset <= header->total_bytes &&
           count <= (header->total_bytes - offset) / size;
}

static enum engine_status check_header(const struct packed_header *header, size_t bytes) {
    if (header->magic != PACKED_MAGIC) {
        return ENGINE_BAD_MAGIC;
    }
    if (header->version != PACKED_VERSION || header->header_bytes != sizeof *header) {
        return ENGINE_BAD_VERSION;
    }
    if (header->total_bytes != bytes) {
        return ENGINE_BAD_LENGTH;
    }
    const uint8_t *body = (const uint8_t *)header + PACKED_BODY_OFFSET;
    if (crc32_add(0, body, bytes - PACKED_BODY_OFFSET) != header->body_crc) {
        return ENGINE_BAD_CRC;
    }
    const bool shapes = is_dimension(header->input_height) && is_dimension(header->input_width) &&
                        is_dimension(header->input_channels) && header->output_count >= 1 &&
                        header->output_count <= PACKED_MAX_OUTPUTS;
    const bool counts = header->map_count >= 1 && header->map_count <= PACKED_MAX_MAPS &&
                        header->operator_count >= 1 && header->operator_count <= PACKED_MAX_OPERATORS &&
                        header->step_count >= 1 && header->step_count <= PACKED_MAX_STEPS;
    const bool tables =
        lies_inside(header, header->maps_offset, header->map_count, sizeof(struct packed_map)) &&
        lies_inside(header, header->operators_offset, header->operator_count,
                    sizeof(struct packed_operator)) &&
        lies_inside(header, header->steps_offset, header->step_count, sizeof(struct packed_step));
    const bool labels =
        header->labels_bytes == 0 || lies_inside(header, header->labels_offset, header->labels_bytes, 1);
    return shapes && counts && tables && labels ? ENGINE_OK : ENGINE_BAD_HEADER;
}

static bool map_is_sound(const struct packed_map *map, uint32_t arena_bytes) {
    const uint32_t rows = (uint32_t)map->top + map->height + map->bottom;
    const bool shape = is_dimension(map->height) && is_dimension(map->width) && is_dimension(map->channels) &&
                       is_dimension(map->line_stride) && map->ring_rows >= 1 && map->ring_rows <= rows;
    const uint32_t line = (uint32_t)map->left + map->width + map->right;
    const bool vector = map->line_stride == 1 && rows == 1;
    const uint32_t missing =
        vector ? 0 : -(uint32_t)map->channels % 4; /* of the last quad, which is read whole */
    return shape && (map->line_stride % 4 == 0 || vector) && line <= map->line_stride &&
           map->offset % 4 == 0 && arena_bytes >= PACKED_SLACK && map->offset <= arena_bytes - PACKED_SLACK &&
           (uint32_t)map->ring_rows * map->channels + missing <=
               (arena_bytes - PACKED_SLACK - map->offset) / map->line_stride;
}

static struct extent map_extent(const struct checked *model, uint16_t index) {
    const struct packed_map *const map = index == PACKED_IMAGE ? NULL : &model->maps[index];
    const struct packed_header *const header = model->header;
    const struct extent made = {
        .height = map != NULL ? map->height : header->input_height,
        .width = map != NULL ? map->width : header->input_width,
        .channels = map != NULL ? map->channels : header->input_channels,
        .top = map != NULL ? map->top : 0,
        .bottom = map != NULL ? map->bottom : 0,
        .left = map != NULL ? map->left : 0,
        .right = map != NULL ? map->right : 0,
        .bounded = map == NULL,
    };
    return made;
}

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

static bool is_vector(const struct extent *extent) {
    return extent->height == 1 && extent->width == 1;
}

/* As a second operand of an output: constants, a map of its shape, or a vector. */
static bool serves(const struct packed_operator *op, const struct extent *second, const struct extent *out) {
    return op->second_input == PACKED_IMAGE ||
           (second->channels == out->channels && (same_size(second, out) || is_vector(second)));
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
        return has_no_window(op) && is_vector(out) && in->channels == out->channels;
    case PACKED_FULLY_CONNECTED:
        return has_no_window(op) && is_vector(out);
    case PACKED_SOFTMAX:
        return has_no_window(op) && is_vector(in) && same_shape(in, out) &&
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
struct checked_operator {
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

static bool operator_is_sound(const struct checked *model, const struct checked_operator *checked) {
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
static uint32_t constant_channels(const struct checked_operator *checked) {
    return checked->op->second_input == PACKED_IMAGE ? (uint32_t)checked->out.channels : 0;
}

static struct parameter_counts parameter_counts(const struct checked_operator *checked) {
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
    if (!lies_inside(model->header, op->constants_offset, count, size)) {
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

static bool samples_are_sound(const struct checked *model, const struct checked_operator *checked) {
    const struct packed_sample *rows = (const void *)(model->blob + checked->op->weights_offset);
    return samples_fit(rows, checked->out.height, checked->in.height) &&
           samples_fit(rows + checked->out.height, checked->out.width, checked->in.width);
}

static bool addition_is_sound(const struct checked *model, const struct packed_operator *op) {
    if (op->form == PACKED_FORM_FAST) {
        const struct packed_linear_addition *k = (const void *)(model->blob + op->constants_offset);
        return lies_inside(model->header, op->constants_offset, 1, sizeof *k) && (uint32_t)k->shift <= 31;
    }
    if (!lies_inside(model->header, op->constants_offset, 1, sizeof(struct packed_addition))) {
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
    if (!lies_inside(model->header, op->constants_offset, 1, sizeof(struct packed_softmax))) {
        return false;
    }
    const struct packed_softmax *k = (const void *)(model->blob + op->constants_offset);
    return k->multiplier >= 0 && k->left_shift >= 0 && k->left_shift <= 31 && k->largest_difference >= 0 &&
           k->largest_difference <= 255 && k->largest_difference <= INT32_MAX >> k->left_shift;
}

static bool parameters_are_sound(const struct checked *model, const struct checked_operator *checked) {
    const struct packed_operator *const op = checked->op;
    const struct parameter_counts needed = parameter_counts(checked);
    if ((needed.count > 0 && !lies_inside(model->header, op->weights_offset, needed.count, needed.size)) ||
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

static enum engine_status check_operator(const struct checked *model, const struct packed_operator *op) {
    if (!indices_are_sound(model->header, op)) {
        return ENGINE_BAD_OPERATOR;
    }
    const struct checked_operator checked = {
        .op = op,
        .in = map_extent(model, op->input),
        .second = map_extent(model, op->second_input),
        .out = map_extent(model, op->output),
    };
    if (!operator_is_sound(model, &checked)) {
        return ENGINE_BAD_OPERATOR;
    }
    return parameters_are_sound(model, &checked) ? ENGINE_OK : ENGINE_BAD_PARAMETERS;
}

/* Rows of `input` that exist must suffice for output rows before `end_row`. made: rows of each map so far. */
static bool input_is_ready(const struct checked *model, const struct packed_operator *op, uint16_t input,
                           int32_t end_row, const uint32_t *made) {
    if (input == PACKED_IMAGE) {
        return true;
    }
    const int32_t height = model->maps[input].height;
    int32_t needed = (end_row - 1) * op->stride_height - op->pad_top + op->kernel_height;
    const bool whole = op->kind == PACKED_MEAN || op->kind == PACKED_RESIZE ||
                       op->kind == PACKED_FULLY_CONNECTED || op->kind == PACKED_SOFTMAX;
    if (whole || needed > height) {
        needed = height;
    }
    return (int32_t)made[input] >= needed;
}

static bool steps_are_sound(const struct checked *model) {
    const struct packed_header *header = model->header;
    uint32_t made[PACKED_MAX_MAPS];
    words_fill(made, 0, header->map_count);
    for (size_t i = 0; i < header->step_count; i++) {
        const struct packed_step *step = &model->steps[i];
        if (step->operator_index >= header->operator_count) {
            return false;
        }
        const struct packed_operator *op = &model->operators[step->operator_index];
        const int32_t end_row = step->first_row + step->rows;
        if (step->first_row != made[op->output] || step->rows == 0 ||
            end_row > model->maps[op->output].height ||
            !input_is_ready(model, op, op->input, end_row, made) ||
            !input_is_ready(model, op, op->second_input, end_row, made)) {
            return false;
        }
        made[op->output] = (uint32_t)end_row;
    }
    for (size_t i = 0; i < header->map_count; i++) {
        if (made[i] != model->maps[i].height) {
            return false;
        }
    }
    return true;
}

/* Each map is the output of exactly one operator, and the last operator gives the scores. */
static bool outputs_are_sound(const struct checked *model) {
    const struct packed_header *header = model->header;
    for (size_t i = 0; i < header->operator_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (model->operators[i].output == model->operators[j].output) {
                return false;
            }
        }
    }
    const struct extent scores = map_extent(model, model->operators[header->operator_count - 1u].output);
    return is_vector(&scores) && scores.channels == header->output_count;
}

static enum engine_status check_tables(const struct checked *model) {
    for (size_t i = 0; i < model->header->map_count; i++) {
        if (!map_is_sound(&model->maps[i], model->header->arena_bytes)) {
            return ENGINE_BAD_MAP;
        }
    }
    for (size_t i = 0; i < model->header->operator_count; i++) {
        const enum engine_status status = check_operator(model, &model->operators[i]);
        if (status != ENGINE_OK) {
            return status;
        }
    }
    if (!outputs_are_sound(model)) {
        return ENGINE_BAD_OPERATOR;
    }
    return steps_are_sound(model) ? ENGINE_OK : ENGINE_BAD_STEPS;
}

enum engine_status packed_validate(const uint8_t *blob, size_t bytes, size_t arena_bytes) {
    if (bytes < sizeof(struct packed_header)) {
        return ENGINE_TOO_SHORT;
    }
    const struct packed_header *header = (const void *)blob;
    const enum engine_status status = check_header(header, bytes);
    if (status != ENGINE_OK) {
        return status;
    }
    if (header->arena_bytes > arena_bytes) {
        return ENGINE_ARENA_TOO_SMALL;
    }
    const struct checked model = {
        .blob = blob,
        .header = header,
        .maps = (const void *)(blob + header->maps_offset),
        .operators = (const void *)(blob + header->operators_offset),
        .steps = (const void *)(blob + header->steps_offset),
    };
    return check_tables(&model);
}
