// Saves figures, and starts the view of each.
// The picture as a file of its own, on white.
function save(figure, svg) {
  const copy = svg.cloneNode(true);
  const unseen = ".gone, .other, .cursor, .choice, .zoomed .axes, .zoomed .view use";
  for (const part of copy.querySelectorAll(unseen)) part.remove();
  const [, , width, height] = copy.getAttribute("viewBox").split(" ");
  set(copy, {xmlns: "http://www.w3.org/2000/svg", height, color: "#000000",
             "font-family": "sans-serif"});
  copy.prepend(draw("rect", {width, height, fill: "#ffffff"}));
  const file = new Blob([new XMLSerializer().serializeToString(copy)], {type: "image/svg+xml"});
  const link = make("a", {href: URL.createObjectURL(file), download: `${figure.id}.svg`});
  link.click();
  URL.revokeObjectURL(link.href);
}

for (const figure of document.querySelectorAll("figure")) {
  const svg = figure.querySelector("svg"), table = figure.querySelector("table");
  if (!svg || !table) continue;
  const tools = make("details", {className: "tools"}, make("summary", {}, "Look closer"));
  const svgs = [...figure.querySelectorAll(".box > svg")];
  if (svg.dataset.axes && figure.dataset.kind === "forest") look_at_forest(figure, svg, table);
  if (figure.dataset.kind === "parallel") look_at_parallel(figure, svg, table);
  if (svg.querySelector(".panel") && figure.dataset.kind === "curves") {
    const view = new CurveView(figure, svgs, lines_of(table));
    curve_views.push(view);
    tools.append(...view.tools());
    figure.querySelector("figcaption").before(view.scale_button());
  } else {
    tools.firstChild.textContent = "Save";
  }
  tools.append(button("Save as SVG", () => save(figure, svg)));
  figure.querySelector("figcaption").after(tools);
}
