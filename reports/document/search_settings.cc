// The best settings of a sampled design: in a sentence, a table, and as lines.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "reports/analysis/titles.h"
#include "reports/document/fields.h"
#include "reports/document/sections.h"
#include "reports/document/verdict_words.h"
#include "reports/figures/parallel_plot.h"
#include "reports/text/escaping.h"
#include "reports/text/list_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kBest = 10;
constexpr std::size_t kMostLines = 400;
constexpr std::size_t kBestLines = 100;  // of more lines than that
constexpr std::size_t kMostAxes = 12;    // beside the metric's
constexpr std::size_t kNamedParameters = 4;
constexpr std::size_t kParametersOnPhone = 3;  // beside each other
constexpr double kSmallest = 0.001;            // of a logarithmic scale, without an exponent
constexpr double kLargest = 1e6;
constexpr int kMostDecimals = 6;

int decimals_of_three_digits(double value) {
  return value == 0 ? 0
                    : std::max(0, 2 - static_cast<int>(std::floor(std::log10(std::abs(value)))));
}

// How the numbers of a parameter are written: none where the scale is logarithmic and they
// are neither small nor large, then each has three digits.
std::optional<ColumnDigits> digits_of(const Search& search, std::size_t parameter) {
  const auto [low, high] = parameter_range(search, parameter).value_or(Interval{0, 0});
  const bool integers = std::all_of(
      search.settings.begin(), search.settings.end(), [&](const SearchSetting& setting) {
        return !setting.at[parameter] ||
               *setting.at[parameter] == std::floor(*setting.at[parameter]);
      });
  const double size = std::max(std::abs(low), std::abs(high));
  if (integers && size < kLargest) return ColumnDigits{0, false};
  if (search.parameters[parameter].logarithmic) {
    if (low < kSmallest || high >= kLargest) return ColumnDigits{2, true};
    return std::nullopt;
  }
  const double range = high > low ? high - low : size;
  const int decimals = range > 0 ? 2 - static_cast<int>(std::floor(std::log10(range))) : 0;
  if (decimals > kMostDecimals || size >= kLargest) return ColumnDigits{3, true};
  return ColumnDigits{std::max(0, decimals), false};
}

TableCell setting_field(const Search& search, std::size_t parameter, const SearchSetting& setting,
                        const std::optional<ColumnDigits>& digits) {
  if (!setting.at[parameter]) return {"-", Tone::kMuted};
  const SearchParameter& known = search.parameters[parameter];
  const double value = *setting.at[parameter];
  if (!known.numeric()) return known.words[static_cast<std::size_t>(value)];
  return {
      digits ? column_text(value, *digits) : number_text(value, decimals_of_three_digits(value)),
      value};
}

std::vector<std::optional<ColumnDigits>> all_digits(const Search& search) {
  std::vector<std::optional<ColumnDigits>> digits;
  for (std::size_t i = 0; i < search.parameters.size(); ++i) digits.push_back(digits_of(search, i));
  return digits;
}

// Indexes into the settings, best first; ties in the order of the plan.
std::vector<std::size_t> by_value(const SweepAnalysis& analysis) {
  const Search& search = analysis.search();
  std::vector<std::size_t> order(search.settings.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const double sign = analysis.results.primary.goal == Goal::kMinimize ? 1 : -1;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return sign * search.settings[a].value < sign * search.settings[b].value;
  });
  return order;
}

// Of the metric: by the t intervals over replicates; without these three digits of what
// the values of all settings spread over.
ColumnDigits value_digits(const SweepAnalysis& analysis, const std::vector<std::size_t>& shown) {
  const Search& search = analysis.search();
  const Interval range = value_range(search);
  std::vector<double> values;
  std::vector<double> halves;
  for (const std::size_t index : shown) {
    const auto numbers = analysis.primary_values()[search.settings[index].cell].numbers();
    values.push_back(search.settings[index].value);
    halves.push_back(search.replicates > 1 ? half_width(t_interval(numbers, analysis.confidence))
                                           : (range.high / 20 - range.low / 20));
  }
  return column_digits(values, halves);
}

double merit_of(const Interval& range, double value, Goal goal) {
  if (!(range.high > range.low)) return 1;
  const double share = (value / 2 - range.low / 2) / (range.high / 2 - range.low / 2);
  return std::clamp(goal == Goal::kMinimize ? 1 - share : share, 0.0, 1.0);
}

