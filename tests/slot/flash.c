/* A NOR flash that loses its power at the n-th operation: from then on nothing is written any more. The
 * operation that is cut is left undone, half done (some of its bits changed), or done. */
#include <stdbool.h>
#include <string.h>

#include "board/board.h"
#include "slot/places.h" // SLOTS_START
#include "slot/slot.h"

enum cut { CUT_BEFORE, CUT_AMID, CUT_BEHIND };

void flash_reset(void);
void flash_power(uint32_t operations, enum cut kind, uint64_t seed);
uint32_t flash_operations(void);
uint32_t flash_misuse(void);
uint8_t *flash_bytes(void);
size_t slots_size(void);

static uint8_t flash[BOARD_FLASH_BYTES];
static uint8_t writes[BOARD_FLASH_BYTES / 4]; /* of each word since its erasure: the chip allows 2 */
static uint32_t done, limit, misuse;
static enum cut cut_kind;
static uint64_t random_state;

void flash_reset(void) {
    memset(flash, 0xFF, sizeof flash);
    memset(writes, 0, sizeof writes);
    misuse = 0;
}

/* Power for so many operations from now on; the one after that is cut. */
void flash_power(uint32_t operations, enum cut kind, uint64_t seed) {
    done = 0;
    limit = operations;
    cut_kind = kind;
    random_state = seed;
}

uint32_t flash_operations(void) {
    return done;
}

uint32_t flash_misuse(void) {
    return misuse;
}

uint8_t *flash_bytes(void) {
    return flash;
}

static uint8_t random_byte(void) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint8_t)(random_state >> 56);
}

/* Which of an operation's bits change: all, none, or any. */
static uint8_t changing(bool cut) {
    if (!cut || cut_kind == CUT_BEHIND) {
        return 0xFF;
    }
    return cut_kind == CUT_AMID ? random_byte() : 0;
}

void board_flash_erase(uint32_t page) {
    if (done > limit) {
        return;
    }
    misuse += page % BOARD_FLASH_PAGE_BYTES != 0 || page < SLOTS_START || page >= BOARD_FLASH_BYTES;
    if (misuse != 0) {
        return;
    }
    const bool cut = done++ == limit;
    for (uint32_t i = 0; i < BOARD_FLASH_PAGE_BYTES; i++) {
        flash[page + i] |= changing(cut);
    }
    memset(writes + page / 4, 0, BOARD_FLASH_PAGE_BYTES / 4);
}

void board_flash_write(uint32_t address, uint32_t word) {
    if (done > limit) {
        return;
    }
    misuse +=
        address % 4 != 0 || address < SLOTS_START || address >= BOARD_FLASH_BYTES || writes[address / 4] != 0;
    if (misuse != 0) {
        return;
    }
    const bool cut = done++ == limit;
    writes[address / 4]++;
    for (uint32_t i = 0; i < 4; i++) {
        flash[address + i] &= (uint8_t)(word >> 8 * i) | (uint8_t)~changing(cut);
    }
}

const uint8_t *board_flash_at(uint32_t address) {
    return flash + address;
}

size_t slots_size(void) {
    return sizeof(struct slots);
}
