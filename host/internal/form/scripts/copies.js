// Buttons that copy what stands elsewhere on the page.

export function revealCopies(place) {
  if (!navigator.clipboard) return;
  for (const copy of place.querySelectorAll(".copy")) copy.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest(".copy");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(source.value ?? source.textContent);
  (button.querySelector("span") ?? button.firstChild).textContent = button.dataset.copied + " ";
});

revealCopies(document);
