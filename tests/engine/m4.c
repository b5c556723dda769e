/* The engine as two functions of at most four arguments, for tests/dsp/board.py. */
#include "engine/engine.h"

int m4_open(const uint8_t *blob, size_t bytes, uint8_t *arena, size_t arena_bytes);
int m4_run(const uint8_t *image, int8_t *scores);

static struct engine engine;

int m4_open(const uint8_t *blob, size_t bytes, uint8_t *arena, size_t arena_bytes) {
    return engine_open(&engine, blob, bytes, arena, arena_bytes);
}

int m4_run(const uint8_t *image, int8_t *scores) {
    engine_run(&engine, image, scores);
    return 0;
}
