// The page: a source (a board by USB, a board behind --web, a recording) -> a View -> the screen; and what the user does.
import { Mode } from "./protocol.js";
import { Board } from "./board.js";
import { Labelling, offer } from "./labelling.js";
import { Player } from "./player.js";
import { encodePng } from "./png.js";
import { folderName } from "./dataset.js";
import { READ_MS, Screen, byId } from "./screen.js";
import { SerialLink, hasSerial, knownPort, pickPort } from "./serial.js";
import { ServerLink, tokenInAddress } from "./server.js";
import { Settings } from "./settings.js";
import { RemotePlayer } from "./remote_player.js";
import { EMPTY, overdue, percent, scoreOf, verdictOf, withHello, withSample } from "./view.js";

const STEP = 0.05, SKIP_S = 10, FAULT_MS = 6000, LOSSES_MS = 500, ASLEEP_MS = 4500;

class App {
  view = EMPTY;
  board = null;
  player = null; // of a recording that was dropped here
  remote = null; // a recording that the server plays
  ready = false; // the board streams and its settings are read
  verdicts = []; // {frame, label, score, verdict} of the last frames, for the console and for tests
  #screen = new Screen();
  #labelling = new Labelling();
  #settings = new Settings((name, value) => this.board.set(name, value), (text) => this.say(text));
  #alarm = null;
  #overdue = null; // of a picture that should have come
  #sampleAt = 0; // ms
  #tickAt = 0;
  #asked = null; // the label of the command line
  #state = null; // of the server
  #faultTimer = null;
  #drawing = false;
  #following = false;
  #behind = null;
  #tag = "";

  start() {
    byId("without-serial").hidden = hasSerial();
    byId("with-serial").hidden = !hasSerial();
    byId("connect").disabled = !hasSerial();
    this.#listen();
    setInterval(() => { this.#countLosses(); this.#expect(); }, LOSSES_MS);
    const token = tokenInAddress();
    if (token) this.#connectServer(token);
    else if (hasSerial()) knownPort().then((port) => port && this.#connectSerial(port)).catch((error) => this.say(error.message));
    this.draw();
  }

  /** The recording that is played, if any. */
  get playback() { return this.player ?? this.remote; }

  say(text) { byId("source").textContent = text; }

  /** Draws once before the next picture of the screen, however often it is called. */
  draw() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame((nowMs) => {
      this.#drawing = false;
      const isBehind = this.#screen.draw(this.view, { tag: this.#tag, alarm: this.#alarm, overdue: this.#overdue }, nowMs);
      clearTimeout(this.#behind);
      this.#behind = isBehind ? setTimeout(() => this.draw(), READ_MS) : null;
    });
  }

  /** A frame alone: its picture and score now, its numbers when they are read. */
  #follow() {
    if (this.#drawing || this.#following) return;
    this.#following = true;
    queueMicrotask(() => { // of frames that came together the last one
      this.#following = false;
      if (document.hidden || !this.#screen.follow(this.view)) this.draw();
      else this.#behind ??= setTimeout(() => this.draw(), READ_MS);
    });
  }

  /** All that it holds is on the screen. */
  get isDrawn() { return !this.#drawing && !this.#following && this.#behind === null; }

  async #connectSerial(port) {
    this.#leave();
    const link = new SerialLink(port, this.#events());
    this.#begin(link);
    try {
      await link.open();
    } catch (error) {
      this.#fail(`cannot open the board (${error.message}): close the other page or program that has it`);
    }
  }

  #connectServer(token) {
    this.#leave();
    const link = new ServerLink(token, this.#events());
    this.#begin(link);
    link.open();
  }

  #begin(link) {
    this.link = link;
    this.board = new Board(link, {
      hello: (hello) => this.#hello(hello),
      sample: (sample) => this.#sample(sample),
      fault: (fault) => this.#fault(fault),
      restarted: () => this.say("The board restarted; its settings were sent again"),
      failed: (error) => this.#fail(error.message),
    });
  }

  /** What a link tells of itself. */
  #events() {
    return {
      bytes: (data) => this.#bytes(data),
      opened: (again) => this.#opened(again),
      lost: (what) => this.#lost(what),
      state: (state) => this.#serverState(state),
      dropped: (count) => { if (this.board) this.board.hostDropped = count; },
      notice: (text) => this.say(text),
      playback: (status) => this.#followServer(status),
    };
  }

  #bytes(data) {
    try {
      this.board?.feed(data); // a link that was left may still say something
    } catch (error) {
      this.#fail(error.message);
      this.board.close();
    }
  }

  async #opened(again) {
    const board = this.board;
    if (!board) return;
    this.ready = false;
    this.#alarm = null;
    byId("welcome").hidden = true;
    if (again) {
      this.board.reconnects++;
      this.board.inbox.jump();
    }
    this.draw();
    try {
      await board.begin(Mode.STREAM);
      const takesSettings = this.#state?.kind !== "recording";
      byId("settings").hidden = byId("bars").hidden = !takesSettings;
      if (takesSettings) await this.#settings.read((name) => board.get(name));
      this.ready = true;
    } catch (error) {
      if (board === this.board) this.#fail(error.message); // else the user opened something else meanwhile
    }
  }

  #lost(what) {
    const remedy = what === "server" ? "python -m host.viewer --web has ended, or this computer slept" : "plug the board in again, it goes on by itself";
    this.#alarm = ["RECONNECTING", remedy];
    this.draw();
  }

