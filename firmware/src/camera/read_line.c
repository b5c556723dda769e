#include "camera/read_line.h"

#include "camera/pins.h" // PIN_PCLK, PIN_HREF, PIN_D0

/* Straight-line polls instead of a loop: 4 cycles each instead of 5, and running out of them is the time-out:
 * 24 polls wait for 96 cycles, a PCLK of 333 kHz. r4 is free between the polls. */
#define POLL(branch, label) "ldr r4, [%[port0]]\n lsls r4, r4, %[pclk_to_sign]\n " branch " " label "\n"
#define POLL_4(branch, label) POLL(branch, label) POLL(branch, label) POLL(branch, label) POLL(branch, label)
#define POLL_24(branch, label)                                                                               \
    POLL_4(branch, label)                                                                                    \
    POLL_4(branch, label)                                                                                    \
    POLL_4(branch, label)                                                                                    \
    POLL_4(branch, label) POLL_4(branch, label) POLL_4(branch, label) "b 9f\n"
#define WAIT_HIGH(label) POLL_24("bmi", label "f") label ":\n"
#define WAIT_LOW(label) POLL_24("bpl", label "f") label ":\n"

#define POLL_HREF "ldr r4, [%[port0]]\n lsls r4, r4, %[href_to_sign]\n bmi 2f\n"
#define WAIT_HREF                                                                                            \
    "1:\n" POLL_HREF POLL_HREF POLL_HREF POLL_HREF "subs %[rounds], %[rounds], #1\n bne 1b\n"                \
    "add %[left], %[left], #1\n b 9f\n"                                                                      \
    "2:\n"

#ifndef CAPTURE_EXTRA_NOPS
#define CAPTURE_EXTRA_NOPS 0 /* tests slow the loop with it */
#endif

uint32_t camera_read_line(uint16_t *samples, uint32_t count, uint32_t skip_first, uint32_t href_rounds) {
    uint32_t left = count;
    __asm volatile(WAIT_HREF "cmp %[skip], #0\n beq.w 5f\n" /* chroma first: let one byte pass */
                   WAIT_HIGH("3") WAIT_LOW("4") "5:\n" WAIT_HIGH("6") "ldrh r4, [%[port1]]\n"
                                                                      "strh r4, [%[to]], #2\n"
                                                                      ".rept %c[nops]\n nop\n .endr\n"
                                                                      "subs %[left], %[left], #1\n"
                                                                      "beq 9f\n" WAIT_LOW("7") WAIT_HIGH("8")
                                                                          WAIT_LOW("10") "b 5b\n"
                                                                                         "9:\n"
                   : [to] "+r"(samples), [left] "+r"(left), [rounds] "+r"(href_rounds)
                   : [port0] "r"(&GPIO_IN(PIN_PCLK)), [port1] "r"(&GPIO_IN(PIN_D0)), [skip] "r"(skip_first),
                     [pclk_to_sign] "i"(31u - (PIN_PCLK & 31u)), [href_to_sign] "i"(31u - (PIN_HREF & 31u)),
                     [nops] "i"(CAPTURE_EXTRA_NOPS)
                   : "r4", "cc", "memory");
    return count - left; /* left is count + 1 without a line */
}

uint32_t camera_read_bytes(uint16_t *samples, uint32_t count, uint32_t href_rounds) {
    uint32_t left = count;
    __asm volatile(WAIT_HREF "5:\n" WAIT_HIGH("6") "ldrh r4, [%[port1]]\n"
                                                   "strh r4, [%[to]], #2\n"
                                                   ".rept %c[nops]\n nop\n .endr\n"
                                                   "subs %[left], %[left], #1\n"
                                                   "beq 9f\n" WAIT_LOW("7") "b 5b\n"
                                                                            "9:\n"
                   : [to] "+r"(samples), [left] "+r"(left), [rounds] "+r"(href_rounds)
                   : [port0] "r"(&GPIO_IN(PIN_PCLK)), [port1] "r"(&GPIO_IN(PIN_D0)),
                     [pclk_to_sign] "i"(31u - (PIN_PCLK & 31u)), [href_to_sign] "i"(31u - (PIN_HREF & 31u)),
                     [nops] "i"(CAPTURE_EXTRA_NOPS)
                   : "r4", "cc", "memory");
    return count - left;
}
