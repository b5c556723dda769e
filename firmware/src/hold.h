/* Holds: one power state for a power meter, and nothing else. What each state is: PowerState in messages.py.
 */
#ifndef HOLD_H
#define HOLD_H

#include <stdbool.h>

#include "protocol.h" // struct wire_hold, enum wire_status

struct app;

/* The hold that the host asked for; it begins with the next turn, when the answer has left. */
struct hold {
    bool asked;
    struct wire_hold request;
};

/* Takes a request, or says why not. */
enum wire_status hold_ask(struct app *app, const struct wire_hold *request);

/* Holds the state until its end and reports it. */
void hold_run(struct app *app);

#endif
