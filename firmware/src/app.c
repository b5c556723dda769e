#include "app.h"

#include "board/board.h"     // board_*
#include "camera/pace.h"     // camera_best_divider
#include "commands.h"        // command_obey
#include "link/link.h"       // link_*
#include "model.h"           // model_open
#include "preprocess/area.h" // area_*
#include "report.h"          // report_*

/* 1 in the profile builds of platformio.ini; Setting.PROFILE changes it at run time. */
#ifndef PROFILE_FROM_START
#define PROFILE_FROM_START 0
#endif

enum { RESTS_BEFORE_RETRY = 1000 };

/* What the camera's lines flow into. */
struct picture {
    struct area area;
    uint32_t cycles; /* spent on averaging */
};

uint32_t app_image_bytes(const struct app *app) {
    return (uint32_t)app->height * app->width * app->channels;
}

static void report_refused_model(struct app *app, enum engine_status status) {
    if (status != ENGINE_OK) {
        const struct camera_fault fault = {WIRE_FAULT_CODE_MODEL_INVALID, (uint32_t)status};
        report_fault(app, fault, engine_status_text(status));
    }
}

void app_start(struct app *app) {
    *app = (struct app){
        .mode = WIRE_MODE_IDLE,
        .profile = PROFILE_FROM_START,
        .camera = {.data_swap = true,
                   .clock_divider = CAMERA_FASTEST_DIVIDER,
                   .paced = true,
                   .gain = -1,
                   .exposure = -1},
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

static void take_line(void *context, const uint8_t *luma) {
    struct picture *picture = context;
    const uint32_t start = board_cycles();
    area_add_line(&picture->area, luma);
    picture->cycles += board_cycles() - start;
    link_pump();
}

static void infer(struct app *app) {
    const uint32_t start = board_cycles();
    board_mark_inference(true);
    engine_run(&app->engine, app->image, app->scores);
    board_mark_inference(false);
    app->cycles.inference = board_cycles() - start;
}

/* A camera that failed is tried again after a thousand rests of about a millisecond (the cycle counter may
 * stand still while the CPU sleeps): a loose wire may be pushed back. */
static bool camera_is_ready(struct app *app) {
    if (app->camera_state == CAMERA_RUNS) {
        return true;
    }
    if (app->camera_state == CAMERA_OFF && app->rests_until_retry > 0) {
        return false;
    }
    const bool sleeps = app->camera_state == CAMERA_SLEEPS;
    const struct camera_fault fault = sleeps ? camera_set_sleep(false) : camera_start(&app->camera);
    app->rests_until_retry = RESTS_BEFORE_RETRY;
    app->camera_state = fault.code == WIRE_FAULT_CODE_NONE ? CAMERA_RUNS : CAMERA_OFF;
    if (fault.code != WIRE_FAULT_CODE_NONE) {
        report_fault(app, fault, "");
    }
    return app->camera_state == CAMERA_RUNS;
}

static bool capture(struct app *app) {
    static struct picture picture;
    const uint32_t start = board_cycles();
    picture.cycles = 0;
    struct camera_fault fault = {WIRE_FAULT_CODE_MODEL_INPUT, 0};
    if (area_start(&picture.area, CAMERA_WIDTH, CAMERA_HEIGHT, app->width, app->height, app->channels,
                   app->image)) {
        fault = camera_capture(&app->camera, take_line, &picture);
    }
    app->cycles.preprocess = picture.cycles;
    app->cycles.capture = board_cycles() - start - picture.cycles;
    if (fault.code != WIRE_FAULT_CODE_NONE) {
        report_fault(app, fault, "");
        app->camera_state = CAMERA_OFF; /* start it afresh: it may have lost its power and so its settings */
    } else {
        app->last_fault = WIRE_FAULT_CODE_NONE;
    }
    return fault.code == WIRE_FAULT_CODE_NONE;
}

/* A clock that fits the time between two captures. A change costs a frame, so it must gain some per cent. */
static void pace(struct app *app, uint32_t busy_cycles) {
    const uint8_t best = camera_best_divider(busy_cycles);
    const uint32_t gained =
        camera_period(app->camera.clock_divider, busy_cycles) - camera_period(best, busy_cycles);
    if (!app->camera.paced || gained < camera_period(best, busy_cycles) / 32u) {
        return;
    }
    app->camera.clock_divider = best;
    const struct camera_fault fault = camera_set_clock(best);
    if (fault.code != WIRE_FAULT_CODE_NONE) {
        report_fault(app, fault, "");
        app->camera_state = CAMERA_OFF;
    }
}

/* The frame is queued before the inference, so that it travels meanwhile. */
static void look(struct app *app) {
    app->frame++;
    if (!capture(app)) {
        return;
    }
    const uint32_t start = board_cycles();
    if (app->mode != WIRE_MODE_RESULTS) {
        report_frame(app, WIRE_SOURCE_CAMERA);
    }
    uint32_t send = board_cycles() - start;
    if (app->mode != WIRE_MODE_CAPTURE && app->model_status == ENGINE_OK) {
        infer(app);
        const uint32_t again = board_cycles();
        report_result(app, WIRE_SOURCE_CAMERA);
        send += board_cycles() - again;
    }
    app->cycles.send = send;
    pace(app, board_cycles() - start);
    if (app->mode == WIRE_MODE_SINGLE) {
        app->mode = WIRE_MODE_IDLE;
    }
}

static void answer_injected(struct app *app) {
    app->injected = 0;
    app->frame++;
    app->cycles.capture = 0;
    app->cycles.preprocess = 0;
    app->cycles.send = 0;
    infer(app);
    report_result(app, WIRE_SOURCE_INJECTED);
}

static void obey_host(struct app *app) {
    struct packet command;
    while (app->injected != app_image_bytes(app) && link_receive(&command)) {
        command_obey(app, &command);
    }
}

static void rest(struct app *app) {
    if (app->mode == WIRE_MODE_IDLE && app->camera_state == CAMERA_RUNS) {
        const bool slept = camera_set_sleep(true).code == WIRE_FAULT_CODE_NONE;
        app->camera_state = slept ? CAMERA_SLEEPS : CAMERA_OFF;
    }
    app->rests_until_retry -= app->rests_until_retry > 0;
    board_sleep();
}

void app_turn(struct app *app) {
    obey_host(app);
    if (app->injected == app_image_bytes(app)) {
        answer_injected(app);
    } else if (app->mode != WIRE_MODE_IDLE && camera_is_ready(app)) {
        look(app);
    } else {
        rest(app);
    }
    board_cycles_since_start(); /* keeps its high word right */
    link_pump();
}
