#include "engine/cold.h" // compiled for size

#include "engine/validate.h"

#include "crc32.h"          // crc32_add
#include "engine/checked.h" // struct checked, checked_*
#include "engine/words.h"   // words_fill

static bool is_dimension(uint32_t value) {
    return value >= 1 && value <= PACKED_MAX_DIMENSION;
}

bool checked_lies_inside(const struct packed_header *header, uint32_t offset, uint32_t count, uint32_t size) {
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
        checked_lies_inside(header, header->maps_offset, header->map_count, sizeof(struct packed_map)) &&
        checked_lies_inside(header, header->operators_offset, header->operator_count,
                            sizeof(struct packed_operator)) &&
        checked_lies_inside(header, header->steps_offset, header->step_count, sizeof(struct packed_step));
    const bool labels = header->labels_bytes == 0 ||
                        (header->labels_bytes <= PACKED_MAX_LABELS_BYTES &&
                         checked_lies_inside(header, header->labels_offset, header->labels_bytes, 1));
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

struct extent checked_extent(const struct checked *model, uint16_t index) {
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

bool checked_is_vector(const struct extent *extent) {
    return extent->height == 1 && extent->width == 1;
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
    const struct extent scores = checked_extent(model, model->operators[header->operator_count - 1u].output);
    return checked_is_vector(&scores) && scores.channels == header->output_count;
}

static enum engine_status check_tables(const struct checked *model) {
    for (size_t i = 0; i < model->header->map_count; i++) {
        if (!map_is_sound(&model->maps[i], model->header->arena_bytes)) {
            return ENGINE_BAD_MAP;
        }
    }
    for (size_t i = 0; i < model->header->operator_count; i++) {
        const enum engine_status status = checked_operator(model, &model->operators[i]);
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
