// A zip of stored files (APPNOTE.TXT 6.3): PNGs are packed already.
import { concat, crc32 } from "./wire.js";

const STORED_BY = 20; // version 2.0
const UTF8_NAMES = 0x800;

/** files: [{name, data, date}] -> a Uint8Array. At most 65,535 files, 4 GB in all. */
export function makeZip(files) {
  const parts = [], central = [];
  let offset = 0;
  for (const { name, data, date } of files) {
    const label = new TextEncoder().encode(name), about = describe(label, data, date);
    parts.push(concat([header([[4, 0x04034b50]]), about, label]), data);
    central.push(concat([
      header([[4, 0x02014b50], [2, STORED_BY]]), about,
      header([[2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]), label,
    ]));
    offset += 30 + label.length + data.length;
  }
  const directory = concat(central);
  const end = header([[4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, directory.length], [4, offset], [2, 0]]);
  return concat([...parts, directory, end]);
}

/** What a local and a central header share, from "version needed" to "extra field length". */
function describe(label, data, date) {
  const time = (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1);
  const day = ((date.getFullYear() - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate();
  return header([
    [2, STORED_BY], [2, UTF8_NAMES], [2, 0], [2, time], [2, day], [4, crc32(data)], [4, data.length], [4, data.length],
    [2, label.length], [2, 0],
  ]);
}

/** [bytes, value] each, little-endian. */
function header(fields) {
  const out = new Uint8Array(fields.reduce((sum, [bytes]) => sum + bytes, 0)), view = new DataView(out.buffer);
  let at = 0;
  for (const [bytes, value] of fields) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  }
  return out;
}
