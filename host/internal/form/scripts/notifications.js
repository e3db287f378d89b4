// Keeps the pages of the notifications up to date, and asks before much is done at once.

import { keepCurrent } from "./live.js";
import { revealCopies } from "./copies.js";

const live = document.getElementById("live");
const about = document.querySelector(".settings-page").dataset.live;

if (live) {
  keepCurrent({
    query: about ? "?" + about : "",
    taken: () => revealCopies(document),
    said(how) {
      if (live.dataset.how === how) return;
      live.dataset.how = how;
      live.querySelector(".said").textContent = live.dataset[how];
    },
  });
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
