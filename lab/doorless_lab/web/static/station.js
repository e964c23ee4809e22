/** Stations of a lesson that are no scenario: polls, something to talk about, roles. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { counters, LETTERS } from "./question.js";
import { t } from "./words.js";

/** @param {import("./room.js").Room} room */
export function stationPage(room) {
  const station = room.station;
  return [
    h("h1", { tabindex: -1 }, station.title),
    station.missing && h("p", { class: "lead" }, t("station.missing", { id: station.missing })),
    station.show && h("p", { class: "huge" }, station.show),
    station.question && pollCard(station),
    station.cards.length > 0 && h("div", { class: "cards" }, station.cards.map(role)),
  ].filter(Boolean);
}

/** @param {any} station */
function pollCard(station) {
  const question = station.question;
  return h(
    "section",
    { class: `question poll ${question.open ? "open" : "answered"}`, "aria-labelledby": "question" },
    h("h2", { id: "question" }, t("poll.at", { n: station.number, of: station.of })),
    h("p", { class: "asked" }, question.text),
    h("ol", { class: "answers" }, question.answers.map((/** @type {string} */ text, /** @type {number} */ place) => pollAnswer(question, text, place))),
    question.open && h("p", { class: "quiet" }, t("question.hidden")),
    !question.open && !question.change && h("p", { class: "quiet" }, t("poll.nothing")),
    question.why && h("p", { class: "why" }, question.why),
  );
}

/**
 * @param {any} question
 * @param {string} text
 * @param {number} place
 */
function pollAnswer(question, text, place) {
  const right = question.right === place;
  return h(
    "li",
    { class: right ? "right" : "" },
    h("span", { class: "letter" }, LETTERS[place]),
    h("span", { class: "text" }, text, right && h("strong", {}, icon("prevented"), t("question.right"))),
    question.open && counters(LETTERS[place], place),
    question.change &&
      h(
        "span",
        { class: "bars" },
        share("poll.before", question.before[place]),
        share("poll.after", question.after[place]),
        h("strong", { class: "change" }, `${t("poll.change")} ${points(question.change[place])}`),
      ),
  );
}

/**
 * @param {string} when
 * @param {number} percent
 */
function share(when, percent) {
  const text = `${t(when)} ${percent} %`;
  return h(
    "span",
    { class: "bar" },
    h("progress", { max: 100, value: percent, "aria-label": text }),
    h("span", { "aria-hidden": "true" }, text),
  );
}

/** @param {number} change */
function points(change) {
  const sign = change > 0 ? "+" : change < 0 ? "−" : "±";
  return t("poll.points", { n: `${sign}${Math.abs(change)}` });
}

/** @param {any} one */
function role(one) {
  return h(
    "article",
    { class: "card" },
    h("h2", {}, one.who),
    h("p", {}, one.wants),
    h("p", {}, h("strong", {}, `${t("role.strongest")}: `), one.strongest),
    h("p", {}, h("strong", {}, `${t("role.asked")}: `), one.asked),
  );
}
