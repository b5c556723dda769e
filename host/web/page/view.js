// What is on the screen, as one value, and the words for it; as host/viewer/view.py and words.py. Pure: no document.
import { ADVICE, ENGINE_STATUS, FaultCode, HELP, Meaning } from "./protocol.js";
import { labelsOf } from "./samples.js";
import { text } from "./layout.js";

export const HISTORY = 240; // scores in the line
const RECENT = 12; // frames that a rate is taken over
const BEST_SHOWN = 3; // of more than two classes
const PATIENT_MS = 5000; // without a picture nothing is said for so long, nor for three of the model's periods
const USUAL_LABEL = "person";
const STAGES = ["capture", "preprocess", "inference", "send"];
const KINDS_OF_LOSS = [
  ["wireLost", "on the wire", "packets that left the board and never came"],
  ["deviceDropped", "on the board", "the board gave them up: nobody read in time"],
  ["hostDropped", "in this page", "this page was too slow, or asleep"],
  ["badPackets", "damaged", "packets that came damaged, or said what cannot be true"],
  ["deviceBadPackets", "commands damaged", "commands that reached the board damaged"],
  ["restarts", "restarts", "the board began again"],
  ["reconnects", "reconnects", "the port was opened again"],
];

export const EMPTY = {
  frame: -1, image: null, labels: [], label: USUAL_LABEL, followsBest: false, meaning: Meaning.PROBABILITY, threshold: 0.5,
  scores: [], history: [], cycles: null, periods: [], arrivals: [], clockHz: 64_000_000, model: "", board: "", hello: null,
  losses: null, paused: false, fault: null,
};

/** The label to watch: the one asked for, else `person`, else the last. */
function watchedLabel(labels, asked) {
  if (asked && labels.includes(asked)) return asked;
  return labels.includes(USUAL_LABEL) || !labels.length ? USUAL_LABEL : labels.at(-1);
}

/** A board, or a model, that begins. */
export function withHello(view, hello, asked = null) {
  const labels = labelsOf(hello);
  const same = labels.join("\n") === view.labels.join("\n") && view.hello;
  const followsBest = !(asked && labels.includes(asked)) && labels.length > 2;
  const begun = same ? {} : { history: [], scores: [], periods: [], arrivals: [], labels, label: watchedLabel(labels, asked), followsBest };
  return { ...view, ...begun, meaning: hello.score_meaning, clockHz: hello.clock_hz, model: hello.model, board: hello.board, hello };
}

/** After a sample. Paused, only the counts go on. nowMs: of arrival. */
export function withSample(view, sample, nowMs) {
  if (view.paused) return view;
  let label = view.label;
  if (view.followsBest && sample.scores.length) label = sample.labels[sample.scores.indexOf(Math.max(...sample.scores))];
  const score = sample.scores[sample.labels.indexOf(label)];
  const period = sample.cycles?.period ?? 0;
  return {
    ...view, label, frame: sample.frame, sample,
    image: sample.image ?? view.image,
    scores: sample.scores.length ? sample.scores : view.scores,
    history: score === undefined ? view.history : [...view.history, score].slice(-HISTORY),
    cycles: sample.cycles ?? view.cycles,
    periods: period ? [...view.periods, period].slice(-RECENT) : view.periods,
    arrivals: [...view.arrivals, nowMs].slice(-RECENT),
  };
}

export function scoreOf(view) {
  const at = view.labels.indexOf(view.label);
  return at < 0 ? undefined : view.scores[at];
}

/** True: there is one; null before the first score. */
export function verdictOf(view) {
  const score = scoreOf(view);
  return score === undefined ? null : score >= view.threshold;
}

export function verdictText(view) {
  const verdict = verdictOf(view), name = inWords(view.label);
  if (verdict === null) return "WAITING";
  if (view.followsBest) return verdict ? name : `${name}?`;
  return verdict ? name : absence(view);
}

const inWords = (label) => label.replaceAll("_", " ").toUpperCase();

/** What there is when the label is not: the other one of two classes, else NO LABEL. */
function absence({ label, labels }) {
  const others = labels.filter((other) => other !== label);
  return labels.length === 2 && others.length === 1 ? inWords(others[0]) : `NO ${inWords(label)}`;
}