// The best ones and, evenly spread in their order, others.
std::vector<std::size_t> drawn_lines(std::vector<std::size_t> order) {
  if (order.size() <= kMostLines) return order;
  std::vector<std::size_t> drawn(order.begin(), order.begin() + kBestLines);
  const std::size_t rest = order.size() - kBestLines;
  const std::size_t others = kMostLines - kBestLines;
  for (std::size_t i = 0; i < others; ++i) {
    drawn.push_back(order[kBestLines + i * (rest - 1) / (others - 1)]);
  }
  return drawn;
}

std::vector<ParallelAxis> axes_of(const SweepAnalysis& analysis, std::size_t parameters) {
  const Search& search = analysis.search();
  std::vector<ParallelAxis> axes;
  for (std::size_t p = 0; p < parameters; ++p) {
    const SearchParameter& parameter = search.parameters[p];
    ParallelAxis& axis = axes.emplace_back();
    axis.title = parameter.title;
    if (!parameter.numeric()) {
      axis.scale = PanelScale::of_words(parameter.words);
      continue;
    }
    const std::optional<Interval> range = parameter_range(search, p);
    if (range) axis.scale = PanelScale(range->low, range->high, parameter.logarithmic);
  }
  const Interval range = value_range(search);
  axes.push_back({shortened(analysis.results.primary.name, 40),
                  PanelScale(range.low, range.high, false),
                  analysis.results.primary.goal == Goal::kMinimize});
  return axes;
}

