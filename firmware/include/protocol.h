/* Generated from host/link/messages.py by tools/generate.py. Do not edit. */

#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdint.h>

#define WIRE_PROTOCOL_VERSION 1
#define WIRE_PACKET_HEADER_BYTES 4
#define WIRE_PACKET_CRC_BYTES 4
#define WIRE_MAX_PAYLOAD_BYTES 32768
#define WIRE_MAX_COMMAND_PAYLOAD_BYTES 224
#define WIRE_INJECT_CHUNK_BYTES 192
#define WIRE_MAX_SCORES 1024
#define WIRE_FRAME_PART_BYTES 12288
#define WIRE_MAX_IMAGE_WIDTH 256
#define WIRE_MAX_IMAGE_HEIGHT 2048
#define WIRE_MODEL_SLOTS 2
#define WIRE_SLOT_CHUNK_BYTES 216
#define WIRE_HOLD_MAX_MS 600000
#define WIRE_HOLD_MAX_REPETITIONS 100000
#define WIRE_MARKER_PINS {28, 3, 29, 30, 23}

#define WIRE_LAYOUT_HASH 0x99EEA7D5u
#define WIRE_LAYOUT_HASHES {0x01, 0x11, 0x23, 0x02, 0x23, 0x5F, 0x03, 0x11, 0x67, 0x04, 0x22, 0x6F, 0x05, 0xB3, 0x01, 0x06, 0x95, 0xD2, 0x07, 0x88, 0x0A, 0x08, 0xB9, 0x7A, 0x09, 0xE9, 0x1B, 0x0A, 0x82, 0x58, 0x0B, 0x46, 0x47, 0x0C, 0x6E, 0xCC, 0x0D, 0x8B, 0xD6, 0x0E, 0xE6, 0x2B, 0x0F, 0x69, 0x1F, 0x3F, 0x38, 0x51, 0x40, 0xC1, 0xF0, 0x41, 0x57, 0x8D, 0x42, 0x9C, 0x2C, 0x43, 0x62, 0x71, 0x44, 0xCD, 0xAC, 0x45, 0x1E, 0x45, 0x46, 0xBF, 0x8E, 0x47, 0xC6, 0xA1, 0x48, 0x9D, 0x14, 0x49, 0xE5, 0x39, 0x4A, 0xC6, 0x0C, 0x4B, 0xC9, 0xB8, 0x4C, 0x9E, 0xB2, 0x4D, 0xBA, 0x0A, 0x4E, 0xA4, 0xF4, 0x4F, 0x47, 0x2B, 0x50, 0xF4, 0x6F, 0x7F, 0x18, 0xE6}

enum wire_mode {
    WIRE_MODE_IDLE = 0,
    WIRE_MODE_STREAM = 1,
    WIRE_MODE_RESULTS = 2,
    WIRE_MODE_CAPTURE = 3,
    WIRE_MODE_SINGLE = 4,
    WIRE_MODE_WATCH = 5,
};

enum wire_setting {
    WIRE_SETTING_COLOUR_BARS = 0,
    WIRE_SETTING_DATA_SWAP = 1,
    WIRE_SETTING_YUV_ORDER = 2,
    WIRE_SETTING_CLOCK_DIVIDER = 3,
    WIRE_SETTING_INSTRUCTION_CACHE = 4,
    WIRE_SETTING_DCDC = 5,
    WIRE_SETTING_PROFILE = 6,
    WIRE_SETTING_GAIN = 7,
    WIRE_SETTING_EXPOSURE = 8,
    WIRE_SETTING_MARKER_PIN = 9,
    WIRE_SETTING_LOOKS_PER_MINUTE = 10,
    WIRE_SETTING_WATCH_ON_PERCENT = 11,
    WIRE_SETTING_WATCH_OFF_PERCENT = 12,
    WIRE_SETTING_WATCH_LOOKS = 13,
    WIRE_SETTING_WATCH_LABEL = 14,
    WIRE_SETTING_WATCH_SETTLE_FRAMES = 15,
    WIRE_SETTING_HEARTBEAT_S = 16,
    WIRE_SETTING_HALVING = 17,
    WIRE_SETTING_MAINS_HZ = 18,
};

enum wire_source {
    WIRE_SOURCE_CAMERA = 0,
    WIRE_SOURCE_INJECTED = 1,
};

