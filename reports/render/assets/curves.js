// Curves in panels that share their axes: values under the pointer or by arrow keys, lines
// hidden and shown, a stretch enlarged, and when each line reaches a target.
const hidden_lines = new Set();
const curve_views = [];
const kLabelHeight = 14;

// The lines of one panel of one picture.
class CurvePanel {
  constructor(view, svg, group, lines) {
    Object.assign(this, {view, svg, group, lines}, axes_of(group));
    this.drawn = {x: this.x, y: this.y};
    this.base = this.y;
    const plots = [...group.querySelectorAll("g[id*=gnuplot_plot_]")];
    const ends = [...group.querySelectorAll("text")].filter(text => !text.closest(".axes"));
    lines.forEach((line, i) => {
      line.plots = [plots[i], plots[lines.length + i]].filter(Boolean);
      const names = [line.label, line.label.replace(/ \(baseline\)$/, "")];
      line.end = ends.find(text => names.includes(text.textContent.trim()))?.parentElement;
      line.end_place = line.end?.getAttribute("transform");
    });
    const numbers = [...group.querySelectorAll(".axes g[text-anchor]")].filter(is_number);
    this.outer = {x: numbers.some(text => text.getAttribute("text-anchor") === "middle"),
                  y: numbers.some(text => text.getAttribute("text-anchor") === "end")};
    this.frame_plots();
    this.cursor = draw("path", {class: "cursor", visibility: "hidden"});
    this.choice = draw("rect", {class: "choice", visibility: "hidden"});
    this.level = draw("path", {class: "cursor", visibility: "hidden"});
    group.append(this.choice, this.cursor, this.level);
  }

  // Bands and lines into a group that can be stretched, cut off at the axes.
  frame_plots() {
    const {x, y, group} = this, id = `${this.view.figure.id}-frame${this.view.panels.length}`;
    const clip = draw("clipPath", {id});
    const [width, height] = [x.to - x.from + 6, y.from - y.to + 6];
    clip.append(draw("rect", {x: x.from, y: y.to - 6, width, height}));
    const frame = draw("g", {"clip-path": `url(#${id})`});
    this.stretched = draw("g", {class: "view"});
    frame.append(this.stretched);
    group.querySelector(".axes").after(clip, frame);
    for (const kind of [0, 1]) {
      this.stretched.append(...this.lines.map(line => line.plots[kind]).filter(Boolean));
    }
    this.keep_strokes();
  }

  keep_strokes() {
    for (const path of this.stretched.querySelectorAll("path")) {
      path.setAttribute("vector-effect", "non-scaling-stroke");
    }
  }

  // The lines over an axis of the other kind, beside those that were drawn.
  redraw(logarithmic) {
    for (const line of this.lines) line.redrawn?.forEach(copy => copy.remove());
    const native = logarithmic === this.drawn.y.logarithmic;
    const {x, y} = this.drawn, [, , bottom, top] = this.view.full;
    this.base = native ? y : new Axis([y.from, y.to, bottom, top], logarithmic);
    for (const line of this.lines) {
      line.plots.forEach(plot => plot.classList.toggle("other", !native));
      line.redrawn = native ? [] : this.copies(line);
    }
    this.keep_strokes();
  }

  copies(line) {
    const {x} = this.drawn;
    const place = (point, value) => `${x.pixel(point.x).toFixed(2)} ` +
      this.base.pixel(this.base.logarithmic && value <= 0 ? this.base.low : value).toFixed(2);
    const {points} = line;
    const upper = points.map(point => place(point, point.high));
    const lower = points.map(point => place(point, point.low)).reverse();
    const paths = [`M${[...upper, ...lower].join("L")}Z`,
                   `M${points.map(point => place(point, point.mean)).join("L")}`];
    return line.plots.map((plot, i) => {
      const copy = plot.cloneNode(true);
      copy.removeAttribute("id");
      copy.classList.remove("other");
      const [shape, ...others] = copy.querySelectorAll("path, polygon, use");
      if (!shape) return copy;
      const made = draw("path", {d: paths[i]});
      for (const {name, value} of shape.attributes) {
        if (!["d", "points", "href"].includes(name)) made.setAttribute(name, value);
      }
      shape.replaceWith(made);
      for (const other of others) other.remove();
      plot.after(copy);
      return copy;
    });
  }

  visible() { return this.lines.filter(line => !hidden_lines.has(line.label)); }

  update() {
    for (const line of this.lines) {
      for (const part of [...line.plots, ...line.redrawn ?? [], line.end].filter(Boolean)) {
        part.classList.toggle("gone", hidden_lines.has(line.label));
      }
    }
    this.place_ends();
  }

