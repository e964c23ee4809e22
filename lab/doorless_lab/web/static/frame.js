/** What stands around every page: head, controls, and what is read out. */

import { button, byId, h, redraw } from "./dom.js";
import { icon } from "./icons.js";
import { showKeys } from "./keys.js";
import { reset } from "./reset.js";
import { act, presenterAddress } from "./room.js";
import { t } from "./words.js";

/** @typedef {import("./room.js").Room} Room */

/**
 * @param {Room} room
 * @param {boolean} presenter
 */
export function drawHead(room, presenter) {
  byId("skip").textContent = t("skip");
  const themes = ["light", "dark", "contrast"].map((name) =>
    h("option", { value: name, selected: room.theme === name }, t(`theme.${name}`)),
  );
  const theme = h("select", { id: "theme", "aria-label": t("theme") }, themes);
  theme.addEventListener("change", () =>
    act({ do: "theme", theme: /** @type {HTMLSelectElement} */ (theme).value }),
  );
  redraw(byId("top"), [
    h("p", { class: "simulation" }, t("simulation")),
    h(
      "nav",
      { "aria-label": t("toolbar") },
      button("go-start", t("start"), () => act({ do: "page", page: "start" }), current(room, "start")),
      button("go-wall", t("wall"), () => act({ do: "page", page: "wall" }), current(room, "wall")),
      !presenter &&
        button("go-presenter", t("presenter"), () => window.open(presenterAddress(), "doorless-presenter")),
    ),
    h(
      "div",
      { class: "looks" },
      button("language", t("language"), () => act({ do: "language" }), {
        lang: room.language === "de" ? "en" : "de",
        title: t("language.label"),
      }),
      theme,
      button("zoom-out", "A−", () => act({ do: "zoom", by: -1 }), { "aria-label": t("zoom.out") }),
      button("zoom-in", "A+", () => act({ do: "zoom", by: 1 }), { "aria-label": t("zoom.in") }),
      button("show-keys", t("keys"), showKeys),
      h("span", { class: "world" }, `${t("world")} ${room.instance}`),
    ),
  ]);
}

/**
 * @param {Room} room
 * @param {string} page
 */
function current(room, page) {
  return room.page === page ? { "aria-current": "page" } : {};
}

/** @param {Room} room */
export function drawControls(room) {
  const moving = room.page === "scenario" || room.page === "station";
  const scenario = room.scenario;
  const speed = h(
    "select",
    { id: "speed", "aria-label": t("speed") },
    room.speeds.map((/** @type {number} */ one) =>
      h("option", { value: one, selected: one === room.speed }, `${one}×`),
    ),
  );
  speed.addEventListener("change", () =>
    act({ do: "speed", speed: Number(/** @type {HTMLSelectElement} */ (speed).value) }),
  );
  redraw(byId("controls"), [
    moving && button("back", t("back"), () => act({ do: "back" }), {}, icon("back")),
    moving && button("next", t("next"), () => act({ do: "next" }), { class: "main" }, icon("next")),
    scenario && button("play", t(room.playing ? "pause" : "play"), () => act({ do: "play" }), {}, icon(room.playing ? "pause" : "play")),
    scenario && speed,
    scenario && button("to-verdict", t("show-verdict"), () => act({ do: "verdict" }), { "aria-pressed": scenario.verdict }),
    scenario &&
      button("to-evidence", t("evidence"), () => act({ do: "drawer" }), { "aria-expanded": scenario.drawer }),
    button("blackout", t("blackout.button"), () => act({ do: "black" }), { "aria-pressed": room.black }),
    button("reset", t("reset"), () => reset(room)),
  ].filter(Boolean));
}

let said = "";

/**
 * Read out, once, whatever reader is in use.
 * @param {string} text
 */
export function announce(text) {
  if (text && text !== said) byId("live").textContent = text;
  said = text;
}

/**
 * On another page, reading begins at its heading; what comes on the same page is seen from its top.
 * @param {Room} room
 * @param {Room | null} before
 */
export function moveFocus(room, before) {
  if (before === null) return;
  if (stepOf(room) !== stepOf(before)) window.scrollTo(0, 0);
  else if (room.scenario?.drawer && !before.scenario?.drawer) document.getElementById("drawer")?.scrollIntoView();
  if (pageOf(room) === pageOf(before)) return;
  const heading = document.querySelector("main h1");
  if (heading instanceof HTMLElement) heading.focus({ preventScroll: true });
}

/** @param {Room} room */
function stepOf(room) {
  const { shown, asking, verdict, limit } = room.scenario ?? {};
  return [pageOf(room), shown, asking, verdict, limit, room.station?.number, room.station?.question?.open].join("/");
}

/** @param {Room} room */
function pageOf(room) {
  return [room.page, room.scenario?.id, room.scenario?.product, room.lesson?.station].join("/");
}
