/* The model that runs: the one in the active slot, or the one that is linked into the firmware; and their
 * memory. */
#ifndef MODEL_H
#define MODEL_H

#include "state.h" // struct app

/* Finds the slots behind the firmware; before model_open. */
void model_find_slots(struct app *app);

/* Opens the active slot's model, or the built-in one, and lays out image and arena. A slot's model that is
 * refused leaves its reason in app->slot_status, and the built-in one runs. Without any model the app has a
 * status and a plain 96x96 image. */
void model_open(struct app *app);

/* Checks the `bytes` long model of a slot (0: the built-in one) without touching the one that runs. */
enum engine_status model_check(const struct app *app, uint32_t slot, size_t bytes);

/* The header of a slot's model, not checked, and how long it says the model is, at most what the slot holds.
 */
const struct packed_header *model_header(const struct app *app, uint32_t slot);
size_t model_bytes(const struct app *app, uint32_t slot);

/* CRC-32 of the model's body, its name and its labels; empty without a model. */
uint32_t model_hash(const struct app *app);
const char *model_name(const struct app *app);
const char *model_labels(const struct app *app, size_t *bytes);

#endif
