/* Vector table and reset: FPU and cycle counter on, then asleep until a test calls a probe. */
#include "probe.h"

extern uint32_t stack_top;

volatile uint32_t results[RESULTS];
volatile uint32_t result_count;
volatile uint32_t finished;
volatile uint32_t returned;

void record(uint32_t value) {
    if (result_count < RESULTS) {
        results[result_count] = value;
        result_count = result_count + 1;
    }
}

__attribute__((noreturn, used)) static void note_end(uint32_t value) {
    returned = value;
    finished = 1;
    for (;;) {
        __asm volatile("wfi");
    }
}

/* Where a probe returns to. */
__attribute__((naked)) void probe_finished(void) {
    __asm volatile("b note_end");
}

__attribute__((noreturn)) void Reset_Handler(void) {
    REGISTER(0xE000ED88) |= 0xFu << 20;
    REGISTER(0xE000EDFC) |= 1u << 24;
    REGISTER(0xE0001000) |= 1u;
    note_end(0);
}

void Default_Handler(void) {
    for (;;) {
    }
}

#define HANDLER __attribute__((weak, alias("Default_Handler")))
HANDLER void HardFault_Handler(void);
HANDLER void BusFault_Handler(void);
HANDLER void SVC_Handler(void);
HANDLER void PendSV_Handler(void);
HANDLER void SysTick_Handler(void);
HANDLER void UARTE0_Handler(void);
HANDLER void TIMER0_Handler(void);
HANDLER void TIMER3_Handler(void);
HANDLER void Low_Handler(void);
HANDLER void High_Handler(void);
HANDLER void EGU3_Handler(void);
HANDLER void Busy_Handler(void);

typedef void (*vector)(void);

__attribute__((section(".vectors"), used)) static const vector vectors[16 + 48] = {
    (vector)&stack_top,
    Reset_Handler,
    Default_Handler,
    HardFault_Handler,
    Default_Handler,
    BusFault_Handler,
    Default_Handler,
    0,
    0,
    0,
    0,
    SVC_Handler,
    Default_Handler,
    0,
    PendSV_Handler,
    SysTick_Handler,
    [16 + 2] = UARTE0_Handler,
    [16 + 8] = TIMER0_Handler,
    [16 + 20] = Low_Handler,
    [16 + 21] = High_Handler,
    [16 + 23] = EGU3_Handler,
    [16 + 22] = Busy_Handler,
    [16 + 26] = TIMER3_Handler,
};
