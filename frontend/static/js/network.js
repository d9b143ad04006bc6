// Draws the network of meetings: dots by constituency, brokers larger, those without a meeting below the line.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const STEPS = 240; // of the layout, some at a time so that the page stays alive
const make = (name, attributes, inside) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (inside) inside.append(element);
  return element;
};

const room = document.getElementById("network-here");
const data = JSON.parse(document.getElementById("network-data").textContent);
const said = document.getElementById("network-said");
const choose = document.getElementById("network-choose");
const wide = Math.max(320, room.clientWidth);
const scale = Math.max(0.55, Math.min(1, wide / 900) * Math.min(1, Math.sqrt(200 / data.people.length) + 0.35));
const most = Math.max(1, ...data.people.map((person) => person[3]));
const dots = data.people.map(([name, constituency, partners, bridged], place) => ({
  name, constituency, partners, place, near: [], r: (5 + 10 * Math.sqrt(bridged / most)) * scale,
}));
const ties = data.ties.map(([source, target]) => ({ source: dots[source], target: dots[target] }));
for (const { source, target } of ties) {
  source.near.push(target);
  target.near.push(source);
}
const tied = dots.filter((dot) => dot.near.length);
const alone = dots.filter((dot) => !dot.near.length);
const high = tied.length ? Math.round(Math.min(720, wide * (wide < 600 ? 1.15 : 0.62))) : 0;

const settle = (then) => {
  const groups = [...new Set(dots.map((dot) => dot.constituency))].sort();
  const turn = (dot) => (2 * Math.PI * groups.indexOf(dot.constituency)) / groups.length;
  const force = d3.forceSimulation(tied).stop()
    .force("push", d3.forceManyBody().strength(-60 * scale).distanceMax(wide / 2))
    .force("tie", d3.forceLink(ties).distance(30 * scale).strength(0.6 / Math.sqrt(1 + ties.length / 200)))
    .force("x", d3.forceX((dot) => (wide / 3) * Math.cos(turn(dot))).strength(0.12))
    .force("y", d3.forceY((dot) => (high / 3) * Math.sin(turn(dot))).strength(0.12))
    .force("apart", d3.forceCollide((dot) => dot.r + 1.5));
  let done = 0;
  const on = () => {
    for (let n = 0; n < 12 && done < STEPS; n += 1, done += 1) {
      force.alpha(1 - done / STEPS);
      force.tick();
    }
    if (done < STEPS) setTimeout(on);
    else then();
  };
  on();
};

const fit = () => {
  const side = 20;
  for (const [axis, length] of [["x", wide], ["y", high]]) {
    const low = Math.min(...tied.map((dot) => dot[axis]));
    const span = Math.max(1, Math.max(...tied.map((dot) => dot[axis])) - low);
    for (const dot of tied) dot[axis] = side + ((dot[axis] - low) / span) * (length - 2 * side);
  }
  const step = Math.max(9, 16 * scale);
  const inRow = Math.floor((wide - 2 * side) / step);
  alone.sort((a, b) => a.constituency.localeCompare(b.constituency) || a.place - b.place);
  alone.forEach((dot, place) => {
    dot.x = side + (place % inRow) * step;
    dot.y = high + side + Math.floor(place / inRow) * step;
  });
  return high + (alone.length ? 2 * side + Math.floor((alone.length - 1) / inRow) * step : 0);
};

const draw = async () => {
  const tall = fit();
  const answer = await fetch(document.querySelector(".shape use").getAttribute("href").split("#")[0]);
  const shapes = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
  const picture = make("svg", {
    class: "picture network", id: "network", viewBox: `0 0 ${wide} ${tall}`, role: "img",
    "aria-label": document.getElementById("network-room").dataset.label,
  });
  const lines = new Map();
  for (const tie of ties) {
    const both = [tie.source.constituency, tie.target.constituency].sort().join(" ");
    const path = `M${tie.source.x.toFixed(1)} ${tie.source.y.toFixed(1)}L${tie.target.x.toFixed(1)} ${tie.target.y.toFixed(1)}`;
    lines.set(both, (lines.get(both) ?? "") + path);
  }
  const drawn = [...lines].map(([both, d]) => [both.split(" "), make("path", { class: "tie", d }, picture)]);
  if (alone.length && tied.length) make("path", { class: "tie", d: `M0 ${high}H${wide}` }, picture);
  const near = make("path", { class: "near", d: "" }, picture);
  for (const dot of dots) {
    const size = dot.r / 8;
    dot.drawn = make("g", {
      class: `dot ${dot.constituency}`,
      transform: `translate(${(dot.x - dot.r).toFixed(1)} ${(dot.y - dot.r).toFixed(1)}) scale(${size.toFixed(3)})`,
    }, picture);
    const shape = shapes.getElementById(dot.constituency) ?? shapes.getElementById("other");
    for (const part of shape.children) dot.drawn.append(document.importNode(part, true));
    make("title", {}, dot.drawn).textContent = dot.name;
    dot.drawn.dataset.place = dot.place;
  }
  room.replaceChildren(picture);
  said.hidden = choose.hidden = false;

  const explain = said.textContent;
  const unit = document.getElementById("network-room").dataset.of;
  const shown = () => new Set([...choose.querySelectorAll("input[type=checkbox]:checked")].map((box) => box.value));
  const light = (dot) => {
    const kept = new Set(dot ? [dot, ...dot.near] : dots);
    for (const one of dots) one.drawn.classList.toggle("dim", !kept.has(one));
    const visible = shown();
    const ends = dot ? dot.near.filter((other) => visible.has(other.constituency)) : [];
    near.setAttribute("d", ends.map((other) => `M${dot.x} ${dot.y}L${other.x} ${other.y}`).join(""));
    said.textContent = dot ? `${dot.name}: ${dot.near.length} ${unit}` : explain;
  };
  picture.addEventListener("pointerover", (event) => {
    const place = event.target.closest(".dot")?.dataset.place;
    light(place === undefined ? null : dots[place]);
  });
  picture.addEventListener("pointerleave", () => light(null));
  choose.addEventListener("submit", (event) => event.preventDefault());
  choose.addEventListener("change", () => {
    const visible = shown();
    for (const dot of dots) dot.drawn.toggleAttribute("hidden", !visible.has(dot.constituency));
    for (const [ends, path] of drawn) path.toggleAttribute("hidden", !ends.every((end) => visible.has(end)));
  });
  document.getElementById("network-find").addEventListener("input", (event) => {
    const words = event.target.value.trim().toLowerCase();
    const found = words ? dots.filter((dot) => dot.name.toLowerCase().includes(words)) : [];
    for (const dot of dots) dot.drawn.classList.toggle("found", found.includes(dot));
    light(found.length === 1 ? found[0] : null);
  });
};

if (dots.length) settle(draw);
