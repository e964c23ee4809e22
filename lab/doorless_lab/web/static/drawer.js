/** The evidence drawer: what anybody can check, and how. */

import { button, h } from "./dom.js";
import { fingerprint } from "./fingerprint.js";
import { ask } from "./take.js";
import { t } from "./words.js";

/** @param {any[]} evidence */
export function drawer(evidence) {
  return h(
    "section",
    { class: "drawer", "aria-labelledby": "drawer" },
    h("h2", { id: "drawer" }, t("evidence")),
    evidence.length === 0 && h("p", {}, t("evidence.none")),
    evidence.map(piece),
  );
}

/**
 * @param {any} one
 * @param {number} number
 */
function piece(one, number) {
  return h(
    "article",
    { class: "piece" },
    h("h3", {}, one.caption),
    one.facts.length > 0 &&
      h(
        "table",
        {},
        h("caption", {}, t("evidence.facts")),
        h("tbody", {}, one.facts.map((/** @type {string[]} */ fact) => h("tr", {}, h("th", { scope: "row" }, fact[0]), h("td", {}, fact[1])))),
      ),
    one.sha256 && h("p", { class: "hash" }, h("strong", {}, "SHA-256 "), h("code", {}, one.sha256), " ", fingerprint(one.mark)),
    one.reproduce && h("p", {}, h("strong", {}, `${t("reproduce")}: `), h("code", {}, one.reproduce)),
    one.size > 0 && button(`save-${number}`, `${t("evidence.download")} (${one.size} B)`, () => ask("evidence", one.name)),
  );
}
