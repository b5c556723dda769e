/* The device's side of MLPerf Tiny's serial API: commands that end with '%', answers in lines, `m-ready`
 * behind each.
 *
 * name, profile, timestamp, db load N, db HH.., db print [N] [offset], infer N [W], results, help. Beyond
 * that API: `mode energy` makes a timestamp a pulse of a millisecond on the marker pin, which is high
 * otherwise, as that API decides at compile time; `mode performance` (at start) prints it, and marks
 * inferences as always.
 */
#ifndef MLPERF_H
#define MLPERF_H

#include <stdbool.h>
#include <stdint.h>

#include "state.h" // struct app

/* Obeys one command, without its '%', and answers. too_long: the line was cut. The mode becomes IDLE. */
void mlperf_obey(struct app *app, const char *line, bool too_long);

/* Packets from here on: the marker pin is the inferences' again. */
void mlperf_end(struct app *app);

#endif
