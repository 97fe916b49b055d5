"use strict";

// A formula wider than the screen scrolls, so the keyboard has to reach it.
for (const formula of document.querySelectorAll("math[display=block]")) {
  if (formula.scrollWidth > formula.clientWidth) formula.setAttribute("tabindex", "0");
}

// A heading of a sortable table orders its rows: one way, the other way, then as they came.
for (const table of document.querySelectorAll("table.sortable")) {
  const headings = table.tHead ? [...table.tHead.rows].pop().cells : [];
  const body = table.tBodies[0];
  const given = body ? [...body.rows] : [];
  if (given.some((row) => row.cells.length !== headings.length)) continue;

  for (const heading of headings) {
    if (heading.localName !== "th" || !heading.textContent.trim()) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => turn(heading));
  }

  // Numbers begin with the largest, words with the first letter.
  function turn(heading) {
    const numbers = heading.classList.contains("number");
    const ways = numbers ? ["descending", "ascending"] : ["ascending", "descending"];
    const way = ways[ways.indexOf(heading.getAttribute("aria-sort")) + 1];
    for (const other of headings) other.removeAttribute("aria-sort");
    if (way) heading.setAttribute("aria-sort", way);
    body.append(...(way ? ordered(heading.cellIndex, numbers, way) : given));
  }

  // What says nothing stays at the end, whichever way the others run.
  function ordered(column, numbers, way) {
    const value = (row) => (numbers ? number : words)(row.cells[column].textContent.trim());
    const keyed = given.map((row) => [value(row), row]);
    const sign = way === "ascending" ? 1 : -1;
    const known = keyed.filter(([key]) => key !== null);
    known.sort(([a], [b]) => sign * (numbers ? a - b : a.localeCompare(b, "en", {numeric: true})));
    const rest = keyed.filter(([key]) => key === null);
    return [...known, ...rest].map(([, row]) => row);
  }
}

function words(text) {
  return /^(nan|none|nat|<na>|[—–-])?$/i.test(text) ? null : text;
}

// The first number of a cell: of "−1,204.5 [−1,300, −1,100] km" it is −1204.5.
function number(text) {
  const found = /[-−+]?(?:\d{1,3}(?:[,\u202f]\d{3})+|\d+)?(?:\.\d+|(?<=\d))(?:e[-+]?\d+)?/i.exec(text);
  return found ? Number(found[0].replace("−", "-").replace(/[,\u202f]/g, "")) : null;
}