  set([low, high, bottom, top], logarithmic) {
    const over = (axis, first, last, kind) => new Axis([axis.from, axis.to, first, last], kind);
    this.x = over(this.drawn.x, low, high, this.drawn.x.logarithmic);
    this.y = over(this.drawn.y, bottom, top, logarithmic);
    const part = (axis, now) => {
      const times = (axis.to - axis.from) / (axis.pixel(now.high) - axis.pixel(now.low));
      return [times, axis.from - times * axis.pixel(now.low)];
    };
    const [sx, tx] = part(this.drawn.x, this.x), [sy, ty] = part(this.base, this.y);
    this.stretched.setAttribute("transform", `matrix(${sx} 0 0 ${sy} ${tx} ${ty})`);
    this.changed = this.view.changed;
    this.group.classList.toggle("zoomed", this.changed);
    this.draw_axes();
    this.draw_level();
    this.place_ends();
    this.hide();
  }

  draw_axes() {
    this.own?.remove();
    if (!this.changed) return;
    const {x, y} = this;
    this.own = draw("g", {class: "own", "font-size": 13, fill: "currentColor"});
    const line = path => this.own.append(draw("path", {d: path}));
    const write = (attributes, text) => this.own.append(draw("text", attributes, text));
    line(`M${x.from} ${y.to}V${y.from}H${x.to}`);
    for (const value of x.tics(Math.abs(x.to - x.from) / 60)) {
      const at = x.pixel(value);
      line(`M${at} ${y.from}v-5`);
      if (this.outer.x) write({x: at, y: y.from + 22, "text-anchor": "middle"}, shown(value));
    }
    for (const value of y.tics(6)) {
      const at = y.pixel(value);
      line(`M${x.from} ${at}h5`);
      if (this.outer.y) write({x: x.from - 9, y: at + 4, "text-anchor": "end"}, shown(value));
    }
    for (const text of this.group.querySelectorAll(".axes text")) {
      if (!is_number(text)) this.own.append(text.parentElement.cloneNode(true));
    }
    this.group.querySelector(".axes").after(this.own);
  }

  // The names at the ends of lines follow them; those that are not seen have none.
  place_ends() {
    const ends = [];
    for (const line of this.visible()) {
      if (!line.end) continue;
      line.end.classList.remove("other");
      line.end.setAttribute("transform", line.end_place);
      if (!this.changed) continue;
      const point = line.points.filter(({x}) => x <= this.x.high).at(-1);
      const seen = point && point.mean >= this.y.low && point.mean <= this.y.high;
      line.end.classList.toggle("other", !seen);
      if (seen) ends.push({line, y: this.y.pixel(point.mean) + 4});
    }
    ends.sort((a, b) => a.y - b.y);
    let least = -Infinity;
    for (const end of ends) {
      end.y = Math.max(end.y, least);
      least = end.y + kLabelHeight;
      end.line.end.setAttribute("transform", `translate(${this.x.to + 6},${end.y})`);
    }
  }

  hide() { this.cursor.setAttribute("visibility", "hidden"); }

  steps() {
    const all = new Set(this.visible().flatMap(line => line.points.map(point => point.x)));
    return [...all].filter(x => x >= this.x.low && x <= this.x.high).sort((a, b) => a - b);
  }

  nearest(value) {
    return this.steps().reduce((best, step) =>
      best === undefined || Math.abs(this.x.pixel(step) - this.x.pixel(value)) <
        Math.abs(this.x.pixel(best) - this.x.pixel(value)) ? step : best, undefined);
  }

  point_at(step) {
    const {x, y} = this, pixel = x.pixel(step);
    this.cursor.setAttribute("d", `M${pixel} ${y.to}V${y.from}`);
    this.cursor.setAttribute("visibility", "visible");
    const values = this.visible()
      .map(line => [line, line.points.find(point => point.x === step)])
      .filter(entry => entry[1]).sort((a, b) => b[1].mean - a[1].mean);
    return values.map(([line, p]) => row_of(line, range_text(p.mean, p.low, p.high)));
  }

  draw_level() {
    const {x, y, view: {target}} = this, seen = target >= y.low && target <= y.high;
    this.level.setAttribute("visibility", seen ? "visible" : "hidden");
    if (seen) this.level.setAttribute("d", `M${x.from} ${y.pixel(target)}H${x.to}`);
  }

  // Whether the place is in the panel, or in the room of its names and numbers.
  has({x, y}) {
    return x >= this.x.from - 8 && x <= this.x.to + 8 && y <= this.y.from + 8 && y >= this.y.to - 8;
  }
}

