/** A scenario: one sentence, up to four panes, a question before what answers it, a verdict. */

import { button, h } from "./dom.js";
import { drawer } from "./drawer.js";
import { fingerprint } from "./fingerprint.js";
import { icon } from "./icons.js";
import { predict } from "./question.js";
import { act } from "./room.js";
import { spoken, stampTable } from "./stamps.js";
import { takeAway } from "./take.js";
import { t } from "./words.js";

/** @param {import("./room.js").Room} room */
export function scenarioPage(room) {
  const s = room.scenario;
  return [
    h("h1", { tabindex: -1 }, `${s.id} ${s.title}`),
    products(s),
    h("p", { class: "caption" }, h("span", { class: "count" }, where(s), waits(s) && ` · ${t("waiting")}`), " ", caption(s)),
    !s.verdict && !s.limit && s.failed && h("p", { class: "failed" }, t("failed"), " ", s.failed),
    s.question?.open && predict(s.question, true, false),
    s.limit && h("section", { class: "limit" }, h("h2", {}, icon("exposed"), t("limit")), h("p", {}, s.limitText)),
    s.verdict && stampTable(s.stamps),
    s.question && !s.question.open && predict(s.question),
    !s.verdict && !s.limit && !s.question?.open && (s.step ? panes(s) : claim(s)),
    s.step?.detail && !s.asking && !s.verdict && h("details", { id: "detail" }, h("summary", { id: "detail-title" }, t("detail")), h("p", {}, s.step.detail)),
    s.drawer && drawer(s.evidence),
    s.verdict && takeAway(["report", "bundle", "certificate", "worksheet", "solutions"], "take-scenario"),
  ].filter(Boolean);
}

/**
 * What is read out of a scenario's page.
 * @param {any} s
 */
export function announced(s) {
  if (s.limit) return `${t("limit")}. ${s.limitText}`;
  if (s.verdict) return spoken(s.stamps);
  return `${where(s)}. ${caption(s)}`;
}

/** @param {any} s */
export function where(s) {
  const at = s.asking ? s.shown + 1 : s.shown;
  if (at === 0) return t("step.claim");
  const step = s.ended ? t("step", { n: at, of: s.count }) : t("step.open", { n: at });
  return s.asking ? `${step} · ${t("question")}` : step;
}

/**
 * Whether the step after the one on show is still being played.
 * @param {any} s
 */
function waits(s) {
  return s.shown > 0 && s.shown === s.count && !(s.ended || s.asking || s.verdict || s.limit);
}

/** @param {any} s */
export function caption(s) {
  const product = t(`product.${s.products[s.product].product}`);
  if (s.limit) return t("caption.limit");
  if (s.verdict) return t("caption.verdict", { product });
  if (s.question?.open) return s.question.text;
  if (s.step) return s.step.caption;
  return t("caption.claim", { claim: s.claim });
}

/** @param {any} s */
function products(s) {
  return h(
    "div",
    { class: "products", role: "group", "aria-label": t("product") },
    s.products.map((/** @type {any} */ one, /** @type {number} */ place) =>
      button(`product-${place}`, t(`product.${one.product}`), () => act({ do: "product", product: place }), {
        "aria-pressed": place === s.product,
        class: one.product,
      }),
    ),
  );
}

/** @param {any} s */
function panes(s) {
  const views = s.step.views;
  const alone = s.focus > 0 && s.focus <= views.length ? s.focus : 0;
  return h(
    "section",
    { class: `panes ${alone ? "alone" : `of-${views.length}`}`, "aria-label": t("views") },
    views.map((/** @type {any} */ view, /** @type {number} */ place) =>
      alone && alone !== place + 1 ? null : pane(view, place + 1, alone !== 0),
    ),
  );
}

/**
 * @param {any} view
 * @param {number} number
 * @param {boolean} alone
 */
function pane(view, number, alone) {
  return h(
    "section",
    { class: `pane seat-${view.seat}`, "aria-labelledby": `pane-${number}` },
    h(
      "h2",
      { id: `pane-${number}` },
      t(`seat.${view.seat}`),
      button(`focus-${number}`, String(number), () => act({ do: "focus", pane: number }), {
        "aria-label": t("pane.focus", { n: number }),
        "aria-pressed": alone,
      }),
    ),
    view.lines.length
      ? h("ul", {}, view.lines.map(line))
      : h("p", { class: "quiet" }, t("view.empty")),
  );
}

/** A row of a picture that is drawn with block characters. */
const DRAWN = /^[\u2580-\u259f ]+$/;

/** @param {any} one */
function line(one) {
  if (DRAWN.test(one.text)) return h("li", { class: "drawn", "aria-hidden": "true" }, one.text);
  return h(
    "li",
    { class: `line ${one.tone}` },
    one.tone !== "plain" && icon(one.tone),
    one.tone !== "plain" && h("span", { class: "unseen" }, `${t(`tone.${one.tone}`)} `),
    h("span", { class: "text" }, one.text),
    one.marks.map(fingerprint),
  );
}

/** @param {any} s */
function claim(s) {
  return h(
    "div",
    { class: "claim" },
    h("h2", {}, t("powers")),
    h("ul", { class: "powers" }, s.powers.length ? s.powers.map((/** @type {string} */ one) => h("li", {}, t(`power.${one}`))) : h("li", {}, t("powers.none"))),
    s.precedents.length > 0 && h("h2", {}, t("precedents")),
    h("ul", {}, s.precedents.map(precedent)),
    s.lawAsOf && h("p", { class: "quiet" }, `${t("law-as-of")} ${s.lawAsOf}`),
    s.count === 0 && !s.failed && h("p", { class: "quiet" }, t("waiting")),
    s.parameters.length > 0 && parameters(s),
  );
}

/** @param {any} one */
function precedent(one) {
  return h("li", {}, h("strong", {}, one.when), ` ${one.what}`, !one.checked && h("em", {}, ` (${t("unchecked")})`));
}

/** @param {any} s */
function parameters(s) {
  const inputs = s.parameters.map((/** @type {any} */ one) => {
    const input = h("input", { id: `set-${one.name}`, type: "number", min: one.least, max: one.most, step: 1, value: one.value });
    input.addEventListener("input", () => (input.dataset.typed = "1"));
    return { name: one.name, input: /** @type {HTMLInputElement} */ (input), label: h("label", { for: `set-${one.name}` }, `${one.what} (${one.least} – ${one.most})`) };
  });
  const rerun = () => {
    const settings = Object.fromEntries(inputs.map((/** @type {any} */ one) => [one.name, Math.trunc(Number(one.input.value))]));
    for (const one of inputs) delete one.input.dataset.typed;
    act({ do: "rerun", settings });
  };
  return h(
    "details",
    { id: "parameters" },
    h("summary", { id: "parameters-title" }, t("parameters")),
    inputs.map((/** @type {any} */ one) => h("p", { class: "setting" }, one.label, one.input)),
    button("rerun", t("rerun"), rerun),
  );
}
