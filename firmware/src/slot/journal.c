#include "slot/journal.h"

#include <stddef.h> // offsetof
#include <string.h> // memcpy

#include "board/board.h" // board_flash_*
#include "crc32.h"       // crc32_add

enum page { FIRST, SECOND, NEITHER };
enum { WORDS = sizeof(struct journal_record) / 4 };
#define MAGIC 0x544F4C53u /* "SLOT" */

static uint32_t page_address(uint32_t start, enum page page) {
    return start + page * BOARD_FLASH_PAGE_BYTES;
}

static uint32_t record_crc(const struct journal_record *record) {
    return crc32_add(0, record, offsetof(struct journal_record, crc));
}

static bool record_read(uint32_t start, enum page page, struct journal_record *record) {
    memcpy(record, board_flash_at(page_address(start, page)), sizeof *record);
    return record->magic == MAGIC && record->crc == record_crc(record);
}

/* The page of the newest record. */
static enum page newest_page(uint32_t start, struct journal_record *newest) {
    struct journal_record records[NEITHER];
    const bool first = record_read(start, FIRST, &records[FIRST]);
    const bool second = record_read(start, SECOND, &records[SECOND]);
    if (!first && !second) {
        return NEITHER;
    }
    const bool second_is_newer = records[SECOND].sequence == records[FIRST].sequence + 1;
    const enum page page = second && (!first || second_is_newer) ? SECOND : FIRST;
    *newest = records[page];
    return page;
}

bool journal_read(uint32_t start, struct journal_record *newest) {
    return newest_page(start, newest) != NEITHER;
}

bool journal_write(uint32_t start, uint32_t active, uint32_t bytes) {
    struct journal_record before = {0};
    const enum page page = newest_page(start, &before) == FIRST ? SECOND : FIRST;
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
    return journal_read(start, &kept) && memcmp(&kept, &record, sizeof record) == 0;
}
