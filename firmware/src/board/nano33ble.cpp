/* The real board's half of the seam: Arduino's mbed core, whose USB serial port is used without ever
 * blocking.
 *
 * Serial.write of this core waits for ever when the port is open and nobody reads, and counts bytes as sent
 * that it dropped; send_nb takes what fits and returns. Arduino's core calls setup() and loop() of main.c.
 */
#include <Arduino.h>                // delay, pinMode
#include <USB/PluggableUSBSerial.h> // _SerialUSB

#include "board/board.h"    // the seam
#include "board/chip.h"     // chip_start
#include "board/nrf52840.h" // GPIO_*

extern "C" {

enum { BAUD_IGNORED_BY_USB = 115200 };

void board_start(void) {
    chip_start();
    pinMode(PIN_ENABLE_I2C_PULLUP, OUTPUT);
    digitalWrite(PIN_ENABLE_I2C_PULLUP, HIGH); /* the camera shares the board's I2C pull-ups */
    _SerialUSB.begin(BAUD_IGNORED_BY_USB);
}

const char *board_name(void) {
    return "nano33ble";
}

size_t board_receive(uint8_t *to, size_t room) {
    size_t count = 0;
    while (count < room && _SerialUSB.available() > 0) {
        to[count++] = static_cast<uint8_t>(_SerialUSB.read());
    }
    return count;
}

size_t board_send(const uint8_t *from, size_t count) {
    uint32_t taken = 0;
    _SerialUSB.send_nb(const_cast<uint8_t *>(from), static_cast<uint32_t>(count), &taken, true);
    return taken;
}

bool board_send_busy(void) {
    return false; /* send_nb copies what it takes */
}

bool board_host_listens(void) {
    return _SerialUSB.connected();
}

void board_sleep(void) {
    delay(1); /* mbed's idle thread sleeps until the next interrupt */
}

uint32_t board_take_fault(void) {
    return 0; /* mbed keeps its own record of a crash and blinks it */
}

} // extern "C"
