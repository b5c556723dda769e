/* Packets from the host: bytes in, whole and verified packets out. Anything else is counted and skipped. */
#ifndef LINK_INBOX_H
#define LINK_INBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol.h" // WIRE_MAX_COMMAND_PAYLOAD_BYTES

struct packet {
    uint8_t type;
    uint16_t sequence;
    const uint8_t *payload; /* 4-byte aligned; valid until the next byte is fed */
    size_t payload_bytes;
};

struct inbox {
    _Alignas(
        4) uint8_t packet[WIRE_PACKET_HEADER_BYTES + WIRE_MAX_COMMAND_PAYLOAD_BYTES + WIRE_PACKET_CRC_BYTES];
    size_t count;    /* bytes decoded so far; more than fit mark the packet as too long */
    uint8_t left;    /* bytes until the next code byte; 0: the next byte is one */
    bool zero_ahead; /* the run that ends next stands for a zero */
    uint32_t bad;    /* packets refused: too long, too short, wrong checksum */
};

/* Takes one byte; true when it completed a good packet, which is then in `packet`. */
bool inbox_feed(struct inbox *inbox, uint8_t byte, struct packet *packet);

/* Whether no byte of a packet came since the last one ended. */
bool inbox_is_empty(const struct inbox *inbox);

/* Forgets what came of a packet, without counting it. */
void inbox_forget(struct inbox *inbox);

/* Copies the packet's payload into a struct of protocol.h; false when its length is another. */
bool packet_take(const struct packet *packet, void *into, size_t bytes);
#define PACKET_TAKE(packet, into) packet_take((packet), &(into), sizeof(into))

#endif
