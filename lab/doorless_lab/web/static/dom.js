/** Elements out of texts: whatever is put in is text, so that a name can never become markup. */

/** @typedef {Node | string | number | null | undefined | false} Child */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [props] attributes; `on…` are listeners, `false` leaves out all but aria-
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  return /** @type {HTMLElement} */ (fill(document.createElement(tag), props, children));
}

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [props]
 * @param {...(Child | Child[])} children
 */
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

/**
 * @param {Element} element
 * @param {Record<string, unknown>} props
 * @param {(Child | Child[])[]} children
 */
function fill(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined) continue;
    if (value === false && !name.startsWith("aria-")) continue;
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else {
      element.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
    }
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

/**
 * Draw a part of the page anew, and leave what the person was about: the focus, what is unfolded,
 * what is typed.
 * @param {HTMLElement} part
 * @param {Child[]} children
 */
export function redraw(part, children) {
  const focused = document.activeElement?.id;
  const unfolded = new Set([...part.querySelectorAll("details[open]")].map((one) => one.id));
  const typed = new Map(
    [...part.querySelectorAll("input")].filter((one) => one.dataset.typed).map((one) => [one.id, one.value]),
  );
  part.replaceChildren(...children.filter((one) => one instanceof Node));
  for (const id of unfolded) if (id) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, value] of typed) {
    const input = /** @type {HTMLInputElement | null} */ (document.getElementById(id));
    if (input) {
      input.value = value;
      input.dataset.typed = "1";
    }
  }
  if (focused && document.activeElement?.id !== focused) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
}

/**
 * @param {string} id
 * @param {string} label
 * @param {() => void} press
 * @param {Record<string, unknown>} [props]
 * @param {...Child} before what stands in front of the label
 */
export function button(id, label, press, props = {}, ...before) {
  return h("button", { type: "button", id, onclick: press, ...props }, ...before, h("span", {}, label));
}
