/* The virtual board's half of the seam: bare metal, with UARTE0 and EasyDMA as the serial port. */
#include "board/board.h"

#include <string.h> // memcpy

#include "board/chip.h"     // chip_start
#include "board/nrf52840.h" // registers

enum {
    TX_PIN = 6,
    RX_PIN = 8,
    TICKS_PER_SECOND = 1000,
    QUIET_CYCLES = 4 * 10 * BOARD_CLOCK_HZ / 1000000, /* 4 bytes at 1 Mbaud */
};

static uint8_t receive_buffer[BOARD_RECEIVE_BYTES];
static volatile bool sending;

static void listen(void) {
    UARTE_RXD_PTR = (uint32_t)(uintptr_t)receive_buffer;
    UARTE_RXD_MAXCNT = sizeof receive_buffer;
    UARTE_TASKS_STARTRX = 1;
}

void board_start(void) {
    chip_start();
    SYSTICK_LOAD = BOARD_CLOCK_HZ / TICKS_PER_SECOND - 1;
    SYSTICK_VAL = 0;
    SYSTICK_CTRL = 7; /* core clock, interrupt, on: what wakes board_sleep */
    UARTE_PSEL_TXD = TX_PIN;
    UARTE_PSEL_RXD = RX_PIN;
    UARTE_BAUDRATE = UARTE_BAUD_1M;
    UARTE_ENABLE = UARTE_ENABLED;
    UARTE_INTENSET = UARTE_INT_ENDTX;
    NVIC_ISER0 = 1u << UARTE_IRQ;
    listen();
}

const char *board_name(void) {
    return "virtual";
}

void SysTick_Handler(void);
void SysTick_Handler(void) {}

void UARTE0_Handler(void);
void UARTE0_Handler(void) {
    if (UARTE_EVENTS_ENDTX != 0) {
        UARTE_EVENTS_ENDTX = 0;
        (void)UARTE_EVENTS_ENDTX; /* the write must land before the return, or the interrupt fires again */
        sending = false;
    }
}

/* EasyDMA tells how much it holds only when stopped, and stopped it has no more than a FIFO of 6 bytes for
 * what still comes: so the bytes are taken when the line has been quiet, or the buffer is full. */
static bool line_is_quiet(void) {
    static bool heard;
    static uint32_t heard_at;
    if (UARTE_EVENTS_RXDRDY != 0) {
        UARTE_EVENTS_RXDRDY = 0;
        heard = true;
        heard_at = board_cycles();
    }
    const bool full = UARTE_EVENTS_ENDRX != 0;
    const bool quiet = heard && (full || board_cycles() - heard_at > QUIET_CYCLES);
    heard = heard && !quiet;
    return quiet;
}

size_t board_receive(uint8_t *to, size_t room) {
    if (room < sizeof receive_buffer || !line_is_quiet()) {
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
    const size_t most = 0xFFFF; /* of TXD.MAXCNT */
    const size_t taken = count < most ? count : most;
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

void board_sleep(void) {
    __asm volatile("wfi");
}
