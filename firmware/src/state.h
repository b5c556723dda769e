/* What the firmware is doing: its mode, its settings, its model and the image in hand. */
#ifndef STATE_H
#define STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camera/ov7675.h" // struct camera_settings
#include "camera/pace.h"   // struct pace
#include "engine/engine.h" // struct engine
#include "protocol.h"      // enum wire_mode, struct wire_hold
#include "slot/slot.h"     // struct slots

enum { APP_MAX_OPERATORS = 128 };

/* Cycles of the stages of one frame. */
struct stage_cycles {
    uint32_t capture; /* waiting for the sensor and reading it, less preprocess */
    uint32_t preprocess;
    uint32_t reading;    /* of the two, the interrupts that read the frame */
    uint32_t overlapped; /* of the two, those that ran while this frame's predecessor was inferred and sent */
    uint32_t inference;
    uint32_t send;           /* of the previous frame */
    uint32_t image_ended_at; /* cycle counter when the sensor had put out the image in hand */
};

/* Off: not started, or it failed. Asleep: registers kept, pins silent. */
enum camera_state { CAMERA_OFF, CAMERA_SLEEPS, CAMERA_RUNS };

/* A dialogue with an outside benchmark runner: mlperf.h. */
struct text_session {
    bool energy;       /* the marker pin carries timestamps */
    uint32_t expected; /* bytes of input that were announced */
    uint32_t loaded;   /* of them, so far */
};

/* The hold that the host wants; it begins with the next turn, when the answer has left. */
struct hold {
    bool requested;
    struct wire_hold request;
    uint32_t sent; /* bytes of the image in hand, of which a part waits for room */
};

/* Mode.WATCH: see Setting in messages.py. */
struct watch_settings {
    uint16_t looks_per_minute;
    uint8_t on_percent;
    uint8_t off_percent;
    uint8_t looks; /* in a row change the verdict */
    int16_t label; /* -1: the last score */
    uint8_t settle_frames;
    uint16_t heartbeat_s;
};
/* Mode.WATCH while it goes on: watch.h. */
struct watch {
    bool verdict;
    uint8_t against; /* looks in a row that spoke against the verdict */
    uint8_t percent; /* chance of the watched label at the last look */
    uint32_t looks;
    uint32_t blind_looks;
    uint32_t verdicts;
    uint32_t wake_cycles; /* of the last look */
    uint64_t began_us, began_cycles;
    uint64_t next_look_us, next_heartbeat_us;
};

struct app {
    uint8_t mode; /* enum wire_mode */
    bool profile;
    struct camera_settings camera;
    enum camera_state camera_state;
    uint8_t last_fault;         /* enum wire_fault_code */
    uint32_t rests_until_retry; /* of a camera that failed */
    struct pace pace;
    uint32_t faults_in_row; /* frames that failed one after the other */

    struct engine engine;
    enum engine_status model_status;
    enum engine_status slot_status; /* why the active slot's model was refused at start */
    struct slots slots;
    uint8_t *image;      /* the model's input, uint8 */
    uint8_t *next_image; /* another one, into which the camera looks meanwhile; NULL when it does not fit */
    uint16_t height, width;
    uint8_t channels;
    int8_t scores[WIRE_MAX_SCORES];
    size_t score_count;
    uint32_t operator_cycles[APP_MAX_OPERATORS];

    uint32_t injected; /* bytes of an injected image so far */
    uint32_t frame;    /* number of the frame in hand */
    struct stage_cycles cycles;
    uint32_t last_result_at; /* cycle counter */
    bool has_result;

    struct hold hold;
    struct text_session text;
    struct watch_settings watch_settings;
    struct watch watch;
};

/* Bytes of the model's input. */
uint32_t app_image_bytes(const struct app *app);

#endif
