#include "crc32.h"

/* The CRC of each byte, worked out at the first call: in RAM, because data reads of this chip's flash are
 * slow. */
static uint32_t byte_crc[256];

static void make_table(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1u)));
        }
        byte_crc[byte] = crc;
    }
}

uint32_t crc32_add(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    const uint8_t *const end = next + count;
    if (byte_crc[1] == 0) {
        make_table();
    }
    crc = ~crc;
    while (next < end) {
        crc = (crc >> 8) ^ byte_crc[(crc ^ *next++) & 0xFFu];
    }
    return ~crc;
}
