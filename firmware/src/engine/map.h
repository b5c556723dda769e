/* Activation maps as operators see them, and what every operator is called with.
 *
 * An operator file offers one function,
 *
 *     void NAME_rows(const struct engine_call *call, size_t first_row, size_t end_row);
 *
 * that computes rows first_row..end_row-1 of the output map from the input map. Within one run rows come in
 * ascending order, starting at row 0, each once; the rows of the input that they need (borders too) are
 * there. Between an operator's calls its scratch is left alone, so that what was prepared at first_row == 0
 * may be used by later calls. The engine has filled the borders of the rows that are computed: operators
 * write pixels 0..width-1 of each line and may also write the border right of them with any value when it is
 * fill afterwards.
 */
#ifndef ENGINE_MAP_H
#define ENGINE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "packed_model.h" // struct packed_operator, struct packed_requantisation

/* Pixel (y, c, x) of an arena map is at base + ((y + top) % ring_rows) * row_stride + c * line_stride + x,
 * where base already counts the left border; y may be -top..height+bottom-1, x likewise within its borders.
 * For the image, the HWC input, it is at base + y * row_stride + c * line_stride + x * pixel_stride, with no
 * borders. */
struct engine_map {
    uint8_t *base; /* the image is only read */
    size_t row_stride;
    size_t line_stride;
    size_t pixel_stride; /* 1 for an arena map, the number of channels for the image */
    int32_t height;
    int32_t width;
    int32_t channels;
    int32_t ring_rows;
    int32_t top;
    int32_t bottom;
    int32_t left;
    int32_t right;
    uint8_t fill; /* the zero point */
};

struct engine_call {
    const struct packed_operator *op;
    struct engine_map input;
    struct engine_map second_input; /* ADD and its like, CONCATENATION */
    struct engine_map output;
    const int8_t *weights; /* tables, constants of a second operand, samples */
    const void *constants; /* requantisation records (requantize.h), struct packed_addition and others */
    uint8_t *scratch;      /* op->scratch_words, 4-byte aligned */
};

/* Pixel 0 of the line of channel c in row y; y in -top..height+bottom-1. */
static inline uint8_t *map_line(const struct engine_map *map, int32_t y, int32_t channel) {
    const int32_t row = (y + map->top) % map->ring_rows;
    return map->base + (size_t)row * map->row_stride + (size_t)channel * map->line_stride;
}

void load_rows(const struct engine_call *call, size_t first_row, size_t end_row);
void conv_rows(const struct engine_call *call, size_t first_row, size_t end_row);
void pointwise_rows(const struct engine_call *call, size_t first_row, size_t end_row);
void depthwise_rows(const struct engine_call *call, size_t first_row, size_t end_row);
void average_pool_rows(const struct engine_call *call, size_t first_row, size_t end_row);
void max_pool_rows(const struct engine_call *call, size_t first_row, size_t end_row);
void mean_rows(const struct engine_call *call, size_t first_row, size_t end_row);
void softmax_rows(const struct engine_call *call, size_t first_row, size_t end_row);
void dense_rows(const struct engine_call *call, size_t first_row, size_t end_row);
void add_rows(const struct engine_call *call, size_t first_row, size_t end_row);
void multiply_rows(const struct engine_call *call, size_t first_row, size_t end_row);
void choose_rows(const struct engine_call *call, size_t first_row, size_t end_row);
void pad_rows(const struct engine_call *call, size_t first_row, size_t end_row);
void concatenate_rows(const struct engine_call *call, size_t first_row, size_t end_row);
void table_rows(const struct engine_call *call, size_t first_row, size_t end_row);
void resize_rows(const struct engine_call *call, size_t first_row, size_t end_row);

#endif
