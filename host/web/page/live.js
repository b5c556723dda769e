// What follows every frame: the picture and the bar of its score, on canvases of their own. What is drawn on an
// OffscreenCanvas goes to the screen by itself: no style, layout and paint of the page, which cost three times as much.
import { scoreOf, verdictOf } from "./view.js";

export class Live {
  #picture = contextOf("picture");
  #bar = contextOf("bar");
  #rgba = null;
  #image = null;
  #share = null;
  #verdict = null;
  #colours = colours();

  draw(view) {
    if (view.image && view.image !== this.#image) this.#drawPicture(view.image);
    const share = Math.min(1, Math.max(0, scoreOf(view) ?? 0)), verdict = verdictOf(view);
    if (share !== this.#share || verdict !== this.#verdict) this.#drawBar(share, verdict);
  }

  /** The colours are others now. */
  forget() {
    this.#colours = colours();
    this.#share = null;
  }

  #drawPicture(image) {
    const { width, height, channels, pixels } = image, canvas = this.#picture.canvas;
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
    this.#picture.putImageData(this.#rgba, 0, 0);
    this.#image = image;
  }

  #drawBar(share, verdict) {
    const { width, height } = this.#bar.canvas;
    this.#bar.fillStyle = this.#colours.empty;
    this.#bar.fillRect(0, 0, width, height);
    this.#bar.fillStyle = verdict ? this.#colours.yes : this.#colours.no;
    this.#bar.fillRect(0, 0, width * share, height);
    this.#share = share;
    this.#verdict = verdict;
  }
}

/** Where the browser has no OffscreenCanvas for 2D, it costs what it costs. */
function contextOf(id) {
  const canvas = document.getElementById(id);
  const drawn = globalThis.OffscreenCanvasRenderingContext2D ? canvas.transferControlToOffscreen() : canvas;
  return drawn.getContext("2d", { alpha: false });
}

function colours() {
  const style = getComputedStyle(document.documentElement), of = (name) => style.getPropertyValue(name).trim();
  return { empty: of("--faint"), yes: of("--yes"), no: of("--no") };
}
