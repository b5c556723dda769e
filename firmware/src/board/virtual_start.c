/* The virtual board's vector table and start-up; on the real board Arduino's core does this. */
#include <stdint.h>

#include "board/board.h"    // board_reboot
#include "board/nrf52840.h" // SCB_*

extern uint32_t stack_top, data_start, data_end, data_load, bss_start, bss_end;

int main(void);
void Reset_Handler(void);
void HardFault_Handler(void);
void RTC1_Handler(void);
void UARTE0_Handler(void);
void TIMER3_Handler(void);

/* What a hard fault leaves for the next start to report; not cleared by a reset. */
__attribute__((section(".noinit"))) volatile uint32_t fault_magic;
__attribute__((section(".noinit"))) volatile uint32_t fault_address;

enum { FAULT_MAGIC = 0x0FA17EDu };

uint32_t board_take_fault(void) {
    const uint32_t address = fault_magic == FAULT_MAGIC ? fault_address : 0;
    fault_magic = 0;
    return address;
}

static void hang(void) {
    for (;;) {
        __asm volatile("wfi");
    }
}

__attribute__((used)) static void record_fault(const uint32_t *frame) {
    fault_magic = FAULT_MAGIC;
    fault_address = frame[6]; /* the stacked program counter, ARMv7-M B1.5.6 */
    board_reboot(false);
}

__attribute__((naked)) void HardFault_Handler(void) {
    __asm volatile("mrs r0, msp\n b record_fault");
}

void Reset_Handler(void) {
    SCB_VTOR = 0x10000u;
    SCB_CPACR |= 0xFu << 20; /* the FPU on */
    __asm volatile("dsb\n isb" ::: "memory");
    for (uint32_t *to = &data_start, *from = &data_load; to < &data_end;) {
        *to++ = *from++;
    }
    for (uint32_t *to = &bss_start; to < &bss_end;) {
        *to++ = 0;
    }
    main();
    hang();
}

/* With -nostartfiles newlib's start-up hooks are ours to define. */
void _init(void);
void _fini(void);
void _init(void) {}
void _fini(void) {}

typedef void (*vector)(void);
enum { CORE_VECTORS = 16 };

/* The other faults are not enabled and so are hard faults, too (ARMv7-M B1.5.2). */
__attribute__((section(".vectors"), used)) static const vector vectors[] = {
    [0] = (vector)(uintptr_t)&stack_top,
    [1] = Reset_Handler,
    [3] = HardFault_Handler,
    [CORE_VECTORS + UARTE_IRQ] = UARTE0_Handler,
    [CORE_VECTORS + LINE_TIMER_IRQ] = TIMER3_Handler,
    [CORE_VECTORS + RTC_IRQ] = RTC1_Handler,
};
