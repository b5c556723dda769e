/* The virtual board's half of the seam: bare metal, with UARTE0 and EasyDMA as the serial port, and RTC1 as
 * the clock that runs while the CPU sleeps. */
#include "board/board.h"

#include <string.h> // memcpy

#include "board/chip.h"       // chip_start
#include "board/interrupts.h" // interrupts_*
#include "board/nrf52840.h"   // registers

enum {
    TX_PIN = 6,
    RX_PIN = 8,
    RTS_PIN = 7, /* free on a Nano, as is CTS_PIN */
    CTS_PIN = 11,
    QUIET_TICKS = 7,    /* of RTC1, 183 us or more: the emulated UART moves 8 bytes, 80 us, at once */
    PATIENCE_TICKS = 9, /* while bytes still come, the rest of the firmware goes on */
    SHORTEST_TICKS = 3, /* a compare value must lie 2 or more ahead (chapter 6.22.7) */
    TICK_MASK = (1 << RTC_BITS) - 1,
};

static uint8_t receive_buffer[BOARD_RECEIVE_BYTES];
static volatile bool sending;
static bool (*feed_port)(void);
static size_t call_bytes; /* that the port takes at a call */
static bool heard;        /* bytes came, and the line was not quiet since */
static uint32_t heard_at;
static uint64_t ticks_since_start;

static void listen(void) {
    UARTE_RXD_PTR = (uint32_t)(uintptr_t)receive_buffer;
    UARTE_RXD_MAXCNT = sizeof receive_buffer;
    UARTE_TASKS_STARTRX = 1;
}

static void start_clock(void) {
    CLOCK_LFCLKSRC = CLOCK_LFCLKSRC_CRYSTAL;
    CLOCK_EVENTS_LFCLKSTARTED = 0;
    CLOCK_TASKS_LFCLKSTART = 1;
    while (CLOCK_EVENTS_LFCLKSTARTED == 0) {
    }
    RTC_PRESCALER = 0;
    RTC_TASKS_START = 1;
}

void board_start(void) {
    chip_start();
    start_clock();
    UARTE_PSEL_TXD = TX_PIN;
    UARTE_PSEL_RXD = RX_PIN;
    UARTE_PSEL_RTS = RTS_PIN;
    UARTE_PSEL_CTS = CTS_PIN;
    UARTE_CONFIG = UARTE_FLOW_CONTROL;
    UARTE_BAUDRATE = UARTE_BAUD_1M;
    UARTE_ENABLE = UARTE_ENABLED;
    UARTE_INTENSET = UARTE_INT_ENDTX;
    /* The virtual board says here how much Arduino's core would take; erased, all that TXD.MAXCNT holds. */
    call_bytes = UICR_CUSTOMER0 < UARTE_MOST_BYTES ? UICR_CUSTOMER0 : UARTE_MOST_BYTES;
    NVIC_PRIORITY(UARTE_IRQ) = NVIC_LOWEST;
    NVIC_PRIORITY(RTC_IRQ) = NVIC_LOWEST;
    NVIC_ISER0 = 1u << UARTE_IRQ | 1u << RTC_IRQ;
    listen();
}

uint32_t board_code_in_ram(const void *code) {
    return (uint32_t)(uintptr_t)code;
}

const char *board_name(void) {
    return BOARD_VIRTUAL_NAME;
}

void RTC1_Handler(void);
void RTC1_Handler(void) {} /* sleep_for has switched it off: waking is all it does */

void TIMER3_Handler(void);
void TIMER3_Handler(void) {
    interrupts_line();
}

void UARTE0_Handler(void);
void UARTE0_Handler(void) {
    if (UARTE_EVENTS_ENDTX != 0) {
        UARTE_EVENTS_ENDTX = 0;
        (void)UARTE_EVENTS_ENDTX; /* the write must land before the return, or the interrupt fires again */
        sending = false;
    }
    if (feed_port != NULL) {
        interrupts_feed(feed_port);
    }
}

void board_start_feeding(bool (*feed)(void)) {
    feed_port = feed;
}

void board_feed(void) {
    NVIC_ISPR0 = 1u << UARTE_IRQ;
}

