#include "camera/ov7675.h"

#include <stddef.h> // size_t

#include "board/board.h"      // board_cycles, board_mask
#include "camera/pins.h"      // PIN_VSYNC, PIN_HREF
#include "camera/read_line.h" // camera_read_line

enum {
    PCLKS_IN_LINE = 784 * 2, /* before scaling */
    LINES_IN_FRAME = 510,
    XCLK_CYCLES = 4, /* 64 MHz / 16 MHz */
    LINES_BEFORE_FIRST = 60,
    GUARD_CYCLES = 3000, /* before the next line: no interrupt may delay the first pixel */
};

static uint32_t line_cycles(const struct camera_settings *settings) {
    return PCLKS_IN_LINE * (settings->clock_divider + 1u); /* the PLL's 64 MHz are the CPU's */
}

uint32_t camera_frame_cycles(const struct camera_settings *settings) {
    return line_cycles(settings) * LINES_IN_FRAME;
}

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

/* samples: the port's words of its bytes, or of the luma among them. */
struct line {
    bool colour;
    uint32_t samples[CAMERA_WIDTH]; /* two in a word, the first in its low half */
    uint32_t luma[CAMERA_WIDTH];
    uint32_t chroma[CAMERA_CHROMA_WIDTH];
};

static uint32_t line_samples(const struct line *line) {
    return line->colour ? 2 * CAMERA_WIDTH : CAMERA_WIDTH;
}

static struct camera_fault fault_of(enum wire_fault_code code, uint32_t detail) {
    return (struct camera_fault){code, detail};
}

/* A frame starts when VSYNC falls. */
static bool wait_for_frame(uint32_t line) {
    const uint32_t frame = line * LINES_IN_FRAME;
    return wait_for(PIN_VSYNC, true, 2 * frame) && wait_for(PIN_VSYNC, false, frame);
}

/* Two samples at once. D7..D2 are P1.15..P1.10; D1 and D0 are P1.02 and P1.03 on the shield, crossed on a
 * breadboard. */
static inline uint32_t bytes_of(uint32_t words, bool data_swap) {
    const uint32_t low =
        data_swap ? (words >> 3 & 0x00010001u) | (words >> 1 & 0x00020002u) : words >> 2 & 0x00030003u;
    return (words >> 8 & 0x00FC00FCu) | low;
}

static inline void decode_grey(struct line *line, bool data_swap) {
    for (size_t i = 0; i < CAMERA_WIDTH / 2; i++) {
        const uint32_t pair = bytes_of(line->samples[i], data_swap);
        line->luma[2 * i] = pair & 0xFFFFu;
        line->luma[2 * i + 1] = pair >> 16;
    }
}

/* Y U Y V, or U Y V Y: the luma's half of a word is shifted down, the chroma's kept where it belongs. */
static inline void decode_colour(struct line *line, bool data_swap, bool luma_second) {
    for (size_t i = 0; i < CAMERA_CHROMA_WIDTH; i++) {
        const uint32_t left = bytes_of(line->samples[2 * i], data_swap);
        const uint32_t right = bytes_of(line->samples[2 * i + 1], data_swap);
        line->luma[2 * i] = luma_second ? left >> 16 : left & 0xFFFFu;
        line->luma[2 * i + 1] = luma_second ? right >> 16 : right & 0xFFFFu;
        line->chroma[i] = luma_second ? (left & 0xFFFFu) | right << 16 : left >> 16 | (right & 0xFFFF0000u);
    }
}

/* Each wiring has a loop of its own, without a choice inside. */
static void decode(struct line *line, const struct camera_settings *settings) {
    if (!line->colour) {
        settings->data_swap ? decode_grey(line, true) : decode_grey(line, false);
    } else if (settings->luma_second) {
        settings->data_swap ? decode_colour(line, true, true) : decode_colour(line, false, true);
    } else {
        settings->data_swap ? decode_colour(line, true, false) : decode_colour(line, false, false);
    }
}

/* What a line that ended says of the frame. */
static struct camera_fault judge(uint32_t number, uint32_t count, uint32_t wanted, bool href_is_high) {
    if (count == CAMERA_NO_LINE) {
        return number == 0 ? fault_of(WIRE_FAULT_CODE_CAMERA_NO_HREF, 0)
                           : fault_of(WIRE_FAULT_CODE_CAMERA_SHORT_FRAME, number);
    }
    if (count < wanted) {
        const enum wire_fault_code code =
            count == 0 && href_is_high ? WIRE_FAULT_CODE_CAMERA_NO_PCLK : WIRE_FAULT_CODE_CAMERA_SHORT_LINE;
        return fault_of(code, number << 16 | count);
    }
    return fault_of(WIRE_FAULT_CODE_NONE, 0);
}

/* Interrupts are masked from shortly before the line is due until it ends. */
static struct camera_fault read_line(const struct camera_settings *settings, struct line *line,
                                     uint32_t number) {
    const uint32_t rounds =
        (number == 0 ? LINES_BEFORE_FIRST : 4) * line_cycles(settings) / CAMERA_HREF_POLL_CYCLES;
    const uint32_t before = board_mask();
    if (pin_is_high(PIN_HREF)) {
        board_unmask(before);
        return fault_of(WIRE_FAULT_CODE_CAMERA_OVERRUN, number << 16);
    }
    const uint32_t wanted = line_samples(line);
    const uint32_t count =
        line->colour ? camera_read_bytes((uint16_t *)line->samples, wanted, rounds)
                     : camera_read_line((uint16_t *)line->samples, wanted, settings->luma_second, rounds);
    const bool href_is_high = pin_is_high(PIN_HREF);
    board_unmask(before);
    return judge(number, count, wanted, href_is_high);
}

/* The blanking behind a line that ended at `ended`, up to shortly before the next: time for interrupts. */
static void wait_out_blanking(const struct camera_settings *settings, uint32_t ended) {
    const uint32_t line = line_cycles(settings);
    const uint32_t active = line / PCLKS_IN_LINE * (4 * CAMERA_WIDTH);
    const uint32_t blanking = 2 * line - active; /* the scaler drops every second line */
    while (board_cycles() - ended < blanking - GUARD_CYCLES) {
    }
}

struct camera_fault camera_capture(const struct camera_settings *settings, bool colour,
                                   camera_line_taker take, void *context) {
    static struct line line;
    line.colour = colour;
    if (!wait_for_frame(line_cycles(settings))) {
        return fault_of(WIRE_FAULT_CODE_CAMERA_NO_VSYNC, 0);
    }
    for (uint32_t number = 0; number < CAMERA_HEIGHT; number++) {
        const struct camera_fault fault = read_line(settings, &line, number);
        if (fault.code != WIRE_FAULT_CODE_NONE) {
            return fault;
        }
        const uint32_t ended = board_cycles();
        decode(&line, settings);
        take(context, line.luma, colour ? line.chroma : NULL);
        if (number + 1 < CAMERA_HEIGHT) {
            wait_out_blanking(settings, ended);
        }
    }
    return fault_of(WIRE_FAULT_CODE_NONE, 0);
}
