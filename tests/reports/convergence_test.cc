// Convergence against numbers of numpy and scipy (tests/golden/reports/convergence.py) and
// against numbers by hand.
#include "reports/analysis/convergence.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include "framework/core/random_stream.h"
#include "reports/analysis/sweep_analysis.h"
#include "reports/document/build_report.h"
#include "reports/document/sections.h"
#include "reports/render/render_report.h"
#include "tests/reports/gnuplot.h"
#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

using Values = std::vector<double>;

const double kInfinity = std::numeric_limits<double>::infinity();
const double kNaN = std::numeric_limits<double>::quiet_NaN();

// Runs of a loss that are evaluated at steps 100, 200, ...
struct Runs {
  SweepBuilder builder{"curves"};
  explicit Runs(const std::vector<std::string>& arms = {"base", "new"}) {
    builder.factor("arm", arms).baseline("arm", "base");
    for (const std::string& arm : arms) builder.cell({arm});
    builder.results().metrics = {{"loss", Goal::kMinimize, "nats", ""}};
  }
  std::size_t add(std::size_t cell, int seed, const Values& losses,
                  TrialState state = TrialState::kDone) {
    Values steps;
    for (std::size_t i = 0; i < losses.size(); ++i) {
      steps.push_back(100 * static_cast<double>(i + 1));
    }
    const std::size_t trial = builder.other(cell, seed, state);
    add_curve("loss", trial, steps, losses);
    return trial;
  }
  void add_curve(const std::string& metric, std::size_t trial, const Values& steps,
                 const Values& values) {
    Curve curve{trial, {}};
    for (std::size_t i = 0; i < values.size(); ++i) {
      curve.points.push_back({static_cast<std::int64_t>(steps[i]), values[i]});
    }
    builder.results().curves[metric].push_back(std::move(curve));
  }
  Convergence found(const std::vector<ConvergenceTarget>& targets = target_ladder()) {
    auto out = converge(builder.build(), {"loss", 0.95, targets});
    REQUIRE(out);
    return *out;
  }
};

void check_number(double found, double known) {
  if (std::isfinite(known)) {
    CHECK(found == Approx(known).epsilon(1e-9).margin(1e-12));
  } else {
    CHECK((found == known || (std::isnan(found) && std::isnan(known))));
  }
}

void check_steps(const Spending& found, double low, double high) {
  CHECK(found.low == low);
  CHECK(found.high == high);
}

// A line of convergence.txt: whether it is a geometric mean, the ratio, its bounds and
// interval (nan: none), who never reached the target.
void check_ratio(const SpeedRatio& found, const Values& known) {
  REQUIRE(known.size() == 8);
  CHECK(found.ratio.has_value() == (known[0] == 1));
  if (found.ratio) check_number(*found.ratio, known[1]);
  check_number(found.bounds.low, known[2]);
  check_number(found.bounds.high, known[3]);
  CHECK(found.interval.has_value() == !std::isnan(known[4]));
  if (found.interval) {
    check_number(found.interval->low, known[4]);
    check_number(found.interval->high, known[5]);
  }
  CHECK(found.cell_never == static_cast<std::size_t>(known[6]));
  CHECK(found.baseline_never == static_cast<std::size_t>(known[7]));
}

struct Line {
  std::string name;
  std::vector<std::string> words;
  Values numbers(std::size_t from) const {
    Values list;
    for (std::size_t i = from; i < words.size(); ++i) list.push_back(std::stod(words[i]));
    return list;
  }
};

std::vector<Line> golden() {
  std::vector<Line> lines;
  std::ifstream file(std::string(POLYSWEEP_SOURCE_FOLDER) +
                     "/tests/golden/reports/convergence.txt");
  for (std::string text; std::getline(file, text);) {
    if (text.starts_with('#')) continue;
    std::istringstream words(text);
    Line line;
    words >> line.name;
    for (std::string word; words >> word;) line.words.push_back(word);
    lines.push_back(std::move(line));
  }
  REQUIRE(lines.size() > 100);
  return lines;
}

}  // namespace

