// What was planned and what became of it, and whether the comparison is fair.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/analysis/escaping.h"
#include "reports/analysis/number_text.h"
#include "reports/document/study.h"
#include "reports/figures/state_plot.h"

namespace polysweep {
namespace {

constexpr std::size_t kShownTails = 10;
constexpr std::size_t kLongestMessage = 300;
constexpr std::size_t kMostColumns = 32;  // of the chart of states
constexpr std::size_t kMostRows = 60;

Table counts_table(const Study& study) {
  Table table;
  table.id = "ledger-counts";
  table.caption = "Trials by state";
  TableRow row;
  const auto add = [&](const char* title, std::size_t count, Tone tone) {
    table.columns.push_back({title, Align::kRight, ""});
    TableCell number(std::to_string(count), count > 0 ? tone : Tone::kPlain);
    number.number = static_cast<double>(count);
    row.push_back(std::move(number));
  };
  std::uint64_t excluded = 0;
  for (const auto& exclusion : study.results.exclusions) excluded += exclusion.count;
  add("planned", study.results.trials.size(), Tone::kPlain);
  add("done", study.count(TrialState::kDone), Tone::kPlain);
  add("running", study.count(TrialState::kRunning), Tone::kHole);
  add("diverged", study.count(TrialState::kDiverged), Tone::kBad);
  add("failed", study.count(TrialState::kFailed), Tone::kBad);
  add("pending", study.count(TrialState::kPending), Tone::kHole);
  add("excluded", excluded, Tone::kPlain);
  table.rows.push_back(std::move(row));
  table.notes = {
      "Only done trials have values. diverged: a loss or gradient was not finite; failed: given "
      "up, "
      "never read as a number; running: leased and not ended; pending: not run yet; excluded: "
      "combinations that the sweep leaves out, not among the planned."};
  return table;
}

Table exclusions_table(const Study& study) {
  Table table;
  table.id = "exclusions";
  table.caption = "Combinations left out";
  table.columns = {{"reason", Align::kLeft, ""}, {"combinations", Align::kRight, ""}};
  for (const auto& exclusion : study.results.exclusions) {
    table.rows.push_back(
        {shortened(exclusion.reason, kLongestMessage),
         TableCell(std::to_string(exclusion.count), static_cast<double>(exclusion.count))});
  }
  return table;
}

bool ended_badly(const TrialResult& trial) {
  return trial.state == TrialState::kFailed || trial.state == TrialState::kDiverged;
}

Table failures_table(const Study& study) {
  Table table;
  table.id = "failures";
  table.caption = "Failed and diverged trials";
  table.columns = {{"trial", Align::kLeft, ""},    {"cell", Align::kLeft, ""},
                   {study.noun, Align::kLeft, ""}, {"state", Align::kLeft, ""},
                   {"outcome", Align::kLeft, ""},  {"attempts", Align::kRight, ""},
                   {"message", Align::kLeft, ""}};
  for (const auto& trial : study.results.trials) {
    if (!ended_badly(trial)) continue;
    table.rows.push_back(
        {trial.id.brief(), study.cell_field(trial.cell), shortened(trial.replicate, 60),
         TableCell(std::string(state_name(trial.state)), Tone::kBad), trial.outcome,
         std::to_string(trial.attempts), shortened(trial.message, kLongestMessage)});
  }
  return table;
}

// One row for each cell and state, so that a sweep of which little has run stays
// readable; every replicate is named.
Table waiting_table(const Study& study) {
  Table table;
  table.id = "waiting";
  table.caption = "Trials that have not ended";
  table.columns = {{"cell", Align::kLeft, ""},
                   {"state", Align::kLeft, ""},
                   {"trials", Align::kRight, ""},
                   {study.noun + "s", Align::kLeft, ""}};
  for (std::size_t i = 0; i < study.results.cells.size(); ++i) {
    for (const TrialState state : {TrialState::kRunning, TrialState::kPending}) {
      std::string names;
      std::size_t count = 0;
      for (std::size_t index : study.results.cells[i].trials) {
        const auto& trial = study.results.trials[index];
        if (trial.state != state) continue;
        ++count;
        names += (names.empty() ? "" : ", ") +
                 (trial.replicate.empty() ? trial.id.brief() : shortened(trial.replicate, 60));
      }
      if (count == 0) continue;
      table.rows.push_back({study.cell_field(i),
                            TableCell(std::string(state_name(state)), Tone::kHole),
                            TableCell(std::to_string(count), static_cast<double>(count)), names});
    }
  }
  return table;
}

void add_tails(Section& section, const Study& study) {
  std::size_t shown = 0;
  std::size_t left = 0;
  for (const auto& trial : study.results.trials) {
    if (!ended_badly(trial) || trial.output_tail.empty()) continue;
    if (shown == kShownTails) {
      ++left;
      continue;
    }
    ++shown;
    section.blocks.push_back(Listing{"Last output of trial " + trial.id.brief() + " (" +
                                         study.arms.cells[trial.cell].label + ")",
                                     trial.output_tail, true});
  }
  if (left > 0) {
    section.blocks.push_back(Paragraph{
        fmt::format("The last output of {} more is kept in the database.", left), Tone::kMuted});
  }
}

}  // namespace

std::optional<Figure> states_figure(const Study& study) {
  std::vector<std::string> columns;
  for (const auto& trial : study.results.trials) {
    if (std::find(columns.begin(), columns.end(), trial.replicate) == columns.end()) {
      columns.push_back(trial.replicate);
    }
    if (columns.size() > kMostColumns) return std::nullopt;
  }
  std::vector<StateRow> rows;
  const bool all = study.results.cells.size() <= kMostRows;
  for (std::size_t i = 0; i < study.results.cells.size() && rows.size() < kMostRows; ++i) {
    StateRow row{study.arms.cells[i].label, {}};
    if (study.results.cells[i].is_baseline) row.label += " (baseline)";
    row.states.resize(columns.size());
    bool complete = true;
    for (const std::size_t index : study.results.cells[i].trials) {
      const auto& trial = study.results.trials[index];
      const auto at = std::find(columns.begin(), columns.end(), trial.replicate);
      row.states[static_cast<std::size_t>(at - columns.begin())] = trial.state;
      complete = complete && trial.state == TrialState::kDone;
    }
    if (all || !complete) rows.push_back(std::move(row));
  }
  if (rows.empty() || columns.empty()) return std::nullopt;
  if (columns.size() == 1 && columns[0].empty()) columns[0] = "its run";
  for (auto& column : columns) column = shortened(column, 20);
  Figure figure = state_figure("states", study.noun, columns, rows);
  figure.caption = fmt::format(
      "What became of every trial{}: one mark for each cell and {}.",
      all ? "" : fmt::format(" (the first {} cells that are not complete)", rows.size()),
      study.noun);
  figure.description = "Chart of states. " + figure.caption;
  return figure;
}

Section ledger_section(const Study& study) {
  Section section{"ledger", "Ledger", {}};
  section.blocks.push_back(counts_table(study));
  if (study.count(TrialState::kDone) < study.results.trials.size()) {
    if (auto figure = states_figure(study)) section.blocks.push_back(std::move(*figure));
  }
  Table failures = failures_table(study);
  if (!failures.rows.empty()) section.blocks.push_back(std::move(failures));
  add_tails(section, study);
  Table waiting = waiting_table(study);
  if (!waiting.rows.empty()) section.blocks.push_back(std::move(waiting));
  if (!study.results.exclusions.empty()) section.blocks.push_back(exclusions_table(study));
  return section;
}

Table audit_table(const Study& study) {
  Table table;
  table.id = "fairness";
  table.caption = "What all arms share, differences first";
  table.columns = {
      {"topic", Align::kLeft, ""}, {"state", Align::kLeft, ""}, {"finding", Align::kLeft, ""}};
  for (const AuditState state :
       {AuditState::kConfounded, AuditState::kDiffers, AuditState::kUnknown, AuditState::kSame}) {
    for (const auto& item : study.audit_items) {
      if (item.state != state) continue;
      const Tone tone = state == AuditState::kConfounded ? Tone::kBad
                        : state == AuditState::kSame     ? Tone::kGood
                                                         : Tone::kHole;
      table.rows.push_back({item.topic, TableCell(audit_state_name(state), tone), item.finding});
    }
  }
  table.notes = {
      "same: alike in all done trials. differs: several values, seen by all arms alike. "
      "confounded: arms did not see it alike, so a difference of the metric may come from it. "
      "unknown: not recorded."};
  return table;
}

Section audit_section(const Study& study) {
  return {"audit", "Was the comparison fair?", {audit_table(study)}};
}

}  // namespace polysweep
