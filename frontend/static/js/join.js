// An example is put into the text at once; without this, the server does it.
"use strict";

for (const button of document.querySelectorAll("[data-fills]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const text = document.getElementById(button.dataset.fills);
    text.value = [text.value.trim(), button.value].filter(Boolean).join("\n");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  });
}
