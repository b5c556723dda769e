/* The link as the rest of the firmware sees it: messages go out, commands come in; nothing here ever waits.
 * What is queued leaves by the port's interrupt, while the model runs, too. */
#ifndef LINK_LINK_H
#define LINK_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link/inbox.h" // struct packet

void link_start(void);

/* Queues a message: a struct of protocol.h and the tail behind it, if any. Whole, or dropped and counted. A
 * Frame leaves room behind it for the Result, a Profile and answers, so that those are never dropped for it.
 */
void link_send(uint8_t type, const void *head, size_t head_bytes, const void *tail, size_t tail_bytes);

/* Whether a Frame of so many bytes would find room. */
bool link_has_room(size_t bytes);

/* Waits until such a Frame finds room, for so long at most, and not at all when it never could. */
void link_make_room(size_t bytes, uint32_t milliseconds);

/* Waits until everything has left, for so long at most. */
void link_drain(uint32_t milliseconds);

/* True when the host has sent something that link_receive did not give out yet. */
bool link_host_calls(void);

/* What the host sent: nothing whole yet, a packet, a line of text, or the end of text. */
enum link_event { LINK_NOTHING, LINK_PACKET, LINK_TEXT, LINK_TEXT_ENDED };

/* The packet, or the line in link_line, stays until the next call. */
enum link_event link_receive(struct packet *packet);
const char *link_line(bool *too_long);

/* Text to the host, whole or dropped. While the host speaks text, messages are left out. */
void link_say(const char *text, size_t bytes);

/* Packets that found no room, and packets that were refused, since start. */
uint32_t link_dropped(void);
uint32_t link_bad(void);

#endif
