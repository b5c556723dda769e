#include "commands/commands.h"

#include <string.h> // memcpy

#include "board/board.h"      // board_set_*, board_reboot
#include "camera/capture.h"   // capture_forget_timing
#include "camera/sccb.h"      // sccb_*
#include "commands/deploy.h"  // deploy_obey
#include "commands/measure.h" // measure_obey
#include "hold.h"             // hold_ask
#include "report.h"           // report_*
#include "stage.h"            // stage_wake_camera
#include "watch.h"            // watch_begin

enum { REBOOT_DELAY_CYCLES = BOARD_CLOCK_HZ / 20 }; /* for the acknowledgement to leave */

/* Copies a command's struct out of its payload; false when the length is wrong. */
#define TAKE(command, into) packet_take((command), &(into), sizeof(into))

static enum wire_status set_mode(struct app *app, const struct packet *command) {
    struct wire_set_mode request;
    if (!TAKE(command, request)) {
        return WIRE_STATUS_BAD_LENGTH;
    }
    if (request.mode > WIRE_MODE_WATCH) {
        return WIRE_STATUS_BAD_VALUE;
    }
    stage_forget_ahead();
    app->mode = request.mode;
    app->injected = 0;
    app->has_result = false;
    app->rests_until_retry = 0;
    board_set_accessories(app->mode != WIRE_MODE_WATCH);
    if (app->mode == WIRE_MODE_WATCH) {
        watch_begin(app);
    }
    return WIRE_STATUS_OK;
}

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

static enum wire_status set(struct app *app, const struct packet *command) {
    struct wire_set request;
    if (!TAKE(command, request)) {
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

static enum wire_status get(const struct app *app, const struct packet *command, uint32_t *value) {
    struct wire_get request;
    if (!TAKE(command, request)) {
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

/* A piece that was already held is acknowledged again: the host repeats when an answer was lost. */
static enum wire_status inject(struct app *app, const struct packet *command) {
    struct wire_inject request;
    if (command->payload_bytes < sizeof request) {
        return WIRE_STATUS_BAD_LENGTH;
    }
    memcpy(&request, command->payload, sizeof request);
    const uint32_t count = (uint32_t)(command->payload_bytes - sizeof request);
    if (app->mode != WIRE_MODE_IDLE) {
        return WIRE_STATUS_BUSY;
    }
    if (app->model_status != ENGINE_OK) {
        return WIRE_STATUS_FAULT;
    }
    if (request.total != app_image_bytes(app) || request.offset > request.total ||
        count > request.total - request.offset || count == 0) {
        return WIRE_STATUS_BAD_VALUE;
    }
    if (request.offset == 0 && app->injected != request.total) {
        app->injected = 0;
    }
    if (request.offset == app->injected) {
        memcpy(app->image + request.offset, command->payload + sizeof request, count);
        app->injected += count;
    }
    return WIRE_STATUS_OK;
}

static enum wire_status camera_register(struct app *app, const struct packet *command, uint32_t *value) {
    struct wire_camera_register request;
    if (!TAKE(command, request)) {
        return WIRE_STATUS_BAD_LENGTH;
    }
    if (app->camera_state == CAMERA_OFF || !stage_wake_camera(app)) {
        return WIRE_STATUS_BUSY; /* not started: set a mode that uses the camera first */
    }
    enum wire_fault_code code = WIRE_FAULT_CODE_NONE;
    uint8_t found = 0;
    if (request.write != 0) {
        stage_forget_ahead();
        capture_forget_timing();
        code = sccb_write(request.address, request.value);
    }
    if (code == WIRE_FAULT_CODE_NONE) {
        code = sccb_read(request.address, &found);
    }
    *value = found;
    return code == WIRE_FAULT_CODE_NONE ? WIRE_STATUS_OK : WIRE_STATUS_FAULT;
}

static enum wire_status hold(struct app *app, const struct packet *command) {
    struct wire_hold request;
    return TAKE(command, request) ? hold_ask(app, &request) : WIRE_STATUS_BAD_LENGTH;
}

static void ping(const struct packet *command) {
    struct wire_ping request;
    if (TAKE(command, request)) {
        report_pong(request.host_time_us);
    } else {
        report_ack(command, WIRE_STATUS_BAD_LENGTH, 0);
    }
}

static void reboot(const struct packet *command) {
    struct wire_reboot request;
    const bool valid = TAKE(command, request) && request.target <= WIRE_REBOOT_TARGET_BOOTLOADER;
    report_ack(command, valid ? WIRE_STATUS_OK : WIRE_STATUS_BAD_VALUE, 0);
    const uint32_t start = board_cycles();
    while (valid && board_cycles() - start < REBOOT_DELAY_CYCLES) {
    }
    if (valid) {
        board_reboot(request.target == WIRE_REBOOT_TARGET_BOOTLOADER);
    }
}

void command_obey(struct app *app, const struct packet *command) {
    uint32_t value = 0;
    switch (command->type) {
    case WIRE_HELLO_REQUEST:
        report_hello(app);
        break;
    case WIRE_SET_MODE:
        report_ack(command, set_mode(app, command), 0);
        break;
    case WIRE_SET:
        report_ack(command, set(app, command), 0);
        break;
    case WIRE_INJECT: {
        const enum wire_status status = inject(app, command);
        report_ack(command, status, app->injected);
        break;
    }
    case WIRE_PING:
        ping(command);
        break;
    case WIRE_REBOOT:
        reboot(command);
        break;
    case WIRE_CAMERA_REGISTER: {
        const enum wire_status status = camera_register(app, command, &value);
        report_ack(command, status, value);
        break;
    }
    case WIRE_HOLD:
        report_ack(command, hold(app, command), 0);
        break;
    case WIRE_GET: {
        const enum wire_status status = get(app, command, &value);
        report_ack(command, status, value);
        break;
    }
    case WIRE_LAYOUT_REQUEST:
        report_layout();
        break;
    case WIRE_RASTER_REQUEST:
    case WIRE_SILICON_REQUEST: {
        const enum wire_status status = measure_obey(app, command);
        if (status != WIRE_STATUS_OK) {
            report_ack(command, status, 0);
        }
        break;
    }
    default: {
        const enum wire_status status = deploy_obey(app, command, &value);
        if (command->type != WIRE_SLOT_STATUS || status != WIRE_STATUS_OK) {
            report_ack(command, status, value);
        }
    }
    }
}
