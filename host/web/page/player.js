// Plays a recording: its bytes through the same decoder as a board's, at their own pace, from any moment.
import { ID, Mode } from "./protocol.js";
import { OURS, WireError, parseLayout, text } from "./layout.js";
import { Inbox } from "./inbox.js";
import { Pairing } from "./samples.js";
import { Decoder } from "./wire.js";
import { Kind, RecordingError, readFileHeader, readIndex, readRecords } from "./container.js";

const TURN_MS = 40;

/** listener: {hello, sample, fault, position(seconds, atEnd)}. */
export class Player {
  durationS = 0;
  positionS = 0;
  playing = false;
  damagedChunks = 0;
  hello = null;
  #file;
  #listener;
  #index = { chunks: [], skippedBytes: 0, tornBytes: 0 };
  #inbox = new Inbox();
  #layouts = [OURS];
  #pairing = new Pairing();
  #at = 0; // of #index.chunks: the next one to load
  #records = [];
  #timer = null;
  #began = 0; // performance.now() of second 0
  #turning = Promise.resolve();

  constructor(file, listener) {
    this.#file = file;
    this.#listener = listener;
  }

  get losses() { return this.#inbox.losses(); }
  get skippedBytes() { return this.#index.skippedBytes; }
  get tornBytes() { return this.#index.tornBytes; }
  get atEnd() { return this.#at >= this.#index.chunks.length && !this.#records.length; }

  /** Throws RecordingError when there is nothing to play. */
  async open() {
    this.header = await readFileHeader(this.#file);
    this.#index = await readIndex(this.#file);
    const last = this.#index.chunks.at(-1);
    if (!last) throw new RecordingError("holds nothing behind its header");
    this.durationS = (await readRecords(this.#file, last))?.at(-1)?.seconds ?? last.seconds;
    await this.#findLayout();
    this.#inbox = new Inbox(this.#layouts);
    await this.seek(0);
    if (!this.hello) throw new RecordingError("has no Hello in it, so nobody knows which board spoke");
  }

  play() {
    if (this.playing) return;
    this.playing = true;
    this.#began = performance.now() - 1000 * this.positionS;
    this.#timer = setInterval(() => this.#turn(), TURN_MS);
    this.#listener.position(this.positionS, this.atEnd);
  }

  pause() {
    this.playing = false;
    clearInterval(this.#timer);
    this.#listener.position(this.positionS, this.atEnd);
  }

  /** Goes on from there. One thing at a time: a bar that is dragged asks often. */
  seek(seconds) {
    return this.#afterOthers(() => this.#seek(Math.min(this.durationS, Math.max(0, seconds))));
  }

  /** Everything from here to `seconds`, without waiting. */
  advance(seconds) {
    return this.#afterOthers(() => this.#advance(seconds));
  }

  #afterOthers(act) {
    const done = this.#turning.then(act);
    this.#turning = done.catch(() => {}); // the caller gets the error; the next one may still succeed
    return done;
  }

  close() {
    this.pause();
  }

  async #seek(seconds) {
    const chunks = this.#index.chunks;
    let at = chunks.findLastIndex((chunk) => chunk.seconds <= seconds);
    at = Math.max(0, at);
    await this.#greet(at);
    this.#inbox.jump();
    this.#pairing.flush(this.hello ?? {});
    this.#at = at;
    this.#records = [];
    await this.#load();
    while (this.#records.length && this.#records[0].seconds < seconds) this.#records.shift();
    this.positionS = seconds;
    this.#began = performance.now() - 1000 * seconds;
    this.#listener.position(seconds, this.atEnd);
  }

  #turn() {
    const toNow = () => this.playing && this.#advance((performance.now() - this.#began) / 1000); // a seek may come before it
    this.#afterOthers(toNow).catch((error) => { this.pause(); this.#listener.failed(error); });
  }

  async #advance(seconds) {
    for (;;) {
      if (!this.#records.length) {
        if (this.#at >= this.#index.chunks.length) break;
        if (this.#index.chunks[this.#at].seconds > seconds) break;
        await this.#load();
        continue;
      }
      if (this.#records[0].seconds > seconds) break;
      this.#play(this.#records.shift());
    }
    this.positionS = Math.min(seconds, this.durationS);
    if (this.atEnd && this.hello) for (const sample of this.#pairing.flush(this.hello)) this.#listener.sample(sample);
    if (this.atEnd && this.playing) this.pause();
    this.#listener.position(this.positionS, this.atEnd);
  }

  async #load() {
    const records = await readRecords(this.#file, this.#index.chunks[this.#at]);
    this.#at++; // not before: while the last chunk is being read it is not played
    if (records === null) this.damagedChunks++;
    this.#records = records ?? [];
  }

  #play(record) {
    if (record.kind === Kind.MARK) this.#inbox.jump();
    if (record.kind !== Kind.FROM_DEVICE) return;
    for (const message of this.#inbox.feed(record.data)) {
      if (message.name === "Hello") this.#become(message);
      if (message.name === "Fault") this.#listener.fault(message);
      if (this.hello) for (const sample of this.#pairing.take(message, this.hello, Mode.STREAM)) this.#listener.sample(sample);
    }
  }

  #become(hello) {
    this.hello = hello;
    this.#inbox.hello = hello;
    this.#listener.hello(hello);
  }

  /** Who speaks at a chunk: the last Hello before it, else the first behind it. */
  async #greet(at) {
    const { offset, key } = this.#index.chunks[at];
    const near = key > 0 && key <= offset ? this.#index.chunks.findIndex((chunk) => chunk.offset === key) : at;
    const found = (await this.#firstHello(Math.max(0, near))) ?? (await this.#firstHello(0));
    if (!found) return;
    this.#become(found.hello);
    this.#inbox.layout = found.layout; // the Hello itself may lie before where we begin
  }

  async #firstHello(from) {
    const decoder = new Decoder();
    for (const chunk of this.#index.chunks.slice(from)) {
      for (const record of (await readRecords(this.#file, chunk)) ?? []) {
        if (record.kind !== Kind.FROM_DEVICE) continue;
        const packet = decoder.feed(record.data).find(({ type }) => type === ID.Hello);
        const inbox = new Inbox(this.#layouts);
        const hello = packet && inbox.feedPacket(packet);
        if (hello) return { hello, layout: inbox.layout };
      }
    }
    return null;
  }

  /** The layout that the file carries: a recording is read by its own, whatever has changed since. */
  async #findLayout() {
    for (const chunk of this.#index.chunks) {
      for (const record of (await readRecords(this.#file, chunk)) ?? []) {
        if (record.kind !== Kind.LAYOUT) continue;
        try {
          this.#layouts = [OURS, parseLayout(text(record.data))];
          return;
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
        }
      }
    }
  }
}
