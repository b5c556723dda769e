// Messages -> samples: one picture, what the model said of it, what it cost; as host/samples.py and base/scores.py.
import { Meaning, Mode } from "./protocol.js";
import { text } from "./layout.js";
import { crc32 } from "./wire.js";

const LABELS = new WeakMap(); // of a Hello: every sample has them

/** One label for each score; class_N where the model has no name for it. */
export function labelsOf(hello) {
  if (!LABELS.has(hello)) {
    const names = text(hello.labels).split("\n");
    LABELS.set(hello, Array.from({ length: hello.score_count }, (_, i) => names[i] || `class_${i}`));
  }
  return LABELS.get(hello);
}

/** int8 scores -> probabilities, whatever the model ends in; distances stay what they are. */
export function scoresOf(hello, result) {
  const quantised = new Int8Array(result.scores.buffer, result.scores.byteOffset, result.scores.length);
  const real = Array.from(quantised, (q) => (q - hello.output_zero_point) * hello.output_scale);
  if (hello.score_meaning === Meaning.PROBABILITY) return real.map((value) => Math.min(1, Math.max(0, value)));
  const single = hello.score_meaning === Meaning.SINGLE_LOGIT;
  if ((!single && hello.score_meaning !== Meaning.LOGIT) || real.length === 0) return real;
  if (single || real.length === 1) return real.map((value) => 0.5 * (1 + Math.tanh(0.5 * value)));
  const most = Math.max(...real);
  const powers = real.map((value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
}

/** Joins each Frame with its Result; a half whose other half is lost is a sample by itself. */
export class Pairing {
  #frame = null;
  #result = null;

  get isWaiting() { return this.#frame !== null || this.#result !== null; }

  /** The samples that `message` completes. */
  take(message, hello, mode) {
    if (message.name !== "Frame" && message.name !== "Result") return [];
    const half = this.#frame ?? this.#result;
    const again = message.name === "Frame" ? this.#frame : this.#result;
    const samples = again || (half && half.frame !== message.frame) ? this.flush(hello) : [];
    if (message.name === "Frame") this.#frame = message;
    else this.#result = message;
    const alone = mode === Mode.RESULTS || mode === Mode.CAPTURE;
    if ((this.#frame && this.#result) || alone) samples.push(...this.flush(hello));
    return samples;
  }

  /** The half that waits, if one does. */
  flush(hello) {
    const frame = this.#frame, result = this.#result;
    this.#frame = this.#result = null;
    if (!frame && !result) return [];
    // of two pictures, though the numbers are equal: neither says anything of the other
    if (frame && result && crc32(frame.pixels) !== result.image_crc) return [sample(frame, null, hello), sample(null, result, hello)];
    return [sample(frame, result, hello)];
  }
}

function sample(frame, result, hello) {
  return {
    frame: (frame ?? result).frame,
    image: frame && { height: frame.height, width: frame.width, channels: frame.channels, pixels: frame.pixels },
    labels: labelsOf(hello),
    scores: result ? scoresOf(hello, result) : [],
    meaning: hello.score_meaning,
    cycles: result && {
      capture: result.capture_cycles,
      preprocess: result.preprocess_cycles,
      inference: result.inference_cycles,
      send: result.send_cycles,
      period: result.period_cycles,
    },
    clockHz: hello.clock_hz,
    model: hello.model,
    modelHash: hello.model_hash,
    board: hello.board,
    serial: hello.device_serial,
  };
}
