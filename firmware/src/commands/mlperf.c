#include "commands/mlperf.h"

#include "board/board.h"    // board_*
#include "link/link.h"      // link_say, link_drain
#include "model.h"          // model_name
#include "report.h"         // report_firmware
#include "stage.h"          // stage_*
#include "commands/words.h" // words_*, word_*

enum {
    DRAIN_MS = 200,
    PULSE_CYCLES = BOARD_CLOCK_HZ / 1000,
    MOST_ITERATIONS = 100000,
    USUAL_WARM_UPS = 10,
    BYTES_IN_PRINTED_LINE = 8,
};

static void load(struct app *app, const char *line) {
    uint32_t bytes;
    if (!word_take_number(&line, 0, UINT32_MAX, &bytes) || bytes == 0) {
        words_say("e-[Command 'db load' requires a number of bytes above 0]\r\n");
    } else if (bytes > app_image_bytes(app)) {
        words_say_line("e-[Buffer too large: the model takes ", app_image_bytes(app), " bytes]");
    } else {
        app->text.expected = bytes;
        app->text.loaded = 0;
        words_say_line("m-[Expecting ", bytes, " bytes]");
    }
}

/* All digits are checked before the first byte is taken. */
static void take_digits(struct app *app, const char *digits, size_t count) {
    if (app->text.loaded == app->text.expected) {
        words_say("e-[Command 'db load' must come first]\r\n");
        return;
    }
    bool valid = count % 2 == 0;
    for (size_t i = 0; i < count; i++) {
        valid = valid && word_hex_value(digits[i]) >= 0;
    }
    if (!valid) {
        words_say("e-[Pairs of hex digits expected]\r\n");
        return;
    }
    for (size_t i = 0; i < count && app->text.loaded < app->text.expected; i += 2) {
        app->image[app->text.loaded++] =
            (uint8_t)(word_hex_value(digits[i]) << 4 | word_hex_value(digits[i + 1]));
    }
    if (app->text.loaded == app->text.expected) {
        words_say("m-load-done\r\n");
    }
}

static void print(const struct app *app, const char *line) {
    uint32_t count;
    uint32_t offset;
    const uint32_t most = app_image_bytes(app);
    if (!word_take_number(&line, 16, most, &count) || !word_take_number(&line, 0, most, &offset) ||
        count > most - offset) {
        words_say("e-[Outside the buffer]\r\n");
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        const bool last = (i + 1) % BYTES_IN_PRINTED_LINE == 0 || i + 1 == count;
        words_say(i % BYTES_IN_PRINTED_LINE == 0 ? "m-buffer-" : "");
        words_say_hex(app->image[offset + i]);
        words_say(last ? "\r\n" : "-");
        if (last) {
            link_drain(DRAIN_MS);
        }
    }
}

static void buffer(struct app *app, const char *line) {
    size_t length;
    const char *const word = word_next(&line, &length);
    if (length == 0) {
        words_say("e-[Command 'db' requires a subcommand]\r\n");
    } else if (word_is(word, length, "load")) {
        load(app, line);
    } else if (word_is(word, length, "print")) {
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
        words_say_line("m-lap-us-", moment_us, "");
    }
}

static void say_results(const struct app *app) {
    const struct packed_header *model = app->engine.header;
    words_say("m-results-[");
    for (size_t i = 0; i < app->score_count; i++) {
        words_say(i > 0 ? "," : "");
        words_say_score((float)(app->scores[i] - model->output_zero_point) * model->output_scale);
    }
    words_say("]\r\n");
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
    words_say_line("m-infer-start-", times, "");
    link_drain(DRAIN_MS);
    const uint64_t start_us = note_moment(app);
    const bool whole = repeat(app, times);
    const uint64_t end_us = note_moment(app);
    if (!whole) {
        words_say("e-[Stopped by the host]\r\n");
        return;
    }
    say_moment(app, start_us);
    say_moment(app, end_us);
    words_say("m-infer-done\r\n");
    say_results(app);
}

static void infer(struct app *app, const char *line) {
    uint32_t times;
    uint32_t warm_ups;
    if (!word_take_number(&line, 1, MOST_ITERATIONS, &times) || times == 0) {
        words_say("e-[Inference iterations must be >0]\r\n");
    } else if (!word_take_number(&line, USUAL_WARM_UPS, MOST_ITERATIONS, &warm_ups)) {
        words_say("e-[Inference warmup must be >=0]\r\n");
    } else if (app->model_status != ENGINE_OK) {
        words_say("e-[No model]\r\n");
    } else if (app->text.loaded != app_image_bytes(app)) {
        words_say_line("e-[Input incomplete: the model takes ", app_image_bytes(app), " bytes]");
    } else {
        words_say_line("m-warmup-start-", warm_ups, "");
        link_drain(DRAIN_MS);
        if (repeat(app, warm_ups)) {
            words_say("m-warmup-done\r\n");
            measure(app, times);
        } else {
            words_say("e-[Stopped by the host]\r\n");
        }
    }
}

static void set_energy(struct app *app, bool energy) {
    app->text.energy = energy;
    if (energy) {
        stage_put_camera_down(app);
    }
    board_mark(energy);
    words_say(energy ? "m-timestamp-mode-energy\r\n" : "m-timestamp-mode-performance\r\n");
}

static void choose_mode(struct app *app, const char *line) {
    size_t length;
    const char *const word = word_next(&line, &length);
    if (word_is(word, length, "energy")) {
        set_energy(app, true);
    } else if (word_is(word, length, "performance")) {
        set_energy(app, false);
    } else {
        words_say("e-[Command 'mode' requires energy or performance]\r\n");
    }
}

static void say_profile(const struct app *app) {
    words_say("m-profile-[");
    words_say(report_firmware());
    words_say("; ");
    words_say(model_name(app));
    words_say("]\r\nm-model-[vww01]\r\n");
}

static void say_help(void) {
    words_say("name         : the board's name\r\n"
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
    const char *const word = word_next(&line, &length);
    if (word_is(word, length, "name")) {
        words_say("m-name-dut-[");
        words_say(board_name());
        words_say("]\r\n");
    } else if (word_is(word, length, "profile")) {
        say_profile(app);
    } else if (word_is(word, length, "timestamp")) {
        say_moment(app, note_moment(app));
    } else if (word_is(word, length, "db")) {
        buffer(app, line);
    } else if (word_is(word, length, "infer")) {
        infer(app, line);
    } else if (word_is(word, length, "results") && app->model_status == ENGINE_OK) {
        say_results(app);
    } else if (word_is(word, length, "mode")) {
        choose_mode(app, line);
    } else if (word_is(word, length, "help")) {
        say_help();
    } else {
        words_say("e-[Unknown command: ");
        link_say(word, length);
        words_say("]\r\n");
    }
}

void mlperf_obey(struct app *app, const char *line, bool too_long) {
    app->mode = WIRE_MODE_IDLE;
    app->injected = 0;
    if (too_long) {
        words_say("e-[Command too long]\r\n");
    } else {
        obey(app, line);
    }
    words_say("m-ready\r\n");
}

void mlperf_end(struct app *app) {
    app->text = (struct text_session){0};
    board_mark(false);
}