// A figure: its panels in the picture for wide pages, then in that for phones.
class CurveView {
  constructor(figure, svgs, lines) {
    Object.assign(this, {figure, svgs, lines, panels: []});
    const titles = [...new Set(lines.map(line => line.panel))];
    for (const svg of svgs) {
      svg.querySelectorAll(".panel").forEach((group, i) => {
        const own = lines.filter(line => line.panel === titles[i]).map(line => ({...line}));
        this.panels.push(new CurvePanel(this, svg, group, own));
      });
    }
    const [{x, y}] = this.panels;
    this.native = [x.low, x.high, y.low, y.high];
    this.full = this.native;
    this.logarithmic = y.logarithmic;
    this.active = this.panels[0];
    this.keys = svgs.flatMap(svg => [...svg.querySelectorAll("g[id*=gnuplot_plot_]")])
      .filter(group => !group.closest(".panel"));
    this.tip = tip_of(figure, svgs[0]);
    for (const svg of svgs) this.listen(svg);
  }

  points() {
    const shown_lines = this.lines.filter(line => !hidden_lines.has(line.label));
    return shown_lines.flatMap(line => line.points);
  }

  update() {
    for (const panel of this.panels) panel.update();
    for (const group of this.keys) {
      const text = group.querySelector("text")?.textContent.trim();
      group.classList.toggle("gone", hidden_lines.has(text));
    }
    for (const box of this.boxes) box.checked = !hidden_lines.has(box.value);
    this.hide();
    if (this.target !== undefined) this.aim(this.target);
  }

  hide() {
    for (const panel of this.panels) panel.hide();
    this.tip.hide();
  }

  // Whether the y axis can be logarithmic: all that is drawn is positive.
  can_be_logarithmic() {
    return this.lines.every(line => line.points.every(point => point.low > 0));
  }

  // The y axis linear or logarithmic.
  scale(logarithmic) {
    const native = logarithmic === this.panels[0].drawn.y.logarithmic;
    const all = this.lines.flatMap(line => line.points);
    const low = Math.min(...all.map(p => p.low)), high = Math.max(...all.map(p => p.high));
    const [first, last] = this.native;
    this.full = native ? this.native : [first, last, ...with_margin(low, high, logarithmic)];
    this.logarithmic = logarithmic;
    for (const panel of this.panels) panel.redraw(logarithmic);
    for (const panel of this.panels) panel.update();
    this.set(this.full);
    this.switcher.textContent = logarithmic ? "Linear axis" : "Logarithmic axis";
  }

  // The stretch from `low` to `high` of x; y follows what is seen there.
  zoom(low, high) {
    const inside = this.points().filter(point => point.x >= low && point.x <= high);
    if (inside.length < 2 || !(high > low)) return;
    const bottom = Math.min(...inside.map(p => p.low)), top = Math.max(...inside.map(p => p.high));
    if (this.logarithmic && bottom <= 0) return;
    this.set([low, high, ...with_margin(bottom, top, this.logarithmic)]);
  }

  set(range) {
    this.changed = range.some((end, i) => end !== this.native[i]);
    for (const panel of this.panels) panel.set(range, this.logarithmic);
    this.back.disabled = range.every((end, i) => end === this.full[i]);
    this.hide();
  }

  point_at(panel, step) {
    this.hide();
    this.active = panel;
    if (step === undefined) return;
    this.at = step;
    const values = panel.point_at(step);
    this.tip.show(panel.x.pixel(step), panel.y.to + 20,
                  [make("div", {}, `${this.figure.dataset.x} ${shown(step)}`), ...values],
                  panel.svg);
  }

  // More than the first and at most the second x until the mean of a line reaches `target`.
  spent(line, target) {
    const up = this.figure.dataset.goal === "maximize";
    const at = line.points.findIndex(p => up ? p.mean >= target : p.mean <= target);
    const before = at < 0 ? line.points.length - 1 : at - 1;
    return [before < 0 ? 0 : line.points[before].x, at < 0 ? Infinity : line.points[at].x];
  }

  // Says when each visible line first reaches `target`, and how much of the x of its panel's
  // reference it needs for that.
  aim(target) {
    if (!Number.isFinite(target)) return;
    this.target = target;
    this.field.value = shown(target);
    for (const panel of this.panels) panel.draw_level();
    const seen = this.lines.filter(line => !hidden_lines.has(line.label));
    this.answer.replaceChildren(...seen.map(line => {
      const reference = this.lines.find(other =>
        other.panel === line.panel && other.label === this.figure.dataset.reference);
      const base = reference ? this.spent(reference, target) : [0, Infinity];
      const [low, high] = this.spent(line, target), never = high === Infinity;
      const range = (a, b) =>
        b < Infinity ? `${shown(a)} to ${shown(b)}` : `above ${shown(a)}`;
      const text = never ? `not until ${shown(low)}` : range(low, high);
      const ends = range(low / base[1], high / base[0]);
      const ratio = never ? ends : `${shown(high / base[1])} (${ends})`;
      const compared = base[1] < Infinity && line !== reference;
      return row_of(line, text + (compared ? `, ratio ${ratio}` : ""),
                    line.panel === "" ? line.label : `${line.label}, ${line.panel}`);
    }));
  }

