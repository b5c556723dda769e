#include "camera/ov7675.h"

#include <stddef.h> // size_t

#include "board/board.h"          // board_cycles
#include "board_numbers.h"        // BOARD_CLOCK_HZ, SENSOR_*
#include "camera/ov7675_tables.h" // struct setting, timing, looks
#include "camera/pins.h"          // PIN_*
#include "camera/sccb.h"          // sccb_*

enum {
    RESET_MS = 5,
    CLOCK_SETTLES_MS = 2,
    BANDS_50_HZ = 100, /* a second: light flickers at twice the mains' frequency */
    BANDS_60_HZ = 120,
};

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static const struct camera_fault no_fault = {WIRE_FAULT_CODE_NONE, 0};

static void wait_ms(uint32_t ms) {
    const uint32_t start = board_cycles();
    while (board_cycles() - start < ms * (BOARD_CLOCK_HZ / 1000)) {
    }
}

/* The I2S peripheral's master clock runs alone, without a transfer. PSEL takes the pin whatever ENABLE says,
 * so it comes last before ENABLE = 1. TXEN and RXEN stay as they are at reset, as in Arduino_OV767X and
 * OpenMV. */
static void start_clock(void) {
    GPIO_PIN_CNF(PIN_XCLK) = GPIO_OUTPUT;
    I2S_CONFIG_MODE = 0;
    I2S_CONFIG_MCKEN = 1;
    I2S_CONFIG_MCKFREQ = I2S_MCKFREQ_32MDIV2;
    I2S_PSEL_MCK = PIN_XCLK;
    I2S_ENABLE = 1;
    I2S_TASKS_START = 1;
    wait_ms(CLOCK_SETTLES_MS);
}

/* STOP leaves the 32 MHz clock and the pin taken (nRF52840 errata 194 and 196; the two writes as in Nordic's
 * nrfx_i2s.c). */
