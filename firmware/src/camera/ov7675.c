#include "camera/ov7675.h"

#include <stddef.h> // size_t

#include "board/board.h"             // board_cycles, BOARD_CLOCK_HZ
#include "camera/ov7675_registers.h" // REG_*
#include "camera/pins.h"             // PIN_*
#include "camera/sccb.h"             // sccb_*

enum { RESET_MS = 5, CLOCK_SETTLES_MS = 2 };

struct setting {
    uint8_t address;
    uint8_t value;
};

/* What the timing of the pins depends on: written and read back. The window: HSTART 168, HSTOP 24, VSTART 12,
 * VSTOP 492, the whole array behind the scaler's delay. */
static const struct setting timing[] = {
    {REG_COM7, COM7_YUV_VGA},
    {REG_COM3, COM3_DOWN_SAMPLE},
    {REG_COM14, COM14_HALF_PCLK},
    {REG_HSTART, 0x15},
    {REG_HSTOP, 0x03},
    {REG_HREF, 0xC0},
    {REG_VSTART, 0x03},
    {REG_VSTOP, 0x7B},
    {REG_COM10, COM10_NO_PCLK_IN_BLANKING},
};

/* What the picture looks like, and registers with bits that are reserved or that the sensor changes by
 * itself. */
static const struct setting looks[] = {
    {REG_DBLV, DBLV_TIMES_4}, /* 64 MHz inside: as fast as the CPU, so CLKRC counts CPU cycles */
    {REG_VREF, 0x30},         /* bits 7:6 are the gain's highest: 0; 3:0 belong to the window */
    {REG_COM15, 0xC0},        {REG_COM13, 0xC0},         {REG_COM9, 0x48}, /* gain ceiling x32 */
    {REG_AEW, 0x95}, /* the stable region that OmniVision's guide gives */
    {REG_AEB, 0x33},          {REG_VPT, 0xE3},           {REG_COM16, 0x38},
    {REG_MTX1, 0x80}, /* the colour matrix that drivers of this family use in YUV */
    {REG_MTX2, 0x80},         {REG_MTX3, 0x00},          {REG_MTX4, 0x22},
    {REG_MTX5, 0x5E},         {REG_MTX6, 0x80},          {REG_MTXS, 0x9E},
    {REG_AWB_FIX, 0x84},      {REG_COM2, COM2_DRIVE_2X},
};

static const struct camera_fault no_fault = {WIRE_FAULT_CODE_NONE, 0};

static void wait_ms(uint32_t ms) {
    const uint32_t start = board_cycles();
    while (board_cycles() - start < ms * (BOARD_CLOCK_HZ / 1000)) {
    }
}

/* The I2S peripheral's master clock runs alone, without a transfer. */
static void start_clock(void) {
    GPIO_PIN_CNF(PIN_XCLK) = GPIO_OUTPUT;
    I2S_CONFIG_MODE = 0;
    I2S_CONFIG_RXEN = 0;
    I2S_CONFIG_TXEN = 0;
    I2S_CONFIG_MCKEN = 1;
    I2S_CONFIG_MCKFREQ = I2S_MCKFREQ_32MDIV2;
    I2S_PSEL_MCK = PIN_XCLK;
    I2S_ENABLE = 1;
    I2S_TASKS_START = 1;
    wait_ms(CLOCK_SETTLES_MS);
}

static void stop_clock(void) {
    I2S_TASKS_STOP = 1;
    I2S_ENABLE = 0;
}

/* The jumper may be closed, and a power-down pin that floats is a camera that comes and goes. */
static void drive_power_down(bool down) {
    if (down) {
        GPIO_OUTSET(PIN_PWDN) = GPIO_BIT(PIN_PWDN);
    } else {
        GPIO_OUTCLR(PIN_PWDN) = GPIO_BIT(PIN_PWDN);
    }
    GPIO_PIN_CNF(PIN_PWDN) = GPIO_OUTPUT;
}

static void listen_to_pins(void) {
    static const uint8_t pins[] = {PIN_VSYNC,   PIN_HREF,    PIN_PCLK,    PIN_D0,      PIN_D1,     PIN_D2,
                                   PIN_D2 + 1u, PIN_D2 + 2u, PIN_D2 + 3u, PIN_D2 + 4u, PIN_D2 + 5u};
    for (size_t i = 0; i < sizeof pins; i++) {
        GPIO_PIN_CNF(pins[i]) = GPIO_INPUT;
    }
}

static struct camera_fault write_checked(uint8_t address, uint8_t value) {
    uint8_t back = 0;
    enum wire_fault_code code = sccb_write(address, value);
    if (code == WIRE_FAULT_CODE_NONE) {
        code = sccb_read(address, &back);
    }
    if (code == WIRE_FAULT_CODE_NONE && back != value) {
        return (struct camera_fault){WIRE_FAULT_CODE_CAMERA_REGISTER, (uint32_t)address << 8 | back};
    }
    return (struct camera_fault){code, address};
}

