/* TIMER, CLOCK, UARTE, NVMC, GPIO and the chip's identity. */
#include "probe.h"

enum { TIMER0 = 0x40008000, UARTE0 = 0x40002000, NVMC = 0x4001E000, CLOCK = 0x40000000 };

void straight_line(void) {
    uint32_t start, end;
    __asm volatile("ldr %0, [%2]\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n ldr %1, [%2]\n"
                   : "=&r"(start), "=&r"(end)
                   : "r"(&CYCCNT));
    record(end - start);
}

/* count is positive; 3 cycles a round. */
uint32_t count_down(uint32_t count) {
    __asm volatile("1: subs %0, %0, #1\n bne 1b\n" : "+r"(count));
    return count;
}

static volatile uint32_t matches;

void TIMER0_Handler(void) {
    REGISTER(TIMER0 + 0x140) = 0;
    (void)REGISTER(TIMER0 + 0x140);
    matches = matches + 1;
}

void time_with_timer(uint32_t ticks) {
    matches = 0;
    REGISTER(TIMER0 + 0x510) = 4; /* 1 MHz */
    REGISTER(TIMER0 + 0x508) = 3;
    REGISTER(TIMER0 + 0x540) = ticks;
    REGISTER(TIMER0 + 0x200) = 1; /* clear at match */
    REGISTER(TIMER0 + 0x304) = 1u << 16;
    REGISTER(0xE000E100) = 1u << 8;
    const uint32_t start = CYCCNT;
    REGISTER(TIMER0) = 1;
    while (matches < 3) {
        __asm volatile("wfi");
    }
    record(CYCCNT - start);
    REGISTER(TIMER0 + 0x044) = 1; /* capture 1 */
    record(REGISTER(TIMER0 + 0x544));
    REGISTER(TIMER0 + 4) = 1;
}

void start_crystal(void) {
    const uint32_t start = CYCCNT;
    REGISTER(CLOCK) = 1;
    while (REGISTER(CLOCK + 0x100) == 0) {
    }
    record(CYCCNT - start);
    record(REGISTER(CLOCK + 0x40C));
}

void read_identity(void) {
    record(REGISTER(0x10000060));
    record(REGISTER(0x10000064));
    record(REGISTER(0xE000ED00));
    record(REGISTER(0x10000110));
}

void touch_unknown(void) {
    record(REGISTER(0x40001508)); /* RADIO */
    record(REGISTER(0x40002FFC)); /* no such register in UARTE0 */
    REGISTER(0x40002FFC) = 1;
    REGISTER(0x40002FFC) = 2;
}

/* -- serial port */

static uint8_t bytes[4096];
static volatile uint32_t sent;

void UARTE0_Handler(void) {
    if (REGISTER(UARTE0 + 0x120) != 0) {
        REGISTER(UARTE0 + 0x120) = 0;
        (void)REGISTER(UARTE0 + 0x120);
        sent = 1;
    }
}

void uarte_on(void) {
    REGISTER(UARTE0 + 0x524) = 0x10000000; /* 1 Mbaud */
    REGISTER(UARTE0 + 0x500) = 8;
}

void uarte_send(uint32_t count) {
    uarte_on();
    for (uint32_t i = 0; i < count; i++) {
        bytes[i] = (uint8_t)(i * 7 + 1);
    }
    sent = 0;
    REGISTER(UARTE0 + 0x304) = 1u << 8;
    REGISTER(0xE000E100) = 1u << 2;
    REGISTER(UARTE0 + 0x544) = (uint32_t)bytes;
    REGISTER(UARTE0 + 0x548) = count;
    const uint32_t start = CYCCNT;
    REGISTER(UARTE0 + 0x008) = 1;
    while (sent == 0) {
        __asm volatile("wfi");
    }
    record(CYCCNT - start);
    record(REGISTER(UARTE0 + 0x54C));
}

void uarte_send_from_flash(void) {
    uarte_on();
    REGISTER(UARTE0 + 0x544) = 0x10000;
    REGISTER(UARTE0 + 0x548) = 16;
    REGISTER(UARTE0 + 0x008) = 1;
    while (REGISTER(UARTE0 + 0x120) == 0) {
    }
    record(REGISTER(UARTE0 + 0x54C));
}

void uarte_arm(uint32_t room, uint32_t shorts) {
    REGISTER(UARTE0 + 0x110) = 0;
    REGISTER(UARTE0 + 0x200) = shorts;
    REGISTER(UARTE0 + 0x534) = (uint32_t)bytes;
    REGISTER(UARTE0 + 0x538) = room;
    REGISTER(UARTE0 + 0x000) = 1;
}

/* Waits for a whole buffer. */
void uarte_receive(uint32_t room) {
    uarte_on();
    uarte_arm(room, 0);
    while (REGISTER(UARTE0 + 0x110) == 0) {
    }
    record(REGISTER(UARTE0 + 0x53C));
    for (uint32_t i = 0; i < room; i++) {
        record(bytes[i]);
    }
}

/* Arms for `room` bytes, waits so many cycles with nothing armed behind them, then reads what the FIFO kept.
 */
