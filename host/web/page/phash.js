// pHash: the signs of a picture's 8x8 lowest frequencies against their median. 64 bits as two numbers; how many
// of them differ is the distance, as in host/data/duplicates.py (which scales by Lanczos, this by areas).
const SIDE = 32, LOW = 8;
export const NEAR = 4; // bits: frames of a still scene differ by 0..4

const COSINES = Array.from({ length: LOW }, (_, u) => Float64Array.from({ length: SIDE }, (_, x) => Math.cos((Math.PI * u * (2 * x + 1)) / (2 * SIDE))));

/** image: {width, height, channels, pixels}. */
export function perceptualHash(image) {
  const small = shrink(luma(image), image.width, image.height);
  const rows = new Float64Array(SIDE * LOW);
  for (let y = 0; y < SIDE; y++) for (let u = 0; u < LOW; u++) rows[y * LOW + u] = dot(COSINES[u], (x) => small[y * SIDE + x]);
  const low = [];
  for (let v = 0; v < LOW; v++) for (let u = 0; u < LOW; u++) low.push(dot(COSINES[v], (y) => rows[y * LOW + u]));
  const sorted = [...low].sort((a, b) => a - b), median = (sorted[31] + sorted[32]) / 2;
  const half = (from) => low.slice(from, from + 32).reduce((bits, value) => (bits << 1) | (value > median), 0);
  return [half(0), half(32)];
}

export const distance = (one, other) => ones(one[0] ^ other[0]) + ones(one[1] ^ other[1]);

function ones(bits) {
  let count = 0;
  for (; bits; bits &= bits - 1) count++;
  return count;
}

const dot = (weights, value) => weights.reduce((sum, weight, at) => sum + weight * value(at), 0);

function luma({ channels, pixels }) {
  if (channels === 1) return pixels;
  return Float64Array.from({ length: pixels.length / 3 }, (_, i) => 0.299 * pixels[3 * i] + 0.587 * pixels[3 * i + 1] + 0.114 * pixels[3 * i + 2]);
}

/** To SIDE x SIDE, by the mean of the area that each covers. */
function shrink(pixels, width, height) {
  const out = new Float64Array(SIDE * SIDE);
  const across = shares(width), down = shares(height);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      let sum = 0;
      for (const [row, high] of down[y]) for (const [column, wide] of across[x]) sum += high * wide * pixels[row * width + column];
      out[y * SIDE + x] = sum;
    }
  }
  return out;
}

/** For each of SIDE cells: [which of `length` pixels, what share of the cell it is]. */
function shares(length) {
  const step = length / SIDE;
  return Array.from({ length: SIDE }, (_, cell) => {
    const from = cell * step, to = from + step, found = [];
    for (let at = Math.floor(from); at < Math.min(length, Math.ceil(to)); at++) {
      found.push([at, (Math.min(to, at + 1) - Math.max(from, at)) / step]);
    }
    return found;
  });
}