enum wire_status {
    WIRE_STATUS_OK = 0,
    WIRE_STATUS_UNKNOWN_COMMAND = 1,
    WIRE_STATUS_BAD_LENGTH = 2,
    WIRE_STATUS_BAD_VALUE = 3,
    WIRE_STATUS_BUSY = 4,
    WIRE_STATUS_FAULT = 5,
};

enum wire_fault_code {
    WIRE_FAULT_CODE_NONE = 0,
    WIRE_FAULT_CODE_CAMERA_NO_ANSWER = 1,
    WIRE_FAULT_CODE_CAMERA_WRONG_IDENTITY = 2,
    WIRE_FAULT_CODE_CAMERA_BUS_STUCK = 3,
    WIRE_FAULT_CODE_CAMERA_REGISTER = 4,
    WIRE_FAULT_CODE_CAMERA_NO_VSYNC = 5,
    WIRE_FAULT_CODE_CAMERA_NO_HREF = 6,
    WIRE_FAULT_CODE_CAMERA_NO_PCLK = 7,
    WIRE_FAULT_CODE_CAMERA_SHORT_LINE = 8,
    WIRE_FAULT_CODE_CAMERA_SHORT_FRAME = 9,
    WIRE_FAULT_CODE_MODEL_INVALID = 10,
    WIRE_FAULT_CODE_MODEL_INPUT = 11,
    WIRE_FAULT_CODE_HARD_FAULT = 12,
    WIRE_FAULT_CODE_CAMERA_OVERRUN = 13,
};

enum wire_power_state {
    WIRE_POWER_STATE_SLEEP = 0,
    WIRE_POWER_STATE_IDLE = 1,
    WIRE_POWER_STATE_CAMERA_ON = 2,
    WIRE_POWER_STATE_CAPTURE = 3,
    WIRE_POWER_STATE_INFERENCE = 4,
    WIRE_POWER_STATE_SEND = 5,
};

enum wire_hold_end {
    WIRE_HOLD_END_COMPLETE = 0,
    WIRE_HOLD_END_HOST = 1,
    WIRE_HOLD_END_FAULT = 2,
    WIRE_HOLD_END_TOO_LONG = 3,
};

enum wire_log_level {
    WIRE_LOG_LEVEL_DEBUG = 0,
    WIRE_LOG_LEVEL_INFO = 1,
    WIRE_LOG_LEVEL_WARNING = 2,
};

enum wire_reboot_target {
    WIRE_REBOOT_TARGET_APPLICATION = 0,
    WIRE_REBOOT_TARGET_BOOTLOADER = 1,
};

enum wire_slot_state {
    WIRE_SLOT_STATE_EMPTY = 0,
    WIRE_SLOT_STATE_REFUSED = 1,
    WIRE_SLOT_STATE_READY = 2,
    WIRE_SLOT_STATE_RECEIVING = 3,
};

#define WIRE_AT_START_COLOUR_BARS 0
#define WIRE_AT_START_DATA_SWAP 1
#define WIRE_AT_START_YUV_ORDER 0
#define WIRE_AT_START_CLOCK_DIVIDER 0
#define WIRE_AT_START_INSTRUCTION_CACHE 1
#define WIRE_AT_START_DCDC 0
#define WIRE_AT_START_PROFILE 0
#define WIRE_AT_START_GAIN (-1)
#define WIRE_AT_START_EXPOSURE (-1)
#define WIRE_AT_START_MARKER_PIN 28
#define WIRE_AT_START_LOOKS_PER_MINUTE 6
#define WIRE_AT_START_WATCH_ON_PERCENT 60
#define WIRE_AT_START_WATCH_OFF_PERCENT 40
#define WIRE_AT_START_WATCH_LOOKS 2
#define WIRE_AT_START_WATCH_LABEL (-1)
#define WIRE_AT_START_WATCH_SETTLE_FRAMES 2
#define WIRE_AT_START_HEARTBEAT_S 60
#define WIRE_AT_START_HALVING 0
#define WIRE_AT_START_MAINS_HZ 50
#define WIRE_SETTING_LIMITS {{0, 1}, {0, 1}, {0, 3}, {0, 23}, {0, 1}, {0, 1}, {0, 1}, {-1, 255}, {-1, 65535}, {-1, 30}, {1, 120}, {1, 100}, {1, 100}, {1, 20}, {-1, 1023}, {0, 30}, {1, 3600}, {0, 2}, {50, 60}}

