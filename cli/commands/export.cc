#include "results/export/sweep_export.h"

#include <unistd.h>

#include "cli/commands/command_table.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

void declare(CommandOptions& options) {
  declare_store(options);
  options.shown.add_options()(
      "to", po::value<std::string>()->value_name("FORMAT[:PLACE]"),
      "csv, jsonl, tensorboard or mlflow, and a folder that does not exist yet (default: "
      "SWEEP.FORMAT); for mlflow, a server: mlflow:http://HOST:PORT");
  options.argument("sweep");
}

int run(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const Database database = store.open();
  const std::string sweep = required_argument(given, "sweep", "a sweep's name");
  if (given.count("to") == 0) fail("--to is missing: csv, jsonl, tensorboard or mlflow");
  const ExportTarget target = parse_export_target(text_or(given, "to", ""), sweep);
  const bool shows_progress = isatty(STDERR_FILENO) != 0;
  const ExportReport report =
      export_sweep(database, sweep, target, [&](std::size_t done, std::size_t total) {
        if (!shows_progress || (done % 10 != 0 && done != total)) return;
        fmt::print(stderr, "\r{} of {} trials{}", done, total, done == total ? "\n" : "");
      });
  fmt::print("{}: {} trials, {} points\n", report.place, report.trials, report.points);
  return kExitComplete;
}

}  // namespace

const Command kExportCommand = {
    "export",
    "Writes a sweep for other programs: CSV, JSON lines, TensorBoard, MLflow",
    "SWEEP --to FORMAT[:PLACE]",
    "  polysweep export demo --store runs/demo --to csv:demo_tables\n"
    "  polysweep export demo --to tensorboard:logs\n"
    "  polysweep export demo --to mlflow:http://localhost:5000",
    declare,
    run,
};

}  // namespace polysweep