  closer(times) {
    const {full, active: {x}} = this, half = (x.to - x.from) / 2 * times;
    const centre = this.at === undefined ? (x.from + x.to) / 2 : x.pixel(this.at);
    const low = Math.max(full[0], x.value(centre - half));
    const high = Math.min(full[1], x.value(centre + half));
    if (low <= full[0] && high >= full[1]) this.set(full);
    else this.zoom(low, high);
  }

  listen(svg) {
    const panels = this.panels.filter(panel => panel.svg === svg);
    let from, panel;
    const drop = () => {
      panel?.choice.setAttribute("visibility", "hidden");
      from = undefined;
    };
    svg.addEventListener("pointerdown", event => {
      const place = place_of(svg, event);
      panel = panels.find(each => each.has(place));
      from = panel && place.x;
    });
    svg.addEventListener("pointermove", event => {
      const place = place_of(svg, event);
      if (from !== undefined) {
        const {y, choice} = panel;
        return set(choice, {x: Math.min(from, place.x), width: Math.abs(place.x - from), y: y.to,
                            height: y.from - y.to, visibility: "visible"});
      }
      const here = panels.find(each => each.has(place));
      if (!here) return this.hide();
      this.point_at(here, here.nearest(here.x.value(place.x)));
    });
    svg.addEventListener("pointerup", event => {
      const place = place_of(svg, event), start = from;
      drop();
      if (start === undefined) return;
      if (Math.abs(place.x - start) > 8) {
        const ends = [start, place.x].sort((a, b) => a - b);
        this.zoom(...ends.map(pixel => panel.x.value(pixel)));
      } else if (this.figure.dataset.goal) {
        this.answer.closest("details").open = true;
        this.aim(Number(shown(panel.y.value(place.y))));
      }
    });
    svg.addEventListener("pointerleave", () => {
      drop();
      this.hide();
    });
    svg.addEventListener("dblclick", () => this.set(this.full));
    svg.parentElement.addEventListener("keydown", event => this.press(event, panels));
  }

  press(event, panels) {
    const panel = panels.includes(this.active) ? this.active : panels[0];
    const steps = panel.steps(), at = steps.indexOf(this.at);
    const actions = {
      ArrowRight: () => this.point_at(panel, steps[Math.min(steps.length - 1, at + 1)]),
      ArrowLeft: () => this.point_at(panel, steps[Math.max(0, at - 1)]),
      "+": () => this.closer(0.5), "-": () => this.closer(2),
      Escape: () => { this.set(this.full); }};
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }

  // The button that switches all figures of this y axis.
  scale_button() {
    this.switcher = button(this.logarithmic ? "Linear axis" : "Logarithmic axis", () => {
      const wanted = !this.logarithmic;
      for (const view of curve_views) {
        const same = view.figure.dataset.y === this.figure.dataset.y;
        if (same && (!wanted || view.can_be_logarithmic())) view.scale(wanted);
      }
    });
    this.switcher.hidden = !this.logarithmic && !this.can_be_logarithmic();
    return make("p", {className: "tools scale"}, this.switcher);
  }

  // The boxes and buttons below the picture.
  tools() {
    const labels = [...new Map(this.lines.map(line => [line.label, line])).values()];
    this.boxes = labels.map(line => {
      const box = make("input", {type: "checkbox", value: line.label, checked: true});
      box.addEventListener("change", () => {
        if (box.checked) hidden_lines.delete(line.label);
        else hidden_lines.add(line.label);
        for (const view of curve_views) view.update();
      });
      return box;
    });
    this.back = button("Full curve", () => this.set(this.full));
    this.back.disabled = true;
    this.field = make("input", {type: "number", step: "any"});
    this.field.addEventListener("change", () => this.aim(this.field.valueAsNumber));
    this.answer = make("div", {className: "answer"});
    this.answer.setAttribute("role", "status");
    const aiming = make("p", {className: "note"}, make("label", {}, "Target: ", this.field),
      ` click a height in the curves, or type it: ${this.figure.dataset.x} until the mean of ` +
      "each line first reaches it, and the ratio to the baseline's. Without the interval over " +
      "runs; polysweep convergence --target has it.");
    const targets = this.figure.dataset.goal ? [aiming, this.answer] : [];
    return [
      make("p", {className: "note"}, "Hide or show a line in every figure. Drag across the " +
        "curves, or press + and - in them, to enlarge a stretch; the arrow keys read values."),
      make("div", {className: "lines"}, ...labels.map((line, i) =>
        make("label", {}, this.boxes[i], ...mark_of(line), line.label))),
      ...targets,
      button("Closer", () => this.closer(0.5)), button("Wider", () => this.closer(2)), this.back];
  }
}
