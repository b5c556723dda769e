#include "crc32.h"

/* The CRC of each byte, worked out at the first call: in RAM, because data reads of this chip's flash are
 * slow. Three more tables, for four bytes at once (Kounavis and Berry, 2005), would save a fifth of the
 * cycles of a checksum, and cost 3 KiB of RAM. */
static uint32_t byte_crc[256];

static void make_table(void) {
    for (uint32_t byte = 0; byte < sizeof byte_crc / sizeof byte_crc[0]; byte++) {
        uint32_t crc = byte;
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1u)));
        }
        byte_crc[byte] = crc;
    }
}

static inline uint32_t shift_out(uint32_t crc) {
    return (crc >> 8) ^ byte_crc[crc & 0xFFu];
}

uint32_t crc32_add(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    if (byte_crc[1] == 0) {
        make_table();
    }
    crc = ~crc;
    for (; count >= 4; count -= 4, next += 4) {
        crc ^= next[0] | (uint32_t)next[1] << 8 | (uint32_t)next[2] << 16 | (uint32_t)next[3] << 24;
        crc = shift_out(shift_out(shift_out(shift_out(crc))));
    }
    for (; count > 0; count--) {
        crc = shift_out(crc ^ *next++);
    }
    return ~crc;
}
