// Generated from host/link/ by tools/generate.py. Do not edit.
export const PROTOCOL_VERSION = 1;
export const PACKET_HEADER_BYTES = 4;
export const PACKET_CRC_BYTES = 4;
export const MAX_PAYLOAD_BYTES = 32768;
export const MAX_SCORES = 1024;
export const MODEL_SLOTS = 2;
export const HOLD_MAX_MS = 600000;
export const CLOCK_HZ = [1000000, 1000000000];
export const FLASH_BYTES = 1048576;
export const LATE_US = 60000000;
export const RAM_BYTES = 262144;
export const SLACK = 1.05;
export const STARTING_S = 1.0;
export const LAYOUT_HASH = 0x99eea7d5;
export const LAYOUT =
  "Hello 1: layout_hash u32, protocol_version u16, mode u8, last_fault u8, clock_hz u32, model_hash u32, arena_bytes u32, input_height u16, input_width u16, input_channels u8, output_zero_point i8, score_count u16, score_meaning u8, instruction_cache u8, dcdc u8, clock_divider u8, data_swap u8, colour_bars u8, output_scale f32, device_serial u64, firmware char[32], board char[24], compiler char[40], model char[32], labels tail\n" +
  "Frame 2: frame u32, height u16, width u16, channels u8, source u8, pixels tail\n" +
  "Result 3: frame u32, image_crc u32, capture_cycles u32, preprocess_cycles u32, inference_cycles u32, send_cycles u32, period_cycles u32, dropped_messages u32, bad_packets u32, overlapped_cycles u32, age_cycles u32, source u8, scores tail\n" +
  "Profile 4: frame u32, cycles tail\n" +
  "Log 5: level u8, text tail\n" +
  "Fault 6: code u16, frame u32, detail u32, text tail\n" +
  "Ack 7: request u8, status u8, sequence u16, value u32\n" +
  "Pong 8: host_time_us u64, device_cycles u64, dropped_messages u32, bad_packets u32\n" +
  "SlotInfo 9: which u8, state u8, active u8, reason i8, room u32, memory_bytes u32, model_bytes u32, crc u32, held u32, name char[32]\n" +
  "Held 10: state u8, ended u8, repetitions u32, duration_us u64, awake_cycles u64, marked_cycles u64\n" +
  "Verdict 11: verdict u8, percent u8, looks u32, elapsed_us u64\n" +
  "Heartbeat 12: verdict u8, percent u8, looks u32, blind_looks u32, verdicts u32, elapsed_us u64, awake_cycles u64, wake_cycles u32, capture_cycles u32, preprocess_cycles u32, inference_cycles u32\n" +
  "Raster 13: code u16, lines u16, line u16, line_bytes u16, line_cycles u32, frame_cycles u32, clock_divider u8, line_start tail\n" +
  "Silicon 14: reads u16, read_cycles u32, branches u16, branch_cycles u32, window_cycles u32, interrupts u16, interrupt_cycles u32, longest_cycles u32\n" +
  "FramePart 15: frame u32, offset u32, height u16, width u16, channels u8, source u8, pixels tail\n" +
  "Layout 63: hashes tail\n" +
  "HelloRequest 64: \n" +
  "SetMode 65: mode u8\n" +
  "Set 66: setting u8, value i32\n" +
  "Inject 67: offset u32, total u32, pixels tail\n" +
  "Ping 68: host_time_us u64\n" +
  "Reboot 69: target u8\n" +
  "CameraRegister 70: address u8, write u8, value u8\n" +
  "SlotBegin 71: total u32, crc u32\n" +
  "SlotWrite 72: offset u32, piece tail\n" +
  "SlotCommit 73: crc u32\n" +
  "SlotSelect 74: which u8\n" +
  "SlotErase 75: which u8\n" +
  "SlotStatus 76: which u8\n" +
  "Hold 77: state u8, duration_ms u32, repetitions u32\n" +
  "Get 78: setting u8\n" +
  "RasterRequest 79: line u16\n" +
  "SiliconRequest 80: \n" +
  "LayoutRequest 127: \n";
