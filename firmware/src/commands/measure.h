/* What the host wants measured: the sensor's raster, and what this chip's reads, branches and interrupts
 * take. */
#ifndef MEASURE_H
#define MEASURE_H

#include "state.h"      // struct app
#include "link/inbox.h" // struct packet

/* Measures and answers; else the status for its acknowledgement. */
enum wire_status measure_obey(struct app *app, const struct packet *command);

#endif
