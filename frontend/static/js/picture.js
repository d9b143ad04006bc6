// Saves a drawing of the page as SVG or PNG: light colours on white, shapes included, without names and
// without counts that are withheld.
"use strict";

const LOOK = ["fill", "stroke", "stroke-width", "opacity", "color", "font-family", "font-size", "font-weight", "paint-order"];
const TWICE = 2; // sharp on good screens and in print
const EDGE = 14; // white around the drawing

const inPaperColours = (picture) => {
  const copy = picture.cloneNode(true);
  const from = [picture, ...picture.querySelectorAll("*")];
  const root = document.documentElement;
  root.classList.add("on-paper"); // removed before the next paint
  [copy, ...copy.querySelectorAll("*")].forEach((element, place) => {
    const looks = getComputedStyle(from[place]);
    for (const name of LOOK) element.setAttribute(name, looks.getPropertyValue(name));
    if (looks.display === "none") element.setAttribute("display", "none");
  });
  root.classList.remove("on-paper");
  return copy;
};

const withhold = (copy) => {
  for (const spoken of copy.querySelectorAll("title")) spoken.remove();
  copy.removeAttribute("aria-label");
  const kept = copy.querySelectorAll("[data-withheld]");
  for (const small of kept) {
    small.removeAttribute("class"); // its class compares the count with chance
    for (const part of small.querySelectorAll("rect, .times")) part.remove();
    for (const count of small.querySelectorAll(".count")) count.textContent = "*";
    if (small.matches("rect")) small.remove();
  }
  return kept.length > 0;
};

const standalone = async (picture, note) => {
  const copy = inPaperColours(picture);
  const hasNote = withhold(copy);
  const uses = [...copy.querySelectorAll("use")];
  if (uses.length) {
    const answer = await fetch(uses[0].getAttribute("href").split("#")[0]);
    const shapes = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
    for (const symbol of [...shapes.querySelectorAll("symbol")].reverse()) copy.prepend(document.importNode(symbol, true));
    for (const use of uses) use.setAttribute("href", `#${use.getAttribute("href").split("#")[1]}`);
  }
  const { x, y, width, height } = picture.viewBox.baseVal;
  const page = { x: x - EDGE, y: y - EDGE, width: width + 2 * EDGE, height: height + (hasNote ? 3 : 2) * EDGE };
  const ground = document.createElementNS(copy.namespaceURI, "rect");
  for (const [name, value] of Object.entries({ ...page, fill: "#ffffff" })) ground.setAttribute(name, value);
  copy.prepend(ground);
  if (hasNote) {
    const text = document.createElementNS(copy.namespaceURI, "text");
    const look = { x, y: y + height + 1.5 * EDGE, "font-size": "10px", "font-family": "sans-serif", fill: "#444444" };
    for (const [name, value] of Object.entries(look)) text.setAttribute(name, value);
    text.textContent = note;
    copy.append(text);
  }
  copy.setAttribute("viewBox", Object.values(page).join(" "));
  copy.setAttribute("width", TWICE * page.width);
  copy.setAttribute("height", TWICE * page.height);
  return new XMLSerializer().serializeToString(copy);
};

const painted = async (drawn) => {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawn)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  canvas.getContext("2d").drawImage(image, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
};

for (const button of document.querySelectorAll("[data-picture]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const picture = document.getElementById(button.dataset.picture);
    if (!picture) return;
    const drawn = await standalone(picture, button.dataset.note);
    const file = button.dataset.file.endsWith(".png") ? await painted(drawn) : new Blob([drawn], { type: "image/svg+xml" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = button.dataset.file;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}
