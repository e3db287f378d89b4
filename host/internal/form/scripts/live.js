// Keeps what changes while a page is open current, without a reload and without taking the focus from anything. All HTML
// that is put into the page was made by the server, which has escaped it.

import { localize } from "./times.js";

const focusable = "a, button, input, select, summary";

// put makes the place what the HTML says, and touches only what differs: nothing flashes, and the focus stays. Where what
// has it goes, the focus goes to the control that comes in its place, and else to the place itself.
export function put(place, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  localize(template.content);
  const focused = place.contains(document.activeElement) ? document.activeElement : null;
  const at = focused ? [...place.querySelectorAll(focusable)].indexOf(focused) : -1;
  children(place, template.content);
  if (!focused || focused.isConnected) return;
  place.tabIndex = -1;
  (place.querySelectorAll(focusable)[at] ?? place).focus({ preventScroll: true });
}

function children(old, fresh) {
  const wanted = new Set([...fresh.children].map((one) => one.id).filter(Boolean));
  for (const one of [...old.children]) if (one.id && !wanted.has(one.id)) one.remove();
  const byID = new Map([...old.children].filter((one) => one.id).map((one) => [one.id, one]));
  let at = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const known = next.id ? byID.get(next.id) : at && !at.id && at.nodeName === next.nodeName && at;
    if (!known) {
      old.insertBefore(next, at);
      continue;
    }
    if (known === at) at = at.nextSibling;
    else old.insertBefore(known, at);
    same(known, next);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

function same(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !["open", "tabindex"].includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && name !== "hidden") old.setAttribute(name, value);
  }
  children(old, fresh);
}

const stillAsks = 5000;
const streamAgain = 60_000;
const silence = 15_000; // after which a stream that says nothing is taken for broken

// keepCurrent follows the stream of events about the page. Without one it asks every few seconds, and tries the stream
// again later. What is told of a place is put there unless busy says that the page is at work on it; what is returned
// catches up with that. taken is called after each time, said with how the page is kept current: live, asks or lost.
export function keepCurrent({ query = "", busy = () => false, taken = () => {}, said = () => {} }) {
  const known = {};
  let stream;
  let poll;
  let heard;

  function hear() {
    heard = Date.now();
    said("live");
  }

  function take(parts = {}) {
    Object.assign(known, parts);
    for (const [id, html] of Object.entries(known)) {
      const place = document.getElementById(id);
      if (place && !busy(id)) put(place, html);
    }
    taken(known);
  }

  function connect() {
    clearInterval(poll);
    heard = Date.now();
    stream = new EventSource("events" + query);
    stream.onopen = hear;
    stream.onmessage = (event) => {
      hear();
      if (event.data !== "{}") take(JSON.parse(event.data)); // Else it says that nothing is new.
    };
    stream.onerror = () => {
      if (stream.readyState !== EventSource.CLOSED) return said("lost"); // It connects again by itself.
      stream = undefined;
      clearInterval(poll);
      ask();
      poll = setInterval(ask, stillAsks);
      setTimeout(() => { if (!document.hidden && !stream) connect(); }, streamAgain);
    };
  }

  async function ask() {
    if (document.hidden) return;
    try {
      const answer = await fetch("state" + query, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.statusText);
      take(await answer.json());
      said("asks");
    } catch {
      said("lost");
    }
  }

  function stop() {
    stream?.close();
    stream = undefined;
    clearInterval(poll);
  }

  // A browser opens few connections to a server: a page that nobody looks at needs none.
  function follow() {
    if (document.hidden) stop();
    else if (!stream) connect();
  }

  setInterval(() => {
    if (!stream || Date.now() - heard < silence) return;
    stop();
    said("lost");
    follow();
  }, 1000);
  document.addEventListener("visibilitychange", follow);
  addEventListener("pageshow", (event) => { if (event.persisted) follow(); });
  addEventListener("pagehide", stop);
  follow();
  return take;
}
