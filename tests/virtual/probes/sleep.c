/* WFI, WFE and their events; the float context of an exception. */
#include "probe.h"

enum { EGU0 = 20, TIMER1 = 0x40009000, TIMER1_LINE = 9 };
#define PEND(interrupt) (REGISTER(0xE000E200) = 1u << (interrupt))
#define SCR REGISTER(0xE000ED10)
#define FPCCR REGISTER(0xE000EF34)
#define FPCAR REGISTER(0xE000EF38)

static volatile uint32_t exits, wanted_exits, saved_link, float_address;

void EGU3_Handler(void) {
    uint32_t link;
    __asm volatile("mov %0, lr" : "=r"(link));
    saved_link = link;
    float_address = FPCAR;
    exits = exits + 1;
    if (exits == wanted_exits) {
        SCR = 0;
    } else if (wanted_exits != 0) {
        PEND(23);
    }
}

/* An event that was sent, and one that an interrupt's return left: neither lets the CPU sleep. */
void events_are_remembered(void) {
    wanted_exits = exits = 0;
    __asm volatile("sev\n wfe");
    record(1);
    REGISTER(0xE000E100) = 1u << 23;
    PEND(23);
    __asm volatile("dsb\n isb");
    record(exits);
    __asm volatile("wfe");
    record(3);
}

/* A timer's interrupt that the NVIC lets not through: an event with SEVONPEND. */
void pending_is_an_event(uint32_t ticks) {
    SCR = 1u << 4;
    REGISTER(TIMER1 + 0x510) = 4; /* 1 MHz */
    REGISTER(TIMER1 + 0x508) = 3;
    REGISTER(TIMER1 + 0x540) = ticks;
    REGISTER(TIMER1 + 0x304) = 1u << 16;
    REGISTER(0xE000E180) = 1u << TIMER1_LINE;
    REGISTER(TIMER1) = 1;
    __asm volatile("sev\n wfe"); /* forgets earlier events, as mbed's hal_sleep does */
    __asm volatile("wfe");
    REGISTER(TIMER1 + 0x044) = 1;
    record(REGISTER(TIMER1 + 0x544));
    record(REGISTER(TIMER1 + 0x140));
    REGISTER(TIMER1 + 0x004) = 1;
    SCR = 0;
}

/* Back to sleep after each handler, until the last one says otherwise. */
void sleep_on_exit(uint32_t times) {
    exits = 0;
    wanted_exits = times;
    REGISTER(0xE000E100) = 1u << 23;
    SCR = 1u << 1;
    PEND(23);
    __asm volatile("dsb\n isb");
    record(exits);
}

/* EXC_RETURN and FPCAR of an interrupt that came while floats were in use; aspen: FPCCR.ASPEN. */
void float_frame(uint32_t aspen) {
    wanted_exits = exits = 0;
    const uint32_t before = FPCCR;
    FPCCR = aspen ? before : before & ~(1u << 31);
    REGISTER(0xE000E100) = 1u << 23;
    uint32_t stack;
    __asm volatile("vmov.f32 s0, #2.0\n mov %0, sp" : "=r"(stack) : : "s0");
    PEND(23);
    __asm volatile("dsb\n isb");
    record(saved_link);
    record(stack - float_address);
    record(FPCCR & 1); /* LSPACT */
    FPCCR = before;
}
