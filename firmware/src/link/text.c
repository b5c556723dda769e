#include "link/text.h"

#include <string.h> // strcmp, strncmp

static bool is_blank(char letter) {
    return letter == ' ' || letter == '\r' || letter == '\n';
}

/* What switches text on: a whole command, not a part of one. */
static bool is_command(const char *line) {
    static const char *const whole[] = {"name", "profile", "timestamp", "results", "help", "infer"};
    static const char *const with_arguments[] = {"db ", "infer ", "mode "};
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        if (strcmp(line, whole[i]) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof with_arguments / sizeof with_arguments[0]; i++) {
        if (strncmp(line, with_arguments[i], strlen(with_arguments[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* Blanks in front of a command are left out: terminals send line ends. */
static void gather(struct text *text, char letter) {
    if (text->count == 0 && is_blank(letter)) {
        return;
    }
    if (text->count < TEXT_LINE_BYTES) {
        text->line[text->count] = letter;
    }
    if (text->count <= TEXT_LINE_BYTES) {
        text->count++;
    }
}

static void finish_line(struct text *text) {
    const size_t length = text->count < TEXT_LINE_BYTES ? text->count : TEXT_LINE_BYTES;
    text->line[length] = 0;
}

bool text_is_too_long(const struct text *text) {
    return text->count > TEXT_LINE_BYTES;
}

static bool may_begin_text(uint8_t byte) {
    return (byte >= 'a' && byte <= 'z') || byte == '%' || is_blank((char)byte);
}

static bool is_text(uint8_t byte) {
    return (byte >= ' ' && byte < 0x7F) || is_blank((char)byte);
}

static enum text_verdict feed_text(struct text *text, uint8_t byte) {
    if (byte == '%') {
        finish_line(text);
        return TEXT_LINE;
    }
    gather(text, (char)byte);
    return TEXT_TAKEN;
}

/* Until a command was recognised, the packet decoder hears everything, too. */
static enum text_verdict feed_guess(struct text *text, uint8_t byte) {
    if (text->state == TEXT_AT_START) {
        text->count = 0;
        text->state = may_begin_text(byte) ? TEXT_PERHAPS : TEXT_IN_PACKET;
    }
    if (text->state == TEXT_PERHAPS && !is_text(byte)) {
        text->state = TEXT_IN_PACKET;
    }
    if (text->state == TEXT_IN_PACKET) {
        return TEXT_NOT_MINE;
    }
    if (byte != '%') {
        gather(text, (char)byte);
        return TEXT_NOT_MINE;
    }
    finish_line(text);
    if (!text_is_too_long(text) && is_command(text->line)) {
        text->state = TEXT_ON;
        return TEXT_LINE;
    }
    text->count = 0;
    return TEXT_NOT_MINE;
}

enum text_verdict text_feed(struct text *text, uint8_t byte) {
    if (byte == 0) {
        const bool was_on = text->state == TEXT_ON;
        text->state = TEXT_AT_START;
        return was_on ? TEXT_ENDED : TEXT_NOT_MINE;
    }
    return text->state == TEXT_ON ? feed_text(text, byte) : feed_guess(text, byte);
}

void text_pause(struct text *text) {
    if (text->state != TEXT_ON) {
        text->state = TEXT_AT_START;
    }
}
