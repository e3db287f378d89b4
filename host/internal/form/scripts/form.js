// The page of the settings for who may change them: fields that follow each other, hints while typing, live steps with
// Cancel, one-click fixes.

import "./back.js";
import "./copies.js";
import { cameTested, carryOut, edited, isRunning, lead, outdate, runFor, runs, tellStale, test, wasTested } from "./run.js";
import { fields, fill, follow, form, onFollow, reveal, show, snapshot, unsaved } from "./fields.js";
import { keepCurrent } from "./live.js";
import { merge, posted, refusal, save } from "./save.js";
import { tellPreset } from "./presets.js";

const bar = form.querySelector(".save-bar");

let debounce;
let hint = 0;
form.addEventListener("input", (event) => {
  if (!event.target.name || event.target.name === "preset") return;
  const changed = fields.get(event.target.closest("[data-field]")?.dataset.field);
  if (changed) changed.pristine = false;
  if (changed?.findings.querySelector(".of-test")) {
    changed.findings.replaceChildren();
    changed.control.mark(false);
  }
  const about = runs.filter(({ block }) => block.contains(event.target));
  outdate(about.length ? about : runs);
  if (/^(option|action)\./.test(event.target.name)) return follow();
  unsaved(true);
  edited();
  follow();
  clearTimeout(debounce);
  debounce = setTimeout(() => check(), 400);
});

// Whoever asks with the whole form is told more than a hint knows.
form.addEventListener("asking", (event) => {
  clearTimeout(debounce);
  hint++;
  if (event.detail === "test") check(false); // So that the sentence above says what is tested now.
});

// check asks what would be tested and, unless a test is about to say it, what is wrong.
async function check(hints = true) {
  const mine = ++hint;
  try {
    const answer = await fetch("validate", { method: "POST", body: posted() });
    if (!answer.ok || mine !== hint) return;
    const { preview, findings, computed, valid } = await answer.json();
    const said = document.getElementById("preview");
    said.textContent = preview || said.dataset.else;
    for (const [name, text] of Object.entries(computed ?? {})) fields.get(name)?.control.write(text);
    if (hints && !isRunning()) show(findings, true);
    if (valid && refusal()) refusal().parentElement.replaceChildren();
  } catch { /* Hints are no more than that; the next keystroke asks again. */ }
}

form.addEventListener("submit", (event) => {
  const button = event.submitter;
  // Enter in a field presses the hidden button. In rows it adds one; in an option it runs what the option is for.
  const typedIn = button?.hidden ? document.activeElement : null;
  const enteredFor = typedIn && runs.find(({ block }) => block.contains(typedIn));
  const act = enteredFor ? () => carryOut(enteredFor, enteredFor.button)
    : button?.name === "fix" ? () => mend(button)
    : button && runFor(button) ? () => carryOut(runFor(button), button)
    : button?.id === "merge-button" ? () => merge(button)
    : (button?.getAttribute("formaction") ?? "save") === "save" ? () => save(button) : null;
  if (typedIn?.closest(".rows")) {
    event.preventDefault();
    typedIn.closest(".rows").querySelector(".add").click();
  } else if (typedIn?.list || typedIn?.closest(".other")) {
    event.preventDefault(); // It may choose from what is proposed.
  } else if (act) {
    event.preventDefault();
    act();
  } else {
    unsaved(false);
  }
});

// mend fills in a fix. That of a test is tested at once when it changes anything: what was refused is not tried again.
function mend(button) {
  const values = JSON.parse(button.value);
  const before = snapshot();
  const of = button.closest("[data-run]");
  const first = fields.get(Object.keys(values)[0]);
  fill(values);
  const changed = [...snapshot()].some(([name, text]) => before.get(name) !== text);
  if (of?.dataset.run === "" && changed) return carryOut(runs.find((run) => run.block === of), button);
  first?.control.focus(); // Before the button goes, and the focus with it.
  if (of && of.dataset.run !== "") of.querySelector(".outcome").replaceChildren();
}

// A link leads to a field, to where it is told why, or to the verdict.
document.addEventListener("click", (event) => {
  const target = event.target.closest?.("a[href^='#']")?.hash.slice(1);
  const one = fields.get(target?.replace(/^field-/, ""));
  if (one) {
    event.preventDefault();
    reveal(one);
    one.control.focus();
    one.element.scrollIntoView({ block: "nearest" });
  } else if (target === "report") {
    event.preventDefault();
    lead(test);
  }
});

for (const eye of form.querySelectorAll(".reveal")) {
  eye.hidden = false;
  eye.addEventListener("click", () => {
    const input = eye.previousElementSibling;
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    eye.setAttribute("aria-pressed", shown);
  });
}

// The form leaves as much below itself as the bar at its end is high.
new ResizeObserver(() => form.style.setProperty("--save-height", bar.offsetHeight + "px")).observe(bar);

onFollow(tellPreset);
onFollow(tellStale);
follow();
if (form.querySelector("#report .report")) {
  cameTested();
  if (location.hash === "#report") lead(test);
}

// While it runs a test, and of what it has tested, the page knows more than what is told.
const catchUp = keepCurrent({ busy: (place) => isRunning() || place === "last-test" && wasTested() });
form.addEventListener("ran", () => catchUp());
