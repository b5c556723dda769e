/* Generated from host/base/boards.py by tools/generate.py. Do not edit. */

#ifndef BOARD_NUMBERS_H
#define BOARD_NUMBERS_H

#define BOARD_CLOCK_HZ 64000000u
#define SENSOR_LINE_CLOCKS 1568u
#define SENSOR_FRAME_LINES 510u

#define BOARD_VIRTUAL_NAME "virtual"

#endif
