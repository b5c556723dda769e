#include "stage.h"

#include "board/board.h"     // board_*
#include "link/link.h"       // link_pump
#include "preprocess/area.h" // area_*
#include "report.h"          // report_fault

enum { RESTS_BEFORE_RETRY = 1000 };

/* What the camera's lines flow into. */
struct picture {
    struct area area;
    uint32_t cycles; /* spent on averaging */
};

bool stage_wake_camera(struct app *app) {
    if (app->camera_state == CAMERA_RUNS) {
        return true;
    }
    if (app->camera_state == CAMERA_OFF && app->rests_until_retry > 0) {
        return false;
    }
    const bool sleeps = app->camera_state == CAMERA_SLEEPS;
    const struct camera_fault fault = sleeps ? camera_wake() : camera_start(&app->camera);
    app->rests_until_retry = RESTS_BEFORE_RETRY;
    app->camera_state = fault.code == WIRE_FAULT_CODE_NONE ? CAMERA_RUNS : CAMERA_OFF;
    if (fault.code != WIRE_FAULT_CODE_NONE) {
        report_fault(app, fault, "");
    }
    return app->camera_state == CAMERA_RUNS;
}

void stage_rest_camera(struct app *app) {
    if (app->camera_state == CAMERA_RUNS) {
        const bool slept = camera_sleep().code == WIRE_FAULT_CODE_NONE;
        app->camera_state = slept ? CAMERA_SLEEPS : CAMERA_OFF;
    }
}

void stage_put_camera_down(struct app *app) {
    if (app->camera_state == CAMERA_OFF) {
        app->rests_until_retry = 0;
        stage_wake_camera(app);
    }
    stage_rest_camera(app);
}

static void take_line(void *context, const uint32_t *luma, const uint32_t *chroma) {
    struct picture *picture = context;
    const uint32_t start = board_cycles();
    area_add_line(&picture->area, luma, chroma);
    picture->cycles += board_cycles() - start;
    link_pump();
}

/* Bars are for the wires: as grey they show every bit of the bus, which a conversion would hide. */
static bool wants_colour(const struct app *app) {
    return app->channels == AREA_COLOUR_CHANNELS && !app->camera.colour_bars;
}

bool stage_capture(struct app *app) {
    static struct picture picture;
    const bool colour = wants_colour(app);
    const uint32_t start = board_cycles();
    picture.cycles = 0;
    struct camera_fault fault = {WIRE_FAULT_CODE_MODEL_INPUT, 0};
    const struct area_picture from = {CAMERA_WIDTH, CAMERA_HEIGHT, colour};
    if (area_start(&picture.area, &from, app->width, app->height, app->channels, app->image)) {
        fault = camera_capture(&app->camera, colour, take_line, &picture);
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

void stage_infer(struct app *app) {
    const uint32_t start = board_cycles();
    board_mark(true);
    engine_run(&app->engine, app->image, app->scores);
    board_mark(false);
    app->cycles.inference = board_cycles() - start;
}
