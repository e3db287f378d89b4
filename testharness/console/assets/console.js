// A practice server's button fills in the form on the page, password included.
for (const button of document.querySelectorAll("[data-practice]")) {
  button.addEventListener("click", (event) => {
    const form = document.getElementById("settings-form");
    if (!form) return;
    event.preventDefault();
    const values = { ...JSON.parse(button.value) };
    for (const [name, value] of Object.entries(values)) put(form.elements[`value.${name}`], value);
    put(form.elements["secret.password"], button.dataset.password);
    for (let at = button.closest("details"); at; at = at.parentElement.closest("details")) at.open = false;
    document.getElementById("test-button").scrollIntoView({ block: "center" });
  });
}

function put(control, value) {
  if (!control) return;
  if (control.type === "checkbox") control.checked = Boolean(value);
  else control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
}

// What lives on a page of the Console is looked at every few seconds. What has the focus stays as it is.
const alive = document.querySelector("#live.overview, .inbox #live");
if (alive) {
  for (const one of document.querySelectorAll(".refreshes")) one.hidden = false;
  setInterval(async () => {
    if (document.hidden || alive.contains(document.activeElement)) return;
    try {
      const answer = await fetch(location.href);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
      if (!answer.ok || !fresh || fresh.innerHTML === alive.innerHTML) return;
      if (alive.closest(".inbox") && !document.querySelector(".inbox-views")) location.reload(); // The first mail.
      else alive.replaceChildren(...fresh.childNodes);
    } catch { /* The Console may be restarting; ask again later. */ }
  }, 3000);
}
