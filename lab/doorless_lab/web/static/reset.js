/** Wiping the world; once more is asked where runs or counts would be lost. */

import { byId } from "./dom.js";
import { act } from "./room.js";
import { t } from "./words.js";

const AGAIN_WITHIN = 5000; // milliseconds, as the text says

let forgets = 0;

/**
 * The line that asks is what was asked: whatever else is done takes it away, and the asking with it.
 * @param {import("./room.js").Room} room
 */
export function reset(room) {
  const told = byId("told");
  const question = t("reset.again");
  clearTimeout(forgets);
  if (!room.loses || told.textContent === question) {
    act({ do: "reset" });
    return;
  }
  told.textContent = question;
  forgets = setTimeout(() => {
    if (told.textContent === question) told.textContent = "";
  }, AGAIN_WITHIN);
}
