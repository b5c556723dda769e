/* The sensor's bus and pins, with loops of known speed. */
#include "probe.h"

enum { P0 = 0x50000000, P1 = 0x50000300, SDA = 31, SCL = 2, I2S = 0x40025000, WAIT = 20 };
#define P0_IN REGISTER(0x50000510)
#define P1_IN REGISTER(0x50000810)
#define PCLK (1u << 4)
#define HREF (1u << 5)
#define VSYNC (1u << 21)

uint8_t picture[320 * 240 * 2];

static void pause(void) {
    for (volatile uint32_t i = 0; i < WAIT; i++) {
    }
}

static void line(uint32_t pin, uint32_t high) {
    REGISTER(P0 + (high ? 0x51C : 0x518)) = 1u << pin; /* OUT stays 0: DIR pulls low or lets go */
    pause();
}

static uint32_t clock_bit(uint32_t out) {
    line(SDA, out);
    line(SCL, 1);
    const uint32_t in = P0_IN >> SDA & 1;
    line(SCL, 0);
    return in;
}

static uint32_t put(uint32_t byte) {
    for (uint32_t bit = 8; bit-- > 0;) {
        clock_bit(byte >> bit & 1);
    }
    return clock_bit(1) == 0;
}

static void begin(void) {
    line(SDA, 1);
    line(SCL, 1);
    line(SDA, 0);
    line(SCL, 0);
}

static void end(void) {
    line(SDA, 0);
    line(SCL, 1);
    line(SDA, 1);
}

uint32_t sccb_write(uint32_t number, uint32_t value) {
    begin();
    const uint32_t answered = put(0x42) && put(number) && put(value);
    end();
    return answered;
}

uint32_t sccb_read(uint32_t number) {
    begin();
    uint32_t answered = put(0x42) && put(number);
    end();
    begin();
    answered = answered && put(0x43);
    uint32_t value = 0;
    for (uint32_t bit = 0; answered && bit < 8; bit++) {
        value = value << 1 | clock_bit(1);
    }
    clock_bit(1);
    end();
    return answered ? value : 0x100;
}

/* XCLK with MCKFREQ `frequency` on pin `pin`; inputs connected. */
void camera_on(uint32_t frequency, uint32_t pin) {
    for (uint32_t i = 0; i < 32; i++) {
        REGISTER(P0 + 0x700 + 4 * i) = 0;
        REGISTER(P1 + 0x700 + 4 * i) = 0;
    }
    REGISTER(I2S + 0x514) = frequency;
    REGISTER(I2S + 0x560) = pin;
    REGISTER(I2S + 0x500) = 1;
    REGISTER(I2S) = 1;
}

/* As a C compiler would write it at its best: every byte of `lines` lines of `count` bytes, at rising edges
 * of PCLK. extra: rounds of a delay of 3 cycles after each byte. Returns the cycles it took. */
uint32_t capture(uint32_t count, uint32_t lines) {
    volatile uint32_t *p0 = &P0_IN;
    volatile uint32_t *p1 = &P1_IN;
    uint8_t *to = picture;
    while (!(*p0 & VSYNC)) {
    }
    while (*p0 & VSYNC) {
    }
    const uint32_t start = CYCCNT;
    for (uint32_t row = 0; row < lines; row++) {
        while (!(*p0 & HREF)) {
        }
        for (const uint8_t *stop = to + count; to != stop;) {
            while (!(*p0 & PCLK)) {
            }
            const uint32_t word = *p1;
            *to++ = (uint8_t)((word >> 8 & 0xFC) | (word >> 3 & 1) | (word >> 1 & 2));
            while (*p0 & PCLK) {
            }
        }
        while (*p0 & HREF) {
        }
    }
    return CYCCNT - start;
}

/* Cycles between rising edges of a pin of P0, so many times. */
void measure_edges(uint32_t mask, uint32_t count) {
    volatile uint32_t *p0 = &P0_IN;
    uint32_t last = 0;
    for (uint32_t i = 0; i <= count; i++) {
        while (*p0 & mask) {
        }
        while (!(*p0 & mask)) {
        }
        const uint32_t now = CYCCNT;
        if (i > 0) {
            record(now - last);
        }
        last = now;
    }
}
