// Draws the network of meetings: every tie where there are few; else bands between constituencies, and the ties
// of the person pointed at or found.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const MANY = 250; // ties: so many are drawn thinner
const REACH = 16; // hit radius around a dot, in units of the viewBox
const make = (name, attributes, inside, text) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  if (inside) inside.append(element);
  return element;
};
const rounded = (number) => number.toFixed(1);
const line = (a, b) => `M${rounded(a.x)} ${rounded(a.y)}L${rounded(b.x)} ${rounded(b.y)}`;

const drawing = document.getElementById("network-drawing");
const words = document.getElementById("network-panel").dataset;
const data = JSON.parse(document.getElementById("network-data").textContent);
const hint = document.getElementById("network-status");
const choose = document.getElementById("network-choose");
const each = document.getElementById("network-each");
const kind = document.getElementById("network-kind");
const find = document.getElementById("network-find");
const explain = hint.textContent;
let wide = 0; // of the drawing, which is made again when it changes
let isDrawing = false;
let listening = null;
const dots = data.people.map(([name, constituency, partners, bridged, rank], place) => (
  { name, constituency, partners, bridged, rank, place, near: [] }));
const ties = data.ties.map(([source, target]) => ({ source: dots[source], target: dots[target] }));
for (const { source, target } of ties) {
  source.near.push(target);
  target.near.push(source);
}
const isAcross = (a, b) => a.constituency !== b.constituency;

const drawGroups = (picture, groups) => {
  const layer = make("g", { class: "groups" }, picture);
  for (const group of groups) {
    make("circle", { class: `group ${group.key}`, cx: rounded(group.x), cy: rounded(group.y), r: rounded(group.r) }, layer);
  }
};

