/* Flash for the model slots, and where the firmware and a bootloader lie in it: that part of the seam that is
 * the same on both boards. */
#include "board/board.h"    // board_flash_*
#include "board/nrf52840.h" // NVMC, UICR

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
