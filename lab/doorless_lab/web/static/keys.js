/** Keys of a keyboard or a clicker; they can be turned off, for those who type by voice. */

import { byId, h } from "./dom.js";
import { moved } from "./paging.js";
import { reset } from "./reset.js";
import { act } from "./room.js";
import { t } from "./words.js";

const OFF = "doorless-lab-keys-off";
const ALWAYS = new Set(["PageDown", "PageUp", "ArrowRight", "ArrowLeft"]);

/** @type {Record<string, Record<string, unknown>>} */
const ACTIONS = {
  ArrowRight: { do: "next" },
  PageDown: { do: "next" },
  ArrowLeft: { do: "back" },
  PageUp: { do: "back" },
  " ": { do: "play" },
  v: { do: "verdict" },
  e: { do: "drawer" },
  r: { do: "reset" },
  l: { do: "language" },
  h: { do: "contrast" },
  b: { do: "black" },
  "+": { do: "zoom", by: 1 },
  "-": { do: "zoom", by: -1 },
};

/** @type {Record<string, 1 | -1>} */
const PAGING = { PageDown: 1, PageUp: -1 };

/**
 * @param {() => import("./room.js").Room | null} room
 * @param {boolean} pages whether a clicker moves through a long page first; notes do not hold it up
 */
export function listen(room, pages) {
  document.addEventListener("keydown", (event) => {
    const now = room();
    if (now === null || event.ctrlKey || event.altKey || event.metaKey) return;
    if (isTaken(event)) return;
    const action = digit(event, now) ?? ACTIONS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (action === undefined || (sessionStorage.getItem(OFF) && !ALWAYS.has(event.key))) return;
    if (event.repeat && !ALWAYS.has(event.key)) return;
    event.preventDefault();
    if (pages && !now.black && event.key in PAGING && moved(PAGING[event.key])) return;
    if (action.do === "reset") reset(now);
    else act(action);
  });
}

/**
 * 1 to 4: hands, while a question stands; otherwise panes.
 * @param {KeyboardEvent} event
 * @param {import("./room.js").Room} room
 */
function digit(event, room) {
  const found = /^Digit([1-4])$/.exec(event.code);
  if (found === null) return undefined;
  const place = Number(found[1]);
  const open = (room.scenario?.question ?? room.station?.question)?.open;
  if (open) return { do: "bet", answer: place - 1, by: event.shiftKey ? -1 : 1 };
  return room.scenario && !event.shiftKey ? { do: "focus", pane: place } : undefined;
}

/**
 * Whether the key belongs to what has the focus, or to an open dialog.
 * @param {KeyboardEvent} event
 */
function isTaken(event) {
  const target = event.target instanceof Element ? event.target : null;
  if (document.querySelector("dialog[open]")) return true;
  if (target?.closest("input:not([type=checkbox]), select, textarea")) return true;
  return event.key === " " && target?.closest("button, a, summary, input") !== null;
}

/** Draw the list of keys, and show it. */
export function showKeys() {
  const dialog = /** @type {HTMLDialogElement} */ (byId("keys"));
  const on = h("input", { type: "checkbox", id: "keys-on", checked: !sessionStorage.getItem(OFF) });
  on.addEventListener("change", () => {
    if (/** @type {HTMLInputElement} */ (on).checked) sessionStorage.removeItem(OFF);
    else sessionStorage.setItem(OFF, "1");
  });
  const rows = t("keys.list").split("|").map((row) => {
    const cut = row.indexOf(":");
    return h("tr", {}, h("th", { scope: "row" }, row.slice(0, cut)), h("td", {}, row.slice(cut + 2)));
  });
  dialog.replaceChildren(
    h("h2", { id: "keys-title" }, t("keys")),
    h("table", {}, h("tbody", {}, rows)),
    h("label", { class: "check" }, on, " ", t("keys.on")),
    h("button", { type: "button", onclick: () => dialog.close() }, t("keys.close")),
  );
  dialog.showModal();
}
