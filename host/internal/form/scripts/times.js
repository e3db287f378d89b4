// Writes times in the reader's zone and language.

const written = document.querySelector(".settings-page").lang;
const language = navigator.languages.find((one) => one.split("-")[0] === written) ?? written;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const formats = {
  moment: { dateStyle: "medium", timeStyle: "medium" },
  date: { dateStyle: "long" },
  clock: { hour: "2-digit", minute: "2-digit" },
  day: { day: "numeric", month: "short" },
  far: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
};
for (const [name, options] of Object.entries(formats)) formats[name] = new Intl.DateTimeFormat(language, options);

export const count = new Intl.NumberFormat(language);
export const second = new Intl.DateTimeFormat(language, { timeStyle: "medium" });

// localize writes the times in the place as the reader does.
export function localize(place) {
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

setInterval(() => {
  for (const time of document.querySelectorAll("time[data-as=countdown]")) {
    const now = left(new Date(time.dateTime));
    if (time.textContent !== now) time.textContent = now;
  }
}, 1000);

localize(document);
