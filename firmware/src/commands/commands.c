#include "commands/commands.h"

#include <string.h> // memcpy

#include "board/board.h"       // board_set_accessories, board_reboot
#include "camera/capture.h"    // capture_forget_timing
#include "camera/sccb.h"       // sccb_*
#include "commands/deploy.h"   // deploy_obey
#include "commands/measure.h"  // measure_obey
#include "commands/settings.h" // settings_*
#include "hold.h"              // hold_ask
#include "report.h"            // report_*
#include "stage.h"             // stage_wake_camera
#include "watch.h"             // watch_begin

enum { REBOOT_DELAY_CYCLES = BOARD_CLOCK_HZ / 20 }; /* for the acknowledgement to leave */

static enum wire_status set_mode(struct app *app, const struct packet *command) {
    struct wire_set_mode request;
    if (!PACKET_TAKE(command, request)) {
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
    if (!PACKET_TAKE(command, request)) {
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
    return PACKET_TAKE(command, request) ? hold_ask(app, &request) : WIRE_STATUS_BAD_LENGTH;
}

static void ping(const struct packet *command) {
    struct wire_ping request;
    if (PACKET_TAKE(command, request)) {
        report_pong(request.host_time_us);
    } else {
        report_ack(command, WIRE_STATUS_BAD_LENGTH, 0);
    }
}

static void reboot(const struct packet *command) {
    struct wire_reboot request;
    const bool valid = PACKET_TAKE(command, request) && request.target <= WIRE_REBOOT_TARGET_BOOTLOADER;
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
        report_ack(command, settings_set(app, command), 0);
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
        const enum wire_status status = settings_get(app, command, &value);
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
