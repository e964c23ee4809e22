/** The face's own words, in the language of the room. */

/** @type {Record<string, Record<string, string>>} */
const loaded = {};
let language = "en";

/** Both are there before anything is drawn, so that a switch is at once. */
export async function loadWords() {
  for (const name of ["de", "en"]) {
    const answer = await fetch(`/i18n/${name}.json`);
    loaded[name] = await answer.json();
  }
}

/** @param {string} name */
export function speak(name) {
  language = name;
}

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values] for what stands in braces
 */
export function t(key, values = {}) {
  const text = loaded[language]?.[key];
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
