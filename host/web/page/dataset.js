// Labelled pictures of one visit, and the zip of them: manifest.csv and LABEL/NAME.png, as host/data reads them.
import { NEAR, distance, perceptualHash } from "./phash.js";
import { encodePng } from "./png.js";
import { makeZip } from "./zip.js";

const COLUMNS = ["path", "label", "split", "session", "source", "licence", "tags", "scores", "model_hash", "board", "time", "sha256"];
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/i;
const MOST = 20_000; // pictures of one visit: they lie in this page's memory

export class Dataset {
  pictures = [];
  refused = 0; // nearly the same as one of their label
  #session = 0;
  #began;

  constructor(now = new Date()) { this.#began = now; }

  get session() { return `${stamp(this.#began).slice(0, 19).replace(/[-:]/g, "")}_${this.#session}`; }
  count(label) { return this.pictures.filter((picture) => picture.label === label).length; }

  /** Pictures from here on are of another place, which stays together when the set is split. */
  newPlace() { this.#session++; }

  /** "" when it is kept, else why not. A sample's image may be used again afterwards. */
  add(sample, label, now = new Date()) {
    if (!sample?.image) return "there is no picture yet";
    if (this.pictures.length >= MOST) return `${MOST} pictures are kept: download them`;
    const hash = perceptualHash(sample.image);
    // within a label only: across labels such a pair teaches most
    if (this.pictures.some((picture) => picture.label === label && distance(picture.hash, hash) <= NEAR)) {
      this.refused++;
      return "nearly the same as one that you have";
    }
    const image = { ...sample.image, pixels: sample.image.pixels.slice() };
    this.pictures.push({ label, hash, image, session: this.session, time: now, sample: about(sample) });
    return "";
  }

  /** The last picture leaves; its label, or null without one. */
  undo() { return this.pictures.pop()?.label ?? null; }

  /** The whole set as a zip. */
  async zip() {
    const files = [], rows = [COLUMNS.join(",")];
    const numbers = new Map();
    for (const picture of this.pictures) {
      const folder = folderName(picture.label), number = (numbers.get(folder) ?? 0) + 1;
      numbers.set(folder, number);
      const path = `${folder}/${picture.session}_${String(number).padStart(5, "0")}.png`;
      const data = await encodePng(picture.image);
      files.push({ name: path, data, date: picture.time });
      rows.push(row(picture, path, await sha256(data)));
    }
    const manifest = new TextEncoder().encode(rows.join("\n") + "\n");
    return makeZip([{ name: "manifest.csv", data: manifest, date: new Date() }, ...files]);
  }
}

function about(sample) {
  return {
    scores: sample.labels.map((label, i) => [label, sample.scores[i]]).filter(([, score]) => score !== undefined),
    modelHash: sample.modelHash.toString(16).padStart(8, "0"),
    board: `${sample.board} ${sample.serial.toString(16).padStart(16, "0")}`,
  };
}

function row(picture, path, digest) {
  const { scores, modelHash, board } = picture.sample;
  const licence = board.startsWith("virtual ") ? "" : "own recording"; // a virtual board shows anybody's pictures
  const said = scores.map(([label, score]) => `${label.replace(/[|;\x00-\x1f\x7f]+/g, ",")}=${score.toFixed(4)}`).join(";");
  return [path, picture.label, "", picture.session, "web", licence, "", said, modelHash, board, stamp(picture.time), digest].map(cell).join(",");
}

/** As host/base/csv_text.py: what a spreadsheet would run is shown instead. */
function cell(value) {
  let text = value.replace(/[\x00-\x1f\x7f]+/g, " ");
  if (/^'*[=+\-@]/.test(text) && !/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) text = `'${text}`;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const stamp = (date) => date.toISOString().replace("Z", "+00:00");

/** A label as the name of a folder on any system, as host/base/files.py. */
export function folderName(label) {
  const name = label.replace(/[^\p{L}\p{N}_.+-]+/gu, "_").replace(/^\.+|\.+$/g, "").slice(0, 60);
  return !name || RESERVED.test(name) ? `_${name}` : name;
}

/** "" where the browser has no SHA-256: on a page that is neither https nor of this machine. */
async function sha256(data) {
  if (!globalThis.crypto?.subtle) return "";
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
