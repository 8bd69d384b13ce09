// The part of the page's script that looks closer at figures: values under the
// pointer or the arrow keys, lines hidden and shown, a stretch of a curve
// enlarged, a figure saved. Numbers come from the tables that stand below.
#include "reports/render/face.h"

namespace polysweep {

namespace {

constexpr const char* kScript = R"js(
function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}
function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
}
function draw(name, attributes = {}, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  set(element, attributes);
  element.textContent = text;
  return element;
}
const shown = value => String(Number(value.toPrecision(4)));

class Axis {
  constructor([from, to, low, high], logarithmic) {
    this.scale = logarithmic ? Math.log10 : Number;
    Object.assign(this, {from, to, low, high, logarithmic});
  }
  pixel(value) {
    const [v, low, high] = [value, this.low, this.high].map(this.scale);
    return this.from + (this.to - this.from) * (v - low) / (high - low);
  }
  value(pixel) {
    const [low, high] = [this.low, this.high].map(this.scale);
    const v = low + (high - low) * (pixel - this.from) / (this.to - this.from);
    return this.logarithmic ? 10 ** v : v;
  }
  tics() {
    if (this.logarithmic && this.high / this.low > 20) {
      const first = Math.ceil(Math.log10(this.low)), last = Math.floor(Math.log10(this.high));
      return Array.from({length: last - first + 1}, (_, i) => 10 ** (first + i));
    }
    const rough = (this.high - this.low) / 6, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map(times => times * power).find(size => size >= rough);
    const first = Math.ceil(this.low / step), last = Math.floor(this.high / step);
    const tic = (_, i) => Number(((first + i) * step).toPrecision(12));
    return Array.from({length: last - first + 1}, tic);
  }
}

function button(text, act) {
  const made = make("button", {type: "button", textContent: text});
  made.addEventListener("click", act);
  return made;
}

// Label, style and points of every line, in the order of the table.
function lines_of(table) {
  const lines = new Map();
  for (const row of table.tBodies[0].rows) {
    const [head, ...cells] = row.cells;
    const label = head.textContent;
    if (!lines.has(label)) lines.set(label, {label, mark: head.querySelector("i"), points: []});
    const [x, mean, low, high] = cells.map(cell => Number(cell.textContent));
    lines.get(label).points.push({x, mean, low, high});
  }
  return [...lines.values()];
}

function axes_of(svg) {
  const [x0, x1, y0, y1, low, high, bottom, top] = svg.dataset.axes.split(" ").map(Number);
  return {x: new Axis([x0, x1, low, high], svg.dataset.log.includes("x")),
          y: new Axis([y0, y1, bottom, top], svg.dataset.log.includes("y"))};
}

const place_of = (svg, event) =>
  new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());

// A box beside the place (x, y in the units of the picture) that says `content`.
function tip_of(figure, svg) {
  const tip = make("div", {className: "tip", hidden: true});
  tip.setAttribute("role", "status");
  figure.append(tip);
  return {
    hide: () => { tip.hidden = true; },
    show: (x, y, content) => {
      tip.replaceChildren(...content);
      tip.hidden = false;
      const place = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
      const frame = figure.getBoundingClientRect();
      const left = place.x - frame.left;
      const right = left > frame.width / 2;
      tip.style.left = right ? "auto" : `${left + 14}px`;
      tip.style.right = right ? `${frame.width - left + 14}px` : "auto";
      tip.style.top = `${Math.max(0, place.y - frame.top - 20)}px`;
    }};
}

const mark_of = line => line.mark ? [line.mark.cloneNode()] : [];
const row_of = (line, text) =>
  make("div", {}, ...mark_of(line), make("b", {}, text), " " + line.label);

const range_text = (mean, low, high) => `${shown(mean)} (${shown(low)} to ${shown(high)})`;

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

const hidden_arms = new Set();
const curve_views = [];

class CurveView {
  constructor(figure, svg, lines) {
    Object.assign(this, {figure, svg, lines}, axes_of(svg));
    this.whole = [this.x.low, this.x.high, this.y.low, this.y.high];
    this.tip = tip_of(figure, svg);
    const group = number => svg.querySelector(`[id="${figure.id}-gnuplot_plot_${number}"]`);
    lines.forEach((line, i) => {
      line.groups = [1, 2, 3].map(kind => group((kind - 1) * lines.length + i + 1)).filter(Boolean);
    });
    this.frame_plots();
    this.cursor = draw("path", {class: "cursor", visibility: "hidden"});
    this.choice = draw("rect", {class: "choice", visibility: "hidden"});
    svg.append(this.choice, this.cursor);
    this.listen();
  }

