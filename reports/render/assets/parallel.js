// Shows the setting of the line under the pointer in parallel coordinates. The table's last
// row was drawn first.
function look_at_parallel(figure, svg, table) {
  const tip = tip_of(figure, svg), rows = table.tBodies[0].rows;
  const titles = [...table.tHead.rows[0].cells].map(cell => cell.textContent);
  const paths = [...svg.querySelectorAll("g[id*=gnuplot_plot] path")].filter(
    path => path.getAttribute("d").includes("L"));
  const lines = paths.slice(-rows.length).map(path => ({
    path, corners: [...path.getAttribute("d").matchAll(/(-?[\d.]+),(-?[\d.]+)/g)]
      .map(([, x, y]) => ({x: Number(x), y: Number(y)}))}));
  if (lines.length !== rows.length) return;
  const distance = (corners, place) => {
    const next = corners.findIndex(corner => corner.x >= place.x);
    if (next < 1) return Infinity;
    const [a, b] = [corners[next - 1], corners[next]];
    return Math.abs(a.y + (b.y - a.y) * (place.x - a.x) / (b.x - a.x) - place.y);
  };
  let lit = null;
  const light = line => {
    if (lit) lit.path.classList.remove("lit");
    lit = line;
    if (lit) lit.path.classList.add("lit");
  };
  const leave = () => { light(null); tip.hide(); };
  svg.addEventListener("pointerleave", leave);
  svg.addEventListener("pointermove", event => {
    const place = place_of(svg, event);
    let best = null, least = 12;
    for (const line of lines) {
      const off = distance(line.corners, place);
      if (off < least) [best, least] = [line, off];
    }
    if (!best) return leave();
    light(best);
    const cells = rows[rows.length - 1 - lines.indexOf(best)].cells;
    tip.show(place.x, place.y, titles.map((title, i) =>
      make("div", {}, `${title} `, make("b", {}, cells[i].textContent))));
  });
}
