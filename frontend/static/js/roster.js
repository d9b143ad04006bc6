// The bar below the list of attendees says how many are ticked, and who.
"use strict";

const bar = document.querySelector("#set-bar .chosen");
const list = document.querySelector("form.roster");

function sayWho() {
  const ticked = [...list.querySelectorAll("input[name=attendee]:checked")];
  const names = ticked.map((box) => box.getAttribute("aria-label")).join(", ");
  bar.textContent = ticked.length ? `${bar.dataset.some} ${ticked.length} – ${names}` : bar.dataset.none;
}

if (bar && list) {
  list.addEventListener("change", sayWho);
  window.addEventListener("pageshow", sayWho);
  sayWho();
}
