// A board behind a link: who it is, which commands it takes, what it sends. Commands are repeated until they are answered;
// as host/link/device.py and connection.py. A link is {kind, name, patienceS, write(bytes), close()}.
import { ID, Mode, SETTINGS, Status } from "./protocol.js";
import { pack } from "./layout.js";
import { Inbox } from "./inbox.js";
import { Pairing } from "./samples.js";
import { encodePacket, SEQUENCES } from "./wire.js";

const HELLO_AGAIN_MS = 500;
const TRIES = 4;
const STALE_MS = 2000; // silence after which the other half of a sample is no longer expected
const BUSY_MS = 50;

export class NoAnswerError extends Error {}
export class RefusedError extends Error {}

/** listener: {hello(hello), sample(sample), fault(fault), log(text), restarted(), changed(settings)}. */
export class Board {
  inbox = new Inbox();
  hello = null;
  mode = Mode.IDLE;
  hostDropped = 0;
  reconnects = 0;
  #link;
  #listener;
  #pairing = new Pairing();
  #waiters = new Set();
  #sequence = Math.floor(Math.random() * SEQUENCES); // two pages may speak to one board: answers carry the number
  #settings = new Map(); // sent again after a restart
  #restartsSeen = 0;
  #beginning = null;
  #stale = null;
  #halfCame = false; // of a sample, with the last bytes
  #closed = false;

  constructor(link, listener) {
    this.#link = link;
    this.#listener = listener;
  }

  get losses() { return this.inbox.losses(this.hostDropped, this.reconnects); }

  /** Bytes of the link. Throws WrongWireError. */
  feed(bytes) {
    for (const message of this.inbox.feed(bytes)) this.#deliver(message);
    if (this.#halfCame) this.#expectOther();
    if (this.inbox.restarts > this.#restartsSeen) {
      this.#restartsSeen = this.inbox.restarts;
      this.#listener.restarted?.();
      this.begin().catch((error) => this.#listener.failed?.(error));
    }
  }

  /** The link is new: shakes hands, tells the settings, starts the stream. One at a time. */
  begin(mode = Mode.STREAM) {
    this.#beginning ??= this.#begin(mode).finally(() => { this.#beginning = null; });
    return this.#beginning;
  }

  async #begin(mode) {
    await this.#shakeHands();
    for (const [setting, value] of this.#settings) await this.command("Set", { setting, value });
    await this.setMode(mode);
  }

  async setMode(mode) {
    await this.command("SetMode", { mode });
    this.mode = mode;
  }

  /** name: of SETTINGS. */
  async set(name, value) {
    await this.command("Set", { setting: SETTINGS[name].id, value });
    this.#settings.set(SETTINGS[name].id, value);
    this.#tell("HelloRequest", {}); // its answer reaches every page
  }

  async get(name) {
    return (await this.command("Get", { setting: SETTINGS[name].id })).value | 0;
  }

  /** Sends until it is answered; the Ack. Throws RefusedError, NoAnswerError. */
  async command(name, values) {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const answer = await this.#ask(name, values);
      if (answer.status === Status.OK) return answer;
      const reason = Object.keys(Status).find((key) => Status[key] === answer.status);
      if (answer.status !== Status.BUSY) throw new RefusedError(`the board refused ${name}: ${reason.toLowerCase().replaceAll("_", " ")}`);
      await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
    }
    throw new RefusedError(`the board is busy and did not take ${name}`);
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#stale);
    for (const waiter of [...this.#waiters]) waiter.give(null);
    this.#link.close();
  }

  async #ask(name, values) {
    const sent = new Set();
    const matches = (m) => m.name === "Ack" && m.request === ID[name] && sent.has(m.sequence);
    for (let attempt = 0; attempt < TRIES && !this.#closed; attempt++) {
      sent.add(this.#tell(name, values));
      const answer = await this.#wait(matches, 1000 * this.#link.patienceS);
      if (answer) return answer;
    }
    throw new NoAnswerError(`no answer to ${name}: press the board's reset button once`);
  }

  async #shakeHands() {
    const end = performance.now() + 4000 * this.#link.patienceS;
    while (performance.now() < end && !this.#closed) {
      this.#tell("HelloRequest", {});
      if (await this.#wait((message) => message.name === "Hello", HELLO_AGAIN_MS)) return;
    }
    throw new NoAnswerError(noHello(this.inbox));
  }

  #tell(name, values) {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) % SEQUENCES;
    this.#link.write(encodePacket(ID[name], sequence, pack(name, values)));
    return sequence;
  }

  #wait(matches, ms) {
    return new Promise((resolve) => {
      const waiter = { matches, give: (message) => { clearTimeout(timer); this.#waiters.delete(waiter); resolve(message); } };
      const timer = setTimeout(() => waiter.give(null), ms);
      this.#waiters.add(waiter);
    });
  }

  #deliver(message) {
    if (message.name === "Hello") {
      this.hello = message;
      this.#listener.hello?.(message);
    }
    for (const waiter of [...this.#waiters]) if (waiter.matches(message)) waiter.give(message);
    if (message.name === "Fault") this.#listener.fault?.(message);
    if (message.name === "Log") this.#listener.log?.(message);
    if (this.hello) this.#pair(message);
  }

  #pair(message) {
    const samples = this.#pairing.take(message, this.hello, this.mode);
    for (const sample of samples) this.#listener.sample?.(sample);
    this.#halfCame ||= message.name === "Frame" || message.name === "Result";
  }

  /** A half that stays alone is one by itself; two that came together, as they do, cost no timer. */
  #expectOther() {
    this.#halfCame = false;
    if (this.#stale !== null) clearTimeout(this.#stale);
    this.#stale = this.#pairing.isWaiting ? setTimeout(() => this.flush(), STALE_MS) : null;
  }

  /** The half of a sample that waits is one by itself. */
  flush() {
    if (!this.hello) return;
    for (const sample of this.#pairing.flush(this.hello)) this.#listener.sample?.(sample);
  }
}

/** Why a handshake failed, from what was received instead. */
export function noHello(inbox) {
  const impossible = [...inbox.objections.keys()].find((why) => why.startsWith("Hello"));
  if (impossible) return `the board says what cannot be true (${impossible}): give it the firmware with pio run -t upload`;
  if (inbox.packets) return "packets came, but no Hello: press the board's reset button once";
  if (inbox.received().length) return "bytes that are no packets came: another firmware runs there; pio run -t upload gives it ours";
  return "nothing was received: give the board the firmware with pio run -t upload; if its LED fades in and out, press reset once";
}
