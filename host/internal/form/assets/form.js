// Adds to the plain form: fields that follow each other, hints while typing, live steps with Cancel, one-click fixes.
// All HTML that is put into the page was made by the server, which has escaped it.

import { followers } from "./rules.js";
import { controlOf } from "./controls.js";

const form = document.getElementById("settings-form");
if (form) start();
else if (document.getElementById("service") || document.getElementById("down")) keepCurrent(() => false);

function start() {
  const fields = new Map([...form.querySelectorAll("[data-field]")].map((element) => [element.dataset.field,
	field(element)]));
  const runs = [...form.querySelectorAll("[data-run]")].map(runOf);
  let unsaved = false;
  let hint = 0;
  let running = null;
  let edits = 0;

  function field(element) {
    const rules = JSON.parse(element.dataset.rules);
    return {
      element,
      rules,
      control: controlOf(element, rules),
      pristine: element.hasAttribute("data-unset"), // It shows the default until it is changed.
      fixed: Boolean(element.querySelector(":scope > .lock")) || element.hidden,
      star: element.querySelector(".required"),
      findings: element.querySelector(":scope > .findings"),
    };
  }

  // follow shows what follows from the form as it stands.
  function follow() {
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
    }
    for (const run of runs) {
      if (run.rules?.visible) run.block.toggleAttribute("data-concealed", !holds(run.rules.visible, ""));
    }
  }

  function show(findings) {
    for (const [name, one] of fields) {
      const html = findings[name] ?? "";
      one.findings.innerHTML = html;
      one.control.mark(html.includes("finding error"));
    }
  }

  function posted(button) {
    const body = new URLSearchParams(new FormData(form));
    if (refused()) body.set("refused", "true");
    if (button?.name) body.set(button.name, button.value);
    return body;
  }

  // check asks what would be tested and, unless a test is about to say it, what is wrong.
  async function check(hints = true) {
    const mine = ++hint;
    try {
      const answer = await fetch("validate", { method: "POST", body: posted() });
      if (!answer.ok || mine !== hint) return;
      const { preview, findings, computed, valid } = await answer.json();
      document.getElementById("preview").textContent = preview;
      for (const [name, text] of Object.entries(computed ?? {})) fields.get(name)?.control.write(text);
      if (hints && !running) show(findings);
      if (valid && refused()) place.replaceChildren();
    } catch { /* Hints are no more than that; the next keystroke asks again. */ }
  }

  let debounce;
  form.addEventListener("input", (event) => {
    if (!event.target.name) return;
    const changed = fields.get(event.target.closest("[data-field]")?.dataset.field);
    if (changed) changed.pristine = false;
    const about = runs.filter(({ block }) => block.contains(event.target));
    outdate(about.length ? about : runs);
    if (/^(option|action)\./.test(event.target.name)) return follow();
    unsaved = true;
    edits++;
    tested.value = ""; // What was tested is not what stands here any more.
    document.getElementById("unsaved").hidden = false;
    follow();
    clearTimeout(debounce);
    debounce = setTimeout(() => check(), 400);
  });

  // outdate says of verdicts that they are not about the form as it stands any more. What an action has filled in
  // itself is no change to what it says.
  let filling = null;
  function outdate(those) {
    for (const run of those) {
      const report = run.report.querySelector(".report:not(:has(> .outdated))");
      if (report && run !== filling) report.prepend(paragraph("help outdated", form.dataset.outdated));
    }
  }

  // fill writes values into the form, never into a secret: those are typed. One may enable one that comes before it.
  function fill(values) {
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
    // Enter in a field presses the hidden button. In rows it adds one; in an option it runs what the option is for.
    const typedIn = button?.hidden ? document.activeElement : null;
    const enteredFor = typedIn && runs.find(({ block }) => block.contains(typedIn));
    if (typedIn?.closest(".rows")) {
      event.preventDefault();
      typedIn.closest(".rows").querySelector(".add").click();
    } else if (typedIn?.list || typedIn?.closest(".other")) {
      event.preventDefault(); // It may choose from what is proposed.
    } else if (enteredFor) {
      event.preventDefault();
      carryOut(enteredFor, enteredFor.button);
    } else if (button?.name === "fix") {
      event.preventDefault();
      takeOver(button);
    } else if (button && runFor(button)) {
      event.preventDefault();
      carryOut(runFor(button), button);
    } else if ((button?.getAttribute("formaction") ?? "save") === "save" && secretsTyped()) {
      event.preventDefault();
      save(button);
    } else {
      unsaved = false;
    }
  });

  // takeOver fills in what a fix has. A verdict then says that it is an old one, and what was done about it.
  function takeOver(button) {
    const values = JSON.parse(button.value);
    fill(values);
    const run = runs.find(({ report }) => report.contains(button));
    if (run?.isTest) {
      button.textContent = `✔ ${button.textContent}`;
      button.disabled = true;
      run.button.focus(); // To test again is what comes next.
    } else if (run) {
      fields.get(Object.keys(values)[0])?.control.focus(); // Before the button goes, and the focus with it.
      run.report.replaceChildren();
    }
  }

  const secretsTyped = () => [...form.querySelectorAll("[name^='secret.']")].some((control) => control.value);

  // asked posts the form and returns the answer. What went wrong is the message of the error.
  async function asked(route, accept, body, signal) {
    let answer;
    try {
      answer = await fetch(route, { method: "POST", body, headers: { Accept: accept }, signal });
    } catch (error) {
      throw error.name === "AbortError" ? error : new Error(form.dataset.unreachable);
    }
    if (!answer.ok) throw new Error((await answer.text()).slice(0, 500));
    return answer;
  }

  async function askedJSON(route, body) {
    const answer = await asked(route, "application/json", body);
    return answer.json().catch(() => { throw new Error(form.dataset.unreachable); }); // A page to log in, perhaps.
  }

  const place = document.getElementById("said"); // Of what came of the last save.
  const refused = () => Boolean(place.querySelector(":scope > .refused"));

  // save keeps typed secrets on the page while the plugin asks for agreement, and when nothing was saved.
  async function save(button) {
    const agree = document.getElementById("save-agree");
    button.disabled = true;
    try {
      const answer = await askedJSON("save", posted(button));
      place.replaceChildren();
      agree.replaceChildren();
      if (answer.location) {
        unsaved = false;
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
      button.disabled = false;
    }
  }

  // refuse says why nothing was saved. After a conflict the form is made from the newer revision.
  function refuse({ said, findings = {}, revision }) {
    clearTimeout(debounce);
    hint++; // A hint that is under way knows less.
    show(findings);
    for (const name of Object.keys(findings)) {
      const one = fields.get(name);
      if (one) one.element.hidden = false;
      const section = one?.element.closest("details");
      if (section) section.open = true;
    }
    place.innerHTML = said;
    if (revision !== undefined) form.elements.revision.value = revision;
    place.focus();
  }

  // runOf is the page's test, or an action: its buttons, and where it is told what happens.
  function runOf(block) {
    const find = (selector) => block.querySelector(":scope > " + selector);
    const run = {
      block, rules: block.dataset.rules && JSON.parse(block.dataset.rules), isTest: block.dataset.run === "",
      button: find(".actions [type=submit]"), cancel: find(".actions .cancel"), progress: find(".actions .progress"),
      steps: find(".steps"), prompts: find(".prompts"), report: find(".outcome"),
    };
    run.cancel.addEventListener("click", () => running?.abort());
    return run;
  }

  // runFor is what a button runs. The same action may have several.
  function runFor(button) {
    const named = ["action", "agreed"].includes(button.name);
    return runs.find((run) => run.button === button || named && run.button.value === button.value);
  }

  const tested = document.getElementById("tested");

  async function carryOut(run, button) {
    if (running) return;
    running = new AbortController();
    clearTimeout(debounce);
    if (run.isTest) {
      tested.value = "";
      check(false); // So that the sentence above says what is tested now.
    }
    const body = posted(button); // Before what was agreed to goes from the page.
    run.button.disabled = true;
    run.cancel.hidden = run.progress.hidden = run.steps.hidden = false;
    run.progress.textContent = run.block.dataset.busy;
    run.steps.replaceChildren();
    run.prompts.replaceChildren();
    run.report.replaceChildren();
    if (button !== run.button) run.cancel.focus(); // The button goes, and the focus would go with it.
    try {
      const answer = await asked(run.isTest ? "test" : "action", "application/x-ndjson", body, running.signal);
      if (!await follows(run, answer.body)) throw new Error(run.block.dataset.ended);
    } catch (error) {
      const cancelled = error.name === "AbortError";
      run.prompts.replaceChildren();
      note(run.report, cancelled ? run.block.dataset.cancelled : error.message || form.dataset.unreachable);
      for (const step of run.steps.querySelectorAll(".step:not(.passed, .failed, .warning, .skipped)")) step.remove();
    } finally {
      running = null;
      run.button.disabled = false;
      run.cancel.hidden = run.progress.hidden = true;
      run.steps.hidden = run.steps.childElementCount === 0;
    }
  }

  // follows shows what happens, and returns whether it came to an end.
  async function follows(run, body) {
    const asTested = edits;
    for await (const line of lines(body)) {
      take(run, line);
      if (line.event === "completed" && run.isTest && edits === asTested) tested.value = line.status;
      if (line.event === "completed" || line.event === "confirm") return true;
    }
    return false;
  }

  function paragraph(kind, text) {
    const made = document.createElement("p");
    made.className = kind;
    made.textContent = text;
    return made;
  }

  const note = (where, text) => where.replaceChildren(paragraph("notice error", text));

  function take(run, line) {
    switch (line.event) {
      case "completed":
        run.report.innerHTML = line.html;
        if (line.settled) run.prompts.replaceChildren();
        show(line.findings);
        showCopies();
        return taken(run, line);
      case "confirm":
        run.report.innerHTML = line.html;
        return run.report.querySelector("button").focus();
      case "prompt":
        run.prompts.innerHTML = line.html;
        return;
    }
    const template = document.createElement("template");
    template.innerHTML = line.html;
    const running = [...run.steps.children].findLast((step) => step.dataset.step === line.id);
    if (line.event !== "started" && running) running.replaceWith(template.content);
    else run.steps.append(template.content);
  }

  // taken fills in what an action has found.
  function taken(run, { values, choices, tickets }) {
    filling = run;
    for (const [name, html] of Object.entries(choices ?? {})) fields.get(name)?.control.offer(html);
    for (const [name, ticket] of Object.entries(tickets ?? {})) {
      const one = fields.get(name);
      one.control.write(ticket);
      one.element.querySelector(".granted").hidden = false;
      one.control.changed();
    }
    fill(values ?? {});
    filling = null;
  }

  function showCopies() {
    for (const copy of form.querySelectorAll(".copy")) copy.hidden = false;
  }

  form.addEventListener("click", async (event) => {
    const button = event.target.closest(".copy");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    button.textContent = form.dataset.copied;
  });

  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });

  keepCurrent(() => running);
  showCopies();
  follow();
}

// keepCurrent asks every few seconds for what changes while the page is open, and at once for what the page came
// without.
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
