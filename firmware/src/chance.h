/* What the board itself makes of a score: host/base/scores.py says the same for everybody else. */
#ifndef CHANCE_H
#define CHANCE_H

#include <stddef.h>
#include <stdint.h>

#include "packed_model.h" // struct packed_header, enum packed_meaning

/* Of label `index`, 0..1: a probability as it is, logits by softmax, single logits by the sigmoid. Within
 * 0.0001 of the exact value. A distance is returned as it is. */
float score_chance(const struct packed_header *model, const int8_t *scores, size_t count, size_t index);

#endif
