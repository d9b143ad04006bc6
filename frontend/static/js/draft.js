// What was typed in the last second is sent when the page is left; see _draft.html for the rest.
"use strict";

{
  const line = document.getElementById("draft");
  const form = line.closest("form");
  let typed = 0;
  let sending = 0;
  let saved = 0;

  form.addEventListener("input", () => { typed += 1; });
  form.addEventListener("submit", () => { saved = Infinity; });
  line.addEventListener("htmx:beforeRequest", () => { sending = typed; });
  line.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) saved = sending; });
  addEventListener("pagehide", () => {
    if (typed <= saved) return;
    const sent = new FormData(form);
    sent.set("draft", "1");
    navigator.sendBeacon(location.pathname, sent);
  });
}
