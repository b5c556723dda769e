#include "settle.h"

#include "board/board.h" // board_nap, board_microseconds
#include "link/link.h"   // link_host_calls

enum {
    MICROSECONDS_PER_MS = 1000,
    CYCLES_PER_MICROSECOND = BOARD_CLOCK_HZ / 1000000,
    EARLY_US = 2000, /* before the frame that is captured: sleeping over its start would cost another one */
    FRAMES_OF_REST = 2,
};

void nap_until(uint64_t end_us) {
    const uint64_t now_us = board_microseconds();
    const uint64_t left_ms = end_us > now_us ? (end_us - now_us) / MICROSECONDS_PER_MS : 0;
    if (left_ms > 0) {
        board_nap(left_ms < BOARD_LONGEST_NAP_MS ? (uint32_t)left_ms : BOARD_LONGEST_NAP_MS);
    }
}

void settle_frames(const struct app *app, uint32_t frames) {
    if (frames == 0) {
        return;
    }
    const uint64_t frame_us = camera_frame_cycles(&app->camera) / CYCLES_PER_MICROSECOND;
    const uint64_t end_us = board_microseconds() + frames * frame_us - EARLY_US;
    while (board_microseconds() + MICROSECONDS_PER_MS < end_us && !link_host_calls()) {
        nap_until(end_us);
    }
}

void settle_light(const struct app *app) {
    struct camera_light before = {0, 0};
    uint32_t rested = 0;
    for (uint32_t frame = 0; frame < SETTLE_MOST_FRAMES && rested < FRAMES_OF_REST; frame++) {
        struct camera_light now;
        settle_frames(app, 1);
        if (camera_read_light(&now).code != WIRE_FAULT_CODE_NONE || link_host_calls()) {
            return; /* the capture that follows says what is wrong */
        }
        rested = now.exposure == before.exposure && now.gain == before.gain ? rested + 1 : 0;
        before = now;
    }
}
