#include "camera/capture.h"

#include <stddef.h> // size_t, NULL

#include "board/board.h"      // board_cycles, board_line_*
#include "board/nrf52840.h"   // GPIO_IN
#include "camera/pins.h"      // PIN_VSYNC, PIN_HREF
#include "camera/read_line.h" // read_line

enum {
    ROWS_BEFORE_FIRST = 60,
    LEAD_CYCLES = 1000, /* from the timer's match to the line: what holds the interrupt back, and code that
                           flash is waited for */
    LEAST_CYCLES = 200, /* of it left, else it came too late */
    READ_CYCLES = 8,    /* from the cycle counter's read to the timer's, and such */
};

#define SLIPPED (READ_LINE_LATE - 1u) /* a byte was missed or read twice */

enum state { IDLE, MEASURING, READING, OVER };

/* When lines come, from the timer's start or from the end of the line before, in cycles. */
struct timing {
    bool known;
    uint32_t first;
    uint32_t gap;
};

static volatile enum state state;
static struct timing timing;
static struct camera_settings settings;
static const struct camera_sink *sink;
static bool colour;
static bool measured; /* for this frame: it is not measured twice */
static uint32_t begun_at_line_cycles;
static uint32_t number;
static uint32_t due; /* the line, since the timer began */
static struct capture result;
static uint32_t samples[CAMERA_WIDTH]; /* two bytes in a word, the first in its low half */

static bool pin_is_high(uint32_t pin) {
    return (GPIO_IN(pin) & GPIO_BIT(pin)) != 0;
}

static bool wait_for(uint32_t pin, bool high, uint32_t cycles) {
    const uint32_t start = board_cycles();
    while (pin_is_high(pin) != high) {
        if (board_cycles() - start > cycles) {
            return false;
        }
    }
    return true;
}

static void end(enum wire_fault_code code, uint32_t detail) {
    board_line_stop();
    result = (struct capture){{code, detail}, board_cycles(), begun_at_line_cycles};
    state = OVER;
}

/* Two samples at once. D7..D2 are P1.15..P1.10; D1 and D0 are P1.02 and P1.03 on the shield, crossed on a
 * breadboard. */
static inline uint32_t bytes_of(uint32_t words, bool data_swap) {
    const uint32_t low =
        data_swap ? (words >> 3 & 0x00010001u) | (words >> 1 & 0x00020002u) : words >> 2 & 0x00030003u;
    return (words >> 8 & 0x00FC00FCu) | low;
}

static uint32_t luma[CAMERA_WIDTH];
static uint32_t chroma[CAMERA_CHROMA_WIDTH];

/* Y U Y V, or U Y V Y: the luma's half of a word is shifted down, the chroma's kept where it belongs. */
static inline void decode(bool data_swap, bool luma_second) {
    for (size_t i = 0; i < CAMERA_CHROMA_WIDTH; i++) {
        const uint32_t left = bytes_of(samples[2 * i], data_swap);
        const uint32_t right = bytes_of(samples[2 * i + 1], data_swap);
        luma[2 * i] = luma_second ? left >> 16 : left & 0xFFFFu;
        luma[2 * i + 1] = luma_second ? right >> 16 : right & 0xFFFFu;
        chroma[i] = luma_second ? (left & 0xFFFFu) | right << 16 : left >> 16 | (right & 0xFFFF0000u);
    }
}

/* Each wiring has a loop of its own, without a choice inside. */
static void decode_colour(void) {
    if (settings.luma_second) {
        settings.data_swap ? decode(true, true) : decode(false, true);
    } else {
        settings.data_swap ? decode(true, false) : decode(false, false);
    }
}

static uint32_t half_period(void) {
    return settings.clock_divider + 1u;
}

/* The loop takes 3 half periods and a cycle, if not more. */
static uint32_t grey_pads(void) {
    const uint32_t wanted = 3u * half_period() + 1u;
    return wanted > READ_LINE_GREY_CYCLES ? wanted - READ_LINE_GREY_CYCLES : 0;
}

/* HREF stays up for 3 half periods behind the last luma of a line that begins with luma, else for one. Behind
 * a sample that is a byte late it is down at once; behind one that is early it stays two half periods longer.
 */
static bool tail_is_right(uint32_t tail_cycles) {
    const bool luma_last = colour || settings.luma_second;
    const uint32_t most = (colour && sink->groups ? 2u : luma_last ? 3u : 4u) * half_period();
    return tail_cycles < most && (luma_last || tail_cycles > half_period());
}

static uint32_t wanted(void) {
    return sink->groups ? CAMERA_WIDTH / 2 : colour ? 2 * CAMERA_WIDTH : CAMERA_WIDTH;
}

static uint32_t read_now(struct camera_reading *reading) {
    if (sink->groups) {
        return read_line_in_groups(reading, colour, half_period(), settings.data_swap, settings.luma_second);
    }
    const enum read_line_kind kind = colour               ? READ_LINE_BYTES
                                     : settings.data_swap ? READ_LINE_CROSSED
                                                          : READ_LINE_STRAIGHT;
    return read_line(reading, kind, grey_pads());
}

