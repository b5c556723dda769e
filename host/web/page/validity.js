// Can this message be true? The rules of host/link/validity.py; tests/web holds each against the other.
import {
  CLOCK_HZ, FLASH_BYTES, HOLD_MAX_MS, HoldEnd, LATE_US, LogLevel, MAX_SCORES, MODEL_SLOTS, Mode, PowerState, RAM_BYTES,
  SLACK, STARTING_S, SlotState, Source, Status,
} from "./protocol.js";

/** Why `message` cannot be true of a board that said `hello` (null: not yet), in a few words; null if it can. */
export function objection(message, hello) {
  const said = CHECKS[message.name]?.(message, hello);
  return said ? `${message.name}: ${said}` : null;
}

function checkHello(m) {
  const pixels = m.input_height * m.input_width * m.input_channels;
  if (m.clock_hz < CLOCK_HZ[0] || m.clock_hz > CLOCK_HZ[1]) return `a clock of ${m.clock_hz} Hz`;
  if (![1, 3].includes(m.input_channels) || pixels === 0 || pixels > RAM_BYTES) return `an input of ${shape(m.input_height, m.input_width, m.input_channels)}`;
  if (m.score_count > MAX_SCORES) return `${m.score_count} scores`;
  if (!Number.isFinite(m.output_scale) || (m.score_count && m.output_scale <= 0)) return `an output scale of ${m.output_scale}`;
  return one(m.mode, Mode, "Mode") ?? flags(m, "instruction_cache", "dcdc", "data_swap");
}

function checkFrame(m, hello) {
  const said = shape(m.height, m.width, m.channels);
  const pixels = m.height * m.width * m.channels;
  if (![1, 3].includes(m.channels) || pixels !== m.pixels.length || pixels === 0) return `${said} in ${m.pixels.length} bytes`;
  if (hello && said !== shape(hello.input_height, hello.input_width, hello.input_channels)) return `${said} of another input than Hello's`;
  return one(m.source, Source, "Source");
}

function checkResult(m, hello) {
  if (hello && m.scores.length !== hello.score_count) return `${m.scores.length} scores instead of ${hello.score_count}`;
  return one(m.source, Source, "Source");
}

function checkSlot(m) {
  if (m.which > MODEL_SLOTS) return `slot ${m.which}`;
  if (Math.max(m.room, m.memory_bytes, m.model_bytes, m.held) > FLASH_BYTES) return "more bytes than the chip has";
  return one(m.state, SlotState, "SlotState") ?? flags(m, "active");
}

function checkHeld(m, hello) {
  if (m.duration_us > BigInt(HOLD_MAX_MS * 1000 + LATE_US)) return `${m.duration_us} us`;
  const cycles = Math.max(Number(m.awake_cycles), Number(m.marked_cycles));
  if (hello && cycles > mostCycles(m.duration_us, hello)) return `${cycles} cycles in ${m.duration_us} us`;
  return one(m.state, PowerState, "PowerState") ?? one(m.ended, HoldEnd, "HoldEnd");
}

function checkHeartbeat(m, hello) {
  if (Math.max(m.blind_looks, m.verdicts) > m.looks) return `${Math.max(m.blind_looks, m.verdicts)} of ${m.looks} looks`;
  if (hello && Number(m.awake_cycles) > mostCycles(m.elapsed_us, hello)) return `${m.awake_cycles} cycles in ${m.elapsed_us} us`;
  return flags(m, "verdict");
}

function checkRaster(m) {
  const longer = m.line_start.length > m.line_bytes;
  return longer ? `${m.line_start.length} bytes of a line of ${m.line_bytes}` : null;
}

function checkSilicon(m) {
  if (!m.reads || !m.branches || !m.window_cycles) return "nothing was timed";
  const possible = m.longest_cycles <= m.interrupt_cycles && m.interrupt_cycles <= m.window_cycles;
  return possible ? null : `${m.interrupt_cycles} cycles of interrupts in ${m.window_cycles}`;
}

const mostCycles = (microseconds, hello) => (Number(microseconds) / 1e6 * SLACK + STARTING_S) * hello.clock_hz;
const shape = (...sides) => sides.join("x");
const one = (value, kind, name) => (Object.values(kind).includes(value) ? null : `${name} ${value}`);

function flags(message, ...names) {
  const wrong = names.find((name) => message[name] > 1);
  return wrong ? `${wrong} ${message[wrong]}` : null;
}

const CHECKS = {
  Hello: checkHello,
  Frame: checkFrame,
  Result: checkResult,
  Profile: (m) => (m.cycles.length % 4 || !m.cycles.length ? `${m.cycles.length} bytes of u32` : null),
  Log: (m) => one(m.level, LogLevel, "LogLevel"),
  Ack: (m) => one(m.status, Status, "Status"),
  SlotInfo: checkSlot,
  Held: checkHeld,
  Verdict: (m) => flags(m, "verdict") ?? (m.looks ? null : "no look"),
  Heartbeat: checkHeartbeat,
  Raster: checkRaster,
  Silicon: checkSilicon,
};
