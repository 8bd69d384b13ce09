// What a sampled design shows: the metric over each parameter, effects, and the best
// settings.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "reports/analysis/additive_model.h"
#include "reports/analysis/local_regression.h"
#include "reports/analysis/titles.h"
#include "reports/document/fields.h"
#include "reports/document/sections.h"
#include "reports/figures/panel_plot.h"
#include "reports/text/escaping.h"
#include "reports/text/list_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostPanels = 12;
constexpr std::size_t kMostPoints = 1000;  // of a panel
constexpr std::size_t kMostColours = 6;
constexpr std::size_t kSmoothPlaces = 61;
constexpr double kSmoothBand = 1.96;  // standard errors
constexpr std::size_t kNamed = 6;
const CellStyle kSmoothStyle{0, 0, 1};

double drawn_scale(const SearchParameter& parameter, double value) {
  return parameter.logarithmic ? std::log10(value) : value;
}

double of_drawn_scale(const SearchParameter& parameter, double value) {
  return parameter.logarithmic ? std::pow(10.0, value) : value;
}

std::string metric_axis(const SweepAnalysis& analysis) {
  return metric_title(analysis.results.primary) +
         (analysis.search().replicates > 1 ? ", mean over " + analysis.noun + "s" : std::string());
}

// The listed factor whose levels have colours, as an index; none where there is none.
std::optional<std::size_t> colour_parameter(const Search& search) {
  for (std::size_t p = 0; p < search.parameters.size(); ++p) {
    const SearchParameter& parameter = search.parameters[p];
    if (parameter.sampled || parameter.numeric() || parameter.words.size() > kMostColours) continue;
    return p;
  }
  return std::nullopt;
}

CellStyle style_of(const SearchSetting& setting, const std::optional<std::size_t>& colours) {
  if (!colours || !setting.at[*colours]) return numbered_style(0);
  CellStyle style = numbered_style(static_cast<std::size_t>(*setting.at[*colours]));
  style.shape = 1 + static_cast<int>(*setting.at[*colours]) % (kCellShapeCount - 1);
  return style;
}

// Indexes of the settings that are drawn: of many some, evenly spread in plan order.
std::vector<std::size_t> drawn_settings(const Search& search) {
  const std::size_t all = search.settings.size();
  std::vector<std::size_t> drawn;
  for (std::size_t i = 0; i < std::min(all, kMostPoints); ++i) {
    drawn.push_back(all <= kMostPoints ? i : i * (all - 1) / (kMostPoints - 1));
  }
  return drawn;
}

PanelScale scale_of(const Search& search, std::size_t p) {
  const SearchParameter& parameter = search.parameters[p];
  if (!parameter.numeric()) return PanelScale::of_words(parameter.words);
  const std::optional<Interval> range = parameter_range(search, p);
  return range ? PanelScale(range->low, range->high, parameter.logarithmic)
               : PanelScale(0, 0, false);
}

std::vector<SmoothPoint> smooth_of(const Search& search, std::size_t p) {
  const SearchParameter& parameter = search.parameters[p];
  std::vector<XyPoint> points;
  for (const SearchSetting& setting : search.settings) {
    if (setting.far_out || !setting.at[p]) continue;
    points.push_back({drawn_scale(parameter, *setting.at[p]), setting.value});
  }
  auto smooth = local_regression(points, kSmoothPlaces);
  for (SmoothPoint& point : smooth) point.x = of_drawn_scale(parameter, point.x);
  return smooth;
}

// The panels of a scatter, with their numbers.
class Scatter {
 public:
  explicit Scatter(const SweepAnalysis& analysis)
      : analysis_(analysis),
        search_(analysis.search()),
        colours_(colour_parameter(search_)),
        drawn_(drawn_settings(search_)) {
    table_.id = "search-scatter-numbers";
    table_.caption = "Numbers of the figure; low and high are the ends of the band";
    table_.columns = {{"what", Align::kLeft, ""},
                      {"parameter", Align::kLeft, ""},
                      {"at", Align::kRight, ""},
                      {shortened(analysis.results.primary.name, 60), Align::kRight, analysis.unit},
                      {"low", Align::kRight, analysis.unit},
                      {"high", Align::kRight, analysis.unit}};
  }

