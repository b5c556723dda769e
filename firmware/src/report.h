/* What the firmware tells the host: one function a message. */
#ifndef REPORT_H
#define REPORT_H

#include "state.h"      // struct app
#include "link/inbox.h" // struct packet

/* Version and source hash. */
const char *report_firmware(void);

void report_hello(const struct app *app);

/* The answer to LayoutRequest. */
void report_layout(void);
/* Queues the image from byte `from` on: whole, or, where it is larger than a packet, the next part, and those
 * behind it that find room as well. Returns the byte that is next; the image's size when nothing is left, or
 * when there was no room: the rest is given up, and the drop is counted. */
uint32_t report_frame(const struct app *app, enum wire_source source, uint32_t from);

/* The room that the next part needs. */
uint32_t report_frame_bytes(const struct app *app, uint32_t from);
void report_result(struct app *app, enum wire_source source);
void report_fault(struct app *app, struct camera_fault fault, const char *text);
void report_ack(const struct packet *command, enum wire_status status, uint32_t value);
void report_slot(const struct app *app, uint32_t slot);
void report_pong(uint64_t host_time_us);
void report_held(const struct wire_held *held);
void report_verdict(const struct app *app);
void report_heartbeat(const struct app *app);

#endif
