/** The line to the lab: what it tells is drawn, what a person does is sent. */

import { byId } from "./dom.js";
import { loadWords, speak, t } from "./words.js";

/**
 * @typedef {Record<string, any>} Room see docs/reference of the server's view.py: plain JSON
 * @typedef {(room: Room, before: Room | null) => void} Draw
 */

const TOKEN = "doorless-lab-token";
const TOKEN_FORM = /^[0-9a-f]{64}$/;
const AGAIN = 2000; // milliseconds, as the text for "lost" says
const REFUSED = 4403;
const FULL = 4429;

/** @type {WebSocket | null} */
let socket = null;
/** @type {(address: string) => void} */
let onPaper = () => {};

/** @param {Record<string, unknown>} action */
export function act(action) {
  if (socket?.readyState !== WebSocket.OPEN) return; // what is told of that stays
  byId("told").textContent = "";
  socket.send(JSON.stringify(action));
}

/** @param {(address: string) => void} then */
export function whenPaper(then) {
  onPaper = then;
}

/** What stands behind # goes out of the address bar, for that is on the wall. */
function token() {
  const given = location.hash.slice(1);
  if (TOKEN_FORM.test(given)) {
    sessionStorage.setItem(TOKEN, given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(TOKEN) ?? "";
}

/** The presenter's window comes in by the same token. */
export function presenterAddress() {
  return `/presenter#${token()}`;
}

/**
 * @param {"projector" | "presenter"} role
 * @param {Draw} draw
 */
export async function join(role, draw) {
  const known = token();
  // A new address in a window of an old one, at the same port, loads nothing by itself.
  addEventListener("hashchange", () => TOKEN_FORM.test(location.hash.slice(1)) && location.reload());
  await loadWords();
  speak(navigator.language.startsWith("de") ? "de" : "en");
  if (!known) {
    byId("told").textContent = t("no-token");
    return;
  }
  connect({ do: "enter", token: known, role }, draw, null);
}

/**
 * Where the line is cut, for example because the computer slept, it is tried until it is back.
 * @param {Record<string, unknown>} entering
 * @param {Draw} draw
 * @param {Room | null} before
 */
function connect(entering, draw, before) {
  socket = new WebSocket(`ws://${location.host}/socket`);
  socket.addEventListener("open", () => act(entering));
  socket.addEventListener("message", (event) => {
    const told = JSON.parse(event.data);
    if (told.room) {
      dress(told.room);
      draw(told.room, before);
      before = told.room;
    }
    if (told.paper) onPaper(told.paper);
    if (told.refused) byId("told").textContent = t(told.refused);
  });
  socket.addEventListener("close", (event) => {
    const why = { [REFUSED]: "no-token", [FULL]: "full" }[event.code];
    byId("told").textContent = t(why ?? "lost");
    if (!why) setTimeout(connect, AGAIN, entering, draw, before);
  });
}

/** @param {Room} room */
function dress(room) {
  speak(room.language);
  const root = document.documentElement;
  root.lang = room.language;
  root.dataset.theme = room.theme;
  root.dataset.zoom = room.zoom;
  root.dataset.page = room.page;
}
