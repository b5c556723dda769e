/* Lines of text from an outside benchmark runner, told apart from our packets on the same port.
 *
 * Every packet of ours begins with the code byte 2: its second byte is always 0. So what begins with a small
 * letter behind a 0x00, at the start or behind a pause is no packet, and counts as text once it is exactly a
 * command that ends with '%'. From then on all is text, up to the next 0x00.
 */
#ifndef LINK_TEXT_H
#define LINK_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TEXT_LINE_BYTES = 512 };

enum text_state { TEXT_AT_START, TEXT_IN_PACKET, TEXT_PERHAPS, TEXT_ON };

enum text_verdict {
    TEXT_NOT_MINE, /* the byte is the packet decoder's */
    TEXT_TAKEN,
    TEXT_LINE,  /* a command is complete */
    TEXT_ENDED, /* a 0x00: packets from here on */
};

struct text {
    enum text_state state;
    char line[TEXT_LINE_BYTES + 1]; /* without the '%', ends with NUL */
    size_t count;                   /* bytes of the line; more than fit mark it as too long */
};

/* Takes one byte. On TEXT_LINE the command lies in `line` until the next byte. */
enum text_verdict text_feed(struct text *text, uint8_t byte);

/* The line was silent for long: what comes next begins anew, unless text is on. */
void text_pause(struct text *text);

bool text_is_too_long(const struct text *text);

#endif
