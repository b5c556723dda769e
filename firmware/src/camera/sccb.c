#include "camera/sccb.h"

#include "board/board.h" // board_cycles
#include "camera/pins.h" // PIN_SDA, PIN_SCL

enum {
    DEVICE = 0x21, /* 7-bit address of OV7670 and OV7675 */
    HALF_BIT_CYCLES = BOARD_CLOCK_HZ / 200000,
    CLOCKS_TO_FREE_BUS = 9,
};

static void wait_half_bit(void) {
    const uint32_t start = board_cycles();
    while (board_cycles() - start < HALF_BIT_CYCLES) {
    }
}

static void drive(uint32_t pin, bool high) {
    if (high) {
        GPIO_OUTSET(pin) = GPIO_BIT(pin);
    } else {
        GPIO_OUTCLR(pin) = GPIO_BIT(pin);
    }
    wait_half_bit();
}

static bool is_high(uint32_t pin) {
    return (GPIO_IN(pin) & GPIO_BIT(pin)) != 0;
}

static void start_condition(void) {
    drive(PIN_SDA, false);
    drive(PIN_SCL, false);
}

static void stop_condition(void) {
    drive(PIN_SDA, false);
    drive(PIN_SCL, true);
    drive(PIN_SDA, true);
}

static bool exchange_bit(bool out) {
    drive(PIN_SDA, out);
    drive(PIN_SCL, true);
    const bool in = is_high(PIN_SDA);
    drive(PIN_SCL, false);
    return in;
}

/* True when the sensor acknowledged. */
static bool write_byte(uint8_t byte) {
    for (unsigned bit = 8; bit-- > 0;) {
        exchange_bit((byte >> bit & 1u) != 0);
    }
    return !exchange_bit(true);
}

static uint8_t read_byte(void) {
    unsigned byte = 0;
    for (unsigned bit = 0; bit < 8; bit++) {
        byte = byte << 1 | (exchange_bit(true) ? 1u : 0u);
    }
    exchange_bit(true); /* the last byte of a read is not acknowledged */
    return (uint8_t)byte;
}

enum wire_fault_code sccb_start(void) {
    GPIO_OUTSET(PIN_SDA) = GPIO_BIT(PIN_SDA);
    GPIO_OUTSET(PIN_SCL) = GPIO_BIT(PIN_SCL);
    GPIO_PIN_CNF(PIN_SDA) = GPIO_OPEN_DRAIN;
    GPIO_PIN_CNF(PIN_SCL) = GPIO_OPEN_DRAIN;
    wait_half_bit();
    for (unsigned i = 0; i < CLOCKS_TO_FREE_BUS && !is_high(PIN_SDA); i++) {
        drive(PIN_SCL, false);
        drive(PIN_SCL, true);
    }
    const bool free = is_high(PIN_SDA) && is_high(PIN_SCL);
    return free ? WIRE_FAULT_CODE_NONE : WIRE_FAULT_CODE_CAMERA_BUS_STUCK;
}

enum wire_fault_code sccb_write(uint8_t address, uint8_t value) {
    start_condition();
    const bool answered = write_byte(DEVICE << 1) && write_byte(address) && write_byte(value);
    stop_condition();
    return answered ? WIRE_FAULT_CODE_NONE : WIRE_FAULT_CODE_CAMERA_NO_ANSWER;
}

enum wire_fault_code sccb_read(uint8_t address, uint8_t *value) {
    start_condition();
    bool answered = write_byte(DEVICE << 1) && write_byte(address);
    stop_condition();
    start_condition();
    answered = answered && write_byte(DEVICE << 1 | 1);
    *value = answered ? read_byte() : 0;
    stop_condition();
    return answered ? WIRE_FAULT_CODE_NONE : WIRE_FAULT_CODE_CAMERA_NO_ANSWER;
}