  // Bands and lines into a group that can be stretched, cut off at the axes.
  frame_plots() {
    const {x, y, svg} = this, id = `${this.figure.id}-frame`;
    const clip = draw("clipPath", {id});
    const [width, height] = [x.to - x.from + 6, y.from - y.to + 6];
    clip.append(draw("rect", {x: x.from, y: y.to - 6, width, height}));
    const frame = draw("g", {"clip-path": `url(#${id})`});
    this.view = draw("g", {class: "view"});
    frame.append(this.view);
    svg.querySelector(".axes").after(clip, frame);
    for (const kind of [0, 1]) for (const line of this.lines) this.view.append(line.groups[kind]);
    for (const path of this.view.querySelectorAll("path")) {
      path.setAttribute("vector-effect", "non-scaling-stroke");
    }
  }

  visible() { return this.lines.filter(line => !hidden_arms.has(line.label)); }

  update() {
    for (const line of this.lines) {
      for (const part of line.groups) part.classList.toggle("gone", hidden_arms.has(line.label));
    }
    for (const box of this.boxes) box.checked = !hidden_arms.has(box.value);
    this.hide();
  }

  // The stretch from `low` to `high` of x; y follows what is seen there.
  zoom(low, high) {
    const seen = point => point.x >= low && point.x <= high;
    const inside = this.visible().flatMap(line => line.points.filter(seen));
    if (inside.length < 2 || !(high > low)) return;
    let bottom = Math.min(...inside.map(p => p.low)), top = Math.max(...inside.map(p => p.high));
    if (this.y.logarithmic && bottom <= 0) return;
    if (bottom === top) [bottom, top] = [bottom - 1, top + 1];
    const air = this.y.logarithmic ? 1.02 : (top - bottom) / 30;
    [bottom, top] = this.y.logarithmic ? [bottom / air, top * air] : [bottom - air, top + air];
    this.set([low, high, bottom, top]);
  }

  set([low, high, bottom, top]) {
    const over = (axis, first, last) =>
      new Axis([axis.from, axis.to, first, last], axis.logarithmic);
    const [x0, x1, y0, y1] = this.whole;
    const ends = [over(this.x, x0, x1), over(this.y, y0, y1)];
    this.x = over(this.x, low, high);
    this.y = over(this.y, bottom, top);
    const part = (axis, now) => {
      const times = (axis.to - axis.from) / (axis.pixel(now.high) - axis.pixel(now.low));
      return [times, axis.from - times * axis.pixel(now.low)];
    };
    const [sx, tx] = part(ends[0], this.x), [sy, ty] = part(ends[1], this.y);
    this.view.setAttribute("transform", `matrix(${sx} 0 0 ${sy} ${tx} ${ty})`);
    this.zoomed = [low, high, bottom, top].some((end, i) => end !== this.whole[i]);
    this.svg.classList.toggle("zoomed", this.zoomed);
    this.draw_axes();
    this.back.disabled = !this.zoomed;
    this.hide();
  }

  draw_axes() {
    this.own?.remove();
    if (!this.zoomed) return;
    const {x, y} = this;
    this.own = draw("g", {class: "own", "font-size": 13, fill: "currentColor"});
    const line = path => this.own.append(draw("path", {d: path}));
    line(`M${x.from} ${y.to}V${y.from}H${x.to}`);
    for (const value of x.tics()) {
      const at = x.pixel(value);
      line(`M${at} ${y.from}v-5`);
      this.own.append(draw("text", {x: at, y: y.from + 22, "text-anchor": "middle"}, shown(value)));
    }
    for (const value of y.tics()) {
      const at = y.pixel(value);
      line(`M${x.from} ${at}h5`);
      this.own.append(draw("text", {x: x.from - 9, y: at + 4, "text-anchor": "end"}, shown(value)));
    }
    for (const text of this.svg.querySelectorAll(".axes text")) {
      if (text.textContent.trim() === "" || Number.isNaN(Number(text.textContent))) {
        this.own.append(text.parentElement.cloneNode(true));
      }
    }
    this.svg.querySelector(".axes").after(this.own);
  }

  hide() {
    this.cursor.setAttribute("visibility", "hidden");
    this.tip.hide();
  }

  steps() {
    const all = new Set(this.visible().flatMap(line => line.points.map(point => point.x)));
    return [...all].filter(x => x >= this.x.low && x <= this.x.high).sort((a, b) => a - b);
  }