static uint32_t read_samples(void) {
    const bool sums = !colour || sink->groups;
    struct camera_reading reading = {
        .to = !sums ? samples : sink->sums + (colour && settings.luma_second),
        .count = wanted(),
        .steps = sink->steps,
        .unit = sink->groups ? sink->unit | sink->unit << 16 : sink->unit,
        .skips_first = !colour && settings.luma_second,
        .start_cycles = board_cycles() + due - BOARD_TICK_CYCLES * board_line_ticks() - READ_CYCLES -
                        READ_LINE_EARLY_CYCLES,
        .chroma_unit = sink->chroma_unit,
    };
    const uint32_t missing = read_now(&reading);
    if (missing == 0 && number + 1 < CAMERA_HEIGHT) {
        due = timing.gap - (board_cycles() - reading.ended_cycles);
        board_line_restart((due - LEAD_CYCLES) / BOARD_TICK_CYCLES);
    }
    return missing == 0 && !tail_is_right(reading.tail_cycles) ? SLIPPED : missing;
}

/* What a line that was not read whole says of the frame. The first one may only have moved: it is measured,
 * once. */
static void judge(uint32_t missing) {
    const bool href_is_high = pin_is_high(PIN_HREF);
    if (missing == READ_LINE_LATE) {
        timing.known = timing.known && number > 0;
        end(WIRE_FAULT_CODE_CAMERA_OVERRUN, number << 16);
    } else if (missing == SLIPPED) {
        end(WIRE_FAULT_CODE_CAMERA_OVERRUN, number << 16 | wanted());
    } else if (missing < wanted()) {
        end(WIRE_FAULT_CODE_CAMERA_SHORT_LINE, number << 16 | (wanted() - missing));
    } else if (href_is_high) {
        end(WIRE_FAULT_CODE_CAMERA_NO_PCLK, number << 16);
    } else if (number > 0) {
        end(WIRE_FAULT_CODE_CAMERA_SHORT_FRAME, number);
    } else if (measured) {
        end(WIRE_FAULT_CODE_CAMERA_NO_HREF, 0);
    } else {
        timing.known = false;
    }
}

static void arm(void) {
    number = 0;
    state = timing.known ? READING : MEASURING;
    due = timing.first;
    board_line_on_edge(PIN_VSYNC, timing.known ? (due - LEAD_CYCLES) / BOARD_TICK_CYCLES : 2);
}

static void read_next(void) {
    if (number == 0) {
        begun_at_line_cycles = board_line_cycles();
    }
    const uint32_t passed = BOARD_TICK_CYCLES * board_line_ticks();
    const bool late = passed + LEAST_CYCLES > due || pin_is_high(PIN_HREF);
    const uint32_t missing = late ? READ_LINE_LATE : read_samples();
    if (missing != 0) {
        judge(missing);
        if (state == READING) {
            arm();
        }
        return;
    }
    if (colour && !sink->groups) {
        decode_colour();
        sink->take(sink->context, luma, chroma);
    } else {
        sink->take(sink->context, NULL, NULL);
    }
    if (++number == CAMERA_HEIGHT) {
        end(WIRE_FAULT_CODE_NONE, 0);
    }
}

/* From VSYNC's fall: the first line's rise, its length, and the gap behind it. Where the sensor does not drop
 * every second line the gap is short, and the line behind it is ours to drop. */
static void measure(void) {
    const uint32_t row = camera_row_cycles(&settings);
    if (!wait_for(PIN_HREF, true, ROWS_BEFORE_FIRST * row)) {
        end(WIRE_FAULT_CODE_CAMERA_NO_HREF, 0);
        return;
    }
    timing.first = BOARD_TICK_CYCLES * board_line_ticks();
    const uint32_t rise = board_cycles();
    const bool falls = wait_for(PIN_HREF, false, 2 * row);
    const uint32_t fall = board_cycles();
    if (!falls || !wait_for(PIN_HREF, true, 4 * row)) {
        end(WIRE_FAULT_CODE_CAMERA_SHORT_FRAME, 0);
        return;
    }
    const uint32_t gap = board_cycles() - fall;
    const uint32_t active = fall - rise;
    timing.gap = gap < active ? active + 2 * gap : gap;
    timing.known = true;
    measured = true;
    arm();
}

/* The timer's interrupt. */
static void line_is_due(void) {
    if (state == MEASURING) {
        measure();
    } else if (state == READING) {
        read_next();
    }
}

void capture_begin(const struct camera_settings *with, bool in_colour, const struct camera_sink *to) {
    capture_abandon();
    board_start_lines(line_is_due);
    timing.known = timing.known && settings.clock_divider == with->clock_divider;
    settings = *with;
    colour = in_colour;
    sink = to;
    measured = false;
    arm();
}

/* An interrupt that still comes finds nothing to do. */
void capture_abandon(void) {
    state = IDLE;
    board_line_stop();
}

bool capture_is_begun(void) {
    return state != IDLE;
}

struct capture capture_wait(void) {
    const uint32_t start = board_cycles();
    const uint32_t most = 4 * camera_frame_cycles(&settings);
    while (state == MEASURING || state == READING) {
        if (board_cycles() - start > most) {
            capture_abandon();
            return (struct capture){
                {WIRE_FAULT_CODE_CAMERA_NO_VSYNC, 0}, board_cycles(), begun_at_line_cycles};
        }
    }
    state = IDLE;
    return result;
}

void capture_forget_timing(void) {
    timing.known = false;
}
