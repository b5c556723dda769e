#include "app.h"

#include "board/board.h"       // board_*
#include "camera/ov7675.h"     // camera_write_rows
#include "camera/pace.h"       // pace_extra_rows
#include "commands/commands.h" // command_obey
#include "hold.h"              // hold_run
#include "link/link.h"         // link_*
#include "model.h"             // model_open
#include "commands/mlperf.h"   // mlperf_*
#include "report.h"            // report_*
#include "settle.h"            // settle_light
#include "stage.h"             // stage_*
#include "watch.h"             // watch_*

/* 1 in the profile builds of platformio.ini; Setting.PROFILE changes it at run time. */
#ifndef PROFILE_FROM_START
#define PROFILE_FROM_START 0
#endif

static void report_refused_model(struct app *app, enum engine_status status) {
    if (status != ENGINE_OK) {
        const struct camera_fault fault = {WIRE_FAULT_CODE_MODEL_INVALID, (uint32_t)status};
        report_fault(app, fault, ""); /* the host has a line for each status */
    }
}

void app_start(struct app *app) {
    *app = (struct app){
        .mode = WIRE_MODE_IDLE,
        .profile = PROFILE_FROM_START,
        .camera = {.data_swap = WIRE_AT_START_DATA_SWAP,
                   .clock_divider = CAMERA_FASTEST_DIVIDER,
                   .paced = WIRE_AT_START_CLOCK_DIVIDER == 0,
                   .gain = WIRE_AT_START_GAIN,
                   .exposure = WIRE_AT_START_EXPOSURE,
                   .halving = WIRE_AT_START_HALVING,
                   .mains_hz = WIRE_AT_START_MAINS_HZ},
        .watch_settings = WATCH_SETTINGS_AT_START,
    };
    board_start();
    link_start();
    model_find_slots(app);
    model_open(app);
    report_hello(app);
    const uint32_t fault_address = board_take_fault();
    if (fault_address != 0) {
        report_fault(app, (struct camera_fault){WIRE_FAULT_CODE_HARD_FAULT, fault_address}, "");
    }
    report_refused_model(app, app->slot_status);
    report_refused_model(app, app->model_status);
}

/* Frames that come when the board is ready for them. The one under way may be of neither length, and a sensor
 * that begins the next one at once is in step. */
static void pace(struct app *app, uint32_t work) {
    const struct pace_load load = {work, app->cycles.reading, app->next_image != NULL};
    const uint16_t rows = pace_extra_rows(&app->pace, &app->camera, &load);
    if (rows == app->camera.extra_rows) {
        return;
    }
    stage_forget_ahead();
    app->camera.extra_rows = rows;
    const struct camera_fault fault = camera_write_rows(rows);
    if (fault.code != WIRE_FAULT_CODE_NONE) {
        report_fault(app, fault, "");
        app->camera_state = CAMERA_OFF;
        return;
    }
    stage_look_ahead(app);
}

/* With the interrupts that feed the port, which are work, too. */
static uint32_t cycles_beside_lines(void) {
    return board_cycles() - board_line_cycles();
}

enum { ROOM_MS = 350 }; /* an RGB frame at 100 KB/s, and some */

/* What of a large frame found no room before the inference. Returns what it took: mostly waiting. */
static uint32_t send_rest(const struct app *app, uint32_t from) {
    const uint32_t start = board_work_cycles();
    while (from < app_image_bytes(app)) {
        link_make_room(report_frame_bytes(app, from), ROOM_MS);
        from = report_frame(app, WIRE_SOURCE_CAMERA, from);
    }
    return board_work_cycles() - start;
}

/* The frame is queued before the inference, so that it travels meanwhile. An RGB frame fills the queue
 * nearly: it waits for the one before, as a frame that is missing tells less than one that is late. */
static void look(struct app *app) {
    app->frame++;
    if (app->mode == WIRE_MODE_SINGLE) {
        settle_light(app); /* the only frame must not be one of a sensor that still gropes for the light */
    }
    if (!stage_capture(app)) {
        return;
    }
    if (app->mode != WIRE_MODE_SINGLE) {
        stage_look_ahead(app);
    }
    const bool sends_frame = app->mode != WIRE_MODE_RESULTS;
    if (sends_frame) {
        link_make_room(report_frame_bytes(app, 0), ROOM_MS);
    }
    const uint32_t begun =
        cycles_beside_lines(); /* waiting is no work of the CPU's: pace() must not see it */
    const uint32_t start = board_work_cycles();
    const uint32_t sent = sends_frame ? report_frame(app, WIRE_SOURCE_CAMERA, 0) : app_image_bytes(app);
    uint32_t send = board_work_cycles() - start;
    if (app->mode != WIRE_MODE_CAPTURE && app->model_status == ENGINE_OK) {
        stage_infer(app);
    }
    const uint32_t waited = send_rest(app, sent);
    if (app->mode != WIRE_MODE_CAPTURE && app->model_status == ENGINE_OK) {
        const uint32_t again = board_work_cycles();
        report_result(app, WIRE_SOURCE_CAMERA);
        send += board_work_cycles() - again;
    }
    app->cycles.send = send;
    if (app->mode == WIRE_MODE_SINGLE) {
        app->mode = WIRE_MODE_IDLE;
    } else {
        pace(app, cycles_beside_lines() - begun - waited);
    }
}

static void answer_injected(struct app *app) {
    app->injected = 0;
    app->frame++;
    app->cycles = (struct stage_cycles){0};
    stage_infer(app);
    report_result(app, WIRE_SOURCE_INJECTED);
}

static void obey_host(struct app *app) {
    struct packet command;
    while (app->injected != app_image_bytes(app) && !app->hold.requested) {
        bool too_long;
        switch (link_receive(&command)) {
        case LINK_PACKET:
            command_obey(app, &command);
            break;
        case LINK_TEXT: {
            stage_forget_ahead();
            const char *const line = link_line(&too_long);
            mlperf_obey(app, line, too_long);
            break;
        }
        case LINK_TEXT_ENDED:
            mlperf_end(app);
            break;
        default:
            return;
        }
    }
}

static void rest(struct app *app) {
    if (app->mode == WIRE_MODE_IDLE) {
        stage_rest_camera(app);
    }
    app->rests_until_retry -= app->rests_until_retry > 0;
    board_sleep();
}

void app_turn(struct app *app) {
    obey_host(app);
    if (app->injected == app_image_bytes(app)) {
        answer_injected(app);
    } else if (app->hold.requested) {
        hold_run(app);
    } else if (app->mode == WIRE_MODE_WATCH) {
        watch_turn(app);
    } else if (app->mode != WIRE_MODE_IDLE && stage_wake_camera(app)) {
        look(app);
    } else {
        rest(app);
    }
    board_cycles_since_start(); /* keeps its high word right */
    board_microseconds();       /* likewise */
}
