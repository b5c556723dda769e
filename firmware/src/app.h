/* What the firmware is doing: its mode, its settings, its model and the image in hand. */
#ifndef APP_H
#define APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camera/ov7675.h" // struct camera_settings
#include "engine/engine.h" // struct engine
#include "protocol.h"      // enum wire_mode
#include "hold.h"          // struct hold
#include "slot/slot.h"     // struct slots
#include "watch.h"         // struct watch

enum { APP_MAX_OPERATORS = 128 };

/* Cycles of the stages of one frame. */
struct stage_cycles {
    uint32_t capture; /* less preprocess */
    uint32_t preprocess;
    uint32_t inference;
    uint32_t send; /* of the previous frame */
};

/* Off: not started, or it failed. Asleep: registers kept, pins silent. */
enum camera_state { CAMERA_OFF, CAMERA_SLEEPS, CAMERA_RUNS };

/* A dialogue with an outside benchmark runner: mlperf.h. */
struct text_session {
    bool energy;       /* the marker pin carries timestamps */
    uint32_t expected; /* bytes of input that were announced */
    uint32_t loaded;   /* of them, so far */
};

struct app {
    uint8_t mode; /* enum wire_mode */
    bool profile;
    struct camera_settings camera;
    enum camera_state camera_state;
    uint8_t last_fault;         /* enum wire_fault_code */
    uint32_t rests_until_retry; /* of a camera that failed */

    struct engine engine;
    enum engine_status model_status;
    enum engine_status slot_status; /* why the active slot's model was refused at start */
    struct slots slots;
    uint8_t *image; /* the model's input, uint8 */
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

/* Board, link and model ready, host greeted. */
void app_start(struct app *app);

/* One turn: obey the host, then look, answer an injected image, or sleep. */
void app_turn(struct app *app);

/* Bytes of the model's input. */
uint32_t app_image_bytes(const struct app *app);

#endif
