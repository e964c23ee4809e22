/** A fingerprint to compare across a room: four words, a colour, a shape. */

import { h, svg } from "./dom.js";
import { t } from "./words.js";

/** @type {Record<string, [string, Record<string, string | number>]>} in a square of 24 */
const SHAPES = {
  circle: ["circle", { cx: 12, cy: 12, r: 10 }],
  square: ["rect", { x: 3, y: 3, width: 18, height: 18 }],
  triangle: ["polygon", { points: "12,2 22,21 2,21" }],
  diamond: ["polygon", { points: "12,1 22,12 12,23 2,12" }],
  star: ["polygon", { points: "12,1 15,9 23,9 17,14 19,22 12,17 5,22 7,14 1,9 9,9" }],
  cross: ["polygon", { points: "8,2 16,2 16,8 22,8 22,16 16,16 16,22 8,22 8,16 2,16 2,8 8,8" }],
  hexagon: ["polygon", { points: "6,2 18,2 23,12 18,22 6,22 1,12" }],
  ring: ["circle", { cx: 12, cy: 12, r: 8, class: "hollow" }],
};

/** @param {any} mark */
export function fingerprint(mark) {
  const [tag, props] = SHAPES[mark.shape];
  const name = `${t(`colour.${mark.colour}`)}, ${t(`shape.${mark.shape}`)}`;
  return h(
    "span",
    { class: "fingerprint" },
    svg("svg", { viewBox: "0 0 24 24", role: "img", "aria-label": name, class: `mark-${mark.colour}` }, svg(tag, props)),
    h("span", { class: "words" }, mark.words.join(" · ")),
    h("span", { class: "name", "aria-hidden": "true" }, name),
  );
}
