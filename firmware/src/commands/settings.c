#include "commands/settings.h"

#include "board/board.h" // board_set_*, board_microseconds
#include "report.h"      // report_fault
#include "stage.h"       // stage_wake_camera

/* The settings that live in the sensor. */
static void change_camera(struct camera_settings *camera, uint8_t setting, int32_t value) {
    switch (setting) {
    case WIRE_SETTING_COLOUR_BARS:
        camera->colour_bars = value == 1;
        break;
    case WIRE_SETTING_DATA_SWAP:
        camera->data_swap = value == 1;
        break;
    case WIRE_SETTING_YUV_ORDER:
        camera->luma_second = (value & 1) != 0;
        camera->chroma_swap = (value & 2) != 0;
        break;
    case WIRE_SETTING_CLOCK_DIVIDER:
        camera->paced = value == 0;
        camera->floor = 0;
        camera->clock_divider = (uint8_t)(value == 0 ? CAMERA_FASTEST_DIVIDER : value);
        break;
    case WIRE_SETTING_GAIN:
        camera->gain = (int16_t)value;
        break;
    case WIRE_SETTING_MAINS_HZ:
        camera->mains_hz = (uint8_t)value;
        break;
    default: /* WIRE_SETTING_EXPOSURE */
        camera->exposure = value;
    }
}

/* What another way of halving leaves behind is undone by a start alone. */
static enum wire_status set_halving(struct app *app, const struct wire_set *request) {
    stage_forget_ahead();
    app->camera.halving = (uint8_t)request->value;
    app->camera_state = CAMERA_OFF;
    app->rests_until_retry = 0;
    return WIRE_STATUS_OK;
}

static enum wire_status set_camera(struct app *app, const struct wire_set *request) {
    change_camera(&app->camera, request->setting, request->value);
    if (app->camera_state == CAMERA_OFF || !stage_wake_camera(app)) {
        return WIRE_STATUS_OK; /* applied when it starts */
    }
    stage_forget_ahead();
    const struct camera_fault fault = camera_apply(&app->camera);
    if (fault.code != WIRE_FAULT_CODE_NONE) {
        report_fault(app, fault, "");
        app->camera_state = CAMERA_OFF;
        return WIRE_STATUS_FAULT;
    }
    return WIRE_STATUS_OK;
}

/* The settings of Mode.WATCH. */
static enum wire_status set_watch(struct app *app, const struct wire_set *request) {
    struct watch_settings *const watch = &app->watch_settings;
    const int32_t value = request->value;
    switch (request->setting) {
    case WIRE_SETTING_LOOKS_PER_MINUTE:
        watch->looks_per_minute = (uint16_t)value;
        break;
    case WIRE_SETTING_WATCH_ON_PERCENT:
        watch->on_percent = (uint8_t)value;
        break;
    case WIRE_SETTING_WATCH_OFF_PERCENT:
        watch->off_percent = (uint8_t)value;
        break;
    case WIRE_SETTING_WATCH_LOOKS:
        watch->looks = (uint8_t)value;
        break;
    case WIRE_SETTING_WATCH_LABEL:
        watch->label = (int16_t)value;
        break;
    case WIRE_SETTING_WATCH_SETTLE_FRAMES:
        watch->settle_frames = (uint8_t)value;
        break;
    default: /* WIRE_SETTING_HEARTBEAT_S */
        watch->heartbeat_s = (uint16_t)value;
    }
    app->watch.next_look_us = board_microseconds(); /* the new beat begins now */
    app->watch.next_heartbeat_us = app->watch.next_look_us;
    return WIRE_STATUS_OK;
}

static bool allowed(const struct wire_set *request) {
    static const struct {
        int32_t least, most;
    } limits[] = WIRE_SETTING_LIMITS;
    return request->setting < sizeof limits / sizeof limits[0] &&
           request->value >= limits[request->setting].least &&
           request->value <= limits[request->setting].most;
}

