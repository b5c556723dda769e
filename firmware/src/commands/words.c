#include "commands/words.h"

#include <string.h> // strlen, memcmp

#include "link/link.h" // link_say

enum { MOST_DIGITS = 20 };

void words_say(const char *text) {
    link_say(text, strlen(text));
}

void words_say_number(uint64_t number) {
    char digits[MOST_DIGITS + 1];
    size_t at = MOST_DIGITS;
    digits[at] = 0;
    do {
        digits[--at] = (char)('0' + number % 10u);
        number /= 10u;
    } while (number > 0);
    words_say(digits + at);
}

void words_say_hex(uint8_t byte) {
    static const char digits[] = "0123456789abcdef";
    const char text[] = {digits[byte >> 4], digits[byte & 15u], 0};
    words_say(text);
}

void words_say_score(float score) {
    const uint32_t thousandths = (uint32_t)((score < 0.0f ? -score : score) * 1000.0f + 0.5f);
    const char decimals[] = {(char)('0' + thousandths / 100u % 10u), (char)('0' + thousandths / 10u % 10u),
                             (char)('0' + thousandths % 10u), 0};
    words_say(score < 0.0f && thousandths > 0 ? "-" : "");
    words_say_number(thousandths / 1000u);
    words_say(".");
    words_say(decimals);
}

void words_say_line(const char *start, uint64_t number, const char *end) {
    words_say(start);
    words_say_number(number);
    words_say(end);
    words_say("\r\n");
}

const char *word_next(const char **line, size_t *length) {
    while (**line == ' ') {
        (*line)++;
    }
    const char *const word = *line;
    while (**line != 0 && **line != ' ') {
        (*line)++;
    }
    *length = (size_t)(*line - word);
    return word;
}

bool word_is(const char *word, size_t length, const char *wanted) {
    return length == strlen(wanted) && memcmp(word, wanted, length) == 0;
}

/* The next word as a number, `usual` when there is none. False for anything that is no number up to `most`.
 */
bool word_take_number(const char **line, uint32_t usual, uint32_t most, uint32_t *number) {
    size_t length;
    const char *const word = word_next(line, &length);
    *number = length == 0 ? usual : 0;
    for (size_t i = 0; i < length; i++) {
        const uint32_t digit = (uint32_t)(uint8_t)word[i] - '0';
        if (digit > 9 || *number > most / 10u || *number * 10u > most - digit) {
            return false;
        }
        *number = *number * 10u + digit;
    }
    return *number <= most;
}

int32_t word_hex_value(char digit) {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    const char small = (char)(digit | 0x20);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}
