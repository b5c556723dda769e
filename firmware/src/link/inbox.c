#include "link/inbox.h"

#include <string.h> // memcpy

#include "crc32.h" // crc32_add

static void push(struct inbox *inbox, uint8_t byte) {
    if (inbox->count < sizeof inbox->packet) {
        inbox->packet[inbox->count] = byte;
    }
    if (inbox->count <= sizeof inbox->packet) {
        inbox->count++;
    }
}

static bool crc_is_right(const struct inbox *inbox) {
    /* The CRC-32 of a message with its own CRC behind it is this constant. */
    return crc32_add(0, inbox->packet, inbox->count) == 0x2144DF1Cu;
}

static bool finish(struct inbox *inbox, struct packet *packet) {
    const size_t frame = WIRE_PACKET_HEADER_BYTES + WIRE_PACKET_CRC_BYTES;
    const bool fits = inbox->count >= frame && inbox->count <= sizeof inbox->packet;
    const bool good = fits && inbox->left == 0 && crc_is_right(inbox);
    if (good) {
        packet->type = inbox->packet[0];
        packet->sequence = (uint16_t)(inbox->packet[2] | inbox->packet[3] << 8);
        packet->payload = inbox->packet + WIRE_PACKET_HEADER_BYTES;
        packet->payload_bytes = inbox->count - frame;
    } else if (inbox->count > 0) {
        inbox->bad++;
    }
    inbox_forget(inbox);
    return good;
}

bool inbox_is_empty(const struct inbox *inbox) {
    return inbox->count == 0 && inbox->left == 0 && !inbox->zero_ahead;
}

void inbox_forget(struct inbox *inbox) {
    inbox->count = 0;
    inbox->left = 0;
    inbox->zero_ahead = false;
}

bool inbox_feed(struct inbox *inbox, uint8_t byte, struct packet *packet) {
    if (byte == 0) {
        return finish(inbox, packet);
    }
    if (inbox->left > 0) {
        inbox->left--;
        push(inbox, byte);
        return false;
    }
    if (inbox->zero_ahead) {
        push(inbox, 0);
    }
    inbox->left = (uint8_t)(byte - 1);
    inbox->zero_ahead = byte != 255;
    return false;
}

bool packet_take(const struct packet *packet, void *into, size_t bytes) {
    if (packet->payload_bytes != bytes) {
        return false;
    }
    memcpy(into, packet->payload, bytes);
    return true;
}
