#include "camera/read_line.h"

#include "board/board.h"    // board_code_in_ram
#include "board/nrf52840.h" // GPIO_PORT
#include "camera/pins.h"    // PIN_PCLK, PIN_HREF, PIN_D0

/* line_macros.h knows the pins and the struct by number. */
_Static_assert(PIN_PCLK == GPIO_PIN(0u, 4u) && PIN_HREF == GPIO_PIN(0u, 5u) && PIN_D0 >= GPIO_PIN(1u, 0u),
               "pins of line_macros.h");
_Static_assert(sizeof(struct camera_reading) == 40 || sizeof(void *) != 4, "members of line_macros.h");

/* Code among the data: .data is copied to RAM at start. */
extern const uint8_t read_line_grey_straight[], read_line_ready_straight[];
extern const uint8_t read_line_grey_crossed[], read_line_ready_crossed[];
extern const uint8_t read_line_bytes[];
extern const uint8_t read_line_pairs_straight_5[], read_line_pairs_crossed_5[];
extern const uint8_t read_line_pairs_straight_6[], read_line_pairs_crossed_6[];
extern const uint8_t read_line_colour_straight_7[], read_line_colour_straight_second_7[];
extern const uint8_t read_line_colour_crossed_7[], read_line_colour_crossed_second_7[];
extern const uint8_t read_line_colour_straight_8[], read_line_colour_straight_second_8[];
extern const uint8_t read_line_colour_crossed_8[], read_line_colour_crossed_second_8[];

typedef uint32_t (*line_loop)(struct camera_reading *);

static uint32_t entry(const uint8_t *code) {
    return board_code_in_ram(code) | 1u; /* Thumb */
}

uint32_t read_line(struct camera_reading *reading, enum read_line_kind kind, uint32_t grey_pads) {
    static const uint8_t *const loops[] = {read_line_grey_straight, read_line_grey_crossed, read_line_bytes};
    static const uint8_t *const ready[] = {read_line_ready_straight, read_line_ready_crossed,
                                           read_line_bytes};
    reading->sled = entry(ready[kind]) - 2u * grey_pads;
    return ((line_loop)(uintptr_t)entry(loops[kind]))(reading);
}

/* Half periods that the loops are made for: these, and one more. */
enum { FASTEST_PAIRS = 5, FASTEST_COLOUR = 7, CLOCKS = 2 };

bool read_line_takes_groups(bool colour, uint32_t half_period) {
    const uint32_t fastest = colour ? FASTEST_COLOUR : FASTEST_PAIRS;
    return half_period >= fastest && half_period < fastest + CLOCKS;
}

uint32_t read_line_in_groups(struct camera_reading *reading, bool colour, uint32_t half_period,
                             bool data_swap, bool luma_second) {
    static const uint8_t *const pairs[CLOCKS][2] = {
        {read_line_pairs_straight_5, read_line_pairs_crossed_5},
        {read_line_pairs_straight_6, read_line_pairs_crossed_6},
    };
    static const uint8_t *const loops[CLOCKS][2][2] = {
        {{read_line_colour_straight_7, read_line_colour_straight_second_7},
         {read_line_colour_crossed_7, read_line_colour_crossed_second_7}},
        {{read_line_colour_straight_8, read_line_colour_straight_second_8},
         {read_line_colour_crossed_8, read_line_colour_crossed_second_8}},
    };
    const uint8_t *const loop = colour ? loops[half_period - FASTEST_COLOUR][data_swap][luma_second]
                                       : pairs[half_period - FASTEST_PAIRS][data_swap];
    return ((line_loop)(uintptr_t)entry(loop))(reading);
}

#define READ_4()                                                                                             \
    (void)GPIO_IN(PIN_PCLK), (void)GPIO_IN(PIN_PCLK), (void)GPIO_IN(PIN_PCLK), (void)GPIO_IN(PIN_PCLK)

/* Reads in a row take a cycle each and their wait states. The second time all of it comes from the cache. */
static uint32_t wait_states(void) {
    uint32_t least = UINT32_MAX;
    for (unsigned turn = 0; turn < 3; turn++) {
        const uint32_t before = board_mask();
        const uint32_t start = board_cycles();
        READ_4();
        const uint32_t middle = board_cycles();
        READ_4();
        READ_4();
        READ_4();
        const uint32_t end = board_cycles();
        board_unmask(before);
        const uint32_t eight_reads = (end - middle) - (middle - start);
        least = eight_reads < least ? eight_reads : least;
    }
    return least > 8 ? (least - 8 + 4) / 8 : 0;
}

uint32_t read_line_least_half_period(void) {
    const uint32_t polling = 5u + 2u * wait_states();
    return polling + 1u;
}
