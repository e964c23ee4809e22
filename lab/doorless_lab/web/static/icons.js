/** Signs, drawn: a machine without our fonts shows them all the same. Never alone: a word stands by. */

import { svg } from "./dom.js";

/** @type {Record<string, string>} paths in a square of 24, filled by even-odd */
const PATHS = {
  back: "M17 4v16L5 12z",
  next: "M7 4v16l12-8z",
  play: "M5 3l16 9-16 9z",
  pause: "M5 4h5v16H5zM14 4h5v16h-5z",
  said: "M3 4h18v12H11l-5 5v-5H3zM6 7v2h12V7zM6 11v2h8v-2z",
  sealed: "M7 10V7a5 5 0 0 1 10 0v3h2v11H5V10zM10 10h4V7a2 2 0 0 0-4 0z",
  held: "M3 5h18v5H3zM4 11h16v9H4zM9 13v2h6v-2z",
  missing: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM12 5a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM5.5 16.500L16.500 5.500l2 2L7.500 18.500z",
  alarm: "M12 2l11 20H1zM11 9v6h2V9zM11 17v2h2v-2z",
  refused: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM6 10.500v3h12v-3z",
  prevented: "M3 12.500l3-3 4 4L18.500 5l3 3L10 19.500z",
  detected: "M1 12C5 5 19 5 23 12 19 19 5 19 1 12zM12 7.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM12 10a2 2 0 1 1 0 4 2 2 0 0 1 0-4z",
  healed: "M12 3a9 9 0 1 0 9 9h-3a6 6 0 1 1-6-6v4l7-5.500L12 0z",
  limited: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM12 5v14a7 7 0 0 0 0-14z",
  exposed: "M4 6.500L6.500 4 12 9.500 17.500 4 20 6.500 14.500 12 20 17.500 17.500 20 12 14.500 6.500 20 4 17.500 9.500 12z",
  invalid: "M8 8a4 4 0 1 1 5.500 3.700V15h-3V9.500H12A1.300 1.300 0 1 0 10.800 8zM10.500 17h3v3h-3z",
};

/** @param {string} name */
export function icon(name) {
  const path = svg("path", { d: PATHS[name], "fill-rule": "evenodd" });
  return svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, path);
}