TEST_CASE("ratios of what runs spend equal those of numpy and scipy", "[convergence]") {
  const std::vector<Line> lines = golden();
  int checked = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].name != "ratio") continue;
    const Values numbers = lines[i].numbers(0);
    std::vector<SpendingPair> pairs;
    for (std::size_t at = 1; at < numbers.size(); at += 4) {
      pairs.push_back({{numbers[at], numbers[at + 1]}, {numbers[at + 2], numbers[at + 3]}});
    }
    INFO("line " << i << ": " << pairs.size() << " pairs");
    const auto found = speed_ratio(pairs, numbers[0]);
    REQUIRE(found);
    CHECK(found->pairs == pairs.size());
    check_ratio(*found, lines[i + 1].numbers(0));
    ++checked;
  }
  CHECK(checked > 50);
  CHECK_FALSE(speed_ratio({}, 0.95).has_value());
}

TEST_CASE("the interval of a ratio covers the true one on coarse and fine grids", "[convergence]") {
  const double truth = 0.7;
  struct Case {
    double spread, grid, least;
  };
  for (const Case& each : {Case{0.1, 10, 0.945}, Case{0.02, 300, 0.99}, Case{0.3, 100, 0.97}}) {
    RandomStream noise(3, "coverage");
    int covered = 0;
    const int sweeps = 2000;
    for (int i = 0; i < sweeps; ++i) {
      const double level = 600 * std::exp(noise.uniform() - 0.5);
      std::vector<SpendingPair> pairs;
      for (int seed = 0; seed < 3; ++seed) {
        const double shared = noise.normal();
        const auto spending = [&](double centre) {
          const double own = (shared + noise.normal()) / std::sqrt(2.0);
          const double at = std::ceil(centre * std::exp(each.spread * own) / each.grid);
          return Spending{(at - 1) * each.grid, at * each.grid};
        };
        const Spending baseline = spending(level);
        pairs.push_back({spending(truth * level), baseline});
      }
      const auto interval = speed_ratio(pairs, 0.95)->interval;
      if (interval->low <= truth && truth <= interval->high) ++covered;
    }
    INFO("spread " << each.spread << ", evaluations every " << each.grid);
    CHECK(covered >= each.least * sweeps);
  }
}

TEST_CASE("the ladder of a sweep equals that of numpy", "[convergence]") {
  Runs runs({"base", "new", "slow"});
  const std::vector<std::string> arms = {"base", "new", "slow"};
  runs.builder.results().metrics.push_back(
      {"joules", Goal::kMinimize, "J", "", std::string(kDefaultClock), Role::kCost});
  const std::vector<Line> lines = golden();
  Values steps;
  std::size_t trial = 0;
  for (const Line& line : lines) {
    if (line.name == "steps") steps = line.numbers(2);
    if (line.name == "values") {
      const auto cell = std::find(arms.begin(), arms.end(), line.words[0]) - arms.begin();
      trial = runs.builder.other(static_cast<std::size_t>(cell), std::stoi(line.words[1]),
                                 TrialState::kDone);
      runs.add_curve("loss", trial, steps, line.numbers(2));
    }
    if (line.name == "spent") runs.add_curve("joules", trial, steps, line.numbers(2));
  }
  const Convergence found = runs.found();
  REQUIRE(found.rows.size() == 3);
  REQUIRE(found.counters.size() == 2);
  CHECK(found.counters[1].name == "joules");
  CHECK(found.rows[0].ratios.empty());
  std::size_t target = 0;
  int checked = 0;
  for (const Line& line : lines) {
    if (line.name == "start") {
      check_number(*found.baselines[0].start, line.numbers(0)[0]);
      check_number(*found.baselines[0].best, line.numbers(0)[1]);
    }
    if (line.name == "target") {
      while (found.targets.at(target).fraction != line.numbers(0)[0]) ++target;
      check_number(*found.baselines[0].targets[target], line.numbers(0)[1]);
    }
    if (line.name != "reaches") continue;
    INFO(line.words[0] << ", counter " << line.words[1] << ", target " << target);
    const ConvergenceRow& row = found.rows[line.words[0] == "new" ? 1 : 2];
    const auto counter = static_cast<std::size_t>(std::stod(line.words[1]));
    REQUIRE(row.ratios[counter][target]);
    check_ratio(*row.ratios[counter][target], line.numbers(2));
    ++checked;
  }
  CHECK(checked == 20);
}

