#include "link/link.h"

#include "board/board.h" // board_send, board_receive
#include "link/outbox.h" // outbox_*

enum { OUTBOX_BYTES = 32768 }; /* an encoded RGB frame and its result */

static uint8_t ring[OUTBOX_BYTES];
static struct outbox outbox;
static struct inbox inbox;
static uint8_t received[BOARD_RECEIVE_BYTES];
static size_t received_count;
static size_t received_next;
static size_t in_flight; /* bytes that the port still reads from the ring */

void link_start(void) {
    outbox_open(&outbox, ring, sizeof ring);
}

void link_send(uint8_t type, const void *head, size_t head_bytes, const void *tail, size_t tail_bytes) {
    outbox_put(&outbox, type, head, head_bytes, tail, tail_bytes);
    link_pump();
}

void link_pump(void) {
    if (board_send_busy()) {
        return;
    }
    outbox_release(&outbox, in_flight);
    in_flight = 0;
    const uint8_t *piece;
    const size_t count = outbox_peek(&outbox, &piece);
    if (count > 0) {
        /* With the port closed the queue drains into nothing, so that a host that opens it sees the present.
         */
        in_flight = board_host_listens() ? board_send(piece, count) : count;
    }
}

bool link_receive(struct packet *packet) {
    for (;;) {
        while (received_next < received_count) {
            if (inbox_feed(&inbox, received[received_next++], packet)) {
                return true;
            }
        }
        received_next = 0;
        received_count = board_receive(received, sizeof received);
        if (received_count == 0) {
            return false;
        }
    }
}

uint32_t link_dropped(void) {
    return outbox.dropped;
}

uint32_t link_bad(void) {
    return inbox.bad;
}
