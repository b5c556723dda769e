// The settings that a person changes while looking; the others are python -m host.device's.
import { SETTINGS } from "./protocol.js";
import { byId, element } from "./screen.js";

const SHOWN = ["GAIN", "EXPOSURE", "CLOCK_DIVIDER", "DATA_SWAP", "YUV_ORDER", "INSTRUCTION_CACHE"];

export class Settings {
  #inputs = new Map();
  #set;
  #say;

  /** set(name, value): a promise. say(text): to the user. */
  constructor(set, say) {
    this.#set = set;
    this.#say = say;
    byId("setting-rows").replaceChildren(...SHOWN.map((name) => this.#row(name)));
  }

  /** What the board has now; get(name): a promise. */
  async read(get) {
    for (const [name, input] of this.#inputs) show(input, await get(name));
  }

  #row(name) {
    const { least, most, words, start } = SETTINGS[name], id = `setting-${name}`;
    const row = element("div", "", { class: "setting" }), label = element("label", name.toLowerCase().replaceAll("_", " "), { for: id });
    const isSwitch = least === 0 && most === 1;
    label.append(element("small", isSwitch ? words : `${words} (${least} to ${most})`));
    const input = isSwitch ? element("input", "", { type: "checkbox", id }) : element("input", "", { type: "number", id, min: least, max: most, step: 1 });
    show(input, start);
    input.onchange = () => this.#change(name, input);
    this.#inputs.set(name, input);
    row.append(label, input);
    return row;
  }

  async #change(name, input) {
    if (!input.checkValidity() || input.value === "") { input.reportValidity(); return; }
    try {
      await this.#set(name, input.type === "checkbox" ? Number(input.checked) : Number(input.value));
    } catch (error) {
      this.#say(error.message);
    }
  }
}

function show(input, value) {
  if (input.type === "checkbox") input.checked = value === 1;
  else input.value = value;
}
