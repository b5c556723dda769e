#include "board/chip.h"

#include "board/board.h"    // what of the seam is the chip's own
#include "board/nrf52840.h" // registers
#include "protocol.h"       // WIRE_MARKER_PINS

/* GPREGRET magic of Arduino's bootloader: stay there after the reset. */
enum { BOOTLOADER_MAGIC = 0xB0 };

/* The highest of their kind that Arduino's core could want: it takes the lowest first. */
enum { EDGE_CHANNEL = 7, LINE_CHANNEL = 19 };

static uint32_t high_word;
static uint32_t last_low_word;

enum {
    POWER_LED_PIN = GPIO_PIN(1, 9),
    SENSORS_SUPPLY_PIN = GPIO_PIN(0, 22),
    PULL_UPS_PIN = GPIO_PIN(1, 0),
};
static bool accessories;

static const uint8_t marker_pins[] = WIRE_MARKER_PINS;
static int32_t marker_pin = -1;

void chip_start(void) {
    chip_set_crystal(true);
    DEMCR |= DEMCR_TRCENA;
    DWT_CYCCNT = 0;
    DWT_CTRL |= 1u;
    GPIO_PIN_CNF(POWER_LED_PIN) = GPIO_OUTPUT;
    GPIO_PIN_CNF(SENSORS_SUPPLY_PIN) = GPIO_OUTPUT_STRONG;
    GPIO_PIN_CNF(PULL_UPS_PIN) = GPIO_OUTPUT;
    board_set_accessories(true);
    board_set_marker(marker_pins[0]);
    board_set_instruction_cache(true);
}

static void drive_pin(uint32_t pin, bool high) {
    if (high) {
        GPIO_OUTSET(pin) = GPIO_BIT(pin);
    } else {
        GPIO_OUTCLR(pin) = GPIO_BIT(pin);
    }
}

void board_set_accessories(bool on) {
    accessories = on;
    drive_pin(POWER_LED_PIN, on);
    drive_pin(SENSORS_SUPPLY_PIN, on);
    drive_pin(PULL_UPS_PIN, on);
}

void board_use_camera_bus(bool on) {
    drive_pin(PULL_UPS_PIN, on || accessories);
}

void chip_set_crystal(bool on) {
    if (on) {
        CLOCK_EVENTS_HFCLKSTARTED = 0;
        CLOCK_TASKS_HFCLKSTART = 1;
    } else {
        CLOCK_TASKS_HFCLKSTOP = 1;
    }
}

bool chip_has_usb_power(void) {
    return (POWER_USBREGSTATUS & 1u) != 0;
}

uint32_t board_cycles(void) {
    return DWT_CYCCNT;
}

/* An exception's entry and its return cost 12 cycles each (ARM DDI 0439, 3.9). */
enum { EXCEPTION_CYCLES = 24 };

static volatile uint32_t line_cycles; /* of the camera's interrupts so far */
static volatile uint32_t feed_cycles; /* of the port's, less the camera's within them */
static void (*line_handler)(void);

/* Arduino's core masks interrupts throughout its own for USB, up to 4,832 cycles were counted. So the others
 * are held off from so long before a line: then nothing masks when it comes. */
enum { HOLD_OFF_TICKS = 5000 / BOARD_TICK_CYCLES };

static uint32_t held_off[2]; /* of the NVIC's enable bits */

static void hold_others_off(void) {
    held_off[0] |= NVIC_ISER0 & ~(1u << LINE_TIMER_IRQ);
    held_off[1] |= NVIC_ISER1;
    NVIC_ICER0 = held_off[0];
    NVIC_ICER1 = held_off[1];
}

bool chip_holds_off(void) {
    const uint32_t before = board_mask();
    const bool holds = (held_off[0] | held_off[1]) != 0;
    if (holds) {
        hold_others_off();
    }
    board_unmask(before);
    return holds;
}

/* Masked: an interrupt of the line between the two would hold them off, and what it notes would be forgotten.
 */
static void let_others_come(void) {
    const uint32_t before = board_mask();
    NVIC_ISER0 = held_off[0];
    NVIC_ISER1 = held_off[1];
    held_off[0] = 0;
    held_off[1] = 0;
    board_unmask(before);
}

