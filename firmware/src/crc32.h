/* CRC-32 of zlib and Ethernet (reflected polynomial 0xEDB88320, start and final XOR all ones). */
#ifndef CRC32_H
#define CRC32_H

#include <stddef.h>
#include <stdint.h>

/* The CRC of bytes whose beginning had the CRC `crc`; 0 for no bytes yet, as in zlib. */
uint32_t crc32_add(uint32_t crc, const void *bytes, size_t count);

#endif
