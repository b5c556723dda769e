/* The model that is linked into the firmware, and the memory it runs in. */
#ifndef MODEL_H
#define MODEL_H

#include "app.h" // struct app

/* Opens the built-in model and lays out image and arena; on failure the app has a status and a plain 96x96
 * image. */
void model_open(struct app *app);

/* CRC-32 of the model's body, its name and its labels; empty without a model. */
uint32_t model_hash(const struct app *app);
const char *model_name(const struct app *app);
const char *model_labels(const struct app *app, size_t *bytes);

#endif
