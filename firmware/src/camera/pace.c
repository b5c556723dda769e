#include "camera/pace.h"

enum {
    LINE_CLOCKS = 784 * 2, /* pixel clocks, each divider + 1 CPU cycles: the PLL makes 64 MHz of XCLK's 16 */
    FRAME_LINES = 510,
    LAST_LINE = 492, /* VSTOP of the window: where a captured frame ends */
    SLACK_LINES = 2, /* for what varies from frame to frame */
};

uint32_t camera_period(uint8_t divider, uint32_t busy_cycles) {
    const uint32_t line = LINE_CLOCKS * (divider + 1u);
    const uint32_t busy_lines = busy_cycles / line + 1u + SLACK_LINES;
    const uint32_t frames = (LAST_LINE + busy_lines + FRAME_LINES - 1u) / FRAME_LINES;
    return frames * FRAME_LINES * line;
}

uint8_t camera_best_divider(uint32_t busy_cycles) {
    uint8_t best = CAMERA_FASTEST_DIVIDER;
    for (uint8_t divider = CAMERA_FASTEST_DIVIDER; divider <= CAMERA_SLOWEST_DIVIDER; divider++) {
        if (camera_period(divider, busy_cycles) < camera_period(best, busy_cycles)) {
            best = divider;
        }
    }
    return best;
}
