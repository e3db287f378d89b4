// Keeps the pages of the notifications up to date, writes times in the reader's zone and language, and asks before much
// is done at once. All HTML that is put into the page was made by the server, which has escaped it.

const page = document.querySelector(".settings-page");
const language = navigator.languages.find((one) => one.split("-")[0] === page.lang) ?? page.lang;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const formats = {
  moment: { dateStyle: "medium", timeStyle: "medium" },
  clock: { hour: "2-digit", minute: "2-digit" },
  day: { day: "numeric", month: "short" },
  far: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
};
for (const [name, options] of Object.entries(formats)) formats[name] = new Intl.DateTimeFormat(language, options);

// localize writes the times in the place as the reader does.
function localize(place) {
  for (const time of place.querySelectorAll("time[data-as]")) {
    const at = new Date(time.dateTime);
    const { as } = time.dataset;
    if (as === "countdown") time.textContent = left(at);
    else if (as === "clock" && !time.closest(".ticks") && at.toDateString() !== new Date().toDateString()) {
      time.textContent = formats.far.format(at);
    } else time.textContent = formats[as].format(at);
    time.title = `${formats.moment.format(at)} (${zone})`;
  }
}

// left is how long it is until then: minutes and seconds.
function left(at) {
  const seconds = Math.max(0, Math.round((at - Date.now()) / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
  if (seconds >= 3600) parts.unshift(String(Math.floor(seconds / 3600)));
  return parts.join(":").replace(/^0(?=\d:)/, "");
}

// put makes the place what the HTML says, and touches only what differs: nothing flashes, and the focus stays.
function put(place, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  localize(template.content);
  const focused = place.contains(document.activeElement) ? document.activeElement : null;
  children(place, template.content);
  if (focused && !focused.isConnected) {
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
  }
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

const known = {};

function take(parts) {
  Object.assign(known, parts);
  for (const [id, html] of Object.entries(known)) {
    const place = document.getElementById(id);
    if (place) put(place, html);
  }
  reveal();
}

const live = document.getElementById("live");

// say tells how the page is kept up to date.
function say(how) {
  if (live.dataset.how === how) return;
  live.dataset.how = how;
  live.querySelector(".said").textContent = live.dataset[how];
}

const query = page.dataset.live ? `?${page.dataset.live}` : "";
const stillAsks = 5000;
const streamAgain = 60_000;
let stream;
let poll;

// connect follows the stream of events. Without one the page asks every few seconds, and tries again later.
function connect() {
  clearInterval(poll);
  stream = new EventSource(`events${query}`);
  stream.onopen = () => say("live");
  stream.onmessage = (event) => {
    say("live");
    take(JSON.parse(event.data));
  };
  stream.onerror = () => {
    if (stream.readyState !== EventSource.CLOSED) return say("lost"); // It connects again by itself.
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
    const answer = await fetch(`state${query}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    take(await answer.json());
    say("asks");
  } catch {
    say("lost");
  }
}

// A browser opens few connections to a server: a page that nobody looks at needs none.
function follow() {
  if (document.hidden) {
    stream?.close();
    stream = undefined;
    clearInterval(poll);
  } else if (!stream) connect();
}

if (live) {
  document.addEventListener("visibilitychange", follow);
  addEventListener("pageshow", (event) => { if (event.persisted) follow(); });
  addEventListener("pagehide", () => { stream?.close(); stream = undefined; clearInterval(poll); });
  follow();
}

setInterval(() => {
  for (const time of document.querySelectorAll("time[data-as=countdown]")) {
    const now = left(new Date(time.dateTime));
    if (time.textContent !== now) time.textContent = now;
  }
}, 1000);

const dialog = document.getElementById("ask");

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a.ask");
  const copy = event.target.closest(".copy");
  if (event.target.closest("dialog .leave")) {
    event.preventDefault();
    dialog.close();
  } else if (copy) {
    await navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent);
    copy.firstChild.data = copy.dataset.copied + " ";
  } else if (link && dialog && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    try {
      const answer = await fetch(link.href, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      dialog.innerHTML = (await answer.json()).html;
      dialog.showModal();
      dialog.querySelector(".leave").focus();
    } catch {
      location.assign(link.href);
    }
  }
});

function reveal() {
  if (!navigator.clipboard) return;
  for (const copy of document.querySelectorAll(".copy")) copy.hidden = false;
}

localize(document);
reveal();
