// A View onto the document. Nothing is decided here, and what has not changed is not touched.
import { Live } from "./live.js";
import { HISTORY, STAGE_NAMES, clockText, faultWords, lossRows, nameRows, percent, rateText, scoreOf, scoreText, stageHelp, stagesOf, verdictOf, verdictText } from "./view.js";

export const byId = (id) => document.getElementById(id);

/** An element with text alone: what a board says is never markup. */
export function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** Of an element that holds text alone. The text itself is changed where there is one: a new one costs a style pass. */
function setText(node, text) {
  const held = node.firstChild;
  if (!held) node.textContent = text;
  else if (held.data !== text) held.data = text;
}

export const READ_MS = 500; // numbers that change faster are not read; the picture and the verdict are of every frame

export class Screen {
  #shown = {};
  #shownSlow = {};
  #slowAt = -READ_MS;
  #stages = new Map();
  #losses = new Map();
  #live = new Live();
  #words = byId("verdict").textContent;
  #lineColour = "";

  constructor() {
    for (const name of STAGE_NAMES) this.#stages.set(name, stageRow(name));
    for (const [key, name, , help] of lossRows(null)) this.#losses.set(key, lossRow(name, help));
  }

  /** What follows every frame; false when more than that has changed: then draw. */
  follow(view) {
    this.#live.draw(view);
    return view.hello === this.#shown.hello && verdictText(view) === this.#words;
  }

  /** As if nothing were on the screen: its colours have changed. */
  forget() {
    this.#shown = this.#shownSlow = {};
    this.#slowAt = -READ_MS;
    this.#lineColour = "";
  }

  /** extra: {tag, alarm, overdue: [title, remedy] | null}. True when numbers are still to be drawn: call again after READ_MS. */
  draw(view, extra, nowMs) {
    this.#live.draw(view);
    const isOther = this.#verdict(view);
    this.#names(view);
    this.#banners(view, extra);
    this.#shown = view;
    if (nowMs - this.#slowAt < READ_MS && !isOther) return view !== this.#shownSlow;
    this.#slowAt = nowMs;
    this.#numbers(view);
    this.#shownSlow = view;
    return false;
  }

  #numbers(view) {
    this.#history(view);
    for (const stage of stagesOf(view)) this.#stage(stage);
    setText(byId("score"), scoreText(view));
    byId("bar").style.transform = `scaleX(${Math.min(1, Math.max(0, scoreOf(view) ?? 0))})`;
    setText(byId("rate"), rateText(view));
    setText(byId("clock-text"), view.cycles ? clockText(view) : "no frame yet");
    if (view.losses === this.#shownSlow.losses) return;
    for (const [key, , count] of lossRows(view.losses)) setText(this.#losses.get(key), count.toLocaleString("en"));
  }

  /** True when it is another one: its numbers go with it. */
  #verdict(view) {
    const verdict = verdictOf(view), words = verdictText(view);
    const box = byId("verdict"), isOther = this.#words !== words;
    if (isOther) {
      this.#words = words;
      box.textContent = words;
      setText(byId("spoken"), words); // read out when it changes, not with every frame
      byId("picture").setAttribute("aria-label", `The frame as the model saw it: ${words.toLowerCase()}`);
    }
    const said = verdict === null ? "none" : verdict ? "yes" : "no";
    if (box.dataset.verdict !== said) box.dataset.verdict = said;
    setText(byId("threshold-value"), percent(view.threshold));
    if (view.threshold !== this.#shown.threshold) byId("tick").style.transform = `translateX(${100 * view.threshold}%)`;
    return isOther;
  }

  #history(view) {
    if (view.history === this.#shownSlow.history && view.threshold === this.#shownSlow.threshold) return;
    const canvas = byId("history"), context = canvas.getContext("2d");
    const { width, height } = canvas;
    const y = (score) => 3 + (1 - Math.min(1, Math.max(0, score))) * (height - 6);
    context.clearRect(0, 0, width, height);
    context.setLineDash([6, 6]);
    context.strokeStyle = this.#lineColour ||= getComputedStyle(canvas).color; // asking costs a style pass
    context.globalAlpha = 0.6;
    line(context, [[0, y(view.threshold)], [width, y(view.threshold)]]);
    context.globalAlpha = 1;
    context.setLineDash([]);
    context.lineWidth = 3;
    const first = HISTORY - view.history.length;
    line(context, view.history.map((score, i) => [((first + i) * width) / (HISTORY - 1), y(score)]));
    context.lineWidth = 1;
  }

  #stage({ name, ms, cycles, share }) {
    const row = this.#stages.get(name);
    setText(row.ms, ms);
    setText(row.cycles, cycles);
    row.share.style.transform = `scaleX(${share})`;
  }

  #names(view) {
    if (view.hello === this.#shown.hello) return;
    byId("names-of").replaceChildren(...nameRows(view).flatMap(([what, which]) => [element("dt", what), element("dd", which)]));
  }

  #banners(view, { tag, alarm, overdue }) {
    setText(byId("tag"), tag);
    byId("tag").hidden = !tag;
    const [title, remedy] = alarm ?? (view.fault ? faultWords(view.fault) : overdue ?? ["", ""]);
    setText(byId("alarm").children[0], title);
    setText(byId("alarm").children[1], remedy);
    byId("alarm").hidden = !title;
  }
}

function line(context, points) {
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

function stageRow(name) {
  const row = element("tr"), head = element("th", name, { scope: "row" });
  const share = element("span", "", { class: "share" });
  head.append(element("small", stageHelp(name)), share);
  const ms = element("td", "–"), cycles = element("td", "–");
  row.append(head, ms, cycles);
  byId("stages").append(row);
  share.style.transform = "scaleX(0)";
  return { ms, cycles, share };
}

function lossRow(name, help) {
  const row = element("tr"), head = element("th", name, { scope: "row" }), count = element("td", "0");
  head.append(element("small", help));
  row.append(head, count);
  byId("losses").append(row);
  return count;
}
