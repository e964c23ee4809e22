/** Papers: to print, to keep, to give to somebody who checks. */

import { button, byId, h } from "./dom.js";
import { act, whenPaper } from "./room.js";
import { t } from "./words.js";

let asked = "";

/**
 * @param {string[]} kinds
 * @param {string} id
 */
export function takeAway(kinds, id) {
  return h(
    "section",
    { class: "take", "aria-labelledby": id },
    h("h2", { id }, t("export")),
    h(
      "div",
      { class: "row" },
      kinds.map((kind) => button(`take-${kind}`, t(`export.${kind}`), () => ask(kind))),
    ),
  );
}

/**
 * @param {string} what
 * @param {string} [name] of evidence
 */
export function ask(what, name = "") {
  asked = name || t(`export.${what}`);
  act({ do: "export", what, name });
}

/** Each paper opens beside the lab; where the browser keeps that from happening, a link does. */
export function openPapers() {
  whenPaper((address) => {
    const link = h("a", { href: address, target: "_blank", rel: "noopener", id: "paper" }, asked);
    byId("told").replaceChildren(`${t("export.ready")} `, link);
    link.click();
  });
}
