// Shows a sweep while it runs: counts, running trials, their curves, failures.
'use strict';
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8b6bd8',
  '#777'];
const colourOf = index => colours[index % colours.length];
const byId = id => document.getElementById(id);
const make = (tag, text, kind) => {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (kind) node.className = kind;
  return node;
};
const swatch = colour => {
  const node = make('i');
  node.style.background = colour;
  return node;
};
const drawn = (tag, values, text) => {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(values)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
};
const time = seconds => {
  if (seconds === null || seconds === undefined) return '?';
  const s = Math.round(seconds);
  if (s < 60) return s + ' s';
  if (s < 3600) return Math.floor(s / 60) + 'm ' + String(s % 60).padStart(2, '0') + 's';
  return Math.floor(s / 3600) + 'h ' + String(Math.floor(s % 3600 / 60)).padStart(2, '0') + 'm';
};
// Round numbers from low to high, about so many.
const ticks = (low, high, about) => {
  const least = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * [1, 2, 5, 10].find(each => each * power >= least);
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high; ++i) found.push(i * step);
  return found;
};
const rate = value => value < 10 ? value.toPrecision(2) : Math.round(value);
const short = value => value === null ? 'not finite' : Number(value.toPrecision(4)).toString();

function showCounts(data) {
  const counts = data.counts;
  const bar = byId('bar');
  bar.replaceChildren();
  for (const state of ['done', 'diverged', 'failed', 'running']) {
    const part = make('span', undefined, state);
    part.style.width = 100 * counts[state] / Math.max(1, counts.planned) + '%';
    bar.append(part);
  }
  bar.setAttribute('aria-label', counts.done + ' of ' + counts.planned + ' trials done');
  const numbers = byId('numbers');
  numbers.replaceChildren();
  const say = (name, value, kind) => {
    const item = make('span');
    if (kind) item.append(make('i', undefined, kind));
    item.append(name + ' ', make('b', value));
    numbers.append(item);
  };
  say('planned', counts.planned);
  for (const state of ['done', 'diverged', 'failed', 'running', 'pending']) {
    say(state, counts[state], state);
  }
  say('trials/s', rate(data.trials_per_s));
  say('left', data.counts.pending + data.counts.running === 0 ? 'nothing' : time(data.left_s));
  if (data.peak_memory_bytes > 0) {
    say('peak memory of a trial', Math.round(data.peak_memory_bytes / 1048576) + ' MiB');
  }
}

function showRunning(data) {
  const body = byId('running');
  body.replaceChildren();
  data.running.forEach((trial, index) => {
    const last = trial.last.find(point => point.metric === data.metric);
    const row = make('tr');
    const slot = trial.host + ':' + trial.slot + (trial.device >= 0 ? ' cuda ' + trial.device : '');
    const again = trial.attempt > 1 ? ' (attempt ' + trial.attempt + ')' : '';
    const name = make('td');
    name.append(swatch(colourOf(index)), trial.trial.slice(0, 12) + again);
    row.append(make('td', slot), name, make('td', trial.cell), make('td', trial.replicate),
      make('td', last ? last.step : ''), make('td', last ? short(last.value) : ''),
      make('td', time(trial.age_s)), make('td', time(trial.expected_s)));
    body.append(row);
  });
  if (data.running.length === 0) {
    const row = make('tr');
    const cell = make('td', 'nothing runs now');
    cell.colSpan = 8;
    row.append(cell);
    body.append(row);
  }
}

