#include "stage.h"

#include "board/board.h"      // board_*
#include "camera/capture.h"   // capture_*
#include "camera/read_line.h" // read_line_least_half_period
#include "preprocess/area.h"  // area_*
#include "report.h"           // report_fault

enum {
    RESTS_BEFORE_RETRY = 1000,
    OVERRUNS_BEFORE_SLOWER = 3, /* in a row */
    FAULTS_BEFORE_RESTART = 3,  /* in a row: the sensor may have lost its power and so its settings */
};

/* What the camera's lines flow into, in its interrupt. */
static struct picture {
    struct area area;
    uint32_t steps[CAMERA_WIDTH + 1];
    uint32_t sums[2 * AREA_MAX_WIDTH];
    struct camera_sink sink;
    uint32_t averaging_cycles;
    uint32_t line_cycles; /* board_line_cycles() when it began */
} picture;

bool stage_wake_camera(struct app *app) {
    if (app->camera_state == CAMERA_RUNS) {
        return true;
    }
    if (app->camera_state == CAMERA_OFF && app->rests_until_retry > 0) {
        return false;
    }
    const bool sleeps = app->camera_state == CAMERA_SLEEPS;
    app->camera.extra_rows = 0; /* until the app finds its pace */
    board_use_camera_bus(true);
    const struct camera_fault fault = sleeps ? camera_wake() : camera_start(&app->camera);
    capture_forget_timing();
    app->faults_in_row = 0;
    app->rests_until_retry = RESTS_BEFORE_RETRY;
    app->camera_state = fault.code == WIRE_FAULT_CODE_NONE ? CAMERA_RUNS : CAMERA_OFF;
    if (fault.code != WIRE_FAULT_CODE_NONE) {
        report_fault(app, fault, "");
    }
    return app->camera_state == CAMERA_RUNS;
}

void stage_rest_camera(struct app *app) {
    if (app->camera_state == CAMERA_RUNS) {
        capture_abandon();
        const bool slept = camera_sleep().code == WIRE_FAULT_CODE_NONE;
        app->camera_state = slept ? CAMERA_SLEEPS : CAMERA_OFF;
    }
    board_use_camera_bus(false);
}

void stage_put_camera_down(struct app *app) {
    if (app->camera_state == CAMERA_OFF) {
        app->rests_until_retry = 0;
        stage_wake_camera(app);
    }
    stage_rest_camera(app);
}

static void take_line(void *context, const uint32_t *luma, const uint32_t *chroma) {
    struct area *area = &picture.area;
    const uint32_t start = board_cycles();
    (void)context;
    if (luma != NULL) {
        area_sum_across(&area->across, luma, picture.sums, 2);
        area_sum_across(&area->across_chroma, chroma, picture.sums + 1, 2);
    }
    area_add_line(area, picture.sums);
    picture.averaging_cycles += board_cycles() - start;
}

/* Bars are for the wires: as grey they show every bit of the bus, which a conversion would hide. */
static bool wants_colour(const struct app *app) {
    return app->channels == AREA_COLOUR_CHANNELS && !app->camera.colour_bars;
}

/* Without a loop that sums colour while it reads, the blanking must hold all of the averaging. */
static uint8_t fast_enough(const struct app *app, uint8_t divider) {
    const bool groups = 2u * app->width <= CAMERA_WIDTH && read_line_takes_groups(true, divider + 1u);
    const uint8_t fastest = CAMERA_FASTEST_AVERAGING_DIVIDER;
    return groups || divider > fastest ? divider : fastest;
}

/* Colour has twice the bytes to sum while a line is read. Chips may differ: the loop's reads are timed, and
 * what was found too fast on the way is not tried again. */
static struct camera_fault choose_clock(struct app *app) {
    uint8_t best = wants_colour(app) ? CAMERA_FASTEST_COLOUR_DIVIDER : CAMERA_FASTEST_DIVIDER;
    if (app->camera.floor == 0) {
        app->camera.floor = (uint8_t)(read_line_least_half_period() - 1u);
    }
    best = best < app->camera.floor ? app->camera.floor : best;
    best = wants_colour(app) ? fast_enough(app, best) : best;
    if (!app->camera.paced || app->camera.clock_divider == best) {
        return (struct camera_fault){WIRE_FAULT_CODE_NONE, 0};
    }
    app->camera.clock_divider = best;
    return camera_set_clock(best);
}

