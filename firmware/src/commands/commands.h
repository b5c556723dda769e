/* What the host asks, and what we do about it. Payloads are untrusted: lengths and values are checked here.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "state.h"      // struct app
#include "link/inbox.h" // struct packet

/* Obeys one command and answers it. */
void command_obey(struct app *app, const struct packet *command);

#endif
