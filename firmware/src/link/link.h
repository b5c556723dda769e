/* The link as the rest of the firmware sees it: messages go out, commands come in; nothing here ever waits.
 */
#ifndef LINK_LINK_H
#define LINK_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link/inbox.h" // struct packet

void link_start(void);

/* Queues a message: a struct of protocol.h and the tail behind it, if any. Whole, or dropped and counted. */
void link_send(uint8_t type, const void *head, size_t head_bytes, const void *tail, size_t tail_bytes);

/* Feeds the port from the queue. Cheap; called wherever the firmware has a moment. */
void link_pump(void);

/* True when the host sent a whole packet, which is then in `packet` until the next call. */
bool link_receive(struct packet *packet);

/* Packets that found no room, and packets that were refused, since start. */
uint32_t link_dropped(void);
uint32_t link_bad(void);

#endif
