// Web Serial: the board itself, in Chrome and Edge. Found by its USB identity, opened again when it comes back.
export const USB = { usbVendorId: 0x2341, usbProductId: 0x805a }; // Arduino Nano 33 BLE and its Sense
const PACKET_BYTES = 64; // of full-speed USB
const BAUD = 115200; // USB ignores it, but for 1200, which resets the Nano into its bootloader: never that
const BUFFER_BYTES = 1 << 16;
const AGAIN_MS = 500;

export const hasSerial = () => "serial" in navigator;

/** A port that the user picks; null when none was. */
export async function pickPort() {
  try {
    return await navigator.serial.requestPort({ filters: [USB] });
  } catch (error) {
    if (error.name === "NotFoundError") return null;
    throw error;
  }
}

/** The one board that this page may use already; null when there is none, or more than one. */
export async function knownPort() {
  const ports = (await navigator.serial.getPorts()).filter(isBoard);
  return ports.length === 1 ? ports[0] : null;
}

function isBoard(port) {
  const info = port.getInfo();
  return info.usbVendorId === USB.usbVendorId && info.usbProductId === USB.usbProductId;
}

/** A link (board.js). events: {bytes(data), opened(again), lost()}. */
export class SerialLink {
  kind = "serial";
  name = "USB, by this browser";
  patienceS = 1.5;
  #port;
  #events;
  #closed = false;
  #reader = null;
  #writing = Promise.resolve();
  #finished;

  constructor(port, events) {
    this.#port = port;
    this.#events = events;
  }

  /** Throws when the port cannot be opened; afterwards it is opened again for as long as it takes. */
  async open() {
    await this.#openPort();
    this.#finished = this.#run();
  }

  write(bytes) {
    this.#writing = this.#writing.then(() => this.#write(bytes)).catch(() => {}); // the reader finds out that it died
  }

  async close() {
    this.#closed = true;
    await this.#writing;
    await this.#reader?.cancel().catch(() => {});
    await this.#finished;
  }

  async #run() {
    for (let again = false; !this.#closed; again = true) {
      this.#events.opened(again);
      await this.#read();
      await this.#port.close().catch(() => {});
      if (this.#closed) return;
      this.#events.lost();
      while (!this.#closed && !(await this.#openedAgain())) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  async #read() {
    while (this.#port.readable && !this.#closed) {
      this.#reader = this.#port.readable.getReader();
      try {
        for (;;) {
          const { value, done } = await this.#reader.read();
          if (done) return;
          this.#events.bytes(value);
        }
      } catch (error) {
        if (error.name === "NetworkError" || !this.#port.readable) return; // unplugged
        // others (a buffer that overflowed, a break) leave a new stream behind: go on
      } finally {
        this.#reader.releaseLock();
      }
    }
  }

  async #openedAgain() {
    const port = (await navigator.serial.getPorts()).find(isBoard);
    if (!port) return false;
    this.#port = port;
    return this.#openPort().then(() => true, () => false);
  }

  async #openPort() {
    await this.#port.open({ baudRate: BAUD, bufferSize: BUFFER_BYTES });
    await this.#port.setSignals?.({ dataTerminalReady: true }).catch(() => {}); // the Arduino core sends nothing without it
  }

  async #write(bytes) {
    const writer = this.#port.writable?.getWriter();
    if (!writer) return;
    try {
      await writer.write(filled(bytes));
    } finally {
      writer.releaseLock();
    }
  }
}

/** With empty frames behind it, so that every USB packet is full: host/link/line.py says why. */
function filled(bytes) {
  const all = new Uint8Array(Math.ceil(bytes.length / PACKET_BYTES) * PACKET_BYTES);
  all.set(bytes);
  return all;
}
