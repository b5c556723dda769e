#include "board/pins.h"

#include "board/board.h"    // board_set_accessories, board_set_marker
#include "board/nrf52840.h" // GPIO
#include "protocol.h"       // WIRE_MARKER_PINS

enum {
    POWER_LED_PIN = GPIO_PIN(1, 9),
    SENSORS_SUPPLY_PIN = GPIO_PIN(0, 22),
    PULL_UPS_PIN = GPIO_PIN(1, 0),
};
static bool accessories;

static const uint8_t marker_pins[] = WIRE_MARKER_PINS;
static int32_t marker_pin = -1;

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

void pins_start(void) {
    GPIO_PIN_CNF(POWER_LED_PIN) = GPIO_OUTPUT;
    GPIO_PIN_CNF(SENSORS_SUPPLY_PIN) = GPIO_OUTPUT_STRONG;
    GPIO_PIN_CNF(PULL_UPS_PIN) = GPIO_OUTPUT;
    board_set_accessories(true);
    board_set_marker(marker_pins[0]);
}