static struct camera_fault check_identity(void) {
    static const struct setting identity[] = {
        {REG_MIDH, 0x7F}, {REG_MIDL, 0xA2}, {REG_PID, 0x76}, {REG_VER, 0x73}};
    uint32_t found = 0;
    bool right = true;
    for (size_t i = 0; i < sizeof identity / sizeof identity[0]; i++) {
        uint8_t value = 0;
        const enum wire_fault_code code = sccb_read(identity[i].address, &value);
        if (code != WIRE_FAULT_CODE_NONE) {
            return (struct camera_fault){code, identity[i].address};
        }
        found = found << 8 | value;
        right = right && value == identity[i].value;
    }
    return right ? no_fault : (struct camera_fault){WIRE_FAULT_CODE_CAMERA_WRONG_IDENTITY, found};
}

static struct camera_fault write_looks(void) {
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        const enum wire_fault_code code = sccb_write(looks[i].address, looks[i].value);
        if (code != WIRE_FAULT_CODE_NONE) {
            return (struct camera_fault){code, looks[i].address};
        }
    }
    return no_fault;
}

static struct camera_fault write_all(const struct setting *settings, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct camera_fault fault = write_checked(settings[i].address, settings[i].value);
        if (fault.code != WIRE_FAULT_CODE_NONE) {
            return fault;
        }
    }
    return no_fault;
}

struct camera_fault camera_start(const struct camera_settings *settings) {
    drive_power_down(false);
    listen_to_pins();
    start_clock();
    enum wire_fault_code code = sccb_start();
    if (code == WIRE_FAULT_CODE_NONE) {
        code = sccb_write(REG_COM7, COM7_RESET);
    }
    if (code != WIRE_FAULT_CODE_NONE) {
        return (struct camera_fault){code, REG_COM7};
    }
    wait_ms(RESET_MS);
    struct camera_fault fault = check_identity();
    if (fault.code == WIRE_FAULT_CODE_NONE) {
        fault = write_all(timing, sizeof timing / sizeof timing[0]);
    }
    if (fault.code == WIRE_FAULT_CODE_NONE) {
        fault = write_looks();
    }
    return fault.code == WIRE_FAULT_CODE_NONE ? camera_apply(settings) : fault;
}

/* Gain and exposure change by themselves while automatic, so these are written and not read back. */
static enum wire_fault_code apply_exposure(const struct camera_settings *settings) {
    const uint8_t automatic = (uint8_t)(COM8_AUTOMATIC & ~(settings->gain >= 0 ? COM8_GAIN : 0) &
                                        ~(settings->exposure >= 0 ? COM8_EXPOSURE : 0));
    enum wire_fault_code code = sccb_write(REG_COM8, automatic);
    if (code == WIRE_FAULT_CODE_NONE && settings->gain >= 0) {
        code = sccb_write(REG_GAIN, (uint8_t)settings->gain);
    }
    if (code == WIRE_FAULT_CODE_NONE && settings->exposure >= 0) {
        const uint32_t lines = (uint32_t)settings->exposure;
        code = sccb_write(REG_COM1, (uint8_t)(lines & 3u));
        if (code == WIRE_FAULT_CODE_NONE) {
            code = sccb_write(REG_AECH, (uint8_t)(lines >> 2));
        }
        if (code == WIRE_FAULT_CODE_NONE) {
            code = sccb_write(REG_AECHH, (uint8_t)(lines >> 10 & 0x3Fu));
        }
    }
    return code;
}

struct camera_fault camera_apply(const struct camera_settings *settings) {
    const uint8_t bars = settings->colour_bars ? TEST_PATTERN : 0;
    const struct setting changes[] = {
        {REG_CLKRC, settings->clock_divider}, /* must follow a change of format */
        {REG_XSC, (uint8_t)(XSC_SCALE | bars)},
        {REG_YSC, (uint8_t)(YSC_SCALE | bars)},
        {REG_TSLB, settings->luma_second ? TSLB_LUMA_SECOND : 0},
    };
    const struct camera_fault fault = write_all(changes, sizeof changes / sizeof changes[0]);
    if (fault.code != WIRE_FAULT_CODE_NONE) {
        return fault;
    }
    return (struct camera_fault){apply_exposure(settings), REG_COM8};
}

struct camera_fault camera_set_clock(uint8_t clock_divider) {
    return write_checked(REG_CLKRC, clock_divider);
}

/* Soft sleep for a camera whose PWDN is not wired to us, then no clock, then power down for one whose PWDN
 * is. */
struct camera_fault camera_sleep(void) {
    const struct camera_fault fault = write_checked(REG_COM2, COM2_DRIVE_2X | COM2_SLEEP);
    stop_clock();
    drive_power_down(true);
    return fault;
}

struct camera_fault camera_wake(void) {
    drive_power_down(false);
    start_clock();
    return write_checked(REG_COM2, COM2_DRIVE_2X);
}