enum wire_message {
    WIRE_HELLO = 0x01,
    WIRE_FRAME = 0x02,
    WIRE_RESULT = 0x03,
    WIRE_PROFILE = 0x04,
    WIRE_LOG = 0x05,
    WIRE_FAULT = 0x06,
    WIRE_ACK = 0x07,
    WIRE_PONG = 0x08,
    WIRE_SLOT_INFO = 0x09,
    WIRE_HELD = 0x0A,
    WIRE_VERDICT = 0x0B,
    WIRE_HEARTBEAT = 0x0C,
    WIRE_RASTER = 0x0D,
    WIRE_SILICON = 0x0E,
    WIRE_FRAME_PART = 0x0F,
    WIRE_LAYOUT = 0x3F,
    WIRE_HELLO_REQUEST = 0x40,
    WIRE_SET_MODE = 0x41,
    WIRE_SET = 0x42,
    WIRE_INJECT = 0x43,
    WIRE_PING = 0x44,
    WIRE_REBOOT = 0x45,
    WIRE_CAMERA_REGISTER = 0x46,
    WIRE_SLOT_BEGIN = 0x47,
    WIRE_SLOT_WRITE = 0x48,
    WIRE_SLOT_COMMIT = 0x49,
    WIRE_SLOT_SELECT = 0x4A,
    WIRE_SLOT_ERASE = 0x4B,
    WIRE_SLOT_STATUS = 0x4C,
    WIRE_HOLD = 0x4D,
    WIRE_GET = 0x4E,
    WIRE_RASTER_REQUEST = 0x4F,
    WIRE_SILICON_REQUEST = 0x50,
    WIRE_LAYOUT_REQUEST = 0x7F,
};

/* Who the board is. Sent at start and on HelloRequest; the host stops when `layout_hash` differs. */
struct __attribute__((packed)) wire_hello {
    uint32_t layout_hash; /* CRC-32 of every layout, first in every version */
    uint16_t protocol_version; /* PROTOCOL_VERSION of the firmware, second in every version */
    uint8_t mode; /* Mode now */
    uint8_t last_fault; /* FaultCode, NONE when all is well */
    uint32_t clock_hz; /* of the cycle counter */
    uint32_t model_hash; /* CRC-32 of the packed model's body */
    uint32_t arena_bytes; /* working memory of the model */
    uint16_t input_height; /* pixels */
    uint16_t input_width; /* pixels */
    uint8_t input_channels; /* 1 grey, 3 RGB */
    int8_t output_zero_point; /* of the scores */
    uint16_t score_count; /* scores in a Result */
    uint8_t score_meaning; /* enum packed_meaning (host/base/scores.py) */
    uint8_t instruction_cache; /* 1 on */
    uint8_t dcdc; /* 1 on */
    uint8_t clock_divider; /* CLKRC of the sensor */
    uint8_t data_swap; /* Setting.DATA_SWAP now */
    uint8_t colour_bars; /* 1 on */
    float output_scale; /* score = (q - output_zero_point) * output_scale */
    uint64_t device_serial; /* unique to the chip (FICR.DEVICEID) */
    char firmware[32]; /* version and source hash */
    char board[24]; /* where it runs: nano33ble, or virtual, whatever image is there */
    char compiler[40]; /* compiler and optimisation */
    char model[32]; /* name of the model */
};
/* then labels: UTF-8, one label a line, in the scores' order */
_Static_assert(sizeof(struct wire_hello) == 174, "wire_hello");

/* Exactly what the model saw (or would see, in Mode.CAPTURE). */
struct __attribute__((packed)) wire_frame {
    uint32_t frame; /* number of the frame since start */
    uint16_t height; /* pixels */
    uint16_t width; /* pixels */
    uint8_t channels; /* 1 grey, 3 RGB */
    uint8_t source; /* Source */
};
/* then pixels: uint8, rows, then columns, then channels; the int8 input is pixel - 128 */
_Static_assert(sizeof(struct wire_frame) == 10, "wire_frame");

