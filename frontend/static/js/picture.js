// Saves a drawing of the released figures as SVG or PNG: light colours on white, with title, date, legend and the rule
// of what is withheld.
"use strict";

const LOOK = ["fill", "stroke", "stroke-width", "opacity", "color", "font-family", "font-size", "font-weight", "paint-order"];
const TWICE = 2; // sharp on good screens and in print
const EDGE = 14; // white around the drawing, and the height of a line
const LETTER = 5.4; // width of one, on average

const inPaperColours = (picture) => {
  const copy = picture.cloneNode(true);
  const from = [picture, ...picture.querySelectorAll("*")];
  const root = document.documentElement;
  root.classList.add("on-paper"); // removed before the next paint
  [copy, ...copy.querySelectorAll("*")].forEach((element, place) => {
    const looks = getComputedStyle(from[place]);
    for (const name of LOOK) element.setAttribute(name, looks.getPropertyValue(name));
    element.removeAttribute("hidden");
    if (looks.display === "none") element.setAttribute("display", "none");
  });
  root.classList.remove("on-paper");
  return copy;
};

// As many lines as the words need at this width.
const wrapped = (words, width) => {
  const lines = [""];
  for (const word of words.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length * LETTER > width && lines.at(-1)) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
};

const writeLines = (copy, lines, x, y, look) => {
  lines.forEach((line, place) => {
    const text = document.createElementNS(copy.namespaceURI, "text");
    for (const [name, value] of Object.entries({ x, y: y + place * EDGE, "font-family": "sans-serif", "font-size": "10px", ...look })) {
      text.setAttribute(name, value);
    }
    text.textContent = line;
    copy.append(text);
  });
};

const standalone = async (picture, { title, legend, note }) => {
  const copy = inPaperColours(picture);
  for (const spoken of copy.querySelectorAll("title")) spoken.remove();
  copy.removeAttribute("aria-label");
  const uses = [...copy.querySelectorAll("use")];
  if (uses.length) {
    const answer = await fetch(uses[0].getAttribute("href").split("#")[0]);
    const shapes = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
    for (const symbol of [...shapes.querySelectorAll("symbol")].reverse()) copy.prepend(document.importNode(symbol, true));
    for (const use of uses) use.setAttribute("href", `#${use.getAttribute("href").split("#")[1]}`);
  }
  const { x, y, width, height } = picture.viewBox.baseVal;
  const heading = wrapped(title, width);
  const below = [...wrapped(legend, width), ...wrapped(note, width)];
  const top = (heading.length + 1) * EDGE;
  const page = { x: x - EDGE, y: y - EDGE - top, width: width + 2 * EDGE, height: top + height + (below.length + 3) * EDGE };
  const ground = document.createElementNS(copy.namespaceURI, "rect");
  for (const [name, value] of Object.entries({ ...page, fill: "#ffffff" })) ground.setAttribute(name, value);
  copy.prepend(ground);
  writeLines(copy, heading, x, y - top + EDGE / 2, { fill: "#111111", "font-weight": "600" });
  writeLines(copy, below, x, y + height + 1.5 * EDGE, { fill: "#444444" });
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
    const drawn = await standalone(picture, button.dataset);
    const file = button.dataset.file.endsWith(".png") ? await painted(drawn) : new Blob([drawn], { type: "image/svg+xml" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = button.dataset.file;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}
