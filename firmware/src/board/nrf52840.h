/* The registers of the nRF52840 that we touch (nRF52840 Product Specification v1.7; ARMv7-M for the core's
 * own). */
#ifndef BOARD_NRF52840_H
#define BOARD_NRF52840_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

/* GPIO, chapter 6.9. Port 1 lies 0x300 above port 0. */
#define GPIO_PORT(pin) (0x50000000u + (((uint32_t)(pin) >> 5) * 0x300u))
#define GPIO_BIT(pin) (1u << ((uint32_t)(pin) & 31u))
#define GPIO_OUTSET(pin) REGISTER(GPIO_PORT(pin) + 0x508u)
#define GPIO_OUTCLR(pin) REGISTER(GPIO_PORT(pin) + 0x50Cu)
#define GPIO_IN(pin) REGISTER(GPIO_PORT(pin) + 0x510u)
#define GPIO_DIRSET(pin) REGISTER(GPIO_PORT(pin) + 0x518u)
#define GPIO_DIRCLR(pin) REGISTER(GPIO_PORT(pin) + 0x51Cu)
#define GPIO_PIN_CNF(pin) REGISTER(GPIO_PORT(pin) + 0x700u + 4u * ((uint32_t)(pin) & 31u))
#define GPIO_PIN(port, bit) ((port) * 32u + (bit))
enum {
    GPIO_DISCONNECTED = 2,                    /* as after a reset: direction in, buffer off */
    GPIO_INPUT = 0,                           /* direction in, buffer connected, no pull */
    GPIO_INPUT_PULLUP = 3 << 2,               /* the same with the pull-up on */
    GPIO_OUTPUT = 1 | 1 << 1,                 /* direction out, input buffer off */
    GPIO_OUTPUT_STRONG = 1 | 1 << 1 | 3 << 8, /* the same with high drive, H0H1 */
    /* Open drain: drives 0 hard and leaves 1 to the pull-up (DRIVE = S0D1), readable at any time. */
    GPIO_OPEN_DRAIN = 1 | 3 << 2 | 6 << 8,
};

/* POWER and CLOCK, chapters 5.3 and 5.4. */
#define CLOCK_TASKS_HFCLKSTART REGISTER(0x40000000u)
#define CLOCK_TASKS_HFCLKSTOP REGISTER(0x40000004u)
#define CLOCK_TASKS_LFCLKSTART REGISTER(0x40000008u)
#define CLOCK_EVENTS_HFCLKSTARTED REGISTER(0x40000100u)
#define CLOCK_EVENTS_LFCLKSTARTED REGISTER(0x40000104u)
#define CLOCK_LFCLKSRC REGISTER(0x40000518u)
enum { CLOCK_LFCLKSRC_CRYSTAL = 1 };
#define POWER_USBREGSTATUS REGISTER(0x40000438u)
#define POWER_GPREGRET REGISTER(0x4000051Cu)
#define POWER_DCDCEN REGISTER(0x40000578u)

/* NVMC, chapter 4.3: writing and erasing flash, and the instruction cache, off at reset. */
#define NVMC_READY REGISTER(0x4001E400u)
#define NVMC_CONFIG REGISTER(0x4001E504u)
#define NVMC_ERASEPAGE REGISTER(0x4001E508u)
#define NVMC_ICACHECNF REGISTER(0x4001E540u)
enum { NVMC_READ_ONLY = 0, NVMC_WRITE = 1, NVMC_ERASE = 2 };

/* FICR, chapter 4.4. */
#define FICR_DEVICEID0 REGISTER(0x10000060u)
#define FICR_DEVICEID1 REGISTER(0x10000064u)

/* UICR.NRFFW[0], chapter 4.5: where Nordic's MBR finds its bootloader; erased without one. */
#define UICR_BOOTLOADER_ADDRESS REGISTER(0x10001014u)
#define UICR_CUSTOMER0 REGISTER(0x10001080u) /* free for the board's maker; erased it reads 0xFFFFFFFF */

