// Posts the form. What went wrong is the message of the error.

import { form } from "./fields.js";

export async function asked(route, accept, body, signal) {
  let answer;
  try {
    answer = await fetch(route, { method: "POST", body, headers: { Accept: accept }, signal });
  } catch (error) {
    throw error.name === "AbortError" ? error : new Error(form.dataset.unreachable);
  }
  if (!answer.ok) throw new Error((await answer.text()).slice(0, 500));
  return answer;
}

export async function askedJSON(route, body) {
  const answer = await asked(route, "application/json", body);
  return answer.json().catch(() => { throw new Error(form.dataset.unreachable); }); // A page to log in, perhaps.
}

// lines reads a stream of one JSON document a line.
export async function* lines(stream) {
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

export function paragraph(kind, text) {
  const made = document.createElement("p");
  made.className = kind;
  made.textContent = text;
  return made;
}

export const note = (where, text) => where.replaceChildren(paragraph("notice error", text));
