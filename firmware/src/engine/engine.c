#include "engine/engine.h"

#include "engine/map.h"      // struct engine_call, the operators
#include "engine/validate.h" // packed_validate
#include "engine/words.h"    // words_fill

typedef void (*operator_rows)(const struct engine_call *call, size_t first_row, size_t end_row);

static const operator_rows operators[] = {
    [PACKED_LOAD] = load_rows,
    [PACKED_CONV] = conv_rows,
    [PACKED_POINTWISE] = pointwise_rows,
    [PACKED_DEPTHWISE] = depthwise_rows,
    [PACKED_AVERAGE_POOL] = average_pool_rows,
    [PACKED_MAX_POOL] = max_pool_rows,
    [PACKED_MEAN] = mean_rows,
    [PACKED_FULLY_CONNECTED] = dense_rows,
    [PACKED_SOFTMAX] = softmax_rows,
    [PACKED_ADD] = add_rows,
    [PACKED_PAD] = pad_rows,
    [PACKED_TABLE] = table_rows,
    [PACKED_MULTIPLY] = multiply_rows,
    [PACKED_MINIMUM] = choose_rows,
    [PACKED_MAXIMUM] = choose_rows,
    [PACKED_CONCATENATION] = concatenate_rows,
    [PACKED_RESIZE] = resize_rows,
};

enum engine_status engine_open(struct engine *engine, const uint8_t *blob, size_t bytes, uint8_t *arena,
                               size_t arena_bytes) {
    if (((uintptr_t)blob & 3u) != 0 || ((uintptr_t)arena & 7u) != 0) {
        return ENGINE_MISALIGNED;
    }
    const enum engine_status status = packed_validate(blob, bytes, arena_bytes);
    if (status != ENGINE_OK) {
        return status;
    }
    engine->blob = blob;
    engine->header = (const struct packed_header *)(const void *)blob;
    engine->operators =
        (const struct packed_operator *)(const void *)(blob + engine->header->operators_offset);
    engine->arena = arena;
    engine->clock = NULL;
    engine->observer = NULL;
    engine->observer_context = NULL;
    return ENGINE_OK;
}

static const struct packed_map *map_record(const struct engine *engine, size_t index) {
    return (const struct packed_map *)(const void *)(engine->blob + engine->header->maps_offset) + index;
}

static struct engine_map arena_map(const struct engine *engine, size_t index) {
    const struct packed_map *record = map_record(engine, index);
    const struct engine_map map = {
        .base = engine->arena + record->offset + record->left,
        .row_stride = (size_t)record->channels * record->line_stride,
        .line_stride = record->line_stride,
        .pixel_stride = 1,
        .height = record->height,
        .width = record->width,
        .channels = record->channels,
        .ring_rows = record->ring_rows,
        .top = record->top,
        .bottom = record->bottom,
        .left = record->left,
        .right = record->right,
        .fill = record->fill,
    };
    return map;
}

static struct engine_map image_map(const struct engine *engine, const uint8_t *image) {
    const struct packed_header *header = engine->header;
    const struct engine_map map = {
        .base = (uint8_t *)(uintptr_t)image, /* operators only read their inputs */
        .row_stride = (size_t)header->input_width * header->input_channels,
        .line_stride = 1,
        .pixel_stride = header->input_channels,
        .height = header->input_height,
        .width = header->input_width,
        .channels = header->input_channels,
        .ring_rows = header->input_height,
        .fill = header->input_zero_point,
    };
    return map;
}

static struct engine_map input_map(const struct engine *engine, size_t index, const uint8_t *image) {
    return index == PACKED_IMAGE ? image_map(engine, image) : arena_map(engine, index);
}

enum { NARROW_LINE = 16 }; /* bytes: filling such lines whole is faster than filling their ends */

/* Rows with borders start at a multiple of 4, as their line_stride is one: they are filled by words. */
static uint32_t *row_words(const struct engine_map *map, int32_t row) {
    return (uint32_t *)(void *)(map_line(map, row, 0) - map->left);
}