TEST_CASE("targets, steps and ratios by hand", "[convergence]") {
  Runs runs;
  runs.add(0, 0, {6, 4, 3, 2});     // start 6
  runs.add(0, 1, {8, 6, 4, 3, 4});  // start 8, best 3 and worse again
  runs.add(1, 0, {6, 2, 5, 1});     // not monotone: 2 counts though 5 follows
  runs.add(1, 1, {4.75, 4.5, 3});   // at 50% from its first evaluation on
  const Convergence found = runs.found();
  const ConvergenceBaseline& baseline = found.baselines.at(0);
  CHECK(*baseline.start == 7);
  CHECK(*baseline.best == 2.5);
  REQUIRE(baseline.targets.size() == 5);
  CHECK(*baseline.targets[1] == Approx(4.75));
  const ConvergenceRow& base = found.rows.at(0);
  const ConvergenceRow& arm = found.rows.at(1);
  check_steps(base.runs[0].spendings[0][1], 100, 200);
  check_steps(base.runs[1].spendings[0][1], 200, 300);
  check_steps(arm.runs[0].spendings[0][1], 100, 200);
  check_steps(arm.runs[1].spendings[0][1], 0, 100);
  CHECK(arm.reached == std::vector<std::size_t>{2, 2, 2, 1, 1});
  CHECK(base.reached == std::vector<std::size_t>{2, 2, 2, 1, 1});
  const auto& half = arm.ratios[0][1];
  REQUIRE(half);
  // 200/200 and 100/300; no lower bound, as a run got there before its first evaluation.
  CHECK(*half->ratio == Approx(std::sqrt(1.0 / 3)));
  CHECK(half->bounds.low == 0);
  CHECK(half->bounds.high == Approx(std::sqrt(200.0 / 100 * 100 / 200)));
  // At 100% neither run of seed 1 reaches it, and both of seed 0 do.
  const auto& all = arm.ratios[0][4];
  CHECK_FALSE(all->ratio.has_value());
  CHECK(all->cell_never == 1);
  CHECK(all->baseline_never == 1);
}

TEST_CASE("where higher is better, targets lie upwards", "[convergence]") {
  Runs runs;
  runs.builder.results().metrics[0].goal = Goal::kMaximize;
  runs.add(0, 0, {0.1, 0.5, 0.3});
  runs.add(1, 0, {0.5, 0.1, 0.1});
  const Convergence found = runs.found();
  CHECK(*found.baselines[0].targets[1] == Approx(0.3));
  check_steps(found.rows[0].runs[0].spendings[0][1], 100, 200);
  check_steps(found.rows[1].runs[0].spendings[0][4], 0, 100);
}

TEST_CASE("a run reaches its own best though means are rounded", "[convergence]") {
  for (const Goal goal : {Goal::kMinimize, Goal::kMaximize}) {
    const double sign = goal == Goal::kMinimize ? 1 : -1;
    Runs runs;
    runs.builder.results().metrics[0].goal = goal;
    for (int seed = 0; seed < 3; ++seed) {
      runs.add(0, seed, {sign * 0.7, sign * 0.1});  // (0.1 + 0.1 + 0.1) / 3 is not 0.1
      runs.add(1, seed, {sign * 0.7, sign * 0.1});
    }
    const Convergence found = runs.found();
    CHECK(found.rows[0].reached.back() == 3);
    CHECK(*found.rows[1].ratios[0].back()->ratio == 1);
    // All in the same interval of the grid: that is all one knows.
    CHECK(found.rows[1].ratios[0].back()->interval->low == Approx(0.5));
    CHECK(found.rows[1].ratios[0].back()->interval->high == Approx(2));
  }
}

TEST_CASE("a diverged run never reaches a target, a failed one is none", "[convergence]") {
  Runs runs;
  runs.add(0, 0, {5, 4, 3, 2});
  runs.add(0, 1, {5, kNaN}, TrialState::kDiverged);
  runs.add(1, 0, {1, kNaN}, TrialState::kDiverged);
  runs.add(1, 1, {1, 1}, TrialState::kFailed);
  const Convergence found = runs.found();
  CHECK(found.baselines[0].runs == 1);
  const ConvergenceRow& arm = found.rows[1];
  REQUIRE(arm.runs.size() == 1);
  CHECK(arm.planned == 2);
  CHECK(arm.reached[0] == 0);
  const auto& ratio = arm.ratios[0][0];
  CHECK(ratio->pairs == 1);
  CHECK(ratio->cell_never == 1);
  CHECK(ratio->bounds.low == kInfinity);
}

