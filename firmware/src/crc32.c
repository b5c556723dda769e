#include "crc32.h"

enum { SLICES = 4 };

/* The CRC of each byte with 0..3 zero bytes behind it, worked out at the first call: in RAM, because data
 * reads of this chip's flash are slow. Four bytes at once cost less than half of four in turn (Kounavis and
 * Berry, 2005). */
static uint32_t byte_crc[SLICES][256];

static void make_table(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1u)));
        }
        byte_crc[0][byte] = crc;
    }
    for (unsigned slice = 1; slice < SLICES; slice++) {
        for (uint32_t byte = 0; byte < 256; byte++) {
            const uint32_t crc = byte_crc[slice - 1][byte];
            byte_crc[slice][byte] = (crc >> 8) ^ byte_crc[0][crc & 0xFFu];
        }
    }
}

static inline uint32_t add_byte(uint32_t crc, uint8_t byte) {
    return (crc >> 8) ^ byte_crc[0][(crc ^ byte) & 0xFFu];
}

uint32_t crc32_add(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    if (byte_crc[0][1] == 0) {
        make_table();
    }
    crc = ~crc;
    for (; count >= SLICES; count -= SLICES, next += SLICES) {
        const uint32_t word =
            next[0] | (uint32_t)next[1] << 8 | (uint32_t)next[2] << 16 | (uint32_t)next[3] << 24;
        crc ^= word;
        crc = byte_crc[3][crc & 0xFFu] ^ byte_crc[2][crc >> 8 & 0xFFu] ^ byte_crc[1][crc >> 16 & 0xFFu] ^
              byte_crc[0][crc >> 24];
    }
    for (; count > 0; count--) {
        crc = add_byte(crc, *next++);
    }
    return ~crc;
}