export const percent = (value) => `${Math.round(100 * value)} %`;
const number = (view, value) => (view.meaning === Meaning.DISTANCE ? value.toFixed(2) : percent(value));

/** The score of the watched label, or of the best ones; a distance is no percentage. */
export function scoreText(view) {
  if (scoreOf(view) === undefined) return `${view.label} –`;
  const pairs = view.labels.map((label, i) => [label, view.scores[i]]).sort((a, b) => b[1] - a[1]);
  const shown = view.followsBest ? pairs.slice(0, BEST_SHOWN) : [[view.label, scoreOf(view)]];
  return shown.map(([label, score]) => `${label} ${number(view, score)}`).join(", ");
}

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

/** [title, remedy] of a picture that should have come, waitedMs after the last; null as long as one may wait. */
export function overdue(view, waitedMs) {
  const usualMs = view.periods.length ? (3e3 * median(view.periods)) / view.clockHz : 0;
  if (waitedMs < Math.max(PATIENT_MS, usualMs)) return null;
  const yet = view.image ? "" : " YET";
  const why = view.board === "virtual"
    ? "the virtual board runs on this computer, which is busy: it goes on by itself, the sooner the fewer other programs run"
    : "python -m host.doctor finds out why";
  return [`NO PICTURE${yet} FOR ${Math.floor(waitedMs / 1000)} s`, why];
}

/** Frames a second: the board's clock first, then what arrives here where that differs. */
export function rateText(view) {
  const board = view.periods.length ? view.clockHz / median(view.periods) : 0;
  const seconds = view.arrivals.length > 1 ? (view.arrivals.at(-1) - view.arrivals[0]) / 1000 : 0;
  const here = seconds > 0 ? (view.arrivals.length - 1) / seconds : 0;
  if (!board && !here) return "waiting for the first frame";
  if (!board) return `${here.toFixed(1)} frames/s`;
  const beside = view.board === "virtual" && here ? ` on board, ${here.toFixed(1)} here` : "";
  return `${board.toFixed(1)} frames/s${beside}`;
}

/** What a cycle is, and whether it was measured. */
export function clockText(view) {
  const kind = view.board === "virtual" ? "virtual board: estimated cycles" : "measured by the board";
  return `${Math.round(view.clockHz / 1e6)} MHz, ${kind}`;
}

/** [{name, help, ms, cycles, share 0..1 of the longest}] in the order of a frame's way. */
export function stagesOf(view) {
  if (!view.cycles) return [];
  const longest = Math.max(1, ...STAGES.map((name) => view.cycles[name]));
  return STAGES.map((name) => {
    const cycles = view.cycles[name], ms = (1e3 * cycles) / view.clockHz;
    const digits = ms < 1 ? 2 : ms < 100 ? 1 : 0;
    return { name, ms: ms.toFixed(digits), cycles: cycles.toLocaleString("en"), share: cycles / longest };
  });
}

export const stageHelp = (name) => HELP.Result[`${name}_cycles`];
export const STAGE_NAMES = STAGES;

/** [name, count, help] of what was lost and where. */
export function lossRows(losses) {
  return KINDS_OF_LOSS.map(([key, name, help]) => [key, name, losses?.[key] ?? 0, help]);
}

/** [name, value] of the model and the board. */
export function nameRows(view) {
  const hello = view.hello;
  if (!hello) return [];
  return [
    ["model", hello.model || "none"],
    ["model CRC-32", hello.model_hash.toString(16).padStart(8, "0")],
    ["input", `${hello.input_width} × ${hello.input_height} pixels, ${hello.input_channels === 3 ? "RGB" : "grey"}`],
    ["classes", view.labels.join(", ")],
    ["arena", `${hello.arena_bytes.toLocaleString("en")} bytes`],
    ["board", `${hello.board} ${hello.device_serial.toString(16).padStart(16, "0")}`],
    ["firmware", hello.firmware],
    ["compiler", hello.compiler],
  ];
}

/** [title, remedy] of a fault, those of a newer firmware too. */
export function faultWords(fault) {
  const known = ADVICE[fault.code] ?? [`fault ${fault.code}`, "update this page: it does not know this fault"];
  const said = fault.code === FaultCode.MODEL_INVALID ? ENGINE_STATUS[fault.detail | 0] : text(fault.text).trim();
  return [said ? `${known[0]} (${said})` : known[0], known[1]];
}
