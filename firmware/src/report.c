#include "report.h"

#include <string.h> // strncpy, strlen

#include "board/board.h" // board_*
#include "crc32.h"       // crc32_add
#include "link/link.h"   // link_send
#include "model.h"       // model_*

#ifndef FIRMWARE_BUILD
#define FIRMWARE_BUILD "unknown"
#endif
#define TEXT_OF(value) #value
#define TEXT(value) TEXT_OF(value)
#ifdef __OPTIMIZE_SIZE__
#define OPTIMISATION " -Os"
#else
#define OPTIMISATION " -O2" /* platformio.ini */
#endif
#define FIRMWARE_COMPILER                                                                                    \
    "GCC " TEXT(__GNUC__) "." TEXT(__GNUC_MINOR__) "." TEXT(__GNUC_PATCHLEVEL__) OPTIMISATION

static void copy_text(char *to, size_t room, const char *from) {
    const size_t length = strnlen(from, room - 1);
    memcpy(to, from, length);
    memset(to + length, 0, room - length);
}

const char *report_firmware(void) {
    return FIRMWARE_BUILD;
}

void report_hello(const struct app *app) {
    const struct packed_header *model = app->model_status == ENGINE_OK ? app->engine.header : NULL;
    struct wire_hello hello = {
        .layout_hash = WIRE_LAYOUT_HASH,
        .protocol_version = WIRE_PROTOCOL_VERSION,
        .mode = app->mode,
        .last_fault = app->last_fault,
        .clock_hz = BOARD_CLOCK_HZ,
        .model_hash = model_hash(app),
        .arena_bytes = model ? model->arena_bytes : 0,
        .input_height = app->height,
        .input_width = app->width,
        .input_channels = app->channels,
        .output_zero_point = (int8_t)(model ? model->output_zero_point : 0),
        .score_count = (uint16_t)app->score_count,
        .score_meaning = model ? model->score_meaning : 0,
        .instruction_cache = board_instruction_cache(),
        .dcdc = board_dcdc(),
        .clock_divider = app->camera.clock_divider,
        .data_swap = app->camera.data_swap,
        .colour_bars = app->camera.colour_bars,
        .output_scale = model ? model->output_scale : 0.0f,
        .device_serial = board_serial_number(),
    };
    copy_text(hello.firmware, sizeof hello.firmware, FIRMWARE_BUILD);
    copy_text(hello.board, sizeof hello.board, board_name());
    copy_text(hello.compiler, sizeof hello.compiler, FIRMWARE_COMPILER);
    copy_text(hello.model, sizeof hello.model, model_name(app));
    size_t bytes;
    const char *labels = model_labels(app, &bytes);
    link_send(WIRE_HELLO, &hello, sizeof hello, labels, bytes);
}

void report_layout(void) {
    static const uint8_t hashes[] = WIRE_LAYOUT_HASHES;
    link_send(WIRE_LAYOUT, hashes, sizeof hashes, NULL, 0);
}

enum { WHOLE_BYTES = WIRE_MAX_PAYLOAD_BYTES - sizeof(struct wire_frame) };

static uint32_t part_bytes(const struct app *app, uint32_t from) {
    const uint32_t left = app_image_bytes(app) - from;
    return left < WIRE_FRAME_PART_BYTES ? left : WIRE_FRAME_PART_BYTES;
}

uint32_t report_frame_bytes(const struct app *app, uint32_t from) {
    const uint32_t bytes = app_image_bytes(app);
    return bytes <= WHOLE_BYTES ? sizeof(struct wire_frame) + bytes
                                : sizeof(struct wire_frame_part) + part_bytes(app, from);
}

static void send_whole(const struct app *app, enum wire_source source) {
    const struct wire_frame frame = {
        .frame = app->frame,
        .height = app->height,
        .width = app->width,
        .channels = app->channels,
        .source = (uint8_t)source,
    };
    link_send(WIRE_FRAME, &frame, sizeof frame, app->image, app_image_bytes(app));
}

static void send_part(const struct app *app, enum wire_source source, uint32_t from) {
    const struct wire_frame_part part = {
        .frame = app->frame,
        .offset = from,
        .height = app->height,
        .width = app->width,
        .channels = app->channels,
        .source = (uint8_t)source,
    };
    link_send(WIRE_FRAME_PART, &part, sizeof part, app->image + from, part_bytes(app, from));
}

uint32_t report_frame(const struct app *app, enum wire_source source, uint32_t from) {
    const uint32_t bytes = app_image_bytes(app);
    if (bytes <= WHOLE_BYTES) {
        send_whole(app, source);
        return bytes;
    }
    const bool room = link_has_room(report_frame_bytes(app, from));
    do {
        send_part(app, source, from);
        from += part_bytes(app, from);
    } while (room && from < bytes && link_has_room(report_frame_bytes(app, from)));
    return room ? from : bytes;
}

static void report_profile(const struct app *app) {
    const struct wire_profile profile = {.frame = app->frame};
    link_send(WIRE_PROFILE, &profile, sizeof profile, app->operator_cycles,
              app->engine.header->operator_count * sizeof app->operator_cycles[0]);
}

