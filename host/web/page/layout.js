// The wire's layout as text, and payloads read by it, as host/link/layout.py. Messages are plain objects:
// {name, field: number | string | BigInt (u64) | Uint8Array (the tail)}.
import { FROM_DEVICE, LAYOUT, PROTOCOL_VERSION } from "./protocol.js";
import { crc32 } from "./wire.js";

const MOST_TEXT = 1 << 16; // a layout of a file is not ours to trust
const MOST_FIELD_BYTES = 4096;
const LINE = /^([A-Za-z]\w{0,63}) (\d{1,3}):(.*)$/;
const FIELD = /^([a-z]\w{0,63}) (\w+|char\[(\d{1,4})\])$/;
const SCALARS = {
  u8: [1, (v, at) => v.getUint8(at), (v, at, x) => v.setUint8(at, x)],
  i8: [1, (v, at) => v.getInt8(at), (v, at, x) => v.setInt8(at, x)],
  u16: [2, (v, at) => v.getUint16(at, true), (v, at, x) => v.setUint16(at, x, true)],
  i16: [2, (v, at) => v.getInt16(at, true), (v, at, x) => v.setInt16(at, x, true)],
  u32: [4, (v, at) => v.getUint32(at, true), (v, at, x) => v.setUint32(at, x, true)],
  i32: [4, (v, at) => v.getInt32(at, true), (v, at, x) => v.setInt32(at, x, true)],
  u64: [8, (v, at) => v.getBigUint64(at, true), (v, at, x) => v.setBigUint64(at, BigInt(x), true)],
  f32: [4, (v, at) => v.getFloat32(at, true), (v, at, x) => v.setFloat32(at, x, true)],
};
const UTF8 = () => new TextDecoder("utf-8", { ignoreBOM: true });
const DEVICE = new Set(FROM_DEVICE);

/** A payload that does not fit its message's layout, or a layout that is none. */
export class WireError extends Error {}

/** UTF-8 as Python's errors="replace" reads it. */
export const text = (bytes) => UTF8().decode(bytes);

/** {text, hash, shapes: Map identity -> shape, byName}. Throws WireError. */
export function parseLayout(source) {
  if (source.length > MOST_TEXT) throw new WireError(`a layout of ${source.length} characters`);
  const shapes = new Map();
  let last = -1;
  for (const line of source.split("\n").slice(0, -1)) {
    const shape = parseLine(line);
    if (shape.identity <= last) throw new WireError("a layout with a message twice or out of order");
    last = shape.identity;
    shapes.set(shape.identity, shape);
  }
  if (!source.endsWith("\n")) throw new WireError("a layout that is cut short");
  const byName = new Map([...shapes.values()].map((shape) => [shape.name, shape]));
  return { text: source, hash: crc32(new TextEncoder().encode(source)), shapes, byName };
}

function parseLine(line) {
  const match = LINE.exec(line);
  if (!match || Number(match[2]) > 255) throw new WireError(`a layout with the line ${line.slice(0, 60)}`);
  const columns = match[3].trim().split(", ").filter(Boolean).map((field) => parseField(field, line));
  const tail = columns.length && columns.at(-1).kind === "tail" ? columns.pop().name : "";
  const names = new Set([...columns.map((column) => column.name), tail]);
  if (columns.some((column) => column.kind === "tail") || names.size < columns.length + 1) {
    throw new WireError(`a layout with the line ${line.slice(0, 60)}`);
  }
  const size = columns.reduce((sum, column) => sum + column.bytes, 0);
  return { name: match[1], identity: Number(match[2]), columns, tail, size };
}

function parseField(field, line) {
  const match = FIELD.exec(field);
  const length = Number(match?.[3] ?? 0);
  const known = match && (Object.hasOwn(SCALARS, match[2]) || match[2] === "tail" || length > 0);
  if (!known || length > MOST_FIELD_BYTES) throw new WireError(`a layout with the line ${line.slice(0, 60)}`);
  return { name: match[1], kind: match[2], length, bytes: length || (SCALARS[match[2]]?.[0] ?? 0) };
}

/** A packet of a board as a message of today. Throws WireError when it is none. */
export function readMessage(layout, identity, payload) {
  const shape = layout.shapes.get(identity);
  const ours = shape && DEVICE.has(shape.name) ? OURS.byName.get(shape.name) : undefined;
  if (!ours) throw new WireError(`type ${identity}`);
  const values = unpack(shape, payload);
  if (layout.hash === OURS.hash) return values;
  const found = converted(ours, values);
  if (found.name === "Hello") Object.assign(found, { layout_hash: OURS.hash, protocol_version: PROTOCOL_VERSION });
  return found;
}

/** By a shape's own fields. */
export function unpack(shape, payload) {
  if (payload.length < shape.size || (!shape.tail && payload.length > shape.size)) {
    throw new WireError(`${shape.name}: ${payload.length} bytes, expected ${shape.size}`);
  }
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const message = { name: shape.name };
  let at = 0;
  for (const column of shape.columns) {
    message[key(column.name)] = column.length ? padded(payload.subarray(at, at + column.length)) : SCALARS[column.kind][1](view, at);
    at += column.bytes;
  }
  if (shape.tail) message[shape.tail] = payload.subarray(shape.size);
  return message;
}

/** A message's payload, by today's layout. */
export function pack(name, values = {}) {
  const shape = OURS.byName.get(name);
  const tail = shape.tail ? values[shape.tail] : new Uint8Array(0);
  const payload = new Uint8Array(shape.size + tail.length);
  const view = new DataView(payload.buffer);
  let at = 0;
  for (const column of shape.columns) {
    SCALARS[column.kind][2](view, at, values[column.name]);
    at += column.bytes;
  }
  payload.set(tail, shape.size);
  return payload;
}

/** SlotInfo has a field `name`, which is the message's own here. */
function key(name) {
  return name === "name" ? "name_" : name;
}

function padded(bytes) {
  const end = bytes.indexOf(0);
  return text(end < 0 ? bytes : bytes.subarray(0, end));
}

/** By name; a field that changed between number, text and bytes counts as missing. */
function converted(shape, values) {
  const message = { name: shape.name };
  for (const column of shape.columns) {
    const empty = column.length ? "" : column.kind === "u64" ? 0n : 0;
    let value = values[key(column.name)] ?? empty;
    if (typeof value === "number" && column.kind === "u64") value = BigInt(Math.trunc(value));
    if (typeof value === "bigint" && column.kind !== "u64") value = Number(value);
    message[key(column.name)] = typeof value === typeof empty ? value : empty;
  }
  if (shape.tail) {
    const tail = values[shape.tail];
    message[shape.tail] = tail instanceof Uint8Array ? tail : new Uint8Array(0);
  }
  return message;
}

/** What messages.py declares. */
export const OURS = parseLayout(LAYOUT);