enum wire_status settings_set(struct app *app, const struct packet *command) {
    struct wire_set request;
    if (!PACKET_TAKE(command, request)) {
        return WIRE_STATUS_BAD_LENGTH;
    }
    if (!allowed(&request)) {
        return WIRE_STATUS_BAD_VALUE;
    }
    switch (request.setting) {
    case WIRE_SETTING_INSTRUCTION_CACHE:
        board_set_instruction_cache(request.value == 1);
        return WIRE_STATUS_OK;
    case WIRE_SETTING_DCDC:
        board_set_dcdc(request.value == 1);
        return WIRE_STATUS_OK;
    case WIRE_SETTING_PROFILE:
        app->profile = request.value == 1;
        return WIRE_STATUS_OK;
    case WIRE_SETTING_MAINS_HZ:
        if (request.value != 50 && request.value != 60) {
            return WIRE_STATUS_BAD_VALUE;
        }
        return set_camera(app, &request);
    case WIRE_SETTING_MARKER_PIN:
        return board_set_marker(request.value) ? WIRE_STATUS_OK : WIRE_STATUS_BAD_VALUE;
    case WIRE_SETTING_COLOUR_BARS:
    case WIRE_SETTING_DATA_SWAP:
    case WIRE_SETTING_YUV_ORDER:
    case WIRE_SETTING_CLOCK_DIVIDER:
    case WIRE_SETTING_GAIN:
    case WIRE_SETTING_EXPOSURE:
        return set_camera(app, &request);
    case WIRE_SETTING_HALVING:
        return set_halving(app, &request);
    default:
        return set_watch(app, &request);
    }
}

enum wire_status settings_get(const struct app *app, const struct packet *command, uint32_t *value) {
    struct wire_get request;
    if (!PACKET_TAKE(command, request)) {
        return WIRE_STATUS_BAD_LENGTH;
    }
    const int32_t now[] = {
        [WIRE_SETTING_COLOUR_BARS] = app->camera.colour_bars,
        [WIRE_SETTING_DATA_SWAP] = app->camera.data_swap,
        [WIRE_SETTING_YUV_ORDER] = app->camera.luma_second | app->camera.chroma_swap << 1,
        [WIRE_SETTING_CLOCK_DIVIDER] = app->camera.paced ? 0 : app->camera.clock_divider,
        [WIRE_SETTING_INSTRUCTION_CACHE] = board_instruction_cache(),
        [WIRE_SETTING_DCDC] = board_dcdc(),
        [WIRE_SETTING_PROFILE] = app->profile,
        [WIRE_SETTING_GAIN] = app->camera.gain,
        [WIRE_SETTING_EXPOSURE] = app->camera.exposure,
        [WIRE_SETTING_MARKER_PIN] = board_marker(),
        [WIRE_SETTING_LOOKS_PER_MINUTE] = app->watch_settings.looks_per_minute,
        [WIRE_SETTING_WATCH_ON_PERCENT] = app->watch_settings.on_percent,
        [WIRE_SETTING_WATCH_OFF_PERCENT] = app->watch_settings.off_percent,
        [WIRE_SETTING_WATCH_LOOKS] = app->watch_settings.looks,
        [WIRE_SETTING_WATCH_LABEL] = app->watch_settings.label,
        [WIRE_SETTING_WATCH_SETTLE_FRAMES] = app->watch_settings.settle_frames,
        [WIRE_SETTING_HEARTBEAT_S] = app->watch_settings.heartbeat_s,
        [WIRE_SETTING_HALVING] = app->camera.halving,
        [WIRE_SETTING_MAINS_HZ] = app->camera.mains_hz,
    };
    if (request.setting >= sizeof now / sizeof now[0]) {
        return WIRE_STATUS_BAD_VALUE;
    }
    *value = (uint32_t)now[request.setting];
    return WIRE_STATUS_OK;
}