void uarte_overrun(uint32_t room, uint32_t cycles) {
    uarte_receive(room);
    const uint32_t start = CYCCNT;
    while (CYCCNT - start < cycles) {
    }
    record(REGISTER(UARTE0 + 0x124)); /* ERROR */
    record(REGISTER(UARTE0 + 0x480)); /* ERRORSRC */
    uarte_arm(6, 0);
    while (REGISTER(UARTE0 + 0x110) == 0) {
    }
    for (uint32_t i = 0; i < 6; i++) {
        record(bytes[i]);
    }
}

/* Some bytes of a larger buffer, taken out with STOPRX. */
void uarte_stop(uint32_t cycles) {
    uarte_on();
    uarte_arm(100, 0);
    const uint32_t start = CYCCNT;
    while (CYCCNT - start < cycles) {
    }
    REGISTER(UARTE0 + 0x144) = 0;
    REGISTER(UARTE0 + 0x004) = 1;
    while (REGISTER(UARTE0 + 0x144) == 0) {
    }
    record(REGISTER(UARTE0 + 0x110));
    record(REGISTER(UARTE0 + 0x53C));
}

/* As uarte_stop, with flow control; then nothing is armed for so many cycles again, then the rest is taken. */
void uarte_held_back(uint32_t count, uint32_t cycles) {
    REGISTER(UARTE0 + 0x508) = 7; /* PSEL.RTS */
    REGISTER(UARTE0 + 0x56C) = 1; /* CONFIG.HWFC */
    uarte_stop(cycles);
    const uint32_t first = REGISTER(UARTE0 + 0x53C);
    for (uint32_t i = 0; i < first; i++) {
        record(bytes[i]);
    }
    const uint32_t start = CYCCNT;
    while (CYCCNT - start < cycles) {
    }
    uarte_receive(count - first);
}

/* -- flash */

void flash_write(uint32_t address, uint32_t first, uint32_t second) {
    volatile uint32_t *place = (volatile uint32_t *)address;
    REGISTER(NVMC + 0x504) = 2;
    uint32_t start = CYCCNT;
    REGISTER(NVMC + 0x508) = address;
    record(CYCCNT - start);
    record(*place);
    REGISTER(NVMC + 0x504) = 1;
    start = CYCCNT;
    *place = first;
    while (REGISTER(NVMC + 0x400) == 0) {
    }
    record(CYCCNT - start);
    *place = second;
    place[1] = second;
    while (REGISTER(NVMC + 0x400) == 0) {
    }
    REGISTER(NVMC + 0x504) = 0;
    record(*place);
    record(place[1]);
}

/* Overwrites the code of a function that has run: the new one must run. */
uint32_t changing(void);
__attribute__((noipa, section(".own_page"))) uint32_t changing(void) {
    return 1;
}

void change_code(void) {
    const uint32_t page = (uint32_t)changing & ~1u;
    record(changing());
    REGISTER(NVMC + 0x504) = 2;
    REGISTER(NVMC + 0x508) = page;
    REGISTER(NVMC + 0x504) = 1;
    REGISTER(page) = 0x47702002; /* movs r0, #2; bx lr */
    while (REGISTER(NVMC + 0x400) == 0) {
    }
    REGISTER(NVMC + 0x504) = 0;
    record(changing());
}

/* -- pins and reset */

void pins(void) {
    REGISTER(0x50000000 + 0x700 + 4 * 13) = 0x1; /* P0.13: output, input buffer on */
    REGISTER(0x50000508) = 1u << 13;
    record(REGISTER(0x50000510) >> 13 & 1);
    REGISTER(0x5000050C) = 1u << 13;
    record(REGISTER(0x50000510) >> 13 & 1);
    REGISTER(0x50000000 + 0x700 + 4 * 14) = 0xC; /* P0.14: input with pull-up */
    record(REGISTER(0x50000510) >> 14 & 1);
    REGISTER(0x50000000 + 0x700 + 4 * 14) = 0xE; /* input buffer off */
    record(REGISTER(0x50000510) >> 14 & 1);
    REGISTER(0x50000300 + 0x700 + 4 * 11) = 0xC; /* P1.11 */
    record(REGISTER(0x50000810) >> 11 & 1);
}

void reset_with(uint32_t retained) {
    REGISTER(CLOCK + 0x51C) = retained;
    REGISTER(0xE000ED0C) = 0x05FA0004;
    for (;;) {
    }
}

void read_reset_reason(void) {
    record(REGISTER(CLOCK + 0x400));
    REGISTER(CLOCK + 0x400) = 0xFFFFFFFF;
    record(REGISTER(CLOCK + 0x400));
    record(REGISTER(CLOCK + 0x51C));
}

void forbid_float(void) {
    REGISTER(0xE000ED88) = 0;
}

void use_float(void) {
    __asm volatile("vmov.f32 s0, #1.0" : : : "s0");
}

/* A misaligned LDR is slow; a misaligned LDRD is a fault on silicon. */
void misaligned_loads(uint32_t twice) {
    const uint32_t place = (uint32_t)bytes + 2;
    uint32_t first, second;
    __asm volatile("ldr %0, [%1]" : "=r"(first) : "r"(place) : "memory");
    record(first);
    if (twice != 0) {
        __asm volatile("ldrd %0, %1, [%2]" : "=&r"(first), "=&r"(second) : "r"(place) : "memory");
        record(second);
    }
}
