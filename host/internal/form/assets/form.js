// Adds to the plain form: fields that follow each other, hints while typing, live steps with Cancel, one-click fixes.
// All HTML that is put into the page was made by the server, which has escaped it.

const form = document.getElementById("settings-form");
if (form) start();
else if (document.getElementById("service") || document.getElementById("down")) keepCurrent(() => false);

function start() {
  const fields = new Map([...form.querySelectorAll("[data-field]")].map((element) => [element.dataset.field, field(element)]));
  let unsaved = false;
  let hint = 0;
  let running = null;
  let edits = 0;

  function field(element) {
    return {
      element,
      rules: JSON.parse(element.dataset.rules),
      control: element.querySelector("[name^='value.'], [name^='secret.']"),
      findings: element.querySelector(".findings"),
    };
  }

  // What follows from the form as it stands. Each default is looked for once, so that it takes as long as the form is large.
  function evaluate() {
    const defaults = new Map();

    // The value of a field as the schema's conditions compare it; its default while it is empty.
    function effective(name) {
      const one = fields.get(name);
      if (!one || !one.control) return null;
      if (one.control.type === "checkbox") return one.control.checked;
      return one.control.value !== "" ? one.control.value : defaultOf(name);
    }

    function defaultOf(name) {
      if (defaults.has(name)) return defaults.get(name);
      defaults.set(name, null); // The server refuses circles; here they have no default.
      const rules = fields.get(name).rules;
      const rule = (rules.defaults ?? []).find((candidate) => holds(candidate.when));
      const found = rule ? rule.value : rules.default;
      defaults.set(name, found);
      return found;
    }

    function holds(condition) {
      const have = effective(condition.field);
      return condition.any_of.some((want) => String(want) === String(have));
    }

    return { defaultOf, holds };
  }

  function follow() {
    const { defaultOf, holds } = evaluate();
    for (const [name, one] of fields) {
      if (one.rules.visible) {
        const concealed = !holds(one.rules.visible);
        one.element.toggleAttribute("data-concealed", concealed);
        for (const control of one.element.querySelectorAll("input, select, textarea")) {
          if (!one.element.querySelector(".lock")) control.disabled = concealed;
        }
      }
      const standard = defaultOf(name);
      if (one.control?.type === "text" && standard !== null && standard !== undefined) one.control.placeholder = standard;
    }
  }

  function show(findings) {
    for (const [name, one] of fields) {
      const html = findings[name] ?? "";
      one.findings.innerHTML = html;
      one.control?.toggleAttribute("aria-invalid", html.includes("finding error"));
    }
  }

  function posted() {
    return new URLSearchParams(new FormData(form));
  }

  // check asks what would be tested and, unless a test is about to say it, what is wrong.
  async function check(hints = true) {
    const mine = ++hint;
    try {
      const answer = await fetch("validate", { method: "POST", body: posted() });
      if (!answer.ok || mine !== hint) return;
      const { preview, findings } = await answer.json();
      document.getElementById("preview").textContent = preview;
      if (hints && !running) show(findings);
    } catch { /* Hints are no more than that; the next keystroke asks again. */ }
  }

  const tested = document.getElementById("tested");
  let debounce;
  form.addEventListener("input", (event) => {
    if (!event.target.name || event.target.name.startsWith("option.")) return;
    unsaved = true;
    edits++;
    tested.value = ""; // What was tested is not what stands here any more.
    document.getElementById("unsaved").hidden = false;
    follow();
    clearTimeout(debounce);
    debounce = setTimeout(() => check(), 400);
  });

  // fill writes values into the form, never into a secret: those are typed.
  function fill(values) {
    for (const [name, value] of Object.entries(values)) {
      const control = fields.get(name)?.control;
      if (control?.name.startsWith("secret.")) continue;
      if (!control || control.disabled && !fields.get(name).element.hasAttribute("data-concealed")) continue;
      if (control.type === "checkbox") control.checked = Boolean(value);
      else control.value = value ?? "";
      control.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  const preset = document.getElementById("preset");
  preset?.addEventListener("change", () => {
    const chosen = preset.selectedOptions[0];
    const note = document.getElementById("preset-note");
    note.textContent = chosen.dataset.note ?? "";
    note.hidden = !chosen.dataset.note;
    if (chosen.dataset.values) fill(JSON.parse(chosen.dataset.values));
  });

  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button?.name === "fix") {
      event.preventDefault();
      const values = JSON.parse(button.value);
      fill(values);
      if (suggestions?.contains(button)) {
        fields.get(Object.keys(values)[0])?.control.focus(); // Before the button goes, and the focus with it.
        suggestions.replaceChildren();
      }
    } else if (button?.id === "test-button") {
      event.preventDefault();
      test();
    } else if (button?.id === "suggest-button") {
      event.preventDefault();
      suggest(button);
    } else {
      unsaved = false;
    }
  });

  const suggestions = document.getElementById("suggestions");

  async function suggest(button) {
    button.disabled = true;
    suggestions.replaceChildren();
    try {
      const answer = await fetch("suggest", { method: "POST", body: posted(), headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error((await answer.text()).slice(0, 500));
      suggestions.innerHTML = (await answer.json()).html;
    } catch (error) {
      note(suggestions, error.message || form.dataset.unreachable);
    } finally {
      button.disabled = false;
    }
  }

  const testButton = document.getElementById("test-button");
  const cancelButton = document.getElementById("cancel-button");
  const progress = document.getElementById("test-progress");
  const steps = document.getElementById("steps");
  const report = document.getElementById("report");
  cancelButton.addEventListener("click", () => running?.abort());

  async function test() {
    if (running) return;
    running = new AbortController();
    clearTimeout(debounce);
    tested.value = "";
    check(false); // So that the sentence above says what is tested now.
    testButton.disabled = true;
    cancelButton.hidden = false;
    progress.hidden = false;
    progress.textContent = form.dataset.testing;
    steps.replaceChildren();
    steps.hidden = false;
    report.replaceChildren();
    let completed = false;
    const asTested = edits;
    try {
      const answer = await fetch("test", {
        method: "POST", body: posted(), headers: { Accept: "application/x-ndjson" }, signal: running.signal,
      });
      if (!answer.ok) throw new Error((await answer.text()).slice(0, 500));
      for await (const line of lines(answer.body)) {
        take(line);
        if (line.event === "completed") {
          completed = true;
          if (edits === asTested) tested.value = line.status;
        }
      }
      if (!completed) throw new Error(form.dataset.ended);
    } catch (error) {
      const cancelled = error.name === "AbortError";
      note(report, cancelled ? form.dataset.cancelled : error.message || form.dataset.unreachable);
      for (const step of steps.querySelectorAll(".step:not(.passed, .failed, .warning, .skipped)")) step.remove();
    } finally {
      running = null;
      testButton.disabled = false;
      cancelButton.hidden = true;
      progress.hidden = true;
    }
  }

  function note(place, text) {
    const paragraph = document.createElement("p");
    paragraph.className = "notice error";
    paragraph.textContent = text;
    place.replaceChildren(paragraph);
  }

  function take(line) {
    if (line.event === "completed") {
      report.innerHTML = line.html;
      show(line.findings);
      for (const copy of report.querySelectorAll(".copy")) copy.hidden = false;
      return;
    }
    const template = document.createElement("template");
    template.innerHTML = line.html;
    const running = [...steps.children].findLast((step) => step.dataset.step === line.id);
    if (line.event !== "started" && running) running.replaceWith(template.content);
    else steps.append(template.content);
  }

  report.addEventListener("click", async (event) => {
    const button = event.target.closest(".copy");
    if (!button) return;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = form.dataset.copied;
  });

  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });

  keepCurrent(() => running);
  follow();
}

