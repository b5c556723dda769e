/* Code that holds interrupts back for a while: by PRIMASK, by BASEPRI, by a handler of its own. */
#include "probe.h"

enum { BUSY = 22 };

static uint32_t busy_rounds;

/* Three cycles a round, and nothing else. */
static void spin(uint32_t rounds) {
    __asm volatile("1: subs %0, #1\n bne 1b" : "+r"(rounds) : : "cc");
}

/* What came meanwhile delays the cycle behind the unmasking: the sum of `times` delays. */
void masked_repeatedly(uint32_t times, uint32_t rounds) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < times; i++) {
        __asm volatile("cpsid i");
        spin(rounds);
        const uint32_t before = CYCCNT;
        __asm volatile("cpsie i\n isb");
        sum += CYCCNT - before;
    }
    record(sum);
}

void with_base_priority(uint32_t priority, uint32_t rounds) {
    __asm volatile("msr basepri, %0" : : "r"(priority));
    spin(rounds);
    __asm volatile("msr basepri, %0\n isb" : : "r"(0));
}

void Busy_Handler(void) {
    record(CYCCNT);
    spin(busy_rounds);
    record(CYCCNT);
}

void in_a_handler(uint32_t priority, uint32_t rounds) {
    busy_rounds = rounds;
    *(volatile uint8_t *)(0xE000E400 + BUSY) = (uint8_t)priority;
    REGISTER(0xE000E100) = 1u << BUSY;
    REGISTER(0xE000E200) = 1u << BUSY;
    __asm volatile("dsb\n isb" : : : "memory");
}
