#include "link/link.h"

#include "board/board.h" // board_send, board_receive
#include "link/outbox.h" // outbox_*
#include "link/text.h"   // text_*

enum {
    OUTBOX_BYTES = 32768, /* an encoded RGB frame and what follows it */
    RESERVE_BYTES = 2048, /* a Frame leaves so much: its Result, a Profile and answers always find room */
    PAUSE_US = 500000,    /* no host of ours pauses so long inside a packet */
};

static uint8_t ring[OUTBOX_BYTES];
static struct outbox outbox;
static struct inbox inbox;
static struct text text;
static uint64_t received_us; /* when bytes came last */
static bool line_was_given;
static uint8_t received[BOARD_RECEIVE_BYTES];
static size_t received_count;
static size_t received_next;
static size_t in_flight; /* bytes that the port still reads from the ring; of the feeding interrupt */

/* Runs in the port's interrupt, whatever the firmware does meanwhile. */
static bool feed(void) {
    if (board_send_busy()) {
        return true;
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
    return count > 0;
}

void link_start(void) {
    outbox_open(&outbox, ring, sizeof ring);
    board_start_feeding(feed);
}

void link_send(uint8_t type, const void *head, size_t head_bytes, const void *tail, size_t tail_bytes) {
    if (text.state == TEXT_ON) {
        return;
    }
    const bool waits = type == WIRE_FRAME || type == WIRE_FRAME_PART;
    if (waits && !link_has_room(head_bytes + tail_bytes)) {
        outbox_drop(&outbox);
    } else {
        outbox_put(&outbox, type, head, head_bytes, tail, tail_bytes);
    }
    board_feed();
}

void link_say(const char *said, size_t bytes) {
    outbox_put_plain(&outbox, said, bytes);
    board_feed();
}

bool link_has_room(size_t bytes) {
    return outbox_has_room(&outbox, bytes + RESERVE_BYTES);
}

void link_make_room(size_t bytes, uint32_t milliseconds) {
    if (!outbox_could_hold(&outbox, bytes + RESERVE_BYTES)) {
        return;
    }
    const uint64_t end_us = board_microseconds() + (uint64_t)milliseconds * 1000u;
    while (!link_has_room(bytes) && board_microseconds() < end_us) {
    }
}

void link_drain(uint32_t milliseconds) {
    const uint64_t end_us = board_microseconds() + (uint64_t)milliseconds * 1000u;
    while ((!outbox_is_empty(&outbox) || board_send_busy()) && board_microseconds() < end_us) {
        board_feed();
        board_sleep();
    }
}

/* The first command of a dialogue was heard by the packet decoder, too, up to its last letter. */
static enum link_event take_byte(uint8_t byte, struct packet *packet) {
    const bool was_on = text.state == TEXT_ON;
    switch (text_feed(&text, byte)) {
    case TEXT_NOT_MINE:
        return inbox_feed(&inbox, byte, packet) ? LINK_PACKET : LINK_NOTHING;
    case TEXT_LINE:
        if (!was_on) {
            inbox_forget(&inbox);
        }
        return LINK_TEXT;
    case TEXT_ENDED:
        outbox_put_plain(&outbox, "", 1); /* a 0x00: the next packet begins cleanly */
        return LINK_TEXT_ENDED;
    default:
        return LINK_NOTHING;
    }
}

static void fetch(void) {
    received_next = 0;
    received_count = board_receive(received, sizeof received);
    if (received_count > 0) {
        const uint64_t now_us = board_microseconds();
        if (now_us - received_us > PAUSE_US) {
            text_pause(&text);
        }
        received_us = now_us;
    }
}

/* Zeros between packets say nothing: hosts fill USB packets with them. A line of text has none. */
bool link_host_calls(void) {
    if (text.state == TEXT_ON) {
        return received_next < received_count || board_host_calls();
    }
    for (;;) {
        while (received_next < received_count) {
            if (received[received_next] != 0 || !inbox_is_empty(&inbox)) {
                return true;
            }
            received_next++;
        }
        if (!board_host_calls()) {
            return false;
        }
        fetch();
        if (received_count == 0) {
            return false;
        }
    }
}

enum link_event link_receive(struct packet *packet) {
    if (line_was_given) {
        line_was_given = false;
        text.count = 0;
    }
    for (;;) {
        while (received_next < received_count) {
            const enum link_event event = take_byte(received[received_next++], packet);
            if (event != LINK_NOTHING) {
                line_was_given = event == LINK_TEXT;
                return event;
            }
        }
        fetch();
        if (received_count == 0) {
            return LINK_NOTHING;
        }
    }
}

const char *link_line(bool *too_long) {
    *too_long = text_is_too_long(&text);
    return text.line;
}

uint32_t link_dropped(void) {
    return outbox.dropped;
}

uint32_t link_bad(void) {
    return inbox.bad;
}
