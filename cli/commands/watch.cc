#define NCURSES_NOMACROS  // its macros have names of ours
#include <ncurses.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cmath>
#include <iostream>

#include "cli/commands/command_table.h"
#include "cli/live/live_curves.h"
#include "cli/live/live_json.h"
#include "cli/shared/cell_names.h"
#include "cli/shared/json_output.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "cli/shared/trial_counts.h"
#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "reports/text/escaping.h"
#include "results/read/ledger.h"
#include "runners/host/progress.h"

namespace polysweep {
namespace {

constexpr std::size_t kSparkPoints = 24;
constexpr int kRefreshMs = 1000;

enum class Ink : std::uint8_t { kPlain = 0, kGood = 1, kBusy = 2, kBad = 3, kOdd = 4, kTitle = 5 };

struct Line {
  Line(std::string content, Ink how) : text(std::move(content)), ink(how) {}

  std::string text;
  Ink ink = Ink::kPlain;
};

void add(std::vector<Line>& lines, std::string text, Ink ink = Ink::kPlain) {
  lines.emplace_back(std::move(text), ink);
}

struct View {
  LiveSweep sweep;
  LiveCurves curves;
  std::vector<std::string> cells;  // cell_names()
};

// The baseline at the same step.
std::string beside_baseline(const LiveSweep& sweep, const RunningTrial& trial,
                            const LiveCurves& curves, std::int64_t step) {
  for (const LiveBand& band : curves.bands) {
    if (static_cast<int>(band.cell) != sweep.cells[trial.cell].baseline) continue;
    const auto point = std::find_if(band.points.begin(), band.points.end(),
                                    [&](const LiveBandPoint& p) { return p.step == step; });
    if (point != band.points.end()) {
      return fmt::format("  baseline {:.4g} ({:.4g} to {:.4g})", point->mean, point->low,
                         point->high);
    }
  }
  return "";
}

std::string progress_bar(const StateCounts& counts, std::size_t width) {
  const double planned = std::max<double>(1, static_cast<double>(counts.planned));
  const auto part = [&](std::uint64_t count) {
    return static_cast<std::size_t>(
        std::lround(static_cast<double>(count) / planned * static_cast<double>(width)));
  };
  const std::size_t done = part(counts.done + counts.diverged + counts.failed);
  const std::size_t busy = std::min(width - done, part(counts.running));
  std::string out;
  for (std::size_t i = 0; i < width; ++i) out += i < done ? "█" : i < done + busy ? "▒" : "·";
  return out;
}

void add_running(std::vector<Line>& lines, const View& view) {
  const LiveSweep& sweep = view.sweep;
  const LiveCurves& curves = view.curves;
  add(lines, "");
  add(lines, fmt::format("Running ({})", curves.metric.empty() ? "no curve yet" : curves.metric),
      Ink::kTitle);
  if (sweep.running.empty()) add(lines, "  no trial is running");
  for (std::size_t i = 0; i < sweep.running.size(); ++i) {
    const RunningTrial& trial = sweep.running[i];
    std::string text = fmt::format(
        "  {}:{} {}  {}{}  {} of {}", terminal_escaped(trial.host), trial.slot,
        trial.id.hex().substr(0, 12), terminal_escaped(view.cells.at(trial.cell)),
        trial.replicate.empty() ? "" : fmt::format(" {}={}", sweep.replicate, trial.replicate),
        duration_text(trial.age_s), trial.expected_s ? duration_text(*trial.expected_s) : "?");
    if (trial.attempt > 1) text += fmt::format("  attempt {}", trial.attempt);
    add(lines, text, Ink::kBusy);
    const std::vector<CurvePoint>& curve = curves.running[i];
    if (curve.empty()) continue;
    add(lines,
        fmt::format("      {}  {:.4g} at step {}{}", sparkline(curve), curve.back().value,
                    curve.back().step, beside_baseline(sweep, trial, curves, curve.back().step)));
  }
}

void add_bad_ends(std::vector<Line>& lines, const View& view) {
  const LiveSweep& sweep = view.sweep;
  add(lines, "");
  add(lines, "Failed attempts, latest first", Ink::kTitle);
  if (sweep.failures.empty()) add(lines, "  none");
  for (const FailedAttempt& end : sweep.failures) {
    add(lines,
        fmt::format("  {} attempt {}: {}{}  {}", end.id.hex().substr(0, 12), end.attempt,
                    end.outcome, end.final ? " (final)" : "",
                    terminal_escaped(view.cells.at(end.cell))),
        Ink::kBad);
    for (const std::string& text : {end.message, end.output_tail}) {
      std::size_t begin = 0;
      while (begin < text.size()) {
        const std::size_t stop = std::min(text.find('\n', begin), text.size());
        if (stop > begin) {
          add(lines, "      " + terminal_escaped(text.substr(begin, stop - begin)));
        }
        begin = stop + 1;
      }
    }
  }
}

std::vector<Line> lines_of(const View& view, std::size_t width) {
  const LiveSweep& sweep = view.sweep;
  const StateCounts& counts = sweep.counts;
  std::vector<Line> lines;
  add(lines, fmt::format("{} ({})", sweep.sweep, sweep.experiment), Ink::kTitle);
  add(lines, progress_bar(counts, std::min<std::size_t>(width, 100)), Ink::kGood);
  add(lines, counts_text(counts), counts.failed > 0 ? Ink::kBad : Ink::kPlain);
  std::vector<std::string> pace;
  if (sweep.left_s) pace.push_back(duration_text(*sweep.left_s) + " left");
  if (sweep.trials_per_s > 0) pace.push_back(fmt::format("{:.3g} trials/s", sweep.trials_per_s));
  if (sweep.peak_memory_bytes > 0) {
    pace.push_back(fmt::format("up to {} a trial", memory_text(sweep.peak_memory_bytes)));
  }
  if (!pace.empty()) add(lines, fmt::format("{}", fmt::join(pace, ", ")));
  add_running(lines, view);
  add_bad_ends(lines, view);
  return lines;
}

View load_view(const Store& store, const std::string& sweep, const std::string& metric) {
  const Database database = store.open();
  View view;
  view.sweep = load_live_sweep(database, sweep, system_clock().wall_us());
  view.curves = load_live_curves(database, view.sweep,
                                 metric.empty() ? live_metric(view.sweep) : metric, kSparkPoints);
  view.cells = cell_names(database, sweep);
  return view;
}

// Uses the full terminal for its lifetime.
class Screen {
 public:
  Screen() {
    std::setlocale(LC_ALL, "");
    initscr();
    cbreak();
    noecho();
    keypad(stdscr, TRUE);
    curs_set(0);
    timeout(kRefreshMs);
    const char* no_colour = std::getenv("NO_COLOR");
    if (has_colors() && (no_colour == nullptr || *no_colour == '\0')) {
      start_color();
      use_default_colors();
      init_pair(static_cast<short>(Ink::kGood), COLOR_GREEN, -1);
      init_pair(static_cast<short>(Ink::kBusy), COLOR_CYAN, -1);
      init_pair(static_cast<short>(Ink::kBad), COLOR_RED, -1);
      init_pair(static_cast<short>(Ink::kOdd), COLOR_YELLOW, -1);
    }
  }
  ~Screen() { endwin(); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  static std::size_t width() { return static_cast<std::size_t>(std::max(COLS, 20)); }

  static void show(const std::vector<Line>& lines, std::size_t first, const std::string& foot) {
    erase();
    for (int row = 0; row < LINES - 1; ++row) {
      const std::size_t index = first + static_cast<std::size_t>(row);
      if (index >= lines.size()) break;
      const Line& line = lines[index];
      const attr_t look = line.ink == Ink::kTitle ? A_BOLD : COLOR_PAIR(static_cast<int>(line.ink));
      attron(look);
      mvaddstr(row, 0, shortened(line.text, width()).c_str());
      attroff(look);
    }
    attron(A_REVERSE);
    mvaddstr(LINES - 1, 0, shortened(foot, width()).c_str());
    attroff(A_REVERSE);
    refresh();
  }
};

void watch(const Store& store, const std::vector<std::string>& sweeps, std::size_t at,
           const std::string& metric) {
  const Screen screen;
  std::size_t first = 0;
  for (;;) {
    const View view = load_view(store, sweeps[at], metric);
    const std::vector<Line> lines = lines_of(view, Screen::width());
    first = std::min(first, lines.size() - 1);
    Screen::show(
        lines, first,
        sweeps.size() > 1 ? "q quit   up/down scroll   tab next sweep" : "q quit   up/down scroll");
    const int key = getch();
    if (key == 'q' || key == 'Q') return;
    if (key == KEY_DOWN) ++first;
    if (key == KEY_UP && first > 0) --first;
    if (key == '\t') at = (at + 1) % sweeps.size();
  }
}

void declare_watch(CommandOptions& options) {
  declare_store(options);
  declare_json(options);
  options.shown.add_options()("once", po::bool_switch(), "print the view once and exit")(
      "metric", po::value<std::string>()->value_name("NAME"),
      "metric of the curves (default: the one with role progress, the primary, or the longest)");
  options.argument("sweep");
}

int run_watch(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  std::vector<std::string> sweeps;
  std::size_t at = 0;
  {
    const Database database = store.open();
    std::int64_t latest = -1;
    for (const SweepSummary& sweep : Ledger(database).sweeps()) {
      if (sweep.planned_us > latest) at = sweeps.size();
      latest = std::max(latest, sweep.planned_us);
      sweeps.push_back(sweep.name);
    }
  }
  if (sweeps.empty()) fail("the store has no sweep yet");
  const std::vector<std::string> names = texts_of(given, "sweep");
  const auto named = std::find(sweeps.begin(), sweeps.end(), names.empty() ? sweeps[at] : names[0]);
  const std::string metric = text_or(given, "metric", "");
  if (named == sweeps.end() || given["json"].as<bool>() || given["once"].as<bool>()) {
    const View view = load_view(store, named == sweeps.end() ? names[0] : *named, metric);
    if (given["json"].as<bool>()) {
      print_json(live_json(view.sweep, view.curves, view.cells));
      return kExitComplete;
    }
    for (const Line& line : lines_of(view, terminal_width())) {
      fmt::print("{}\n", line.text);
    }
    return kExitComplete;
  }
  if (!output_is_terminal() || isatty(STDIN_FILENO) == 0) {
    fail("watch needs a terminal; --once and --json print what it would show");
  }
  watch(store, sweeps, static_cast<std::size_t>(named - sweeps.begin()), metric);
  return kExitComplete;
}

}  // namespace

const Command kWatchCommand = {
    "watch",
    "Shows a running sweep on the full terminal: slots, curves, failures, time left",
    "[SWEEP] [--metric NAME] [--once | --json]",
    "  polysweep watch my_sweep",
    declare_watch,
    run_watch,
};

}  // namespace polysweep
