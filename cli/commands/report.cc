#include <fmt/format.h>

#include "cli/commands/command_table.h"
#include "cli/shared/analysed_sweep.h"
#include "cli/shared/gnuplot.h"
#include "cli/shared/planned_sweep.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "framework/core/file_system.h"
#include "reports/document/build_report.h"
#include "reports/render/render_report.h"
#include "reports/text/escaping.h"
#include "results/read/sweep_results.h"
#include "results/read/sweep_results_reader.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

void declare(CommandOptions& options) {
  declare_store(options);
  options.shown.add_options()("html", po::value<std::string>()->value_name("FILE"),
                              "write one HTML page")(
      "markdown", po::value<std::string>()->value_name("FILE"), "write Markdown")(
      "latex", po::value<std::string>()->value_name("FILE"),
      "write LaTeX, its tables and figures in a folder beside it")(
      "data", po::value<std::string>()->value_name("FOLDER"),
      "folder of the data files, for the command in the report that runs the sweep again")(
      "reference", po::value<std::string>()->value_name("CELL"),
      "change one factor at a time from this cell (default: the best complete one)")(
      "confidence", po::value<double>()->default_value(0.95, "0.95")->value_name("P"),
      "of the intervals")("alpha",
                          po::value<double>()->default_value(0.05, "0.05")->value_name("P"),
                          "family-wise error of the verdicts better and worse");
  declare_family(options);
  options.argument("sweep");
}

constexpr const char* kFormats[] = {"html", "markdown", "latex"};

std::string command_line(const po::variables_map& given, const std::string& sweep) {
  std::string command = fmt::format("polysweep report {} --store {}", shell_escaped(sweep),
                                    shell_escaped(given["store"].as<std::string>()));
  for (const char* name : {"html", "markdown", "latex", "data", "reference"}) {
    if (given.count(name) == 0) continue;
    command += fmt::format(" --{} {}", name, shell_escaped(text_or(given, name, "")));
  }
  for (const char* name : {"confidence", "alpha"}) {
    if (given[name].defaulted()) continue;
    command += fmt::format(" --{} {}", name, given[name].as<double>());
  }
  for (const std::string& cells : texts_of(given, "family")) {
    command += " --family " + shell_escaped(cells);
  }
  return command;
}

// A name for the folder of `file`'s parts that every program can read.
std::string parts_folder(const fs::path& file) {
  std::string name = file.stem().string();
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain && c != '_' && c != '.') c = '-';
  }
  return name + "-parts";
}

// The parts first: a page is never there without what it refers to.
void write_format(const Report& report, const char* format, const fs::path& file) {
  PageParts parts;
  parts.folder = parts_folder(file);
  const std::string page = render_report(report, format, gnuplot_drawing(), &parts);
  const fs::path folder = file.parent_path() / parts.folder;
  if (!parts.files.empty()) system_files().create_folders(folder);
  for (const auto& [name, content] : parts.files) system_files().replace(folder / name, content);
  system_files().replace(file, page);
  fmt::print("{}\n", file.string());
}

int run(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const Database database = store.open();
  const std::vector<std::string> words = texts_of(given, "sweep");
  const std::string sweep = chosen_sweep(database, words.empty() ? "" : words[0]);
  ReportOptions options;
  options.confidence = given["confidence"].as<double>();
  options.alpha = given["alpha"].as<double>();
  options.reference = text_or(given, "reference", "");
  options.family = texts_of(given, "family");
  options.store = given["store"].as<std::string>();
  options.data = text_or(given, "data", data_folder(given).string());
  options.command = command_line(given, sweep);
  const Report report = build_report(load_sweep_results(database, sweep), options);
  bool written = false;
  for (const char* format : kFormats) {
    if (given.count(format) == 0) continue;
    write_format(report, format, fs::absolute(given[format].as<std::string>()));
    written = true;
  }
  if (!written) fmt::print("{}", text_report(report, terminal_width()));
  return kExitComplete;
}

}  // namespace

const Command kReportCommand = {
    "report",
    "Says which choice beat the baseline, with what certainty, and what is missing",
    "[SWEEP] [--html FILE] [--markdown FILE] [--latex FILE]",
    "  polysweep report demo --store runs/demo --html report.html --latex paper/report.tex",
    declare,
    run,
};

}  // namespace polysweep