TEST_CASE("evaluations that are not finite are none", "[convergence]") {
  Runs runs;
  runs.add(0, 0, {5, 4, 3, 2});
  runs.add(0, 1, {kNaN, 4, 3, 2});           // no first evaluation to start from
  runs.add(1, 0, {5, kNaN, -kInfinity, 1});  // between 100 and 400
  runs.add(1, 1, {kNaN, kNaN});              // nothing at all
  const Convergence found = runs.found();
  CHECK(found.baselines[0].runs == 1);
  CHECK(*found.baselines[0].start == 5);
  check_steps(found.rows[1].runs[0].spendings[0][0], 100, 400);
  check_steps(found.rows[1].runs[1].spendings[0][0], 0, kInfinity);
  CHECK_FALSE(found.rows[1].runs[1].best.has_value());
  CHECK(found.rows[1].ratios[0][0]->cell_never == 1);
}

TEST_CASE("one seed has a range and no interval", "[convergence]") {
  Runs runs;
  runs.add(0, 0, {5, 4, 3, 2});
  runs.add(1, 0, {5, 2, 2, 2});
  const auto ratio = runs.found().rows[1].ratios[0][4];
  CHECK(*ratio->ratio == 0.5);
  CHECK(ratio->bounds.low == 0.25);
  CHECK(ratio->bounds.high == Approx(2.0 / 3));
  CHECK_FALSE(ratio->interval.has_value());
}

TEST_CASE("a baseline that does not improve has no shares of it, but values", "[convergence]") {
  Runs runs;
  runs.add(0, 0, {2, 4, 3});
  runs.add(1, 0, {2, 1, 1});
  const Convergence found = runs.found({{0.5, 0}, {std::nullopt, 1.5}, {std::nullopt, 2}});
  CHECK_FALSE(found.baselines[0].targets[0].has_value());
  CHECK(found.baselines[0].reason == "its runs do not improve on their first evaluation");
  CHECK_FALSE(found.rows[1].ratios[0][0].has_value());
  REQUIRE(found.rows[1].ratios[0][1]);
  CHECK(found.rows[1].ratios[0][1]->baseline_never == 1);
  CHECK(found.rows[1].ratios[0][1]->bounds.high == Approx(200.0 / 300));
  CHECK(*found.rows[1].ratios[0][2]->ratio == 1);
}

TEST_CASE("a baseline without runs has no targets", "[convergence]") {
  Runs runs;
  runs.add(0, 0, {5, 4}, TrialState::kFailed);
  runs.add(1, 0, {5, 4});
  const Convergence found = runs.found();
  CHECK(found.baselines[0].reason == "no done run whose first evaluation is finite");
  CHECK_FALSE(found.rows[1].ratios[0][0].has_value());
  const SweepResults results = runs.builder.build();
  const AnalysisOptions options;
  const SweepAnalysis analysis(results, options);
  CHECK(convergence_figures(analysis, found).empty());
  CHECK_FALSE(convergence_tables(analysis, found).empty());
}

TEST_CASE("what is spent is counted where it never decreases", "[convergence]") {
  Runs runs;
  auto& metrics = runs.builder.results().metrics;
  const std::string clock(kDefaultClock);
  metrics.push_back({"tokens", Goal::kMaximize, "tokens", "", clock, Role::kBudget});
  metrics.push_back({"seconds", Goal::kMinimize, "s", "", clock, Role::kCost});
  metrics.push_back({"pages", Goal::kMinimize, "", "", "pages", Role::kCost});  // other steps
  metrics.push_back({"watts", Goal::kMinimize, "W", ""});                       // no role
  const std::size_t base = runs.add(0, 0, {5, 4, 3, 2});
  const std::size_t arm = runs.add(1, 0, {5, 4, 2, 2});
  for (const std::size_t trial : {base, arm}) {
    for (const char* metric : {"pages", "watts"}) runs.add_curve(metric, trial, {100, 200}, {1, 2});
  }
  runs.add_curve("tokens", base, {100, 200, 300, 400}, {10, 20, 30, 40});
  runs.add_curve("tokens", arm, {100, 200, 300, 400}, {10, 20, 5, 40});  // starts again: no count
  runs.add_curve("seconds", base, {150, 250, 390, 400}, {1, 2, 3, 4});   // at other steps
  runs.add_curve("seconds", arm, {150, 250}, {7, 9});                    // ends before
  const Convergence found = runs.found({{1.0, 0}});
  REQUIRE(found.counters.size() == 3);
  check_steps(found.rows[0].runs[0].spendings[0][0], 300, 400);
  check_steps(found.rows[0].runs[0].spendings[1][0], 30, 40);
  check_steps(found.rows[0].runs[0].spendings[2][0], 2, 4);
  check_steps(found.rows[1].runs[0].spendings[1][0], 0, kInfinity);
  check_steps(found.rows[1].runs[0].spendings[2][0], 7, kInfinity);
  // Not known is not the same as never.
  CHECK(found.rows[1].ratios[1][0]->cell_never == 0);
  CHECK_FALSE(found.rows[1].ratios[1][0]->ratio.has_value());
}

