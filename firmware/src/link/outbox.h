/* Packets on their way to the host: a ring of encoded bytes. A packet enters whole or is dropped and counted.
 *
 * One side puts, the other peeks and releases, and either may interrupt the other: only the first moves
 * `head`, only the second `tail`.
 */
#ifndef LINK_OUTBOX_H
#define LINK_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct outbox {
    uint8_t *ring;
    size_t size;          /* of ring */
    volatile size_t head; /* next byte to write */
    volatile size_t tail; /* next byte to send; the ring is empty where they meet */
    uint32_t dropped;     /* packets that found no room */
    uint16_t sequence;
};

/* The ring stays the caller's. */
void outbox_open(struct outbox *outbox, uint8_t *ring, size_t size);

/* Numbers, checksums and COBS-encodes `type` with a payload in two parts. False when it was dropped for lack
 * of room; the number is used up all the same, so that the host sees the gap. */
bool outbox_put(struct outbox *outbox, uint8_t type, const void *head, size_t head_bytes, const void *tail,
                size_t tail_bytes);

/* Counts a packet that is given up without trying. */
void outbox_drop(struct outbox *outbox);

/* Bytes as they are, whole or not at all: text, which is no packet and has no number. */
bool outbox_put_plain(struct outbox *outbox, const void *bytes, size_t count);

/* Whether a payload of so many bytes would find room. */
bool outbox_has_room(const struct outbox *outbox, size_t payload_bytes);

/* Whether one would in an empty ring. */
bool outbox_could_hold(const struct outbox *outbox, size_t payload_bytes);

bool outbox_is_empty(const struct outbox *outbox);

/* The longest piece that can be sent at once: 0 when empty. */
size_t outbox_peek(const struct outbox *outbox, const uint8_t **piece);

/* Frees the first `count` bytes of the piece. */
void outbox_release(struct outbox *outbox, size_t count);

#endif
