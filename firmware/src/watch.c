#include "watch.h"

#include "state.h"       // struct app
#include "board/board.h" // board_*
#include "chance.h"      // score_chance
#include "link/link.h"   // link_drain
#include "report.h"      // report_*
#include "settle.h"      // settle_frames, nap_until
#include "stage.h"       // stage_*

enum {
    DRAIN_MS = 100,
    MICROSECONDS_PER_MS = 1000,
    MICROSECONDS_PER_SECOND = 1000000,
    SECONDS_PER_MINUTE = 60,
};

void watch_begin(struct app *app) {
    const uint64_t now_us = board_microseconds();
    app->watch = (struct watch){
        .began_us = now_us,
        .began_cycles = board_cycles_since_start(),
        .next_look_us = now_us,
        .next_heartbeat_us = now_us,
    };
    app->rests_until_retry = 0;
}

static bool see(struct app *app) {
    app->frame++;
    app->watch.looks++;
    board_set_crystal(true);
    const uint32_t start = board_cycles();
    bool seen = stage_wake_camera(app);
    if (seen) {
        settle_frames(app, app->watch_settings.settle_frames);
        app->watch.wake_cycles = board_cycles() - start;
        seen = stage_capture(app);
    }
    app->rests_until_retry = 0; /* the next look tries again */
    app->watch.blind_looks += !seen;
    stage_rest_camera(app);
    return seen && app->model_status == ENGINE_OK;
}

static size_t watched(const struct app *app) {
    const size_t last = app->score_count - 1;
    const int16_t wanted = app->watch_settings.label;
    return wanted < 0 || (size_t)wanted > last ? last : (size_t)wanted;
}

/* 1 for yes, 0 for no, -1 for neither. */
static int32_t vote(const struct app *app, float percent) {
    if (percent >= (float)app->watch_settings.on_percent) {
        return 1;
    }
    return percent < (float)app->watch_settings.off_percent ? 0 : -1;
}

static void judge(struct app *app) {
    struct watch *watch = &app->watch;
    const float percent =
        100.0f * score_chance(app->engine.header, app->scores, app->score_count, watched(app));
    watch->percent = (uint8_t)(percent < 0.0f ? 0.0f : percent > 100.0f ? 100.0f : percent + 0.5f);
    watch->against = vote(app, percent) == !watch->verdict ? (uint8_t)(watch->against + 1) : 0;
    if (watch->against >= app->watch_settings.looks) {
        watch->verdict = !watch->verdict;
        watch->against = 0;
        watch->verdicts++;
        report_verdict(app);
    }
}

/* A board that is late looks again at once, and keeps the new beat. */
static void plan(struct app *app) {
    const uint64_t minute_us = (uint64_t)SECONDS_PER_MINUTE * MICROSECONDS_PER_SECOND;
    const uint64_t now_us = board_microseconds();
    app->watch.next_look_us += minute_us / app->watch_settings.looks_per_minute;
    if (app->watch.next_look_us < now_us) {
        app->watch.next_look_us = now_us;
    }
}

/* By the time at which the look was due, so that beats keep step with looks. */
static void beat(struct app *app, uint64_t due_us) {
    if (due_us >= app->watch.next_heartbeat_us) {
        report_heartbeat(app);
        app->watch.next_heartbeat_us =
            due_us + (uint64_t)app->watch_settings.heartbeat_s * MICROSECONDS_PER_SECOND;
    }
}

void watch_turn(struct app *app) {
    const uint64_t due_us = app->watch.next_look_us;
    if (board_microseconds() >= due_us) {
        if (see(app)) {
            stage_infer(app);
            judge(app);
        }
        plan(app);
        beat(app, due_us);
        link_drain(DRAIN_MS);
        return;
    }
    board_set_crystal(false);
    nap_until(due_us + MICROSECONDS_PER_MS);
    board_set_crystal(true);
}
