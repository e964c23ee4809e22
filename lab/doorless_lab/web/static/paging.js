/** A page that is longer than the wall: a clicker moves through it before it goes on. */

import { byId } from "./dom.js";

const KEPT = 2; // lines of text that are seen before and after
const NOTHING = 2; // pixels: a page at a broken zoom is never quite at its end

/**
 * Move by what is seen at once.
 * @param {1 | -1} by down or up
 * @returns {boolean} whether there was anything left to see
 */
export function moved(by) {
  if (!isMore(by)) return false;
  const line = parseFloat(getComputedStyle(document.body).lineHeight);
  const seen = Math.max(bottom() / 2, bottom() - covered("told") - KEPT * line);
  window.scrollBy({ top: by * seen, behavior: "instant" });
  return true;
}

/**
 * Whether the page goes on beyond what is seen of it.
 * @param {1 | -1} by down or up
 */
export function isMore(by) {
  return (by > 0 ? below() : window.scrollY) >= NOTHING;
}

/** How much of the page is further down, in pixels. What a scenario gives to take away is not for the wall. */
function below() {
  const page = document.documentElement;
  const take = document.querySelector("[data-page=scenario] main > .take");
  const left = page.scrollHeight - page.clientHeight - window.scrollY;
  return take === null ? left : Math.min(left, take.getBoundingClientRect().top - bottom());
}

/** Where what is seen ends, in pixels from the top of the window. */
function bottom() {
  return document.documentElement.clientHeight - covered("controls");
}

/**
 * Height of a bar that stays where it is while the page moves.
 * @param {string} id
 */
function covered(id) {
  const bar = byId(id);
  return getComputedStyle(bar).position === "sticky" ? bar.offsetHeight : 0;
}
