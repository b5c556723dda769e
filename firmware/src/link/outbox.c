#include "link/outbox.h"

#include <string.h> // memcpy

#include "crc32.h"    // crc32_add
#include "protocol.h" // WIRE_PACKET_*

/* What was written into the ring must be there before its end moves. */
#define IN_ORDER() __asm volatile("" ::: "memory")

enum { COBS_RUN = 255 }; /* a code byte and up to 254 bytes without a zero */

/* Encoding under way: the ring, where the next byte goes, and where the current code byte stands and counts.
 */
struct encoder {
    uint8_t *ring;
    size_t size;
    size_t head;
    size_t code_at;
    uint32_t code;
};

void outbox_open(struct outbox *outbox, uint8_t *ring, size_t size) {
    *outbox = (struct outbox){.ring = ring, .size = size};
}

static size_t encoded_bytes_at_most(size_t count) {
    return 1 + count + count / (COBS_RUN - 1);
}

static inline size_t after(size_t at, size_t size) {
    return at + 1 == size ? 0 : at + 1;
}

static inline bool has_zero(uint32_t word) {
    return ((word - 0x01010101u) & ~word & 0x80808080u) != 0; /* Mycroft's test */
}

/* Bytes without a zero in whole words, as many as belong together and lie together in the ring. */
static size_t copy_words(struct encoder *encoder, const uint8_t *from, size_t count) {
    const size_t until_code = COBS_RUN - 1 - encoder->code;
    const size_t until_end = encoder->size - 1 - encoder->head;
    const size_t least = until_code < until_end ? until_code : until_end;
    const uint8_t *const end = from + (least < count ? least : count);
    const uint8_t *next = from;
    uint8_t *to = encoder->ring + encoder->head;
    for (; end - next >= 4; next += 4, to += 4) {
        uint32_t word;
        memcpy(&word, next, sizeof word);
        if (has_zero(word)) {
            break;
        }
        memcpy(to, &word, sizeof word);
    }
    encoder->code += (uint32_t)(next - from);
    encoder->head += (size_t)(next - from);
    return (size_t)(next - from);
}

static void put_byte(struct encoder *encoder, uint8_t byte) {
    if (byte != 0) {
        encoder->ring[encoder->head] = byte;
        encoder->head = after(encoder->head, encoder->size);
        if (++encoder->code < COBS_RUN) {
            return;
        }
    }
    encoder->ring[encoder->code_at] = (uint8_t)encoder->code;
    encoder->code_at = encoder->head;
    encoder->head = after(encoder->head, encoder->size);
    encoder->code = 1;
}

/* COBS (Cheshire and Baker 1999): each zero becomes the distance to the next one. Every byte of every frame
 * comes through here, few of them zero: four are looked at together. */
static void encode(struct encoder *encoder, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    const uint8_t *const end = next + count;
    while (next < end) {
        next += copy_words(encoder, next, (size_t)(end - next));
        for (unsigned turn = 0; turn < 4 && next < end; turn++) {
            put_byte(encoder, *next++);
        }
    }
}

static size_t used_bytes(const struct outbox *outbox) {
    const size_t head = outbox->head;
    const size_t tail = outbox->tail;
    return head >= tail ? head - tail : head + outbox->size - tail;
}

static size_t packet_bytes_at_most(size_t payload_bytes) {
    return encoded_bytes_at_most(WIRE_PACKET_HEADER_BYTES + payload_bytes + WIRE_PACKET_CRC_BYTES) + 1;
}

bool outbox_has_room(const struct outbox *outbox, size_t payload_bytes) {
    return packet_bytes_at_most(payload_bytes) < outbox->size - used_bytes(outbox); /* never quite full */
}

bool outbox_could_hold(const struct outbox *outbox, size_t payload_bytes) {
    return packet_bytes_at_most(payload_bytes) < outbox->size;
}

bool outbox_is_empty(const struct outbox *outbox) {
    return outbox->head == outbox->tail;
}

void outbox_drop(struct outbox *outbox) {
    outbox->sequence++;
    outbox->dropped++;
}

bool outbox_put(struct outbox *outbox, uint8_t type, const void *head, size_t head_bytes, const void *tail,
                size_t tail_bytes) {
    if (!outbox_has_room(outbox, head_bytes + tail_bytes)) {
        outbox_drop(outbox);
        return false;
    }
    const uint16_t sequence = outbox->sequence++;
    const uint8_t header[WIRE_PACKET_HEADER_BYTES] = {type, 0, (uint8_t)sequence, (uint8_t)(sequence >> 8)};
    uint32_t crc = crc32_add(0, header, sizeof header);
    crc = crc32_add(crc, head, head_bytes);
    crc = crc32_add(crc, tail, tail_bytes);
    const uint8_t trailer[WIRE_PACKET_CRC_BYTES] = {(uint8_t)crc, (uint8_t)(crc >> 8), (uint8_t)(crc >> 16),
                                                    (uint8_t)(crc >> 24)};
    const size_t start = outbox->head;
    struct encoder encoder = {outbox->ring, outbox->size, after(start, outbox->size), start, 1};
    encode(&encoder, header, sizeof header);
    encode(&encoder, head, head_bytes);
    encode(&encoder, tail, tail_bytes);
    encode(&encoder, trailer, sizeof trailer);
    outbox->ring[encoder.code_at] = (uint8_t)encoder.code;
    outbox->ring[encoder.head] = 0;
    IN_ORDER();
    outbox->head = after(encoder.head, outbox->size);
    return true;
}

bool outbox_put_plain(struct outbox *outbox, const void *bytes, size_t count) {
    const uint8_t *const first = bytes;
    if (count >= outbox->size - used_bytes(outbox)) {
        return false;
    }
    size_t head = outbox->head;
    for (size_t i = 0; i < count; i++) {
        outbox->ring[head] = first[i];
        head = after(head, outbox->size);
    }
    IN_ORDER();
    outbox->head = head;
    return true;
}

size_t outbox_peek(const struct outbox *outbox, const uint8_t **piece) {
    const size_t used = used_bytes(outbox);
    const size_t to_end = outbox->size - outbox->tail;
    IN_ORDER();
    *piece = outbox->ring + outbox->tail;
    return used < to_end ? used : to_end;
}

void outbox_release(struct outbox *outbox, size_t count) {
    IN_ORDER();
    outbox->tail = (outbox->tail + count) % outbox->size;
}
