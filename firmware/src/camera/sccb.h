/* SCCB, OmniVision's two-wire bus (SCCB Specification 2.2), bit by bit on two open-drain pins at about 100
 * kHz. A read is a write of the address, a stop, then the read: the sensor knows no repeated start. */
#ifndef CAMERA_SCCB_H
#define CAMERA_SCCB_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol.h" // enum wire_fault_code

/* Makes the pins idle high, and frees a bus on which the sensor still holds SDA. CAMERA_BUS_STUCK when it
 * cannot. */
enum wire_fault_code sccb_start(void);

/* CAMERA_NO_ANSWER when the sensor does not acknowledge. */
enum wire_fault_code sccb_write(uint8_t address, uint8_t value);
enum wire_fault_code sccb_read(uint8_t address, uint8_t *value);

#endif
