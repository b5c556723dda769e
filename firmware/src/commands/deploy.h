/* What the host asks about model slots. Payloads are untrusted: lengths and values are checked here and in
 * slot/. */
#ifndef DEPLOY_H
#define DEPLOY_H

#include "state.h"      // struct app
#include "link/inbox.h" // struct packet

/* Obeys one slot command; `value` goes into its acknowledgement. SLOT_STATUS that ends well has sent its
 * answer. */
enum wire_status deploy_obey(struct app *app, const struct packet *command, uint32_t *value);

#endif