static bool begin(struct app *app, uint8_t *image) {
    const struct area_picture from = {CAMERA_WIDTH, CAMERA_HEIGHT, wants_colour(app)};
    const struct camera_fault fault = choose_clock(app);
    if (fault.code != WIRE_FAULT_CODE_NONE) {
        report_fault(app, fault, "");
        app->camera_state = CAMERA_OFF;
    }
    if (!area_start(&picture.area, &from, app->width, app->height, app->channels, image)) {
        return false;
    }
    const bool groups = area_sums_groups(&picture.area) &&
                        read_line_takes_groups(from.colour, app->camera.clock_divider + 1u);
    if (groups) {
        area_plan_groups(&picture.area, app->camera.luma_second, picture.steps);
    } else if (!from.colour) {
        area_plan_steps(&picture.area.across, picture.steps);
    }
    picture.sink = (struct camera_sink){
        .groups = groups,
        .steps = picture.steps,
        .unit = picture.area.across.unit,
        .chroma_unit = picture.area.across_chroma.unit,
        .sums = picture.sums,
        .take = take_line,
    };
    picture.averaging_cycles = 0;
    picture.line_cycles = board_line_cycles();
    capture_begin(&app->camera, from.colour, &picture.sink);
    return true;
}

void stage_look_ahead(struct app *app) {
    if (app->next_image != NULL) {
        begin(app, app->next_image);
    }
}

void stage_forget_ahead(void) {
    capture_abandon();
}

/* The clock was too fast for the loop, if it was not the sensor that sent too little. */
static bool lost_bytes(struct camera_fault fault) {
    return fault.code == WIRE_FAULT_CODE_CAMERA_SHORT_LINE ||
           (fault.code == WIRE_FAULT_CODE_CAMERA_OVERRUN && (fault.detail & 0xFFFFu) != 0);
}

/* Or for the averaging: a large image leaves no blanking that is long enough. One late line is an
 * interrupt's. */
static bool clock_is_too_fast(const struct app *app, struct camera_fault fault) {
    return lost_bytes(fault) ||
           (fault.code == WIRE_FAULT_CODE_CAMERA_OVERRUN && app->faults_in_row + 1 >= OVERRUNS_BEFORE_SLOWER);
}

/* A frame that the interrupts spoiled is the only one lost; one that fails again and again is the sensor's.
 */
static void note_fault(struct app *app, struct camera_fault fault) {
    report_fault(app, fault, "");
    if (clock_is_too_fast(app, fault) && app->camera.paced &&
        app->camera.clock_divider < CAMERA_SLOWEST_DIVIDER) {
        app->camera.floor = (uint8_t)(app->camera.clock_divider + 1u);
    }
    app->faults_in_row++;
    if (fault.code != WIRE_FAULT_CODE_CAMERA_OVERRUN && app->faults_in_row >= FAULTS_BEFORE_RESTART) {
        app->camera_state = CAMERA_OFF;
    }
}

/* The image that the camera looked for ahead becomes the one in hand. */
static void swap_images(struct app *app) {
    uint8_t *const ready = picture.area.image;
    if (ready == app->next_image) {
        app->next_image = app->image;
        app->image = ready;
    }
}

bool stage_capture(struct app *app) {
    const uint32_t start = board_cycles();
    struct capture capture = {.fault = {WIRE_FAULT_CODE_MODEL_INPUT, 0}};
    const bool ahead = capture_is_begun();
    const uint32_t ahead_cycles = ahead ? board_line_cycles() - picture.line_cycles : 0;
    if (ahead || begin(app, app->image)) {
        capture = capture_wait();
    }
    app->cycles.preprocess = picture.averaging_cycles;
    app->cycles.reading = board_line_cycles() - capture.begun_at_line_cycles;
    app->cycles.overlapped = ahead_cycles;
    app->cycles.capture = board_cycles() - start + ahead_cycles - picture.averaging_cycles;
    app->cycles.image_ended_at = capture.ended_cycles;
    if (capture.fault.code != WIRE_FAULT_CODE_NONE) {
        note_fault(app, capture.fault);
        return false;
    }
    swap_images(app);
    app->faults_in_row = 0;
    app->last_fault = WIRE_FAULT_CODE_NONE;
    return true;
}

void stage_infer(struct app *app) {
    const uint32_t start = board_work_cycles();
    board_mark(true);
    engine_run(&app->engine, app->image, app->scores);
    board_mark(false);
    app->cycles.inference = board_work_cycles() - start;
}
