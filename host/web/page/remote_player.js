// A recording that `host.viewer --web --port replay:FILE` plays: steered as player.js is, by asking the server.

export class RemotePlayer {
  positionS = 0;
  durationS = 0;
  atEnd = false;
  playing = true;
  #link;

  constructor(link) { this.#link = link; }

  /** The server's word, which every page gets. */
  take({ position_s, duration_s, at_end, playing }) {
    Object.assign(this, { positionS: position_s, durationS: duration_s, atEnd: at_end, playing });
  }

  play() { this.#link.command({ seconds: null, playing: true }); }
  pause() { this.#link.command({ seconds: null, playing: false }); }

  /** Plays on from there: what stands still would show nothing of there. */
  async seek(seconds) { this.#link.command({ seconds, playing: true }); }
}
