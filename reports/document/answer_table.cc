// The results as a paper prints them: arms in rows, the crossed factor in columns.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "reports/analysis/titles.h"
#include "reports/document/fields.h"
#include "reports/document/sections.h"
#include "reports/text/escaping.h"
#include "reports/text/list_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostRows = 16;
constexpr std::size_t kMostBaselines = 4;  // that are shown first
constexpr std::size_t kMostContexts = 4;   // as columns; of more, every cell is a row
constexpr std::size_t kMostSecondary = 1;  // metrics beside the primary one
constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

struct Arm {
  std::string label;
  std::vector<std::size_t> cells;  // by column; kNone where there is none
};

// What the fields of the table need to know of the sweep.
struct Facts {
  const SweepAnalysis& analysis;
  std::unordered_map<std::size_t, const CellComparison*> comparisons;
  std::vector<std::size_t> ranks;  // by cell; kNone where it is not complete

  explicit Facts(const SweepAnalysis& source)
      : analysis(source), ranks(source.results.cells.size(), kNone) {
    for (const auto& row : source.comparison().rows) comparisons[row.cell] = &row;
    for (std::size_t i = 0; i < source.ranking().size(); ++i) ranks[source.ranking()[i]] = i;
  }
  const CellComparison* comparison(std::size_t cell) const {
    const auto found = comparisons.find(cell);
    return found == comparisons.end() ? nullptr : found->second;
  }
};

std::vector<Arm> arms_of(const SweepAnalysis& analysis, bool crossed) {
  std::vector<Arm> arms;
  std::unordered_map<std::string, std::size_t> row_of;
  const auto& cells = analysis.labels.cells;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!crossed) {
      arms.push_back({cells[i].label, {i}});
      continue;
    }
    const auto [row, is_new] = row_of.try_emplace(cells[i].name, arms.size());
    if (is_new) {
      arms.push_back(
          {cells[i].name, std::vector<std::size_t>(analysis.labels.contexts.size(), kNone)});
    }
    arms[row->second].cells[cells[i].context_index] = i;
  }
  return arms;
}

// Every arm has at most one cell of each context.
bool can_cross(const CellLabels& labels) {
  if (labels.contexts.size() < 2 || labels.contexts.size() > kMostContexts) return false;
  std::unordered_map<std::string, std::vector<bool>> seen;
  for (const auto& cell : labels.cells) {
    auto& contexts = seen[cell.name];
    contexts.resize(labels.contexts.size());
    if (contexts[cell.context_index]) return false;
    contexts[cell.context_index] = true;
  }
  return true;
}

bool is_baseline(const SweepAnalysis& analysis, const Arm& arm) {
  return std::any_of(arm.cells.begin(), arm.cells.end(), [&](std::size_t cell) {
    return cell != kNone && analysis.results.cells[cell].is_baseline;
  });
}

// Of many arms the baseline and the best ones; where there are many baselines, the best ones.
void cut(std::vector<Arm>& arms, const Facts& facts) {
  if (arms.size() <= kMostRows) return;
  const auto baselines = std::count_if(
      arms.begin(), arms.end(), [&](const Arm& arm) { return is_baseline(facts.analysis, arm); });
  const bool first = static_cast<std::size_t>(baselines) <= kMostBaselines;
  std::vector<std::pair<std::size_t, std::size_t>> order;  // key, index
  for (std::size_t i = 0; i < arms.size(); ++i) {
    std::size_t key = kNone;
    for (const std::size_t cell : arms[i].cells) {
      if (cell == kNone) continue;
      const std::size_t rank = facts.ranks[cell];
      if (rank != kNone) key = std::min(key, rank + 1);
    }
    order.emplace_back(first && is_baseline(facts.analysis, arms[i]) ? 0 : key, i);
  }
  std::partial_sort(order.begin(), order.begin() + kMostRows, order.end());
  std::vector<Arm> kept;
  for (std::size_t i = 0; i < kMostRows; ++i) kept.push_back(std::move(arms[order[i].second]));
  arms = std::move(kept);
}

