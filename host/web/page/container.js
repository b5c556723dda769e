// The file of a recording (host/recording/container.py has its layout): chunks of records, read past any damage.
// zlib is what DecompressionStream calls "deflate"; a chunk that another codec packed counts as damaged.
import { crc32 } from "./wire.js";
import { text } from "./layout.js";

const MAGIC = [0x89, 0x54, 0x4d, 0x4c, 0x52, 0x45, 0x43, 0x0a];
const READABLE = [1, 2];
const FILE_HEADER_BYTES = 256;
const CHUNK_HEADER_BYTES = 48;
const SYNC = 0x6b6863ab;
const RECORD_BYTES = 8;
const MOST_PLAIN_BYTES = 1 << 18, MOST_STORED_BYTES = 1 << 19;
const SEARCH_BYTES = 1 << 16;
export const Kind = { FROM_DEVICE: 0, TO_DEVICE: 1, MARK: 2, LAYOUT: 3 };
const END = 1, PLAIN = 0, ZLIB = 1;

/** What is wrong with a file, for a person. */
export class RecordingError extends Error {}

const bytesOf = async (blob, from, to) => new Uint8Array(await blob.slice(from, to).arrayBuffer());
const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** {port, program, wallMs}. Throws RecordingError. */
export async function readFileHeader(file) {
  const head = await bytesOf(file, 0, FILE_HEADER_BYTES);
  if (!MAGIC.every((byte, at) => head[at] === byte)) throw new RecordingError("is no recording: choose a file that --record wrote");
  if (head.length < FILE_HEADER_BYTES) throw new RecordingError("is torn within its first 256 bytes");
  const view = viewOf(head);
  const version = view.getUint16(8, true);
  if (!READABLE.includes(version)) throw new RecordingError(`is a recording of version ${version}, this page reads ${READABLE.join(" and ")}`);
  if (crc32(head.subarray(0, 252)) !== view.getUint32(252, true)) throw new RecordingError("has a damaged header");
  const name = (from, to) => text(head.subarray(from, to)).split("\0")[0];
  return { port: name(24, 136), program: name(136, 252), wallMs: Number(view.getBigUint64(16, true) / 1000000n) };
}

/** The headers of all chunks, in order: [{offset, kind, codec, stored, plain, seconds, key, crc}], and what was skipped. */
export async function readIndex(file) {
  const chunks = [];
  let at = FILE_HEADER_BYTES, skippedBytes = 0;
  for (;;) {
    const head = await bytesOf(file, at, at + CHUNK_HEADER_BYTES);
    const chunk = parseChunkHeader(head, at);
    if (chunk && at + CHUNK_HEADER_BYTES + chunk.stored > file.size) break; // torn here
    if (chunk) {
      chunks.push(chunk);
      at += CHUNK_HEADER_BYTES + chunk.stored;
      if (chunk.kind === END) break;
      continue;
    }
    const found = await nextSync(file, at + 1);
    if (found === null) break;
    skippedBytes += found - at;
    at = found;
  }
  return { chunks, skippedBytes, tornBytes: file.size - at };
}

function parseChunkHeader(head, offset) {
  if (head.length < CHUNK_HEADER_BYTES) return null;
  const view = viewOf(head);
  if (view.getUint32(0, true) !== SYNC || crc32(head.subarray(0, 44)) !== view.getUint32(44, true)) return null;
  const chunk = {
    offset, kind: head[4], codec: head[5], stored: view.getUint32(8, true), plain: view.getUint32(12, true),
    seconds: Number(view.getBigUint64(16, true)) / 1e9, key: Number(view.getBigUint64(32, true)), crc: view.getUint32(40, true),
  };
  const known = chunk.kind <= END && (chunk.codec === PLAIN || chunk.codec === ZLIB);
  return known && chunk.stored <= MOST_STORED_BYTES && chunk.plain <= MOST_PLAIN_BYTES ? chunk : null;
}

async function nextSync(file, from) {
  for (let at = from; at < file.size; at += SEARCH_BYTES) {
    const window = await bytesOf(file, at, at + SEARCH_BYTES + CHUNK_HEADER_BYTES);
    for (let i = window.indexOf(0xab); i >= 0 && i < SEARCH_BYTES; i = window.indexOf(0xab, i + 1)) {
      if (parseChunkHeader(window.subarray(i, i + CHUNK_HEADER_BYTES), at + i)) return at + i;
    }
  }
  return null;
}

/** A chunk's records: [{seconds, kind, data}]; null when its payload is damaged. */
export async function readRecords(file, chunk) {
  const from = chunk.offset + CHUNK_HEADER_BYTES;
  const stored = await bytesOf(file, from, from + chunk.stored);
  if (stored.length !== chunk.stored || crc32(stored) !== chunk.crc) return null;
  const plain = chunk.codec === PLAIN ? stored : await inflate(stored, chunk.plain);
  if (plain === null || plain.length !== chunk.plain) return null;
  const view = viewOf(plain), records = [];
  for (let at = 0; at < plain.length;) {
    if (plain.length - at < RECORD_BYTES) return null;
    const word = view.getUint32(at + 4, true), kind = word >>> 24, length = word & 0xffffff;
    const data = plain.subarray(at + RECORD_BYTES, at + RECORD_BYTES + length);
    if (kind > Kind.LAYOUT || data.length < length) return null;
    records.push({ seconds: chunk.seconds + view.getUint32(at, true) / 1e6, kind, data });
    at += RECORD_BYTES + length;
  }
  return records;
}

/** Never more than `most` bytes; null when it does not unpack or holds more. */
async function inflate(stored, most) {
  const out = new Uint8Array(most);
  let length = 0;
  try {
    const reader = new Blob([stored]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return out.subarray(0, length);
      if (length + value.length > most) { await reader.cancel(); return null; }
      out.set(value, length);
      length += value.length;
    }
  } catch {
    return null;
  }
}
