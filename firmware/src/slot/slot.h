/* Model slots in flash: takes a model piece by piece, and says which slot is in use.
 *
 * Slots are numbered from 1; 0 means the built-in model. The slot in use is never written. Half a model is
 * never in use: slot_select, which changes one journal record, is the only thing that puts a slot into use.
 * Knows nothing of what a model is: its caller checks that.
 */
#ifndef SLOT_SLOT_H
#define SLOT_SLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol.h" // enum wire_status

/* A model on its way into a slot. */
struct slot_transfer {
    uint32_t slot;  /* 0: none is on its way; the rest then tells of the last one that was put into use */
    uint32_t bytes; /* of all of it */
    uint32_t crc;   /* CRC-32 of all of it */
    uint32_t held;  /* bytes in flash */
};

struct slots {
    uint32_t room;         /* bytes of a slot; 0: the firmware or the bootloader leaves none */
    uint32_t journal;      /* address of the journal, behind the slots */
    uint32_t active;       /* the slot in use, 0 for the built-in model */
    uint32_t active_bytes; /* of the model in it */
    struct slot_transfer transfer;
};

/* Finds the slots and reads the journal. firmware_end: the first address behind the firmware and its built-in
 * model. flash_end: the first one that is not ours. */
void slots_start(struct slots *slots, uint32_t firmware_end, uint32_t flash_end);

/* Slot `slot` in flash, slots->room bytes long. */
const uint8_t *slot_bytes(const struct slots *slots, uint32_t slot);

/* Prepares for a model, or goes on with it when the same one is on its way: transfer.held says from where. */
enum wire_status slot_begin(struct slots *slots, uint32_t bytes, uint32_t crc);

/* Writes `count` bytes at transfer.held, erasing each page as it is entered. What is held already is not
 * written again; what would leave a gap is not written. Both are no error: transfer.held says what is
 * expected. */
enum wire_status slot_write(struct slots *slots, uint32_t offset, const uint8_t *bytes, size_t count);

/* BAD_VALUE when another model or a part is missing. FAULT when flash holds something else: its transfer is
 * then over.
 */
enum wire_status slot_verify(struct slots *slots, uint32_t crc);

/* True when the last model that was put into use by a transfer had this CRC. */
bool slot_is_done(const struct slots *slots, uint32_t crc);

/* Puts a slot with a model of so many bytes into use, or 0. Ends the transfer into it. */
enum wire_status slot_select(struct slots *slots, uint32_t slot, uint32_t bytes);

/* Empties a slot that is not in use: its first page, without which there is no model. */
enum wire_status slot_erase(struct slots *slots, uint32_t slot);

#endif
