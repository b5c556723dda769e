#include "slot/journal.h"

#include <stddef.h> // offsetof
#include <string.h> // memcpy

#include "board/board.h" // board_flash_*
#include "crc32.h"       // crc32_add

enum { PAGES = 2, WORDS = sizeof(struct journal_record) / 4 };
#define MAGIC 0x544F4C53u /* "SLOT" */

static uint32_t page_address(uint32_t start, uint32_t page) {
    return start + page * BOARD_FLASH_PAGE_BYTES;
}

static uint32_t record_crc(const struct journal_record *record) {
    return crc32_add(0, record, offsetof(struct journal_record, crc));
}

static bool record_read(uint32_t start, uint32_t page, struct journal_record *record) {
    memcpy(record, board_flash_at(page_address(start, page)), sizeof *record);
    return record->magic == MAGIC && record->crc == record_crc(record);
}

/* The page of the newest record, PAGES when there is none. */
static uint32_t newest_page(uint32_t start, struct journal_record *newest) {
    struct journal_record records[PAGES];
    const bool first = record_read(start, 0, &records[0]);
    const bool second = record_read(start, 1, &records[1]);
    if (!first && !second) {
        return PAGES;
    }
    const bool second_is_newer = (int32_t)(records[1].sequence - records[0].sequence) > 0;
    const uint32_t page = second && (!first || second_is_newer) ? 1 : 0;
    *newest = records[page];
    return page;
}

bool journal_read(uint32_t start, struct journal_record *newest) {
    return newest_page(start, newest) != PAGES;
}

bool journal_write(uint32_t start, uint32_t active, uint32_t bytes) {
    struct journal_record before = {0};
    const uint32_t page = newest_page(start, &before) == 0 ? 1 : 0;
    struct journal_record record = {
        .magic = MAGIC,
        .sequence = before.sequence + 1,
        .active = active,
        .bytes = bytes,
    };
    record.crc = record_crc(&record);
    uint32_t words[WORDS];
    memcpy(words, &record, sizeof words);
    board_flash_erase(page_address(start, page));
    for (uint32_t i = 0; i < WORDS; i++) {
        board_flash_write(page_address(start, page) + 4 * i, words[i]);
    }
    struct journal_record kept;
    return newest_page(start, &kept) == page && memcmp(&kept, &record, sizeof record) == 0;
}
