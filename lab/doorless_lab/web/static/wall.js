/** The verdict wall: a tile for each scenario, by group, and a filter by verdict. */

import { button, h } from "./dom.js";
import { act } from "./room.js";
import { icon } from "./icons.js";
import { OUTCOMES } from "./stamps.js";
import { takeAway } from "./take.js";
import { t } from "./words.js";

let shown = "all";

/**
 * @param {import("./room.js").Room} room
 * @param {() => void} again draws the page anew
 */
export function wallPage(room, again) {
  const tiles = room.wall.filter((/** @type {any} */ one) => shown === "all" || outcomes(one).includes(shown));
  const groups = [...new Set(tiles.map((/** @type {any} */ one) => one.group))];
  return [
    h("h1", { tabindex: -1 }, t("wall.title")),
    h("p", { class: "lead" }, t(room.wall.length ? "wall.lead" : "wall.empty")),
    h(
      "div",
      { class: "row" },
      button("play-all", t("wall.all"), () => act({ do: "play-all" }), { class: "main" }),
      room.left > 0 && h("span", { class: "left" }, t("wall.left", { n: room.left })),
      h("span", {}, summary(room.wall)),
    ),
    filter(room.wall, again),
    tiles.length === 0 && room.wall.length > 0 && h("p", {}, t("wall.none")),
    groups.map((group) =>
      h(
        "section",
        { "aria-labelledby": `group-${group}` },
        h("h2", { id: `group-${group}` }, named(group)),
        h("ul", { class: "tiles" }, tiles.filter((/** @type {any} */ one) => one.group === group).map(tile)),
      ),
    ),
    takeAway(["report", "bundle", "certificate", "worksheet", "solutions"], "take-wall"),
  ].flat();
}

/**
 * A group that somebody added has its letter alone.
 * @param {string} group
 */
function named(group) {
  const key = `group.${group}`;
  return t(key) === key ? group : t(key);
}

/** @param {any} one */
function outcomes(one) {
  return one.products.flatMap((/** @type {any} */ run) => run.judged.map((/** @type {any} */ j) => j.outcome));
}

/** @param {any[]} wall */
function summary(wall) {
  const all = wall.flatMap((one) => one.products.flatMap((/** @type {any} */ run) => run.judged));
  return all.length ? t("wall.summary", { n: all.length, bad: all.filter((one) => !one.agrees).length }) : "";
}

/**
 * @param {any[]} wall
 * @param {() => void} again
 */
function filter(wall, again) {
  const there = wall.flatMap(outcomes);
  return h(
    "fieldset",
    { class: "filter" },
    h("legend", {}, t("wall.filter")),
    ["all", ...OUTCOMES.filter((one) => one !== "invalid" || there.includes(one))].map((one) =>
      button(
        `filter-${one}`,
        t(one === "all" ? "wall.filter.all" : `outcome.${one}`),
        () => {
          shown = one;
          again();
        },
        { "aria-pressed": shown === one },
        one !== "all" && icon(one),
      ),
    ),
  );
}

/** @param {any} one */
function tile(one) {
  return h(
    "li",
    { class: "tile" },
    h(
      "h3",
      {},
      button(`open-${one.id}`, `${one.id} ${one.title}`, () => act({ do: "open", scenario: one.id }), { class: "plain" }),
    ),
    h("ul", { class: "runs" }, one.products.map(run)),
  );
}

/** @param {any} one */
function run(one) {
  return h(
    "li",
    {},
    h("span", { class: "product" }, t(`product.${one.product}`)),
    one.state === "played"
      ? h("ul", {}, one.judged.map(small))
      : h("span", { class: "state" }, t(`state.${one.state}`)),
  );
}

/** @param {any} one */
function small(one) {
  return h(
    "li",
    { class: `small ${one.outcome}` },
    icon(one.outcome),
    h("strong", {}, t(`outcome.${one.outcome}`)),
    ` · ${one.what}`,
    !one.agrees && ` ${t("mismatch")}`,
  );
}