static void stop_clock(void) {
    I2S_TASKS_STOP = 1;
    I2S_ERRATUM_194 = 1;
    I2S_ERRATUM_196 = 1;
    I2S_ENABLE = 0;
    I2S_PSEL_MCK = I2S_PSEL_DISCONNECTED;
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

/* While the sensor sleeps its outputs float, and an input buffer at a floating pin draws current. */
static void listen_to_pins(bool listen) {
    static const uint8_t pins[] = {PIN_VSYNC,   PIN_HREF,    PIN_PCLK,    PIN_D0,      PIN_D1,     PIN_D2,
                                   PIN_D2 + 1u, PIN_D2 + 2u, PIN_D2 + 3u, PIN_D2 + 4u, PIN_D2 + 5u};
    for (size_t i = 0; i < sizeof pins; i++) {
        GPIO_PIN_CNF(pins[i]) = listen ? GPIO_INPUT : GPIO_DISCONNECTED;
    }
}

/* mask: the bits that must read back as they were written. */
static struct camera_fault write_masked(uint8_t address, uint8_t value, uint8_t mask) {
    uint8_t back = 0;
    enum wire_fault_code code = sccb_write(address, value);
    if (code == WIRE_FAULT_CODE_NONE) {
        code = sccb_read(address, &back);
    }
    if (code == WIRE_FAULT_CODE_NONE && ((back ^ value) & mask) != 0) {
        return (struct camera_fault){WIRE_FAULT_CODE_CAMERA_REGISTER, (uint32_t)address << 8 | back};
    }
    return (struct camera_fault){code, address};
}

static struct camera_fault write_checked(uint8_t address, uint8_t value) {
    return write_masked(address, value, 0xFF);
}

static struct camera_fault check_identity(void) {
    static const struct setting identity[] = {
        {REG_MIDH, 0x7F}, {REG_MIDL, 0xA2}, {REG_PID, 0x76}, {REG_VER, 0x73}};
    uint32_t found = 0;
    bool right = true;
    for (size_t i = 0; i < LENGTH(identity); i++) {
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
    for (size_t i = 0; i < LENGTH(looks); i++) {
        const enum wire_fault_code code = sccb_write(looks[i].address, looks[i].value);
        if (code != WIRE_FAULT_CODE_NONE) {
            return (struct camera_fault){code, looks[i].address};
        }
    }
    return no_fault;
}

/* The gain's highest bits follow the light; of reserved registers nobody says what they read. */
static uint8_t steady_bits(uint8_t address) {
    const bool reserved = address == REG_DCWCTR || address == REG_PCLK_DIV || address >= REG_RESERVED_B0 ||
                          address == REG_DM_LNL || address == REG_DM_LNH;
    return reserved ? 0 : address == REG_VREF ? VREF_WINDOW : 0xFF;
}

static struct camera_fault write_all(const struct setting *settings, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct camera_fault fault =
            write_masked(settings[i].address, settings[i].value, steady_bits(settings[i].address));
        if (fault.code != WIRE_FAULT_CODE_NONE) {
            return fault;
        }
    }
    return no_fault;
}

static struct camera_fault write_halving(uint8_t halving) {
    switch (halving) {
    case CAMERA_BY_FORMAT:
        return write_all(by_format, LENGTH(by_format));
    case CAMERA_BY_VENDOR:
        return write_all(by_vendor, LENGTH(by_vendor));
    default:
        return write_all(by_scaler, LENGTH(by_scaler));
    }
}

struct camera_fault camera_start(const struct camera_settings *settings) {
    drive_power_down(false);
    listen_to_pins(true);
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
        /* Exposure by itself waits for its limits, written last: it would keep what it came to without them.
         */
        fault = (struct camera_fault){sccb_write(REG_COM8, 0), REG_COM8};
    }
    if (fault.code == WIRE_FAULT_CODE_NONE) {
        fault = write_halving(settings->halving);
    }
    if (fault.code == WIRE_FAULT_CODE_NONE) {
        fault = write_all(timing, LENGTH(timing));
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

/* Exposures that are whole bands of flickering light show no stripes. A row lasts as long as the pixel clock
 * says, so bands are written with every clock; the longest exposure, BD50MAX or BD60MAX of them, is so the
 * same at every clock. */
static struct camera_fault write_clock(uint8_t clock_divider) {
    const uint32_t row_cycles = SENSOR_LINE_CLOCKS * (clock_divider + 1u);
    const uint32_t rows_50 = (BOARD_CLOCK_HZ / BANDS_50_HZ + row_cycles / 2) / row_cycles;
    const uint32_t rows_60 = (BOARD_CLOCK_HZ / BANDS_60_HZ + row_cycles / 2) / row_cycles;
    const struct setting changes[] = {
        {REG_CLKRC, clock_divider}, /* must follow a change of format */
        {REG_BD50ST, (uint8_t)rows_50},
        {REG_BD60ST, (uint8_t)rows_60},
    };
    return write_all(changes, LENGTH(changes));
}

/* The OV7675 does not find the mains' frequency out by itself, as the OV7670 does (its data sheet, 4.4.3). */
static uint8_t mains_bits(uint8_t mains_hz) {
    return COM11_SHORT_IN_SUN | (mains_hz == 50 ? COM11_50_HZ : 0);
}

/* Of TSLB and COM13 the bits that decide the order of bytes alone must read back: the rest is reserved. */
static struct camera_fault apply_order(const struct camera_settings *settings) {
    const uint8_t order = settings->luma_second ? TSLB_LUMA_SECOND : 0;
    const uint8_t swap = settings->chroma_swap ? COM13_CHROMA_SWAP : 0;
    const struct camera_fault fault = write_masked(REG_TSLB, TSLB_RESERVED | order, TSLB_LUMA_SECOND);
    return fault.code == WIRE_FAULT_CODE_NONE
               ? write_masked(REG_COM13, COM13_GAMMA_SATURATION | swap, COM13_CHROMA_SWAP)
               : fault;
}

struct camera_fault camera_write_rows(uint16_t extra_rows) {
    enum wire_fault_code code = sccb_write(REG_ADVFH, (uint8_t)(extra_rows >> 8));
    if (code == WIRE_FAULT_CODE_NONE) {
        code = sccb_write(REG_ADVFL, (uint8_t)extra_rows);
    }
    return (struct camera_fault){code, REG_ADVFL};
}

static struct camera_fault set_rows(uint16_t extra_rows) {
    const struct setting rows[] = {{REG_ADVFH, (uint8_t)(extra_rows >> 8)}, {REG_ADVFL, (uint8_t)extra_rows}};
    return write_all(rows, LENGTH(rows));
}

struct camera_fault camera_apply(const struct camera_settings *settings) {
    const struct setting changes[] = {
        {REG_XSC, XSC_SCALE},
        {REG_YSC, (uint8_t)(YSC_SCALE | (settings->colour_bars ? YSC_BARS : 0))},
        {REG_COM11, mains_bits(settings->mains_hz)},
    };
    struct camera_fault fault = write_clock(settings->clock_divider);
    if (fault.code == WIRE_FAULT_CODE_NONE) {
        fault = write_all(changes, LENGTH(changes));
    }
    if (fault.code == WIRE_FAULT_CODE_NONE) {
        fault = apply_order(settings);
    }
    if (fault.code == WIRE_FAULT_CODE_NONE) {
        fault = set_rows(settings->extra_rows);
    }
    if (fault.code != WIRE_FAULT_CODE_NONE) {
        return fault;
    }
    return (struct camera_fault){apply_exposure(settings), REG_COM8};
}

/* The PLL's 64 MHz are the CPU's. */
uint32_t camera_row_cycles(const struct camera_settings *settings) {
    return SENSOR_LINE_CLOCKS * (settings->clock_divider + 1u);
}

uint32_t camera_frame_cycles(const struct camera_settings *settings) {
    return camera_row_cycles(settings) * (SENSOR_FRAME_LINES + settings->extra_rows);
}

struct camera_fault camera_set_clock(uint8_t clock_divider) {
    return write_clock(clock_divider);
}

struct camera_fault camera_read_light(struct camera_light *light) {
    static const uint8_t addresses[] = {REG_AECHH, REG_AECH, REG_COM1, REG_VREF, REG_GAIN};
    uint8_t found[LENGTH(addresses)];
    for (size_t i = 0; i < LENGTH(addresses); i++) {
        const enum wire_fault_code code = sccb_read(addresses[i], &found[i]);
        if (code != WIRE_FAULT_CODE_NONE) {
            return (struct camera_fault){code, addresses[i]};
        }
    }
    light->exposure = (found[0] & 0x3Fu) << 10 | (uint32_t)found[1] << 2 | (found[2] & 3u);
    light->gain = (found[3] & 0xC0u) << 2 | found[4];
    return no_fault;
}

/* Soft sleep for a camera whose PWDN is not wired to us, then no clock, then power down for one whose PWDN
 * is. */
struct camera_fault camera_sleep(void) {
    const struct camera_fault fault = write_checked(REG_COM2, COM2_DRIVE_2X | COM2_SLEEP);
    stop_clock();
    drive_power_down(true);
    listen_to_pins(false);
    return fault;
}

struct camera_fault camera_wake(void) {
    drive_power_down(false);
    listen_to_pins(true);
    start_clock();
    const struct camera_fault fault = write_checked(REG_COM2, COM2_DRIVE_2X);
    return fault.code == WIRE_FAULT_CODE_NONE ? set_rows(0) : fault;
}
