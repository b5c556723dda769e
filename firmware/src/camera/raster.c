#include "camera/raster.h"

#include "board/board.h"   // board_cycles, board_mask
#include "board_numbers.h" // SENSOR_*
#include "camera/pins.h"   // PIN_VSYNC, PIN_HREF, PIN_PCLK, PIN_D*

enum {
    SLOW_DIVIDER = 63, /* 64 cycles a byte when PCLK is not halved: each of its phases is seen twice */
    FRAME_CYCLES = (int)(SENSOR_FRAME_LINES * SENSOR_LINE_CLOCKS) * (SLOW_DIVIDER + 1),
    MOST_FRAME_CYCLES = 2 * FRAME_CYCLES,
    MOST_LINE_LOOKS = 1 << 16, /* of a line whose HREF never falls */
    PAUSE_ROUNDS = 64,         /* between two looks at HREF: a line and its blanking last 10,000 cycles */
};

static uint32_t look(void) {
    return GPIO_IN(PIN_HREF); /* VSYNC, HREF and PCLK lie in one port */
}

static void pause(void) {
    for (uint32_t left = PAUSE_ROUNDS; left != 0; left--) {
        __asm volatile("nop");
    }
}

static bool wait_for(uint32_t pin, bool high) {
    const uint32_t start = board_cycles();
    while (((look() & GPIO_BIT(pin)) != 0) != high) {
        if (board_cycles() - start > MOST_FRAME_CYCLES) {
            return false;
        }
        pause();
    }
    return true;
}

/* D7..D2 are P1.15..P1.10; D1 and D0 are P1.02 and P1.03, or crossed. */
static uint8_t byte_of(uint32_t port, bool data_swap) {
    const uint32_t low = data_swap ? (port >> 3 & 1u) | (port >> 1 & 2u) : port >> 2 & 3u;
    return (uint8_t)((port >> 8 & 0xFCu) | low);
}

/* The next line: every rising edge of PCLK while HREF is high. */
static void count_line(struct raster *raster, bool data_swap) {
    static uint16_t ports[RASTER_MOST_BYTES];
    uint32_t count = 0;
    uint32_t before = 0;
    uint32_t looks = MOST_LINE_LOOKS;
    uint32_t now = look();
    while ((now & GPIO_BIT(PIN_HREF)) == 0 && --looks != 0) {
        now = look();
    }
    const uint32_t start = board_cycles();
    while ((now & GPIO_BIT(PIN_HREF)) != 0 && --looks != 0) {
        if ((now & ~before & GPIO_BIT(PIN_PCLK)) != 0) {
            if (count < RASTER_MOST_BYTES) {
                ports[count] = (uint16_t)GPIO_IN(PIN_D0);
            }
            count++;
        }
        before = now;
        now = look();
    }
    raster->line_cycles = board_cycles() - start;
    raster->line_bytes = count;
    raster->kept = count < RASTER_MOST_BYTES ? count : RASTER_MOST_BYTES;
    for (uint32_t i = 0; i < raster->kept; i++) {
        raster->bytes[i] = byte_of(ports[i], data_swap);
    }
}

/* Lines until VSYNC rises again; interrupts are masked for the one whose bytes are counted. */
static void count_frame(struct raster *raster, uint32_t line, bool data_swap) {
    const uint32_t start = board_cycles();
    bool was_high = false;
    while ((look() & GPIO_BIT(PIN_VSYNC)) == 0 && board_cycles() - start < MOST_FRAME_CYCLES) {
        if (raster->lines == line && !was_high) {
            const uint32_t before = board_mask();
            count_line(raster, data_swap);
            board_unmask(before);
            raster->lines += raster->line_bytes != 0;
        }
        const bool high = (look() & GPIO_BIT(PIN_HREF)) != 0;
        raster->lines += high && !was_high;
        was_high = high;
        pause();
    }
}

static struct camera_fault count_at_this_clock(struct raster *raster, uint32_t line, bool data_swap) {
    if (!wait_for(PIN_VSYNC, true) || !wait_for(PIN_VSYNC, false)) {
        return (struct camera_fault){WIRE_FAULT_CODE_CAMERA_NO_VSYNC, 0};
    }
    const uint32_t start = board_cycles();
    count_frame(raster, line, data_swap);
    wait_for(PIN_VSYNC, false);
    raster->frame_cycles = board_cycles() - start;
    return (struct camera_fault){WIRE_FAULT_CODE_NONE, 0};
}

struct camera_fault camera_count(const struct camera_settings *settings, uint32_t line,
                                 struct raster *raster) {
    raster->lines = raster->line_bytes = raster->kept = 0;
    raster->line_cycles = raster->frame_cycles = 0;
    raster->clock_divider = SLOW_DIVIDER;
    struct camera_fault fault = camera_set_clock(SLOW_DIVIDER);
    if (fault.code == WIRE_FAULT_CODE_NONE) {
        fault = count_at_this_clock(raster, line, settings->data_swap);
        camera_set_clock(settings->clock_divider); /* the next capture says what is wrong */
    }
    return fault;
}