export const Mode = {"IDLE": 0, "STREAM": 1, "RESULTS": 2, "CAPTURE": 3, "SINGLE": 4, "WATCH": 5};
export const Setting = {"COLOUR_BARS": 0, "DATA_SWAP": 1, "YUV_ORDER": 2, "CLOCK_DIVIDER": 3, "INSTRUCTION_CACHE": 4, "DCDC": 5, "PROFILE": 6, "GAIN": 7, "EXPOSURE": 8, "MARKER_PIN": 9, "LOOKS_PER_MINUTE": 10, "WATCH_ON_PERCENT": 11, "WATCH_OFF_PERCENT": 12, "WATCH_LOOKS": 13, "WATCH_LABEL": 14, "WATCH_SETTLE_FRAMES": 15, "HEARTBEAT_S": 16, "HALVING": 17, "MAINS_HZ": 18};
export const Source = {"CAMERA": 0, "INJECTED": 1};
export const Status = {"OK": 0, "UNKNOWN_COMMAND": 1, "BAD_LENGTH": 2, "BAD_VALUE": 3, "BUSY": 4, "FAULT": 5};
export const FaultCode = {"NONE": 0, "CAMERA_NO_ANSWER": 1, "CAMERA_WRONG_IDENTITY": 2, "CAMERA_BUS_STUCK": 3, "CAMERA_REGISTER": 4, "CAMERA_NO_VSYNC": 5, "CAMERA_NO_HREF": 6, "CAMERA_NO_PCLK": 7, "CAMERA_SHORT_LINE": 8, "CAMERA_SHORT_FRAME": 9, "MODEL_INVALID": 10, "MODEL_INPUT": 11, "HARD_FAULT": 12, "CAMERA_OVERRUN": 13};
export const PowerState = {"SLEEP": 0, "IDLE": 1, "CAMERA_ON": 2, "CAPTURE": 3, "INFERENCE": 4, "SEND": 5};
export const HoldEnd = {"COMPLETE": 0, "HOST": 1, "FAULT": 2, "TOO_LONG": 3};
export const LogLevel = {"DEBUG": 0, "INFO": 1, "WARNING": 2};
export const RebootTarget = {"APPLICATION": 0, "BOOTLOADER": 1};
export const SlotState = {"EMPTY": 0, "REFUSED": 1, "READY": 2, "RECEIVING": 3};
export const Meaning = {"PROBABILITY": 0, "LOGIT": 1, "DISTANCE": 2, "SINGLE_LOGIT": 3};
export const ID = {"Hello": 1, "Frame": 2, "Result": 3, "Profile": 4, "Log": 5, "Fault": 6, "Ack": 7, "Pong": 8, "SlotInfo": 9, "Held": 10, "Verdict": 11, "Heartbeat": 12, "Raster": 13, "Silicon": 14, "FramePart": 15, "Layout": 63, "HelloRequest": 64, "SetMode": 65, "Set": 66, "Inject": 67, "Ping": 68, "Reboot": 69, "CameraRegister": 70, "SlotBegin": 71, "SlotWrite": 72, "SlotCommit": 73, "SlotSelect": 74, "SlotErase": 75, "SlotStatus": 76, "Hold": 77, "Get": 78, "RasterRequest": 79, "SiliconRequest": 80, "LayoutRequest": 127};
export const FROM_DEVICE = ["Hello", "Frame", "Result", "Profile", "Log", "Fault", "Ack", "Pong", "SlotInfo", "Held", "Verdict", "Heartbeat", "Raster", "Silicon", "FramePart", "Layout"];
export const HELP = {
  "Hello": {"layout_hash": "CRC-32 of every layout, first in every version", "protocol_version": "PROTOCOL_VERSION of the firmware, second in every version", "mode": "Mode now", "last_fault": "FaultCode, NONE when all is well", "clock_hz": "of the cycle counter", "model_hash": "CRC-32 of the packed model's body", "arena_bytes": "working memory of the model", "input_height": "pixels", "input_width": "pixels", "input_channels": "1 grey, 3 RGB", "output_zero_point": "of the scores", "score_count": "scores in a Result", "score_meaning": "enum packed_meaning (host/base/scores.py)", "instruction_cache": "1 on", "dcdc": "1 on", "clock_divider": "CLKRC of the sensor", "data_swap": "Setting.DATA_SWAP now", "colour_bars": "1 on", "output_scale": "score = (q - output_zero_point) * output_scale", "device_serial": "unique to the chip (FICR.DEVICEID)", "firmware": "version and source hash", "board": "where it runs: nano33ble, or virtual, whatever image is there", "compiler": "compiler and optimisation", "model": "name of the model", "labels": "UTF-8, one label a line, in the scores' order"},
  "Frame": {"frame": "number of the frame since start", "height": "pixels", "width": "pixels", "channels": "1 grey, 3 RGB", "source": "Source", "pixels": "uint8, rows, then columns, then channels; the int8 input is pixel - 128"},
  "Result": {"frame": "number of the frame", "image_crc": "CRC-32 of the pixels that were inferred", "capture_cycles": "waiting for the sensor and reading it, less preprocess_cycles", "preprocess_cycles": "averaging lines into the input", "inference_cycles": "the engine", "send_cycles": "putting the previous frame and result in the queue", "period_cycles": "since the previous result; 0 for the first", "dropped_messages": "messages the board gave up since start: nobody read in time", "bad_packets": "packets the board refused since start", "overlapped_cycles": "of capture_cycles and preprocess_cycles, what interrupts took while the frame before was inferred and sent: inference_cycles and send_cycles are without it", "age_cycles": "from the end of the picture's last line to this result; 0 when injected", "source": "Source", "scores": "int8, score_count of them"},
  "Profile": {"frame": "number of the frame", "cycles": "u32 for each operator of the packed model, in its order"},
  "Log": {"level": "LogLevel", "text": "UTF-8"},
  "Fault": {"code": "FaultCode", "frame": "number of the frame that was lost, if one was", "detail": "see FaultCode", "text": "UTF-8, one line"},
  "Ack": {"request": "identity of the command", "status": "Status", "sequence": "sequence of the command", "value": "Inject, SlotBegin, SlotWrite: bytes held so far; CameraRegister: the value; SlotCommit, SlotSelect that were refused: enum engine_status; Get: the setting; else 0"},
  "Pong": {"host_time_us": "as it was sent", "device_cycles": "since start, while the CPU did not sleep", "dropped_messages": "since start", "bad_packets": "since start"},
  "SlotInfo": {"which": "0 the built-in model, 1..MODEL_SLOTS", "state": "SlotState", "active": "1: this model runs", "reason": "enum engine_status: why it is REFUSED", "room": "bytes of a slot; 0: the firmware or a bootloader leaves none", "memory_bytes": "RAM for a model's image and arena, each rounded up to 8", "model_bytes": "of the model, whole", "crc": "READY: Hello.model_hash with it; RECEIVING: CRC-32 of the whole model", "held": "bytes that have arrived", "name": "of the model"},
  "Held": {"state": "PowerState", "ended": "HoldEnd", "repetitions": "done", "duration_us": "by the clock that runs in sleep, in steps of 31 us", "awake_cycles": "of clock_hz, while the CPU did not sleep", "marked_cycles": "of clock_hz, while the marker pin was high"},
  "Verdict": {"verdict": "1: the watched label is there", "percent": "chance of the watched label, 0..100", "looks": "since the watch began, this one included", "elapsed_us": "since the watch began"},
  "Heartbeat": {"verdict": "as in Verdict", "percent": "chance of the watched label at the last look, 0..100", "looks": "since the watch began", "blind_looks": "of them, looks that the camera spoiled", "verdicts": "Verdict messages since the watch began", "elapsed_us": "since the watch began, by the clock that runs in sleep", "awake_cycles": "of clock_hz since then, while the CPU did not sleep", "wake_cycles": "of the last look: the sensor woken and settled", "capture_cycles": "of the last look: as in Result", "preprocess_cycles": "of the last look", "inference_cycles": "of the last look"},
  "Raster": {"code": "FaultCode: why it could not be counted, else NONE", "lines": "pulses of HREF between two frames", "line": "the one whose bytes were counted, from 0", "line_bytes": "rising edges of PCLK within it", "line_cycles": "of clock_hz, for which HREF was high in that line", "frame_cycles": "of clock_hz, from frame to frame", "clock_divider": "CLKRC meanwhile", "line_start": "the first bytes of that line, D0 and D1 by Setting.DATA_SWAP"},
  "Silicon": {"reads": "of a GPIO port that were timed, each followed by what uses its value", "read_cycles": "of all of them, with what used them", "branches": "taken ones that were timed", "branch_cycles": "of all of them", "window_cycles": "for which interrupts were watched", "interrupts": "in it", "interrupt_cycles": "that they took", "longest_cycles": "of the longest of them"},
  "FramePart": {"frame": "number of the frame since start", "offset": "bytes of the frame's pixels before these", "height": "of the whole frame, pixels", "width": "likewise", "channels": "1 grey, 3 RGB", "source": "Source", "pixels": "uint8, as in Frame"},
  "Layout": {"hashes": "of each message: its identity u8, its hash u16 (host/link/layout.py)"},
};
export const SETTINGS = {
  "COLOUR_BARS": {"id": 0, "least": 0, "most": 1, "only": [], "start": 0, "words": "1: the sensor's test pattern"},
  "DATA_SWAP": {"id": 1, "least": 0, "most": 1, "only": [], "start": 1, "words": "1: D0 and D1 crossed (the kit's shield), 0: straight"},
  "YUV_ORDER": {"id": 2, "least": 0, "most": 3, "only": [], "start": 0, "words": "1: UYVY, else YUYV; 2 more: the sensor swaps U and V"},
  "CLOCK_DIVIDER": {"id": 3, "least": 0, "most": 23, "only": [], "start": 0, "words": "CLKRC: the pixel clock is 16 MHz / (value + 1) before scaling; 0: by itself"},
  "INSTRUCTION_CACHE": {"id": 4, "least": 0, "most": 1, "only": [], "start": 1, "words": "1: on"},
  "DCDC": {"id": 5, "least": 0, "most": 1, "only": [], "start": 0, "words": "1: the DC/DC converter (the module must carry the inductor)"},
  "PROFILE": {"id": 6, "least": 0, "most": 1, "only": [], "start": 0, "words": "1: cycles of each operator with every result"},
  "GAIN": {"id": 7, "least": -1, "most": 255, "only": [], "start": -1, "words": "analogue gain, -1: automatic"},
  "EXPOSURE": {"id": 8, "least": -1, "most": 65535, "only": [], "start": -1, "words": "lines, -1: automatic"},
  "MARKER_PIN": {"id": 9, "least": -1, "most": 30, "only": [-1, 28, 3, 29, 30, 23], "start": 28, "words": "pin of port 0, -1: none"},
  "LOOKS_PER_MINUTE": {"id": 10, "least": 1, "most": 120, "only": [], "start": 6, "words": "looks a minute while watching"},
  "WATCH_ON_PERCENT": {"id": 11, "least": 1, "most": 100, "only": [], "start": 60, "words": "%: from this score on a look speaks for yes"},
  "WATCH_OFF_PERCENT": {"id": 12, "least": 1, "most": 100, "only": [], "start": 40, "words": "%: below this score a look speaks for no"},
  "WATCH_LOOKS": {"id": 13, "least": 1, "most": 20, "only": [], "start": 2, "words": "looks in a row that change the verdict"},
  "WATCH_LABEL": {"id": 14, "least": -1, "most": 1023, "only": [], "start": -1, "words": "which score is watched, -1: the last one"},
  "WATCH_SETTLE_FRAMES": {"id": 15, "least": 0, "most": 30, "only": [], "start": 2, "words": "frames let pass after waking the sensor"},
  "HEARTBEAT_S": {"id": 16, "least": 1, "most": 3600, "only": [], "start": 60, "words": "s between two heartbeats while watching"},
  "HALVING": {"id": 17, "least": 0, "most": 2, "only": [], "start": 0, "words": "320x240 by 0: COM3 and COM14, 1: COM7, 2: vendors' registers"},
  "MAINS_HZ": {"id": 18, "least": 50, "most": 60, "only": [50, 60], "start": 50, "words": "Hz: light flickers at twice that"},
};
export const ADVICE = {
  "0": ["no fault", "nothing to do"],
  "1": ["the camera does not answer", "reseat the camera in its socket (lens outwards) and the Nano on its shield"],
  "2": ["the camera is no OV7675 or OV7670", "use the camera of the Tiny Machine Learning Kit"],
  "3": ["the camera's control wires (A4, A5) are held low", "unplug the board for ten seconds; then look for a short between A4, A5 and ground"],
  "4": ["the camera forgets its settings", "reseat the camera in its socket (lens outwards) and the Nano on its shield; a weak 3.3 V supply does this, too"],
  "5": ["the camera starts no frame (VSYNC, D8)", "reseat the camera in its socket (lens outwards) and the Nano on its shield; on a breadboard check D8 and D9"],
  "6": ["the camera sends frames without lines (HREF, A1)", "reseat the camera in its socket (lens outwards) and the Nano on its shield; on a breadboard check A1"],
  "7": ["the camera sends lines without pixels (PCLK, A0)", "reseat the camera in its socket (lens outwards) and the Nano on its shield; on a breadboard check A0"],
  "8": ["a line of the camera was too short", "if it stays: reseat the camera in its socket (lens outwards) and the Nano on its shield; shorten breadboard wires"],
  "9": ["a frame of the camera was too short", "if it stays: reseat the camera in its socket (lens outwards) and the Nano on its shield; shorten breadboard wires"],
  "10": ["the board refused a model", "send it again with python -m host.deploy; until then the built-in one runs"],
  "11": ["the model wants an image that this camera cannot make", "use a model with one grey or three RGB channels, at most the sensor's size"],
  "12": ["the firmware crashed and started again", "please report this line with its detail"],
  "13": ["the board was too late for a pixel", "if it stays: slow the sensor with `python -m host.device set clock_divider 15`"],
};
export const ENGINE_STATUS = {
  "0": "ok",
  "-1": "shorter than a packed model's header",
  "-2": "not a packed model",
  "-3": "packed by another version of host.compiler: compile the model again",
  "-4": "its length is not what its header says: the transfer was cut",
  "-5": "its checksum is wrong: the bytes were damaged",
  "-6": "its header has a value that no compiler writes",
  "-7": "an activation map lies outside the arena or has an impossible shape",
  "-8": "an operator is unknown or does not fit its maps",
  "-9": "an operator's weights or constants lie outside the model or are impossible",
  "-10": "its schedule does not compute every row once, in order",
  "-11": "it needs a larger arena than this firmware has",
  "-12": "the model or the arena is not aligned in memory",
};