struct Mark {
  const char* text = "";
  Tone tone = Tone::kPlain;
};

Mark mark_of(const CellComparison* row) {
  if (row == nullptr) return {};
  if (row->withheld) return {"withheld", Tone::kMissing};
  switch (row->verdict) {
    case Verdict::kBetter:
      return {"better", Tone::kGood};
    case Verdict::kWorse:
      return {"worse", Tone::kBad};
    case Verdict::kEquivalent:
      return {"equivalent", Tone::kPlain};
    case Verdict::kNotDecided:
      break;
  }
  return {};
}

// "27.60 ± 1.35 (2 of 3)", with its mark.
TableCell mean_field(const SweepAnalysis& analysis, const CellValues& values,
                     const ColumnDigits& digits, const Mark& mark) {
  const std::string of = values.missing.empty()
                             ? ""
                             : fmt::format(" ({} of {})", values.values.size(), values.planned());
  if (values.values.empty()) return {"-" + of, Tone::kMissing};
  const auto numbers = values.numbers();
  const double mean = mean_of(numbers);
  std::string text = column_text(mean, digits);
  const auto interval = t_interval(numbers, analysis.confidence);
  if (interval) text += " ± " + column_text(half_width(interval), digits);
  TableCell field(text + of, mean);
  field.mark = mark.text;
  field.tone = mark.tone == Tone::kPlain && !of.empty() ? Tone::kMissing : mark.tone;
  return field;
}

TableCell difference_field(const CellComparison* row, const ColumnDigits& digits) {
  if (row == nullptr || !row->mean) return {"-", Tone::kMuted};
  std::string text = signed_column_text(*row->mean, digits);
  if (row->interval) text += " ± " + column_text(half_width(row->interval), digits);
  return {text, *row->mean};
}

// The best complete mean of each column is bold, with those that equal it.
void embolden(Table& table, const std::vector<Arm>& arms, const Facts& facts) {
  for (std::size_t column = 0; column < arms.front().cells.size(); ++column) {
    std::size_t best = kNone;
    for (const Arm& arm : arms) {
      if (arm.cells[column] != kNone) best = std::min(best, facts.ranks[arm.cells[column]]);
    }
    if (best == kNone || arms.size() < 2) continue;
    const std::size_t cell = facts.analysis.ranking()[best];
    const double mean = mean_of(facts.analysis.primary_values()[cell].numbers());
    for (std::size_t row = 0; row < arms.size(); ++row) {
      const std::size_t each = arms[row].cells[column];
      TableCell& field = table.rows[row][column + 1];
      field.strong = each != kNone && facts.ranks[each] != kNone && field.number == mean;
    }
  }
}

void add_columns_beside(Table& table, const std::vector<Arm>& arms, const Facts& facts) {
  const SweepAnalysis& analysis = facts.analysis;
  if (analysis.comparison().family > 0) {
    table.columns.push_back({"difference", Align::kRight, analysis.unit});
    const ColumnDigits digits = difference_digits(analysis.comparison().rows);
    for (std::size_t i = 0; i < arms.size(); ++i) {
      table.rows[i].push_back(difference_field(facts.comparison(arms[i].cells[0]), digits));
    }
  }
  std::size_t count = 0;
  for (const MetricInfo& metric : analysis.results.secondary) {
    if (metric.name == analysis.results.primary.name || count++ == kMostSecondary) continue;
    if (count > kMostSecondary) break;
    table.columns.push_back({metric_title(metric), Align::kRight, ""});
    const ColumnDigits digits = mean_digits(analysis, metric.name);
    const auto& values = analysis.values.of(metric.name);
    for (std::size_t i = 0; i < arms.size(); ++i) {
      table.rows[i].push_back(mean_field(analysis, values[arms[i].cells[0]], digits, {}));
    }
  }
}