  void add(std::size_t p) {
    const SearchParameter& parameter = search_.parameters[p];
    Panel& panel = panels_.emplace_back();
    panel.x = parameter.title;
    panel.scale = scale_of(search_, p);
    for (const std::size_t index : drawn_) {
      const SearchSetting& setting = search_.settings[index];
      if (!setting.at[p]) continue;
      if (setting.far_out) {
        panel.edge.push_back({*setting.at[p], false});
      } else {
        panel.points.push_back({*setting.at[p], setting.value, style_of(setting, colours_)});
      }
      add_row(what(setting), p, *setting.at[p], setting.value);
    }
    for (const SearchPlace& place : search_.lost) {
      if (!place[p]) continue;
      panel.edge.push_back({*place[p], true});
      add_row({"without a value", Tone::kMissing}, p, *place[p], std::nullopt);
    }
    PanelLine line{kSmoothStyle, {}, false};
    for (const SmoothPoint& point : smooth_of(search_, p)) {
      const double half = kSmoothBand * point.standard_error;
      line.points.push_back({point.x, point.y, point.y - half, point.y + half});
      add_row("smooth", p, point.x, point.y);
      table_.rows.back()[4] = exact_field(point.y - half);
      table_.rows.back()[5] = exact_field(point.y + half);
    }
    smoothed_ = smoothed_ || !line.points.empty();
    panel.lines.push_back(std::move(line));
  }

  Figure figure() {
    PanelAxes axes;
    axes.y = metric_axis(analysis_);
    const Interval range = value_range(search_);
    axes.scale = PanelScale(range.low, range.high, false);
    axes.edge_on_top = analysis_.results.primary.goal == Goal::kMinimize;
    if (colours_) {
      const SearchParameter& parameter = search_.parameters[*colours_];
      for (std::size_t i = 0; i < parameter.words.size(); ++i) {
        SearchSetting of_word;
        of_word.at.assign(search_.parameters.size(), static_cast<double>(i));
        axes.key.push_back({parameter.words[i], style_of(of_word, colours_), false});
      }
    }
    Figure figure = panel_figure("search-scatter", axes, panels_);
    figure.numbers = std::move(table_);
    figure.caption = caption();
    figure.description = "Scatter plots. " + figure.caption;
    return figure;
  }

 private:
  TableCell what(const SearchSetting& setting) const {
    std::string text = setting.far_out ? "setting beyond the axis" : "setting";
    if (!colours_) return text;
    if (setting.at[*colours_]) {
      append_item(
          text,
          search_.parameters[*colours_].words[static_cast<std::size_t>(*setting.at[*colours_])]);
    }
    TableCell field(text);
    field.swatch = style_of(setting, colours_);
    return field;
  }

  void add_row(TableCell first, std::size_t p, double at, std::optional<double> value) {
    const SearchParameter& parameter = search_.parameters[p];
    table_.rows.push_back({std::move(first), parameter.name, exact_field(at),
                           value ? exact_field(*value) : TableCell("-", Tone::kMissing),
                           TableCell(), TableCell()});
  }

  std::string caption() const {
    const auto far = std::count_if(search_.settings.begin(), search_.settings.end(),
                                   [](const SearchSetting& each) { return each.far_out; });
    std::string text = fmt::format("{} of each setting over the sampled parameters ({}).",
                                   metric_axis(analysis_), goal_text(analysis_.results.primary));
    if (colours_) {
      text += " Colours: " + shortened(search_.parameters[*colours_].name, 40) + ".";
    }
    if (smoothed_) {
      text += fmt::format(
          " Line: LOESS over all settings (local linear, tricube weights, span 2/3; Cleveland "
          "1979); band: ±{:g} standard errors, pointwise.",
          kSmoothBand);
    }
    const char* edge = analysis_.results.primary.goal == Goal::kMinimize ? "on top" : "below";
    if (!search_.lost.empty()) {
      text += fmt::format(" Crosses {}: {} of which a trial failed or diverged.", edge,
                          count_text(search_.lost.size(), "setting"));
    }
    if (far > 0) {
      text += fmt::format(
          " Triangles {}: {} worse than the quartile by more than three interquartile ranges, "
          "without weight in the line.",
          edge, count_text(static_cast<std::size_t>(far), "setting"));
    }
    if (drawn_.size() < search_.settings.size()) {
      text += fmt::format(" Of {} settings {} are drawn, evenly spread in plan order.",
                          search_.settings.size(), drawn_.size());
    }
    return text;
  }

  const SweepAnalysis& analysis_;
  const Search& search_;
  std::optional<std::size_t> colours_;
  std::vector<std::size_t> drawn_;
  std::vector<Panel> panels_;
  Table table_;
  bool smoothed_ = false;
};

// The additive model of the settings that are not far out, and what it is of.
struct FittedModel {
  AdditiveModel model;
  std::vector<std::size_t> parameters;  // of its variables
  std::vector<std::string> partial;     // left out: they do not apply everywhere
  std::vector<std::string> unseen;      // left out: not every value has a complete setting
  std::size_t far_out = 0;              // settings that were left out
};

