// What follows every frame: the picture, on a canvas of its own, which goes to the screen by itself: no style, layout and
// paint of the page, which cost three times as much.
export class Live {
  #canvas = contextOf("picture");
  #rgba = null;
  #image = null;

  draw({ image }) {
    if (!image || image === this.#image) return;
    const { width, height, channels, pixels } = image, canvas = this.#canvas.canvas;
    if (this.#rgba?.width !== width || this.#rgba.height !== height) {
      canvas.width = width;
      canvas.height = height;
      this.#rgba = new ImageData(width, height);
      this.#rgba.data.fill(255);
    }
    const out = this.#rgba.data;
    for (let from = 0, to = 0; to < out.length; from += channels, to += 4) {
      out[to] = pixels[from];
      out[to + 1] = pixels[channels === 3 ? from + 1 : from];
      out[to + 2] = pixels[channels === 3 ? from + 2 : from];
    }
    this.#canvas.putImageData(this.#rgba, 0, 0);
    this.#image = image;
  }
}

/** desynchronized: Chromium shows it when it was drawn, without asking for a turn of the screen first, which costs
 * four wakes of a thread a frame. Else an OffscreenCanvas, and where there is none either, it costs what it costs. */
function contextOf(id) {
  const canvas = document.getElementById(id), options = { alpha: false, desynchronized: true };
  const probe = document.createElement("canvas").getContext("2d", options); // once asked, a canvas is no longer transferred
  const isShownAtOnce = probe.getContextAttributes?.().desynchronized;
  const drawn = !isShownAtOnce && globalThis.OffscreenCanvasRenderingContext2D ? canvas.transferControlToOffscreen() : canvas;
  return drawn.getContext("2d", options);
}
