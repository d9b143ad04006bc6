// Deterministic layout of the network: one cluster for each constituency, brokers in its middle, people without
// a meeting in rows below.
"use strict";

const PHONE = 600; // narrower than this, the layout is vertical
const FEW = 150; // up to so many dots, a force-directed layout; above, packing
const STEPS = 240; // of the force-directed layout, a few in each frame
const GOLDEN = Math.PI * (3 - Math.sqrt(5)); // the golden angle

// Phyllotaxis around the origin (Vogel, 1979): the first dot in the middle, larger dots farther apart.
const pack = (group, pace) => {
  let filled = 0;
  group.dots.forEach((dot, seed) => {
    const own = Math.max(pace, dot.r * 1.3 + 2, dot.rank ? 15 : 0) ** 2;
    const far = seed ? Math.sqrt(filled + own / 2) : 0;
    filled += own;
    dot.x = far * Math.cos(seed * GOLDEN);
    dot.y = far * Math.sin(seed * GOLDEN);
    group.r = Math.max(14, far + dot.r + 4);
  });
};

// Groups on an ellipse, then moved until none overlaps another or its name.
const spread = (groups, wide, high, isPhone) => {
  const around = groups.reduce((sum, group) => sum + group.r, 0);
  const inside = (group) => {
    group.x = Math.min(wide - group.r - 17, Math.max(group.r + 17, group.x));
    group.y = Math.min(high - group.r - 17, Math.max(group.r + 26, group.y));
  };
  let turn = isPhone ? -Math.PI / 2 : -Math.PI;
  for (const group of groups) {
    turn += (Math.PI * group.r) / around;
    group.x = wide / 2 + (groups.length > 1 ? wide / 2 - group.r : 0) * Math.cos(turn);
    group.y = high / 2 + (groups.length > 1 ? high / 2 - group.r : 0) * Math.sin(turn);
    turn += (Math.PI * group.r) / around;
    inside(group);
  }
  for (let turns = 0; turns < 300; turns += 1) {
    for (const one of groups) {
      for (const other of groups) {
        if (one === other) continue;
        const [x, y] = [other.x - one.x, other.y - one.y];
        const far = Math.hypot(x, y) || 1;
        const missing = one.r + other.r + 30 - far;
        if (missing <= 0) continue;
        one.x -= (x / far) * missing * 0.25;
        one.y -= (y / far) * missing * 0.25;
        other.x += (x / far) * missing * 0.25;
        other.y += (y / far) * missing * 0.25;
        inside(one);
        inside(other);
      }
    }
  }
};

const placesOf = (dots, ties, wide) => {
  const isPhone = wide < PHONE;
  const tied = dots.filter((dot) => dot.near.length);
  const alone = dots.filter((dot) => !dot.near.length);
  const high = tied.length ? Math.round(isPhone ? wide * 1.8 : Math.min(400, wide * 0.62)) : 0;
  const keys = [...new Set(tied.map((dot) => dot.constituency))].sort();
  const groups = keys.map((key) => ({ key, dots: tied.filter((dot) => dot.constituency === key) }));

  // Dots may cover under half of the area.
  const room = Math.min(23, Math.sqrt((0.36 * wide * high) / Math.max(1, tied.length)));
  const most = Math.max(1, ...dots.map((dot) => dot.bridged));
  for (const dot of dots) {
    dot.r = Math.max(dot.rank ? 5.5 : 1.6, room * (0.24 + 0.14 * Math.sqrt(dot.bridged / most)));
  }
  for (const group of groups) {
    group.dots.sort((a, b) => b.rank - a.rank || b.bridged - a.bridged || a.place - b.place);
    pack(group, room * 0.56);
  }
  spread(groups, wide, high, isPhone);
  for (const dot of tied) {
    const { x, y } = groups.find((group) => group.key === dot.constituency);
    dot.x += x;
    dot.y += y;
  }

  const aside = 12;
  const step = Math.max(7, Math.min(16, (wide - 2 * aside) / Math.ceil(Math.sqrt(alone.length * 14) || 1)));
  const inRow = Math.max(1, Math.floor((wide - 2 * aside) / step));
  alone.sort((a, b) => a.constituency.localeCompare(b.constituency) || a.place - b.place);
  alone.forEach((dot, place) => {
    dot.r = step * 0.34;
    dot.x = aside + (place % inRow) * step;
    dot.y = high + 28 + Math.floor(place / inRow) * step;
  });
  const tall = high + (alone.length ? 40 + Math.floor((alone.length - 1) / inRow) * step : 0);
  return { tied, alone, groups, high, tall };
};

// With few people, those who met are drawn nearer to each other within their cluster.
const settle = ({ tied, groups }, ties, wide, high, then) => {
  const middle = new Map(groups.map((group) => [group.key, group]));
  const force = d3.forceSimulation(tied).stop()
    .force("tie", d3.forceLink(ties).distance(30).strength(0.05))
    .force("x", d3.forceX((dot) => middle.get(dot.constituency).x).strength(0.25))
    .force("y", d3.forceY((dot) => middle.get(dot.constituency).y).strength(0.25))
    .force("apart", d3.forceCollide((dot) => dot.r + 3));
  let done = 0;
  const on = () => {
    for (let n = 0; n < 24 && done < STEPS; n += 1, done += 1) {
      force.alpha(1 - done / STEPS);
      force.tick();
    }
    if (done < STEPS) { setTimeout(on); return; }
    for (const dot of tied) {
      dot.x = Math.min(wide - dot.r - 2, Math.max(dot.r + 2, dot.x));
      dot.y = Math.min(high - dot.r - 2, Math.max(dot.r + 2, dot.y));
    }
    for (const group of groups) {
      group.x = group.dots.reduce((sum, dot) => sum + dot.x, 0) / group.dots.length;
      group.y = group.dots.reduce((sum, dot) => sum + dot.y, 0) / group.dots.length;
      const far = group.dots.map((dot) => Math.hypot(dot.x - group.x, dot.y - group.y) + dot.r);
      group.r = Math.max(...far) + 4;
    }
    then();
  };
  on();
};