FittedModel fitted_model(const SweepAnalysis& analysis) {
  const Search& search = analysis.search();
  FittedModel fitted;
  std::vector<const SearchSetting*> used;
  std::vector<double> values;
  for (const SearchSetting& setting : search.settings) {
    if (setting.far_out) {
      ++fitted.far_out;
      continue;
    }
    used.push_back(&setting);
    values.push_back(setting.value);
  }
  std::vector<ModelVariable> variables;
  for (std::size_t p = 0; p < search.parameters.size(); ++p) {
    const SearchParameter& parameter = search.parameters[p];
    ModelVariable variable;
    variable.words = parameter.words.size();
    bool everywhere = true;
    for (const SearchSetting* setting : used) {
      everywhere = everywhere && setting->at[p].has_value();
      variable.x.push_back(drawn_scale(parameter, setting->at[p].value_or(1)));
    }
    if (!everywhere || variable.words == 1) {
      fitted.partial.push_back(parameter.name);
      continue;
    }
    // A word or a second value that no setting in use has leaves the model without a solution.
    const std::set<double> seen(variable.x.begin(), variable.x.end());
    if (seen.size() < std::max<std::size_t>(variable.words, 2)) {
      fitted.unseen.push_back(parameter.name);
      continue;
    }
    variables.push_back(std::move(variable));
    fitted.parameters.push_back(p);
  }
  fitted.model = additive_model(variables, values, {analysis.confidence, kSmoothPlaces});
  return fitted;
}

Table effect_numbers(const SweepAnalysis& analysis, const FittedModel& fitted) {
  Table table;
  table.id = "partial-effects-numbers";
  table.caption =
      "Numbers of the figure; low and high are the ends of the " + analysis.percent + " t interval";
  table.columns = {{"parameter", Align::kLeft, ""},
                   {"at", Align::kRight, ""},
                   {"effect", Align::kRight, analysis.unit},
                   {"low", Align::kRight, analysis.unit},
                   {"high", Align::kRight, analysis.unit}};
  for (std::size_t v = 0; v < fitted.parameters.size(); ++v) {
    const SearchParameter& parameter = analysis.search().parameters[fitted.parameters[v]];
    for (const EffectPoint& point : fitted.model.effects[v].points) {
      table.rows.push_back(
          {parameter.name,
           parameter.numeric() ? exact_field(of_drawn_scale(parameter, point.x))
                               : TableCell(parameter.words[static_cast<std::size_t>(point.x)]),
           exact_field(point.effect), exact_field(point.low), exact_field(point.high)});
    }
  }
  return table;
}

std::string model_caption(const SweepAnalysis& analysis, const FittedModel& fitted) {
  const AdditiveModel& model = fitted.model;
  std::vector<std::string> splines;
  std::vector<std::string> words;
  for (std::size_t v = 0; v < fitted.parameters.size(); ++v) {
    const SearchParameter& parameter = analysis.search().parameters[fitted.parameters[v]];
    if (parameter.numeric()) {
      splines.push_back(
          fmt::format("{}: {}", shortened(parameter.name, 40), model.effects[v].coefficients));
    } else {
      words.push_back(shortened(parameter.name, 40));
    }
  }
  std::string text = fmt::format(
      "Partial effects on {}: what each parameter does beside the others, by least squares over {} "
      "(an additive model without interactions), 0 on average.",
      metric_axis(analysis), count_text(model.values, "setting"));
  if (!splines.empty()) {
    text += " Natural cubic splines on the scale of the axis, with coefficients " +
            list_text_of_at_most(splines, kNamed) + ".";
  }
  text += fmt::format(
      " Pointwise {} t intervals with {} degrees of freedom. Adjusted R² {:.3f}, residual standard "
      "deviation {}.",
      analysis.percent, model.values - model.coefficients, model.adjusted_r2,
      rounded_text(model.residual_sd, model.residual_sd / 10));
  if (fitted.far_out > 0) {
    text += fmt::format(" {} far from the others {} left out.",
                        count_text(fitted.far_out, "setting"), fitted.far_out == 1 ? "is" : "are");
  }
  return text;
}

Figure effects_figure(const SweepAnalysis& analysis, const FittedModel& fitted) {
  const Search& search = analysis.search();
  std::vector<Panel> panels;
  Interval range{0, 0};
  const std::size_t shown = std::min(fitted.parameters.size(), kMostPanels);
  for (std::size_t v = 0; v < shown; ++v) {
    const SearchParameter& parameter = search.parameters[fitted.parameters[v]];
    Panel& panel = panels.emplace_back();
    panel.x = parameter.title;
    panel.scale = scale_of(search, fitted.parameters[v]);
    PanelLine line{numbered_style(0), {}, !parameter.numeric()};
    for (const EffectPoint& point : fitted.model.effects[v].points) {
      line.points.push_back(
          {of_drawn_scale(parameter, point.x), point.effect, point.low, point.high});
      range.low = std::min(range.low, point.low);
      range.high = std::max(range.high, point.high);
    }
    panel.lines.push_back(std::move(line));
  }
  PanelAxes axes;
  axes.y = "effect on " + metric_title(analysis.results.primary);
  axes.scale = PanelScale(range.low, range.high, false);
  axes.line_at_zero = true;
  Figure figure = panel_figure("partial-effects", axes, panels);
  figure.numbers = effect_numbers(analysis, fitted);
  figure.caption = model_caption(analysis, fitted);
  if (shown < fitted.parameters.size()) {
    figure.caption +=
        fmt::format(" The first {} of {} parameters are drawn.", shown, fitted.parameters.size());
  }
  figure.description = "Curves. " + figure.caption;
  return figure;
}