static void map_fill_rows(const struct engine_map *map, int32_t first_row, int32_t end_row) {
    for (int32_t row = first_row; row < end_row; row++) {
        words_fill(row_words(map, row), map->fill * 0x01010101u, map->row_stride / 4);
    }
}

/* Words first..end-1 of each line of a row. */
static void columns_fill(const struct engine_map *map, int32_t row, size_t first, size_t end) {
    for (size_t column = first; column < end; column++) {
        uint32_t *word = row_words(map, row) + column;
        for (int32_t channel = map->channels; channel > 0; channel--) {
            *word = map->fill * 0x01010101u;
            word += map->line_stride / 4;
        }
    }
}

/* The words of each line that hold some of its border; what they hold of its pixels is computed later. */
static void map_fill_line_ends(const struct engine_map *map, int32_t first_row, int32_t end_row) {
    const size_t data_end = (size_t)(map->left + map->width);
    for (int32_t row = first_row; row < end_row; row++) {
        columns_fill(map, row, 0, ((size_t)map->left + 3) / 4);
        columns_fill(map, row, data_end / 4, (data_end + (size_t)map->right + 3) / 4);
    }
}

/* The borders of the rows that are about to be computed, and of the map's first and last ones. */
static void map_fill_borders(const struct engine_map *map, int32_t first_row, int32_t end_row) {
    if (first_row == 0) {
        map_fill_rows(map, -map->top, 0);
    }
    if (map->left + map->right > 0) {
        (map->line_stride <= NARROW_LINE ? map_fill_rows : map_fill_line_ends)(map, first_row, end_row);
    }
    if (end_row == map->height) {
        map_fill_rows(map, end_row, end_row + map->bottom);
    }
}

static void step_run(const struct engine *engine, const struct packed_step *step, const uint8_t *image) {
    const struct packed_operator *op = &engine->operators[step->operator_index];
    const struct engine_call call = {
        .op = op,
        .input = input_map(engine, op->input, image),
        .second_input = input_map(engine, op->second_input, image),
        .output = arena_map(engine, op->output),
        .weights = (const int8_t *)(engine->blob + op->weights_offset),
        .constants = engine->blob + op->constants_offset,
        .scratch = engine->arena + 4 * (size_t)op->scratch_offset_words,
    };
    const int32_t end_row = step->first_row + step->rows;
    map_fill_borders(&call.output, step->first_row, end_row);
    operators[op->kind](&call, step->first_row, (size_t)end_row);
}

static const struct packed_step *steps_of(const struct engine *engine) {
    return (const struct packed_step *)(const void *)(engine->blob + engine->header->steps_offset);
}

static void run_plain(const struct engine *engine, const uint8_t *image) {
    const struct packed_step *steps = steps_of(engine);
    for (size_t i = 0; i < engine->header->step_count; i++) {
        step_run(engine, &steps[i], image);
    }
}

/* As run_plain, and adds up the cycles of each operator's steps; reports it when its last row is there. */
static void run_observed(const struct engine *engine, const uint8_t *image) {
    uint32_t cycles[PACKED_MAX_OPERATORS];
    words_fill(cycles, 0, PACKED_MAX_OPERATORS);
    const struct packed_step *steps = steps_of(engine);
    for (size_t i = 0; i < engine->header->step_count; i++) {
        const size_t index = steps[i].operator_index;
        const uint32_t start = engine->clock != NULL ? engine->clock() : 0;
        step_run(engine, &steps[i], image);
        cycles[index] += engine->clock != NULL ? engine->clock() - start : 0;
        if (steps[i].first_row + steps[i].rows ==
            map_record(engine, engine->operators[index].output)->height) {
            engine->observer(engine->observer_context, index, cycles[index]);
        }
    }
}

void engine_run(const struct engine *engine, const uint8_t *image, int8_t *scores) {
    if (engine->observer != NULL) {
        run_observed(engine, image);
    } else {
        run_plain(engine, image);
    }
    const size_t last = engine->operators[engine->header->operator_count - 1u].output;
    const struct engine_map output = arena_map(engine, last);
    for (int32_t i = 0; i < output.channels; i++) {
        scores[i] = (int8_t)(*map_line(&output, 0, i) - 128);
    }
}
