/* Mode.WATCH: looks a few times a minute, sleeps between, and speaks when the verdict changes. */
#ifndef WATCH_H
#define WATCH_H

#include "state.h" // struct app

#define WATCH_SETTINGS_AT_START                                                                              \
    {.looks_per_minute = WIRE_AT_START_LOOKS_PER_MINUTE,                                                     \
     .on_percent = WIRE_AT_START_WATCH_ON_PERCENT,                                                           \
     .off_percent = WIRE_AT_START_WATCH_OFF_PERCENT,                                                         \
     .looks = WIRE_AT_START_WATCH_LOOKS,                                                                     \
     .label = WIRE_AT_START_WATCH_LABEL,                                                                     \
     .settle_frames = WIRE_AT_START_WATCH_SETTLE_FRAMES,                                                     \
     .heartbeat_s = WIRE_AT_START_HEARTBEAT_S}

/* A look is due at once; the verdict is no. */
void watch_begin(struct app *app);

/* Looks when it is time; sleeps until then, or until the host calls. */
void watch_turn(struct app *app);

#endif
