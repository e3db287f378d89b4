// A practice server's button fills in the form on the page, password included.
for (const button of document.querySelectorAll("[data-practice]")) {
  button.addEventListener("click", (event) => {
    const form = document.getElementById("settings-form");
    if (!form) return;
    event.preventDefault();
    const values = { ...JSON.parse(button.value) };
    for (const [name, value] of Object.entries(values)) put(form.elements[`value.${name}`], value);
    put(form.elements["secret.password"], button.dataset.password);
    document.getElementById("test-button").scrollIntoView({ block: "center" });
  });
}

function put(control, value) {
  if (!control) return;
  if (control.type === "checkbox") control.checked = Boolean(value);
  else control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
}
