/* The real board's half of the seam: Arduino's mbed core, whose USB serial port is used without ever
 * blocking.
 *
 * Serial.write of this core waits for ever when the port is open and nobody reads, and counts bytes as sent
 * that it dropped; send_nb takes what fits and returns. Arduino's core calls setup() and loop() of main.c.
 */
#include <Arduino.h>                // what the core's headers need
#include <USB/PluggableUSBSerial.h> // _SerialUSB
#include <cmsis_os2.h>              // osThreadFlags*
#include <drivers/LowPowerTimer.h>  // LowPowerTimer

#include "board/board.h"      // the seam
#include "board/chip.h"       // chip_start
#include "board/interrupts.h" // interrupts_*
#include "board/nrf52840.h"   // GPIO_*

extern "C" {

static const uint32_t host_flag = 1; /* of the thread that runs loop() */
static osThreadId_t loop_thread;
static mbed::LowPowerTimer clock_in_sleep;

/* The core masks all interrupts while its port is used, too long for a line of the camera: so nothing but the
 * port's own interrupt uses it, which is held off before a line as USB's is, and takes a few bytes at once.
 * What came lies in a ring until the loop takes it; what has no room there waits in the port, and the host
 * with it. */
enum { BYTES_A_CALL = 8, ARRIVED_BYTES = 512 };

static uint8_t arrived[ARRIVED_BYTES];
static volatile uint32_t arrived_in, arrived_out; /* bytes so far; the interrupt writes the first */

/* In USB's interrupt, when a packet came, and wherever bytes may wait. */
static void ask_port(void) {
    NVIC_SetPendingIRQ(TIMER4_IRQn);
}

/* The loop is woken once for all of them: the core keeps 16 such calls of interrupts at most until none is
 * due, and halts at one more. */
static void take_bytes(void) {
    static bool came;
    uint32_t count = 0;
    for (; count < BYTES_A_CALL && arrived_in - arrived_out < ARRIVED_BYTES; count++) {
        const int byte = _SerialUSB.read();
        if (byte < 0) {
            break;
        }
        arrived[arrived_in % ARRIVED_BYTES] = static_cast<uint8_t>(byte);
        arrived_in = arrived_in + 1;
        came = true;
    }
    if (count == BYTES_A_CALL) {
        ask_port();
    } else if (came) {
        came = false;
        osThreadFlagsSet(loop_thread, host_flag);
    }
}

/* The port takes 64 bytes at a call and tells nobody when it could take more: while something waits, it is
 * offered every quarter of a millisecond, in an interrupt as urgent as USB's own. */
enum { FEED_TICKS = 16000 / 4, FEED_PRIORITY = 7 };

static bool (*feed_port)(void);

static bool serve_port(void) {
    take_bytes();
    return feed_port();
}

static void feed_interrupt(void) {
    TIMER_EVENTS_COMPARE0(FEED_TIMER) = 0;
    (void)TIMER_EVENTS_COMPARE0(FEED_TIMER); /* the write must land before the return */
    if (!interrupts_feed(serve_port)) {
        TIMER_TASKS_STOP(FEED_TIMER) = 1;
        TIMER_TASKS_CLEAR(FEED_TIMER) = 1;
    }
}

void board_start_feeding(bool (*feed)(void)) {
    feed_port = feed;
    TIMER_BITMODE(FEED_TIMER) = TIMER_32_BITS;
    TIMER_PRESCALER(FEED_TIMER) = 0;
    TIMER_CC0(FEED_TIMER) = FEED_TICKS;
    TIMER_SHORTS(FEED_TIMER) = TIMER_SHORT_CLEAR0;
    TIMER_INTENSET(FEED_TIMER) = TIMER_INT_COMPARE0;
    NVIC_SetVector(TIMER4_IRQn, reinterpret_cast<uint32_t>(feed_interrupt));
    NVIC_SetPriority(TIMER4_IRQn, FEED_PRIORITY);
    NVIC_EnableIRQ(TIMER4_IRQn);
}

/* Pending before it is started: the interrupt sees what was queued, or the timer brings it back. */
void board_feed(void) {
    TIMER_TASKS_START(FEED_TIMER) = 1;
    NVIC_SetPendingIRQ(TIMER4_IRQn);
}

/* The core lets USB's interrupt come again at the end of each event it serves: one that ran already when the
 * others were held off let the next packet through, whose 3,400 masked cycles reached into the line. */
static uint32_t usb_handler;

static void usb_interrupt(void) {
    if (interrupts_hold_off()) {
        NVIC_SetPendingIRQ(USBD_IRQn); /* the core pends it by hand, too */
    } else {
        reinterpret_cast<void (*)(void)>(usb_handler)();
    }
}

void board_start(void) {
    chip_start();
    usb_handler = NVIC_GetVector(USBD_IRQn);
    NVIC_SetVector(USBD_IRQn, reinterpret_cast<uint32_t>(usb_interrupt));
    NVIC_SetVector(TIMER3_IRQn, reinterpret_cast<uint32_t>(interrupts_line));
    loop_thread = osThreadGetId();
    clock_in_sleep.start();
    _SerialUSB.attach(ask_port);
}

/* The RAM's place in the code region (nRF52840 Product Specification, chapter 4.2): fetched over a bus of its
 * own, and mbed forbids code at 0x20000000. */
uint32_t board_code_in_ram(const void *code) {
    return reinterpret_cast<uint32_t>(code) - 0x20000000u + 0x00800000u;
}

const char *board_name(void) {
    return "nano33ble";
}

size_t board_receive(uint8_t *to, size_t room) {
    size_t count = 0;
    while (count < room && arrived_out != arrived_in) {
        to[count++] = arrived[arrived_out % ARRIVED_BYTES];
        arrived_out = arrived_out + 1;
    }
    ask_port(); /* for what waited for room */
    return count;
}

size_t board_send(const uint8_t *from, size_t count) {
    uint32_t taken = 0;
    _SerialUSB.send_nb(const_cast<uint8_t *>(from), static_cast<uint32_t>(count), &taken, true);
    return taken;
}

bool board_send_busy(void) {
    return false; /* send_nb copies what it takes */
}

bool board_host_listens(void) {
    return _SerialUSB.connected();
}

uint64_t board_microseconds(void) {
    return static_cast<uint64_t>(clock_in_sleep.elapsed_time().count());
}

bool board_host_calls(void) {
    return arrived_out != arrived_in;
}

/* mbed's idle thread sleeps until the next interrupt. */
void board_nap(uint32_t milliseconds) {
    osThreadFlagsWait(host_flag, osFlagsWaitAny, milliseconds); /* the kernel's ticks are milliseconds */
}

void board_sleep(void) {
    board_nap(1);
}

void board_set_crystal(bool on) {
    if (on || !chip_has_usb_power()) {
        chip_set_crystal(on);
    }
}

uint32_t board_take_fault(void) {
    return 0; /* mbed keeps its own record of a crash and blinks it */
}

} // extern "C"
