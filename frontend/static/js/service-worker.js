// Shows the agenda that its owner keeps on this device, where there is no network. See offline.js.
"use strict";

const LIFE = 24 * 60 * 60 * 1000;

// Of the forum whose page is asked for; of any, on a page of none.
async function keptAgenda(request) {
  const cache = await caches.open("agenda");
  const [forum] = new URL(request.url).pathname.match(/^\/e\/[^/]+\//) || [""];
  const key = (await cache.keys()).find(({ url }) => url.endsWith(`${forum}meetings/offline/`));
  const kept = key && (await cache.match(key, { ignoreVary: true }));
  if (kept && Date.now() - Date.parse(kept.headers.get("date")) < LIFE) return kept;
  await caches.delete("agenda");
  return Response.error();
}

async function keptStyle(request) {
  return (await caches.match(request, { ignoreVary: true })) || Response.error();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.method === "GET") {
    event.respondWith(fetch(request).catch(() => keptAgenda(request)));
  } else if (request.destination === "style") {
    event.respondWith(fetch(request).catch(() => keptStyle(request)));
  }
});
