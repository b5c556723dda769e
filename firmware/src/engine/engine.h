/* The engine: checks a packed model once, then runs it on images. Portable C11; no heap, no recursion, no
 * globals.
 *
 * A packed model (include/packed_model.h) is untrusted: engine_open checks every offset, size, shape and
 * parameter against the blob and the arena before anything runs, and engine_run then trusts what was checked.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "packed_model.h" // struct packed_header, enum engine_status

struct engine_map; /* an activation map: where an operator's output lies in the arena; engine/map.h */

/* Called after each operator when set. cycles: of that operator alone, 0 without a clock. */
typedef void (*engine_observer)(void *context, size_t operator_index, uint32_t cycles);

struct engine {
    const uint8_t *blob;
    const struct packed_header *header;
    const struct packed_operator *operators;
    uint8_t *arena;
    uint32_t (*clock)(void);  /* a free-running cycle counter, or NULL */
    engine_observer observer; /* or NULL */
    void *observer_context;
};

/* Checks `blob` (4-byte aligned, `bytes` long) and `arena` (8-byte aligned) and prepares `engine`.
 * On any status but ENGINE_OK the engine must not be run. The blob and the arena stay the caller's and must
 * outlive it. */
enum engine_status engine_open(struct engine *engine, const uint8_t *blob, size_t bytes, uint8_t *arena,
                               size_t arena_bytes);

/* Runs the model. image: uint8, input_height x input_width x input_channels, row-major HWC, value = q + 128
 * of the model's int8 input; it is only read, and must not lie in the arena. scores: int8,
 * header->output_count values. */
void engine_run(const struct engine *engine, const uint8_t *image, int8_t *scores);

#endif
