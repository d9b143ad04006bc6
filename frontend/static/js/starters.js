// A message to begin with is put into the text at once, before what was typed; without this, the server does it.
"use strict";

const starters = [...document.querySelectorAll("[data-starts]")];
for (const starter of starters) {
  starter.addEventListener("click", (event) => {
    event.preventDefault();
    const text = document.getElementById(starter.dataset.starts);
    const typed = starters.reduce((left, { dataset }) => left.replace(dataset.text, ""), text.value).trim();
    text.value = [starter.dataset.text, typed].filter(Boolean).join("\n");
    text.focus();
  });
}
