/* Frames that are let pass while the sensor's exposure settles. The CPU sleeps meanwhile; a byte from the
 * host ends it. */
#ifndef SETTLE_H
#define SETTLE_H

#include "state.h" // struct app

/* Sleeps until then, for a minute at most; the host's call or another interrupt may end it early. */
void nap_until(uint64_t end_us);

/* So many frames of the sensor, which runs. */
void settle_frames(const struct app *app, uint32_t frames);

/* Until exposure and gain have stayed the same for two frames, or SETTLE_MOST_FRAMES have passed. */
enum { SETTLE_MOST_FRAMES = 16 };
void settle_light(const struct app *app);

#endif
