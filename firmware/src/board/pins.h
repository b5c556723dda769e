/* Pins of the Nano 33 BLE Sense that the firmware drives, the camera's aside. */
#ifndef BOARD_PINS_H
#define BOARD_PINS_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes the power LED, the sensors' supply, their pull-ups and the first marker pin outputs; the three are
 * on, the marker is low. */
void pins_start(void);

#ifdef __cplusplus
}
#endif

#endif
