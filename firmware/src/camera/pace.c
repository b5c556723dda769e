#include "camera/pace.h"

#include "board_numbers.h" // SENSOR_*

enum {
    LAST_ROW = 495, /* where a captured frame ends, and some */
    STEADY = 8,     /* a period that differs by less than an 8th is smoothed over as many frames */
    /* Parts of the period that are spare: with too little the sensor gains on the board until a whole frame
     * is missed; a change costs half a frame. */
    SPARE = 256,
    MOST_SPARE = 96,
};

static void smooth(struct pace *pace, uint32_t period) {
    const int32_t change = (int32_t)(period - pace->period);
    const uint32_t size = change < 0 ? pace->period - period : period - pace->period;
    if (size > pace->period / STEADY) {
        pace->period = period;
    } else {
        pace->period += (uint32_t)(change / STEADY);
    }
}

uint16_t pace_extra_rows(struct pace *pace, const struct camera_settings *settings,
                         const struct pace_load *load) {
    const uint32_t row = SENSOR_LINE_CLOCKS * (settings->clock_divider + 1u);
    smooth(pace, load->work + (load->overlaps ? load->reading : LAST_ROW * row));
    const uint32_t rows = pace->period / row + 1u;
    const uint32_t now = SENSOR_FRAME_LINES + settings->extra_rows;
    if (now >= rows && (settings->extra_rows == 0 || now <= rows + rows / MOST_SPARE)) {
        return settings->extra_rows;
    }
    const uint32_t best = rows + rows / SPARE;
    const uint32_t extra = best > SENSOR_FRAME_LINES ? best - SENSOR_FRAME_LINES : 0;
    return (uint16_t)(extra < CAMERA_MOST_EXTRA_ROWS ? extra : CAMERA_MOST_EXTRA_ROWS);
}
