// What the views of figures share: elements, axes, a box with values. Numbers come from
// the tables below the figures.
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
  // About `most` of them.
  tics(most) {
    if (this.logarithmic && this.high / this.low > 20) {
      const first = Math.ceil(Math.log10(this.low)), last = Math.floor(Math.log10(this.high));
      return Array.from({length: last - first + 1}, (_, i) => 10 ** (first + i));
    }
    const rough = (this.high - this.low) / most, power = 10 ** Math.floor(Math.log10(rough));
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

// Label, style, panel and points of every line, in the order of the table.
function lines_of(table) {
  const lines = new Map();
  for (const row of table.tBodies[0].rows) {
    const [head, ...cells] = row.cells;
    const label = head.textContent, panel = cells.length > 4 ? cells[0].textContent : "";
    const key = `${label}\n${panel}`, mark = head.querySelector("i");
    if (!lines.has(key)) lines.set(key, {label, panel, mark, points: []});
    const [x, mean, low, high] = cells.slice(-4).map(cell => Number(cell.textContent));
    lines.get(key).points.push({x, mean, low, high});
  }
  return [...lines.values()];
}

// The range with a margin at both ends, on a linear or logarithmic axis.
function with_margin(low, high, logarithmic) {
  if (low === high) return logarithmic ? [low / 2, high * 2] : [low - 1, high + 1];
  const margin = logarithmic ? (high / low) ** 0.04 : (high - low) / 30;
  return logarithmic ? [low / margin, high * margin] : [low - margin, high + margin];
}

function is_number(element) {
  const text = element.textContent.trim();
  return text !== "" && !Number.isNaN(Number(text));
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
    show: (x, y, content, picture = svg) => {
      tip.replaceChildren(...content);
      tip.hidden = false;
      const place = new DOMPoint(x, y).matrixTransform(picture.getScreenCTM());
      const frame = figure.getBoundingClientRect();
      const left = place.x - frame.left;
      const right = left > frame.width / 2;
      tip.style.left = right ? "auto" : `${left + 14}px`;
      tip.style.right = right ? `${frame.width - left + 14}px` : "auto";
      tip.style.top = `${Math.max(0, place.y - frame.top - 20)}px`;
    }};
}

const mark_of = line => line.mark ? [line.mark.cloneNode()] : [];
const row_of = (line, text, name = line.label) =>
  make("div", {}, ...mark_of(line), make("b", {}, text), " " + name);

const range_text = (mean, low, high) => `${shown(mean)} (${shown(low)} to ${shown(high)})`;
