/* What the files of the blob's validation share: validate.c checks header, maps and steps,
 * validate_operator.c each operator with its parameters. */
#ifndef ENGINE_CHECKED_H
#define ENGINE_CHECKED_H

#include <stdbool.h>
#include <stdint.h>

#include "packed_model.h" // struct packed_*, enum engine_status

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

/* `count` items of `size` (at least 1) bytes at `offset` lie in the blob behind its header, 4-byte aligned.
 */
bool checked_lies_inside(const struct packed_header *header, uint32_t offset, uint32_t count, uint32_t size);

/* Of a map, or of the image. */
struct extent checked_extent(const struct checked *model, uint16_t index);

bool checked_is_vector(const struct extent *extent);

/* ENGINE_OK, ENGINE_BAD_OPERATOR or ENGINE_BAD_PARAMETERS. The model's maps have been checked. */
enum engine_status checked_operator(const struct checked *model, const struct packed_operator *op);

#endif
