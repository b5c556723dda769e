#include "commands/measure.h"

#include "board/board.h"   // board_cycles
#include "camera/pins.h"   // PIN_PCLK
#include "camera/raster.h" // camera_count
#include "link/link.h"     // link_send, link_make_room
#include "stage.h"         // stage_wake_camera, stage_rest_camera

enum {
    TIMES = 64,
    WINDOW_CYCLES = BOARD_CLOCK_HZ / 50,
    WARM_LOOKS = 16,
    NOTICED_CYCLES = 24, /* an exception's entry and return alone take as long */
    ROOM_MS = 500,
};

/* Called twice, so that the second time nothing waits for flash: there must be one copy of each. */
#define ONE_COPY __attribute__((noinline)) static

#define AT_HAND(value) __asm volatile("" : "+r"(value)) /* in a register before the clock is read */

ONE_COPY uint32_t time_reads(void) {
    volatile const uint32_t *port = &GPIO_IN(PIN_PCLK);
    AT_HAND(port);
    const uint32_t start = board_cycles();
    uint32_t value;
    __asm volatile(".rept 64\n ldr %0, [%1]\n lsls %0, %0, #1\n .endr" : "=&r"(value) : "r"(port) : "cc");
    return board_cycles() - start;
}

ONE_COPY uint32_t time_branches(void) {
    uint32_t left = TIMES;
    AT_HAND(left);
    const uint32_t start = board_cycles();
    __asm volatile("1:\n subs %0, %0, #1\n bne 1b" : "+r"(left) : : "cc");
    return board_cycles() - start - TIMES; /* of the subtractions */
}

ONE_COPY uint32_t time_nothing(void) {
    const uint32_t start = board_cycles();
    return board_cycles() - start;
}

/* A loop that looks at the cycle counter all the time sees each interrupt as a gap. */
static void watch_interrupts(struct wire_silicon *silicon) {
    const uint32_t start = board_cycles();
    uint32_t before = start;
    uint32_t usual = WINDOW_CYCLES;
    for (uint32_t looks = 0; before - start < WINDOW_CYCLES; looks++) {
        const uint32_t now = board_cycles();
        const uint32_t gap = now - before;
        before = now;
        if (looks < WARM_LOOKS) {
            usual = gap < usual ? gap : usual;
        } else if (gap > usual + NOTICED_CYCLES) {
            const uint32_t taken = gap - usual;
            silicon->interrupts++;
            silicon->interrupt_cycles += taken;
            silicon->longest_cycles = taken > silicon->longest_cycles ? taken : silicon->longest_cycles;
        }
    }
    silicon->window_cycles = before - start;
}

static void answer_silicon(void) {
    struct wire_silicon silicon = {.reads = TIMES, .branches = TIMES};
    const uint32_t mask = board_mask();
    for (unsigned turn = 0; turn < 2; turn++) {
        silicon.read_cycles = time_reads() - time_nothing();
        silicon.branch_cycles = time_branches() - time_nothing();
    }
    board_unmask(mask);
    watch_interrupts(&silicon);
    link_send(WIRE_SILICON, &silicon, sizeof silicon, NULL, 0);
}

static struct camera_fault count_raster(struct app *app, uint32_t line, struct raster *raster) {
    app->rests_until_retry = 0;
    if (!stage_wake_camera(app)) {
        return (struct camera_fault){(enum wire_fault_code)app->last_fault, 0};
    }
    return camera_count(&app->camera, line, raster);
}

static void answer_raster(struct app *app, uint32_t line) {
    static struct raster raster;
    raster = (struct raster){0};
    const struct camera_fault fault = count_raster(app, line, &raster);
    const struct wire_raster answer = {
        .code = (uint16_t)fault.code,
        .lines = (uint16_t)raster.lines,
        .line = (uint16_t)line,
        .line_bytes = (uint16_t)raster.line_bytes,
        .line_cycles = raster.line_cycles,
        .frame_cycles = raster.frame_cycles,
        .clock_divider = raster.clock_divider,
    };
    link_make_room(sizeof answer + raster.kept, ROOM_MS);
    link_send(WIRE_RASTER, &answer, sizeof answer, raster.bytes, raster.kept);
}

enum wire_status measure_obey(struct app *app, const struct packet *command) {
    struct wire_raster_request request = {0};
    const bool raster = command->type == WIRE_RASTER_REQUEST;
    if (raster ? !packet_take(command, &request, sizeof request) : command->payload_bytes != 0) {
        return WIRE_STATUS_BAD_LENGTH;
    }
    if (app->mode != WIRE_MODE_IDLE) {
        return WIRE_STATUS_BUSY;
    }
    if (raster) {
        answer_raster(app, request.line);
    } else {
        answer_silicon();
    }
    return WIRE_STATUS_OK;
}
