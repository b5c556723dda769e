/* Holds: one power state for a power meter, and nothing else. What each state is: PowerState in messages.py.
 */
#ifndef HOLD_H
#define HOLD_H

#include "state.h" // struct app

/* Takes a request, or says why not. */
enum wire_status hold_ask(struct app *app, const struct wire_hold *request);

/* Holds the state until its end and reports it. */
void hold_run(struct app *app);

#endif
