#include "camera/read_line.h"

#include "board/board.h"    // board_code_in_ram
#include "board/nrf52840.h" // GPIO_PORT
#include "camera/pins.h"    // PIN_PCLK, PIN_HREF, PIN_D0

/* line_loops.S knows the pins and the struct by number. */
_Static_assert(PIN_PCLK == GPIO_PIN(0u, 4u) && PIN_HREF == GPIO_PIN(0u, 5u) && PIN_D0 >= GPIO_PIN(1u, 0u),
               "pins of line_loops.S");
_Static_assert(sizeof(struct camera_reading) == 36 || sizeof(void *) != 4, "members of line_loops.S");

/* Code among the data: .data is copied to RAM at start. */
extern const uint8_t read_line_grey_straight[], read_line_ready_straight[];
extern const uint8_t read_line_grey_crossed[], read_line_ready_crossed[];
extern const uint8_t read_line_bytes[];

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
    return polling + 2u;
}
