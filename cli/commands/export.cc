#include "results/export/sweep_export.h"

#include <unistd.h>

#include "cli/commands/command_table.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

void declare_export(CommandOptions& options) {
  declare_store(options);
  options.shown.add_options()("to", po::value<std::string>()->value_name("FORMAT"),
                              "csv, jsonl, tensorboard or mlflow")(
      "out", po::value<std::string>()->value_name("PLACE"),
      "a folder that does not exist yet (default: SWEEP.FORMAT); for mlflow http://SERVER");
  options.argument("sweep");
}

int run_export(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const Database database = store.open();
  const std::string sweep = sweep_argument(database, given);
  if (given.count("to") == 0) fail("--to is missing: expected csv, jsonl, tensorboard or mlflow");
  std::string target_text = text_or(given, "to", "");
  if (given.count("out") > 0) target_text += ":" + text_or(given, "out", "");
  const ExportTarget target = parse_export_target(target_text, sweep);
  const bool shows_progress = isatty(STDERR_FILENO) != 0;
  const ExportReport report =
      export_sweep(database, sweep, target, [&](std::size_t done, std::size_t total) {
        if (!shows_progress || (done % 10 != 0 && done != total)) return;
        fmt::print(stderr, "\r{} of {}{}", done, count_text(total, "trial"),
                   done == total ? "\n" : "");
      });
  fmt::print("{}: {}, {}\n", report.place, count_text(report.trials, "trial"),
             count_text(report.points, "point"));
  return kExitComplete;
}

}  // namespace

const Command kExportCommand = {
    "export",
    "Exports a sweep as CSV or JSON lines, or to TensorBoard or MLflow",
    "[SWEEP] --to FORMAT [--out PLACE]",
    "  polysweep export my_sweep --to csv --out tables\n"
    "  polysweep export my_sweep --to tensorboard --out logs\n"
    "  polysweep export my_sweep --to mlflow --out http://localhost:5000",
    declare_export,
    run_export,
};

}  // namespace polysweep
