// The link over `python -m host.viewer --web`: the bytes of the board's port in a WebSocket, and a few texts about it.
const AGAIN_MS = 1000;

/** The token in this page's address; null when it was not opened by --web. */
export function tokenInAddress() {
  return location.protocol === "http:" ? new URLSearchParams(location.hash.slice(1)).get("token") : null;
}

/** A link (board.js). events: {bytes, opened(again), lost(why), state(state), dropped(count), notice(text), playback(status)}. */
export class ServerLink {
  kind = "server";
  name = "";
  patienceS = 15;
  #events;
  #socket = null;
  #token;
  #again = false;
  #closed = false;
  #reconnects = 0;
  #droppedBefore = 0;
  #dropped = 0;

  constructor(token, events) {
    this.#token = token;
    this.#events = events;
  }

  open() {
    const socket = new WebSocket(`ws://${location.host}/link?token=${encodeURIComponent(this.#token)}`);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => (typeof data === "string" ? this.#text(data) : this.#events.bytes(new Uint8Array(data)));
    socket.onclose = () => this.#lost();
  }

  write(bytes) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(bytes);
  }

  /** To the recording that the server plays. */
  command(command) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(command));
  }

  close() {
    this.#closed = true;
    this.#socket.close();
  }

  #text(data) {
    const { state, dropped, notice, playback } = JSON.parse(data);
    if (state) this.#state(state);
    if (dropped !== undefined) {
      this.#dropped = dropped;
      this.#events.dropped(this.#droppedBefore + dropped);
    }
    if (notice) this.#events.notice(notice);
    if (playback) this.#events.playback(playback);
  }

  #state(state) {
    this.name = state.name;
    this.patienceS = state.patience_s;
    const opened = state.connected && (!this.#again || state.reconnects !== this.#reconnects || this.#fresh);
    this.#reconnects = state.reconnects;
    this.#events.state(state);
    if (!state.connected) this.#events.lost("port");
    else if (opened) {
      this.#events.opened(this.#again);
      this.#again = true;
      this.#fresh = false;
    }
  }

  #fresh = true; // this socket has not said yet that its port is open

  #lost() {
    if (this.#closed) return;
    this.#droppedBefore += this.#dropped;
    this.#dropped = 0;
    this.#fresh = true;
    this.#events.lost("server");
    setTimeout(() => this.#closed || this.open(), AGAIN_MS);
  }
}
