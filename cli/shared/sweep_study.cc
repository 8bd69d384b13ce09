#include "cli/shared/sweep_study.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "cli/shared/drawing.h"
#include "cli/shared/store.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/core/suggestion.h"
#include "reports/analysis/cell_choice.h"
#include "reports/analysis/escaping.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

SweepResults load(const po::variables_map& given, const std::string& name) {
  const Store store(given);
  store.catch_up();
  const Database database = store.open();
  return load_sweep_results(database, chosen_sweep(database, name));
}

void choose_metric(SweepResults& results, const std::string& name) {
  if (name.empty()) return;
  std::vector<std::string> known;
  for (const auto& metric : results.metrics) known.push_back(metric.name);
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    fail("{}", unknown_name("metric", name, known));
  }
  results.primary = metric_info(results, name);
}

std::string drawn_file(const fs::path& file, const Figure& figure) {
  static const Draw draw = gnuplot_drawing();
  if (file.extension() == ".pdf") return finished_pdf(draw(pdf_script(figure)), figure);
  return standalone_svg(draw(svg_script(figure)), figure);
}

}  // namespace

std::string chosen_sweep(const Database& database, const std::string& name) {
  if (!name.empty()) return name;
  const std::vector<std::string> names = sweep_names(database);
  if (names.size() == 1) return names[0];
  fail("which sweep? the store holds {}",
       names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")));
}

void declare_study(CommandOptions& options) {
  declare_store(options);
  declare_json(options);
  options.shown.add_options()("metric", po::value<std::string>()->value_name("NAME"),
                              "instead of the sweep's primary metric")(
      "confidence", po::value<double>()->default_value(0.95, "0.95")->value_name("P"),
      "of the intervals")("alpha",
                          po::value<double>()->default_value(0.05, "0.05")->value_name("P"),
                          "family-wise error of the verdicts better and worse")(
      "figure", po::value<std::string>()->value_name("FILE"), "draw it: FILE.svg or FILE.pdf");
}

void declare_family(CommandOptions& options) {
  options.shown.add_options()(
      "family", po::value<std::vector<std::string>>()->value_name("CELLS"),
      "only these cells are compared, and p adjusted for them alone (may be given again)");
}

SweepStudy::SweepStudy(const po::variables_map& given, const std::string& name)
    : results_(load(given, name)) {
  options_.confidence = given["confidence"].as<double>();
  options_.alpha = given["alpha"].as<double>();
  options_.family = texts_of(given, "family");
  check_options(options_);
  choose_metric(results_, text_or(given, "metric", ""));
  study_ = std::make_unique<Study>(results_, options_);
}

void SweepStudy::rebase(const std::string& a, const std::string& b) {
  const Arms arms = study_->arms;
  study_.reset();
  results_ = rebased(results_, arms, a, b);
  study_ = std::make_unique<Study>(results_, options_);
  // Names and colours stay those of the sweep.
  study_->arms = arms;
}

void SweepStudy::set_reference(const std::string& cell) { options_.reference = cell; }

void write_figures(const po::variables_map& given, const std::vector<Figure>& figures) {
  if (given.count("figure") == 0) return;
  const fs::path file = fs::absolute(given["figure"].as<std::string>());
  if (file.extension() != ".svg" && file.extension() != ".pdf") {
    fail("--figure {}: the name of a figure ends in .svg or .pdf", in_quotes(file.string()));
  }
  if (figures.empty()) fail("there is nothing to draw");
  for (std::size_t i = 0; i < figures.size(); ++i) {
    fs::path target = file;
    if (figures.size() > 1) {
      target.replace_filename(
          fmt::format("{}-{}{}", file.stem().string(), i + 1, file.extension().string()));
    }
    system_files().replace(target, drawn_file(target, figures[i]));
    fmt::print(stderr, "{}\n", target.string());
  }
}

Json json_cell(const Study& study, std::size_t cell) {
  return {{"label", clean_text(study.arms.cells[cell].label)},
          {"levels", Json::parse(study.results.cells[cell].levels.canonical())}};
}

Json json_number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json json_interval(const std::optional<Interval>& interval) {
  if (!interval) return nullptr;
  return Json::array({json_number(interval->low), json_number(interval->high)});
}

Json json_head(const Study& study, const MetricInfo& metric) {
  return {{"sweep", clean_text(study.results.sweep)},
          {"metric", clean_text(metric.name)},
          {"unit", clean_text(metric.unit)},
          {"goal", metric.goal == Goal::kMaximize ? "maximize" : "minimize"},
          {"confidence", study.options.confidence}};
}

void print_json(const Json& json) {
  std::cout << json.dump(1, ' ', false, Json::error_handler_t::replace) << "\n";
}

}  // namespace polysweep
