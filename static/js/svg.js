// @ts-check
/** Elements from script, without a framework: HTML and SVG alike. Text is always text, never markup. */

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Record<string, string | number | boolean | null | undefined>} Attributes */

/** @param {Element} element @param {Attributes} attributes @param {Child[]} children */
function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(typeof value === "number" ? Math.round(value * 100) / 100 : value));
  }
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) element.append(typeof child === "number" ? String(child) : child);
  }
  return element;
}

/** @param {string} name @param {Attributes} [attributes] @param {...Child} children @returns {SVGElement} */
export const svg = (name, attributes = {}, ...children) =>
  /** @type {SVGElement} */ (filled(document.createElementNS(SVG, name), attributes, children));

/** @param {string} name @param {Attributes} [attributes] @param {...Child} children @returns {HTMLElement} */
export const html = (name, attributes = {}, ...children) =>
  /** @type {HTMLElement} */ (filled(document.createElement(name), attributes, children));

/** The element of an id, which the page must have. @param {string} id @returns {HTMLElement} */
export function need(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/** The element that a part of the page must have. @param {ParentNode} root @param {string} selector @returns {HTMLElement} */
export function part(root, selector) {
  const element = root.querySelector(selector);
  if (!element) throw new Error(`there is no ${selector} here`);
  return /** @type {HTMLElement} */ (element);
}

/** The value of a `json_script` block, undefined where the page has none. @param {string} id */
export function data(id) {
  const block = document.getElementById(id);
  return block ? JSON.parse(block.textContent ?? "null") : undefined;
}