// keepCurrent asks every few seconds for what changes while the page is open, and at once for what the page came without.
function keepCurrent(busy) {
  const refresh = async () => {
    if (document.hidden || busy()) return;
    try {
      const answer = await fetch("state");
      if (!answer.ok) return;
      const state = await answer.json();
      if (state.running && document.getElementById("down")) {
        location.replace("./"); // The plugin runs again. A reload could post a form once more.
        return;
      }
      for (const name of ["prerequisites", "service", "held", "down"]) {
        const place = document.getElementById(name);
        if (place && state[name] !== undefined) fill(place, state[name]);
      }
    } catch { /* The Console may be restarting; ask again later. */ }
  };
  setInterval(refresh, 3000);
  if (document.getElementById("service")?.childElementCount === 0) refresh();
}

// fill puts HTML into a place when it is other than what is there. The focus stays on what has it: on the control that
// comes in the place of the one before, and where there is none any more on the place itself.
function fill(place, html) {
  const template = document.createElement("template");
  template.innerHTML = html; // As the browser writes it, which need not be how it came.
  if (place.innerHTML === template.innerHTML) return;
  const controls = () => [...place.querySelectorAll("a, button, input, select, summary")];
  const at = place.contains(document.activeElement) ? controls().indexOf(document.activeElement) : undefined;
  place.replaceChildren(template.content);
  if (at === undefined) return;
  place.tabIndex = -1;
  (controls()[at] ?? place).focus();
}

// lines reads a stream of one JSON document a line.
async function* lines(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    for (const part of parts) if (part) yield JSON.parse(part);
  }
}
