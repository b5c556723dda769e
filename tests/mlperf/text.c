/* What link.c does with a byte, for tests: text or packet. */
#include "link/inbox.h"
#include "link/text.h"

enum { NOTHING, PACKET, LINE, ENDED };

static struct text text;
static struct inbox inbox;

void begin(void);
int take(uint8_t byte, uint8_t *type);
const char *line(void);
int is_on(void);

void begin(void) {
    text = (struct text){0};
    inbox = (struct inbox){0};
}

int take(uint8_t byte, uint8_t *type) {
    static bool given;
    const bool was_on = text.state == TEXT_ON;
    if (given) {
        text.count = 0;
        given = false;
    }
    struct packet packet;
    switch (text_feed(&text, byte)) {
    case TEXT_NOT_MINE:
        if (inbox_feed(&inbox, byte, &packet)) {
            *type = packet.type;
            return PACKET;
        }
        return NOTHING;
    case TEXT_LINE:
        if (!was_on) {
            inbox_forget(&inbox);
        }
        given = true;
        return LINE;
    case TEXT_ENDED:
        return ENDED;
    default:
        return NOTHING;
    }
}

const char *line(void) {
    return text.line;
}

int is_on(void) {
    return text.state == TEXT_ON;
}
