#include <fmt/format.h>

#include "cli/commands/command_table.h"
#include "cli/shared/absolute_path.h"
#include "cli/shared/analysed_sweep.h"
#include "cli/shared/code_words.h"
#include "cli/shared/gnuplot.h"
#include "cli/shared/plan_from_file.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/core/name_rule.h"
#include "framework/core/suggestion.h"
#include "reports/document/build_report.h"
#include "reports/render/render_report.h"
#include "reports/text/escaping.h"
#include "results/read/sweep_results.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

void declare_report(CommandOptions& options) {
  declare_store(options);
  options.shown.add_options()(
      "out", po::value<std::vector<std::string>>()->value_name("FILE"),
      "write the report to FILE: HTML, Markdown or LaTeX by its ending .html, .md or .tex; LaTeX "
      "has its tables and figures in a folder beside it (may be repeated)")(
      "data", po::value<std::string>()->value_name("FOLDER"),
      "folder of the data files, for the command in the report that runs the sweep again")(
      "reference", po::value<std::string>()->value_name("CELL"),
      "cell from which one factor at a time is changed (default: the best complete cell)")(
      "confidence", po::value<double>()->value_name("P"),
      "confidence level of the intervals (default: 0.95)");
  declare_rule(options);
  options.argument("sweep");
  options.argument("versions", true);
}

// The format of a report with this file name.
const char* format_of(const fs::path& file) {
  static const std::pair<const char*, const char*> formats[] = {
      {".html", "html"}, {".md", "markdown"}, {".tex", "latex"}};
  for (const auto& [ending, format] : formats) {
    if (file.extension() == ending) return format;
  }
  fail("--out {}: expected a file name that ends in .html, .md or .tex", in_quotes(file.string()));
}

// The command again, to be run in any folder.
std::string command_line(const po::variables_map& given, const Store& store,
                         const std::string& sweep) {
  std::string command = "polysweep report " + shell_escaped(sweep);
  for (const std::string& word : texts_of(given, "versions")) command += " " + shell_escaped(word);
  command += " --store " + shell_escaped(store.folder().string());
  for (const std::string& file : texts_of(given, "out")) command += " --out " + shell_escaped(file);
  if (given.count("data") > 0) {
    command += " --data " + shell_escaped(fs::absolute(text_or(given, "data", "")).string());
  }
  if (given.count("reference") > 0) {
    command += " --reference " + shell_escaped(text_or(given, "reference", ""));
  }
  if (given.count("test") > 0) command += " --test " + text_or(given, "test", "");
  for (const char* name : {"confidence", "alpha", "smallest-difference"}) {
    if (given.count(name) == 0) continue;
    command += fmt::format(" --{} {}", name, given[name].as<double>());
  }
  for (const std::string& cells : texts_of(given, "family")) {
    command += " --family " + shell_escaped(cells);
  }
  return command;
}

// The folder of the parts of `file`, a name without special characters.
std::string parts_folder(const fs::path& file) {
  std::string name = file.stem().string();
  for (char& c : name) {
    const bool plain = is_letter_or_digit(c);
    if (!plain && c != '_' && c != '.') c = '-';
  }
  return name + "-parts";
}

// Makes the folder of `file`. Writes the parts first: a page never refers to files that do not
// exist.
void write_report(const Report& report, const fs::path& file) {
  PageParts parts;
  parts.folder = parts_folder(file);
  const std::string page = render_report(report, format_of(file), gnuplot_drawing(), &parts);
  const fs::path folder = file.parent_path() / parts.folder;
  system_files().create_folders(parts.files.empty() ? file.parent_path() : folder);
  for (const auto& [name, content] : parts.files) system_files().replace(folder / name, content);
  system_files().replace(file, page);
  fmt::print("{}\n", file.string());
}

int run_report(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const Database database = store.open();
  const std::string sweep = sweep_argument(database, given);
  const std::vector<std::string> files = texts_of(given, "out");
  for (const std::string& file : files) format_of(file);
  ReportOptions options;
  if (given.count("confidence") > 0) options.confidence = given["confidence"].as<double>();
  read_rule(given, options);
  options.reference = text_or(given, "reference", "");
  options.store = store.folder().string();
  options.data = text_or(given, "data", data_folder(given).string());
  options.command = command_line(given, store, sweep);
  const Report report =
      build_report(load_asked(database, sweep, texts_of(given, "versions")), options);
  for (const std::string& file : files) write_report(report, absolute_path("out", file));
  if (files.empty()) fmt::print("{}", text_report(report, terminal_width()));
  return kExitComplete;
}

}  // namespace

const Command kReportCommand = {
    "report",
    "Reports which cells beat the baseline, how certain that is, and what is missing",
    "[SWEEP [code=A code=B]] [--out FILE ...]",
    "  polysweep report my_sweep\n"
    "  polysweep report my_sweep --out report.html --out paper/report.tex\n"
    "  polysweep report my_sweep code=6c58 code=9ab0 --out versions.html",
    declare_report,
    run_report,
};

}  // namespace polysweep
