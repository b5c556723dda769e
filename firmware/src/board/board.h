/* The seam between the firmware and the machine it runs on. Two implementations: nano33ble.cpp and virtual.c.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board_numbers.h" // BOARD_CLOCK_HZ

#ifdef __cplusplus
extern "C" {
#endif

/* Clock, cycle counter, instruction cache, serial port. Called once, first. */
void board_start(void);

/* "nano33ble" or BOARD_VIRTUAL_NAME. */
const char *board_name(void);

/* Unique to the chip (FICR.DEVICEID). */
uint64_t board_serial_number(void);

/* DWT cycle counter: 64 MHz, wraps every 67 s. It stands still while the CPU sleeps. */
uint32_t board_cycles(void);

/* The same less what interrupts of ours took: what the code that asks has used itself. */
uint32_t board_work_cycles(void);

/* Of those interrupts, the camera's. */
uint32_t board_line_cycles(void);

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

/* From now on an interrupt of low priority calls `feed`, which may call board_send: soon after board_feed,
 * and again whenever the port may take more, as long as it returns true. */
void board_start_feeding(bool (*feed)(void));
void board_feed(void);

/* A timer of BOARD_TICK_CYCLES a tick, whose match calls `handler` in the interrupt of the highest priority:
 * nothing but board_mask holds it back.
 *
 * board_line_on_edge: stands at 0 until that pin of port 0 falls, which starts it in hardware.
 * board_line_restart: runs from 0 again; only when it runs. Both: the match comes at `ticks`, 2 or more.
 * board_line_ticks: its count. board_line_stop: no match any more. */
enum { BOARD_TICK_CYCLES = 4 };
void board_start_lines(void (*handler)(void));
void board_line_on_edge(uint32_t pin, uint32_t ticks);
void board_line_restart(uint32_t ticks);
void board_line_stop(void);
uint32_t board_line_ticks(void);

/* Where the CPU fetches code that lies in RAM without waiting for its own data accesses. */
uint32_t board_code_in_ram(const void *code);

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

/* What the camera does not need: the power LED (P1.09), the other sensors' supply (P0.22) and the pull-ups of
 * their bus (P1.00), which would feed them in its place. On at start. While they are off, the pull-ups are on
 * as long as the camera's bus is in use: its shield may rely on them. */
void board_set_accessories(bool on);
void board_use_camera_bus(bool on);

/* The power marker pin: A6 (P0.28) at start. A pin of port 0 out of WIRE_MARKER_PINS, or -1 for none; false
 * when it is another. The pin that was the marker before is let go. */
bool board_set_marker(int32_t pin);
int32_t board_marker(void);
void board_mark(bool on);

/* Masks interrupts; board_unmask restores what board_mask returned. */
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