/* What the model said of a frame, and what each stage cost. */
struct __attribute__((packed)) wire_result {
    uint32_t frame; /* number of the frame */
    uint32_t image_crc; /* CRC-32 of the pixels that were inferred */
    uint32_t capture_cycles; /* waiting for the sensor and reading it, less preprocess_cycles */
    uint32_t preprocess_cycles; /* averaging lines into the input */
    uint32_t inference_cycles; /* the engine */
    uint32_t send_cycles; /* putting the previous frame and result in the queue */
    uint32_t period_cycles; /* since the previous result; 0 for the first */
    uint32_t dropped_messages; /* messages the board gave up since start: nobody read in time */
    uint32_t bad_packets; /* packets the board refused since start */
    uint32_t overlapped_cycles; /* of capture_cycles and preprocess_cycles, what interrupts took while the frame before was inferred and sent: inference_cycles and send_cycles are without it */
    uint32_t age_cycles; /* from the end of the picture's last line to this result; 0 when injected */
    uint8_t source; /* Source */
};
/* then scores: int8, score_count of them */
_Static_assert(sizeof(struct wire_result) == 45, "wire_result");

/* Cycles per operator of the last inference. */
struct __attribute__((packed)) wire_profile {
    uint32_t frame; /* number of the frame */
};
/* then cycles: u32 for each operator of the packed model, in its order */
_Static_assert(sizeof(struct wire_profile) == 4, "wire_profile");

/* A line for people. */
struct __attribute__((packed)) wire_log {
    uint8_t level; /* LogLevel */
};
/* then text: UTF-8 */
_Static_assert(sizeof(struct wire_log) == 1, "wire_log");

/* Something went wrong; the board goes on as well as it can. */
struct __attribute__((packed)) wire_fault {
    uint16_t code; /* FaultCode */
    uint32_t frame; /* number of the frame that was lost, if one was */
    uint32_t detail; /* see FaultCode */
};
/* then text: UTF-8, one line */
_Static_assert(sizeof(struct wire_fault) == 10, "wire_fault");

/* The answer to a command. */
struct __attribute__((packed)) wire_ack {
    uint8_t request; /* identity of the command */
    uint8_t status; /* Status */
    uint16_t sequence; /* sequence of the command */
    uint32_t value; /* Inject, SlotBegin, SlotWrite: bytes held so far; CameraRegister: the value; SlotCommit, SlotSelect that were refused: enum engine_status; Get: the setting; else 0 */
};
_Static_assert(sizeof(struct wire_ack) == 8, "wire_ack");

/* The answer to Ping. */
struct __attribute__((packed)) wire_pong {
    uint64_t host_time_us; /* as it was sent */
    uint64_t device_cycles; /* since start, while the CPU did not sleep */
    uint32_t dropped_messages; /* since start */
    uint32_t bad_packets; /* since start */
};
_Static_assert(sizeof(struct wire_pong) == 24, "wire_pong");

/* What one model slot holds, and how large a model may be. The answer to SlotStatus. */
struct __attribute__((packed)) wire_slot_info {
    uint8_t which; /* 0 the built-in model, 1..MODEL_SLOTS */
    uint8_t state; /* SlotState */
    uint8_t active; /* 1: this model runs */
    int8_t reason; /* enum engine_status: why it is REFUSED */
    uint32_t room; /* bytes of a slot; 0: the firmware or a bootloader leaves none */
    uint32_t memory_bytes; /* RAM for a model's image and arena, each rounded up to 8 */
    uint32_t model_bytes; /* of the model, whole */
    uint32_t crc; /* READY: Hello.model_hash with it; RECEIVING: CRC-32 of the whole model */
    uint32_t held; /* bytes that have arrived */
    char name[32]; /* of the model */
};
_Static_assert(sizeof(struct wire_slot_info) == 56, "wire_slot_info");

/* A hold is over. Between the Ack of Hold and this nothing was sent, but the Frames of PowerState.SEND. */
struct __attribute__((packed)) wire_held {
    uint8_t state; /* PowerState */
    uint8_t ended; /* HoldEnd */
    uint32_t repetitions; /* done */
    uint64_t duration_us; /* by the clock that runs in sleep, in steps of 31 us */
    uint64_t awake_cycles; /* of clock_hz, while the CPU did not sleep */
    uint64_t marked_cycles; /* of clock_hz, while the marker pin was high */
};
_Static_assert(sizeof(struct wire_held) == 30, "wire_held");

