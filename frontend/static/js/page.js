// Beside htmx: short URLs, a lost connection, the focus after a swap, and a button that copies a field.
"use strict";

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") return;
  for (const [name, value] of [...event.detail.formData]) if (value === "") event.detail.formData.delete(name);
});

for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    if (event.detail.elt.id === "refreshing") return;
    const template = document.getElementById("connection-lost");
    document.getElementById("messages").replaceChildren(template.content.cloneNode(true));
  });
}

document.addEventListener("htmx:afterSettle", (event) => {
  const asked = event.detail.requestConfig;
  if (!asked || asked.verb !== "post" || document.activeElement !== document.body) return;
  const next = document.querySelector("#messages button, #messages a, #list");
  if (next) next.focus();
});

// The menu behind "More" closes by Escape and by a press elsewhere; without this it closes by its own button.
document.addEventListener("keydown", (event) => {
  const open = document.querySelector(".more[open]");
  if (event.key !== "Escape" || !open) return;
  open.open = false;
  open.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  const open = document.querySelector(".more[open]");
  if (open && !open.contains(event.target)) open.open = false;
});

// A button that copies a field appears where the browser lets it; without it the field can be selected.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.textContent = button.dataset.copied;
  });
}
