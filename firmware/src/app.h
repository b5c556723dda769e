/* The loop: obeys the host, looks, answers injected images, watches, holds, sleeps. */
#ifndef APP_H
#define APP_H

#include "state.h" // struct app

/* Board, link and model ready, host greeted. */
void app_start(struct app *app);

/* One turn: obey the host, then look, answer an injected image, or sleep. */
void app_turn(struct app *app);

#endif
