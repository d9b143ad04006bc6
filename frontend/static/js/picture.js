// Saves a picture of the page as a file of its own: colours and letters as they look now, shapes included.
"use strict";

const LOOK = ["fill", "stroke", "stroke-width", "opacity", "color", "font-family", "font-size", "font-weight"];

const standalone = async (picture) => {
  const copy = picture.cloneNode(true);
  const from = [picture, ...picture.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((element, place) => {
    const looks = getComputedStyle(from[place]);
    for (const name of LOOK) element.setAttribute(name, looks.getPropertyValue(name));
    if (looks.display === "none") element.setAttribute("display", "none");
  });
  const uses = [...copy.querySelectorAll("use")];
  if (uses.length) {
    const answer = await fetch(uses[0].getAttribute("href").split("#")[0]);
    const shapes = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
    for (const symbol of [...shapes.querySelectorAll("symbol")].reverse()) copy.prepend(document.importNode(symbol, true));
    for (const use of uses) use.setAttribute("href", `#${use.getAttribute("href").split("#")[1]}`);
  }
  const ground = document.createElementNS(copy.namespaceURI, "rect");
  const { x, y, width, height } = picture.viewBox.baseVal;
  for (const [name, value] of Object.entries({ x, y, width, height })) ground.setAttribute(name, value);
  ground.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
  copy.prepend(ground);
  copy.setAttribute("width", 2 * width);
  copy.setAttribute("height", 2 * height);
  return new XMLSerializer().serializeToString(copy);
};

for (const button of document.querySelectorAll("[data-picture]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const picture = document.getElementById(button.dataset.picture);
    if (!picture) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([await standalone(picture)], { type: "image/svg+xml" }));
    link.download = button.dataset.file;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}