void add_model(Section& section, const SweepAnalysis& analysis) {
  const FittedModel fitted = fitted_model(analysis);
  if (!fitted.model.reason.empty()) {
    section.blocks.push_back(
        Paragraph{"Partial effects of the parameters are not shown: " + fitted.model.reason + ".",
                  Tone::kMuted});
  } else {
    section.blocks.push_back(effects_figure(analysis, fitted));
  }
  const auto leave_out = [&](const char* why, const std::vector<std::string>& names) {
    if (names.empty()) return;
    section.blocks.push_back(Paragraph{fmt::format("Not in the partial effects, because {}: {}.",
                                                   why, list_text_of_at_most(names, kNamed)),
                                       Tone::kMuted});
  };
  leave_out("they do not apply to every setting", fitted.partial);
  leave_out("not every value of theirs has a complete setting", fitted.unseen);
}

// "rate (log-uniform)".
std::string drawn_text(const FactorInfo& factor) {
  std::string name = shortened(factor.name, 60);
  switch (factor.sampling) {
    case Sampling::kUniform:
      return name + " (uniform)";
    case Sampling::kLogUniform:
      return name + " (log-uniform)";
    case Sampling::kInteger:
      return name + " (integers)";
    case Sampling::kChoice:
      return name + " (choice)";
    case Sampling::kNormal:
      return name + " (normal)";
    case Sampling::kLogNormal:
      return name + " (log-normal)";
    case Sampling::kNone:
      break;
  }
  return name;
}

Paragraph summary_of(const SweepAnalysis& analysis) {
  const Search& search = analysis.search();
  std::vector<std::string> drawn;
  for (const FactorInfo& factor : analysis.results.factors) {
    if (is_sampled(factor)) drawn.push_back(drawn_text(factor));
  }
  std::string text = fmt::format("{}, with drawn values of {}. {} complete",
                                 count_text(analysis.results.cells.size(), "setting"),
                                 list_text_of_at_most(drawn, kNamed), search.settings.size());
  if (const std::optional<SampleInfo>& sample = analysis.results.sample) {
    const bool all = sample->factors.size() == drawn.size();
    text = (all ? "" : list_text_of_at_most(sample->factors, kNamed) + " are ") +
           sample_text(*sample) + ". " + text;
  }
  if (!search.lost.empty()) {
    text += fmt::format(", {} with a trial that failed or diverged", search.lost.size());
  }
  if (search.waiting > 0) text += fmt::format(", {} not finished", search.waiting);
  text += ".";
  if (search.replicates > 1) {
    text += fmt::format(" A setting counts with its mean over all of its {}s.", analysis.noun);
  }
  if (!search.constant.empty()) {
    text += " Only one value was drawn of " + list_text_of_at_most(search.constant, kNamed) + ".";
  }
  return {text, search.lost.empty() && search.waiting == 0 ? Tone::kPlain : Tone::kMissing};
}

}  // namespace

std::optional<Figure> search_scatter_figure(const SweepAnalysis& analysis) {
  const Search& search = analysis.search();
  if (search.settings.empty()) return std::nullopt;
  Scatter scatter(analysis);
  std::size_t panels = 0;
  for (std::size_t p = 0; p < search.parameters.size() && panels < kMostPanels; ++p) {
    if (!search.parameters[p].sampled) continue;
    scatter.add(p);
    ++panels;
  }
  if (panels == 0) return std::nullopt;
  return scatter.figure();
}

Section search_section(const SweepAnalysis& analysis) {
  Section section{"search", "Search", {}};
  section.blocks.push_back(summary_of(analysis));
  if (analysis.search().settings.empty()) return section;
  const auto add = [&](auto block) {
    if (block) section.blocks.push_back(std::move(*block));
  };
  add(search_scatter_figure(analysis));
  add_model(section, analysis);
  add(search_parallel_figure(analysis));
  // The opening has them where no cell is compared with a baseline.
  if (!opens_with_search(analysis)) {
    add(search_progress_figure(analysis));
    add(best_settings_table(analysis));
  }
  return section;
}

}  // namespace polysweep