/* Mode.WATCH: the verdict changed. It is no at the start, so that a board that sees nobody says nothing. */
struct __attribute__((packed)) wire_verdict {
    uint8_t verdict; /* 1: the watched label is there */
    uint8_t percent; /* chance of the watched label, 0..100 */
    uint32_t looks; /* since the watch began, this one included */
    uint64_t elapsed_us; /* since the watch began */
};
_Static_assert(sizeof(struct wire_verdict) == 14, "wire_verdict");

/* Mode.WATCH: the board lives. Sent after the first look, then every Setting.HEARTBEAT_S. */
struct __attribute__((packed)) wire_heartbeat {
    uint8_t verdict; /* as in Verdict */
    uint8_t percent; /* chance of the watched label at the last look, 0..100 */
    uint32_t looks; /* since the watch began */
    uint32_t blind_looks; /* of them, looks that the camera spoiled */
    uint32_t verdicts; /* Verdict messages since the watch began */
    uint64_t elapsed_us; /* since the watch began, by the clock that runs in sleep */
    uint64_t awake_cycles; /* of clock_hz since then, while the CPU did not sleep */
    uint32_t wake_cycles; /* of the last look: the sensor woken and settled */
    uint32_t capture_cycles; /* of the last look: as in Result */
    uint32_t preprocess_cycles; /* of the last look */
    uint32_t inference_cycles; /* of the last look */
};
_Static_assert(sizeof(struct wire_heartbeat) == 46, "wire_heartbeat");

/* What the sensor put on its pins during one frame, counted at a slow clock. The answer to RasterRequest. */
struct __attribute__((packed)) wire_raster {
    uint16_t code; /* FaultCode: why it could not be counted, else NONE */
    uint16_t lines; /* pulses of HREF between two frames */
    uint16_t line; /* the one whose bytes were counted, from 0 */
    uint16_t line_bytes; /* rising edges of PCLK within it */
    uint32_t line_cycles; /* of clock_hz, for which HREF was high in that line */
    uint32_t frame_cycles; /* of clock_hz, from frame to frame */
    uint8_t clock_divider; /* CLKRC meanwhile */
};
/* then line_start: the first bytes of that line, D0 and D1 by Setting.DATA_SWAP */
_Static_assert(sizeof(struct wire_raster) == 17, "wire_raster");

/* What this very chip takes, by its own cycle counter. The answer to SiliconRequest. */
struct __attribute__((packed)) wire_silicon {
    uint16_t reads; /* of a GPIO port that were timed, each followed by what uses its value */
    uint32_t read_cycles; /* of all of them, with what used them */
    uint16_t branches; /* taken ones that were timed */
    uint32_t branch_cycles; /* of all of them */
    uint32_t window_cycles; /* for which interrupts were watched */
    uint16_t interrupts; /* in it */
    uint32_t interrupt_cycles; /* that they took */
    uint32_t longest_cycles; /* of the longest of them */
};
_Static_assert(sizeof(struct wire_silicon) == 26, "wire_silicon");

/* A part of a Frame that is larger than a packet: in order, from offset 0 on. The inbox makes the Frame of them. */
struct __attribute__((packed)) wire_frame_part {
    uint32_t frame; /* number of the frame since start */
    uint32_t offset; /* bytes of the frame's pixels before these */
    uint16_t height; /* of the whole frame, pixels */
    uint16_t width; /* likewise */
    uint8_t channels; /* 1 grey, 3 RGB */
    uint8_t source; /* Source */
};
/* then pixels: uint8, as in Frame */
_Static_assert(sizeof(struct wire_frame_part) == 14, "wire_frame_part");

/* wire_layout: What each message of the firmware looks like; the answer to LayoutRequest, in every version of the wire. No payload. */

/* wire_hello_request: Asks for Hello. No payload. */

/* Changes the mode; answered by Ack. */
struct __attribute__((packed)) wire_set_mode {
    uint8_t mode; /* Mode */
};
_Static_assert(sizeof(struct wire_set_mode) == 1, "wire_set_mode");

/* Changes a setting; answered by Ack. */
struct __attribute__((packed)) wire_set {
    uint8_t setting; /* Setting */
    int32_t value; /* see Setting */
};
_Static_assert(sizeof(struct wire_set) == 5, "wire_set");

