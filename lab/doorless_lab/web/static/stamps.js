/** Verdicts: always a sign, a word and a colour, and the sentence that says why. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./words.js";

const MANY = 4;
export const OUTCOMES = ["prevented", "detected", "healed", "limited", "exposed", "invalid"];

/** @param {any} one */
export function stamp(one) {
  return h(
    "div",
    { class: `stamp ${one.outcome}` },
    h("p", { class: "what" }, one.what),
    word(one),
    h("p", { class: "because" }, one.because),
    !one.agrees && h("p", { class: "mismatch" }, t("mismatch"), " ", t("expected", { outcome: t(`outcome.${one.expected}`) })),
  );
}

/** @param {any} one */
export function word(one) {
  return h(
    "p",
    { class: `outcome ${one.outcome}` },
    icon(one.outcome),
    t(`outcome.${one.outcome}`),
  );
}

/**
 * Product by product, side by side.
 * @param {any[]} stamps
 */
export function stampTable(stamps) {
  const products = [...new Set(stamps.map((one) => one.product))];
  return h(
    "section",
    { class: stamps.length > MANY ? "stamps many" : "stamps", "aria-labelledby": "stamps" },
    h("h2", { id: "stamps", class: "unseen" }, t("stamps")),
    products.map((product) =>
      h(
        "div",
        { class: "column" },
        h("h3", {}, t(`product.${product}`)),
        stamps.filter((one) => one.product === product).map(stamp),
      ),
    ),
  );
}

/**
 * One sentence of them, for who listens.
 * @param {any[]} stamps
 */
export function spoken(stamps) {
  return stamps
    .map((one) => `${t(`product.${one.product}`)}, ${one.what}: ${t(`outcome.${one.outcome}`)}. ${one.because}`)
    .join(" ");
}
