/* Where the model slots lie: at the end of the application's flash, out of the way of the firmware that grows
 * from 0x10000. An upload of another firmware may erase them or write over them: nothing here is trusted at
 * start. */
#ifndef SLOT_PLACES_H
#define SLOT_PLACES_H

#include "board/board.h" // BOARD_FLASH_PAGE_BYTES
#include "protocol.h"    // WIRE_MODEL_SLOTS

enum {
    FLASH_END = 0x100000,
    JOURNAL_START = FLASH_END - 2 * BOARD_FLASH_PAGE_BYTES,
    SLOT_BYTES = 75 * BOARD_FLASH_PAGE_BYTES, /* 300 KB */
    SLOTS_START = JOURNAL_START - WIRE_MODEL_SLOTS * SLOT_BYTES,
};

#endif