uint64_t board_microseconds(void) {
    ticks_since_start += (RTC_COUNTER - (uint32_t)ticks_since_start) & TICK_MASK;
    return ticks_since_start * 1000000u / RTC_HZ;
}

/* EasyDMA tells how much it holds only when stopped, which takes five bytes' time: so the bytes are taken
 * when the line has been quiet, or the buffer is full. What comes then all the same, because a line of the
 * camera was read in between, RTS leaves with the host. */
static bool line_is_quiet(void) {
    if (UARTE_EVENTS_RXDRDY != 0) {
        UARTE_EVENTS_RXDRDY = 0;
        heard = true;
        heard_at = RTC_COUNTER;
    }
    const bool full = UARTE_EVENTS_ENDRX != 0;
    return heard && (full || ((RTC_COUNTER - heard_at) & TICK_MASK) >= QUIET_TICKS);
}

/* Without touching a register: each access costs the emulator as much as a thousand instructions. */
static void wait_a_tick(void) {
    for (uint32_t left = BOARD_CLOCK_HZ / RTC_HZ / 4; left != 0; left--) {
        __asm volatile("nop");
    }
}

/* A command that came while the CPU was busy has long ended: it is not made to wait for the next turn. */
static bool line_becomes_quiet(void) {
    const uint32_t start = RTC_COUNTER;
    bool quiet = line_is_quiet();
    while (heard && !quiet && ((RTC_COUNTER - start) & TICK_MASK) < PATIENCE_TICKS) {
        wait_a_tick();
        quiet = line_is_quiet();
    }
    heard = heard && !quiet;
    return quiet;
}

size_t board_receive(uint8_t *to, size_t room) {
    if (room < sizeof receive_buffer || !line_becomes_quiet()) {
        return 0;
    }
    UARTE_EVENTS_RXTO = 0;
    UARTE_TASKS_STOPRX = 1;
    while (UARTE_EVENTS_RXTO == 0) {
    }
    UARTE_EVENTS_ENDRX = 0;
    const size_t count = UARTE_RXD_AMOUNT;
    memcpy(to, receive_buffer, count);
    listen();
    return count;
}

size_t board_send(const uint8_t *from, size_t count) {
    if (sending || count == 0) {
        return 0;
    }
    const size_t taken = count < call_bytes ? count : call_bytes;
    sending = true;
    UARTE_TXD_PTR = (uint32_t)(uintptr_t)from;
    UARTE_TXD_MAXCNT = (uint32_t)taken;
    UARTE_TASKS_STARTTX = 1;
    return taken;
}

bool board_send_busy(void) {
    return sending;
}

bool board_host_listens(void) {
    return true; /* a UART cannot know */
}

bool board_host_calls(void) {
    return heard || UARTE_EVENTS_RXDRDY != 0;
}

/* Interrupts stay masked up to the sleep, so that none can come just before it and be slept over. */
static void sleep_for(uint32_t ticks) {
    const uint32_t before = board_mask();
    RTC_EVENTS_COMPARE0 = 0;
    RTC_CC0 = (RTC_COUNTER + ticks) & TICK_MASK;
    RTC_INTENSET = RTC_INT_COMPARE0;
    if (UARTE_EVENTS_RXDRDY == 0) { /* else it would end the sleep at once, again and again */
        UARTE_INTENSET = UARTE_INT_RXDRDY;
    }
    __asm volatile("wfi" ::: "memory");
    RTC_INTENCLR = RTC_INT_COMPARE0;
    UARTE_INTENCLR = UARTE_INT_RXDRDY; /* line_is_quiet looks at the event itself */
    (void)RTC_COUNTER;                 /* the writes must land before an interrupt can */
    board_unmask(before);
}

void board_sleep(void) {
    sleep_for(board_host_calls() ? SHORTEST_TICKS : RTC_HZ / 1000);
}

void board_nap(uint32_t milliseconds) {
    const uint32_t ticks = milliseconds * RTC_HZ / 1000;
    if (board_host_calls() || ticks < SHORTEST_TICKS) {
        board_sleep();
    } else {
        sleep_for(ticks);
    }
}

void board_set_crystal(bool on) {
    chip_set_crystal(on);
}
