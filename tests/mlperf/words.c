/* What commands/words.c says, for tests. */
#include "commands/words.h"

#include <string.h>

#include "link/link.h"

static char said[256];

void begin(void);
const char *output(void);

void begin(void) {
    said[0] = 0;
}

void link_say(const char *text, size_t bytes) {
    strncat(said, text, bytes);
}

const char *output(void) {
    return said;
}
