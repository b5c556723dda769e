/* Reads of the pins that one basic block makes several of, and some that go elsewhere. */
#include "probe.h"

#define P0_IN REGISTER(0x50000510)
#define P1_IN REGISTER(0x50000810)

uint32_t samples[256 * 4];

/* Four reads in a block, at cycles of their own, beside loads and stores of RAM; `rounds` up to 256. */
void sample_pins(uint32_t rounds) {
    volatile uint32_t beside = 0;
    for (uint32_t i = 0; i < rounds; i++) {
        uint32_t *to = &samples[4 * i];
        to[0] = P1_IN;
        beside = beside + 1;
        to[1] = P1_IN;
        to[2] = P0_IN;
        __asm volatile("nop\n nop");
        to[3] = P1_IN;
    }
}

/* One read, 1 cycle behind the call. */
uint32_t sample_once(void) {
    return P1_IN;
}

/* Words of this very image, from its start on: one load of flash a round. */
uint32_t sum_flash(uint32_t words) {
    const volatile uint32_t *from = (const volatile uint32_t *)0x10000;
    uint32_t sum = 0;
    while (words-- > 0) {
        sum += *from++;
    }
    return sum;
}
