#include "mlperf.h"

#include <string.h> // strcmp, strlen

#include "board/board.h" // board_*
#include "link/link.h"   // link_say, link_drain
#include "model.h"       // model_name
#include "report.h"      // report_firmware
#include "stage.h"       // stage_*

enum {
    DRAIN_MS = 200,
    PULSE_CYCLES = BOARD_CLOCK_HZ / 1000,
    MOST_ITERATIONS = 100000,
    USUAL_WARM_UPS = 10,
    BYTES_IN_PRINTED_LINE = 8,
    MOST_DIGITS = 20,
};

static void say(const char *text) {
    link_say(text, strlen(text));
}

static void say_number(uint64_t number) {
    char digits[MOST_DIGITS + 1];
    size_t at = MOST_DIGITS;
    digits[at] = 0;
    do {
        digits[--at] = (char)('0' + number % 10u);
        number /= 10u;
    } while (number > 0);
    say(digits + at);
}

static void say_hex(uint8_t byte) {
    static const char digits[] = "0123456789abcdef";
    const char text[] = {digits[byte >> 4], digits[byte & 15u], 0};
    say(text);
}

/* Rounded to three decimals. */
static void say_score(float score) {
    const uint32_t thousandths = (uint32_t)((score < 0.0f ? -score : score) * 1000.0f + 0.5f);
    const char decimals[] = {(char)('0' + thousandths / 100u % 10u), (char)('0' + thousandths / 10u % 10u),
                             (char)('0' + thousandths % 10u), 0};
    say(score < 0.0f && thousandths > 0 ? "-" : "");
    say_number(thousandths / 1000u);
    say(".");
    say(decimals);
}

static void say_line(const char *start, uint64_t number, const char *end) {
    say(start);
    say_number(number);
    say(end);
    say("\r\n");
}

