#include "hold.h"

#include "state.h"       // struct app
#include "board/board.h" // board_*
#include "link/link.h"   // link_*
#include "report.h"      // report_*
#include "stage.h"       // stage_*

enum {
    DRAIN_MS = 200, /* an answer leaves in a few, if somebody reads */
    MICROSECONDS_PER_MS = 1000,
    PORT_MS = 2,              /* what the port itself still holds then */
    MARKER_LOW_CYCLES = 3200, /* 50 us: 5 samples of a meter that takes 100,000 a second */
};

/* A hold under way. */
struct course {
    uint64_t start_us;
    uint64_t end_us;  /* the wanted time is over */
    uint64_t last_us; /* it may not last longer */
    struct wire_held held;
};

static bool has_repetitions(uint32_t state) {
    return state == WIRE_POWER_STATE_CAPTURE || state == WIRE_POWER_STATE_INFERENCE ||
           state == WIRE_POWER_STATE_SEND;
}

static bool uses_camera(uint32_t state) {
    return state == WIRE_POWER_STATE_CAMERA_ON || state == WIRE_POWER_STATE_CAPTURE;
}

enum wire_status hold_ask(struct app *app, const struct wire_hold *request) {
    const bool ends = request->duration_ms != 0 || request->repetitions != 0;
    if (request->state > WIRE_POWER_STATE_SEND || !ends || request->duration_ms > WIRE_HOLD_MAX_MS ||
        request->repetitions > WIRE_HOLD_MAX_REPETITIONS ||
        (request->repetitions != 0 && !has_repetitions(request->state))) {
        return WIRE_STATUS_BAD_VALUE;
    }
    if (app->mode != WIRE_MODE_IDLE) {
        return WIRE_STATUS_BUSY;
    }
    if (request->state == WIRE_POWER_STATE_INFERENCE && app->model_status != ENGINE_OK) {
        return WIRE_STATUS_FAULT;
    }
    app->injected = 0;
    app->hold = (struct hold){.requested = true, .request = *request};
    return WIRE_STATUS_OK;
}

static bool prepare(struct app *app, uint32_t state) {
    if (uses_camera(state)) {
        app->rests_until_retry = 0;
        return stage_wake_camera(app);
    }
    stage_put_camera_down(app);
    if (state == WIRE_POWER_STATE_SLEEP) {
        board_set_accessories(false);
        board_set_crystal(false);
    }
    return true;
}

static void nap_until(uint64_t end_us) {
    const uint64_t now_us = board_microseconds();
    const uint64_t left_ms = end_us > now_us ? (end_us - now_us) / MICROSECONDS_PER_MS + 1 : 1;
    board_nap(left_ms < BOARD_LONGEST_NAP_MS ? (uint32_t)left_ms : BOARD_LONGEST_NAP_MS);
}

/* The port's interrupt feeds it; looking at the room costs less than looking at the clock. */
static bool send_frame(struct app *app) {
    if (!link_has_room(report_frame_bytes(app, app->hold.sent))) {
        return false;
    }
    app->hold.sent = report_frame(app, WIRE_SOURCE_INJECTED, app->hold.sent);
    const bool whole = app->hold.sent == app_image_bytes(app);
    app->hold.sent = whole ? 0 : app->hold.sent;
    return whole;
}

/* The marker stays low between two inferences for so long that a meter sees both edges. */
static void let_meter_see(void) {
    const uint32_t start = board_cycles();
    while (board_cycles() - start < MARKER_LOW_CYCLES) {
    }
}

/* One step of the state; false after a fault. */
static bool step(struct app *app, struct course *course) {
    switch (course->held.state) {
    case WIRE_POWER_STATE_IDLE:
        board_sleep();
        return true;
    case WIRE_POWER_STATE_CAPTURE:
        app->frame++;
        course->held.repetitions++;
        return stage_capture(app);
    case WIRE_POWER_STATE_INFERENCE:
        stage_infer(app);
        course->held.repetitions++;
        course->held.marked_cycles += app->cycles.inference;
        let_meter_see();
        return true;
    case WIRE_POWER_STATE_SEND:
        course->held.repetitions += send_frame(app);
        return true;
    default:
        nap_until(course->end_us);
        return true;
    }
}

static bool is_over(const struct app *app, struct course *course) {
    const uint64_t now_us = board_microseconds();
    board_cycles_since_start(); /* keeps its high word right */
    if (link_host_calls()) {
        course->held.ended = WIRE_HOLD_END_HOST;
        return true;
    }
    const bool timely = now_us >= course->end_us;
    if (timely && course->held.repetitions >= app->hold.request.repetitions) {
        course->held.ended = WIRE_HOLD_END_COMPLETE;
        return true;
    }
    course->held.ended = WIRE_HOLD_END_TOO_LONG;
    return now_us >= course->last_us;
}

static void run(struct app *app, struct course *course) {
    while (!is_over(app, course)) {
        if (!step(app, course)) {
            course->held.ended = WIRE_HOLD_END_FAULT;
            return;
        }
    }
}

void hold_run(struct app *app) {
    const struct wire_hold *request = &app->hold.request;
    struct course course = {.held = {.state = request->state, .ended = WIRE_HOLD_END_FAULT}};
    link_drain(DRAIN_MS);
    const bool ready = prepare(app, request->state);
    board_nap(PORT_MS);
    const uint64_t start_cycles = board_cycles_since_start();
    course.start_us = board_microseconds();
    course.end_us = course.start_us + (uint64_t)request->duration_ms * MICROSECONDS_PER_MS;
    course.last_us = course.start_us + (uint64_t)WIRE_HOLD_MAX_MS * MICROSECONDS_PER_MS;
    if (ready) {
        run(app, &course);
    }
    if (request->state == WIRE_POWER_STATE_SEND) {
        link_drain(DRAIN_MS); /* what was counted as sent has left */
    }
    course.held.duration_us = board_microseconds() - course.start_us;
    course.held.awake_cycles = board_cycles_since_start() - start_cycles;
    board_set_crystal(true);
    board_set_accessories(true);
    app->hold.requested = false;
    report_held(&course.held);
}
