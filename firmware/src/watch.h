/* Mode.WATCH: looks a few times a minute, sleeps between, and speaks when the verdict changes. */
#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct app;

/* See Setting in messages.py. */
struct watch_settings {
    uint16_t looks_per_minute;
    uint8_t on_percent;
    uint8_t off_percent;
    uint8_t looks; /* in a row change the verdict */
    int8_t label;  /* -1: the last score */
    uint8_t settle_frames;
    uint16_t heartbeat_s;
};
#define WATCH_SETTINGS_AT_START                                                                              \
    {.looks_per_minute = 6,                                                                                  \
     .on_percent = 60,                                                                                       \
     .off_percent = 40,                                                                                      \
     .looks = 2,                                                                                             \
     .label = -1,                                                                                            \
     .settle_frames = 2,                                                                                     \
     .heartbeat_s = 60}

struct watch {
    bool verdict;
    uint8_t against; /* looks in a row that spoke against the verdict */
    int8_t score;    /* of the last look */
    uint32_t looks;
    uint32_t blind_looks;
    uint32_t verdicts;
    uint32_t wake_cycles; /* of the last look */
    uint64_t began_us, began_cycles;
    uint64_t next_look_us, next_heartbeat_us;
};

/* A look is due at once; the verdict is no. */
void watch_begin(struct app *app);

/* Looks when it is time; sleeps until then, or until the host calls. */
void watch_turn(struct app *app);

#endif
