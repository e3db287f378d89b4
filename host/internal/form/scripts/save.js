// Saving, and what comes of it: agreement, refusal, conflict.

import { askedJSON, note } from "./asked.js";
import { fields, fill, follow, form, next, reveal, show, unsaved } from "./fields.js";
import { put } from "./live.js";

const place = document.getElementById("said"); // Of what came of the last save.
let saving = false;

// refusal is where the page says why nothing was saved; nothing when it does not.
export const refusal = () => place.querySelector(":scope > .refused");

// posted is the form as a button posts it.
export function posted(button) {
  const body = new URLSearchParams(new FormData(form));
  if (refusal()) body.set("refused", "true");
  if (button?.name) body.set(button.name, button.value);
  return body;
}

// save keeps typed secrets on the page while the plugin asks for agreement, and when nothing was saved.
export async function save(button) {
  const agree = document.getElementById("save-agree");
  if (saving) return;
  saving = true; // A button that is disabled would lose the keyboard.
  button?.setAttribute("aria-disabled", "true");
  try {
    const answer = await askedJSON("save", posted(button));
    place.replaceChildren();
    agree.replaceChildren();
    if (answer.location) {
      unsaved(false);
      location.assign(answer.location);
    } else if (answer.confirm) {
      agree.innerHTML = answer.confirm;
      agree.querySelector("button").focus();
    } else {
      refuse(answer);
    }
  } catch (error) {
    note(agree, error.message);
  } finally {
    saving = false;
    button?.removeAttribute("aria-disabled");
  }
}

// refuse says why nothing was saved. After a conflict the form is made from the newer revision.
function refuse({ said, findings = {}, revision, base, values = {}, strip = {} }) {
  form.dispatchEvent(new CustomEvent("asking"));
  show(findings);
  for (const name of Object.keys(findings)) if (fields.has(name)) reveal(fields.get(name));
  place.innerHTML = said;
  if (revision !== undefined) {
    form.elements.revision.value = revision;
    form.elements.base.value = base;
    fill(values); // What was not changed here is what others have saved.
  }
  for (const [name, html] of Object.entries(strip)) put(document.getElementById(name), html);
  if (document.getElementById("merge-button")) next("merge");
  unsaved(true);
  (place.querySelector(".faults a, #conflict-title") ?? place).focus();
  place.scrollIntoView({ block: "nearest" });
}

// merge fills in what was chosen of a conflict. It saves nothing.
export function merge(button) {
  for (const chosen of document.querySelectorAll(".conflict [name^='choice.']:checked")) {
    const name = chosen.name.slice("choice.".length);
    const values = JSON.parse(chosen.dataset.values);
    if (values) fill(values);
    else if (chosen.value === "theirs") fields.get(name)?.control.write("");
  }
  const first = document.querySelector(".conflict [name^='choice.']")?.name.slice("choice.".length);
  fields.get(first)?.control.focus();
  button.closest(".conflict").remove();
  follow();
  next("test");
}