/* A piece of an image. Pieces come in order from offset 0; each is answered by Ack, the last by Result too. */
struct __attribute__((packed)) wire_inject {
    uint32_t offset; /* bytes before this piece */
    uint32_t total; /* bytes of the image: the model's input */
};
/* then pixels: uint8, at most INJECT_CHUNK_BYTES */
_Static_assert(sizeof(struct wire_inject) == 8, "wire_inject");

/* Asks for Pong. */
struct __attribute__((packed)) wire_ping {
    uint64_t host_time_us; /* any number */
};
_Static_assert(sizeof(struct wire_ping) == 8, "wire_ping");

/* Restarts the board; answered by Ack first. */
struct __attribute__((packed)) wire_reboot {
    uint8_t target; /* RebootTarget */
};
_Static_assert(sizeof(struct wire_reboot) == 1, "wire_reboot");

/* Reads, or writes and reads back, one register of the sensor; answered by Ack. */
struct __attribute__((packed)) wire_camera_register {
    uint8_t address; /* of the register */
    uint8_t write; /* 1: write value first */
    uint8_t value; /* to write */
};
_Static_assert(sizeof(struct wire_camera_register) == 3, "wire_camera_register");

/* Announces a model for a slot not in use (in Mode.IDLE). The Ack says from where the transfer goes on. */
struct __attribute__((packed)) wire_slot_begin {
    uint32_t total; /* of the packed model, a multiple of 4 */
    uint32_t crc; /* CRC-32 of all of it */
};
_Static_assert(sizeof(struct wire_slot_begin) == 8, "wire_slot_begin");

/* A piece of the announced model. Pieces come in order; each is in flash when its Ack leaves. */
struct __attribute__((packed)) wire_slot_write {
    uint32_t offset; /* bytes before this piece */
};
/* then piece: at most SLOT_CHUNK_BYTES, a multiple of 4 */
_Static_assert(sizeof(struct wire_slot_write) == 4, "wire_slot_write");

/* The model is complete: the board checks it and runs it from now on; answered by Ack. Else the old one stays. */
struct __attribute__((packed)) wire_slot_commit {
    uint32_t crc; /* as in SlotBegin */
};
_Static_assert(sizeof(struct wire_slot_commit) == 4, "wire_slot_commit");

/* Runs another model from now on; answered by Ack. */
struct __attribute__((packed)) wire_slot_select {
    uint8_t which; /* 0 the built-in model, 1..MODEL_SLOTS */
};
_Static_assert(sizeof(struct wire_slot_select) == 1, "wire_slot_select");

/* Empties a slot that is not in use; answered by Ack. */
struct __attribute__((packed)) wire_slot_erase {
    uint8_t which; /* 1..MODEL_SLOTS */
};
_Static_assert(sizeof(struct wire_slot_erase) == 1, "wire_slot_erase");

/* Asks for SlotInfo. */
struct __attribute__((packed)) wire_slot_status {
    uint8_t which; /* 0 the built-in model, 1..MODEL_SLOTS */
};
_Static_assert(sizeof(struct wire_slot_status) == 1, "wire_slot_status");

/* Holds a power state (in Mode.IDLE, else BUSY). Ack at its start, Held at its end; any byte but 0x00
    ends it early.

    It ends when both the time and the repetitions are over; either may be 0, not both. */
struct __attribute__((packed)) wire_hold {
    uint8_t state; /* PowerState */
    uint32_t duration_ms; /* at least; 0..HOLD_MAX_MS */
    uint32_t repetitions; /* at least; 0..HOLD_MAX_REPETITIONS, 0 in a state without them */
};
_Static_assert(sizeof(struct wire_hold) == 9, "wire_hold");

/* Asks for a setting; the Ack's value is it, an i32. */
struct __attribute__((packed)) wire_get {
    uint8_t setting; /* Setting */
};
_Static_assert(sizeof(struct wire_get) == 1, "wire_get");

/* Asks for Raster; the sensor is started, or set up anew, for it. In Mode.IDLE, else Ack says BUSY. */
struct __attribute__((packed)) wire_raster_request {
    uint16_t line; /* whose bytes are wanted, from 0 */
};
_Static_assert(sizeof(struct wire_raster_request) == 2, "wire_raster_request");

/* wire_silicon_request: Asks for Silicon: takes some 20 ms. In Mode.IDLE, else Ack says BUSY. No payload. */

/* wire_layout_request: Asks for Layout. No payload. */

#endif
