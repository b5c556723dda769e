// Generated from host/link/validity.py by tools/generate.py. Do not edit.
// Can this message be true? The page's rules are those of the Python host.
import { CLOCK_HZ, FLASH_BYTES, HOLD_MAX_MS, HoldEnd, LATE_US, LogLevel, MAX_SCORES, MODEL_SLOTS, Mode, PowerState, RAM_BYTES, SLACK, STARTING_S, SlotState, Source, Status } from "./protocol.js";

/** Why `message` cannot be true of a board that said `hello` (null: not yet), in a few words; null if it can. */
export function objection(message, hello) {
  const why = CHECKS[message.name]?.(message, hello);
  return why ? `${message.name}: ${why}` : null;
}

const _enum = (value, kind, name) => (Object.values(kind).includes(value) ? null : `${name} ${value}`);

function _flags(message, ...names) {
  const wrong = names.find((name) => message[name] > 1);
  return wrong === undefined ? null : `${wrong} ${message[wrong]}`;
}

function _hello(m, _) {
  const pixels = ((m.input_height * m.input_width) * m.input_channels);
  if (!((CLOCK_HZ[0] <= m.clock_hz && m.clock_hz <= CLOCK_HZ[1]))) return `a clock of ${m.clock_hz} Hz`;
  if (((![1, 3].includes(m.input_channels)) || !((0 < pixels && pixels <= RAM_BYTES)))) return `an input of ${_shape(m.input_height, m.input_width, m.input_channels)}`;
  if ((m.score_count > MAX_SCORES)) return `${m.score_count} scores`;
  if ((!(Number.isFinite(m.output_scale)) || (m.score_count && (m.output_scale <= 0)))) return `an output scale of ${m.output_scale}`;
  return (_enum(m.mode, Mode, "Mode") || _flags(m, "instruction_cache", "dcdc", "data_swap"));
}

function _frame(m, hello) {
  const shape = _shape(m.height, m.width, m.channels);
  const pixels = ((m.height * m.width) * m.channels);
  if (((![1, 3].includes(m.channels)) || (pixels !== m.pixels.length) || (pixels === 0))) return `${shape} in ${m.pixels.length} bytes`;
  if ((hello && (shape !== _shape(hello.input_height, hello.input_width, hello.input_channels)))) return `${shape} of another input than Hello's`;
  return _enum(m.source, Source, "Source");
}

function _part(m, hello) {
  const shape = _shape(m.height, m.width, m.channels);
  const pixels = ((m.height * m.width) * m.channels);
  if (((![1, 3].includes(m.channels)) || !((0 < pixels && pixels <= RAM_BYTES)))) return `a part of ${shape}`;
  if (((m.pixels.length === 0) || ((m.offset + m.pixels.length) > pixels))) return `${m.pixels.length} bytes from ${m.offset} on of ${shape}`;
  if ((hello && (shape !== _shape(hello.input_height, hello.input_width, hello.input_channels)))) return `${shape} of another input than Hello's`;
  return _enum(m.source, Source, "Source");
}

function _result(m, hello) {
  if ((hello && (m.scores.length !== hello.score_count))) return `${m.scores.length} scores instead of ${hello.score_count}`;
  return _enum(m.source, Source, "Source");
}

function _profile(m, _) {
  const odd = ((m.cycles.length % 4) || (m.cycles.length === 0));
  return (odd ? `${m.cycles.length} bytes of u32` : null);
}

function _slot(m, _) {
  if ((m.which > MODEL_SLOTS)) return `slot ${m.which}`;
  if ((Math.max(m.room, m.memory_bytes, m.model_bytes, m.held) > FLASH_BYTES)) return "more bytes than the chip has";
  return (_enum(m.state, SlotState, "SlotState") || _flags(m, "active"));
}

function _held(m, hello) {
  if ((Number(m.duration_us) > ((HOLD_MAX_MS * 1000) + LATE_US))) return `${m.duration_us} us`;
  if ((m.repetitions && !(Number(m.duration_us)))) return `${m.repetitions} repetitions in 0 us`;
  if ((hello && (Math.max(Number(m.awake_cycles), Number(m.marked_cycles)) > _most_cycles(Number(m.duration_us), hello)))) return `${Math.max(Number(m.awake_cycles), Number(m.marked_cycles))} cycles in ${m.duration_us} us`;
  return (_enum(m.state, PowerState, "PowerState") || _enum(m.ended, HoldEnd, "HoldEnd"));
}

function _heartbeat(m, hello) {
  if ((Math.max(m.blind_looks, m.verdicts) > m.looks)) return `${Math.max(m.blind_looks, m.verdicts)} of ${m.looks} looks`;
  if ((hello && (Number(m.awake_cycles) > _most_cycles(Number(m.elapsed_us), hello)))) return `${m.awake_cycles} cycles in ${m.elapsed_us} us`;
  return _flags(m, "verdict");
}

function _raster(m, _) {
  const longer = (m.line_start.length > m.line_bytes);
  return (longer ? `${m.line_start.length} bytes of a line of ${m.line_bytes}` : null);
}

function _silicon(m, _) {
  if (!((m.reads && m.branches && m.window_cycles))) return "nothing was timed";
  if (!((m.longest_cycles <= m.interrupt_cycles && m.interrupt_cycles <= m.window_cycles))) return `${m.interrupt_cycles} cycles of interrupts in ${m.window_cycles}`;
  return null;
}

function _most_cycles(microseconds, hello) {
  return ((((microseconds / 1000000.0) * SLACK) + STARTING_S) * hello.clock_hz);
}

function _shape(height, width, channels) {
  return `${height}x${width}x${channels}`;
}

const CHECKS = {
  Hello: _hello,
  Frame: _frame,
  FramePart: _part,
  Result: _result,
  Profile: _profile,
  Log: (m, _) => _enum(m.level, LogLevel, "LogLevel"),
  Ack: (m, _) => _enum(m.status, Status, "Status"),
  SlotInfo: _slot,
  Held: _held,
  Verdict: (m, _) => (_flags(m, "verdict") || (!(m.looks) ? "no look" : null)),
  Heartbeat: _heartbeat,
  Raster: _raster,
  Silicon: _silicon,
};
