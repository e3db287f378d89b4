// Presets fill the form with known values, and say what there is to know of them.

import { fields, fill, form, isNone } from "./fields.js";

const presets = [...form.querySelectorAll("[name=preset]")];
let presetting = false; // The values of one are on their way into the form.

// tellPreset shows which preset the form is filled in with.
export function tellPreset() {
  if (presets.length === 0 || presetting) return;
  if (presets.includes(document.activeElement) && presets.at(-1).checked) return tellNote(null);
  const holds = (preset) => Object.entries(JSON.parse(preset.dataset.values)).every(([name, value]) => {
    const one = fields.get(name);
    const held = isNone(one.control.value()) ? one.standard ?? value : one.control.value();
    return JSON.stringify(held) === JSON.stringify(value);
  });
  const filled = Object.keys(JSON.parse(presets[0].dataset.values)).some((name) => fields.get(name)?.differs);
  const chosen = presets.find((preset) => preset.value && holds(preset)) ?? (filled ? presets.at(-1) : null);
  for (const preset of presets) preset.checked = preset === chosen;
  tellNote(chosen);
}

// tellNote shows what there is to know of a preset, beside the login and the password that it is about.
function tellNote(chosen) {
  for (const note of form.querySelectorAll("[data-preset]")) note.hidden = note.dataset.preset !== chosen?.value;
}

for (const preset of presets) {
  preset.addEventListener("change", () => {
    if (!preset.dataset.values) return tellNote(null);
    presetting = true;
    fill(JSON.parse(preset.dataset.values));
    presetting = false;
    tellPreset();
  });
}
