// What was planned, and the state of every trial.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "reports/analysis/titles.h"
#include "reports/document/fields.h"
#include "reports/document/sections.h"
#include "reports/figures/state_plot.h"
#include "reports/text/escaping.h"
#include "reports/text/list_text.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kShownTails = 10;
constexpr std::size_t kLongestMessage = 300;
constexpr std::size_t kMostColumns = 32;  // of the chart of states
constexpr std::size_t kMostRows = 60;

Table counts_table(const SweepAnalysis& analysis) {
  Table table;
  table.id = "ledger-counts";
  table.caption = "Trials by state";
  TableRow row;
  std::string notes = "Only done trials have values.";
  // A state that no trial is in is left out.
  const auto add = [&](const char* title, std::size_t count, Tone tone, const char* meaning) {
    if (count == 0 && *meaning != 0) return;
    if (*meaning != 0) notes += fmt::format(" {}: {}.", title, meaning);
    table.columns.push_back({title, Align::kRight, ""});
    TableCell number(std::to_string(count), count > 0 ? tone : Tone::kPlain);
    number.number = static_cast<double>(count);
    row.push_back(std::move(number));
  };
  std::uint64_t excluded = 0;
  for (const auto& exclusion : analysis.results.exclusions) excluded += exclusion.count;
  add("planned", analysis.results.trials.size(), Tone::kPlain, "");
  add("done", analysis.count(TrialState::kDone), Tone::kPlain, "");
  add("running", analysis.count(TrialState::kRunning), Tone::kMissing, "started and not ended");
  add("diverged", analysis.count(TrialState::kDiverged), Tone::kBad, "a result was not finite");
  add("failed", analysis.count(TrialState::kFailed), Tone::kBad,
      "no attempt succeeded, never read as a number");
  add("pending", analysis.count(TrialState::kPending), Tone::kMissing, "not started");
  add("excluded", excluded, Tone::kPlain,
      "combinations that the sweep leaves out, not among the planned");
  table.rows.push_back(std::move(row));
  table.notes = {notes};
  return table;
}

Table exclusions_table(const SweepAnalysis& analysis) {
  Table table;
  table.id = "exclusions";
  table.caption = "Combinations left out";
  table.columns = {{"reason", Align::kLeft, ""}, {"combinations", Align::kRight, ""}};
  for (const auto& exclusion : analysis.results.exclusions) {
    table.rows.push_back(
        {shortened(exclusion.reason, kLongestMessage),
         TableCell(std::to_string(exclusion.count), static_cast<double>(exclusion.count))});
  }
  return table;
}

bool has_failed(const TrialResult& trial) {
  return trial.state == TrialState::kFailed || trial.state == TrialState::kDiverged;
}

Table failures_table(const SweepAnalysis& analysis) {
  Table table;
  table.id = "failures";
  table.caption = "Failed and diverged trials";
  table.stacked = true;
  table.columns = {{"trial", Align::kLeft, ""},       {"cell", Align::kLeft, ""},
                   {analysis.noun, Align::kLeft, ""}, {"state", Align::kLeft, ""},
                   {"outcome", Align::kLeft, ""},     {"attempts", Align::kRight, ""},
                   {"message", Align::kLeft, ""}};
  for (const auto& trial : analysis.results.trials) {
    if (!has_failed(trial)) continue;
    table.rows.push_back(
        {trial.id.brief(), cell_field(analysis, trial.cell), shortened(trial.replicate, 60),
         TableCell(std::string(state_name(trial.state)), Tone::kBad), trial.outcome,
         std::to_string(trial.attempts), shortened(trial.message, kLongestMessage)});
  }
  return table;
}

// One row for each cell and state, so that the table of a sweep that has hardly started
// stays readable; every replicate is named.
Table waiting_table(const SweepAnalysis& analysis) {
  Table table;
  table.id = "waiting";
  table.caption = "Trials that have not ended";
  table.columns = {{"cell", Align::kLeft, ""},
                   {"state", Align::kLeft, ""},
                   {"trials", Align::kRight, ""},
                   {analysis.noun + "s", Align::kLeft, ""}};
  for (std::size_t i = 0; i < analysis.results.cells.size(); ++i) {
    for (const TrialState state : {TrialState::kRunning, TrialState::kPending}) {
      std::string names;
      std::size_t count = 0;
      for (std::size_t index : analysis.results.cells[i].trials) {
        const auto& trial = analysis.results.trials[index];
        if (trial.state != state) continue;
        ++count;
        append_item(names,
                    trial.replicate.empty() ? trial.id.brief() : shortened(trial.replicate, 60));
      }
      if (count == 0) continue;
      table.rows.push_back({cell_field(analysis, i),
                            TableCell(std::string(state_name(state)), Tone::kMissing),
                            TableCell(std::to_string(count), static_cast<double>(count)), names});
    }
  }
  return table;
}

