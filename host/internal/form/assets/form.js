// Adds to the plain form: fields that follow each other, hints while typing, live steps with Cancel, one-click fixes.
// All HTML that is put into the page was made by the server, which has escaped it.

import { followers } from "./rules.js";
import { controlOf } from "./controls.js";
import { fill as replace, keepCurrent } from "./live.js";

// What a browser brings back from a sign-in elsewhere belongs into no history, and leads nowhere a second time.
if (/\/return-[^/]*$/.test(location.pathname)) history.replaceState(null, "", "./");

const form = document.getElementById("settings-form");
if (form) start();
else if (document.getElementById("service") || document.getElementById("down")) keepCurrent(() => false);

function start() {
  const fields = new Map([...form.querySelectorAll("[data-field]")].map((element) => [element.dataset.field,
	field(element)]));
  const runs = [...form.querySelectorAll("[data-run]")].map(runOf);
  const saved = snapshot(); // What stood in the form when it came.
  const bar = form.querySelector(".save-bar");
  let unsaved = form.hasAttribute("data-unsaved");
  let hint = 0;
  let running = null;
  let edits = 0;
  let tried = null; // What stood in the form when it was tested.

  function field(element) {
    const rules = JSON.parse(element.dataset.rules);
    return {
      element,
      rules,
      control: controlOf(element, rules),
      pristine: element.hasAttribute("data-unset"), // It shows the default until it is changed.
      fixed: Boolean(element.querySelector(":scope > .lock")) || element.hidden,
      star: element.querySelector(".required"),
      label: element.querySelector(":scope > .label-row > [id^=label-], :scope > .tick")?.firstChild?.data?.trim() ||
        element.querySelector(":scope > .tick span")?.firstChild?.data?.trim() || "",
      findings: element.querySelector(":scope > .findings"),
      text() { return JSON.stringify(this.control.value()); },
      own() { // Whether it holds something else than its default.
        if (this.control.secret) return Boolean(this.control.value()) || element.hasAttribute("data-stored");
        return !this.pristine && this.differs;
      },
    };
  }

  function snapshot() { return new Map([...fields].map(([name, one]) => [name, one.text()])); }

  const named = (names) => names.map((name) => fields.get(name).label).join(", ");

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
      const value = one.control.value();
      one.standard = standard;
      one.differs = !isNone(value) && JSON.stringify(value) !== JSON.stringify(standard);
      one.element.classList.toggle("changed", saved.get(name) !== one.text());
    }
    for (const run of runs) {
      if (run.rules?.visible) run.block.toggleAttribute("data-concealed", !holds(run.rules.visible, ""));
    }
    for (const folded of form.querySelectorAll("details[data-some]")) tellDiffering(folded);
    tellPreset();
    tellStale();
  }

  const isNone = (value) => value === null || value === undefined || value === "" || value === false ||
    typeof value === "object" && Object.keys(value).length === 0;

  // tellDiffering says how many of the fields that are folded away hold something else than their default.
  function tellDiffering(folded) {
    const own = [...folded.querySelectorAll("[data-field]")].filter((element) => !element.hidden &&
      fields.get(element.dataset.field).own()).map((element) => element.dataset.field);
    const said = folded.dataset.some.replace("{number}", own.length).replace("{fields}", named(own));
    folded.querySelector(".differs").textContent = "\u2014 " + (own.length ? said : folded.dataset.none);
  }

  // tellStale says which fields are others now than those that were tested.
  function tellStale() {
    const stale = form.querySelector(".stale");
    if (!stale || !tried || running) return;
    const now = snapshot();
    const others = [...now].filter(([name, text]) => tried.get(name) !== text).map(([name]) => name);
    stale.hidden = others.length === 0;
    if (stale.hidden) return;
    const what = stale.querySelector(".what");
    what.textContent = what.dataset.text.replace("{fields}", named(others));
    next("test");
  }

  // next fills the button of the next sensible step, and no other.
  function next(step) {
    const mend = form.querySelector("#report .verdict .buttons > .button");
    const merge = document.getElementById("merge-button");
    const buttons = { merge, test: runs.find((run) => run.isTest).button, save: bar.querySelector("[type=submit]:not([name])"), mend };
    if (step === "mend" && !mend) step = "test";
    for (const [name, button] of Object.entries(buttons)) button?.classList.toggle("primary", name === step);
    buttons.test.classList.toggle("accent", step !== "test");
  }

  // show puts what was found beside the fields. Hints leave what the last test marked.
  function show(findings, hints = false) {
    for (const [name, one] of fields) {
      const html = findings[name] ?? "";
      if (hints && !html && one.findings.querySelector(".of-test")) continue;
      replace(one.findings, html);
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
      const said = document.getElementById("preview");
      said.textContent = preview || said.dataset.else;
      for (const [name, text] of Object.entries(computed ?? {})) fields.get(name)?.control.write(text);
      if (hints && !running) show(findings, true);
      if (valid && refused()) place.replaceChildren();
    } catch { /* Hints are no more than that; the next keystroke asks again. */ }
  }

  let debounce;
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
    unsaved = true;
    edits++;
    tested.value = ""; // What was tested is not what stands here any more.
    document.getElementById("unsaved").hidden = false;
    follow();
    clearTimeout(debounce);
    debounce = setTimeout(() => check(), 400);
  });

  // outdate says of what actions have found that it is not about the form as it stands any more. What an action has
  // filled in itself is no change to what it says.
  let filling = null;
  function outdate(those) {
    for (const run of those) {
      const report = run.report.querySelector(".report:not(:has(> .outdated))");
      if (report && run !== filling && !run.isTest) report.prepend(paragraph("help outdated", form.dataset.outdated));
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

  // tellPreset shows which preset the form is filled in with.
  const presets = [...form.querySelectorAll("[name=preset]")];
  let presetting = false; // The values of one are on their way into the form.

  function tellPreset() {
    if (presets.length === 0 || presetting) return;
    if (presets.includes(document.activeElement) && presets.at(-1).checked) return tellNote(null);
    const holds = (preset) => Object.entries(JSON.parse(preset.dataset.values)).every(([name, value]) => {
      const one = fields.get(name);
      return JSON.stringify(isNone(one.control.value()) ? one.standard ?? value : one.control.value()) === JSON.stringify(value);
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
      mend(button);
    } else if (button && runFor(button)) {
      event.preventDefault();
      carryOut(runFor(button), button);
    } else if (button?.id === "merge-button") {
      event.preventDefault();
      merge(button);
    } else if ((button?.getAttribute("formaction") ?? "save") === "save") {
      event.preventDefault();
      save(button);
    } else {
      unsaved = false;
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

  // merge fills in what was chosen of a conflict. It saves nothing.
  function merge(button) {
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

  // go leads to a field, to where it is told why, or to the verdict.
  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("a[href^='#']")?.hash.slice(1);
    if (!target) return;
    const one = fields.get(target.replace(/^field-/, ""));
    if (one) {
      event.preventDefault();
      reveal(one);
      one.control.focus();
      one.element.scrollIntoView({ block: "nearest" });
    } else if (target === "report") {
      event.preventDefault();
      lead(runs.find((run) => run.isTest));
    }
  });

  function reveal(one) {
    one.element.hidden = false;
    for (let at = one.element.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
  }

  // lead has the verdict in view, its title with the keyboard.
  function lead(run) {
    const title = run.report.querySelector("h3, .headline");
    if (!title) return;
    title.focus({ preventScroll: true });
    (title.closest(".verdict") ?? title).scrollIntoView({ block: "nearest" });
  }

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

  let saving = false;

  // save keeps typed secrets on the page while the plugin asks for agreement, and when nothing was saved.
  async function save(button) {
    const agree = document.getElementById("save-agree");
    if (saving) return;
    saving = true; // A button that is disabled would lose the keyboard.
    button?.setAttribute("aria-disabled", "true");
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
      saving = false;
      button?.removeAttribute("aria-disabled");
    }
  }

  // refuse says why nothing was saved. After a conflict the form is made from the newer revision.
  function refuse({ said, findings = {}, revision, base, values = {}, strip = {} }) {
    clearTimeout(debounce);
    hint++; // A hint that is under way knows less.
    show(findings);
    for (const name of Object.keys(findings)) if (fields.has(name)) reveal(fields.get(name));
    place.innerHTML = said;
    if (revision !== undefined) {
      form.elements.revision.value = revision;
      form.elements.base.value = base;
      fill(values); // What was not changed here is what others have saved.
    }
    for (const [name, html] of Object.entries(strip)) replace(document.getElementById(name), html);
    if (document.getElementById("merge-button")) next("merge");
    unsaved = true;
    document.getElementById("unsaved").hidden = false;
    (place.querySelector(".faults a, #conflict-title") ?? place).focus();
    place.scrollIntoView({ block: "nearest" });
  }

  // runOf is the page's test, or an action: its buttons, and where it is told what happens.
  function runOf(block) {
    const find = (selector) => block.querySelector(":scope > " + selector) ??
      block.querySelector(":scope > .part > " + selector);
    const run = {
      block, rules: block.dataset.rules && JSON.parse(block.dataset.rules), isTest: block.dataset.run === "",
      button: find(".actions > [type=submit]") ??
        document.getElementById(block.dataset.run), cancel: find(".actions .cancel"), progress: find(".actions .progress"),
      steps: find(".steps"), prompts: find(".prompts"), report: find(".outcome"),
    };
    run.cancel.addEventListener("click", () => running?.abort());
    return run;
  }

  // runFor is what a button runs. The same action may have several.
  function runFor(button) {
    const named = ["action", "agreed"].includes(button.name);
    if (button.name === "again") return runs.find((run) => run.isTest);
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
    const body = posted(run.isTest ? null : button); // Before what was agreed to goes from the page.
    if (run.isTest) tried = snapshot();
    run.button.disabled = true;
    run.cancel.hidden = run.progress.hidden = run.steps.hidden = false;
    run.cancel.focus(); // The button goes, and the focus would go with it.
    run.progress.textContent = run.block.dataset.busy;
    run.steps.replaceChildren();
    run.prompts.replaceChildren();
    run.report.replaceChildren();
    for (const old of run.block.querySelectorAll(":scope > .stale, :scope > .planned")) old.hidden = true;
    const clock = setInterval(() => tick(run), 1000);
    let ended = false;
    try {
      const answer = await asked(run.isTest ? "test" : "action", "application/x-ndjson", body, running.signal);
      ended = await follows(run, answer.body);
      if (!ended) throw new Error(run.block.dataset.ended);
    } catch (error) {
      const cancelled = error.name === "AbortError";
      run.prompts.replaceChildren();
      note(run.report, cancelled ? run.block.dataset.cancelled : error.message || form.dataset.unreachable);
      for (const step of run.steps.querySelectorAll(".live")) step.remove();
      if (run.isTest) tried = null;
    } finally {
      clearInterval(clock);
      running = null;
      const held = document.activeElement === run.cancel;
      run.button.disabled = false;
      run.cancel.hidden = run.progress.hidden = true;
      run.steps.hidden = run.steps.childElementCount === 0 || ended && run.isTest;
      if (held && ended && run.report.querySelector(".report")) lead(run);
      else if (held) run.button.focus();
      if (run.isTest) tellStale();
    }
  }

  // tick says how long it has taken, and of a slow step that it is one.
  function tick(run) {
    const number = new Intl.NumberFormat(document.querySelector(".settings-page").lang);
    const since = (from) => Math.round((Date.now() - from) / 1000);
    for (const step of run.steps.querySelectorAll(".live")) {
      const seconds = since(step.since);
      step.querySelector(".time").textContent = number.format(seconds) + " s";
      if (seconds < 5 || !run.block.dataset.slow) continue;
      const slow = step.querySelector(".slow") ?? step.querySelector(".detail").appendChild(document.createElement("span"));
      slow.className = "slow";
      slow.textContent = " " + run.block.dataset.slow.replace("{seconds}", number.format(seconds));
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
        if (line.last) replace(document.getElementById("last-test"), line.last);
        if (run.isTest) next(line.status === "failed" ? "mend" : "save");
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
    const step = template.content.firstElementChild;
    const before = [...run.steps.children].findLast((one) => one.dataset.step === line.id);
    step.classList.toggle("live", line.event !== "finished");
    step.since = line.event !== "started" && before?.since || Date.now();
    if (line.event !== "started" && before) before.replaceWith(step);
    else run.steps.append(step);
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
    (button.querySelector("span") ?? button).textContent = form.dataset.copied;
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

  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });

  // The form leaves as much below itself as the bar at its end is high.
  new ResizeObserver(() => form.style.setProperty("--save-height", bar.offsetHeight + "px")).observe(bar);

  keepCurrent(() => running);
  showCopies();
  follow();
  if (form.querySelector("#report .report")) {
    tried = snapshot();
    if (location.hash === "#report") lead(runs.find((run) => run.isTest));
  }
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
