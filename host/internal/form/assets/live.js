// Keeps what changes while a page is open current, without a reload and without taking the focus from anything.

// fill puts HTML into a place when it is other than what is there. The focus stays on what has it: on the control that
// comes in the place of the one before, and where there is none any more on the place itself.
export function fill(place, html) {
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

const parts = ["prerequisites", "service", "unhealthy", "trouble", "held", "down"];

// keepCurrent asks every few seconds for what changes while the page is open, and at once for what the page came
// without.
export function keepCurrent(busy) {
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
      for (const name of parts) {
        const place = document.getElementById(name);
        if (place && state[name] !== undefined) fill(place, state[name]);
      }
    } catch { /* The Console may be restarting; ask again later. */ }
  };
  setInterval(refresh, 3000);
  if (document.querySelector("[data-late]")) refresh();
}
