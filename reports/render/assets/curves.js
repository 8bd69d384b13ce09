// Curves: values under the pointer or by arrow keys, lines hidden and shown, a stretch
// enlarged, and when each line reaches a target.
const hidden_lines = new Set();
const curve_views = [];

class CurveView {
  constructor(figure, svg, lines) {
    Object.assign(this, {figure, svg, lines}, axes_of(svg));
    this.full = [this.x.low, this.x.high, this.y.low, this.y.high];
    this.tip = tip_of(figure, svg);
    const group = number => svg.querySelector(`[id="${figure.id}-gnuplot_plot_${number}"]`);
    lines.forEach((line, i) => {
      line.groups = [1, 2, 3].map(kind => group((kind - 1) * lines.length + i + 1)).filter(Boolean);
    });
    this.frame_plots();
    this.cursor = draw("path", {class: "cursor", visibility: "hidden"});
    this.choice = draw("rect", {class: "choice", visibility: "hidden"});
    this.level = draw("path", {class: "cursor", visibility: "hidden"});
    svg.append(this.choice, this.cursor, this.level);
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

  visible() { return this.lines.filter(line => !hidden_lines.has(line.label)); }

  update() {
    for (const line of this.lines) {
      for (const part of line.groups) part.classList.toggle("gone", hidden_lines.has(line.label));
    }
    for (const box of this.boxes) box.checked = !hidden_lines.has(box.value);
    this.hide();
    if (this.target !== undefined) this.aim(this.target);
  }

  // The stretch from `low` to `high` of x; y follows what is seen there.
  zoom(low, high) {
    const seen = point => point.x >= low && point.x <= high;
    const inside = this.visible().flatMap(line => line.points.filter(seen));
    if (inside.length < 2 || !(high > low)) return;
    let bottom = Math.min(...inside.map(p => p.low)), top = Math.max(...inside.map(p => p.high));
    if (this.y.logarithmic && bottom <= 0) return;
    if (bottom === top) [bottom, top] = [bottom - 1, top + 1];
    const margin = this.y.logarithmic ? 1.02 : (top - bottom) / 30;
    [bottom, top] = this.y.logarithmic ? [bottom / margin, top * margin]
                                        : [bottom - margin, top + margin];
    this.set([low, high, bottom, top]);
  }

  set([low, high, bottom, top]) {
    const over = (axis, first, last) =>
      new Axis([axis.from, axis.to, first, last], axis.logarithmic);
    const [x0, x1, y0, y1] = this.full;
    const ends = [over(this.x, x0, x1), over(this.y, y0, y1)];
    this.x = over(this.x, low, high);
    this.y = over(this.y, bottom, top);
    const part = (axis, now) => {
      const times = (axis.to - axis.from) / (axis.pixel(now.high) - axis.pixel(now.low));
      return [times, axis.from - times * axis.pixel(now.low)];
    };
    const [sx, tx] = part(ends[0], this.x), [sy, ty] = part(ends[1], this.y);
    this.view.setAttribute("transform", `matrix(${sx} 0 0 ${sy} ${tx} ${ty})`);
    this.zoomed = [low, high, bottom, top].some((end, i) => end !== this.full[i]);
    this.svg.classList.toggle("zoomed", this.zoomed);
    this.draw_axes();
    this.draw_level();
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

  // More than the first and at most the second x until the mean of a line reaches `target`.
  spent(line, target) {
    const up = this.figure.dataset.goal === "maximize";
    const at = line.points.findIndex(p => up ? p.mean >= target : p.mean <= target);
    const before = at < 0 ? line.points.length - 1 : at - 1;
    return [before < 0 ? 0 : line.points[before].x, at < 0 ? Infinity : line.points[at].x];
  }

  // Says when each visible line first reaches `target`, and how much of the reference's x it
  // needs for that.
  aim(target) {
    if (!Number.isFinite(target)) return;
    this.target = target;
    this.field.value = shown(target);
    this.draw_level();
    const reference = this.lines.find(line => line.label === this.figure.dataset.reference);
    const base = reference ? this.spent(reference, target) : [0, Infinity];
    this.answer.replaceChildren(...this.visible().map(line => {
      const [low, high] = this.spent(line, target), never = high === Infinity;
      const range = (a, b) =>
        b < Infinity ? `${shown(a)} to ${shown(b)}` : `above ${shown(a)}`;
      const text = never ? `not until ${shown(low)}` : range(low, high);
      const ends = range(low / base[1], high / base[0]);
      const ratio = never ? ends : `${shown(high / base[1])} (${ends})`;
      const compared = base[1] < Infinity && line !== reference;
      return row_of(line, text + (compared ? `, ratio ${ratio}` : ""));
    }));
  }

  draw_level() {
    const {x, y, target} = this, seen = target >= y.low && target <= y.high;
    this.level.setAttribute("visibility", seen ? "visible" : "hidden");
    if (seen) this.level.setAttribute("d", `M${x.from} ${y.pixel(target)}H${x.to}`);
  }

  closer(times) {
    const {x, full} = this, half = (x.to - x.from) / 2 * times;
    const centre = this.at === undefined ? (x.from + x.to) / 2 : x.pixel(this.at);
    const low = Math.max(full[0], x.value(centre - half));
    const high = Math.min(full[1], x.value(centre + half));
    if (low <= full[0] && high >= full[1]) this.set(full);
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
      } else if (from !== undefined && this.figure.dataset.goal) {
        this.answer.closest("details").open = true;
        this.aim(Number(shown(this.y.value(place_of(svg, event).y))));
      }
      from = undefined;
    });
    svg.addEventListener("pointerleave", () => {
      from = undefined;
      this.choice.setAttribute("visibility", "hidden");
      this.hide();
    });
    svg.addEventListener("dblclick", () => this.set(this.full));
    box.addEventListener("keydown", event => {
      const steps = this.steps(), at = steps.indexOf(this.at);
      const actions = {
        ArrowRight: () => this.point_at(steps[Math.min(steps.length - 1, at + 1)]),
        ArrowLeft: () => this.point_at(steps[Math.max(0, at - 1)]),
        "+": () => this.closer(0.5), "-": () => this.closer(2),
        Escape: () => { this.set(this.full); }};
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
      make("div", {className: "lines"}, ...this.lines.map((line, i) =>
        make("label", {}, this.boxes[i], ...mark_of(line), line.label))),
      ...targets,
      button("Closer", () => this.closer(0.5)), button("Wider", () => this.closer(2)), this.back];
  }
}