void chip_line(void) {
    const uint32_t start = DWT_CYCCNT;
    if (TIMER_EVENTS_COMPARE2(LINE_TIMER) != 0) {
        TIMER_EVENTS_COMPARE2(LINE_TIMER) = 0;
        hold_others_off();
    }
    if (TIMER_EVENTS_COMPARE0(LINE_TIMER) != 0) {
        TIMER_EVENTS_COMPARE0(LINE_TIMER) = 0;
        line_handler();
        let_others_come();
    }
    (void)TIMER_EVENTS_COMPARE0(LINE_TIMER); /* the writes must land before the return, or it fires again */
    line_cycles += DWT_CYCCNT - start + EXCEPTION_CYCLES;
}

bool chip_feed(bool (*feed)(void)) {
    const uint32_t start = board_work_cycles();
    const bool more = feed();
    feed_cycles += board_work_cycles() - start + EXCEPTION_CYCLES;
    return more;
}

/* The three belong together when no interrupt of the camera came between them. */
uint32_t board_work_cycles(void) {
    uint32_t lines;
    uint32_t work;
    do {
        lines = line_cycles;
        work = DWT_CYCCNT - lines - feed_cycles;
    } while (lines != line_cycles);
    return work;
}

uint32_t board_line_cycles(void) {
    return line_cycles;
}

/* TIMER3 counts, GPIOTE sees the edge, PPI starts the timer with it: free under Arduino's core, which takes
 * TIMER1 for its clock. */
void board_start_lines(void (*handler)(void)) {
    line_handler = handler;
    TIMER_TASKS_STOP(LINE_TIMER) = 1;
    TIMER_MODE(LINE_TIMER) = 0;
    TIMER_BITMODE(LINE_TIMER) = TIMER_32_BITS;
    TIMER_PRESCALER(LINE_TIMER) = 0;
    PPI_CHANNEL_EVENT(LINE_CHANNEL) = (uint32_t)(uintptr_t)&GPIOTE_EVENTS_IN(EDGE_CHANNEL);
    PPI_CHANNEL_TASK(LINE_CHANNEL) = (uint32_t)(uintptr_t)&TIMER_TASKS_START(LINE_TIMER);
    NVIC_PRIORITY(LINE_TIMER_IRQ) = NVIC_HIGHEST;
    NVIC_ISER0 = 1u << LINE_TIMER_IRQ;
}

static void match_at(uint32_t ticks) {
    TIMER_CC0(LINE_TIMER) = ticks;
    TIMER_CC2(LINE_TIMER) = ticks > HOLD_OFF_TICKS + 1 ? ticks - HOLD_OFF_TICKS : 1;
}

void board_line_on_edge(uint32_t pin, uint32_t ticks) {
    board_line_stop();
    match_at(ticks);
    TIMER_EVENTS_COMPARE0(LINE_TIMER) = 0;
    TIMER_EVENTS_COMPARE2(LINE_TIMER) = 0;
    TIMER_INTENSET(LINE_TIMER) = TIMER_INT_COMPARE0 | TIMER_INT_COMPARE2;
    GPIOTE_CONFIG(EDGE_CHANNEL) = GPIOTE_EVENT | pin << GPIOTE_PIN_SHIFT | GPIOTE_FALLING;
    PPI_CHENSET = 1u << LINE_CHANNEL;
}

void board_line_restart(uint32_t ticks) {
    TIMER_TASKS_CLEAR(LINE_TIMER) = 1;
    match_at(ticks);
}

void board_line_stop(void) {
    const uint32_t before = board_mask();
    TIMER_INTENCLR(LINE_TIMER) = TIMER_INT_COMPARE0 | TIMER_INT_COMPARE2;
    PPI_CHENCLR = 1u << LINE_CHANNEL;
    GPIOTE_CONFIG(EDGE_CHANNEL) = 0;
    TIMER_TASKS_STOP(LINE_TIMER) = 1;
    TIMER_TASKS_CLEAR(LINE_TIMER) = 1;
    TIMER_EVENTS_COMPARE0(LINE_TIMER) =
        0; /* a match of just now is none any more: it would hold others off */
    TIMER_EVENTS_COMPARE2(LINE_TIMER) = 0;
    (void)TIMER_EVENTS_COMPARE0(LINE_TIMER); /* the writes must land before an interrupt can */
    NVIC_ICPR0 = 1u << LINE_TIMER_IRQ;
    let_others_come();
    board_unmask(before);
}

uint32_t board_line_ticks(void) {
    TIMER_TASKS_CAPTURE1(LINE_TIMER) = 1;
    return TIMER_CC1(LINE_TIMER);
}