  point_at(step) {
    if (step === undefined) return this.hide();
    this.at = step;
    const values = this.visible()
      .map(line => [line, line.points.find(point => point.x === step)])
      .filter(entry => entry[1]).sort((a, b) => b[1].mean - a[1].mean);
    const {x, y} = this, pixel = x.pixel(step);
    this.cursor.setAttribute("d", `M${pixel} ${y.to}V${y.from}`);
    this.cursor.setAttribute("visibility", "visible");
    this.tip.show(pixel, y.to + 20, [
      make("div", {}, `${this.figure.dataset.x} ${shown(step)}`),
      ...values.map(([line, p]) => row_of(line, range_text(p.mean, p.low, p.high)))]);
  }

  nearest(value) {
    return this.steps().reduce((best, step) =>
      best === undefined || Math.abs(this.x.pixel(step) - this.x.pixel(value)) <
        Math.abs(this.x.pixel(best) - this.x.pixel(value)) ? step : best, undefined);
  }

  closer(times) {
    const {x, whole} = this, half = (x.to - x.from) / 2 * times;
    const centre = this.at === undefined ? (x.from + x.to) / 2 : x.pixel(this.at);
    const low = Math.max(whole[0], x.value(centre - half));
    const high = Math.min(whole[1], x.value(centre + half));
    if (low <= whole[0] && high >= whole[1]) this.set(whole);
    else this.zoom(low, high);
  }

  listen() {
    const {svg} = this, box = svg.parentElement;
    let from;
    svg.addEventListener("pointerdown", event => { from = place_of(svg, event).x; });
    svg.addEventListener("pointermove", event => {
      const {x} = place_of(svg, event);
      if (from === undefined) return this.point_at(this.nearest(this.x.value(x)));
      set(this.choice, {x: Math.min(from, x), width: Math.abs(x - from), y: this.y.to,
                        height: this.y.from - this.y.to, visibility: "visible"});
    });
    svg.addEventListener("pointerup", event => {
      const {x} = place_of(svg, event);
      this.choice.setAttribute("visibility", "hidden");
      if (from !== undefined && Math.abs(x - from) > 8) {
        this.zoom(...[from, x].sort((a, b) => a - b).map(pixel => this.x.value(pixel)));
      }
      from = undefined;
    });
    svg.addEventListener("pointerleave", () => {
      from = undefined;
      this.choice.setAttribute("visibility", "hidden");
      this.hide();
    });
    svg.addEventListener("dblclick", () => this.set(this.whole));
    box.addEventListener("keydown", event => {
      const steps = this.steps(), at = steps.indexOf(this.at);
      const actions = {
        ArrowRight: () => this.point_at(steps[Math.min(steps.length - 1, at + 1)]),
        ArrowLeft: () => this.point_at(steps[Math.max(0, at - 1)]),
        "+": () => this.closer(0.5), "-": () => this.closer(2),
        Escape: () => { this.set(this.whole); }};
      if (!actions[event.key]) return;
      event.preventDefault();
      actions[event.key]();
    });
  }

  // The boxes and buttons below the picture.
  tools() {
    this.boxes = this.lines.map(line => {
      const box = make("input", {type: "checkbox", value: line.label, checked: true});
      box.addEventListener("change", () => {
        if (box.checked) hidden_arms.delete(line.label);
        else hidden_arms.add(line.label);
        for (const view of curve_views) view.update();
      });
      return box;
    });
    this.back = button("Whole curve", () => this.set(this.whole));
    this.back.disabled = true;
    return [
      make("p", {className: "note"}, "Hide or show a line in every figure. Drag across the " +
        "curves, or press + and - in them, to enlarge a stretch; the arrow keys read values."),
      make("div", {className: "arms"}, ...this.lines.map((line, i) =>
        make("label", {}, this.boxes[i], ...mark_of(line), line.label))),
      button("Closer", () => this.closer(0.5)), button("Wider", () => this.closer(2)), this.back];
  }
}

// The picture as a file of its own, on white.
function save(figure, svg) {
  const copy = svg.cloneNode(true);
  const unseen = ".gone, .cursor, .choice, .zoomed .axes, .zoomed .view use";
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
  if (svg.dataset.axes && figure.dataset.kind === "forest") look_at_forest(figure, svg, table);
  if (svg.dataset.axes && figure.dataset.kind === "curves") {
    const view = new CurveView(figure, svg, lines_of(table));
    curve_views.push(view);
    tools.append(...view.tools());
  } else {
    tools.firstChild.textContent = "Save";
  }
  tools.append(button("Save as SVG", () => save(figure, svg)));
  figure.querySelector("figcaption").after(tools);
}
)js";

}  // namespace

const std::string& page_figures() {
  static const std::string script = kScript;
  return script;
}

}  // namespace polysweep