TEST_CASE("no curve or no baseline, no convergence", "[convergence]") {
  CHECK_FALSE(converge(sample_sweep({2, false, false, false}), {}).has_value());
  SweepResults alone = sample_sweep({2, false, true, false});
  for (auto& cell : alone.cells) {
    cell.baseline = -1;
    cell.is_baseline = false;
  }
  CHECK_FALSE(converge(alone, {}).has_value());
}

namespace {

std::string field(const Table& table, std::size_t row, std::size_t column) {
  return table.rows.at(row).at(column).text;
}

}  // namespace

TEST_CASE("the table says how many never reached a target, and what bounds the ratio",
          "[convergence]") {
  Runs runs({"base", "fast", "slow", "lost"});
  for (int seed = 0; seed < 5; ++seed) {
    runs.add(0, seed, {5, 4, 3.2, 2});
    runs.add(1, seed, {5, 2, 2, 1});
    runs.add(2, seed, seed < 3 ? Values{5, 5, 5, 5, 5, 5, 5, 4.9} : Values{5, 5, 5, 5, 5, 2});
    runs.add(3, seed, {5, kNaN}, TrialState::kDiverged);
  }
  const SweepResults results = runs.builder.build();
  const AnalysisOptions options;
  const SweepAnalysis analysis(results, options);
  const auto found = converge(results, {"loss", 0.95, {{0.5, 0}}});
  const std::vector<Table> tables = convergence_tables(analysis, *found);
  REQUIRE(tables.size() == 2);
  CHECK(field(tables[0], 0, 4) == "3.500 (5 of 5)");
  CHECK(tables[1].columns[2].title == "50%: 3.5");
  // 200 to 300 by the baseline, 100 to 200 by the fast one.
  CHECK(field(tables[1], 0, 2) == "0.67 (0.33 to 1.00)");
  CHECK(field(tables[1], 1, 2) == "> 2.66; 3 of 5 never");
  CHECK(field(tables[1], 2, 2) == "infinite; 5 of 5 never");
  const std::vector<Figure> figures = convergence_figures(analysis, *found);
  REQUIRE(figures.size() == 1);
  REQUIRE(figures[0].numbers.rows.size() == 2);
  CHECK(figures[0].numbers.rows[1][4].text == "not bounded");
  const Draw draw = gnuplot();
  if (!draw) POLYSWEEP_SKIP("no gnuplot on this machine");
  const std::string svg = finished_svg(draw(svg_script(figures[0])), figures[0]);
  CHECK_THAT(svg, Contains("50%") && Contains("slow"));
  CHECK_THAT(finished_pdf(draw(pdf_script(figures[0])), figures[0]), Contains("%PDF-"));
}

TEST_CASE("hostile names and extreme values do not harm the convergence section", "[convergence]") {
  Runs runs({"base", "x'; system(\"touch owned\") #"});
  auto& metric = runs.builder.results().metrics[0];
  metric.step = "<script>\n'";
  for (int seed = 0; seed < 2; ++seed) {
    runs.add(0, seed, {1e300, 1e-300, -1e300});
    runs.add(1, seed, {1e300, seed == 0 ? kNaN : 0, -1e300});
  }
  SweepResults results = runs.builder.build();
  results.clock = metric.step;
  const std::string page = render_report(build_report(results), "html", gnuplot());
  CHECK_THAT(page, Contains("id=\"convergence\"") && !Contains("<script>\n'"));
  if (gnuplot()) CHECK_THAT(page, !Contains("This figure was not drawn"));
}

}  // namespace polysweep