void report_result(struct app *app, enum wire_source source) {
    const uint32_t now = board_cycles();
    const struct wire_result result = {
        .frame = app->frame,
        .image_crc = crc32_add(0, app->image, app_image_bytes(app)),
        .capture_cycles = app->cycles.capture,
        .preprocess_cycles = app->cycles.preprocess,
        .inference_cycles = app->cycles.inference,
        .send_cycles = app->cycles.send,
        .period_cycles = app->has_result ? now - app->last_result_at : 0,
        .dropped_messages = link_dropped(),
        .bad_packets = link_bad(),
        .overlapped_cycles = app->cycles.overlapped,
        .age_cycles = source == WIRE_SOURCE_CAMERA ? now - app->cycles.image_ended_at : 0,
        .source = (uint8_t)source,
    };
    link_send(WIRE_RESULT, &result, sizeof result, app->scores, app->score_count);
    app->last_result_at = now;
    app->has_result = true;
    if (app->profile) {
        report_profile(app);
    }
}

void report_fault(struct app *app, struct camera_fault fault, const char *text) {
    const struct wire_fault message = {
        .code = (uint16_t)fault.code,
        .frame = app->frame,
        .detail = fault.detail,
    };
    app->last_fault = (uint8_t)fault.code;
    link_send(WIRE_FAULT, &message, sizeof message, text, strlen(text));
}

void report_ack(const struct packet *command, enum wire_status status, uint32_t value) {
    const struct wire_ack ack = {
        .request = command->type,
        .status = (uint8_t)status,
        .sequence = command->sequence,
        .value = value,
    };
    link_send(WIRE_ACK, &ack, sizeof ack, NULL, 0);
}

/* What lies in a slot, by looking at it: nothing about its content is kept elsewhere. */
static void describe_slot(const struct app *app, struct wire_slot_info *info) {
    const struct packed_header *header = model_header(app, info->which);
    if (header->magic == UINT32_MAX) {
        return;
    }
    const enum engine_status status = model_check(app, info->which, model_bytes(app, info->which));
    info->state = status == ENGINE_OK ? WIRE_SLOT_STATE_READY : WIRE_SLOT_STATE_REFUSED;
    info->reason = (int8_t)status;
    if (status == ENGINE_OK) {
        info->model_bytes = header->total_bytes;
        info->crc = header->body_crc;
        info->held = header->total_bytes;
        copy_text(info->name, sizeof info->name, header->name);
    }
}

void report_slot(const struct app *app, uint32_t slot) {
    struct wire_slot_info info = {
        .which = (uint8_t)slot,
        .active = slot == app->slots.active && app->model_status == ENGINE_OK,
        .room = app->slots.room,
        .memory_bytes = PACKED_MODEL_MEMORY_BYTES,
    };
    const struct slot_transfer *transfer = &app->slots.transfer;
    if (slot != 0 && transfer->slot == slot) {
        info.state = WIRE_SLOT_STATE_RECEIVING;
        info.model_bytes = transfer->bytes;
        info.crc = transfer->crc;
        info.held = transfer->held;
    } else if (slot == 0 || app->slots.room > 0) {
        describe_slot(app, &info);
    }
    link_send(WIRE_SLOT_INFO, &info, sizeof info, NULL, 0);
}

void report_pong(uint64_t host_time_us) {
    const struct wire_pong pong = {
        .host_time_us = host_time_us,
        .device_cycles = board_cycles_since_start(),
        .dropped_messages = link_dropped(),
        .bad_packets = link_bad(),
    };
    link_send(WIRE_PONG, &pong, sizeof pong, NULL, 0);
}

void report_held(const struct wire_held *held) {
    link_send(WIRE_HELD, held, sizeof *held, NULL, 0);
}

void report_verdict(const struct app *app) {
    const struct wire_verdict verdict = {
        .verdict = app->watch.verdict,
        .percent = app->watch.percent,
        .looks = app->watch.looks,
        .elapsed_us = board_microseconds() - app->watch.began_us,
    };
    link_send(WIRE_VERDICT, &verdict, sizeof verdict, NULL, 0);
}

void report_heartbeat(const struct app *app) {
    const struct watch *watch = &app->watch;
    const struct wire_heartbeat heartbeat = {
        .verdict = watch->verdict,
        .percent = watch->percent,
        .looks = watch->looks,
        .blind_looks = watch->blind_looks,
        .verdicts = watch->verdicts,
        .elapsed_us = board_microseconds() - watch->began_us,
        .awake_cycles = board_cycles_since_start() - watch->began_cycles,
        .wake_cycles = watch->wake_cycles,
        .capture_cycles = app->cycles.capture,
        .preprocess_cycles = app->cycles.preprocess,
        .inference_cycles = app->cycles.inference,
    };
    link_send(WIRE_HEARTBEAT, &heartbeat, sizeof heartbeat, NULL, 0);
}
