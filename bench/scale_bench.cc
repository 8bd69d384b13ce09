// The database at scale: a sweep of many trials x 10 metrics x 1,000 steps goes
// through real journals and the real ingest; then bytes a point, ingest in
// tenths, and how long the questions take that commands ask.
//   scale_bench [CELLS [REPEATS [FOLDER [STEPS]]]]     (a cell: 10 trials x 10 x STEPS points)
// Of 1000 steps, 100 cells are 10^7 points, 1000 are 10^8 (3 GB of disk). Times are those of the
// processor, so that a busy machine does not spoil them; wall times beside.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

#include "bench/benchmark.h"
#include "bench/sample_store.h"
#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "reports/analysis/convergence.h"
#include "reports/analysis/learning_curve.h"
#include "results/ingest/ingest.h"
#include "results/read/curves_on_demand.h"
#include "results/read/ledger.h"
#include "results/read/sweep_results.h"
#include "results/read/sweep_results_reader.h"
#include "results/read/trial_record.h"
#include "results/read/trial_table.h"

namespace polysweep {

namespace {

constexpr std::uint64_t kPointsAtOnce = 200'000;

double processor_s() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Spent {
  double processor_s = 0;
  double wall_s = 0;
};

Spent spent(const std::function<void()>& work) {
  const Spent before{processor_s(), system_clock().monotonic_s()};
  work();
  return {processor_s() - before.processor_s, system_clock().monotonic_s() - before.wall_s};
}

// Writes and ingests in turn; prints the speed of each tenth.
void fill(SampleStore& store) {
  Ingest ingest(system_files(), store.path());
  std::uint64_t points = 0;
  Spent tenth;
  std::uint64_t tenth_points = 0;
  for (bool more = true; more;) {
    more = store.write(kPointsAtOnce);
    IngestReport report;
    const Spent now = spent([&] { report = ingest.catch_up(); });
    points += report.points;
    tenth_points += report.points;
    tenth.processor_s += now.processor_s;
    tenth.wall_s += now.wall_s;
    if (tenth_points < store.points() / 10 && more) continue;
    std::printf("ingest up to %10llu points     %6.3f M points/s of processor, %6.3f of wall\n",
                static_cast<unsigned long long>(points),
                static_cast<double>(tenth_points) / tenth.processor_s / 1e6,
                static_cast<double>(tenth_points) / tenth.wall_s / 1e6);
    std::fflush(stdout);
    tenth = {};
    tenth_points = 0;
  }
}

void print(const char* what, const std::vector<Spent>& all, double goal_ms) {
  std::vector<double> processor_ms, wall_ms;
  for (const Spent& each : all) {
    processor_ms.push_back(1e3 * each.processor_s);
    wall_ms.push_back(1e3 * each.wall_s);
  }
  std::sort(processor_ms.begin(), processor_ms.end());
  std::sort(wall_ms.begin(), wall_ms.end());
  std::printf("%-28s median %8.2f ms (%.2f ... %.2f), wall %8.2f ms   goal <= %.0f ms\n", what,
              processor_ms[all.size() / 2], processor_ms.front(), processor_ms.back(),
              wall_ms[all.size() / 2], goal_ms);
  std::fflush(stdout);
}

// What a report asks of a large sweep: the table of its trials; when each run
// reaches the ladder of targets; three drawn metrics of sixteen cells.
void ask_like_a_report(const Database& database) {
  const SweepResults results = load_sweep_results(database, SampleStore::kSweep, {1000, 0});
  const auto convergence = converge(results, {SampleStore::metric(0)});
  check(convergence && convergence->rows.size() == results.cells.size(),
        "every sample cell is or has a baseline");
  std::vector<std::size_t> drawn;
  for (std::size_t cell = 0; cell < std::min<std::size_t>(16, results.cells.size()); ++cell) {
    for (const std::size_t trial : results.cells[cell].trials) drawn.push_back(trial);
  }
  for (int i = 0; i < 3; ++i) {
    for (const auto& curve : results.curves_on_demand->curves(drawn, SampleStore::metric(i),
                                                              CurvesOnDemand::kQuickPoints)) {
      check(curve.size() == CurvesOnDemand::kQuickPoints, "a sample run has a curve");
    }
  }
}

// The mean of ten runs of 1,000 points each, thinned to 100.
void draw_band(const Database& database) {
  const std::string metric = SampleStore::metric(3);
  SweepResults results = load_sweep_results(database, SampleStore::kSweep, {1000, 0, {5}});
  std::vector<std::size_t> trials;
  for (const SeriesResult& each : results.series.at(metric)) trials.push_back(each.trial);
  auto curves = results.curves_on_demand->curves(trials, metric, 1000);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    results.curves[metric].push_back({trials[i], std::move(curves[i])});
  }
  results.curves_on_demand.reset();
  const auto bands = learning_curves(results, metric, 100);
  check(bands.size() == 1 && bands[0].runs == 10 && bands[0].points.size() == 100,
        "a cell of ten sample runs has a band");
}

struct Question {
  const char* name;
  double goal_ms;
  std::function<void(const Database&)> ask;
};

std::vector<Question> questions(const SampleStore& store) {
  const std::string sweep = SampleStore::kSweep;
  const TrialId trial = store.trial(store.trials() / 2);
  return {
      {"list", 100,
       [=](const Database& database) {
         load_trial_table(database, {sweep, {}});
       }},
      {"status", 100, [=](const Database& database) { Ledger(database).cells(sweep); }},
      {"status of all sweeps", 100, [](const Database& database) { Ledger(database).sweeps(); }},
      {"best, ablate, compare", 100,
       [=](const Database& database) {
         load_sweep_results(database, sweep, {1000, 0});
       }},
      {"the complete report", 100, ask_like_a_report},
      {"show", 100, [=](const Database& database) { load_trial(database, trial); }},
      {"one curve of 1000 points", 10,
       [=](const Database& database) { load_curve(database, trial, SampleStore::metric(3)); }},
      {"band of 10 seeds, 100 points", 50, draw_band},
  };
}

int bench_main(int argc, char** argv) {
  SampleSize size;
  size.cells = argc > 1 ? std::atoi(argv[1]) : 100;
  const int repeats = argc > 2 ? std::atoi(argv[2]) : 7;
  if (argc > 4) size.steps = std::atoi(argv[4]);
  SampleStore store(argc > 3 ? argv[3] : "/tmp", size);
  std::printf("%zu trials, %llu points\n", store.trials(),
              static_cast<unsigned long long>(store.points()));
  fill(store);
  const auto bytes = std::filesystem::file_size(database_path(store.path()));
  std::printf("bytes a point %.2f   goal <= 25\n",
              static_cast<double>(bytes) / static_cast<double>(store.points()));
  for (const Question& question : questions(store)) {
    std::vector<Spent> all;
    for (int i = 0; i < repeats; ++i) {
      all.push_back(spent([&] {
        const Database database(database_path(store.path()), Access::kRead);
        question.ask(database);
      }));
    }
    print(question.name, all, question.goal_ms);
  }
  return 0;
}

}  // namespace

}  // namespace polysweep

int main(int argc, char** argv) {
  return polysweep::run_benchmark("scale_bench", polysweep::bench_main, argc, argv);
}