const drawBands = (picture, groups) => {
  const counts = new Map();
  for (const { source, target } of ties) {
    const key = [source.constituency, target.constituency].sort().join(" ");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const most = Math.max(1, ...counts.values());
  const at = new Map(groups.map((group) => [group.key, group]));
  const layer = make("g", { class: "bands" }, picture);
  return [...counts].map(([key, count]) => {
    const [one, other] = key.split(" ").map((name) => at.get(name));
    const thick = rounded(0.8 + 13 * (count / most));
    const label = `${data.groups[one.key]} – ${data.groups[other.key]}: ${count} ${words.pairs}`;
    const drawn = one === other
      ? make("circle", { class: `band ${one.key}`, cx: rounded(one.x), cy: rounded(one.y), r: rounded(one.r + thick / 2), "stroke-width": thick }, layer)
      : make("path", { class: "band", d: line(one, other), "stroke-width": thick }, layer);
    make("title", {}, drawn, label);
    return { ends: [one.key, other.key], drawn, isAcross: one !== other };
  });
};

const drawTies = (picture) => {
  const paths = new Map();
  for (const { source, target } of ties) {
    const key = [source.constituency, target.constituency].sort().join(" ");
    paths.set(key, (paths.get(key) ?? "") + line(source, target));
  }
  const layer = make("g", { class: ties.length > MANY ? "ties many" : "ties" }, picture);
  return [...paths].map(([key, d]) => {
    const ends = key.split(" ");
    return { ends, drawn: make("path", { class: "tie", d }, layer), isAcross: ends[0] !== ends[1] };
  });
};

const drawDots = async (picture) => {
  const answer = await fetch(document.querySelector(".shape use").getAttribute("href").split("#")[0]);
  const shapes = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
  for (const dot of [...dots].sort((a, b) => (a.rank ? 1 : 0) - (b.rank ? 1 : 0))) {
    dot.drawn = make("g", { class: `dot ${dot.constituency}` }, picture);
    const shape = make("g", {
      transform: `translate(${rounded(dot.x - dot.r)} ${rounded(dot.y - dot.r)}) scale(${(dot.r / 8).toFixed(3)})`,
    }, dot.drawn);
    const symbol = shapes.getElementById(dot.constituency) ?? shapes.getElementById("other");
    for (const part of symbol.children) shape.append(document.importNode(part, true));
    make("title", {}, dot.drawn, dot.name);
  }
  for (const dot of dots) {
    if (!dot.rank) continue;
    const at = { x: rounded(dot.x + dot.r + 0.5), y: rounded(dot.y - dot.r / 3) };
    dot.number = make("text", { class: "rank", ...at }, picture, dot.rank);
  }
};

const write = (picture, attributes, label, count) => {
  const text = make("text", { class: "name", ...attributes }, picture, `${label} `);
  make("tspan", { class: "count" }, text, count);
};

const draw = async ({ tied, alone, groups, high, tall }) => {
  const picture = make("svg", {
    class: "picture network", id: "network", viewBox: `0 0 ${wide} ${Math.ceil(tall)}`, role: "img", "aria-label": words.label,
  });
  drawGroups(picture, groups);
  const bands = tied.length ? drawBands(picture, groups) : [];
  const lines = drawTies(picture);
  const near = make("path", { class: "near", d: "" }, picture);
  await drawDots(picture);
  for (const group of groups) {
    const y = Math.max(11, group.y - group.r - 8);
    const half = 3.6 * `${data.groups[group.key]} ${group.dots.length}`.length;
    const x = Math.min(wide - half, Math.max(half, group.x));
    const at = { x: rounded(x), y: rounded(y), "text-anchor": "middle" };
    write(picture, at, data.groups[group.key], group.dots.length);
  }
  if (alone.length && tied.length) {
    make("path", { class: "edge", d: `M0 ${high + 4}H${wide}` }, picture);
    write(picture, { x: 6, y: high + 17 }, `${words.alone}:`, alone.length);
  }
  drawing.replaceChildren(picture);
  hint.hidden = choose.hidden = false;
  listen(picture, bands, lines, near);
};

const listen = (picture, bands, lines, near) => {
  listening?.abort();
  listening = new AbortController();
  const { signal } = listening;
  let fixed = null;
  const shown = () => new Set([...choose.querySelectorAll("[name=constituency]:checked")].map((box) => box.value));
  const fits = (across) => !kind.value || (kind.value === "across") === across;
  const partners = (dot) => {
    const visible = shown();
    return dot.near.filter((other) => visible.has(other.constituency) && fits(isAcross(dot, other)));
  };
  const light = (dot) => {
    const ends = dot ? partners(dot) : [];
    const kept = new Set(dot ? [dot, ...ends] : dots);
    for (const one of dots) one.drawn.classList.toggle("dim", !kept.has(one));
    picture.classList.toggle("lit", dot !== null);
    near.setAttribute("d", ends.map((other) => line(dot, other)).join(""));
    const of = new Map();
    for (const one of ends) of.set(one.constituency, (of.get(one.constituency) ?? 0) + 1);
    const parts = [...of].sort((a, b) => b[1] - a[1]).map(([key, count]) => `${data.groups[key]} ${count}`);
    hint.textContent = dot ? `${dot.name}: ${ends.length} ${words.of}${parts.length ? ` (${parts.join(", ")})` : ""}` : explain;
  };
  const narrow = () => {
    const visible = shown();
    for (const dot of dots) {
      for (const part of [dot.drawn, dot.number]) part?.toggleAttribute("hidden", !visible.has(dot.constituency));
    }
    for (const { ends, drawn, isAcross: across } of lines) {
      drawn.toggleAttribute("hidden", !each.checked || !fits(across) || !ends.every((end) => visible.has(end)));
    }
    for (const { ends, drawn, isAcross: across } of bands) {
      drawn.toggleAttribute("hidden", each.checked || !fits(across) || !ends.every((end) => visible.has(end)));
    }
    light(fixed);
  };
  const nearest = (event) => {
    const scale = wide / picture.getBoundingClientRect().width;
    const box = picture.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    const visible = shown();
    let best = null;
    let reach = REACH;
    for (const dot of dots) {
      const far = Math.hypot(dot.x - x, dot.y - y);
      if (far < reach && visible.has(dot.constituency)) [best, reach] = [dot, far];
    }
    return best;
  };
  picture.addEventListener("pointermove", (event) => { if (event.pointerType === "mouse" && !fixed) light(nearest(event)); });
  picture.addEventListener("pointerleave", () => { if (!fixed) light(null); });
  picture.addEventListener("click", (event) => { fixed = nearest(event); light(fixed); });
  const search = () => {
    const asked = find.value.trim().toLowerCase();
    const found = asked ? dots.filter((dot) => dot.name.toLowerCase().includes(asked)) : [];
    for (const dot of dots) dot.drawn.classList.toggle("found", found.includes(dot));
    fixed = found.length === 1 ? found[0] : null;
    light(fixed);
    if (found.length > 1) hint.textContent = `${found.length} ${words.found}`;
    if (asked && !found.length) hint.textContent = words.nobody;
  };
  choose.addEventListener("submit", (event) => event.preventDefault(), { signal });
  choose.addEventListener("change", narrow, { signal });
  find.addEventListener("input", search, { signal });
  narrow();
  if (find.value) search();
};

const redraw = async () => {
  const width = Math.max(320, drawing.clientWidth);
  if (isDrawing || width === wide) return;
  [isDrawing, wide] = [true, width];
  const places = placesOf(dots, ties, wide);
  const isSettled = !places.tied.length || places.tied.length > FEW;
  if (!isSettled) await new Promise((done) => { settle(places, ties, wide, places.high, done); });
  await draw(places);
  isDrawing = false;
  redraw();
};

if (dots.length) new ResizeObserver(redraw).observe(drawing);
