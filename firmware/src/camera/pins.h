/* The camera's pins on the Tiny Machine Learning Kit's shield, and on a breadboard wired as Arduino's library
 * says. The two differ in D0/D1 alone, which Setting.DATA_SWAP corrects. */
#ifndef CAMERA_PINS_H
#define CAMERA_PINS_H

#include "board/nrf52840.h" // GPIO_PIN

#define PIN_VSYNC GPIO_PIN(0u, 21u) /* D8 */
#define PIN_HREF GPIO_PIN(0u, 5u)   /* A1 */
#define PIN_PCLK GPIO_PIN(0u, 4u)   /* A0 */
#define PIN_PWDN GPIO_PIN(1u, 1u)   /* D11; a jumper of the shield leads there */
#define PIN_XCLK GPIO_PIN(0u, 27u)  /* D9 */
#define PIN_SDA GPIO_PIN(0u, 31u)   /* A4 */
#define PIN_SCL GPIO_PIN(0u, 2u)    /* A5 */
#define PIN_D0 GPIO_PIN(1u, 3u)     /* D1, the TX pad; D1 of the sensor on a breadboard */
#define PIN_D1 GPIO_PIN(1u, 2u)     /* D10; D0 of the sensor on a breadboard */
#define PIN_D2 GPIO_PIN(1u, 10u)    /* D2..D7 follow in order up to P1.15 */

#endif
