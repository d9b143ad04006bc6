// The bar below the list of attendees says how many are ticked, and who; on a phone it is one line.
"use strict";

const bar = document.querySelector("#set-bar .chosen");
const list = document.querySelector("form.roster");

function sayWho() {
  const ticked = [...list.querySelectorAll("input[name=attendee]:checked")];
  const names = ticked.map((box) => box.getAttribute("aria-label")).join(", ");
  bar.textContent = ticked.length ? `${bar.dataset.some} ${ticked.length} – ${names}` : bar.dataset.none;
}

if (bar && list) {
  if (matchMedia("(max-width: 40rem)").matches) list.querySelector("#set-bar details").open = false;
  list.addEventListener("change", sayWho);
  window.addEventListener("pageshow", sayWho);
  sayWho();
}
