// The control of each kind: how its value is read and written, and what the plain form has not got.

import { format, formatList, formatPairs, parse, parseList, parsePairs } from "./rules.js";

// controlOf returns the control of a field. Fields that are only shown have one that is never read.
export function controlOf(element, { kind, control: name }) {
  const main = element.querySelector(`#control-${CSS.escape(element.dataset.field)}`);
  const inputs = () => [...element.querySelectorAll("input, select, textarea, button.small")];
  const named = () => [...element.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
  const editor = element.querySelector(":scope > .rows") && rows(element, kind, main);
  const control = {
    secret: name.startsWith("secret."),
    value: () => parse(kind, main.value),
    set(value) { this.write(format(kind, value)); },
    write(text) {
      if (main.value === text) return;
      main.value = text;
      editor?.read();
    },
    hint(standard) {
      const shown = element.querySelector(".standard");
      if (shown) shown.textContent = format(kind, standard);
      else if (main.placeholder !== undefined && !isMissing(standard)) main.placeholder = format(kind, standard);
    },
    offer(html) { element.querySelector(`#proposals-${CSS.escape(element.dataset.field)}`).innerHTML = html; },
    changed: () => (named()[0] ?? main).dispatchEvent(new Event("input", { bubbles: true })),
    focus: () => (editor ? element.querySelector(".rows input, .rows .add") : named().find((one) => one.type !== "hidden"))?.focus(),
    disable(off) { for (const one of inputs()) one.disabled = off; },
    require(needed) { main.toggleAttribute("aria-required", needed); if (needed) main.setAttribute("aria-required", "true"); },
    mark(wrong) { if (wrong) main.setAttribute("aria-invalid", "true"); else main.removeAttribute("aria-invalid"); },
  };
  if (editor) {
    const { offer } = control;
    control.offer = (html) => { offer(html); editor.mirror(); };
  }
  if (main.type === "file" || element.querySelector(":scope > .file")) readFiles(element, control);
  if (control.secret) control.hint = () => {};
  if (kind === "boolean" && main.type === "checkbox") {
    control.value = () => main.checked;
    control.set = (value) => { main.checked = value === true; };
    control.hint = () => {};
  } else if (main.getAttribute("role") === "radiogroup") {
    control.value = () => named().find((one) => one.checked)?.value ?? "";
    control.set = (value) => { for (const one of named()) one.checked = one.value === (value ?? ""); };
    control.mark = () => {};
    control.hint = () => {};
  } else if (main.getAttribute("role") === "group") {
    several(control, named, element);
  }
  return control;
}

const isMissing = (value) => value === null || value === undefined;

// several are tick-boxes, one for each value that can be chosen, and perhaps a text for another one.
function several(control, named, element) {
  const ticks = () => named().filter((one) => one.type === "checkbox");
  control.value = () => named().filter((one) => one.type === "checkbox" ? one.checked : one.value).map((one) => one.value);
  control.set = (value) => {
    const chosen = new Set(value ?? []);
    for (const one of ticks()) one.checked = chosen.has(one.value);
  };
  control.mark = control.hint = control.require = () => {};
  const offer = control.offer;
  control.offer = (html) => {
    const chosen = control.value();
    offer(html);
    control.set(chosen);
    const other = element.querySelector(".other input");
    if (other && ticks().some((one) => one.value === other.value)) other.value = "";
  };
}

// rows is the editor of a list or a map: it writes into the text that the plain form has.
function rows(element, kind, text) {
  const editor = element.querySelector(":scope > .rows");
  const list = editor.querySelector("ol");
  const template = element.querySelector(":scope > template");
  const isMap = kind === "map";
  text.hidden = true;
  element.querySelector(":scope > .typed-lines").hidden = true;
  element.querySelector(":scope > .label-row > label").removeAttribute("for");
  editor.hidden = false;

  function add([key, entry]) {
    const row = template.content.cloneNode(true).firstElementChild;
    if (isMap) row.querySelector(".key").value = key;
    row.querySelector(".entry").value = entry;
    list.append(row);
    return row;
  }

  function read() {
    list.replaceChildren();
    const entries = isMap ? parsePairs(text.value.trim()) : parseList(text.value.trim()).map((entry) => ["", entry]);
    entries.forEach(add);
    number();
    mirror();
  }

  // mirror has the boxes of what an action has found say what the list has. Here they add and remove rows, and the plain
  // form need not know of them.
  function mirror() {
    const has = new Set([...list.children].map((row) => row.querySelector(".entry").value.trim()));
    for (const box of element.querySelectorAll(".found input")) {
      if (box.type === "hidden") box.remove();
      box.removeAttribute("name");
      box.checked = has.has(box.value);
    }
  }

  function number() {
    [...list.children].forEach((row, index) => {
      for (const one of row.querySelectorAll("[data-label]")) one.setAttribute("aria-label", `${one.dataset.label} ${index + 1}`);
    });
  }

  function write() {
    const pairs = [...list.children].map((row) => [row.querySelector(".key")?.value.trim() ?? "", row.querySelector(".entry").value.trim()]);
    text.value = isMap ? formatPairs(pairs.filter(([key, entry]) => key || entry)) : formatList(pairs.map(([, entry]) => entry).filter(Boolean));
    text.dispatchEvent(new Event("input", { bubbles: true }));
    mirror();
  }

  list.addEventListener("input", write);
  element.addEventListener("change", ({ target }) => {
    if (!target.closest(".found")) return;
    if (target.checked) add(["", target.value]);
    else for (const row of [...list.children]) if (row.querySelector(".entry").value.trim() === target.value) row.remove();
    number();
    write();
  });
  editor.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const row = button?.closest("li");
    if (!button) return;
    if (button.matches(".add")) {
      add(["", ""]).querySelector("input").focus();
    } else if (button.matches(".remove")) {
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      (next?.querySelector("input") ?? editor.querySelector(".add")).focus();
    } else if (button.matches(".up")) {
      row.previousElementSibling?.before(row);
      button.focus();
    } else if (button.matches(".down")) {
      row.nextElementSibling?.after(row);
      button.focus();
    }
    number();
    if (!button.matches(".add")) write();
  });
  read();
  return { read, mirror };
}

// readFiles has the text of a file read into the field. The file itself is never sent.
function readFiles(element, control) {
  const picker = element.querySelector(":scope > .file");
  const input = picker.querySelector("input");
  picker.hidden = false;
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    const limit = Number(input.dataset.limit);
    let text = "";
    try {
      if (file.size > 4 * limit) throw new Error("too large"); // A character takes at most four bytes.
      text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer()).replaceAll("\r\n", "\n");
      if ([...text].length > limit || text.includes("\0")) throw new Error("not a text");
    } catch {
      const refused = document.createElement("p");
      refused.className = "finding error";
      refused.textContent = input.dataset.refused;
      element.querySelector(":scope > .findings").replaceChildren(refused);
      return;
    } finally {
      input.value = "";
    }
    control.write(text);
    control.changed();
  });
}