Table parallel_numbers(const SweepAnalysis& analysis, const std::vector<std::size_t>& drawn,
                       std::size_t parameters) {
  const Search& search = analysis.search();
  Table table;
  table.id = "parallel-numbers";
  table.caption = "Numbers of the figure, best first";
  for (std::size_t p = 0; p < parameters; ++p) {
    table.columns.push_back({search.parameters[p].title,
                             search.parameters[p].numeric() ? Align::kRight : Align::kLeft, ""});
  }
  table.columns.push_back(
      {shortened(analysis.results.primary.name, 60), Align::kRight, analysis.unit});
  for (const std::size_t index : drawn) {
    const SearchSetting& setting = search.settings[index];
    TableRow row;
    for (std::size_t p = 0; p < parameters; ++p) {
      TableCell field = setting_field(search, p, setting, {});
      if (field.number) field = exact_field(*field.number);
      row.push_back(std::move(field));
    }
    row.push_back(exact_field(setting.value));
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

std::string best_setting_text(const SweepAnalysis& analysis) {
  const Search& search = analysis.search();
  const std::vector<std::size_t> order = by_value(analysis);
  if (order.empty()) return "No setting is complete";
  const SearchSetting& best = search.settings[order[0]];
  const Parameters& levels = analysis.results.cells[best.cell].levels;
  std::vector<std::string> parts;
  for (const SearchParameter& parameter : search.parameters) {
    const Value* level = levels.find(parameter.name);
    if (level == nullptr) continue;
    parts.push_back(shortened(parameter.name, 40) + " " +
                    analysis.labels.level(parameter.name, *level, 20));
  }
  const std::size_t sampled = analysis.results.cells.size();
  std::string of = count_text(order.size(), "sampled setting");
  if (order.size() < sampled)
    of = fmt::format("{} complete of {} sampled settings", order.size(), sampled);
  const auto value = column_text(best.value, value_digits(analysis, {order[0]}));
  const auto ties = std::count_if(order.begin() + 1, order.end(), [&](std::size_t index) {
    return search.settings[index].value == best.value;
  });
  const std::string others =
      ties == 0 ? ""
                : fmt::format("; {} equal to it",
                              count_text(static_cast<std::size_t>(ties), "other setting") +
                                  (ties == 1 ? " is" : " are"));
  return fmt::format("The best of {} is {}, with {}{} {}{}", of,
                     parts.empty() ? analysis.labels.cells[best.cell].label
                                   : list_text_of_at_most(parts, kNamedParameters),
                     search.replicates > 1 ? "mean " : "",
                     shortened(analysis.results.primary.name, 60), with_unit(analysis, value),
                     others);
}

std::string optimism_text(const SweepAnalysis& analysis) {
  if (!is_sampled(analysis.results)) return "";
  const Search& search = analysis.search();
  if (search.replicates > 1 || search.settings.size() < 2) return "";
  return "each setting ran once, and the best of many noisy values is optimistic";
}

std::optional<Table> best_settings_table(const SweepAnalysis& analysis) {
  const Search& search = analysis.search();
  std::vector<std::size_t> order = by_value(analysis);
  if (order.empty()) return std::nullopt;
  order.resize(std::min(order.size(), kBest));
  const bool repeated = search.replicates > 1;
  Table table;
  table.id = "best-settings";
  table.stacked = search.parameters.size() > kParametersOnPhone;
  table.caption = fmt::format(
      "The {} by {}{} ({})",
      order.size() == 1 ? "best setting" : fmt::format("{} best settings", order.size()),
      repeated ? "mean " : "", metric_title(analysis.results.primary),
      goal_text(analysis.results.primary));
  table.columns = {{"rank", Align::kLeft, ""}};
  for (const SearchParameter& parameter : search.parameters) {
    table.columns.push_back(
        {parameter.title, parameter.numeric() ? Align::kRight : Align::kLeft, ""});
  }
  table.columns.push_back({(repeated ? "mean " : "") + shortened(analysis.results.primary.name, 60),
                           Align::kRight, analysis.unit});
  const auto digits = all_digits(search);
  const ColumnDigits of_value = value_digits(analysis, order);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const SearchSetting& setting = search.settings[order[i]];
    TableRow row = {TableCell(std::to_string(i + 1), static_cast<double>(i + 1))};
    for (std::size_t p = 0; p < search.parameters.size(); ++p) {
      row.push_back(setting_field(search, p, setting, digits[p]));
    }
    std::string text = column_text(setting.value, of_value);
    const auto numbers = analysis.primary_values()[setting.cell].numbers();
    if (const auto interval = t_interval(numbers, analysis.confidence)) {
      text += " ± " + column_text(half_width(interval), of_value);
    }
    row.push_back({text, setting.value});
    row.back().strong = setting.value == search.settings[order[0]].value;
    table.rows.push_back(std::move(row));
  }
  if (repeated) {
    table.notes.push_back(
        fmt::format("± half of the {} t interval over {}s.", analysis.percent, analysis.noun));
  }
  return table;
}

std::optional<Figure> search_parallel_figure(const SweepAnalysis& analysis) {
  const Search& search = analysis.search();
  if (search.settings.size() < 2 || search.parameters.empty()) return std::nullopt;
  const std::size_t parameters = std::min(search.parameters.size(), kMostAxes);
  const std::vector<std::size_t> order = by_value(analysis);
  const std::vector<std::size_t> drawn = drawn_lines(order);
  const Interval range = value_range(search);
  std::vector<ParallelLine> lines;
  for (const std::size_t index : drawn) {
    const SearchSetting& setting = search.settings[index];
    ParallelLine& line = lines.emplace_back();
    line.at.assign(setting.at.begin(),
                   setting.at.begin() + static_cast<std::ptrdiff_t>(parameters));
    line.at.emplace_back(setting.value);
    line.merit = merit_of(range, setting.value, analysis.results.primary.goal);
    line.strong = lines.size() <= kBest;
  }
  Figure figure = parallel_figure("parallel", axes_of(analysis, parameters), lines);
  figure.numbers = parallel_numbers(analysis, drawn, parameters);
  figure.caption = fmt::format(
      "Parallel coordinates: each line is a setting, through its parameters to {}{}. The bluer "
      "the better; the {} best are thick. The last axis has {} values on "
      "top; axes that lie on their side, on the right.{}{}",
      search.replicates > 1 ? "mean " : "", metric_title(analysis.results.primary),
      std::min(kBest, drawn.size()),
      analysis.results.primary.goal == Goal::kMinimize ? "low" : "high",
      drawn.size() < order.size()
          ? fmt::format(" Of {} settings {} are drawn: the {} best, and others evenly spread by "
                        "their rank.",
                        order.size(), drawn.size(), kBestLines)
          : std::string(),
      parameters < search.parameters.size()
          ? fmt::format(" The first {} of {} parameters are drawn.", parameters,
                        search.parameters.size())
          : std::string());
  figure.description = figure.caption;
  return figure;
}

}  // namespace polysweep
