// Bytes from a board -> messages, with every loss counted, as host/link/inbox.py and sequence.py.
import { ID, PROTOCOL_VERSION } from "./protocol.js";
import { Decoder, SEQUENCES } from "./wire.js";
import { OURS, WireError, readMessage } from "./layout.js";
import { objection } from "./validity.js";

const BEHIND = 64; // a number this little behind is a packet that came twice, not a board that restarted
const PLAUSIBLE_GAP = 4096; // more than a minute of frames: the board restarted instead
const MOST_OBJECTIONS = 20; // kept in words; all are counted

/** The other end is a board, but speaks another wire. */
export class WrongWireError extends Error {}

export class SequenceTracker {
  lost = 0;
  repeated = 0;
  restarts = 0;
  #expected = null;

  /** Counts the gap before a packet; false when that packet came before. */
  accept(sequence, firstEver) {
    const ahead = this.#expected === null ? 0 : (sequence - this.#expected + SEQUENCES) % SEQUENCES;
    const behind = ahead >= SEQUENCES - BEHIND;
    // A Hello that was asked for of a board whose first one nobody received; but the same one may come twice, too.
    const anew = firstEver && (sequence === 0 || (behind && ahead !== SEQUENCES - 1));
    if (ahead && (anew || (ahead > PLAUSIBLE_GAP && !behind))) this.restarts++;
    else if (behind) { this.repeated++; return false; }
    else this.lost += ahead;
    this.#expected = (sequence + 1) % SEQUENCES;
    return true;
  }

  forget() { this.#expected = null; }
}

/** The board's `dropped_messages`, which counts since its start -> how many since we listen. */
export class DropCounter {
  dropped = 0;
  #last = null;

  report(sinceStart) {
    this.dropped += Math.max(0, sinceStart - (this.#last ?? sinceStart));
    this.#last = sinceStart;
  }

  restart() { this.#last = 0; }
  forget() { this.#last = null; }
}

/** The parts of a frame that is larger than a packet -> the Frame, as host/link/pieces.py. */
class Pieces {
  #head = "";
  #parts = [];
  #bytes = 0;

  take(part) {
    const head = [part.frame, part.height, part.width, part.channels, part.source].join();
    if (part.offset === 0) { this.forget(); this.#head = head; }
    if (head !== this.#head || part.offset !== this.#bytes) { this.forget(); return null; }
    this.#parts.push(part.pixels);
    this.#bytes += part.pixels.length;
    if (this.#bytes < part.height * part.width * part.channels) return null;
    const pixels = new Uint8Array(this.#bytes);
    let at = 0;
    for (const piece of this.#parts) { pixels.set(piece, at); at += piece.length; }
    this.forget();
    const { frame, height, width, channels, source } = part;
    return { name: "Frame", frame, height, width, channels, source, pixels };
  }

  forget() { this.#head = ""; this.#parts = []; this.#bytes = 0; }
}

/** One board's messages, over as many connections as it takes. layouts: by which it may speak. */
export class Inbox {
  hello = null;
  objections = new Map(); // what could not be true, in words -> how often
  #layouts;
  layout = OURS; // by which the board speaks: its Hello says
  #decoder = new Decoder();
  #tracker = new SequenceTracker();
  #drops = new DropCounter();
  #pieces = new Pieces();
  #misfits = 0; // right CRC, but no message of ours, or one that cannot be true
  #deviceBad = 0;
  #inStep = true; // false: until the next delimiter we may be within a packet

  constructor(layouts = [OURS]) { this.#layouts = layouts; }

  /** The new messages that `data` completes. Throws WrongWireError on a Hello of another wire. */
  feed(data) {
    if (!this.#inStep) {
      const end = data.indexOf(0);
      if (end < 0) return [];
      this.#inStep = true;
      data = data.subarray(end + 1);
    }
    return this.#decoder.feed(data).map((packet) => this.#take(packet)).filter((message) => message !== null);
  }

  /** The message of one packet, for who has taken it from the bytes; null when there is none. */
  feedPacket(packet) { return this.#take(packet); }

  get restarts() { return this.#tracker.restarts; }
  get packets() { return this.#decoder.counts.packets; }
  received() { return this.#decoder.received(); }

  /** A new connection begins: what was lost in between is unknown and not counted. */
  reconnect() {
    this.#tracker.forget();
    this.#drops.forget();
    this.#pieces.forget();
  }

  /** As reconnect, and the next bytes may begin within a packet: a recording was sought in. */
  jump() {
    this.reconnect();
    this.#decoder.jump();
    this.#inStep = false;
  }

  /** hostDropped: what the server gave up because this page was slow, which is a gap here, too. */
  losses(hostDropped = 0, reconnects = 0) {
    const counts = this.#decoder.counts;
    const lost = Math.max(0, this.#tracker.lost - this.#drops.dropped);
    return {
      wireLost: Math.max(0, lost - hostDropped),
      deviceDropped: this.#drops.dropped,
      hostDropped,
      badPackets: counts.badPackets + counts.oversize + this.#misfits,
      deviceBadPackets: this.#deviceBad,
      repeated: this.#tracker.repeated,
      restarts: this.#tracker.restarts,
      reconnects,
    };
  }

  #take(packet) {
    if (packet.type === ID.Hello) this.layout = checkLayout(packet.payload, this.#layouts);
    const restarts = this.#tracker.restarts;
    if (!this.#tracker.accept(packet.sequence, packet.type === ID.Hello)) return null;
    if (this.#tracker.restarts > restarts) this.#drops.restart();
    let message;
    try {
      message = readMessage(this.layout, packet.type, packet.payload);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#misfits++;
      return null;
    }
    const wrong = objection(message, this.hello);
    if (wrong) {
      this.#misfits++;
      this.#object(wrong);
      return null;
    }
    if (message.name === "Hello") this.hello = message;
    if (message.name === "Result" || message.name === "Pong") {
      this.#drops.report(message.dropped_messages);
      this.#deviceBad = message.bad_packets;
    }
    return message.name === "FramePart" ? this.#pieces.take(message) : message;
  }

  #object(wrong) {
    const before = this.objections.get(wrong) ?? 0;
    if (before || this.objections.size < MOST_OBJECTIONS) this.objections.set(wrong, before + 1);
  }
}

/** By which of `layouts` a board speaks that said this. What was recorded may be older than what runs. */
export function checkLayout(payload, layouts) {
  if (payload.length < 6) throw new WrongWireError("the firmware's Hello is cut short: update the firmware");
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const theirs = view.getUint32(0, true), version = view.getUint16(4, true);
  const found = layouts.find((layout) => layout.hash === theirs);
  const hex = (hash) => hash.toString(16).toUpperCase().padStart(8, "0");
  const remedy = "update the firmware (pio run -t upload), or this page";
  if (!found) throw new WrongWireError(`the firmware speaks wire ${hex(theirs)}, this page ${hex(OURS.hash)}: ${remedy}`);
  if (version > PROTOCOL_VERSION || (version < PROTOCOL_VERSION && layouts.length === 1)) {
    throw new WrongWireError(`the firmware speaks version ${version} of the wire, this page ${PROTOCOL_VERSION}: ${remedy}`);
  }
  return found;
}
