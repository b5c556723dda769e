#include "model.h"

#include "board/board.h" // board_cycles

enum {
    MEMORY_BYTES = 112 * 1024, /* image and arena of the largest model that this firmware takes */
    DEFAULT_SIDE = 96,
    FLASH_BYTES = 0x100000,
};

static _Alignas(8) uint8_t memory[MEMORY_BYTES];

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

static size_t image_room(const struct app *app) {
    return (app_image_bytes(app) + 7u) & ~(size_t)7u;
}

/* The header is read before the engine has checked it, so sizes are bounded here. */
static bool shape_image(struct app *app, const struct packed_header *header) {
    const uint32_t pixels = (uint32_t)header->input_height * header->input_width;
    if (pixels == 0 || pixels > MEMORY_BYTES || header->input_channels > 3 ||
        header->output_count > WIRE_MAX_SCORES) {
        return false;
    }
    app->height = header->input_height;
    app->width = header->input_width;
    app->channels = (uint8_t)header->input_channels;
    return image_room(app) < MEMORY_BYTES &&
           app_image_bytes(app) <= WIRE_MAX_PAYLOAD_BYTES - sizeof(struct wire_frame);
}

void model_open(struct app *app) {
    const struct packed_header *header = (const void *)default_model;
    const size_t room = FLASH_BYTES - (size_t)(uintptr_t)default_model;
    app->image = memory;
    app->model_status = ENGINE_BAD_HEADER;
    if (header->total_bytes <= room && shape_image(app, header)) {
        const size_t used = image_room(app);
        app->model_status = engine_open(&app->engine, default_model, header->total_bytes, memory + used,
                                        sizeof memory - used);
    }
    if (app->model_status != ENGINE_OK) {
        app->height = DEFAULT_SIDE;
        app->width = DEFAULT_SIDE;
        app->channels = 1;
        return;
    }
    app->score_count = app->engine.header->output_count;
    app->engine.clock = board_cycles;
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
