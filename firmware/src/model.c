#include "model.h"

#include "board/board.h" // board_cycles, board_flash_*
#include "slot/slot.h"   // slot_bytes

enum { DEFAULT_SIDE = 96 };

/* Image and arena; where there is room for a second image, too, the camera looks ahead. */
static _Alignas(8) uint8_t memory[PACKED_MODEL_MEMORY_BYTES];

/* The packed model's bytes in flash. DEFAULT_MODEL is a path that the build gives. On the virtual board they
 * come last in flash, so that host.virtual can lay another model over them; its header says how long it is.
 */
#ifdef BOARD_VIRTUAL
#define MODEL_SECTION ".model"
#else
#define MODEL_SECTION ".rodata.default_model" /* the Arduino core's linker script knows this one */
#endif
__asm(".section " MODEL_SECTION ", \"a\"\n"
      ".balign 8\n"
      ".global default_model\n"
      "default_model:\n"
      ".incbin \"" DEFAULT_MODEL "\"\n"
      ".previous\n");
extern const uint8_t default_model[];

static void note_operator(void *context, size_t index, uint32_t cycles) {
    struct app *app = context;
    if (index < APP_MAX_OPERATORS) {
        app->operator_cycles[index] = cycles;
    }
}

/* The header is read before the engine has checked it, so sizes are bounded here. False when no image of it
 * fits. */
static bool image_bytes(const struct packed_header *header, size_t *bytes) {
    const uint32_t pixels = (uint32_t)header->input_height * header->input_width;
    if (pixels == 0 || header->input_width > WIRE_MAX_IMAGE_WIDTH ||
        header->input_height > WIRE_MAX_IMAGE_HEIGHT || header->input_channels > 3 ||
        header->output_count > WIRE_MAX_SCORES) {
        return false;
    }
    *bytes = (size_t)pixels * header->input_channels;
    return *bytes + 8 <= sizeof memory;
}

static size_t rounded_up(size_t bytes) {
    return (bytes + 7) & ~(size_t)7;
}

/* The engine's reason comes first: it is the more exact one. */
static enum engine_status open_blob(const struct app *app, struct engine *engine, uint32_t slot,
                                    size_t bytes) {
    const struct packed_header *header = model_header(app, slot);
    size_t image;
    const bool fits = image_bytes(header, &image);
    const size_t used = fits ? rounded_up(image) : 0;
    const enum engine_status status =
        engine_open(engine, (const uint8_t *)header, bytes, memory + used, sizeof memory - used);
    return status == ENGINE_OK && !fits ? ENGINE_BAD_HEADER : status;
}

enum engine_status model_check(const struct app *app, uint32_t slot, size_t bytes) {
    struct engine engine;
    return open_blob(app, &engine, slot, bytes);
}

const struct packed_header *model_header(const struct app *app, uint32_t slot) {
    return (const void *)(slot == 0 ? default_model : slot_bytes(&app->slots, slot));
}

size_t model_bytes(const struct app *app, uint32_t slot) {
    const size_t room = slot == 0 ? BOARD_FLASH_BYTES - (size_t)(uintptr_t)default_model : app->slots.room;
    const size_t bytes = model_header(app, slot)->total_bytes;
    return bytes < room ? bytes : room;
}

/* A second image behind the first one and the arena; NULL when it does not fit there. */
static uint8_t *place_of_next_image(const struct app *app) {
    const size_t image = app_image_bytes(app);
    const size_t used = rounded_up(image) + rounded_up(app->engine.header->arena_bytes);
    return used + image <= sizeof memory ? memory + used : NULL;
}

/* host.virtual may have laid a longer model over the built-in one. */
void model_find_slots(struct app *app) {
    const uint32_t behind_model = (uint32_t)(uintptr_t)default_model + model_header(app, 0)->total_bytes;
    const uint32_t used = board_flash_used();
    slots_start(&app->slots, used > behind_model ? used : behind_model, board_flash_end());
}

static enum engine_status open_active(struct app *app) {
    const uint32_t slot = app->slots.active;
    return open_blob(app, &app->engine, slot, slot == 0 ? model_bytes(app, 0) : app->slots.active_bytes);
}

void model_open(struct app *app) {
    app->image = memory;
    app->next_image = NULL;
    app->camera.floor = 0; /* another image may be averaged faster */
    app->slot_status = ENGINE_OK;
    app->model_status = open_active(app);
    if (app->model_status != ENGINE_OK && app->slots.active != 0) {
        app->slot_status = app->model_status;
        app->slots.active = 0;
        app->model_status = open_active(app);
    }
    if (app->model_status != ENGINE_OK) {
        app->height = DEFAULT_SIDE;
        app->width = DEFAULT_SIDE;
        app->channels = 1;
        return;
    }
    const struct packed_header *header = app->engine.header;
    app->height = header->input_height;
    app->width = header->input_width;
    app->channels = (uint8_t)header->input_channels;
    app->score_count = header->output_count;
    app->next_image = place_of_next_image(app);
    app->engine.clock = board_work_cycles;
    app->engine.observer = note_operator;
    app->engine.observer_context = app;
}

uint32_t model_hash(const struct app *app) {
    return app->model_status == ENGINE_OK ? app->engine.header->body_crc : 0;
}

const char *model_name(const struct app *app) {
    return app->model_status == ENGINE_OK ? app->engine.header->name : "";
}

const char *model_labels(const struct app *app, size_t *bytes) {
    *bytes = app->model_status == ENGINE_OK ? app->engine.header->labels_bytes : 0;
    return app->model_status == ENGINE_OK ? (const char *)app->engine.blob + app->engine.header->labels_offset
                                          : "";
}
