/* Exceptions: order, nesting, masks, frames, faults. */
#include "probe.h"

enum { LOW = 20, HIGH = 21 };
#define PEND(interrupt) (REGISTER(0xE000E200) = 1u << (interrupt))
#define BARRIER() __asm volatile("dsb\n isb" : : : "memory")

static volatile float disturbance;

void Low_Handler(void) {
    record(1);
    PEND(HIGH);
    BARRIER();
    record(2);
}

void High_Handler(void) {
    disturbance = disturbance * 1.5f + 1.0f; /* needs s0.. to have been stacked */
    record(3);
}

void PendSV_Handler(void) {
    record(4);
}

void SVC_Handler(void) {
    record(5);
}

static void set_priorities(void) {
    *(volatile uint8_t *)(0xE000E400 + LOW) = 0x80;
    *(volatile uint8_t *)(0xE000E400 + HIGH) = 0x40;
    REGISTER(0xE000ED20) = 0x00E00000; /* PendSV lowest */
    REGISTER(0xE000E100) = 1u << LOW | 1u << HIGH;
}

void nested_interrupts(void) {
    set_priorities();
    PEND(LOW);
    BARRIER();
    record(9);
}

void masked_interrupts(void) {
    set_priorities();
    __asm volatile("cpsid i");
    REGISTER(0xE000ED04) = 1u << 28;
    PEND(HIGH);
    record(10);
    __asm volatile("cpsie i\n isb");
    record(11);
    __asm volatile("msr basepri, %0" : : "r"(0x40));
    PEND(HIGH);
    record(12);
    __asm volatile("msr basepri, %0\n isb" : : "r"(0));
    record(13);
}

void supervisor_call(void) {
    __asm volatile("svc 0");
    record(14);
}

/* Registers and flags that an interrupt must leave alone, while it comes at an arbitrary place. */
void registers_survive(void) {
    uint32_t flags, sum;
    float total;
    set_priorities();
    __asm volatile("vmov.f32 s5, #2.5\n vmov.f32 s6, #0.5\n"
                   "movs r1, #77\n"
                   "ldr r2, =0x7f017fff\n sadd8 r3, r2, r2\n"
                   "cmp r1, #77\n"
                   "ldr r4, =0xe000e200\n mov r5, #0x200000\n str r5, [r4]\n"
                   "dsb\n isb\n"
                   "mrs %0, apsr\n vadd.f32 s7, s5, s6\n vmov %1, s7\n mov %2, r1\n"
                   : "=&r"(flags), "=&r"(total), "=&r"(sum)
                   :
                   : "r1", "r2", "r3", "r4", "r5", "s5", "s6", "s7", "cc", "memory");
    record(flags >> 16);
    union {
        float f;
        uint32_t u;
    } bits = {total};
    record(bits.u);
    record(sum);
}

/* Thread mode on the process stack, as an operating system has it. */
static uint32_t process_stack[256];

__attribute__((naked)) void on_process_stack(void) {
    __asm volatile("push {r4, lr}\n"
                   "ldr r0, =%c0\n msr psp, r0\n movs r0, #2\n msr control, r0\n isb\n"
                   "bl process_body\n"
                   "movs r0, #0\n msr control, r0\n isb\n"
                   "pop {r4, pc}\n"
                   :
                   : "i"(&process_stack[256]));
}

__attribute__((used)) static void process_body(void) {
    uint32_t before, after;
    set_priorities();
    __asm volatile("mov %0, sp" : "=r"(before));
    PEND(HIGH);
    BARRIER();
    __asm volatile("svc 0\n mov %0, sp" : "=r"(after));
    record(before == after);
    record(before > (uint32_t)process_stack && before <= (uint32_t)&process_stack[256]);
}

/* A fault handler that notes where and why, then goes on behind the 2-byte instruction. */
__attribute__((used)) static void note_fault(uint32_t *frame) {
    record(frame[6]);
    record(REGISTER(0xE000ED28)); /* CFSR */
    REGISTER(0xE000ED28) = 0xFFFFFFFF;
    frame[6] += 2;
}

__attribute__((naked)) void HardFault_Handler(void) {
    __asm volatile("mrs r0, msp\n b note_fault");
}

__attribute__((naked)) void faults(void) {
    __asm volatile("push {r4, lr}\n"
                   "mov r0, #0x60000000\n ldr r1, [r0]\n"
                   "mov r0, #0x60000000\n str r1, [r0]\n"
                   "udf #0\n"
                   "mov r0, #0x30000\n str r1, [r0]\n" /* flash, not write enabled */
                   "pop {r4, pc}\n");
}

void fault_in_fault(void) {
    REGISTER(0xE000ED08) = 0x20001000; /* a vector table of zeros: the handler's first fetch faults too */
    (void)REGISTER(0x60000000);
}

static volatile uint32_t fired;

void SysTick_Handler(void) {
    fired = fired + 1;
}

/* Reads CYCCNT around a WFI that SysTick ends. */
void sleep_one_tick(uint32_t reload) {
    fired = 0;
    REGISTER(0xE000E014) = reload;
    REGISTER(0xE000E018) = 0;
    REGISTER(0xE000E010) = 7;
    const uint32_t start = CYCCNT;
    while (fired == 0) {
        __asm volatile("wfi");
    }
    record(CYCCNT - start);
    REGISTER(0xE000E010) = 0;
}

/* Ticks while busy, and none while masked but one pending afterwards. */
void count_ticks(uint32_t reload, uint32_t loops) {
    fired = 0;
    REGISTER(0xE000E014) = reload;
    REGISTER(0xE000E018) = 0;
    REGISTER(0xE000E010) = 7;
    const uint32_t start = CYCCNT;
    for (volatile uint32_t i = 0; i < loops; i++) {
    }
    record(fired);
    record(CYCCNT - start);
    __asm volatile("cpsid i");
    const uint32_t before = fired;
    for (volatile uint32_t i = 0; i < loops; i++) {
    }
    record(fired - before);
    __asm volatile("cpsie i\n isb");
    record(fired - before);
    REGISTER(0xE000E010) = 0;
}
