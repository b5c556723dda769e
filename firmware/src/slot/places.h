/* Where the model slots lie: at the end of flash, out of the way of the firmware that grows from 0x10000, and
 * in front of a bootloader that lies there. An upload of another firmware may write over them: nothing in
 * them is trusted. */
#ifndef SLOT_PLACES_H
#define SLOT_PLACES_H

#include "board/board.h" // BOARD_FLASH_PAGE_BYTES

enum {
    SLOTS_START = 0x68000,
    SLOT_MAX_BYTES = 75 * BOARD_FLASH_PAGE_BYTES, /* 300 KB: two and the journal end at 1 MB */
    JOURNAL_BYTES = 2 * BOARD_FLASH_PAGE_BYTES,
};

#endif
