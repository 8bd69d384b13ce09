#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <map>

#include "cli/commands/command_table.h"
#include "cli/shared/absolute_path.h"
#include "cli/shared/analysed_sweep.h"
#include "cli/shared/code_words.h"
#include "cli/shared/gnuplot.h"
#include "cli/shared/json_output.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "cli/shared/worker_program.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/core/name_rule.h"
#include "reports/document/build_report.h"
#include "reports/document/paper_curves.h"
#include "reports/figures/paper_figures.h"
#include "reports/text/escaping.h"
#include "results/read/last_planning.h"
#include "results/read/sweep_results_reader.h"
#include "runners/process/program_output.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

void declare_figures(CommandOptions& options) {
  declare_store(options);
  declare_json(options);
  options.shown.add_options()("out", po::value<std::string>()->value_name("FOLDER"),
                              "folder for the figures; it is created")(
      "paper", po::bool_switch(), "draw the figures of the paper instead of those of sweeps")(
      "worker", po::value<std::string>()->value_name("PROGRAM"),
      "the worker program, for --paper (default: polysweep-worker beside polysweep)")(
      "set", po::value<std::vector<std::string>>()->value_name("NAME=VALUE"),
      "with --paper: a choice that the paper leaves open, as positions=100 (may be repeated)")(
      "confidence", po::value<double>()->default_value(0.95, "0.95")->value_name("P"),
      "confidence level of the bands");
  options.argument("sweep", true);
}

// A file name without special characters.
std::string plain_name(const std::string& text) {
  std::string name = text;
  for (char& c : name) {
    const bool plain = is_letter_or_digit(c);
    if (!plain && c != '_' && c != '.') c = '-';
  }
  return name;
}

struct Entry {
  std::string name;
  std::string caption;
  std::vector<std::string> files;
  std::string reason;  // why it was not drawn; "": it was drawn
};

// The folder of figures, and the result of each.
class Gallery {
 public:
  explicit Gallery(fs::path folder) : folder_(std::move(folder)) {
    system_files().create_folders(folder_);
  }

  // Draws what `make` returns as NAME.svg and NAME.pdf, its numbers as NAME.csv.
  void add(const std::string& name, const std::function<Figure()>& make) {
    Entry entry{unique(plain_name(name)), "", {}, ""};
    try {
      const Figure figure = make();
      entry.caption = figure.caption;
      static const Draw draw = gnuplot_drawing();
      const auto write = [&](const char* ending, const std::string& content) {
        system_files().replace(folder_ / (entry.name + ending), content);
        entry.files.push_back(entry.name + ending);
      };
      write(".csv", table_csv(figure.numbers));
      write(".svg", standalone_svg(draw(svg_script(figure)), figure));
      write(".pdf", finished_pdf(draw(pdf_script(figure)), figure));
    } catch (const Error& wrong) {
      entry.reason = wrong.what();
    }
    entries_.push_back(std::move(entry));
  }
  void leave_out(const std::string& name, const std::string& reason) {
    entries_.push_back({unique(name), "", {}, reason});
  }

  const std::vector<Entry>& entries() const { return entries_; }
  const fs::path& folder() const { return folder_; }

 private:
  std::string unique(const std::string& name) {
    const int uses = ++uses_[name];
    return uses == 1 ? name : fmt::format("{}-{}", name, uses);
  }

  fs::path folder_;
  std::vector<Entry> entries_;
  std::map<std::string, int> uses_;
};

// What the worker prints for `option`; an error message names both.
std::string asked(const po::variables_map& given, const std::string& option,
                  const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {find_worker(given).program.string(), option};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  const ProgramResult end = run_program(argv);
  if (!end.succeeded()) fail("{} {}: {}", argv[0], option, clean_text(end.output));
  return end.output.substr(std::min(end.output.find('{'), end.output.size()));
}

// Tables that the worker prints, each asked for once.
class Tables {
 public:
  explicit Tables(const po::variables_map& given) : given_(given) {}

  const NumberRows& of(const std::vector<std::string>& arguments) {
    const auto known = tables_.find(arguments);
    if (known != tables_.end()) return known->second;
    return tables_.emplace(arguments, read_number_table(asked(given_, "--table", arguments)))
        .first->second;
  }

 private:
  const po::variables_map& given_;
  std::map<std::vector<std::string>, NumberRows> tables_;
};