std::vector<std::string> notes_of(const SweepAnalysis& analysis, bool crossed, std::size_t shown,
                                  std::size_t all) {
  std::vector<std::string> notes;
  std::string marks;
  if (analysis.comparison().family > 0) {
    marks = "better, worse";
    if (analysis.comparison().options.smallest_difference) marks += ", equivalent";
    marks += ": decided against the baseline; without a word: not decided. ";
  }
  notes.push_back(marks + (crossed ? "Bold: the best mean of its column."
                                   : "Bold: the best mean of a complete cell."));
  if (shown < all) {
    notes.push_back(fmt::format("{} of {} are shown: {}the best ones. Section \"Cells\" has all.",
                                shown, count_text(all, crossed ? "row" : "cell"),
                                analysis.results.baseline.empty() ? "" : "the baseline and "));
  }
  return notes;
}

// Which value of each series counts, where it is not the last.
std::vector<std::string> point_notes(const SweepAnalysis& analysis) {
  const MetricInfo& metric = analysis.results.primary;
  if (metric.point.kind == PointRule::Kind::kLast) return {};
  if (metric.point.kind == PointRule::Kind::kBest) {
    return {
        fmt::format("Each trial counts with the best value of its series of {}. Of a noisy "
                    "series that is optimistic, but the rule is the same for all cells, and "
                    "trials that were stopped early have their own best.",
                    shortened(metric.name, 60))};
  }
  std::vector<std::string> notes = {
      fmt::format("Each trial counts with the {} of {}.",
                  point_text(metric.point).substr(0, point_text(metric.point).find(" of each")),
                  shortened(metric.name, 60))};
  const auto found = analysis.results.short_series.find(metric.name);
  if (found != analysis.results.short_series.end()) {
    notes.push_back(fmt::format(
        "{} fewer points than that: the mean is over those there are.",
        found->second == 1 ? "1 trial has" : fmt::format("{} trials have", found->second)));
  }
  return notes;
}

}  // namespace

std::optional<Table> answer_table(const SweepAnalysis& analysis) {
  if (analysis.results.cells.empty() || analysis.count(TrialState::kDone) == 0) return std::nullopt;
  const Facts facts(analysis);
  const bool crossed = can_cross(analysis.labels);
  std::vector<Arm> arms = arms_of(analysis, crossed);
  const std::size_t all = arms.size();
  cut(arms, facts);
  Table table;
  table.id = "results";
  table.stacked = true;
  table.caption = fmt::format("{}: mean ± half of the {} t interval, {}",
                              metric_title(analysis.results.primary), analysis.percent,
                              goal_text(analysis.results.primary));
  table.columns = {{"cell", Align::kLeft, ""}};
  if (crossed) {
    for (const auto& context : analysis.labels.contexts) {
      table.columns.push_back({context, Align::kRight, ""});
    }
  } else {
    table.columns.push_back({"mean", Align::kRight, analysis.unit});
  }
  const ColumnDigits digits = mean_digits(analysis, analysis.results.primary.name);
  for (const Arm& arm : arms) {
    TableCell name(is_baseline(analysis, arm) ? arm.label + " (baseline)" : arm.label);
    TableRow row = {name};
    for (const std::size_t cell : arm.cells) {
      if (cell == kNone) {
        row.push_back({"not planned", Tone::kMuted});
        continue;
      }
      if (!row[0].swatch) row[0].swatch = analysis.labels.cells[cell].style;
      row.push_back(mean_field(analysis, analysis.primary_values()[cell], digits,
                               mark_of(facts.comparison(cell))));
    }
    table.rows.push_back(std::move(row));
  }
  embolden(table, arms, facts);
  if (!crossed) add_columns_beside(table, arms, facts);
  table.notes = notes_of(analysis, crossed, arms.size(), all);
  for (std::string& note : point_notes(analysis)) table.notes.push_back(std::move(note));
  return table;
}

}  // namespace polysweep