/* I2S, chapter 6.11: only its master clock output is used, as the camera's XCLK. */
#define I2S_TASKS_START REGISTER(0x40025000u)
#define I2S_TASKS_STOP REGISTER(0x40025004u)
#define I2S_ENABLE REGISTER(0x40025500u)
#define I2S_CONFIG_MODE REGISTER(0x40025504u)
#define I2S_CONFIG_MCKEN REGISTER(0x40025510u)
#define I2S_CONFIG_MCKFREQ REGISTER(0x40025514u)
#define I2S_PSEL_MCK REGISTER(0x40025560u)
#define I2S_MCKFREQ_32MDIV2 0x80000000u
#define I2S_PSEL_DISCONNECTED 0xFFFFFFFFu
#define I2S_ERRATUM_194 REGISTER(0x40025038u) /* write 1 behind STOP */
#define I2S_ERRATUM_196 REGISTER(0x4002503Cu)

/* TIMER3 and TIMER4, chapter 6.30: counters of 16 MHz. GPIOTE, chapter 6.10, and PPI, chapter 6.16: an edge
 * of a pin starts a timer without the CPU. */
#define TIMER_TASKS_START(timer) REGISTER((timer))
#define TIMER_TASKS_STOP(timer) REGISTER((timer) + 0x004u)
#define TIMER_TASKS_CLEAR(timer) REGISTER((timer) + 0x00Cu)
#define TIMER_TASKS_CAPTURE1(timer) REGISTER((timer) + 0x044u)
#define TIMER_EVENTS_COMPARE0(timer) REGISTER((timer) + 0x140u)
#define TIMER_EVENTS_COMPARE2(timer) REGISTER((timer) + 0x148u)
#define TIMER_SHORTS(timer) REGISTER((timer) + 0x200u)
#define TIMER_INTENSET(timer) REGISTER((timer) + 0x304u)
#define TIMER_INTENCLR(timer) REGISTER((timer) + 0x308u)
#define TIMER_MODE(timer) REGISTER((timer) + 0x504u)
#define TIMER_BITMODE(timer) REGISTER((timer) + 0x508u)
#define TIMER_PRESCALER(timer) REGISTER((timer) + 0x510u)
#define TIMER_CC0(timer) REGISTER((timer) + 0x540u)
#define TIMER_CC1(timer) REGISTER((timer) + 0x544u)
#define TIMER_CC2(timer) REGISTER((timer) + 0x548u)
#define LINE_TIMER 0x4001A000u
#define FEED_TIMER 0x4001B000u
enum {
    TIMER_32_BITS = 3,
    TIMER_INT_COMPARE0 = 1 << 16,
    TIMER_INT_COMPARE2 = 1 << 18,
    TIMER_SHORT_CLEAR0 = 1,
    LINE_TIMER_IRQ = 26
};
#define GPIOTE_EVENTS_IN(channel) REGISTER(0x40006100u + 4u * (uint32_t)(channel))
#define GPIOTE_CONFIG(channel) REGISTER(0x40006510u + 4u * (uint32_t)(channel))
enum { GPIOTE_EVENT = 1, GPIOTE_PIN_SHIFT = 8, GPIOTE_FALLING = 2 << 16 };
#define PPI_CHENSET REGISTER(0x4001F504u)
#define PPI_CHENCLR REGISTER(0x4001F508u)
#define PPI_CHANNEL_EVENT(channel) REGISTER(0x4001F510u + 8u * (uint32_t)(channel))
#define PPI_CHANNEL_TASK(channel) REGISTER(0x4001F514u + 8u * (uint32_t)(channel))