// Trials whose reports are not in the database as they were.
Table reports_table(const SweepAnalysis& analysis) {
  Table table;
  table.id = "reports";
  table.caption = "Rejected and contradictory reports";
  table.columns = {{"trial", Align::kLeft, ""},
                   {"cell", Align::kLeft, ""},
                   {"rejected points", Align::kRight, ""},
                   {"first reason", Align::kLeft, ""},
                   {"points in conflict", Align::kRight, ""},
                   {"first conflict", Align::kLeft, ""}};
  std::set<std::string> undeclared;
  std::set<std::string> unmatched;
  std::set<std::string> written_to;
  for (const auto& trial : analysis.results.trials) {
    const ReportFindings& findings = trial.findings;
    undeclared.insert(findings.undeclared.begin(), findings.undeclared.end());
    unmatched.insert(findings.unmatched.begin(), findings.unmatched.end());
    written_to.insert(findings.written_to.begin(), findings.written_to.end());
    if (trial.points_dropped == 0 && findings.conflicts == 0) continue;
    table.rows.push_back(
        {trial.id.brief(), cell_field(analysis, trial.cell),
         TableCell(std::to_string(trial.points_dropped), static_cast<double>(trial.points_dropped)),
         shortened(findings.first_refusal, kLongestMessage),
         TableCell(std::to_string(findings.conflicts), static_cast<double>(findings.conflicts)),
         shortened(findings.first_conflict, kLongestMessage)});
  }
  const auto note = [&table](const char* what, const std::set<std::string>& names) {
    std::string list;
    for (const std::string& name : names) append_item(list, shortened(name, 60));
    if (!names.empty()) table.notes.push_back(what + list + ".");
  };
  note("Undeclared metrics that were recorded: ", undeclared);
  note("[capture] found nothing for: ", unmatched);
  note("Changed in the sweep's folder while trials ran: ", written_to);
  return table;
}

void add_tails(Section& section, const SweepAnalysis& analysis) {
  std::size_t shown = 0;
  std::size_t left = 0;
  for (const auto& trial : analysis.results.trials) {
    if (!has_failed(trial) || trial.output_tail.empty()) continue;
    if (shown == kShownTails) {
      ++left;
      continue;
    }
    ++shown;
    section.blocks.push_back(Listing{"Last output of trial " + trial.id.brief() + " (" +
                                         analysis.labels.cells[trial.cell].label + ")",
                                     trial.output_tail, true});
  }
  if (left > 0) {
    section.blocks.push_back(Paragraph{
        fmt::format("The last output of {} more is kept in the database.", left), Tone::kMuted});
  }
}

}  // namespace

std::optional<Figure> states_figure(const SweepAnalysis& analysis) {
  std::vector<std::string> columns = replicate_names(analysis.results, kMostColumns);
  if (columns.empty()) return std::nullopt;
  std::vector<StateRow> rows;
  const bool all = analysis.results.cells.size() <= kMostRows;
  for (std::size_t i = 0; i < analysis.results.cells.size() && rows.size() < kMostRows; ++i) {
    StateRow row{marked_label(analysis, i), {}};
    row.states.resize(columns.size());
    bool complete = true;
    for (const std::size_t index : analysis.results.cells[i].trials) {
      const auto& trial = analysis.results.trials[index];
      const auto at = std::find(columns.begin(), columns.end(), trial.replicate);
      row.states[static_cast<std::size_t>(at - columns.begin())] = trial.state;
      complete = complete && trial.state == TrialState::kDone;
    }
    if (all || !complete) rows.push_back(std::move(row));
  }
  if (rows.empty()) return std::nullopt;
  if (columns.size() == 1 && columns[0].empty()) columns[0] = "its run";
  for (auto& column : columns) column = shortened(column, 20);
  Figure figure = state_figure("states", analysis.noun, columns, rows);
  figure.caption = fmt::format(
      "State of every trial{}: one mark for each cell and {}.",
      all ? "" : fmt::format(" (the first {} cells that are not complete)", rows.size()),
      analysis.noun);
  figure.description = "Chart of states. " + figure.caption;
  return figure;
}

Section ledger_section(const SweepAnalysis& analysis) {
  Section section{"ledger", "Ledger", {}};
  section.blocks.push_back(counts_table(analysis));
  if (analysis.count(TrialState::kDone) < analysis.results.trials.size()) {
    if (auto figure = states_figure(analysis)) section.blocks.push_back(std::move(*figure));
  }
  Table failures = failures_table(analysis);
  if (!failures.rows.empty()) section.blocks.push_back(std::move(failures));
  add_tails(section, analysis);
  Table reports = reports_table(analysis);
  if (!reports.rows.empty()) {
    section.blocks.push_back(std::move(reports));
  } else {
    for (std::string& note : reports.notes) {
      section.blocks.push_back(Paragraph{std::move(note), Tone::kMuted});
    }
  }
  Table waiting = waiting_table(analysis);
  if (!waiting.rows.empty()) section.blocks.push_back(std::move(waiting));
  if (!analysis.results.exclusions.empty()) section.blocks.push_back(exclusions_table(analysis));
  return section;
}

}  // namespace polysweep