function showChart(data) {
  const chart = byId('chart');
  const legend = byId('legend');
  chart.replaceChildren();
  legend.replaceChildren();
  byId('metric').textContent = data.metric || 'none yet';
  const xs = [], ys = [];
  for (const trial of data.running) {
    for (const [x, y] of trial.curve) if (y !== null) { xs.push(x); ys.push(y); }
  }
  for (const band of data.bands) {
    for (const [x, , low, high] of band.points) { xs.push(x); ys.push(low, high); }
  }
  chart.toggleAttribute('hidden', xs.length === 0);
  if (xs.length === 0) return;
  const width = Math.max(300, chart.clientWidth);
  chart.setAttribute('viewBox', '0 0 ' + width + ' 320');
  const range = values => {
    let low = Infinity, high = -Infinity;
    for (const value of values) { low = Math.min(low, value); high = Math.max(high, value); }
    return low === high ? [low - 1, high + 1] : [low, high];
  };
  const [x0, x1] = range(xs), [y0, y1] = range(ys);
  const px = x => 60 + (width - 80) * (x - x0) / (x1 - x0);
  const py = y => 290 - 270 * (y - y0) / (y1 - y0);
  chart.append(drawn('rect', {x: 60, y: 20, width: width - 80, height: 270, class: 'frame'}));
  for (const value of ticks(x0, x1, width / 130)) {
    chart.append(drawn('path', {d: 'M' + px(value) + ' 290v5', class: 'frame'}));
    chart.append(drawn('text', {x: px(value), y: 308, 'text-anchor': 'middle'}, short(value)));
  }
  for (const value of ticks(y0, y1, 5)) {
    chart.append(drawn('path', {d: 'M60 ' + py(value) + 'H' + (width - 20), class: 'rule'}));
    chart.append(drawn('text', {x: 54, y: py(value) + 4, 'text-anchor': 'end'}, short(value)));
  }
  chart.append(drawn('text', {x: width - 20, y: 14, 'text-anchor': 'end'}, 'over steps'));
  const place = ([x, y], i) => (i ? 'L' : 'M') + px(x).toFixed(1) + ' ' + py(y).toFixed(1);
  const line = points => points.map(place).join('');
  for (const band of data.bands) {
    const up = band.points.map(p => [p[0], p[3]]);
    const down = band.points.map(p => [p[0], p[2]]).reverse();
    chart.append(drawn('path', {d: line(up.concat(down)) + 'Z', class: 'band'}));
    chart.append(drawn('path', {d: line(band.points.map(p => [p[0], p[1]])), class: 'mean'}));
    const item = make('span');
    item.append(swatch('#888'), 'baseline ' + band.label + ', ' + band.trials +
      ' done trials: mean and range');
    legend.append(item);
  }
  data.running.forEach((trial, index) => {
    const points = trial.curve.filter(point => point[1] !== null);
    if (points.length === 0) return;
    chart.append(drawn('path', {d: line(points), class: 'curve', stroke: colourOf(index)}));
    const item = make('span');
    item.append(swatch(colourOf(index)), trial.trial.slice(0, 12) + ' ' + trial.cell);
    legend.append(item);
  });
}

function showBad(data) {
  const bad = byId('bad');
  bad.replaceChildren();
  if (data.bad_ends.length === 0) bad.append(make('p', 'none'));
  for (const end of data.bad_ends) {
    const item = make('section');
    item.append(make('b', end.trial.slice(0, 12) + ' attempt ' + end.attempt + ': ' + end.outcome),
      make('span', ' ' + end.cell + (end.final ? ', for good' : ', will be run again')));
    if (end.message) item.append(make('p', end.message));
    if (end.output_tail) {
      const tail = make('pre', end.output_tail);
      tail.tabIndex = 0;
      item.append(tail);
    }
    bad.append(item);
  }
}

async function get(path) {
  const answer = await fetch(path, {cache: 'no-store'});
  const data = await answer.json();
  if (!answer.ok) throw new Error(data.error);
  return data;
}

let next = 0;
async function refresh() {
  clearTimeout(next);
  try {
    const names = (await get('api/sweeps')).map(sweep => sweep.sweep);
    const choice = byId('sweep');
    if (choice.options.length !== names.length) {
      const chosen = choice.value || names[names.length - 1];
      const option = name => new Option(name, name, false, name === chosen);
      choice.replaceChildren(...names.map(option));
    }
    if (choice.value) {
      const data = await get('api/live?sweep=' + encodeURIComponent(choice.value));
      byId('title').textContent = data.sweep;
      document.title = data.counts.done + '/' + data.counts.planned + ' ' + data.sweep;
      byId('report').href = 'report?sweep=' + encodeURIComponent(data.sweep);
      showCounts(data);
      showRunning(data);
      showChart(data);
      showBad(data);
    }
    byId('trouble').textContent = '';
    document.body.dataset.ready = 'yes';
  } catch (error) {
    byId('trouble').textContent = error.message;
  }
  clearTimeout(next);  // of another refresh meanwhile
  next = setTimeout(refresh, 2000);
}
byId('sweep').addEventListener('change', refresh);
refresh();
