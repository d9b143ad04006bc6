// Beside htmx: short URLs, a lost connection, what survives a swap, and a button that copies a field.
"use strict";

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") return;
  for (const [name, value] of [...event.detail.formData]) if (value === "") event.detail.formData.delete(name);
});

for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    if (event.detail.elt.id === "refreshing") return;
    document.getElementById("no-connection")?.remove();
    const template = document.getElementById("connection-lost");
    document.getElementById("messages").prepend(template.content.cloneNode(true));
  });
}

// What a row opens to is fetched when it is opened, and again when its list is swapped.
const FETCHED = "[hx-trigger=opened]";
const fetchInside = (row) => {
  const inside = row.querySelector(FETCHED);
  if (inside) htmx.trigger(inside, "opened");
};
document.addEventListener("htmx:afterSettle", ({ target }) => target.querySelectorAll(".more-of[open]").forEach(fetchInside));
document.addEventListener("toggle", ({ target }) => {
  if (target.open && target.matches(".more-of")) fetchInside(target);
}, true);

// What somebody opened stays open, what they closed stays closed: a <details> is known by the id of its summary.
let focused = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  focused = { element: document.activeElement, near: document.activeElement.closest("[id]")?.id };
  const answer = document.createElement("template");
  answer.innerHTML = event.detail.serverResponse;
  for (const summary of answer.content.querySelectorAll("summary[id]")) {
    const row = summary.parentElement, shown = document.getElementById(summary.id)?.parentElement;
    if (!shown) continue;
    row.open = shown.open;
    const inside = shown.open && row.querySelector(FETCHED);
    if (inside) inside.innerHTML = shown.querySelector(FETCHED).innerHTML;  // until it is fetched anew
  }
  event.detail.serverResponse = answer.innerHTML;
});

// A part beside the list that the answer does not change is left alone, with the choice that is open in it.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (fragment.firstElementChild?.outerHTML === target.outerHTML) event.detail.shouldSwap = false;
});

// htmx keeps the focus of what has an id. Anything else is found again by being equal, near the same id; what is gone
// leaves the focus to the undoing of what was posted, or to the part that was swapped.
document.addEventListener("htmx:afterSwap", (event) => {
  const posted = event.detail.requestConfig?.verb === "post";
  if (document.activeElement !== document.body || (focused.element === document.body && !posted)) return;
  const near = [...(document.getElementById(focused.near)?.querySelectorAll(focused.element.localName) ?? [])];
  const next =
    near.find((one) => one.isEqualNode(focused.element)) ??
    (posted ? document.querySelector("#messages button, #messages a") : null) ??
    event.target.closest("[tabindex]");
  next?.focus({ preventScroll: !posted });
});

// A row opens in one panel beside its list from the width at which pages.css has one: opening another closes it.
document.addEventListener("toggle", ({ target }) => {
  if (!target.open || !target.matches(".with-panel .more-of") || !matchMedia("(min-width: 68.75rem)").matches) return;
  for (const other of document.querySelectorAll(".with-panel .more-of[open]")) if (other !== target) other.open = false;
}, true);

// Escape closes the menu behind "More", or the row that is opened, and leads back to its button.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector(".more[open]")
    ?? document.activeElement.closest(".row")?.querySelector(".more-of[open]")
    ?? document.querySelector(".with-panel .more-of[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

// The menu closes by a press elsewhere, too; without a script it closes by its own button.
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
