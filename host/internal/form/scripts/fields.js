// The fields of the form, and what follows from them as they stand.

import { controlOf } from "./controls.js";
import { followers } from "./rules.js";
import { put } from "./live.js";

export const form = document.getElementById("settings-form");

export const fields = new Map([...form.querySelectorAll("[data-field]")].map((element) =>
  [element.dataset.field, fieldOf(element)]));

const actions = [...form.querySelectorAll("[data-rules][data-run]")].map((block) =>
  ({ block, visible: JSON.parse(block.dataset.rules).visible }));
const saved = snapshot(); // What stood in the form when it came.
const listeners = [];
let notSaved = form.hasAttribute("data-unsaved");

function fieldOf(element) {
  const rules = JSON.parse(element.dataset.rules);
  const named = element.querySelector(":scope > .label-row > [id^=label-], :scope > .tick span");
  return {
    element,
    rules,
    control: controlOf(element, rules),
    pristine: element.hasAttribute("data-unset"), // It shows the default until it is changed.
    fixed: Boolean(element.querySelector(":scope > .lock")) || element.hidden,
    star: element.querySelector(".required"),
    label: named?.firstChild?.data?.trim() ?? "",
    findings: element.querySelector(":scope > .findings"),
    text() { return JSON.stringify(this.control.value()); },
    own() { // Whether it holds something else than its default.
      if (this.control.secret) return Boolean(this.control.value()) || element.hasAttribute("data-stored");
      return !this.pristine && this.differs;
    },
  };
}

export function snapshot() { return new Map([...fields].map(([name, one]) => [name, one.text()])); }

export const named = (names) => names.map((name) => fields.get(name).label).join(", ");

export const isNone = (value) => value === null || value === undefined || value === "" || value === false ||
  typeof value === "object" && Object.keys(value).length === 0;

// unsaved tells whether the form holds what is not saved.
export function unsaved(is) {
  notSaved = is;
  if (is) document.getElementById("unsaved").hidden = false;
}

addEventListener("beforeunload", (event) => {
  if (notSaved) event.preventDefault();
});

// onFollow calls the listener each time when the page follows the form.
export function onFollow(listener) { listeners.push(listener); }

// follow shows what follows from the form as it stands.
export function follow() {
  const { defaultOf, visible, holds } = followers(fields);
  for (const [name, one] of fields) {
    const { scope = "", enabled, required } = one.rules;
    const concealed = !visible(name);
    const disabled = Boolean(enabled) && !holds(enabled, scope);
    one.element.toggleAttribute("data-concealed", concealed);
    one.element.toggleAttribute("data-disabled", disabled);
    if (!one.fixed) one.control.disable(concealed || disabled);
    if (required) one.control.require(!concealed && !disabled && holds(required, scope));
    if (one.star && required) one.star.hidden = concealed || disabled || !holds(required, scope);
    const standard = defaultOf(name);
    if (one.pristine) one.control.set(standard);
    else one.control.hint(standard);
    const value = one.control.value();
    one.standard = standard;
    one.differs = !isNone(value) && JSON.stringify(value) !== JSON.stringify(standard);
    one.element.classList.toggle("changed", saved.get(name) !== one.text());
  }
  for (const { block, visible: rule } of actions) if (rule) block.toggleAttribute("data-concealed", !holds(rule, ""));
  for (const folded of form.querySelectorAll("details[data-some]")) tellDiffering(folded);
  for (const listener of listeners) listener();
}

// tellDiffering says how many of the fields that are folded away hold something else than their default.
function tellDiffering(folded) {
  const own = [...folded.querySelectorAll("[data-field]")].filter((element) => !element.hidden &&
    fields.get(element.dataset.field).own()).map((element) => element.dataset.field);
  const said = folded.dataset.some.replace("{number}", own.length).replace("{fields}", named(own));
  folded.querySelector(".differs").textContent = "\u2014 " + (own.length ? said : folded.dataset.none);
}

// show puts what was found beside the fields. Hints leave what the last test marked.
export function show(findings, hints = false) {
  for (const [name, one] of fields) {
    const html = findings[name] ?? "";
    if (hints && !html && one.findings.querySelector(".of-test")) continue;
    put(one.findings, html);
    one.control.mark(html.includes("finding error"));
  }
}

// fill writes values into the form, never into a secret: those are typed. One may enable one that comes before it.
export function fill(values) {
  const fillable = ([name]) => fields.has(name) && !fields.get(name).fixed && !fields.get(name).control.secret;
  let left = Object.entries(values).filter(fillable);
  for (let before = Infinity; left.length < before;) {
    before = left.length;
    left = left.filter(([name, value]) => {
      const one = fields.get(name);
      if (one.element.hasAttribute("data-disabled")) return true;
      one.control.set(value);
      one.control.changed();
      return false;
    });
  }
}

// reveal unfolds what a field is folded away in.
export function reveal(one) {
  one.element.hidden = false;
  for (let at = one.element.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
}

// next fills the button of the next sensible step, and no other.
export function next(step) {
  const mend = form.querySelector("#report .verdict .buttons > .button");
  const buttons = {
    merge: document.getElementById("merge-button"), test: document.getElementById("test-button"), mend,
    save: form.querySelector(".save-bar [type=submit]:not([name])"),
  };
  if (step === "mend" && !mend) step = "test";
  for (const [name, button] of Object.entries(buttons)) button?.classList.toggle("primary", name === step);
  buttons.test.classList.toggle("accent", step !== "test");
}
