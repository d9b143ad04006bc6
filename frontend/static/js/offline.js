// Keeps my agenda on this device, if I ask for it, and renews or forgets it whenever the server answers.
"use strict";

(async () => {
  if (!("serviceWorker" in navigator) || !("caches" in self)) return;
  const FRESH = 60 * 1000;
  const address = document.querySelector("meta[name=offline-agenda]")?.content;
  const isSignedIn = Boolean(document.querySelector("form.who"));
  const [toKeep, isKept] = ["offline-keep", "offline-kept"].map((id) => document.getElementById(id));

  async function forget() {
    await caches.delete("agenda");
    const worker = await navigator.serviceWorker.getRegistration("/");
    if (worker) await worker.unregister();
  }

  // Refused or led elsewhere: it is no longer mine to read. A server at fault changes nothing.
  async function renew() {
    const answer = await fetch(address, { redirect: "manual" });
    if (answer.status < 200 || (answer.status >= 300 && answer.status < 500 && answer.status !== 429)) await forget();
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.clone().text(), "text/html");
    const cache = await caches.open("agenda");
    await cache.addAll([...page.querySelectorAll("link[rel=stylesheet]")].map((link) => link.getAttribute("href")));
    await cache.put(address, answer);
  }

  async function show() {
    const kept = await caches.match(address, { ignoreVary: true });
    if (toKeep) toKeep.hidden = Boolean(kept);
    if (isKept) isKept.hidden = !kept;
    return kept;
  }

  if (!isSignedIn) return void (await forget());
  if (!address) return;
  const kept = await show();
  if (kept && Date.now() - Date.parse(kept.headers.get("date")) > FRESH) await renew().catch(() => {});
  toKeep?.querySelector("button").addEventListener("click", async () => {
    await renew();
    await navigator.serviceWorker.register("/service-worker.js");
    await show();
    isKept.querySelector("button").focus();
  });
  isKept?.querySelector("button").addEventListener("click", async () => {
    await forget();
    await show();
    toKeep.querySelector("button").focus();
  });
})();
