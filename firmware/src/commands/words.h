/* Text for an outside benchmark runner: words and numbers to it, and out of what it says. No printf: it is
 * large. */
#ifndef WORDS_H
#define WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void words_say(const char *text);
void words_say_number(uint64_t number);

/* Two digits, small letters. */
void words_say_hex(uint8_t byte);

/* Rounded to three decimals. */
void words_say_score(float score);

/* The number between two texts, and the end of the line. */
void words_say_line(const char *start, uint64_t number, const char *end);

/* The next word of the line, which moves on behind it; length 0 at its end. Words are not ended by NUL. */
const char *word_next(const char **line, size_t *length);
bool word_is(const char *word, size_t length, const char *wanted);

/* The next word as a number, `usual` when there is none. False for anything that is no number up to `most`.
 */
bool word_take_number(const char **line, uint32_t usual, uint32_t most, uint32_t *number);

/* 0..15, -1 for anything else. */
int32_t word_hex_value(char digit);

#endif
