// Arrow keys move through the plan's grid of times and tables, from one thing to press to the next in that direction.
"use strict";

const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

document.addEventListener("keydown", (event) => {
  const cell = event.target.closest(".plan-grid td");
  if (!cell || !(event.key in STEPS) || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const rows = [...cell.closest("tbody").rows];
  let [row, column, found] = [rows.indexOf(cell.parentElement), cell.cellIndex, null];
  do {
    row += STEPS[event.key][0];
    column += STEPS[event.key][1];
    found = rows[row]?.cells[column];
  } while (found && !found.querySelector("a, button"));
  found?.querySelector("button, .move-it, a").focus();
});
