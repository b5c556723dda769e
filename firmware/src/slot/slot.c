#include "slot/slot.h"

#include <string.h> // memcpy

#include "board/board.h"  // board_flash_*
#include "crc32.h"        // crc32_add
#include "slot/journal.h" // journal_*
#include "slot/places.h"  // SLOTS_START

static uint32_t slot_address(const struct slots *slots, uint32_t slot) {
    return SLOTS_START + (slot - 1) * slots->room;
}

const uint8_t *slot_bytes(const struct slots *slots, uint32_t slot) {
    return board_flash_at(slot_address(slots, slot));
}

/* Whole pages for each slot, as many as leave room for the journal behind them. */
static uint32_t room_before(uint32_t end) {
    uint32_t room = SLOT_MAX_BYTES;
    while (room != 0 && SLOTS_START + WIRE_MODEL_SLOTS * room + JOURNAL_BYTES > end) {
        room -= BOARD_FLASH_PAGE_BYTES;
    }
    return room;
}

void slots_start(struct slots *slots, uint32_t firmware_end, uint32_t flash_end) {
    const uint32_t end = flash_end - flash_end % BOARD_FLASH_PAGE_BYTES;
    *slots = (struct slots){.journal = end - JOURNAL_BYTES};
    slots->room = firmware_end <= SLOTS_START ? room_before(end) : 0;
    struct journal_record record;
    if (slots->room != 0 && journal_read(slots->journal, &record) && record.active <= WIRE_MODEL_SLOTS &&
        record.bytes <= slots->room) {
        slots->active = record.active;
        slots->active_bytes = record.bytes;
    }
}

static bool slot_is_blank(const struct slots *slots, uint32_t slot) {
    static const uint8_t blank[4] = {0xFF, 0xFF, 0xFF, 0xFF};
    return memcmp(slot_bytes(slots, slot), blank, sizeof blank) == 0;
}

/* One that is not in use, an empty one first, so that an older model stays as long as there is room. */
static uint32_t free_slot(const struct slots *slots) {
    const uint32_t first = slots->active == 1 ? 2 : 1;
    for (uint32_t slot = first; slot <= WIRE_MODEL_SLOTS; slot++) {
        if (slot != slots->active && slot_is_blank(slots, slot)) {
            return slot;
        }
    }
    return first;
}

enum wire_status slot_begin(struct slots *slots, uint32_t bytes, uint32_t crc) {
    if (slots->room == 0) {
        return WIRE_STATUS_FAULT;
    }
    if (bytes == 0 || bytes % 4 != 0 || bytes > slots->room) {
        return WIRE_STATUS_BAD_VALUE;
    }
    struct slot_transfer *transfer = &slots->transfer;
    if (transfer->slot == 0 || transfer->bytes != bytes || transfer->crc != crc) {
        *transfer = (struct slot_transfer){.slot = free_slot(slots), .bytes = bytes, .crc = crc};
    }
    return WIRE_STATUS_OK;
}

static void write_word(uint32_t address, uint32_t word) {
    if (address % BOARD_FLASH_PAGE_BYTES == 0) {
        board_flash_erase(address);
    }
    board_flash_write(address, word);
}

enum wire_status slot_write(struct slots *slots, uint32_t offset, const uint8_t *bytes, size_t count) {
    struct slot_transfer *transfer = &slots->transfer;
    if (transfer->slot == 0 || offset % 4 != 0 || count == 0 || count % 4 != 0 ||
        (uint64_t)offset + count > transfer->bytes) {
        return WIRE_STATUS_BAD_VALUE;
    }
    if (offset != transfer->held) {
        return WIRE_STATUS_OK;
    }
    const uint32_t start = slot_address(slots, transfer->slot);
    for (size_t i = 0; i < count; i += 4) {
        uint32_t word;
        memcpy(&word, bytes + i, sizeof word);
        write_word(start + transfer->held, word);
        transfer->held += 4;
    }
    return WIRE_STATUS_OK;
}

enum wire_status slot_verify(struct slots *slots, uint32_t crc) {
    struct slot_transfer *transfer = &slots->transfer;
    if (transfer->slot == 0 || transfer->crc != crc || transfer->held != transfer->bytes) {
        return WIRE_STATUS_BAD_VALUE;
    }
    if (crc32_add(0, slot_bytes(slots, transfer->slot), transfer->bytes) != crc) {
        *transfer = (struct slot_transfer){0};
        return WIRE_STATUS_FAULT;
    }
    return WIRE_STATUS_OK;
}

bool slot_is_done(const struct slots *slots, uint32_t crc) {
    return slots->transfer.slot == 0 && slots->transfer.bytes != 0 && slots->transfer.crc == crc;
}

enum wire_status slot_select(struct slots *slots, uint32_t slot, uint32_t bytes) {
    if (slots->room == 0) {
        return WIRE_STATUS_FAULT;
    }
    if (slot > WIRE_MODEL_SLOTS || bytes > slots->room) {
        return WIRE_STATUS_BAD_VALUE;
    }
    if (!journal_write(slots->journal, slot, bytes)) {
        return WIRE_STATUS_FAULT;
    }
    slots->active = slot;
    slots->active_bytes = bytes;
    if (slots->transfer.slot == slot) {
        slots->transfer.slot = 0;
    }
    return WIRE_STATUS_OK;
}

enum wire_status slot_erase(struct slots *slots, uint32_t slot) {
    if (slots->room == 0) {
        return WIRE_STATUS_FAULT;
    }
    if (slot < 1 || slot > WIRE_MODEL_SLOTS) {
        return WIRE_STATUS_BAD_VALUE;
    }
    if (slot == slots->active) {
        return WIRE_STATUS_BUSY;
    }
    if (slots->transfer.slot == slot) {
        slots->transfer = (struct slot_transfer){0};
    }
    board_flash_erase(slot_address(slots, slot));
    return WIRE_STATUS_OK;
}