// All figures of a sweep's report.
void add_sweep(Gallery& gallery, const SweepResults& results, const ReportOptions& options) {
  const std::string name = plain_name(results.sweep);
  const Report report = build_report(results, options);
  if (const auto& figure = report.opening.figure) {
    gallery.add(fmt::format("{}-{}", name, figure->id), [&] { return *figure; });
  }
  for (const Section& section : report.sections) {
    for (const Block& block : section.blocks) {
      if (const Figure* figure = std::get_if<Figure>(&block))
        gallery.add(fmt::format("{}-{}", name, figure->id), [&] { return *figure; });
    }
  }
}

void add_sweeps(Gallery& gallery, const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const Database database = store.open();
  std::vector<std::string> sweeps = texts_of(given, "sweep");
  const auto code =
      std::stable_partition(sweeps.begin(), sweeps.end(),
                            [](const std::string& word) { return !word.starts_with("code="); });
  const std::vector<std::string> versions(code, sweeps.end());
  sweeps.erase(code, sweeps.end());
  if (sweeps.empty()) sweeps = sweep_names(database);
  ReportOptions options;
  options.confidence = given["confidence"].as<double>();
  for (const std::string& sweep : sweeps) {
    add_sweep(gallery, load_asked(database, sweep, versions), options);
  }
}

// Draws the curves from each sweep of the store that has them.
void add_paper_curves(Gallery& gallery, const PaperFigure& figure, const Store& store,
                      const ReportOptions& options) {
  std::string reason = fmt::format("no sweep was run in {}", store.folder().string());
  bool any = false;
  if (fs::exists(journals_path(store.folder()))) {
    store.catch_up();
    const Database database = store.open();
    for (const std::string& sweep : sweep_names(database)) {
      const SweepResults results = load_sweep_results(database, sweep);
      const SweepAnalysis analysis(results, options);
      const MaybeFigure drawn = paper_curves_figure(figure, analysis);
      reason = drawn.reason;
      if (!drawn.figure) continue;
      any = true;
      gallery.add(fmt::format("{}-{}", figure.id, plain_name(sweep)),
                  [&] { return *drawn.figure; });
    }
  }
  if (!any) gallery.leave_out(figure.id, reason);
}

void add_paper(Gallery& gallery, const po::variables_map& given) {
  const Store store(given);
  Tables tables(given);
  ReportOptions options;
  options.confidence = given["confidence"].as<double>();
  const auto figures = read_paper_figures(asked(given, "--paper-figures", texts_of(given, "set")));
  for (const PaperFigure& figure : figures) {
    if (figure.kind == PaperFigureKind::kCurves) {
      add_paper_curves(gallery, figure, store, options);
    } else {
      gallery.add(figure.id, [&] { return paper_table_figure(figure, tables.of(figure.table)); });
    }
  }
}

void print_entries(const Gallery& gallery, bool json) {
  if (json) {
    Json figures = Json::array();
    for (const Entry& entry : gallery.entries()) {
      figures.push_back(
          {{"name", entry.name},
           {"caption", clean_text(entry.caption)},
           {"files", entry.files},
           {"reason", entry.reason.empty() ? Json(nullptr) : Json(clean_text(entry.reason))}});
    }
    print_json({{"folder", clean_text(gallery.folder().string())}, {"figures", figures}});
    return;
  }
  Table table;
  table.columns = {{"figure"}, {"files"}, {"caption, or why it was not drawn"}};
  for (const Entry& entry : gallery.entries()) {
    const bool drawn = entry.reason.empty();
    table.rows.push_back(
        {entry.name, drawn ? "svg, pdf, csv" : "-",
         drawn ? TableCell(entry.caption) : TableCell(entry.reason, Tone::kMissing)});
  }
  print_table(table);
}

int run_figures(const po::variables_map& given) {
  if (given.count("out") == 0) fail("--out is missing: expected a folder for the figures");
  Gallery gallery(absolute_path("out", given["out"].as<std::string>()));
  if (given["paper"].as<bool>()) {
    add_paper(gallery, given);
  } else {
    add_sweeps(gallery, given);
  }
  print_entries(gallery, given["json"].as<bool>());
  for (const Entry& entry : gallery.entries()) {
    if (!entry.reason.empty()) return kExitMissing;
  }
  return kExitComplete;
}

}  // namespace

const Command kFiguresCommand = {
    "figures",
    "Draws the figures of sweeps, or those of the paper, as SVG and PDF with their numbers as CSV",
    "[SWEEP ...] [code=A code=B] --out FOLDER [--paper [--set NAME=VALUE]] [--json]",
    "  polysweep figures my_sweep --out figures\n"
    "  polysweep figures --paper --out figures --set positions=100",
    declare_figures,
    run_figures,
};

}  // namespace polysweep
