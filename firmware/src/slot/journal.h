/* Which model slot is in use, kept in flash so that no power cut can lose it.
 *
 * Two pages hold one record each and are written in turn: the page of the older record is erased and written
 * while the newer one stays. A record counts once its last word, its checksum, is there; the newest that
 * counts is right.
 */
#ifndef SLOT_JOURNAL_H
#define SLOT_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

struct journal_record {
    uint32_t magic;
    uint32_t sequence; /* one more than the record before */
    uint32_t active;   /* the slot in use, 0 for none */
    uint32_t bytes;    /* of the model in it */
    uint32_t crc;      /* CRC-32 of the words above */
};

/* The newest record of the journal at `start`; false when there is none. */
bool journal_read(uint32_t start, struct journal_record *newest);

/* Makes this the newest record. False when flash did not keep it; then the one before may still be in force.
 */
bool journal_write(uint32_t start, uint32_t active, uint32_t bytes);

#endif