  #serverState(state) {
    this.#state = state;
    this.#asked = state.label;
    if (this.view === EMPTY || this.view.hello === null) this.#setThreshold(state.threshold);
    if (state.ended) this.say(state.ended);
  }

  #fail(text) {
    this.#alarm = ["NOTHING TO SHOW", text];
    byId("welcome").hidden = false;
    this.draw();
  }

  #hello(hello) {
    this.view = withHello(this.view, hello, this.#asked);
    byId("bars").setAttribute("aria-pressed", String(hello.colour_bars === 1));
    const where = this.player ? "recording" : this.link.name || "this computer";
    this.say(`${hello.board} board, model ${hello.model || "none"}, ${where}`);
    this.#labelling.suggest(this.view.labels);
    this.#retag();
  }

  #sample(sample) {
    this.#sampleAt = performance.now();
    if (this.#overdue) this.#expect();
    if (this.view.paused) return; // the counts go on
    this.view = withSample(this.view, sample, performance.now());
    this.#note(sample);
    if (sample.image) this.#labelling.take(sample);
    this.#follow();
  }

  #note(sample) {
    if (!sample.scores.length) return;
    this.verdicts.push({ frame: sample.frame, label: this.view.label, scores: sample.scores, cycles: sample.cycles, verdict: verdictOf(this.view) });
    if (this.verdicts.length > 1000) this.verdicts.shift();
  }

  #fault(fault) {
    this.view = { ...this.view, fault };
    clearTimeout(this.#faultTimer);
    this.#faultTimer = setTimeout(() => { this.view = { ...this.view, fault: null }; this.draw(); }, FAULT_MS);
    this.draw();
  }

  #countLosses() {
    const source = this.player ?? this.board;
    if (!source) return;
    const losses = source.losses, before = this.view.losses;
    if (before && Object.keys(losses).every((kind) => losses[kind] === before[kind])) return;
    this.view = { ...this.view, losses };
    this.draw();
  }

  /** Says for how long no picture has come. A page that slept knows nothing of the time before. */
  #expect() {
    const now = performance.now();
    const expects = this.board && this.ready && !this.playback && this.#state?.kind !== "recording";
    if (!expects || now - this.#tickAt > ASLEEP_MS) this.#sampleAt = Math.max(this.#sampleAt, now);
    this.#tickAt = now;
    const found = overdue(this.view, now - this.#sampleAt);
    if (found?.[0] === this.#overdue?.[0]) return;
    this.#overdue = found;
    this.draw();
  }

  #retag() {
    const bars = byId("bars").getAttribute("aria-pressed") === "true" && !this.playback;
    this.#tag = this.view.paused ? "PAUSED" : bars ? "COLOUR BARS" : "";
    this.draw();
  }

  pause() {
    this.view = { ...this.view, paused: !this.view.paused, arrivals: [] };
    byId("pause").setAttribute("aria-pressed", String(this.view.paused));
    if (this.playback) this.view.paused ? this.playback.pause() : this.playback.play();
    this.#retag();
  }

  async save() {
    if (!this.view.image) { this.say("There is no picture to save yet"); return; }
    const score = scoreOf(this.view), number = String(Math.max(0, this.view.frame)).padStart(6, "0");
    const said = score === undefined ? "" : `_${folderName(this.view.label)}_${Math.round(100 * score)}`;
    offer(new Blob([await encodePng(this.view.image)], { type: "image/png" }), `frame_${number}${said}.png`);
  }

  async colourBars() {
    if (!this.board || this.playback) { this.say("Colour bars need a board"); return; }
    try {
      await this.board.set("COLOUR_BARS", byId("bars").getAttribute("aria-pressed") === "true" ? 0 : 1);
    } catch (error) {
      this.say(error.message);
    }
  }

  moveThreshold(by) { this.#setThreshold(this.view.threshold + by); }

  #setThreshold(value) {
    const threshold = Math.min(1, Math.max(0, Math.round(100 * value) / 100));
    this.view = { ...this.view, threshold };
    byId("threshold").value = threshold;
    byId("threshold").setAttribute("aria-valuetext", percent(threshold));
    this.draw();
  }

  async open(file) {
    this.#leave();
    const player = new Player(file, {
      hello: (hello) => this.#hello(hello),
      sample: (sample) => this.#sample(sample),
      fault: (fault) => this.#fault(fault),
      position: (seconds, atEnd) => this.#position(seconds, atEnd),
      failed: (error) => this.#fail(error.message),
    });
    try {
      this.player = player;
      await player.open();
    } catch (error) {
      this.player = null;
      this.#fail(`${file.name} ${error.message}`);
      return;
    }
    byId("welcome").hidden = true;
    byId("settings").hidden = byId("bars").hidden = true;
    byId("player").hidden = false;
    byId("seek").max = player.durationS;
    const skipped = player.skippedBytes || player.tornBytes;
    this.say(`${file.name}, recorded ${new Date(player.header.wallMs).toLocaleString()} from ${player.header.port}${skipped ? `; ${skipped} bytes of it are damaged` : ""}`);
    player.play();
  }

  #followServer(status) {
    this.remote ??= new RemotePlayer(this.link);
    this.remote.take(status);
    byId("player").hidden = false;
    byId("seek").max = status.duration_s;
    this.#position(status.position_s, status.at_end);
  }

  #position(seconds, atEnd) {
    if (!this.playback) return;
    if (document.activeElement !== byId("seek") || !this.#dragging) byId("seek").value = seconds;
    const words = `${clock(seconds)} / ${clock(this.playback.durationS)}${atEnd ? ", at the end" : ""}`;
    if (byId("clock").textContent !== words) {
      byId("clock").textContent = words;
      byId("seek").setAttribute("aria-valuetext", words);
    }
    const playing = String(this.playback.playing);
    if (byId("play").getAttribute("aria-pressed") !== playing) byId("play").setAttribute("aria-pressed", playing);
  }

  #dragging = false;

  skip(by) {
    if (!this.playback) { this.say("The arrows go through a recording"); return; }
    this.seek(this.playback.positionS + by);
  }

  async seek(seconds) {
    if (this.view.paused) this.pause(); // a view that stands still would show nothing of there
    this.view = { ...this.view, arrivals: [], periods: [] };
    await this.playback.seek(seconds);
    await this.player?.advance(this.player.positionS + 0.5); // shows the picture of there, while paused, too
  }

  async playOrStop() {
    if (!this.playback) return;
    if (this.playback.playing) { this.playback.pause(); return; }
    if (this.playback.atEnd) await this.playback.seek(0);
    if (this.view.paused) this.pause();
    else this.playback.play();
  }

  #leave() {
    this.player?.close();
    this.board?.close();
    this.player = this.remote = this.board = this.#state = this.#alarm = null;
    this.view = { ...EMPTY, threshold: this.view.threshold };
    byId("player").hidden = true;
    this.verdicts = [];
  }

  #listen() {
    byId("connect").onclick = () => pickPort().then((port) => port && this.#connectSerial(port)).catch((error) => this.say(error.message));
    byId("file").onchange = (event) => event.target.files[0] && this.open(event.target.files[0]);
    byId("pause").onclick = () => this.pause();
    byId("save").onclick = () => this.save();
    byId("bars").onclick = () => this.colourBars();
    byId("play").onclick = () => this.playOrStop();
    byId("seek").oninput = (event) => { this.#dragging = true; this.seek(Number(event.target.value)); };
    byId("seek").onchange = () => { this.#dragging = false; };
    byId("threshold").oninput = (event) => this.#setThreshold(Number(event.target.value));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this.#screen.forget(); this.draw(); });
    addEventListener("keydown", (event) => this.#key(event));
    addEventListener("keyup", (event) => { if (/^[1-9]$/.test(event.key)) this.#labelling.release(); });
    addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("over"); });
    addEventListener("dragleave", () => document.body.classList.remove("over"));
    addEventListener("drop", (event) => {
      event.preventDefault();
      document.body.classList.remove("over");
      if (event.dataTransfer.files[0]) this.open(event.dataTransfer.files[0]);
    });
  }

  #key(event) {
    const onButton = event.target.closest?.("button, summary, a");
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("input")) return;
    if (/^[1-9]$/.test(event.key)) { this.#labelling.press(Number(event.key) - 1); return; }
    const keys = {
      " ": () => this.pause(), s: () => this.save(), b: () => this.colourBars(), n: () => this.#labelling.newPlace(), u: () => this.#labelling.undo(),
      "+": () => this.moveThreshold(STEP), "=": () => this.moveThreshold(STEP), "-": () => this.moveThreshold(-STEP),
      ArrowLeft: () => this.skip(-SKIP_S), ArrowRight: () => this.skip(SKIP_S),
    };
    if (!keys[event.key] || (event.key === " " && onButton)) return;
    event.preventDefault();
    keys[event.key]();
  }
}

function clock(seconds) {
  const whole = Math.floor(seconds), pad = (value) => String(value).padStart(2, "0");
  return whole < 3600 ? `${Math.floor(whole / 60)}:${pad(whole % 60)}` : `${Math.floor(whole / 3600)}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
}

globalThis.camera = new App();
globalThis.camera.start();
