#include "board/chip.h"

#include "board/board.h"    // clocks, counters, cache, supply, reset
#include "board/nrf52840.h" // registers
#include "board/pins.h"     // pins_start

/* GPREGRET magic of Arduino's bootloader: stay there after the reset. */
enum { BOOTLOADER_MAGIC = 0xB0 };

static uint32_t high_word;
static uint32_t last_low_word;

void chip_start(void) {
    chip_set_crystal(true);
    DEMCR |= DEMCR_TRCENA;
    DWT_CYCCNT = 0;
    DWT_CTRL |= 1u;
    pins_start();
    board_set_instruction_cache(true);
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

void board_reboot(bool to_bootloader) {
    POWER_GPREGRET = to_bootloader ? BOOTLOADER_MAGIC : 0u;
    SCB_AIRCR = SCB_AIRCR_RESET;
    for (;;) {
    }
}
