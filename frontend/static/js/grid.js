// Arrow keys move through the grid of times (roving tabindex): Tab stops once in each half day.
"use strict";

for (const form of document.querySelectorAll(".grid-form")) {
  const cells = [...form.querySelectorAll(".tick-cell input")];
  if (!cells.length) continue;
  const inHalf = (cell) => cells.filter((other) => other.closest(".cells") === cell.closest(".cells"));
  const stopAt = (cell) => {
    for (const other of inHalf(cell)) other.tabIndex = other === cell ? 0 : -1;
  };

  // The nearest cell of the next row, whatever the number of columns.
  const across = (cell, way) => {
    const here = cell.getBoundingClientRect();
    const boxes = cells.map((other) => ({ other, box: other.getBoundingClientRect() }));
    const beyond = boxes.filter(({ box }) => (box.top - here.top) * way > here.height / 2);
    const rowTop = Math.min(...beyond.map(({ box }) => box.top * way)) * way;
    const row = beyond.filter(({ box }) => Math.abs(box.top - rowTop) < here.height / 2);
    row.sort((a, b) => Math.abs(a.box.left - here.left) - Math.abs(b.box.left - here.left));
    return row[0]?.other;
  };
  const steps = {
    ArrowRight: (cell) => cells[cells.indexOf(cell) + 1],
    ArrowLeft: (cell) => cells[cells.indexOf(cell) - 1],
    ArrowDown: (cell) => across(cell, 1),
    ArrowUp: (cell) => across(cell, -1),
    Home: (cell) => inHalf(cell)[0],
    End: (cell) => inHalf(cell).at(-1),
  };

  for (const cell of cells) if (inHalf(cell)[0] === cell) stopAt(cell);
  form.addEventListener("focusin", (event) => {
    if (cells.includes(event.target)) stopAt(event.target);
  });
  form.addEventListener("keydown", (event) => {
    if (!cells.includes(event.target) || !(event.key in steps)) return;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    steps[event.key](event.target)?.focus();
  });
  form.querySelector("#grid-keys").hidden = false;
}
