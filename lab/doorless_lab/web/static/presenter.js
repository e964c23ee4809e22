/** The window that only the teacher sees: notes, what comes, time, questions, answers. */

import { button, byId, h, redraw } from "./dom.js";
import { announce, drawControls, drawHead } from "./frame.js";
import { listen } from "./keys.js";
import { LETTERS, predict, votes } from "./question.js";
import { act, join } from "./room.js";
import { announced, caption, where } from "./scenario.js";
import { openPapers, takeAway } from "./take.js";
import { t } from "./words.js";

/** @typedef {import("./room.js").Room} Room */

/** @type {Room | null} */
let now = null;

/**
 * @param {Room} room
 * @param {Room | null} _before
 */
function draw(room, _before) {
  now = room;
  document.title = t("title.presenter");
  drawHead(room, true);
  drawControls(room);
  redraw(byId("main"), [h("h1", { class: "unseen" }, t("title.presenter")), h("div", { class: "desk" }, left(room), right(room))]);
  tick();
  if (room.scenario) announce(announced(room.scenario));
}

/** @param {Room} room */
function left(room) {
  const p = room.presenter;
  const question = room.scenario?.question ?? room.station?.question;
  return h(
    "div",
    {},
    section("presenter.wall", onTheWall(room)),
    p.counts.length > 0 && section("presenter.counts", counted(p.counts, question.answers.length)),
    question?.open && predict(question, true, false),
    (p.next || p.nextStation) && section("presenter.next", h("p", { class: "next" }, p.next || p.nextStation)),
    section("presenter.timer", h("p", { id: "timer", role: "timer" }), p.minutes > 0 && h("p", { id: "station-timer" })),
  );
}

/** @param {Room} room */
function onTheWall(room) {
  if (room.scenario) {
    return h("p", { class: "now" }, h("strong", {}, `${room.scenario.id} ${where(room.scenario)}`), h("br"), caption(room.scenario));
  }
  if (room.station) return h("p", { class: "now" }, room.station.question?.text ?? (room.station.show || room.station.title));
  return h("p", { class: "quiet" }, t("presenter.nothing"));
}

/**
 * @param {number[]} counts
 * @param {number} answers
 */
function counted(counts, answers) {
  return h("ul", { class: "counted" }, counts.slice(0, answers).map((n, place) => h("li", {}, h("strong", {}, LETTERS[place]), ` ${votes(n)}`)));
}

/** @param {Room} room */
function right(room) {
  const p = room.presenter;
  return h(
    "div",
    {},
    p.say && section("presenter.say", h("p", { class: "say" }, p.say)),
    p.notes.length > 0 && section("presenter.notes", p.notes.map((/** @type {string} */ one) => h("p", {}, one))),
    section("presenter.likely", h("dl", {}, p.likely.map(pair))),
    (p.exercises.length > 0 || !p.unlocked) && section(
      "presenter.exercises",
      p.exercises.length > 0 && h("ol", {}, p.exercises.map(exercise)),
      !p.unlocked && pin(),
    ),
    takeAway(["report", "bundle", "certificate", "worksheet", "solutions", "cards", "roles"], "take-presenter"),
  );
}

/** @param {any} one */
function pair(one) {
  return [h("dt", {}, one.question), h("dd", {}, one.answer)];
}

/** @param {any} one */
function exercise(one) {
  return h("li", {}, `${one.question} (${t(`level.${one.level}`)})`, one.answer && h("p", { class: "answer" }, one.answer));
}

function pin() {
  const input = h("input", { id: "pin", type: "password", inputmode: "numeric", autocomplete: "off", maxlength: 16 });
  input.addEventListener("input", () => (input.dataset.typed = "1"));
  const unlock = () => {
    act({ do: "unlock", pin: /** @type {HTMLInputElement} */ (input).value });
    delete input.dataset.typed;
  };
  input.addEventListener("keydown", (event) => event.key === "Enter" && unlock());
  return h("p", { class: "pin" }, h("label", { for: "pin" }, t("pin")), input, button("unlock", t("pin.unlock"), unlock), h("span", { class: "quiet" }, t("pin.hint")));
}

/**
 * @param {string} title
 * @param {...import("./dom.js").Child | import("./dom.js").Child[]} children
 */
function section(title, ...children) {
  return h("section", { class: "box", "aria-labelledby": title }, h("h2", { id: title }, t(title)), ...children);
}

/** Once a second, without reading it out. */
function tick() {
  const p = now?.presenter;
  const timer = document.getElementById("timer");
  if (!p || !timer) return;
  timer.textContent = p.began ? `${t("presenter.lesson")} ${clock(p.began, p.lessonMinutes)}` : new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  const station = document.getElementById("station-timer");
  if (station) station.textContent = `${t("presenter.station")} ${clock(p.stationBegan, p.minutes)}`;
}

/**
 * @param {number} began Unix seconds
 * @param {number} minutes planned
 */
function clock(began, minutes) {
  const seconds = Math.max(0, Math.floor(Date.now() / 1000) - began);
  const past = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const over = minutes && seconds > minutes * 60 ? ` (${t("presenter.over")})` : "";
  return `${past} / ${minutes}:00${over}`;
}

listen(() => now, false);
openPapers();
setInterval(tick, 1000);
await join("presenter", draw);
