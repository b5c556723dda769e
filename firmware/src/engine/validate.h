/* Checks a packed model before anything runs: every offset, size, shape and parameter. Trusts nothing. */
#ifndef ENGINE_VALIDATE_H
#define ENGINE_VALIDATE_H

#include <stddef.h>
#include <stdint.h>

#include "packed_model.h" // enum engine_status

/* ENGINE_OK when running `blob` (4-byte aligned, `bytes` long) in an arena of arena_bytes touches no other
 * memory. */
enum engine_status packed_validate(const uint8_t *blob, size_t bytes, size_t arena_bytes);

#endif
