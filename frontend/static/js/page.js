// Beside htmx: short URLs, a lost connection, and the focus after a swap.
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
