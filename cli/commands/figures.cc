#include <fmt/format.h>

#include <functional>
#include <iostream>
#include <map>

#include "cli/commands/command_table.h"
#include "cli/shared/analysed_sweep.h"
#include "cli/shared/gnuplot.h"
#include "cli/shared/json_output.h"
#include "cli/shared/planned_sweep.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "reports/document/build_report.h"
#include "reports/document/paper_loss_figure.h"
#include "reports/figures/paper_figures.h"
#include "reports/text/escaping.h"
#include "results/read/last_planning.h"
#include "results/read/sweep_results_reader.h"
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

void declare(CommandOptions& options) {
  declare_store(options);
  declare_json(options);
  options.shown.add_options()("out", po::value<std::string>()->value_name("FOLDER"),
                              "where the figures go; it is made")(
      "worker", po::value<std::string>()->value_name("PROGRAM"),
      "the worker program, which knows the encodings (default: polysweep-worker beside polysweep)")(
      "positions", number(50), "of the maps")("dimension", number(128), "of the maps")(
      "heads", number(4), "of the maps by head")("head", number(0),
                                                 "whose map of the polynomial table is drawn")(
      "offset", number(1), "degree of the polynomial at the first position: 0 or 1")(
      "grid", po::value<std::string>()->default_value("paper"),
      "arguments of the polynomials: paper, midpoint or gauss")(
      "confidence", po::value<double>()->default_value(0.95, "0.95")->value_name("P"),
      "of the bands");
  options.argument("sweep", true);
}

// A name for a file that every program can read.
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
  std::string reason;  // why it is not drawn; "": it is
};

// The folder of figures, and what became of each.
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

// All figures of a sweep's report; true where it has the paper's sixth.
bool add_sweep(Gallery& gallery, const SweepResults& results, const ReportOptions& options) {
  const std::string name = plain_name(results.sweep);
  const SweepAnalysis analysis(results, options);
  const MaybeFigure loss = paper_loss_figure("training-loss", analysis);
  if (loss.figure) gallery.add(fmt::format("{}-{}", kLossName, name), [&] { return *loss.figure; });
  for (const Section& section : build_report(results, options).sections) {
    for (const Block& block : section.blocks) {
      if (const Figure* figure = std::get_if<Figure>(&block))
        gallery.add(fmt::format("{}-{}", name, figure->id), [&] { return *figure; });
    }
  }
  return loss.figure.has_value();
}

void add_sweeps(Gallery& gallery, const po::variables_map& given) {
  const Store store(given);
  std::vector<std::string> sweeps = texts_of(given, "sweep");
  if (sweeps.empty() && !fs::exists(journals_path(store.folder()))) {
    gallery.leave_out(kLossName, fmt::format("there is no store in {}: no sweep was run there",
                                             store.folder().string()));
    return;
  }
  store.catch_up();
  const Database database = store.open();
  if (sweeps.empty()) sweeps = sweep_names(database);
  ReportOptions options;
  options.confidence = given["confidence"].as<double>();
  bool has_loss = false;
  for (const std::string& sweep : sweeps)
    has_loss = add_sweep(gallery, load_sweep_results(database, sweep), options) || has_loss;
  if (has_loss) return;
  gallery.leave_out(kLossName,
                    "no sweep of the store has done trials of both sinusoidal and "
                    "legendre_position with a curve of training_loss; multi30k_first.toml plans "
                    "some");
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
  table.columns = {{"figure"}, {"files"}, {"what it shows, or why it is not drawn"}};
  for (const Entry& entry : gallery.entries()) {
    const bool drawn = entry.reason.empty();
    table.rows.push_back(
        {entry.name, drawn ? "svg, pdf, csv" : "-",
         drawn ? TableCell(entry.caption) : TableCell(entry.reason, Tone::kMissing)});
  }
  print_table(table);
}

int run(const po::variables_map& given) {
  if (given.count("out") == 0) fail("--out is missing: name the folder for the figures");
  Gallery gallery(fs::absolute(given["out"].as<std::string>()));
  add_maps(gallery, given);
  add_sweeps(gallery, given);
  print_entries(gallery, given["json"].as<bool>());
  for (const Entry& entry : gallery.entries()) {
    if (!entry.reason.empty()) return kExitMissing;
  }
  return kExitComplete;
}

}  // namespace

const Command kFiguresCommand = {
    "figures",
    "Draws the paper's six figures and those of the store's sweeps, as SVG and PDF with numbers",
    "[SWEEP ...] --out FOLDER [--store FOLDER] [--json]",
    "  polysweep figures --out figures --store runs\n"
    "  polysweep figures pope_claims --out figures --positions 100 --heads 8 --offset 0",
    declare,
    run,
};

}  // namespace polysweep
