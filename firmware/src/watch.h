/* Mode.WATCH: looks a few times a minute, sleeps between, and speaks when the verdict changes. */
#ifndef WATCH_H
#define WATCH_H

#include "state.h" // struct app

#define WATCH_SETTINGS_AT_START                                                                              \
    {.looks_per_minute = 6,                                                                                  \
     .on_percent = 60,                                                                                       \
     .off_percent = 40,                                                                                      \
     .looks = 2,                                                                                             \
     .label = -1,                                                                                            \
     .settle_frames = 2,                                                                                     \
     .heartbeat_s = 60}

/* A look is due at once; the verdict is no. */
void watch_begin(struct app *app);

/* Looks when it is time; sleeps until then, or until the host calls. */
void watch_turn(struct app *app);

#endif
