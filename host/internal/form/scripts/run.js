// The page's test and its actions: live steps, Cancel, the verdict.

import { asked, lines, note, paragraph } from "./asked.js";
import { fields, fill, form, named, next, show, snapshot } from "./fields.js";
import { posted } from "./save.js";
import { put } from "./live.js";
import { revealCopies } from "./copies.js";

export const runs = [...form.querySelectorAll("[data-run]")].map(runOf);
export const test = runs.find((run) => run.isTest);

const tested = document.getElementById("tested");
let running = null;
let edits = 0;
let filling = null; // The action whose findings are on their way into the form.
let tried = null; // What stood in the form when it was tested.

// edited has what was tested be not what stands in the form any more.
export function edited() {
  edits++;
  tested.value = "";
}

export const isRunning = () => Boolean(running);
export const wasTested = () => Boolean(tried);

// cameTested says that the page came with the verdict on what stands in the form.
export function cameTested() { tried = snapshot(); }

// runOf is the page's test, or an action: its buttons, and where it is told what happens.
function runOf(block) {
  const find = (selector) => block.querySelector(":scope > " + selector) ??
    block.querySelector(":scope > .part > " + selector);
  const run = {
    block, isTest: block.dataset.run === "", cancel: find(".actions .cancel"), progress: find(".actions .progress"),
    button: find(".actions > [type=submit]") ?? document.getElementById(block.dataset.run),
    steps: find(".steps"), prompts: find(".prompts"), report: find(".outcome"),
  };
  run.cancel.addEventListener("click", () => running?.abort());
  return run;
}

// runFor is what a button runs. The same action may have several.
export function runFor(button) {
  const byName = ["action", "agreed"].includes(button.name);
  if (button.name === "again") return test;
  return runs.find((run) => run.button === button || byName && run.button.value === button.value);
}

// tellStale says which fields are others now than those that were tested.
export function tellStale() {
  const stale = form.querySelector(".stale");
  if (!stale || !tried || running) return;
  const others = [...snapshot()].filter(([name, text]) => tried.get(name) !== text).map(([name]) => name);
  stale.hidden = others.length === 0;
  if (stale.hidden) return;
  const what = stale.querySelector(".what");
  what.textContent = what.dataset.text.replace("{fields}", named(others));
  next("test");
}

// outdate says of what actions have found that it is not about the form as it stands any more. What an action has
// filled in itself is no change to what it says.
export function outdate(those) {
  for (const run of those) {
    const report = run.report.querySelector(".report:not(:has(> .outdated))");
    if (report && run !== filling && !run.isTest) report.prepend(paragraph("help outdated", form.dataset.outdated));
  }
}

// lead has the verdict in view, its title with the keyboard.
export function lead(run) {
  const title = run.report.querySelector("h3, .headline");
  if (!title) return;
  title.focus({ preventScroll: true });
  (title.closest(".verdict") ?? title).scrollIntoView({ block: "nearest" });
}

export async function carryOut(run, button) {
  if (running) return;
  running = new AbortController();
  if (run.isTest) tested.value = "";
  form.dispatchEvent(new CustomEvent("asking", { detail: run.isTest ? "test" : "action" }));
  const body = posted(run.isTest ? null : button); // Before what was agreed to goes from the page.
  if (run.isTest) tried = snapshot();
  begin(run);
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
    for (const step of run.steps.querySelectorAll(".live, .todo")) step.remove();
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
    form.dispatchEvent(new Event("ran"));
  }
}

function begin(run) {
  run.button.disabled = true;
  run.cancel.hidden = run.progress.hidden = run.steps.hidden = false;
  run.cancel.focus(); // The button goes, and the focus would go with it.
  run.progress.textContent = run.block.dataset.busy;
  const planned = run.block.querySelectorAll(":scope > .planned .step");
  run.steps.replaceChildren(...[...planned].map((step) => step.cloneNode(true)));
  run.prompts.replaceChildren();
  run.report.replaceChildren();
  for (const old of run.block.querySelectorAll(":scope > .stale, :scope > .planned")) old.hidden = true;
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

function take(run, line) {
  switch (line.event) {
    case "completed":
      run.report.innerHTML = line.html;
      if (line.settled) run.prompts.replaceChildren();
      for (const step of run.steps.querySelectorAll(".todo")) step.remove();
      show(line.findings);
      revealCopies(run.report);
      if (line.last) put(document.getElementById("last-test"), line.last);
      if (run.isTest) next(line.status === "failed" ? "mend" : "save");
      return taken(run, line);
    case "confirm":
      run.report.innerHTML = line.html;
      return run.report.querySelector("button").focus();
    case "prompt":
      run.prompts.innerHTML = line.html;
      return;
    default:
      return putStep(run, line);
  }
}

// putStep puts a step where it is known, or planned: what was planned before it does not come any more.
function putStep(run, line) {
  const template = document.createElement("template");
  template.innerHTML = line.html;
  const step = template.content.firstElementChild;
  const known = [...run.steps.children].findLast((one) => one.dataset.step === line.id);
  const planned = known?.matches(".todo");
  step.classList.toggle("live", line.event !== "finished");
  step.since = line.event !== "started" && known?.since || Date.now();
  if (planned) while (known.previousElementSibling?.matches(".todo")) known.previousElementSibling.remove();
  if (known && (planned || line.event !== "started")) known.replaceWith(step);
  else run.steps.insertBefore(step, run.steps.querySelector(".todo"));
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
