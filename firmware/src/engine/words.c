#include "engine/words.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-tree-loop-distribute-patterns") /* no memset or memcpy in place of these loops */
#endif

/* 8 stores a turn: several 100 KB of borders are filled a run. */
void words_fill(uint32_t *to, uint32_t word, size_t count) {
    for (; count >= 8; count -= 8, to += 8) {
        to[0] = to[1] = to[2] = to[3] = word;
        to[4] = to[5] = to[6] = to[7] = word;
    }
    for (; count > 0; count--) {
        *to++ = word;
    }
}

void bytes_copy(uint8_t *restrict to, const uint8_t *restrict from, size_t bytes) {
    if ((((uintptr_t)to | (uintptr_t)from) & 3u) == 0) {
        const uint32_t *words_from = (const uint32_t *)(const void *)from;
        uint32_t *words_to = (uint32_t *)(void *)to;
        for (; bytes >= 16; bytes -= 16, words_from += 4, words_to += 4) {
            words_to[0] = words_from[0];
            words_to[1] = words_from[1];
            words_to[2] = words_from[2];
            words_to[3] = words_from[3];
        }
        to = (uint8_t *)words_to;
        from = (const uint8_t *)words_from;
    }
    for (; bytes > 0; bytes--) {
        *to++ = *from++;
    }
}