/* The next word of the line, cut off with NUL; empty at its end. */
static const char *next_word(const char **line, size_t *length) {
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

static bool is_word(const char *word, size_t length, const char *wanted) {
    return length == strlen(wanted) && memcmp(word, wanted, length) == 0;
}

/* The next word as a number, `usual` when there is none. False for anything that is no number up to `most`.
 */
static bool take_number(const char **line, uint32_t usual, uint32_t most, uint32_t *number) {
    size_t length;
    const char *const word = next_word(line, &length);
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

static int32_t hex_value(char digit) {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    const char small = (char)(digit | 0x20);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

static void load(struct app *app, const char *line) {
    uint32_t bytes;
    if (!take_number(&line, 0, UINT32_MAX, &bytes) || bytes == 0) {
        say("e-[Command 'db load' requires a number of bytes above 0]\r\n");
    } else if (bytes > app_image_bytes(app)) {
        say_line("e-[Buffer too large: the model takes ", app_image_bytes(app), " bytes]");
    } else {
        app->text.expected = bytes;
        app->text.loaded = 0;
        say_line("m-[Expecting ", bytes, " bytes]");
    }
}

/* All digits are checked before the first byte is taken. */
static void take_digits(struct app *app, const char *digits, size_t count) {
    if (app->text.loaded == app->text.expected) {
        say("e-[Command 'db load' must come first]\r\n");
        return;
    }
    bool valid = count % 2 == 0;
    for (size_t i = 0; i < count; i++) {
        valid = valid && hex_value(digits[i]) >= 0;
    }
    if (!valid) {
        say("e-[Pairs of hex digits expected]\r\n");
        return;
    }
    for (size_t i = 0; i < count && app->text.loaded < app->text.expected; i += 2) {
        app->image[app->text.loaded++] = (uint8_t)(hex_value(digits[i]) << 4 | hex_value(digits[i + 1]));
    }
    if (app->text.loaded == app->text.expected) {
        say("m-load-done\r\n");
    }
}

static void print(const struct app *app, const char *line) {
    uint32_t count;
    uint32_t offset;
    const uint32_t most = app_image_bytes(app);
    if (!take_number(&line, 16, most, &count) || !take_number(&line, 0, most, &offset) ||
        count > most - offset) {
        say("e-[Outside the buffer]\r\n");
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        const bool last = (i + 1) % BYTES_IN_PRINTED_LINE == 0 || i + 1 == count;
        say(i % BYTES_IN_PRINTED_LINE == 0 ? "m-buffer-" : "");
        say_hex(app->image[offset + i]);
        say(last ? "\r\n" : "-");
        if (last) {
            link_drain(DRAIN_MS);
        }
    }
}

static void buffer(struct app *app, const char *line) {
    size_t length;
    const char *const word = next_word(&line, &length);
    if (length == 0) {
        say("e-[Command 'db' requires a subcommand]\r\n");
    } else if (is_word(word, length, "load")) {
        load(app, line);
    } else if (is_word(word, length, "print")) {
        print(app, line);
    } else {
        take_digits(app, word, length);
    }
}

static void pulse(void) {
    board_mark(false);
    const uint32_t start = board_cycles();
    while (board_cycles() - start < PULSE_CYCLES) {
    }
    board_mark(true);
}

/* A moment: in energy mode its pulse, else the time to print later. */
static uint64_t note_moment(const struct app *app) {
    if (app->text.energy) {
        pulse();
        return 0;
    }
    return board_microseconds();
}

static void say_moment(const struct app *app, uint64_t moment_us) {
    if (!app->text.energy) {
        say_line("m-lap-us-", moment_us, "");
    }
}

static void say_results(const struct app *app) {
    const struct packed_header *model = app->engine.header;
    say("m-results-[");
    for (size_t i = 0; i < app->score_count; i++) {
        say(i > 0 ? "," : "");
        say_score((float)(app->scores[i] - model->output_zero_point) * model->output_scale);
    }
    say("]\r\n");
}

/* In energy mode the pin carries the timestamps alone. A byte from the host ends it: false. */
static bool repeat(struct app *app, uint32_t times) {
    for (uint32_t i = 0; i < times; i++) {
        if (link_host_calls()) {
            return false;
        }
        if (app->text.energy) {
            engine_run(&app->engine, app->image, app->scores);
        } else {
            stage_infer(app);
        }
        board_cycles_since_start(); /* keeps its high word right */
    }
    return true;
}

/* Nothing is sent between the two moments. */
static void measure(struct app *app, uint32_t times) {
    say_line("m-infer-start-", times, "");
    link_drain(DRAIN_MS);
    const uint64_t start_us = note_moment(app);
    const bool whole = repeat(app, times);
    const uint64_t end_us = note_moment(app);
    if (!whole) {
        say("e-[Stopped by the host]\r\n");
        return;
    }
    say_moment(app, start_us);
    say_moment(app, end_us);
    say("m-infer-done\r\n");
    say_results(app);
}

static void infer(struct app *app, const char *line) {
    uint32_t times;
    uint32_t warm_ups;
    if (!take_number(&line, 1, MOST_ITERATIONS, &times) || times == 0) {
        say("e-[Inference iterations must be >0]\r\n");
    } else if (!take_number(&line, USUAL_WARM_UPS, MOST_ITERATIONS, &warm_ups)) {
        say("e-[Inference warmup must be >=0]\r\n");
    } else if (app->model_status != ENGINE_OK) {
        say("e-[No model]\r\n");
    } else if (app->text.loaded != app_image_bytes(app)) {
        say_line("e-[Input incomplete: the model takes ", app_image_bytes(app), " bytes]");
    } else {
        say_line("m-warmup-start-", warm_ups, "");
        link_drain(DRAIN_MS);
        if (repeat(app, warm_ups)) {
            say("m-warmup-done\r\n");
            measure(app, times);
        } else {
            say("e-[Stopped by the host]\r\n");
        }
    }
}

static void set_energy(struct app *app, bool energy) {
    app->text.energy = energy;
    board_mark(energy);
    say(energy ? "m-timestamp-mode-energy\r\n" : "m-timestamp-mode-performance\r\n");
}

static void choose_mode(struct app *app, const char *line) {
    size_t length;
    const char *const word = next_word(&line, &length);
    if (is_word(word, length, "energy")) {
        set_energy(app, true);
    } else if (is_word(word, length, "performance")) {
        set_energy(app, false);
    } else {
        say("e-[Command 'mode' requires energy or performance]\r\n");
    }
}

static void say_profile(const struct app *app) {
    say("m-profile-[");
    say(report_firmware());
    say("; ");
    say(model_name(app));
    say("]\r\nm-model-[vww01]\r\n");
}

static void say_help(void) {
    say("name         : the board's name\r\n"
        "profile      : the firmware and the benchmark's model\r\n"
        "timestamp    : the time in microseconds, or a pulse on the marker pin\r\n"
        "db load N    : expect N bytes of input\r\n"
        "db HH[HH]*   : the next bytes\r\n"
        "db print [N=16] [offset=0]\r\n"
        "infer N [W=10] : N inferences after W to warm up\r\n"
        "results      : the scores of the last one\r\n"
        "mode energy|performance : what a timestamp is\r\n"
        "A byte of value 0 goes back to packets.\r\n");
}

static void obey(struct app *app, const char *line) {
    size_t length;
    const char *const word = next_word(&line, &length);
    if (is_word(word, length, "name")) {
        say("m-name-dut-[");
        say(board_name());
        say("]\r\n");
    } else if (is_word(word, length, "profile")) {
        say_profile(app);
    } else if (is_word(word, length, "timestamp")) {
        say_moment(app, note_moment(app));
    } else if (is_word(word, length, "db")) {
        buffer(app, line);
    } else if (is_word(word, length, "infer")) {
        infer(app, line);
    } else if (is_word(word, length, "results") && app->model_status == ENGINE_OK) {
        say_results(app);
    } else if (is_word(word, length, "mode")) {
        choose_mode(app, line);
    } else if (is_word(word, length, "help")) {
        say_help();
    } else {
        say("e-[Unknown command: ");
        link_say(word, length);
        say("]\r\n");
    }
}

void mlperf_obey(struct app *app, const char *line, bool too_long) {
    app->mode = WIRE_MODE_IDLE;
    app->injected = 0;
    if (too_long) {
        say("e-[Command too long]\r\n");
    } else {
        obey(app, line);
    }
    say("m-ready\r\n");
}

void mlperf_end(struct app *app) {
    app->text = (struct text_session){0};
    board_mark(false);
}