uint64_t board_cycles_since_start(void) {
    const uint32_t low_word = DWT_CYCCNT;
    if (low_word < last_low_word) {
        high_word++;
    }
    last_low_word = low_word;
    return (uint64_t)high_word << 32 | low_word;
}

uint64_t board_serial_number(void) {
    return (uint64_t)FICR_DEVICEID1 << 32 | FICR_DEVICEID0;
}

bool board_instruction_cache(void) {
    return (NVMC_ICACHECNF & 1u) != 0;
}

void board_set_instruction_cache(bool on) {
    NVMC_ICACHECNF = on ? 1u : 0u;
}

bool board_dcdc(void) {
    return (POWER_DCDCEN & 1u) != 0;
}

void board_set_dcdc(bool on) {
    POWER_DCDCEN = on ? 1u : 0u;
}

static bool is_marker(int32_t pin) {
    bool found = false;
    for (size_t i = 0; i < sizeof marker_pins; i++) {
        found = found || marker_pins[i] == pin;
    }
    return found;
}

bool board_set_marker(int32_t pin) {
    if (pin != -1 && !is_marker(pin)) {
        return false;
    }
    if (marker_pin != -1) {
        board_mark(false);
        GPIO_PIN_CNF(marker_pin) = GPIO_DISCONNECTED;
    }
    marker_pin = pin;
    if (marker_pin != -1) {
        board_mark(false);
        GPIO_PIN_CNF(marker_pin) = GPIO_OUTPUT;
    }
    return true;
}

int32_t board_marker(void) {
    return marker_pin;
}

void board_mark(bool on) {
    if (marker_pin != -1) {
        drive_pin((uint32_t)marker_pin, on);
    }
}

uint32_t board_mask(void) {
    uint32_t before;
    __asm volatile("mrs %0, primask\n cpsid i" : "=r"(before)::"memory");
    return before;
}

void board_unmask(uint32_t before) {
    __asm volatile("msr primask, %0" ::"r"(before) : "memory");
}

static void flash_wait(void) {
    while (NVMC_READY == 0) {
    }
}

static void flash_allow(uint32_t mode) {
    NVMC_CONFIG = mode;
    __asm volatile("dsb\n isb" ::: "memory");
}

void board_flash_erase(uint32_t page) {
    flash_allow(NVMC_ERASE);
    NVMC_ERASEPAGE = page;
    flash_wait();
    flash_allow(NVMC_READ_ONLY);
}

void board_flash_write(uint32_t address, uint32_t word) {
    flash_allow(NVMC_WRITE);
    REGISTER(address) = word;
    flash_wait();
    flash_allow(NVMC_READ_ONLY);
}

const uint8_t *board_flash_at(uint32_t address) {
    return (const uint8_t *)(uintptr_t)address;
}

/* Initial values of variables come last, but on the virtual board, where the built-in model does: virtual.ld.
 */
uint32_t board_flash_used(void) {
#ifdef BOARD_VIRTUAL
    extern const uint8_t firmware_end[];
    return (uint32_t)(uintptr_t)firmware_end;
#else
    extern const uint8_t __etext[], __data_start__[], __data_end__[]; /* of Arduino's linker script */
    return (uint32_t)((uintptr_t)__etext + (uintptr_t)__data_end__ - (uintptr_t)__data_start__);
#endif
}

static uint32_t flash_word(uint32_t address) {
    return *(const volatile uint32_t *)(const volatile void *)board_flash_at(address);
}

/* Boards ship with Arduino's bootloader in front of the application. Arduino's update for SoftDevices, which
 * OpenMV asks for too, puts it behind, at 0xE0000, and notes that in UICR. What looks like one there counts
 * without the note. */
uint32_t board_flash_end(void) {
    const uint32_t moved = 0xE0000;
    const uint32_t noted = UICR_BOOTLOADER_ADDRESS;
    if (noted < BOARD_FLASH_BYTES) {
        return noted;
    }
    const uint32_t stack = flash_word(moved);
    const uint32_t entry = flash_word(moved + 4);
    const bool is_code = stack % 4 == 0 && stack > 0x20000000u && stack <= 0x20040000u && entry % 2 == 1 &&
                         entry > moved && entry < BOARD_FLASH_BYTES;
    return is_code ? moved : BOARD_FLASH_BYTES;
}

void board_reboot(bool to_bootloader) {
    POWER_GPREGRET = to_bootloader ? BOOTLOADER_MAGIC : 0u;
    SCB_AIRCR = SCB_AIRCR_RESET;
    for (;;) {
    }
}
