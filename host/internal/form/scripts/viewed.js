// The page of the settings for who may only look at them, its history, and the page while the plugin does not run.

import "./back.js";
import "./copies.js";
import { keepCurrent, put } from "./live.js";

const down = document.getElementById("down");

// Who is on the way to another page goes there: to load this one would end that.
let leaving = false;
addEventListener("beforeunload", () => (leaving = true));

if (down || document.querySelector(".strip")) {
  keepCurrent({
    busy: (place) => place === "down",
    taken({ down: why }) {
      if (!down) return;
      if (why) put(down, why);
      else if (why === "" && !leaving) location.replace("./"); // It runs again. A reload could post a form once more.
    },
  });
}
