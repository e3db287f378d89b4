// Keeps the pages of the notifications up to date, and asks before much is done at once.

import { keepCurrent } from "./live.js";
import { count, second } from "./times.js";
import { revealCopies } from "./copies.js";

const live = document.getElementById("live");
const about = document.querySelector(".settings-page").dataset.live;

let heard = Date.now();

// mark says how the page is kept current, and how long ago it was.
function mark() {
  const { how } = live.dataset;
  if (!how) return;
  const when = how === "lost" ? second.format(heard) : count.format(Math.round((Date.now() - heard) / 1000));
  const now = live.dataset[how].replace("#", when);
  const place = live.querySelector(".said");
  if (place.textContent !== now) place.textContent = now;
}

if (live) {
  keepCurrent({
    query: about ? "?" + about : "",
    taken: () => revealCopies(document),
    said(how) {
      if (how !== "lost") heard = Date.now();
      live.dataset.how = how;
      mark();
    },
  });
  setInterval(mark, 1000);
}

const dialog = document.getElementById("ask");

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a.ask");
  if (event.target.closest("dialog .leave")) {
    event.preventDefault();
    dialog.close();
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