/* RTC1, chapter 6.22: 24 bits at 32,768 Hz, running in sleep. */
#define RTC_TASKS_START REGISTER(0x40011000u)
#define RTC_EVENTS_COMPARE0 REGISTER(0x40011140u)
#define RTC_INTENSET REGISTER(0x40011304u)
#define RTC_INTENCLR REGISTER(0x40011308u)
#define RTC_COUNTER REGISTER(0x40011504u)
#define RTC_PRESCALER REGISTER(0x40011508u)
#define RTC_CC0 REGISTER(0x40011540u)
enum { RTC_INT_COMPARE0 = 1 << 16, RTC_IRQ = 17, RTC_HZ = 32768, RTC_BITS = 24 };

/* UARTE0, chapter 6.34. */
#define UARTE_TASKS_STARTRX REGISTER(0x40002000u)
#define UARTE_TASKS_STOPRX REGISTER(0x40002004u)
#define UARTE_TASKS_STARTTX REGISTER(0x40002008u)
#define UARTE_EVENTS_RXDRDY REGISTER(0x40002108u)
#define UARTE_EVENTS_ENDRX REGISTER(0x40002110u)
#define UARTE_EVENTS_ENDTX REGISTER(0x40002120u)
#define UARTE_EVENTS_RXTO REGISTER(0x40002144u)
#define UARTE_INTENSET REGISTER(0x40002304u)
#define UARTE_INTENCLR REGISTER(0x40002308u)
#define UARTE_ENABLE REGISTER(0x40002500u)
#define UARTE_PSEL_RTS REGISTER(0x40002508u)
#define UARTE_PSEL_TXD REGISTER(0x4000250Cu)
#define UARTE_PSEL_CTS REGISTER(0x40002510u)
#define UARTE_PSEL_RXD REGISTER(0x40002514u)
#define UARTE_BAUDRATE REGISTER(0x40002524u)
#define UARTE_RXD_PTR REGISTER(0x40002534u)
#define UARTE_RXD_MAXCNT REGISTER(0x40002538u)
#define UARTE_RXD_AMOUNT REGISTER(0x4000253Cu)
#define UARTE_TXD_PTR REGISTER(0x40002544u)
#define UARTE_TXD_MAXCNT REGISTER(0x40002548u)
#define UARTE_CONFIG REGISTER(0x4000256Cu)
enum { UARTE_ENABLED = 8, UARTE_INT_RXDRDY = 1 << 2, UARTE_INT_ENDTX = 1 << 8, UARTE_IRQ = 2 };
enum { UARTE_FLOW_CONTROL = 1 };    /* of CONFIG */
enum { UARTE_MOST_BYTES = 0xFFFF }; /* of TXD.MAXCNT */
#define UARTE_BAUD_1M 0x10000000u

/* The core: ARMv7-M Architecture Reference Manual, B3 and C1. */
#define NVIC_ISER0 REGISTER(0xE000E100u)
#define NVIC_ISER1 REGISTER(0xE000E104u)
#define NVIC_ICER0 REGISTER(0xE000E180u)
#define NVIC_ICER1 REGISTER(0xE000E184u)
#define NVIC_ISPR0 REGISTER(0xE000E200u)
#define NVIC_ICPR0 REGISTER(0xE000E280u)
#define NVIC_PRIORITY(irq) (*(volatile uint8_t *)(uintptr_t)(0xE000E400u + (uint32_t)(irq)))
enum { NVIC_HIGHEST = 0, NVIC_LOWEST = 7 << 5 }; /* three bits of priority */
#define SCB_VTOR REGISTER(0xE000ED08u)
#define SCB_AIRCR REGISTER(0xE000ED0Cu)
#define SCB_CPACR REGISTER(0xE000ED88u)
#define DEMCR REGISTER(0xE000EDFCu)
#define DWT_CTRL REGISTER(0xE0001000u)
#define DWT_CYCCNT REGISTER(0xE0001004u)
#define SCB_AIRCR_RESET 0x05FA0004u
#define DEMCR_TRCENA (1u << 24)

#endif
