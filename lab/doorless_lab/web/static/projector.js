/** The window that the class sees. */

import { button, byId, h, redraw } from "./dom.js";
import { announce, drawControls, drawHead, moveFocus } from "./frame.js";
import { listen } from "./keys.js";
import { act, join } from "./room.js";
import { announced, scenarioPage } from "./scenario.js";
import { startPage } from "./start.js";
import { stationPage } from "./station.js";
import { openPapers } from "./take.js";
import { wallPage } from "./wall.js";
import { t } from "./words.js";

/** @typedef {import("./room.js").Room} Room */

/** @type {Room | null} */
let now = null;

/**
 * @param {Room} room
 * @param {Room | null} before
 */
function draw(room, before) {
  now = room;
  document.title = title(room);
  drawHead(room, false);
  drawControls(room);
  redraw(byId("main"), [lessonBar(room), ...page(room)]);
  drawBlack(room);
  moveFocus(room, before);
  if (before && before.instance !== room.instance) announce(t("reset.done", { id: room.instance }));
  else if (room.black) announce(t("blackout"));
  else if (room.scenario) announce(announced(room.scenario));
  else if (room.station?.question) announce(room.station.question.text);
}

/** @param {Room} room */
function page(room) {
  if (room.page === "wall") return wallPage(room, () => now && draw(now, now));
  if (room.scenario) return scenarioPage(room);
  if (room.station) return stationPage(room);
  return startPage(room);
}

/** @param {Room} room */
function title(room) {
  const at = room.scenario ? `${room.scenario.id} ${room.scenario.title}` : (room.station?.title ?? "");
  return at ? `${at} · ${t("title")}` : t("title");
}

/** @param {Room} room */
function lessonBar(room) {
  if (!room.lesson) return null;
  const { title: name, station, count } = room.lesson;
  return h(
    "div",
    { class: "lesson-bar" },
    h("span", {}, t("lesson.at", { title: name, n: station + 1, of: count })),
    h("progress", { max: count, value: station + 1, "aria-hidden": "true" }),
    button("leave", t("lesson.leave"), () => act({ do: "page", page: "start" })),
  );
}

/** @param {Room} room */
function drawBlack(room) {
  const black = byId("black");
  black.hidden = !room.black;
  black.textContent = t("blackout");
  for (const id of ["top", "main", "controls"]) byId(id).inert = room.black;
}

listen(() => now, true);
openPapers();
await join("projector", draw);
