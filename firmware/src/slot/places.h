/* Where the model slots lie: at the end of flash, out of the way of the firmware that grows from 0x10000, and
 * in front of a bootloader that lies there. The place is the same for every firmware, so that an upload
 * leaves them alone; tools/pio_build.py ends a build that would reach into them. Nothing in them is trusted.
 */
#ifndef SLOT_PLACES_H
#define SLOT_PLACES_H

#include "board/board.h" // BOARD_FLASH_PAGE_BYTES

enum {
    SLOTS_START = 0x6E000,                        /* with a bootloader at 0xE0000, a slot still has 224 KB */
    SLOT_MAX_BYTES = 72 * BOARD_FLASH_PAGE_BYTES, /* 288 KB: two and the journal end at 1 MB */
    JOURNAL_BYTES = 2 * BOARD_FLASH_PAGE_BYTES,
};

#endif
