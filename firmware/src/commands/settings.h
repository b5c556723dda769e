/* Settings that the host changes and asks for. Payloads are untrusted: lengths and values are checked here.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "state.h"      // struct app
#include "link/inbox.h" // struct packet

/* Obeys Set: BAD_VALUE outside WIRE_SETTING_LIMITS. A camera that runs takes its setting at once, FAULT when
 * it does not; one that is off, when it starts. */
enum wire_status settings_set(struct app *app, const struct packet *command);

/* Obeys Get: `value` becomes the setting's present one, two's complement. */
enum wire_status settings_get(const struct app *app, const struct packet *command, uint32_t *value);

#endif
