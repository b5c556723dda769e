#include "commands/deploy.h"

#include <string.h> // memcpy

#include "model.h"     // model_*
#include "report.h"    // report_slot
#include "slot/slot.h" // slot_*

/* A model that passed its checks goes into use; flash is written only when that changes something. */
static enum wire_status use(struct app *app, uint32_t slot, uint32_t bytes) {
    if (slot != app->slots.active || bytes != app->slots.active_bytes || app->slot_status != ENGINE_OK) {
        const enum wire_status status = slot_select(&app->slots, slot, bytes);
        if (status != WIRE_STATUS_OK) {
            return status;
        }
    }
    app->injected = 0;
    app->has_result = false;
    model_open(app);
    return WIRE_STATUS_OK;
}

/* FAULT and the reason when the engine does not run what the slot holds. */
static enum wire_status check_and_use(struct app *app, uint32_t slot, size_t bytes, uint32_t *reason) {
    const enum engine_status status = model_check(app, slot, bytes);
    if (status != ENGINE_OK) {
        *reason = (uint32_t)status;
        return WIRE_STATUS_FAULT;
    }
    return use(app, slot, slot == 0 ? 0 : (uint32_t)bytes);
}

static enum wire_status begin(struct app *app, const struct packet *command) {
    struct wire_slot_begin request;
    if (!PACKET_TAKE(command, request)) {
        return WIRE_STATUS_BAD_LENGTH;
    }
    return slot_begin(&app->slots, request.total, request.crc);
}

static enum wire_status write_piece(struct app *app, const struct packet *command) {
    struct wire_slot_write request;
    if (command->payload_bytes < sizeof request) {
        return WIRE_STATUS_BAD_LENGTH;
    }
    memcpy(&request, command->payload, sizeof request);
    return slot_write(&app->slots, request.offset, command->payload + sizeof request,
                      command->payload_bytes - sizeof request);
}

static enum wire_status commit(struct app *app, const struct packet *command, uint32_t *reason) {
    struct wire_slot_commit request;
    if (!PACKET_TAKE(command, request)) {
        return WIRE_STATUS_BAD_LENGTH;
    }
    if (slot_is_done(&app->slots, request.crc)) {
        return WIRE_STATUS_OK; /* the host repeats when an answer was lost */
    }
    const enum wire_status status = slot_verify(&app->slots, request.crc);
    return status == WIRE_STATUS_OK
               ? check_and_use(app, app->slots.transfer.slot, app->slots.transfer.bytes, reason)
               : status;
}

/* The slot that a command names; false when it does not, or when there is none of that number. */
static bool take_slot(const struct packet *command, uint32_t *slot) {
    struct wire_slot_select request;
    if (!PACKET_TAKE(command, request)) {
        return false;
    }
    *slot = request.which;
    return *slot <= WIRE_MODEL_SLOTS;
}

static enum wire_status obey_idle(struct app *app, const struct packet *command, uint32_t *value) {
    enum wire_status status;
    uint32_t slot;
    switch (command->type) {
    case WIRE_SLOT_BEGIN:
        status = begin(app, command);
        *value = app->slots.transfer.held;
        return status;
    case WIRE_SLOT_WRITE:
        status = write_piece(app, command);
        *value = app->slots.transfer.held;
        return status;
    case WIRE_SLOT_COMMIT:
        return commit(app, command, value);
    case WIRE_SLOT_SELECT:
        return take_slot(command, &slot) ? check_and_use(app, slot, model_bytes(app, slot), value)
                                         : WIRE_STATUS_BAD_VALUE;
    case WIRE_SLOT_ERASE:
        return take_slot(command, &slot) ? slot_erase(&app->slots, slot) : WIRE_STATUS_BAD_VALUE;
    default:
        return WIRE_STATUS_UNKNOWN_COMMAND;
    }
}

enum wire_status deploy_obey(struct app *app, const struct packet *command, uint32_t *value) {
    uint32_t slot;
    if (command->type == WIRE_SLOT_STATUS) {
        if (!take_slot(command, &slot)) {
            return WIRE_STATUS_BAD_VALUE;
        }
        report_slot(app, slot);
        return WIRE_STATUS_OK;
    }
    const bool known = command->type >= WIRE_SLOT_BEGIN && command->type <= WIRE_SLOT_ERASE;
    if (known && app->mode != WIRE_MODE_IDLE) {
        return WIRE_STATUS_BUSY;
    }
    return obey_idle(app, command, value);
}
