// Packets <-> bytes, as host/link/framing.py: header, payload, CRC-32, COBS, one 0x00 behind each. Knows no message.
import { MAX_PAYLOAD_BYTES, PACKET_CRC_BYTES, PACKET_HEADER_BYTES } from "./protocol.js";

export const SEQUENCES = 1 << 16;
const FULL_BLOCK = 254;
const LARGEST = PACKET_HEADER_BYTES + MAX_PAYLOAD_BYTES + PACKET_CRC_BYTES;
const LARGEST_ENCODED = LARGEST + Math.floor(LARGEST / FULL_BLOCK) + 1;
const EXCERPT_BYTES = 256;

const CRC_0 = new Uint32Array(256).map((_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
const oneZeroOn = (table) => table.map((value) => CRC_0[value & 0xff] ^ (value >>> 8));
const CRC_1 = oneZeroOn(CRC_0), CRC_2 = oneZeroOn(CRC_1), CRC_3 = oneZeroOn(CRC_2); // of a byte with so many zeros behind it

/** zlib's CRC-32 of a Uint8Array, 0..2^32-1; four bytes at a time, as every pixel goes through here twice. */
export function crc32(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length), whole = bytes.length & ~3;
  let crc = -1, at = 0;
  for (; at < whole; at += 4) {
    crc ^= view.getUint32(at, true);
    crc = CRC_3[crc & 0xff] ^ CRC_2[(crc >>> 8) & 0xff] ^ CRC_1[(crc >>> 16) & 0xff] ^ CRC_0[crc >>> 24];
  }
  for (; at < bytes.length; at++) crc = CRC_0[(crc ^ bytes[at]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** The same bytes without a zero. */
export function encodeCobs(data) {
  const out = new Uint8Array(data.length + Math.floor(data.length / FULL_BLOCK) + 2);
  let at = 1, code = 0, run = 1;
  const close = () => { out[code] = run; code = at++; run = 1; };
  for (const byte of data) {
    if (run === FULL_BLOCK + 1) close(); // a full block announces no zero: only now is it known that more follows
    if (byte === 0) close();
    else { out[at++] = byte; run++; }
  }
  if (run === FULL_BLOCK + 1) close(); // as Python's does, so that both make the same bytes
  out[code] = run;
  return out.subarray(0, at);
}

/** The inverse; null when a code points behind the end. */
export function decodeCobs(data) {
  const out = new Uint8Array(data.length);
  let at = 0, length = 0;
  while (at < data.length) {
    const after = at + data[at];
    if (after > data.length || after === at) return null;
    out.set(data.subarray(at + 1, after), length);
    length += after - at - 1;
    if (after - at <= FULL_BLOCK && after < data.length) out[length++] = 0;
    at = after;
  }
  return out.subarray(0, length);
}

/** The bytes on the wire, delimiter included. */
export function encodePacket(type, sequence, payload) {
  const body = new Uint8Array(PACKET_HEADER_BYTES + payload.length + PACKET_CRC_BYTES);
  const view = new DataView(body.buffer);
  view.setUint8(0, type);
  view.setUint16(2, sequence % SEQUENCES, true);
  body.set(payload, PACKET_HEADER_BYTES);
  const end = body.length - PACKET_CRC_BYTES;
  view.setUint32(end, crc32(body.subarray(0, end)), true);
  return concat([encodeCobs(body), new Uint8Array(1)]);
}

/** {type, sequence, payload} between two delimiters; null when it is damaged. */
export function decodePacket(encoded) {
  const body = decodeCobs(encoded);
  if (body === null || body.length < PACKET_HEADER_BYTES + PACKET_CRC_BYTES || body.length > LARGEST) return null;
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const end = body.length - PACKET_CRC_BYTES;
  if (crc32(body.subarray(0, end)) !== view.getUint32(end, true) || body[1] !== 0) return null;
  return { type: body[0], sequence: view.getUint16(2, true), payload: body.subarray(PACKET_HEADER_BYTES, end) };
}

export function concat(parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { out.set(part, at); at += part.length; }
  return out;
}

/** Bytes in any portions -> packets. Never throws; holds at most one packet's bytes. */
export class Decoder {
  counts = { packets: 0, badPackets: 0, oversize: 0, strayBytes: 0 };
  #parts = [];
  #held = 0;
  #skipping = false; // an oversize run goes on until the next delimiter
  #refused = new Uint8Array(0);

  feed(data) {
    const packets = [];
    let from = 0;
    for (;;) {
      const end = data.indexOf(0, from);
      this.#gather(end < 0 ? data.slice(from) : data.subarray(from, end)); // the caller's buffer is its own
      if (end < 0) return packets;
      this.#close(packets);
      from = end + 1;
    }
  }

  /** The last bytes that were no packet. */
  received() {
    return concat([this.#refused, concat(this.#parts).slice(-EXCERPT_BYTES)]).slice(-EXCERPT_BYTES);
  }

  /** What comes next does not follow what came before. */
  jump() {
    this.#parts = [];
    this.#held = 0;
    this.#skipping = false;
  }

  #gather(piece) {
    if (this.#skipping) { this.counts.strayBytes += piece.length; return; }
    if (piece.length === 0) return;
    this.#parts.push(piece);
    this.#held += piece.length;
    if (this.#held > LARGEST_ENCODED) {
      this.counts.oversize++;
      this.#refuse();
      this.#skipping = true;
    }
  }

  #close(packets) {
    this.#skipping = false;
    if (this.#held === 0) return;
    const packet = decodePacket(this.#parts.length === 1 ? this.#parts[0] : concat(this.#parts));
    if (packet === null) {
      this.counts.badPackets++;
      this.#refuse();
      return;
    }
    this.#parts = [];
    this.#held = 0;
    this.counts.packets++;
    packets.push(packet);
  }

  #refuse() {
    this.counts.strayBytes += this.#held;
    this.#refused = concat(this.#parts).slice(-EXCERPT_BYTES);
    this.#parts = [];
    this.#held = 0;
  }
}
