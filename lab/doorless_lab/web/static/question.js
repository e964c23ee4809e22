/** Predict, then reveal: hands are counted here, and nobody sees the counts before the answer. */

import { button, h } from "./dom.js";
import { icon } from "./icons.js";
import { act } from "./room.js";
import { t } from "./words.js";

export const LETTERS = "ABCD";

/**
 * @param {any} question
 * @param {boolean} count whether hands can be counted in this window
 * @param {boolean} asked whether the question stands here; else the caption has it
 */
export function predict(question, count = true, asked = true) {
  return h(
    "section",
    { class: `question ${question.open ? "open" : "answered"}`, "aria-labelledby": "question" },
    h("h2", { id: "question", class: asked ? "" : "unseen" }, t(question.open ? "question" : "question.was")),
    asked && h("p", { class: "asked" }, question.text),
    h("ol", { class: "answers" }, question.answers.map((/** @type {string} */ text, /** @type {number} */ place) => answer(question, text, place, count))),
    question.open && h("p", { class: "quiet" }, t("question.hidden"), " ", t("question.reveal")),
  );
}

/**
 * @param {any} question
 * @param {string} text
 * @param {number} place
 * @param {boolean} count
 */
function answer(question, text, place, count) {
  const letter = LETTERS[place];
  const right = question.right === place;
  return h(
    "li",
    { class: right ? "right" : "" },
    h("span", { class: "letter" }, letter),
    h("span", { class: "text" }, text, right && h("strong", {}, icon("prevented"), t("question.right"))),
    question.open && count && counters(letter, place),
    question.counts && bar(question.counts, place),
  );
}

/**
 * @param {string} letter
 * @param {number} place
 */
export function counters(letter, place) {
  return h(
    "span",
    { class: "counters" },
    button(`less-${place}`, "−", () => act({ do: "bet", answer: place, by: -1 }), { "aria-label": t("question.less", { letter }) }),
    button(`more-${place}`, "+", () => act({ do: "bet", answer: place, by: 1 }), { "aria-label": t("question.more", { letter }) }),
  );
}

/**
 * @param {number[]} counts
 * @param {number} place
 */
function bar(counts, place) {
  const all = counts.reduce((sum, one) => sum + one, 0);
  if (all === 0) return null;
  const text = votes(counts[place]);
  return h(
    "span",
    { class: "bar" },
    h("progress", { max: all, value: counts[place], "aria-label": text }),
    h("span", { "aria-hidden": "true" }, text),
  );
}

/** @param {number} n */
export function votes(n) {
  return n === 1 ? t("question.votes.one") : t("question.votes", { n });
}
