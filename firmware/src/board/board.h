/* The seam between the firmware and the machine it runs on. Two implementations: nano33ble.cpp and virtual.c.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BOARD_CLOCK_HZ 64000000u

/* Clock, cycle counter, instruction cache, serial port. Called once, first. */
void board_start(void);

/* "nano33ble" or "virtual". */
const char *board_name(void);

/* Unique to the chip (FICR.DEVICEID). */
uint64_t board_serial_number(void);

/* DWT cycle counter: 64 MHz, wraps every 67 s. It stands still while the CPU sleeps. */
uint32_t board_cycles(void);

/* Cycles since start while the CPU did not sleep, 64 bits; must be called at least once a minute. */
uint64_t board_cycles_since_start(void);

/* Since start, by the 32,768 Hz clock that runs in sleep, too; must be called at least every 5 minutes. */
uint64_t board_microseconds(void);

/* Moves bytes that the host sent into `to`; returns how many. room: at least BOARD_RECEIVE_BYTES. Never
 * waits. */
enum { BOARD_RECEIVE_BYTES = 512 };
size_t board_receive(uint8_t *to, size_t room);

/* Offers bytes to the serial port; returns how many it took, 0..count. Never waits. The port may keep reading
 * `from` after the return, until board_send_busy() is false. */
size_t board_send(const uint8_t *from, size_t count);
bool board_send_busy(void);

/* False when it is known that nobody has the port open. */
bool board_host_listens(void);

/* True when a byte from the host waits. */
bool board_host_calls(void);

/* Sleeps until an interrupt, a byte from the host, or about a millisecond has passed. */
void board_sleep(void);

/* Sleeps until so many milliseconds (at most a minute) have passed, or less: a byte from the host ends it. */
enum { BOARD_LONGEST_NAP_MS = 60000 };
void board_nap(uint32_t milliseconds);

/* The 32 MHz crystal: it may stop in long naps while the camera is off. Stays on where USB needs it. */
void board_set_crystal(bool on);

bool board_instruction_cache(void);
void board_set_instruction_cache(bool on);
bool board_dcdc(void);
void board_set_dcdc(bool on);

/* The power marker pin: A6 (P0.28) at start. A pin of port 0 out of WIRE_MARKER_PINS, or -1 for none; false
 * when it is another. The pin that was the marker before is let go. */
bool board_set_marker(int32_t pin);
int32_t board_marker(void);
void board_mark(bool on);

/* Masks interrupts for the length of a camera line; board_unmask restores what board_mask returned. */
uint32_t board_mask(void);
void board_unmask(uint32_t before);

/* Flash, for the model slots. An erased word reads 0xFFFFFFFF, and writing clears bits of it. The CPU stands
 * still meanwhile: 85 ms for a page, 41 us for a word. Addresses are multiples of the page and of 4. */
enum { BOARD_FLASH_BYTES = 0x100000, BOARD_FLASH_PAGE_BYTES = 4096 };
void board_flash_erase(uint32_t page);
void board_flash_write(uint32_t address, uint32_t word);
const uint8_t *board_flash_at(uint32_t address);

/* The first address behind the firmware's own bytes in flash, and the first one that belongs to a bootloader
 * there. */
uint32_t board_flash_used(void);
uint32_t board_flash_end(void);

/* The program counter of a hard fault that ended the previous run, 0 when there was none. Asked once. */
uint32_t board_take_fault(void);

/* Restarts the application, or the bootloader. Does not return. */
__attribute__((noreturn)) void board_reboot(bool to_bootloader);

#ifdef __cplusplus
}
#endif

#endif
