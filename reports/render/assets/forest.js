// Shows the values of a row of a forest plot under the pointer.
function look_at_forest(figure, svg, table) {
  const {y} = axes_of(svg), tip = tip_of(figure, svg), rows = table.tBodies[0].rows;
  svg.addEventListener("pointerleave", tip.hide);
  svg.addEventListener("pointermove", event => {
    const place = place_of(svg, event);
    const row = rows[rows.length - 1 - Math.round(y.value(place.y))];
    if (!row) return tip.hide();
    const [head, ...cells] = row.cells;
    const text = range_text(...cells.map(cell => Number(cell.textContent)));
    const line = {label: head.textContent, mark: head.querySelector("i")};
    tip.show(place.x, place.y, [row_of(line, text)]);
  });
}
