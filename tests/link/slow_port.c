/* A serial port for tests of link.c: takes a packet of full-speed USB each time that the clock is read, as
 * the interrupt of a real one does while the firmware waits. */
#include "board/board.h"
#include <string.h>

enum { PACKET_BYTES = 64, PACKET_US = 100, SENT_BYTES = 1 << 20 };

static bool (*feeding)(void);
static uint64_t now_us;
static uint8_t sent[SENT_BYTES];
static size_t sent_bytes;
static const uint8_t *arriving;
static size_t arriving_bytes;
static bool takes;

const uint8_t *port_sent(size_t *bytes);
void port_arrive(const uint8_t *from, size_t bytes);
void port_pass(uint64_t microseconds);
uint64_t port_now(void);
void port_take(bool whether);
bool port_is_fed(void);

const uint8_t *port_sent(size_t *bytes) {
    *bytes = sent_bytes;
    return sent;
}

/* The caller's, until it was received. */
void port_arrive(const uint8_t *from, size_t bytes) {
    arriving = from;
    arriving_bytes = bytes;
}

void port_pass(uint64_t microseconds) {
    now_us += microseconds;
}

uint64_t port_now(void) {
    return now_us;
}

/* Whether the host reads what is sent. */
void port_take(bool whether) {
    takes = whether;
}

/* The interrupt of a port that may take more. */
bool port_is_fed(void) {
    return feeding();
}

void board_start_feeding(bool (*feed)(void)) {
    feeding = feed;
    now_us = 0;
    sent_bytes = arriving_bytes = 0;
    takes = true;
}

void board_feed(void) {
}

uint64_t board_microseconds(void) {
    now_us += PACKET_US;
    (void)feeding();
    return now_us;
}

size_t board_send(const uint8_t *from, size_t count) {
    const size_t taken = count < PACKET_BYTES ? count : PACKET_BYTES;
    if (!takes || taken > sizeof sent - sent_bytes) {
        return 0;
    }
    memcpy(sent + sent_bytes, from, taken);
    sent_bytes += taken;
    return taken;
}

bool board_send_busy(void) {
    return false;
}

bool board_host_listens(void) {
    return true;
}

bool board_host_calls(void) {
    return arriving_bytes > 0;
}

size_t board_receive(uint8_t *to, size_t room) {
    const size_t count = arriving_bytes < room ? arriving_bytes : room;
    if (count > 0) {
        memcpy(to, arriving, count);
    }
    arriving += count;
    arriving_bytes -= count;
    return count;
}

void board_sleep(void) {
    (void)feeding();
}
