/* Filling and copying memory, so that the engine needs nothing of a C library. */
#ifndef ENGINE_WORDS_H
#define ENGINE_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* `count` times the same word. */
void words_fill(uint32_t *to, uint32_t word, size_t count);

/* `bytes` bytes; fast when both addresses are multiples of 4. They must not overlap. */
void bytes_copy(uint8_t *restrict to, const uint8_t *restrict from, size_t bytes);

#endif
