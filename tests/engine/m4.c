/* The engine as functions of at most four arguments, for tests/dsp/board.py and layer_cycles.py. */
#include "engine/engine.h"

int m4_open(const uint8_t *blob, size_t bytes, uint8_t *arena, size_t arena_bytes);
int m4_run(const uint8_t *image, int8_t *scores);
int m4_run_observed(const uint8_t *image, int8_t *scores);
uint32_t m4_clock(void);

volatile uint32_t m4_now; /* the test writes the number of cycles so far when m4_clock is entered */
uint32_t m4_cycles[PACKED_MAX_OPERATORS];

static struct engine engine;

__attribute__((noinline)) uint32_t m4_clock(void) {
    return m4_now;
}

static void observe(void *context, size_t operator_index, uint32_t cycles) {
    (void)context;
    m4_cycles[operator_index] = cycles;
}

int m4_open(const uint8_t *blob, size_t bytes, uint8_t *arena, size_t arena_bytes) {
    return engine_open(&engine, blob, bytes, arena, arena_bytes);
}

int m4_run(const uint8_t *image, int8_t *scores) {
    engine_run(&engine, image, scores);
    return 0;
}

int m4_run_observed(const uint8_t *image, int8_t *scores) {
    engine.clock = m4_clock;
    engine.observer = observe;
    return m4_run(image, scores);
}
