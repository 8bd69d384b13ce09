// Sorts and filters the tables that are marked sortable; opens what is folded to print it.
"use strict";
const opened_to_print = new Set();
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details.on-paper:not([open])")) {
    folded.open = true;
    opened_to_print.add(folded);
  }
});
addEventListener("afterprint", () => {
  for (const folded of opened_to_print) folded.open = false;
  opened_to_print.clear();
});
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const key = (row, column) => {
    const cell = row.cells[column];
    const text = "n" in cell.dataset ? cell.dataset.n : cell.textContent.trim();
    return text === "" || Number.isNaN(Number(text)) ? text : Number(text);
  };
  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a === "number") return -1;
    if (typeof b === "number") return 1;
    return a.localeCompare(b, "en", {numeric: true});
  };
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const keyed = [...body.rows].map(row => [key(row, column), row]);
      keyed.sort((a, b) => compare(a[0], b[0]) * (down ? -1 : 1));
      body.append(...keyed.map(entry => entry[1]));
    });
  });
  const label = document.createElement("label");
  label.className = "filter";
  label.textContent = "Show rows that contain ";
  const input = document.createElement("input");
  input.type = "search";
  const count = document.createElement("output");
  label.append(input, count);
  table.parentElement.before(label);
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let seen = 0;
    for (const row of body.rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every(word => text.includes(word));
      if (!row.hidden) ++seen;
    }
    count.textContent = words.length ? ` ${seen} of ${body.rows.length}` : "";
  });
}
