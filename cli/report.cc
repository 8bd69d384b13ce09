#include "reports/report.h"

#include "cli/command.h"
#include "cli/drawing.h"
#include "cli/store.h"
#include "cli/terminal.h"
#include "framework/error.h"
#include "framework/file_system.h"
#include "results/ledger.h"
#include "results/sweep_results.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

void declare(CommandOptions& options) {
  declare_store(options);
  options.shown.add_options()("html", po::value<std::string>()->value_name("FILE"),
                              "write one HTML page")(
      "markdown", po::value<std::string>()->value_name("FILE"), "write Markdown")(
      "confidence", po::value<double>()->default_value(0.95), "of the intervals")(
      "alpha", po::value<double>()->default_value(0.05),
      "family-wise error of the verdicts better and worse");
  options.word("sweep");
}

std::string only_sweep(const Database& database) {
  const std::vector<SweepSummary> sweeps = Ledger(database).sweeps();
  if (sweeps.size() == 1) return sweeps[0].name;
  std::string names;
  for (const SweepSummary& sweep : sweeps) names += (names.empty() ? "" : ", ") + sweep.name;
  fail("which sweep? the store holds {}", names.empty() ? "none" : names);
}

std::string command_line(const po::variables_map& given, const std::string& sweep) {
  std::string command =
      fmt::format("polysweep report {} --store {}", sweep, given["store"].as<std::string>());
  for (const char* face : {"html", "markdown"}) {
    if (given.count(face) > 0) command += fmt::format(" --{} {}", face, text_or(given, face, ""));
  }
  return command;
}

int run(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const Database database = store.open();
  const std::vector<std::string> words = texts_of(given, "sweep");
  const std::string sweep = words.empty() ? only_sweep(database) : words[0];
  ReportOptions options;
  options.confidence = given["confidence"].as<double>();
  options.alpha = given["alpha"].as<double>();
  options.command = command_line(given, sweep);
  const Report report = build_report(load_sweep_results(database, sweep), options);
  bool written = false;
  for (const char* face : {"html", "markdown"}) {
    if (given.count(face) == 0) continue;
    const fs::path file = fs::absolute(given[face].as<std::string>());
    system_files().replace(file, render_report(report, face, gnuplot_drawing()));
    fmt::print("{}\n", file.string());
    written = true;
  }
  if (!written) fmt::print("{}", render_report(report, "text"));
  return kExitComplete;
}

}  // namespace

const Command kReportCommand = {
    "report",
    "Says which choice beat the baseline, with what certainty, and what is missing",
    "[SWEEP] [--html FILE] [--markdown FILE]",
    "  polysweep report demo --store runs/demo --html report.html --markdown report.md",
    declare,
    run,
};

}  // namespace polysweep
