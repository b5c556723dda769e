// The panel that labels: a button and a number key a class, held while pictures are taken.
import { Dataset } from "./dataset.js";
import { byId, element } from "./screen.js";

const MOST_CLASSES = 9; // as many as there are number keys

export class Labelling {
  dataset = new Dataset();
  labels = [];
  #held = null; // index of the class whose button or key is down
  #buttons = [];
  #last = null; // the newest sample
  #own = false; // the user named the labels: a new model does not change them

  constructor() {
    byId("place").onclick = () => this.newPlace();
    byId("undo").onclick = () => this.undo();
    byId("download").onclick = () => this.download();
    byId("names").onchange = (event) => this.#rename(event.target.value);
    addEventListener("beforeunload", (event) => { if (this.dataset.pictures.length) event.preventDefault(); });
    addEventListener("blur", () => this.release());
  }

  /** A model's labels, where the user has not named any. */
  suggest(labels) {
    if (!this.#own && !this.dataset.pictures.length) this.#use(labels);
  }

  take(sample) {
    this.#last = sample;
    if (this.#held !== null) this.#keep();
  }

  /** Digits 1..9; true when there is such a class. */
  press(index) {
    if (index >= this.labels.length) return false;
    if (this.#held === index) return true; // the key repeats
    this.release();
    this.#held = index;
    this.#buttons[index].classList.add("held");
    this.#keep();
    return true;
  }

  release() {
    if (this.#held !== null) this.#buttons[this.#held]?.classList.remove("held");
    this.#held = null;
  }

  newPlace() {
    this.dataset.newPlace();
    this.#note("A new place: pictures from here on stay together when the set is split");
  }

  undo() {
    const label = this.dataset.undo();
    this.#note(label === null ? "Nothing to undo" : `The last picture of “${label}” is gone`);
    this.#count();
  }

  async download() {
    const blob = new Blob([await this.dataset.zip()], { type: "application/zip" });
    offer(blob, "pictures.zip");
    this.#note(`${this.dataset.pictures.length} pictures downloaded; they stay here until the page is closed`);
  }

  #keep() {
    const label = this.labels[this.#held];
    const why = this.dataset.add(this.#last, label);
    this.#note(why ? `Left out: ${why}` : `Kept as “${label}”`);
    this.#count();
  }

  #rename(text) {
    const names = [...new Set(text.split(",").map((name) => name.replace(/[\x00-\x1f\x7f]+/g, " ").trim()).filter(Boolean))];
    const missing = this.labels.find((label) => this.dataset.count(label) && !names.includes(label));
    if (missing) this.#note(`“${missing}” has pictures: undo or download them first`);
    else if (!names.length) this.#note("Give at least one label");
    else { this.#own = true; this.#use(names); return; }
    byId("names").value = this.labels.join(", ");
  }

  #use(labels) {
    this.release();
    this.labels = labels.slice(0, MOST_CLASSES);
    byId("names").value = this.labels.join(", ");
    this.#buttons = this.labels.map((label, index) => this.#button(label, index));
    byId("classes").replaceChildren(...this.#buttons);
    this.#count();
  }

  #button(label, index) {
    const button = element("button", "", { type: "button" });
    const count = element("span", "0");
    button.append(element("span", label), count, element("kbd", String(index + 1)));
    button.onpointerdown = (event) => { button.setPointerCapture(event.pointerId); this.press(index); };
    button.onpointerup = button.onpointercancel = () => this.release();
    button.onkeydown = (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); this.press(index); } };
    button.onkeyup = button.onblur = () => this.release();
    button.onclick = (event) => { if (event.detail === 0 && this.#held === null) { this.press(index); this.release(); } }; // a screen reader's press
    button.counter = count;
    return button;
  }

  #count() {
    this.labels.forEach((label, index) => { this.#buttons[index].counter.textContent = String(this.dataset.count(label)); });
    byId("download").disabled = !this.dataset.pictures.length;
  }

  #note(text) {
    const refused = this.dataset.refused ? ` (${this.dataset.refused} left out so far)` : "";
    byId("label-note").textContent = text + refused;
  }
}

/** Lets the browser save it. */
export function offer(blob, name) {
  const link = element("a", "", { download: name, href: URL.createObjectURL(blob) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
