#include <fmt/format.h>

#include <functional>
#include <iostream>
#include <map>

#include "cli/commands/command_table.h"
#include "cli/shared/analysed_sweep.h"
#include "cli/shared/gnuplot.h"
#include "cli/shared/json_output.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "cli/shared/worker_program.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "reports/analysis/escaping.h"
#include "reports/figures/paper_figures.h"
#include "runners/process/program_output.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLossName = "paper-6-training-loss";
constexpr std::size_t kPolynomials = 6;  // degrees 0 to 5, as the paper
constexpr std::size_t kPolynomialPoints = 400;

po::typed_value<std::size_t>* number(std::size_t otherwise) {
  return po::value<std::size_t>()->default_value(otherwise)->value_name("N");
}

void declare_figures(CommandOptions& options) {
  declare_store(options);
  declare_json(options);
  options.shown.add_options()("out", po::value<std::string>()->value_name("FOLDER"),
                              "folder for the figures; it is created")(
      "paper", po::bool_switch(), "draw the figures of the paper instead of those of sweeps")(
      "worker", po::value<std::string>()->value_name("PROGRAM"),
      "the worker program, for --paper (default: polysweep-worker beside polysweep)")(
      "positions", number(50), "of the maps")("dimension", number(128), "of the maps")(
      "heads", number(4), "of the maps by head")("head", number(0),
                                                 "whose map of the polynomial table is drawn")(
      "offset", number(1), "degree of the polynomial at the first position: 0 or 1")(
      "grid", po::value<std::string>()->default_value("paper"),
      "arguments of the polynomials: paper, midpoint or gauss")(
      "confidence", po::value<double>()->default_value(0.95, "0.95")->value_name("P"),
      "confidence level of the bands");
  options.argument("sweep", true);
}

// A file name without special characters.
std::string plain_name(const std::string& text) {
  std::string name = text;
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
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

// The tables of the worker's own encodings, each asked for once.
class Tables {
 public:
  explicit Tables(const po::variables_map& given) : given_(given) {}

  // `more`: options of the encoding, "offset=1" and the like.
  const EncodingTable& of(const std::string& encoding, std::size_t positions, std::size_t dimension,
                          const std::vector<std::string>& more) {
    std::vector<std::string> words = {"encoding=" + encoding,
                                      fmt::format("positions={}", positions),
                                      fmt::format("dimension={}", dimension), "heads=1"};
    words.insert(words.end(), more.begin(), more.end());
    const auto known = tables_.find(words);
    if (known != tables_.end()) return known->second;
    EncodingTable table{encoding, asked(words)};
    return tables_.emplace(words, std::move(table)).first->second;
  }

 private:
  std::vector<std::vector<double>> asked(const std::vector<std::string>& words) const {
    std::vector<std::string> argv = {find_worker(given_).program.string(), "--table"};
    argv.insert(argv.end(), words.begin(), words.end());
    const ProgramResult end = run_program(argv);
    if (!end.succeeded()) fail("{} --table: {}", argv[0], clean_text(end.output));
    const std::size_t begin = std::min(end.output.find('{'), end.output.size());
    return nlohmann::json::parse(end.output.substr(begin))
        .at("table")
        .get<std::vector<std::vector<double>>>();
  }

  const po::variables_map& given_;
  std::map<std::vector<std::string>, EncodingTable> tables_;
};

// The five figures that no training is needed for.
void add_maps(Gallery& gallery, const po::variables_map& given) {
  Tables tables(given);
  const auto size = [&](const char* name) { return given[name].as<std::size_t>(); };
  const std::size_t heads = size("heads");
  const auto sinusoidal = [&]() -> const EncodingTable& {
    return tables.of("sinusoidal", size("positions"), size("dimension"), {});
  };
  const auto legendre = [&]() -> const EncodingTable& {
    return tables.of(
        "legendre_position", size("positions"), size("dimension"),
        {fmt::format("offset={}", size("offset")), "grid=" + given["grid"].as<std::string>()});
  };
  gallery.add("paper-1-sinusoidal-map",
              [&] { return table_map_figure("sinusoidal-map", sinusoidal()); });
  gallery.add("paper-2-sinusoidal-heads", [&] {
    std::vector<std::size_t> all;
    for (std::size_t head = 0; head < heads; ++head) all.push_back(head);
    return head_maps_figure("sinusoidal-heads", sinusoidal(), heads, all, true);
  });
  gallery.add("paper-3-legendre-polynomials", [&] {
    return polynomials_figure("polynomials", tables.of("legendre_position", kPolynomials,
                                                       kPolynomialPoints, {"offset=0"}));
  });
  gallery.add("paper-4-legendre-map", [&] { return table_map_figure("legendre-map", legendre()); });
  gallery.add("paper-5-legendre-head", [&] {
    return head_maps_figure("legendre-head", legendre(), heads, {size("head")}, false);
  });
}

// All figures of a sweep's report.
void add_sweep(Gallery& gallery, const SweepResults& results, const ReportOptions& options) {
  const std::string name = plain_name(results.sweep);
  for (const Section& section : build_report(results, options).sections) {
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
  if (sweeps.empty()) sweeps = sweep_names(database);
  ReportOptions options;
  options.confidence = given["confidence"].as<double>();
  for (const std::string& sweep : sweeps) {
    add_sweep(gallery, load_sweep_results(database, sweep), options);
  }
}

bool add_training_loss(Gallery& gallery, const SweepResults& results,
                       const ReportOptions& options) {
  const Study study(results, options);
  const MaybeFigure loss = paper_loss_figure("training-loss", study);
  if (!loss.figure) return false;
  gallery.add(fmt::format("{}-{}", kLossName, plain_name(results.sweep)),
              [&] { return *loss.figure; });
  return true;
}

void add_paper(Gallery& gallery, const po::variables_map& given) {
  add_maps(gallery, given);
  const Store store(given);
  bool has_loss = false;
  if (fs::exists(journals_path(store.folder()))) {
    store.catch_up();
    const Database database = store.open();
    ReportOptions options;
    options.confidence = given["confidence"].as<double>();
    for (const std::string& sweep : sweep_names(database)) {
      has_loss =
          add_training_loss(gallery, load_sweep_results(database, sweep), options) || has_loss;
    }
  }
  if (!has_loss) {
    gallery.leave_out(kLossName, fmt::format("no sweep in {} has curves of the training loss",
                                             store.folder().string()));
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
    table.rows.push_back({entry.name, drawn ? "svg, pdf, csv" : "-",
                          drawn ? TableCell(entry.caption) : TableCell(entry.reason, Tone::kHole)});
  }
  print_table(table);
}

int run_figures(const po::variables_map& given) {
  if (given.count("out") == 0) fail("--out is missing: expected a folder for the figures");
  Gallery gallery(fs::absolute(given["out"].as<std::string>()));
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
    "[SWEEP ...] --out FOLDER [--paper] [--json]",
    "  polysweep figures my_sweep --out figures\n"
    "  polysweep figures --paper --out figures",
    declare_figures,
    run_figures,
};

}  // namespace polysweep
